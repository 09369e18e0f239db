//! Pictures as a phone or a scanner takes them, made from rendered pages by a seeded generator.
//!
//! A module of the symbol is 0.46 mm (`docs/formats/claim.md`), so a page at 100 dots an inch gives a
//! module 1.8 dots and one at 300 gives it 5.5. The first is a page of A4 filling a picture of 1,200
//! by 800 dots, as messengers send them; the last a 12 megapixel photo.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, Luma};

use crate::fixture::Seeded;

impl Seeded {
    #[expect(clippy::as_conversions, reason = "24 bits fit exactly into an f32")]
    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 16_777_216.0
    }

    /// A number between two others.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Whether something happens that happens so often.
    fn chance(&mut self, share: f32) -> bool {
        self.unit() < share
    }

    /// Quality of a JPEG, up to 80.
    fn quality(&mut self, least: u8) -> u8 {
        let steps: Vec<u8> = (least..=80).step_by(10).collect();
        steps[usize::try_from(self.next()).unwrap() % steps.len()]
    }

    /// Close enough to a normal distribution of variance 1 for sensor noise (Irwin-Hall of 4).
    fn normal(&mut self) -> f32 {
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.732
    }
}

/// Light that is not the same everywhere; points are shares of the picture's width and height.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shade {
    Even,
    /// Falls to `dark` along a direction.
    Linear {
        angle: f32,
        dark: f32,
    },
    /// Falls to `dark` at the far corners of a bright spot: a lamp, or vignetting.
    Radial {
        x: f32,
        y: f32,
        dark: f32,
    },
    /// The shadow of a hand or of the phone: `dark` on one side of a line, with a soft edge.
    Half {
        angle: f32,
        offset: f32,
        dark: f32,
    },
}

/// How one picture is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shot {
    /// Turn of the page, radians.
    pub(crate) turn: f32,
    /// Tilt of the camera about the two axes of the page, radians.
    pub(crate) tilt: (f32, f32),
    /// Height of the bulge of a page that does not lie flat, as a share of its width.
    pub(crate) curl: f32,
    /// Standard deviation of the blur, dots.
    pub(crate) blur: f32,
    /// Standard deviation of the noise, levels of 255.
    pub(crate) noise: f32,
    /// Darkest ink and brightest paper, levels.
    pub(crate) levels: (f32, f32),
    pub(crate) shade: Shade,
    /// Quality of the JPEG.
    pub(crate) quality: u8,
    /// Whether only the part of the page around the symbol is in the picture.
    pub(crate) close: bool,
    pub(crate) seed: u64,
}

impl Shot {
    /// A page laid straight on a scanner.
    pub(crate) const SCAN: Self = Self {
        turn: 0.0,
        tilt: (0.0, 0.0),
        curl: 0.0,
        blur: 0.0,
        noise: 0.0,
        levels: (0.0, 255.0),
        shade: Shade::Even,
        quality: 80,
        close: false,
        seed: 0,
    };

    /// A shot by hand: everything at once, each within what a phone does. `module` is the size of a
    /// module in dots. The blur is the camera's; that of the resampling comes on top.
    ///
    /// Below 2 dots a module it is a scanner at its lowest setting: the page lies almost flat (up to 8
    /// degrees) and sharp, turned by any angle, in uneven light. Phones do not take such pictures; and
    /// a reader that needs black and white cannot read them when they are blurred as well.
    pub(crate) fn by_hand(random: &mut Seeded, module: f32, close: bool) -> Self {
        const DEGREE: f32 = std::f32::consts::PI / 180.0;
        let small = module < 2.0;
        let pale = random.chance(0.3);
        let levels = if pale {
            (random.between(60.0, 100.0), random.between(150.0, 200.0))
        } else {
            (random.between(10.0, 50.0), random.between(200.0, 250.0))
        };
        // Ink and paper of a pale picture are at least 50 levels apart. Under the darkest shade as well it
        // would be 20, less than one step of the compression, and gone from the file.
        let dark = random.between(if pale { 0.65 } else { 0.35 }, 0.9);
        let angle = random.between(0.0, std::f32::consts::TAU);
        let shade = match random.between(0.0, 4.0) {
            s if s < 1.0 => Shade::Even,
            s if s < 2.0 => Shade::Linear { angle, dark },
            s if s < 3.0 => Shade::Radial { x: random.between(0.1, 0.9), y: random.between(0.1, 0.9), dark },
            _ => Shade::Half { angle, offset: random.between(-0.3, 0.3), dark },
        };
        let (tilt, way) = (
            random.between(0.0, if small { 8.0 } else { 25.0 }) * DEGREE,
            random.between(0.0, std::f32::consts::TAU),
        );
        Self {
            turn: random.between(0.0, 360.0) * DEGREE,
            tilt: (tilt * way.cos(), tilt * way.sin()),
            curl: if !small && random.chance(0.3) { random.between(0.005, 0.02) } else { 0.0 },
            blur: if small { random.between(0.1, 0.2) } else { random.between(0.15, 0.35) } * module,
            noise: random.between(1.0, if small { 4.0 } else { 8.0 }),
            levels,
            shade,
            quality: if small { random.quality(50) } else { random.quality(30) },
            close,
            seed: random.next(),
        }
    }
}

