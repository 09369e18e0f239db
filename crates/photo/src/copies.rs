//! Copies of a picture, or of a part of it, that are easier to read.

use image::{DynamicImage, GrayImage, Luma, imageops};
use rxing::BinaryBitmap;
use rxing::common::{BitMatrix, HybridBinarizer};

use crate::symbols::Spot;

/// How light and dark are told apart in a copy. `module` is the size of a module in dots.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Look {
    /// Block by block (Owen's hybrid binarizer).
    Plain,
    /// The same after smoothing: for noise, which looks like print on blank paper.
    Smooth { module: f32 },
    /// The same after blur has been taken back.
    Sharp { module: f32 },
    /// Dot by dot against its surroundings: for shade with an edge.
    Threshold { module: f32 },
    /// Both.
    SharpThreshold { module: f32 },
}

/// The ratio of the sides of two pictures of the same shape, from their dots.
#[expect(clippy::as_conversions, reason = "a ratio, for which 24 bits are enough")]
pub(crate) fn side_ratio(dots: u64, of: u64) -> f32 {
    (dots as f32 / of.max(1) as f32).sqrt()
}

/// A number of dots as a whole number.
#[expect(clippy::as_conversions, reason = "not negative and small; the cast clips everything else")]
pub(crate) const fn whole(dots: f32) -> u32 {
    dots as u32
}

/// A side as a number to reckon with.
#[expect(clippy::as_conversions, reason = "sides of pictures, far below 2^24")]
pub(crate) const fn float(side: u32) -> f32 {
    side as f32
}

/// The picture at another size; `None` if that has more than `most` dots or is too small for a symbol.
pub(crate) fn zoomed(picture: &GrayImage, zoom: f32, most: u64) -> Option<GrayImage> {
    /// A symbol of version 1 has 21 modules.
    const SMALLEST: u32 = 40;
    let width = whole(float(picture.width()) * zoom);
    let height = whole(float(picture.height()) * zoom);
    if width < SMALLEST || height < SMALLEST || u64::from(width) * u64::from(height) > most {
        return None;
    }
    if (width, height) == picture.dimensions() {
        return Some(picture.clone());
    }
    if zoom <= 0.6 {
        let whole = DynamicImage::from(picture.clone());
        return Some(whole.thumbnail_exact(width, height).into_luma8());
    }
    resampled(picture, width, height)
}

/// Four neighbours and their weights, for each dot of a side (Keys 1981, a = -1/2; "Catmull-Rom").
fn taps(from: u32, to: u32) -> Vec<([usize; 4], [f32; 4])> {
    let step = float(from) / float(to);
    let last = from.saturating_sub(1);
    (0..to)
        .map(|i| {
            let place = ((float(i) + 0.5) * step - 0.5).max(0.0);
            let (base, t) = (whole(place), place.fract());
            let near = [base.saturating_sub(1), base, base + 1, base + 2].map(|n| size(n.min(last)));
            let weights = [
                ((2.0 - t) * t - 1.0) * t / 2.0,
                ((3.0 * t - 5.0) * t * t + 2.0) / 2.0,
                ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0,
                (t - 1.0) * t * t / 2.0,
            ];
            (near, weights)
        })
        .collect()
}

/// The picture at another size, smoothly. `image`'s own resampling takes ten times as long.
fn resampled(picture: &GrayImage, width: u32, height: u32) -> Option<GrayImage> {
    let columns = taps(picture.width(), width);
    let rows: Vec<&[u8]> = picture.as_raw().chunks_exact(size(picture.width())).collect();
    let mut dots = Vec::with_capacity(size(width) * size(height));
    let mut row = vec![0.0_f32; size(picture.width())];
    for (near, [a, b, c, d]) in taps(picture.height(), height) {
        let [before, upper, lower, after] = near.map(|n| rows.get(n).copied().unwrap_or_default());
        let four = before.iter().zip(upper).zip(lower.iter().zip(after));
        for (sum, ((w, x), (y, z))) in row.iter_mut().zip(four) {
            *sum = a * f32::from(*w) + b * f32::from(*x) + c * f32::from(*y) + d * f32::from(*z);
        }
        let at = |n: usize| row.get(n).copied().unwrap_or_default();
        for ([w, x, y, z], [a, b, c, d]) in &columns {
            dots.push(level(a * at(*w) + b * at(*x) + c * at(*y) + d * at(*z)));
        }
    }
    GrayImage::from_raw(width, height, dots)
}

/// The level of a dot.
#[expect(clippy::as_conversions, reason = "rounded, and clipped by the cast to what a dot can be")]
fn level(value: f32) -> u8 {
    (value + 0.5) as u8
}

/// A side or place as an index.
fn size(dots: u32) -> usize {
    usize::try_from(dots).unwrap_or_default()
}

