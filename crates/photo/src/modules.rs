//! Reading the modules of a symbol from grey levels, where its corners are known.
//!
//! Black and white is decided dot by dot, and a module of a small symbol is then what its middle dot is.
//! The mean of a module has less noise, and blur is taken back module by module.

use image::GrayImage;
use rxing::Point;
use rxing::common::{BitMatrix, PerspectiveTransform, Quadrilateral};

use crate::copies;

/// How much of the difference to its neighbours is added to a module: without blur, and with blur of about
/// a third and a half of a module.
const SHARPENINGS: [f32; 3] = [0.4, 0.0, 1.0];

/// Shifts of the fourth corner that are tried, in modules: it has no pattern of its own and is reckoned
/// from the others.
const SHIFTS: [(f32, f32); 5] = [(0.0, 0.0), (0.7, 0.0), (-0.7, 0.0), (0.0, 0.7), (0.0, -0.7)];

/// Modules on each side that a module is compared with.
const REACH: usize = 4;

/// The symbol's modules in several ways, for whoever can decode one of them. `corners` are the outer
/// corners: upper left, upper right, lower right, lower left.
pub(crate) fn readings(copy: &GrayImage, corners: [Point; 4], side: u32) -> impl Iterator<Item = BitMatrix> {
    let [_, upper, lower, left] = corners;
    let modules = copies::float(side);
    SHIFTS.into_iter().flat_map(move |(across, down)| {
        let mut shifted = corners;
        shifted[2] = Point {
            x: lower.x + ((lower.x - left.x) * across + (lower.x - upper.x) * down) / modules,
            y: lower.y + ((lower.y - left.y) * across + (lower.y - upper.y) * down) / modules,
        };
        let levels = levels(copy, shifted, side);
        SHARPENINGS.into_iter().filter_map(move |amount| dark(levels.as_deref()?, side, amount))
    })
}

/// The mean level of every module, row by row; `None` if the symbol is not wholly in the copy.
fn levels(copy: &GrayImage, corners: [Point; 4], side: u32) -> Option<Vec<f32>> {
    const PARTS: [f32; 3] = [0.25, 0.5, 0.75];
    let square = Quadrilateral::rectangle(i32::try_from(side).ok()?, i32::try_from(side).ok()?, Some(0.0));
    let transform =
        PerspectiveTransform::quadrilateralToQuadrilateral(square, Quadrilateral::from(corners)).ok()?;
    let mut levels = Vec::new();
    for row in 0..side {
        for column in 0..side {
            let mut sum = 0.0;
            for down in PARTS {
                for right in PARTS {
                    let module = Point { x: copies::float(column) + right, y: copies::float(row) + down };
                    let dot = transform.transform_point(module);
                    if dot.x < 0.0 || dot.y < 0.0 {
                        return None;
                    }
                    let dot = copy.get_pixel_checked(copies::whole(dot.x), copies::whole(dot.y))?;
                    sum += f32::from(dot.0[0]);
                }
            }
            levels.push(sum / 9.0);
        }
    }
    Some(levels)
}

/// What is darker than the mean of the modules around it, after blur was taken back.
fn dark(levels: &[f32], side: u32, amount: f32) -> Option<BitMatrix> {
    let rows: Vec<&[f32]> = levels.chunks_exact(usize::try_from(side).ok()?).collect();
    let mean = |x: usize, y: usize, reach: usize| {
        let near = rows.iter().take(y + reach + 1).skip(y.saturating_sub(reach));
        let near = near.flat_map(|row| row.iter().take(x + reach + 1).skip(x.saturating_sub(reach)));
        let (sum, count) = near.fold((0.0, 0.0), |(sum, count), level| (sum + level, count + 1.0));
        sum / count
    };
    let mut bits = BitMatrix::new(side, side).ok()?;
    for (y, row) in (0..).zip(&rows) {
        for (x, level) in (0..).zip(*row) {
            let (column, line) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
            let own = level + amount * (level - mean(column, line, 1));
            if own < mean(column, line, REACH) {
                bits.set(x, y);
            }
        }
    }
    Some(bits)
}