/// A number for a dot.
#[expect(clippy::as_conversions, reason = "rounded, and clipped by the cast where it is out of range")]
fn level(value: f32) -> u8 {
    value.round() as u8
}

#[expect(clippy::as_conversions, reason = "sides of pictures, far below 2^24")]
const fn float(value: u32) -> f32 {
    value as f32
}

#[expect(clippy::as_conversions, reason = "clipped by the cast where it is out of range")]
const fn whole(value: f32) -> u32 {
    value as u32
}

/// Where a dot of the picture lies on the page, and the size of the picture.
struct View {
    /// From the picture to the page, a homography.
    inverse: [[f32; 3]; 3],
    width: u32,
    height: u32,
}

/// The view of a pinhole camera on a page, at a distance of 1.5 times the page's longer side.
fn view(shot: &Shot, (left, top, width, height): (f32, f32, f32, f32)) -> View {
    let (middle_x, middle_y) = (left + width / 2.0, top + height / 2.0);
    let distance = 1.5 * width.max(height);
    let (sin, cos) = shot.turn.sin_cos();
    let (sin_x, cos_x) = shot.tilt.0.sin_cos();
    let (sin_y, cos_y) = shot.tilt.1.sin_cos();
    // Rows of the rotation: turn in the plane, then tilt about x, then about y. The page has z = 0.
    let turned = [[cos, -sin], [sin, cos], [0.0, 0.0]];
    let tilted = [
        turned[0],
        [turned[1][0] * cos_x, turned[1][1] * cos_x],
        [turned[1][0] * sin_x, turned[1][1] * sin_x],
    ];
    let [x, y, z] = [
        [tilted[0][0] * cos_y + tilted[2][0] * sin_y, tilted[0][1] * cos_y + tilted[2][1] * sin_y],
        tilted[1],
        [-tilted[0][0] * sin_y + tilted[2][0] * cos_y, -tilted[0][1] * sin_y + tilted[2][1] * cos_y],
    ];
    let forward = |px: f32, py: f32| {
        let (px, py) = (px - middle_x, py - middle_y);
        let depth = (z[0] * px + z[1] * py) / distance + 1.0;
        ((x[0] * px + x[1] * py) / depth, (y[0] * px + y[1] * py) / depth)
    };
    let corners = [
        forward(left, top),
        forward(left + width, top),
        forward(left, top + height),
        forward(left + width, top + height),
    ];
    let least = |f: fn(&(f32, f32)) -> f32| corners.iter().map(f).fold(f32::INFINITY, f32::min) - 20.0;
    let most = |f: fn(&(f32, f32)) -> f32| corners.iter().map(f).fold(f32::NEG_INFINITY, f32::max) + 20.0;
    let (from_x, from_y) = (least(|c| c.0), least(|c| c.1));
    let matrix = [[x[0], x[1], 0.0], [y[0], y[1], 0.0], [z[0] / distance, z[1] / distance, 1.0]];
    // picture = matrix * (page - middle) - from; so page = inverse(matrix) * (picture + from) + middle
    let inverse = product(
        [[1.0, 0.0, middle_x], [0.0, 1.0, middle_y], [0.0, 0.0, 1.0]],
        product(adjugate(matrix), [[1.0, 0.0, from_x], [0.0, 1.0, from_y], [0.0, 0.0, 1.0]]),
    );
    View { inverse, width: whole(most(|c| c.0) - from_x), height: whole(most(|c| c.1) - from_y) }
}

