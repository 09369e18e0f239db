//! The QR symbol as vector graphics.

use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

use super::Error;

/// Quiet zone of ISO/IEC 18004: four modules on every side.
const QUIET: usize = 4;

/// The symbol as SVG, one unit a module, quiet zone included. One path of horizontal runs: hairlines
/// between single squares would make readers stumble.
pub(super) fn svg(text: &str) -> Result<String, Error> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| Error::Qr)?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
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
