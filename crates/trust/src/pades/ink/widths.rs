//! How wide characters are (ISO 32000-2, 9.6, 9.7).

use std::collections::BTreeMap;

use super::{Stop, array, dictionary, value};
use crate::pades::rectangle::number;
use crate::pdf::{Dictionary, Object, View, Work};

/// How wide the characters of a font are, in parts of its size.
#[derive(Debug)]
pub(super) enum Widths {
    /// One byte a character: the width of each of the 256, `None` where readers differ. Loose ones are rather too large.
    Simple { widths: Vec<Option<f64>>, loose: bool },
    /// Two bytes a character.
    Composite { widths: BTreeMap<u32, f64>, default: f64 },
}

impl Widths {
    /// Of a font (9.6, 9.7).
    pub(super) fn read(view: View<'_, '_>, font: &Dictionary) -> Result<Self, Stop> {
        let subtype = value(view, font, "Subtype")?;
        match subtype.as_ref().and_then(Object::as_name) {
            Some(b"Type0") => return Self::composite(view, font),
            Some(b"Type1" | b"MMType1" | b"TrueType") => {}
            // The characters of a Type 3 font are contents of their own, and may paint beside their boxes.
            _ => return Err(Stop::Unknown),
        }
        let Some(list) = array(view, font, "Widths")? else {
            let name = font.get("BaseFont").and_then(Object::as_name).unwrap_or_default();
            let known = |start: &[u8]| name.starts_with(start);
            // Another encoding gives a narrow letter's code to a wide one, and a program of its own other widths.
            let plain = font.get("Encoding").is_none_or(|encoding| encoding.as_name().is_some())
                && value(view, font, "FontDescriptor")?.is_none();
            let standard = plain && (known(b"Helvetica") || known(b"Times") || known(b"Courier"));
            let fixed = known(b"Courier");
            let widths = (0..=u8::MAX).map(|byte| Some(if fixed { 0.6 } else { standard_width(byte) }));
            let found = Self::Simple { widths: widths.collect(), loose: !fixed };
            return standard.then_some(found).ok_or(Stop::Unknown);
        };
        view.spend(Work::Compared, list.len())?;
        let place = |key| -> Result<usize, Stop> {
            let place = value(view, font, key)?.as_ref().and_then(Object::as_integer);
            place.and_then(|n| usize::try_from(n).ok()).ok_or(Stop::Unknown)
        };
        let (first, last) = (place("FirstChar")?, place("LastChar")?);
        // The others are as wide as /MissingWidth; where it is missing some readers take 0, and some ask the font program.
        let missing = match dictionary(view, font, "FontDescriptor")? {
            Some(descriptor) => match value(view, &descriptor, "MissingWidth")? {
                Some(width) => Some(number(&width).ok_or(Stop::Unknown)? * 0.001),
                None => None,
            },
            None => None,
        };
        let mut widths = vec![missing; 256];
        for (place, width) in widths.iter_mut().take(last.saturating_add(1)).skip(first).zip(&list) {
            *place = Some(number(view.resolve(width)?.as_ref()).ok_or(Stop::Unknown)? * 0.001);
        }
        Ok(Self::Simple { widths, loose: false })
    }

    fn composite(view: View<'_, '_>, font: &Dictionary) -> Result<Self, Stop> {
        // Another encoding may make one character of one byte, or write downwards.
        if value(view, font, "Encoding")?.as_ref().and_then(Object::as_name) != Some(b"Identity-H") {
            return Err(Stop::Unknown);
        }
        let descendants = array(view, font, "DescendantFonts")?.ok_or(Stop::Unknown)?;
        let descendant = view.resolve(descendants.first().ok_or(Stop::Unknown)?)?.into_owned();
        let descendant = descendant.as_dictionary().ok_or(Stop::Unknown)?;
        let default = match value(view, descendant, "DW")? {
            Some(value) => number(&value).ok_or(Stop::Unknown)?,
            None => 1000.0,
        };
        let mut widths = BTreeMap::new();
        // Of two widths of one character readers take the first or the last.
        let insert = |widths: &mut BTreeMap<u32, f64>, code, width: f64| {
            let known = widths.insert(code, width / 1000.0);
            let same = known.is_none_or(|known| (known - width / 1000.0).abs() < 1e-9);
            same.then_some(()).ok_or(Stop::Unknown)
        };
        let list = array(view, descendant, "W")?.unwrap_or_default();
        view.spend(Work::Compared, list.len())?;
        let place = |object: Option<&Object>| {
            object.and_then(Object::as_integer).and_then(|n| u32::try_from(n).ok()).filter(|&n| n <= 0xFFFF)
        };
        let mut at = 0;
        while at < list.len() {
            let first = place(list.get(at)).ok_or(Stop::Unknown)?;
            let next = list.get(at + 1).map(|object| view.resolve(object)).transpose()?;
            match next.as_deref() {
                Some(Object::Array(items)) => {
                    view.spend(Work::Compared, items.len())?;
                    for (code, width) in (first..=0xFFFF).zip(items) {
                        insert(&mut widths, code, number(width).ok_or(Stop::Unknown)?)?;
                    }
                    at += 2;
                }
                _ => {
                    let (Some(last), Some(width)) =
                        (place(list.get(at + 1)), list.get(at + 2).and_then(number))
                    else {
                        return Err(Stop::Unknown);
                    };
                    view.spend(
                        Work::Compared,
                        usize::try_from(last.saturating_sub(first)).unwrap_or(usize::MAX),
                    )?;
                    for code in first..=last {
                        insert(&mut widths, code, width)?;
                    }
                    at += 3;
                }
            }
        }
        Ok(Self::Composite { widths, default: default / 1000.0 })
    }

    pub(super) const fn is_loose(&self) -> bool {
        matches!(self, Self::Simple { loose: true, .. })
    }

    /// How far each character of a string moves on, and whether it is a space.
    pub(super) fn advances<'w>(
        &'w self,
        bytes: &'w [u8],
    ) -> Box<dyn Iterator<Item = (Option<f64>, bool)> + 'w> {
        match self {
            Self::Simple { widths, .. } => Box::new(
                bytes
                    .iter()
                    .map(move |&byte| (widths.get(usize::from(byte)).copied().flatten(), byte == b' ')),
            ),
            Self::Composite { widths, default } => Box::new(bytes.chunks(2).map(move |pair| {
                let code = pair.iter().fold(0, |code, &byte| code << 8 | u32::from(byte));
                (Some(widths.get(&code).copied().unwrap_or(*default)), false)
            })),
        }
    }
}

/// Not less than the width of a character in Helvetica and Times, upright, bold or slanted.
const fn standard_width(byte: u8) -> f64 {
    match byte {
        b' ' | b',' | b'.' | b':' | b';' | b'!' | b'i' | b'j' | b'l' | b'|' | b'\'' => 0.34,
        b'm' | b'w' | b'M' | b'W' | b'%' | b'@' | 0x80.. => 1.02,
        b'A'..=b'Z' | b'&' => 0.82,
        _ => 0.62,
    }
}