/// The inverse of a homography up to a factor, which is all that counts.
fn adjugate(m: [[f32; 3]; 3]) -> [[f32; 3]; 3] {
    let minor = |r1: usize, c1: usize, r2: usize, c2: usize| m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
    [
        [minor(1, 1, 2, 2), -minor(0, 1, 2, 2), minor(0, 1, 1, 2)],
        [-minor(1, 0, 2, 2), minor(0, 0, 2, 2), -minor(0, 0, 1, 2)],
        [minor(1, 0, 2, 1), -minor(0, 0, 2, 1), minor(0, 0, 1, 1)],
    ]
}

fn product(a: [[f32; 3]; 3], b: [[f32; 3]; 3]) -> [[f32; 3]; 3] {
    std::array::from_fn(|r| std::array::from_fn(|c| (0..3).map(|i| a[r][i] * b[i][c]).sum()))
}

/// The level of the page between four dots; what is beside the page is a dark table.
fn sample(page: &GrayImage, x: f32, y: f32) -> f32 {
    const TABLE: f32 = 70.0;
    if x < 0.0 || y < 0.0 || x >= float(page.width() - 1) || y >= float(page.height() - 1) {
        return TABLE;
    }
    let (column, row) = (whole(x), whole(y));
    let (right, down) = (x - float(column), y - float(row));
    let at = |dx, dy| f32::from(page.get_pixel(column + dx, row + dy).0[0]);
    let upper = at(0, 0) * (1.0 - right) + at(1, 0) * right;
    let lower = at(0, 1) * (1.0 - right) + at(1, 1) * right;
    upper * (1.0 - down) + lower * down
}

fn light(shade: Shade, x: f32, y: f32) -> f32 {
    match shade {
        Shade::Even => 1.0,
        Shade::Linear { angle, dark } => {
            let along = (x - 0.5) * angle.cos() + (y - 0.5) * angle.sin();
            1.0 - (1.0 - dark) * (along / 1.42 + 0.5)
        }
        Shade::Radial { x: lamp_x, y: lamp_y, dark } => {
            let far = ((x - lamp_x).powi(2) + (y - lamp_y).powi(2)).sqrt();
            1.0 - (1.0 - dark) * (far / 1.2).min(1.0)
        }
        Shade::Half { angle, offset, dark } => {
            let across = (x - 0.5) * angle.cos() + (y - 0.5) * angle.sin() - offset;
            1.0 - (1.0 - dark) * (across / 0.03 + 0.5).clamp(0.0, 1.0)
        }
    }
}

/// Takes the picture of a page and gives its JPEG. `symbol` is where the symbol is on the page:
/// left, top, side.
pub(crate) fn take(page: &GrayImage, symbol: (f32, f32, f32), shot: &Shot) -> Vec<u8> {
    let mut random = Seeded::new(shot.seed);
    let (width, height) = (float(page.width()), float(page.height()));
    let part = if shot.close {
        let side = symbol.2;
        let left = (symbol.0 - random.between(0.3, 2.0) * side).max(0.0);
        let top = (symbol.1 - random.between(0.3, 2.0) * side).max(0.0);
        let right = (symbol.0 + random.between(1.3, 3.0) * side).min(width);
        let bottom = (symbol.1 + random.between(1.3, 3.0) * side).min(height);
        (left, top, right - left, bottom - top)
    } else {
        (0.0, 0.0, width, height)
    };
    let view = view(shot, part);
    let [m0, m1, m2] = view.inverse;
    let (ink, paper) = shot.levels;
    let picture = GrayImage::from_fn(view.width, view.height, |column, row| {
        let (x, y) = (float(column), float(row));
        let depth = m2[0] * x + m2[1] * y + m2[2];
        let page_x = (m0[0] * x + m0[1] * y + m0[2]) / depth;
        let page_y = (m1[0] * x + m1[1] * y + m1[2]) / depth;
        // Seen from above, a bulge moves its dots sideways.
        let bulge = shot.curl * width * (page_x / width * std::f32::consts::TAU).sin();
        let seen = sample(page, page_x, page_y + bulge);
        let printed = ink + (paper - ink) * seen / 255.0;
        Luma([level(printed * light(shot.shade, x / float(view.width), y / float(view.height)))])
    });
    let mut picture =
        if shot.blur > 0.0 { DynamicImage::from(picture).blur(shot.blur).into_luma8() } else { picture };
    if shot.noise > 0.0 {
        for dot in picture.pixels_mut() {
            dot.0[0] = level(f32::from(dot.0[0]) + shot.noise * random.normal());
        }
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, shot.quality).encode_image(&picture).unwrap();
    jpeg
}
