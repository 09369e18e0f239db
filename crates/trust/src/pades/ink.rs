//! Where a page shows text and pictures: boxes around them, rather too large than too small.
//!
//! A stamp that somebody adds later must not hide what others signed. Where letters stand follows from the content
//! stream, the matrices and the widths of the font (ISO 32000-2, 9.4); their shapes are not looked at. Lines, frames
//! and coloured areas hide nothing that was said; filled curves may be letters, and count.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::rectangle::{Rectangle, number};
use crate::pdf::{self, Dictionary, Object, Ref, View, Work, operations};

/// Operators that are followed on one page, with those of the forms it draws. A page full of figures has some ten
/// thousand.
const MAX_OPERATIONS: usize = 200_000;

/// Bytes of content of one page.
const MAX_CONTENT: usize = 8 * 1024 * 1024;

/// Forms and pictures drawn on one page, each time.
const MAX_FORMS: usize = 2_000;

/// Straight lines of one stroked path: a table drawn at once has fewer, a word of letters more.
const MAX_STROKES: usize = 12;

/// Boxes on one page.
const MAX_BOXES: usize = 50_000;

/// Forms inside each other, and saved graphics states.
const MAX_DEPTH: usize = 28;

/// Below and above the base line, in parts of the size of the font: what has to be seen of figures and letters to
/// read them. Stamps often touch the tops or tails of the line beside them, and hide nothing by that.
const DESCENT: f64 = -0.05;
const ASCENT: f64 = 0.55;

/// What is known of a page.
pub(super) enum Ink {
    /// All text and pictures are inside these.
    At(Vec<Rectangle>),
    /// It could not be bounded, or not at small cost.
    Unknown,
}

/// The boxes of a page, in its own coordinates.
///
/// # Errors
///
/// Only [`pdf::Error::Cost`], where the file has asked for too much by now.
pub(super) fn ink(view: View<'_, '_>, page: Ref) -> Result<Ink, pdf::Error> {
    let mut painter =
        Painter { view, operations: 0, content: 0, forms: 0, boxes: Vec::new(), fonts: BTreeMap::new() };
    match painter.page(page) {
        Ok(()) => Ok(Ink::At(painter.boxes)),
        Err(Stop::Cost(error)) => Err(error),
        Err(Stop::Unknown) => Ok(Ink::Unknown),
    }
}

/// Why following a page ended.
enum Stop {
    Cost(pdf::Error),
    Unknown,
}

impl From<pdf::Error> for Stop {
    fn from(error: pdf::Error) -> Self {
        if matches!(error, pdf::Error::Cost { .. }) { Self::Cost(error) } else { Self::Unknown }
    }
}

/// A transformation of coordinates (ISO 32000-2, 8.3.3).
#[derive(Clone, Copy, Debug)]
struct Matrix([f64; 6]);

impl Matrix {
    const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    const fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First this one, then the other.
    fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [m, n, o, p, q, r]) = (self.0, other.0);
        Self([
            a * m + b * o,
            a * n + b * p,
            c * m + d * o,
            c * n + d * p,
            e * m + f * o + q,
            e * n + f * p + r,
        ])
    }

    fn point(self, x: f64, y: f64) -> [f64; 2] {
        let [a, b, c, d, e, f] = self.0;
        [a * x + c * y + e, b * x + d * y + f]
    }

    /// The box around a box.
    fn around(self, area: Rectangle) -> Option<Rectangle> {
        let [left, bottom, right, top] = area.sides();
        let corners =
            [(left, bottom), (right, bottom), (left, top), (right, top)].map(|(x, y)| self.point(x, y));
        let pick = |by: fn(f64, f64) -> f64, axis: usize, start: f64| {
            corners.iter().filter_map(|corner| corner.get(axis)).fold(start, |all, &value| by(all, value))
        };
        let low = [pick(f64::min, 0, f64::INFINITY), pick(f64::min, 1, f64::INFINITY)];
        let high = [pick(f64::max, 0, f64::NEG_INFINITY), pick(f64::max, 1, f64::NEG_INFINITY)];
        let finite = low.iter().chain(&high).all(|side| side.is_finite());
        finite.then(|| Rectangle::new(low, high))
    }
}

