//! What a picture of an office may cost. A drawing of three hundred bytes can ask for an hour of filtering, and one of a
//! hundred kilobytes unfold to a gigabyte; every document would pay for it, and every check.

use std::io::Cursor;

use image::ImageReader;

/// Most dots of one side. An emblem of 24 mm at 1200 dots an inch has 1134.
const MAX_SIDE: u32 = 4_000;

/// Largest drawing. Emblems of regencies, drawn with care, have some hundred kilobytes.
const MAX_DRAWING: usize = 2 * 1024 * 1024;

/// What a drawing may not hold: what is computed dot by dot, and pictures and texts inside it, which look different
/// elsewhere.
const REFUSED: [&str; 5] = ["<filter", "<image", "<foreignobject", "<text", "<script"];

/// Why a picture is not taken, before anything is made of it.
pub(super) fn fault(name: &str, bytes: &[u8]) -> Option<String> {
    let lower = name.to_lowercase();
    if lower.ends_with(".svg") {
        if bytes.len() > MAX_DRAWING {
            return Some(format!("more than {} MB", MAX_DRAWING / 1024 / 1024));
        }
        // Names may have a prefix: `<svg:filter`.
        let text = String::from_utf8_lossy(bytes).to_lowercase().replace("<svg:", "<");
        let tag = REFUSED.iter().find(|part| text.contains(**part)).map(|part| format!("{part}>"));
        return tag.or_else(|| filtered(&text).then(|| "filter:".to_owned()));
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    if let Ok((width, height)) = reader.into_dimensions()
        && width.max(height) > MAX_SIDE
    {
        return Some(format!("{width} × {height} > {MAX_SIDE} × {MAX_SIDE}"));
    }
    // A download that broke off: some viewers show a part of it, others nothing. The mark of the end stands behind the
    // last scan and never inside one; what cameras put behind it does no harm.
    let scan = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap_or_default();
    let ends = bytes[scan..].windows(2).any(|pair| pair == [0xFF, 0xD9]);
    (bytes.starts_with(&[0xFF, 0xD8]) && !ends).then(|| "JPEG without its end".to_owned())
}

/// Whether a drawing asks for a filter in a style or an attribute. `color-interpolation-filters` is none.
fn filtered(text: &str) -> bool {
    text.match_indices("filter").any(|(at, word)| {
        let rest = text[at + word.len()..].trim_start();
        let value = rest.strip_prefix([':', '=']).map(|value| value.trim_start_matches([' ', '"', '\'']));
        value.is_some_and(|value| !value.starts_with("none"))
    })
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn what_costs_too_much_is_refused() {
        let svg =
            |inner: &str| format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{inner}</svg>");
        assert_eq!(fault("emblem.svg", svg("<path d='M0 0h9v9z'/>").as_bytes()), None);
        for inner in ["<filter id='f'/>", "<FILTER/>", "<svg:filter/>", "<image href='x'/>", "<text>a</text>"]
        {
            assert!(fault("emblem.svg", svg(inner).as_bytes()).is_some(), "{inner}");
        }
        for style in
            ["filter:blur(3px)", "filter : url(#f)", "x:y;filter:none;filter:drop-shadow(0 0 9px red)"]
        {
            assert!(
                fault("emblem.svg", svg(&format!("<g style='{style}'/>")).as_bytes()).is_some(),
                "{style}"
            );
        }
        for style in ["filter:none", "filter='none'", "color-interpolation-filters:sRGB"] {
            assert_eq!(
                fault("emblem.svg", svg(&format!("<g style='{style}'/>")).as_bytes()),
                None,
                "{style}"
            );
        }
        let mut png = Vec::new();
        let picture = image::GrayImage::new(4_001, 1);
        picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        assert!(fault("emblem.png", &png).is_some());
        let jpeg =
            |rest: &[u8]| fault("emblem.jpg", &[&[0xFF, 0xD8, 0xFF, 0xD9, 0xFF, 0xDA, 1], rest].concat());
        assert!(jpeg(&[2, 3]).is_some(), "the small picture inside is whole, the picture is not");
        assert_eq!(jpeg(&[2, 0xFF, 0xD9]), None);
        assert_eq!(jpeg(&[&[0xFF, 0xD9][..], &[0; 200]].concat()), None);
    }
}
