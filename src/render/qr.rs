//! The QR symbol as vector graphics.

use qrcode::bits::encode_auto;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::{Color, EcLevel, ec};

use super::Error;

/// Quiet zone of ISO/IEC 18004: four modules on every side.
const QUIET: usize = 4;

/// The symbol as SVG, one unit a module, quiet zone included. One path of horizontal runs: hairlines
/// between single squares would make readers stumble.
pub(super) fn svg(text: &str) -> Result<String, Error> {
    let modules = modules(text).ok_or(Error::Qr)?;
    let width = modules.len().isqrt();
    let mut path = String::new();
    for (y, row) in modules.chunks(width.max(1)).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] {
                let length = run.len();
                path.push_str(&format!("M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET));
            }
            x += run.len();
        }
    }
    let size = width + 2 * QUIET;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\">\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

/// Masks in the order of ISO/IEC 18004, 7.8.2: of equal ones the first counts.
const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// The modules row by row, dark ones true: the same symbol as `qrcode::QrCode` gives, whose search for the best mask takes
/// a tenth of the time of a document.
fn modules(text: &str) -> Option<Vec<bool>> {
    let level = EcLevel::M;
    let bits = encode_auto(text.as_bytes(), level).ok()?;
    let version = bits.version();
    let (data, check) = ec::construct_codewords(&bits.into_bytes(), version, level).ok()?;
    let mut canvas = Canvas::new(version, level);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &check);
    let masked = MASKS.map(|mask| -> Vec<bool> {
        let mut canvas = canvas.clone();
        canvas.apply_mask(mask);
        canvas.into_colors().into_iter().map(|colour| colour == Color::Dark).collect()
    });
    masked.into_iter().min_by_key(|modules| penalty(modules))
}

/// One row or column as bits, the first module lowest; a symbol has at most 177.
type Line = [u128; 2];

/// How badly a masked symbol can be read (ISO/IEC 18004, 7.8.3), as `qrcode` counts it.
fn penalty(modules: &[bool]) -> usize {
    let width = modules.len().isqrt();
    let mut rows: Vec<Line> = vec![[0; 2]; width];
    let mut columns = rows.clone();
    for (at, _) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
        let (x, y) = (at % width, at / width);
        rows[y][x / 128] |= 1 << (x % 128);
        columns[x][y / 128] |= 1 << (y % 128);
    }
    let both = || rows.iter().chain(&columns);
    let adjacent: usize = both().map(|line| runs(*line, width)).sum();
    let blocks: usize = rows.windows(2).map(|pair| blocks(pair[0], pair[1], width)).sum();
    let finders: usize = both().map(|line| finders(*line, width)).sum();
    let dark: usize = modules.iter().filter(|dark| **dark).count();
    let balance = (dark * 200 / modules.len().max(1)).abs_diff(100);
    // The three real finder patterns are no fault.
    adjacent + 3 * blocks + (40 * finders).saturating_sub(2 * 360) + balance
}

fn at(line: Line, index: usize) -> bool {
    line[index / 128] >> (index % 128) & 1 == 1
}

/// `n` modules further on.
fn later(line: Line, n: usize) -> Line {
    [line[0] >> n | line[1] << (128 - n), line[1] >> n]
}

/// The first `n` modules.
fn first(n: usize) -> Line {
    let low = |n: usize| if n >= 128 { u128::MAX } else { (1 << n) - 1 };
    [low(n), low(n.saturating_sub(128))]
}

/// Five modules of a colour or more.
fn runs(line: Line, width: usize) -> usize {
    let (mut points, mut length) = (0, 1);
    for i in 1..=width {
        if i < width && at(line, i) == at(line, i - 1) {
            length += 1;
        } else {
            if length >= 5 {
                points += length - 2;
            }
            length = 1;
        }
    }
    points
}

/// Two by two modules of a colour.
fn blocks(upper: Line, lower: Line, width: usize) -> usize {
    let (right_upper, right_lower, within) = (later(upper, 1), later(lower, 1), first(width - 1));
    let found = |i: usize| {
        !(upper[i] ^ right_upper[i]) & !(lower[i] ^ right_lower[i]) & !(upper[i] ^ lower[i]) & within[i]
    };
    [found(0), found(1)].map(ones).iter().sum()
}

/// What looks like a finder pattern: dark and light as 1:1:3:1:1, with nothing dark within four modules on one side.
fn finders(line: Line, width: usize) -> usize {
    let moved = [0, 1, 2, 3, 4, 5, 6].map(|n| if n == 0 { line } else { later(line, n) });
    let within = first(width - 6);
    let found = [0, 1].map(|i| {
        let [a, b, c, d, e, f, g] = moved.map(|line| line[i]);
        a & !b & c & d & e & !f & g & within[i]
    });
    if found == [0; 2] {
        return 0;
    }
    let dark = |range: std::ops::Range<usize>| range.into_iter().any(|i| i < width && at(line, i));
    (0..width - 6)
        .filter(|j| at(found, *j))
        .filter(|j| !dark(j.saturating_sub(4)..*j) || !dark(j + 7..j + 11))
        .count()
}

#[expect(clippy::as_conversions, reason = "at most 128")]
const fn ones(bits: u128) -> usize {
    bits.count_ones() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Documents are made again for ever, and the library's own choice of the mask is the one on those that were issued.
    #[test]
    fn it_is_the_symbol_of_the_library() {
        let mut text = String::from("https://cek.contoh.example/d/");
        for i in 0..300_u32 {
            text.push(char::from_digit(i.wrapping_mul(2_654_435_761) >> 7 & 31, 32).unwrap());
            if i % 7 == 0 {
                text.make_ascii_uppercase();
            }
            let library = qrcode::QrCode::with_error_correction_level(&text, EcLevel::M).unwrap();
            let theirs: Vec<bool> = library.to_colors().iter().map(|colour| *colour == Color::Dark).collect();
            assert!(modules(&text).unwrap() == theirs, "{text}");
        }
    }
}