/// What text is shown with, and where.
#[derive(Clone, Debug)]
struct State {
    ctm: Matrix,
    font: Option<Vec<u8>>,
    size: f64,
    character_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

impl State {
    /// As a page begins (8.4.1, table 51).
    const fn new() -> Self {
        Self {
            ctm: Matrix::IDENTITY,
            font: None,
            size: 0.0,
            character_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

/// How many operands an operator takes that shows something, or says with what; `None` for the others.
const fn wanted(operator: &[u8]) -> Option<usize> {
    match operator {
        b"Tj" | b"TJ" | b"'" | b"Do" | b"gs" => Some(1),
        b"Tf" => Some(2),
        b"\"" => Some(3),
        _ => None,
    }
}

/// How wide the characters of a font are, in parts of its size.
#[derive(Debug)]
enum Widths {
    /// One byte a character: the width of each of the 256.
    Simple(Vec<f64>),
    /// Two bytes a character.
    Composite { widths: BTreeMap<u32, f64>, default: f64 },
}

/// The resources of a content stream by name: one with ten thousand of them may be asked two hundred thousand times.
struct Shelf {
    fonts: Named,
    states: Named,
    objects: Named,
    /// Fonts that were read, by name.
    widths: BTreeMap<Vec<u8>, Rc<Widths>>,
    /// Parameters that bring no font.
    harmless: BTreeSet<Vec<u8>>,
}

type Named = BTreeMap<Vec<u8>, Object>;

struct Painter<'f, 'a> {
    view: View<'f, 'a>,
    operations: usize,
    content: usize,
    forms: usize,
    boxes: Vec<Rectangle>,
    fonts: BTreeMap<Ref, Rc<Widths>>,
}

impl Painter<'_, '_> {
    fn page(&mut self, page: Ref) -> Result<(), Stop> {
        let body = self.view.body(page)?;
        let dictionary = body.value.as_dictionary().ok_or(Stop::Unknown)?;
        let resources = self.inherited_resources(dictionary)?;
        let mut streams = Vec::new();
        match dictionary.get("Contents") {
            None => {}
            Some(value) => match self.view.resolve(value)?.as_ref() {
                Object::Array(items) => streams.extend(items.iter().map(Object::as_reference)),
                _ => streams.push(value.as_reference()),
            },
        }
        // Operators may be divided between the parts (7.8.2).
        let mut content = Vec::new();
        for stream in streams {
            self.decoded(&self.view.body(stream.ok_or(Stop::Unknown)?)?, &mut content)?;
        }
        self.run(&content, &resources, State::new(), 0)
    }

    fn inherited_resources(&self, page: &Dictionary) -> Result<Dictionary, Stop> {
        let mut node = page.clone();
        for _ in 0..64 {
            if let Some(found) = self.view.dictionary(&node, "Resources")? {
                return Ok(found);
            }
            match self.view.dictionary(&node, "Parent")? {
                Some(parent) => node = parent,
                None => break,
            }
        }
        Ok(Dictionary::new())
    }

    fn decoded(&mut self, body: &pdf::Body, out: &mut Vec<u8>) -> Result<(), Stop> {
        let part = self.view.decoded(body)?;
        self.content = self.content.saturating_add(part.len());
        if self.content > MAX_CONTENT {
            return Err(Stop::Unknown);
        }
        self.view.spend(Work::Read, part.len())?;
        out.extend_from_slice(&part);
        out.push(b'\n');
        Ok(())
    }

    /// Follows a content stream.
    fn run(
        &mut self,
        content: &[u8],
        resources: &Dictionary,
        start: State,
        depth: usize,
    ) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::Unknown);
        }
        let mut run = Run {
            state: start,
            saved: Vec::new(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            path: None,
            curved: false,
            lines: 0,
        };
        let mut shelf = self.shelf(resources)?;
        let mut stop = None;
        let read = operations(content, |operands, operator| {
            self.operations += 1;
            // Of the file as a whole, too.
            let spent = self.view.spend(Work::Compared, 8).map_err(Stop::from);
            let step = if spent.is_err() {
                spent
            } else if self.operations > MAX_OPERATIONS || self.boxes.len() > MAX_BOXES {
                Err(Stop::Unknown)
            } else {
                self.step(&mut run, operands, operator, &mut shelf, resources, depth)
            };
            step.map_err(|why| {
                stop = Some(why);
                pdf::Error::Filter
            })
        });
        match (stop, read) {
            (Some(why), _) => Err(why),
            (None, read) => Ok(read?),
        }
    }

    fn step(
        &mut self,
        run: &mut Run,
        operands: &[Object],
        operator: &[u8],
        shelf: &mut Shelf,
        resources: &Dictionary,
        depth: usize,
    ) -> Result<(), Stop> {
        // Of operands too many, readers take the first or the last.
        if wanted(operator).is_some_and(|count| operands.len() != count) {
            return Err(Stop::Unknown);
        }
        let numbers: Vec<f64> = operands.iter().filter_map(number).collect();
        let take = |count: usize| match numbers.get(..count) {
            Some(found) if numbers.len() == count && operands.len() == count => Ok(found),
            _ => Err(Stop::Unknown),
        };
        let one = || take(1).and_then(|found| found.first().copied().ok_or(Stop::Unknown));
        let state = &mut run.state;
        match operator {
            b"q" => {
                if run.saved.len() > MAX_DEPTH {
                    return Err(Stop::Unknown);
                }
                run.saved.push(state.clone());
            }
            b"Q" => {
                if let Some(saved) = run.saved.pop() {
                    *state = saved;
                }
            }
            b"cm" => state.ctm = matrix(take(6)?)?.then(state.ctm),
            b"BT" => (run.text, run.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
            b"Tc" => state.character_space = one()?,
            b"Tw" => state.word_space = one()?,
            b"Tz" => state.scale = one()? / 100.0,
            b"TL" => state.leading = one()?,
            b"Ts" => state.rise = one()?,
            b"Tf" => {
                let (Some(Object::Name(name)), Some(size)) = (operands.first(), numbers.first()) else {
                    return Err(Stop::Unknown);
                };
                (state.font, state.size) = (Some(name.clone()), *size);
            }
            b"Tm" => {
                run.line = matrix(take(6)?)?;
                run.text = run.line;
            }
            b"Td" | b"TD" => {
                let &[x, y] = take(2)? else { return Err(Stop::Unknown) };
                if operator == b"TD" {
                    state.leading = -y;
                }
                run.new_line(x, y);
            }
            b"T*" => run.new_line(0.0, -run.state.leading),
            b"Tj" | b"TJ" => self.show(run, operands.first(), shelf)?,
            b"'" => {
                run.new_line(0.0, -run.state.leading);
                self.show(run, operands.first(), shelf)?;
            }
            b"\"" => {
                let (Some(word), Some(character)) = (numbers.first(), numbers.get(1)) else {
                    return Err(Stop::Unknown);
                };
                (state.word_space, state.character_space) = (*word, *character);
                run.new_line(0.0, -run.state.leading);
                self.show(run, operands.get(2), shelf)?;
            }
            // A pattern paints a content of its own, letters too.
            b"scn" | b"SCN" if operands.iter().any(|operand| operand.as_name().is_some()) => {
                return Err(Stop::Unknown);
            }
            b"gs" => self.parameters(operands.first(), shelf)?,
            b"BI" => self.boxes.push(unit(state.ctm)?),
            b"Do" => self.object(&run.state, operands.first(), shelf, resources, depth)?,
            b"m" | b"l" => {
                run.lines += usize::from(operator == b"l");
                run.to(&numbers);
            }
            b"re" => {
                let &[x, y, width, height] = take(4)? else { return Err(Stop::Unknown) };
                run.to(&[x, y]);
                run.to(&[x + width, y + height]);
            }
            b"c" | b"v" | b"y" => {
                run.curved = true;
                numbers.chunks(2).for_each(|point| run.to(point));
            }
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"n" => {
                let filled = !matches!(operator, b"S" | b"s" | b"n");
                // Frames and bars have four sides; letters have curves, or more of them.
                let lettered = run.curved || run.lines > if filled { 4 } else { MAX_STROKES };
                if let Some(path) = run.path.take().filter(|_| operator != b"n" && lettered) {
                    self.boxes.push(run.state.ctm.around(path).ok_or(Stop::Unknown)?);
                }
                (run.curved, run.lines) = (false, 0);
            }
            _ => {}
        }
        Ok(())
    }

    /// Shows strings, and moves on.
    fn show(&mut self, run: &mut Run, shown: Option<&Object>, shelf: &mut Shelf) -> Result<(), Stop> {
        let parts = match shown {
            Some(Object::Array(items)) => items.as_slice(),
            Some(string @ Object::String(_)) => std::slice::from_ref(string),
            _ => return Err(Stop::Unknown),
        };
        let name = run.state.font.clone().ok_or(Stop::Unknown)?;
        let widths = self.font(&name, shelf)?;
        let State { size, character_space, word_space, scale, rise, .. } = run.state;
        let (mut at, mut low, mut high) = (0.0_f64, 0.0_f64, 0.0_f64);
        for part in parts {
            match part {
                Object::String(bytes) => {
                    for (width, is_space) in widths.advances(bytes) {
                        let space = if is_space { word_space } else { 0.0 };
                        // A character may be drawn wider than it advances.
                        high = high.max(at + width.abs().max(0.3) * size.abs() * scale.abs());
                        at += (width * size + character_space + space) * scale;
                        (low, high) = (low.min(at), high.max(at));
                    }
                }
                moved => {
                    at -= number(moved).ok_or(Stop::Unknown)? / 1000.0 * size * scale;
                    (low, high) = (low.min(at), high.max(at));
                }
            }
        }
        let (below, above) = (DESCENT * size.abs() + rise, ASCENT * size.abs() + rise);
        let (below, above) = if size < 0.0 { (-above, -below) } else { (below, above) };
        let area = Rectangle::new([low, below], [high, above]);
        self.boxes.push(run.text.then(run.state.ctm).around(area).ok_or(Stop::Unknown)?);
        run.text = Matrix::shift(at, 0.0).then(run.text);
        Ok(())
    }

    fn shelf(&self, resources: &Dictionary) -> Result<Shelf, Stop> {
        let named = |key| -> Result<Named, Stop> {
            let found = self.view.dictionary(resources, key)?.unwrap_or_default();
            self.view.spend(Work::Compared, found.len())?;
            Ok(found.into_values().collect())
        };
        Ok(Shelf {
            fonts: named("Font")?,
            states: named("ExtGState")?,
            objects: named("XObject")?,
            widths: BTreeMap::new(),
            harmless: BTreeSet::new(),
        })
    }

    /// A font by its name in the resources, read once.
    fn font(&mut self, name: &[u8], shelf: &mut Shelf) -> Result<Rc<Widths>, Stop> {
        if let Some(known) = shelf.widths.get(name) {
            return Ok(Rc::clone(known));
        }
        let value = shelf.fonts.get(name).ok_or(Stop::Unknown)?;
        let reference = value.as_reference();
        let widths = match reference.and_then(|reference| self.fonts.get(&reference)) {
            Some(known) => Rc::clone(known),
            None => {
                let resolved = self.view.resolve(value)?;
                let font = resolved.as_dictionary().ok_or(Stop::Unknown)?;
                Rc::new(Widths::read(self.view, font)?)
            }
        };
        if let Some(reference) = reference {
            self.fonts.insert(reference, Rc::clone(&widths));
        }
        shelf.widths.insert(name.to_vec(), Rc::clone(&widths));
        Ok(widths)
    }

    /// A dictionary of graphics state parameters may bring a font.
    fn parameters(&self, name: Option<&Object>, shelf: &mut Shelf) -> Result<(), Stop> {
        let name = name.and_then(Object::as_name).ok_or(Stop::Unknown)?;
        if shelf.harmless.contains(name) {
            return Ok(());
        }
        let value = self.view.resolve(shelf.states.get(name).ok_or(Stop::Unknown)?)?;
        // A soft mask is a picture made of a content of its own.
        let masks = |mask: &Object| mask.as_name() != Some(b"None");
        let harmless = |d: &Dictionary| d.get("Font").is_none() && !d.get("SMask").is_some_and(masks);
        if !value.as_dictionary().is_some_and(harmless) {
            return Err(Stop::Unknown);
        }
        shelf.harmless.insert(name.to_vec());
        Ok(())
    }

    /// A picture, or a form with content of its own.
    fn object(
        &mut self,
        state: &State,
        name: Option<&Object>,
        shelf: &Shelf,
        resources: &Dictionary,
        depth: usize,
    ) -> Result<(), Stop> {
        self.forms += 1;
        if self.forms > MAX_FORMS {
            return Err(Stop::Unknown);
        }
        let name = name.and_then(Object::as_name).ok_or(Stop::Unknown)?;
        let reference = shelf.objects.get(name).and_then(Object::as_reference).ok_or(Stop::Unknown)?;
        let body = self.view.body(reference)?;
        let dictionary = body.value.as_dictionary().ok_or(Stop::Unknown)?;
        match dictionary.get("Subtype").and_then(Object::as_name) {
            Some(b"Image") => self.boxes.push(unit(state.ctm)?),
            Some(b"Form") => {
                let own = self.view.array(dictionary, "Matrix")?;
                let own = match own {
                    Some(items) => matrix(&items.iter().filter_map(number).collect::<Vec<_>>())?,
                    None => Matrix::IDENTITY,
                };
                let mut content = Vec::new();
                self.decoded(&body, &mut content)?;
                let own_resources = self.view.dictionary(dictionary, "Resources")?;
                // A form begins with the state that draws it (8.10.1), but for a font, which it has to name by its own
                // resources.
                let start = State { ctm: own.then(state.ctm), font: None, ..state.clone() };
                self.run(&content, own_resources.as_ref().unwrap_or(resources), start, depth + 1)?;
            }
            _ => return Err(Stop::Unknown),
        }
        Ok(())
    }
}

/// A content stream on its way.
struct Run {
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    /// Around the path that is being made.
    path: Option<Rectangle>,
    curved: bool,
    /// Straight lines in it.
    lines: usize,
}

impl Run {
    fn new_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.text = self.line;
    }

    fn to(&mut self, point: &[f64]) {
        let &[x, y] = point else { return };
        self.path = Some(match self.path.map(|path| path.sides()) {
            Some([left, bottom, right, top]) => {
                Rectangle::new([left.min(x), bottom.min(y)], [right.max(x), top.max(y)])
            }
            None => Rectangle::new([x, y], [x, y]),
        });
    }
}

impl Widths {
    /// Of a font (9.6, 9.7).
    fn read(view: View<'_, '_>, font: &Dictionary) -> Result<Self, Stop> {
        let subtype = font.get("Subtype").and_then(Object::as_name);
        if subtype == Some(b"Type0") {
            return Self::composite(view, font);
        }
        let Some(list) = view.array(font, "Widths")? else {
            let name = font.get("BaseFont").and_then(Object::as_name).unwrap_or_default();
            let known = |start: &[u8]| name.starts_with(start);
            // Another encoding gives a narrow letter's code to a wide one.
            let plain = font.get("Encoding").is_none_or(|encoding| encoding.as_name().is_some());
            let standard = plain && (known(b"Helvetica") || known(b"Times") || known(b"Courier"));
            let fixed = known(b"Courier");
            let widths = (0..=u8::MAX).map(|byte| if fixed { 0.6 } else { standard_width(byte) });
            return standard.then(|| Self::Simple(widths.collect())).ok_or(Stop::Unknown);
        };
        view.spend(Work::Compared, list.len())?;
        // Its characters are contents of their own, and may paint beside their boxes.
        if subtype == Some(b"Type3") {
            return Err(Stop::Unknown);
        }
        let mut listed = Vec::new();
        for width in list.iter().take(256) {
            listed.push(number(view.resolve(width)?.as_ref()).ok_or(Stop::Unknown)? * 0.001);
        }
        let first = font.get("FirstChar").and_then(Object::as_integer).and_then(|n| usize::try_from(n).ok());
        // Of the others nobody knows more than that they are hardly wider than this.
        let mut widths = vec![1.0; 256];
        let places = widths.iter_mut().skip(first.ok_or(Stop::Unknown)?);
        places.zip(listed).for_each(|(place, width)| *place = width);
        Ok(Self::Simple(widths))
    }