/// The part of a picture where a symbol is, and its left and upper edge.
pub(crate) fn part(picture: &GrayImage, spot: &Spot) -> (f32, f32, GrayImage) {
    let left = whole(spot.x - spot.radius).min(picture.width());
    let top = whole(spot.y - spot.radius).min(picture.height());
    let right = whole(spot.x + spot.radius).min(picture.width());
    let bottom = whole(spot.y + spot.radius).min(picture.height());
    let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
    let view = imageops::crop_imm(picture, left, top, width, height);
    (float(left), float(top), view.to_image())
}

/// The standard deviation of the levels in the middle of a spot, from some hundred dots.
pub(crate) fn contrast(picture: &GrayImage, spot: &Spot) -> f32 {
    const STEPS: [f32; 20] = [
        -0.475, -0.425, -0.375, -0.325, -0.275, -0.225, -0.175, -0.125, -0.075, -0.025, 0.025, 0.075, 0.125,
        0.175, 0.225, 0.275, 0.325, 0.375, 0.425, 0.475,
    ];
    let (mut sum, mut squares, mut count) = (0.0_f32, 0.0_f32, 0.0_f32);
    for down in STEPS {
        for across in STEPS {
            let (x, y) = (whole(spot.x + across * spot.radius), whole(spot.y + down * spot.radius));
            if let Some(Luma([level])) = picture.get_pixel_checked(x, y) {
                let level = f32::from(*level);
                sum += level;
                squares += level * level;
                count += 1.0;
            }
        }
    }
    let mean = sum / count.max(1.0);
    (squares / count.max(1.0) - mean * mean).max(0.0).sqrt()
}

/// The dark dots of a copy.
pub(crate) fn black_and_white(copy: &GrayImage, look: Look) -> Option<BitMatrix> {
    match look {
        Look::Plain => hybrid(copy),
        Look::Smooth { module } => hybrid(&blurred(copy, module / 4.0)),
        Look::Sharp { module } => hybrid(&sharpened(copy, module)),
        Look::Threshold { module } => threshold(copy, module),
        Look::SharpThreshold { module } => threshold(&sharpened(copy, module), module),
    }
}

fn hybrid(copy: &GrayImage) -> Option<BitMatrix> {
    let source = rxing::Luma8LuminanceSource::new(copy.as_raw().clone(), copy.width(), copy.height()).ok()?;
    Some(BinaryBitmap::new(HybridBinarizer::new(source)).get_black_matrix().clone())
}

fn blurred(copy: &GrayImage, sigma: f32) -> GrayImage {
    DynamicImage::from(copy.clone()).blur(sigma).into_luma8()
}

/// Takes back blur: adds twice what a blur of half a module takes away.
fn sharpened(copy: &GrayImage, module: f32) -> GrayImage {
    let mut sharp = blurred(copy, module / 2.0);
    for (blurred, level) in sharp.iter_mut().zip(copy.as_raw()) {
        let (own, around) = (i16::from(*level), i16::from(*blurred));
        *blurred = u8::try_from((own + 2 * (own - around)).clamp(0, 255)).unwrap_or_default();
    }
    sharp
}

/// What is darker than the mean of the square of nine modules around it, in which every symbol has light
/// and dark. The mean comes from a table of sums (Crow 1984).
fn threshold(copy: &GrayImage, module: f32) -> Option<BitMatrix> {
    /// Noise on blank paper is no dot.
    const NOISE: u32 = 3;
    let (width, height) = copy.dimensions();
    let reach = whole(4.5 * module).max(1);
    // The sums may overflow; the differences that are taken of them do not.
    let stride = size(width) + 1;
    let mut sums = vec![0_u32; stride * (size(height) + 1)];
    for (y, row) in copy.as_raw().chunks_exact(size(width)).enumerate() {
        let (above, below) = sums.split_at_mut(stride * (y + 1));
        let above = above.get(stride * y..)?;
        let mut sum = 0_u32;
        for ((level, above), below) in row.iter().zip(above.iter().skip(1)).zip(below.iter_mut().skip(1)) {
            sum = sum.wrapping_add(u32::from(*level));
            *below = above.wrapping_add(sum);
        }
    }
    let mut dark = BitMatrix::new(width, height).ok()?;
    for (y, row) in (0..height).zip(copy.as_raw().chunks_exact(size(width))) {
        let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(height));
        let upper = sums.get(stride * size(top)..)?;
        let lower = sums.get(stride * size(bottom)..)?;
        for (x, level) in (0..width).zip(row) {
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(width));
            let between = |sums: &[u32]| sums[size(right)].wrapping_sub(sums[size(left)]);
            let sum = between(lower).wrapping_sub(between(upper));
            let dots = (right - left) * (bottom - top);
            if (u32::from(*level) + NOISE).saturating_mul(dots) < sum {
                dark.set(x, y);
            }
        }
    }
    Some(dark)
}