    fn composite(view: View<'_, '_>, font: &Dictionary) -> Result<Self, Stop> {
        // Another encoding may make one character of one byte, or write downwards.
        if font.get("Encoding").and_then(Object::as_name) != Some(b"Identity-H") {
            return Err(Stop::Unknown);
        }
        let descendants = view.array(font, "DescendantFonts")?.ok_or(Stop::Unknown)?;
        let descendant = view.resolve(descendants.first().ok_or(Stop::Unknown)?)?.into_owned();
        let descendant = descendant.as_dictionary().ok_or(Stop::Unknown)?;
        let default = match descendant.get("DW") {
            Some(value) => number(value).unwrap_or(1000.0),
            None => 1000.0,
        };
        let mut widths = BTreeMap::new();
        let list = view.array(descendant, "W")?.unwrap_or_default();
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
                        widths.insert(code, number(width).ok_or(Stop::Unknown)? / 1000.0);
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
                    widths.extend((first..=last).map(|code| (code, width / 1000.0)));
                    at += 3;
                }
            }
        }
        Ok(Self::Composite { widths, default: default / 1000.0 })
    }

    /// How far each character of a string moves on, and whether it is a space.
    fn advances<'w>(&'w self, bytes: &'w [u8]) -> Box<dyn Iterator<Item = (f64, bool)> + 'w> {
        match self {
            Self::Simple(widths) => Box::new(
                bytes
                    .iter()
                    .map(move |&byte| (widths.get(usize::from(byte)).copied().unwrap_or(1.0), byte == b' ')),
            ),
            Self::Composite { widths, default } => Box::new(bytes.chunks(2).map(move |pair| {
                let code = pair.iter().fold(0, |code, &byte| code << 8 | u32::from(byte));
                (widths.get(&code).copied().unwrap_or(*default), false)
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

fn matrix(numbers: &[f64]) -> Result<Matrix, Stop> {
    <[f64; 6]>::try_from(numbers).map(Matrix).map_err(|_| Stop::Unknown)
}

/// Where a picture is drawn: the square of one unit.
fn unit(ctm: Matrix) -> Result<Rectangle, Stop> {
    ctm.around(Rectangle::new([0.0, 0.0], [1.0, 1.0])).ok_or(Stop::Unknown)
}
