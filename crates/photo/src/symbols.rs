//! Finding and decoding QR symbols in black and white.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::Point;
use rxing::common::{BitMatrix, DetectorRXingResult as _};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{
    FindFinderPatterns, FinderPatternSet, GenerateFinderPatternSets, SampleQR,
};

/// Corners that are considered in one copy. A page has a handful of symbols, with three each; print and
/// grain may look like some more.
const MAX_CORNERS: usize = 1000;

/// Runs like those through the middle of a corner (1:1:3:1:1) in one copy. The library compares every corner
/// with all before it, so a picture tiled with corners would take minutes.
const MAX_RUNS: usize = 20_000;

/// Sets of three corners that are tried in one copy, the most plausible first.
const MAX_SETS: usize = 200;

/// Where a symbol is: the middle, the half side of a square around it, and the size of a module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) radius: f32,
    pub(crate) module: f32,
}

impl Spot {
    /// From the middles of its three corners.
    fn new(set: &FinderPatternSet) -> Self {
        let (dx, dy) = (set.tr.p.x - set.bl.p.x, set.tr.p.y - set.bl.p.y);
        #[expect(clippy::as_conversions, reason = "a size in dots, far below 2^24")]
        let size = (set.bl.size + set.tl.size + set.tr.size) as f32 / 3.0;
        Self {
            x: (set.tr.p.x + set.bl.p.x) / 2.0,
            y: (set.tr.p.y + set.bl.p.y) / 2.0,
            // The corners' middles are 3.5 modules inside; seen at a slant, the fourth is further out.
            radius: 0.65 * dx.hypot(dy) + size,
            module: size / 7.0,
        }
    }

    /// From a copy to the picture it was made of.
    pub(crate) fn moved(self, left: f32, top: f32, zoom: f32) -> Self {
        Self {
            x: self.x / zoom + left,
            y: self.y / zoom + top,
            radius: self.radius / zoom,
            module: self.module / zoom,
        }
    }

    /// From the picture to a copy.
    pub(crate) fn seen_in(self, left: f32, top: f32, zoom: f32) -> Self {
        Self {
            x: (self.x - left) * zoom,
            y: (self.y - top) * zoom,
            radius: self.radius * zoom,
            module: self.module * zoom,
        }
    }

    /// Whether the middle of another lies within this one: its corners are then parts of this symbol.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        (self.x - other.x).hypot(self.y - other.y) < 0.8 * self.radius
    }

    /// Whether two are the same symbol: the middles closer than a third of the smaller radius.
    pub(crate) fn is_at(&self, other: &Self) -> bool {
        (self.x - other.x).hypot(self.y - other.y) < self.radius.min(other.radius) / 3.0
    }

    /// How many modules it is wide, margin included.
    pub(crate) fn width(&self) -> f32 {
        2.0 * self.radius / self.module
    }
}

/// The modules of a symbol that could not be decoded, and where its outer corners are: upper left, upper
/// right, lower right, lower left.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) modules: BitMatrix,
    pub(crate) corners: [Point; 4],
}

/// What was seen in one copy.
#[derive(Debug, Default)]
pub(crate) struct Sighting {
    /// Symbols that were read.
    pub(crate) read: Vec<(Spot, String)>,
    /// Corners of symbols that were not, most plausible first.
    pub(crate) unread: Vec<Spot>,
    /// The modules of those that were not, as far as they could be told apart.
    pub(crate) samples: Vec<Sample>,
    /// How many sets of corners were tried.
    pub(crate) tries: u64,
}

/// Finds all symbols, or those at one spot.
pub(crate) fn find(dark: Option<&BitMatrix>, at: Option<&Spot>) -> Sighting {
    let Some(dark) = dark else { return Sighting::default() };
    // The library holds some pictures for impossible and panics ("This function can panic").
    catch_unwind(AssertUnwindSafe(|| search(dark, at))).unwrap_or_default()
}

/// Counts the runs that the library would look at more closely, in the rows that it reads.
fn runs_like_corners(dark: &BitMatrix) -> usize {
    let mut count = 0;
    for y in (2..dark.height()).step_by(3) {
        let mut runs = [0_u32; 5];
        let mut before = false;
        for x in 0..dark.width() {
            let now = dark.get(x, y);
            if now != before {
                let [a, b, c, d, e] = runs;
                if before && a > 0 && c >= 3 && c >= 2 * a.max(e) && c >= b.max(d) {
                    count += 1;
                }
                runs = [b, c, d, e, 0];
                before = now;
            }
            runs[4] += 1;
        }
    }
    count
}

fn search(dark: &BitMatrix, at: Option<&Spot>) -> Sighting {
    if runs_like_corners(dark) > MAX_RUNS {
        return Sighting::default();
    }
    let mut corners = FindFinderPatterns(dark, true, 0);
    corners.truncate(MAX_CORNERS);
    let mut used = Vec::new();
    let mut sighting = Sighting::default();
    let sets = GenerateFinderPatternSets(&mut corners);
    let wanted =
        |set: &&FinderPatternSet| is_plausible(set) && at.is_none_or(|spot| spot.is_at(&Spot::new(set)));
    for set in sets.iter().filter(wanted).take(MAX_SETS) {
        if [set.bl, set.tl, set.tr].iter().any(|corner| used.contains(corner)) {
            continue;
        }
        sighting.tries += 1;
        let sample = SampleQR(dark, set).ok().and_then(|sampled| {
            let [upper_left, upper_right, lower_left, lower_right] = sampled.getPoints().try_into().ok()?;
            let corners = [upper_left, upper_right, lower_right, lower_left];
            Some(Sample { modules: sampled.getBits().clone(), corners })
        });
        match sample.as_ref().and_then(|sample| text(&sample.modules)) {
            Some(text) => {
                used.extend([set.bl, set.tl, set.tr]);
                sighting.read.push((Spot::new(set), text));
            }
            None => {
                sighting.unread.push(Spot::new(set));
                sighting.samples.extend(sample);
            }
        }
    }
    sighting
}

fn text(modules: &BitMatrix) -> Option<String> {
    let decoded = Decode(modules).ok()?;
    decoded.isValid().then(|| decoded.text())
}

/// The text of a symbol's modules.
pub(crate) fn decode(modules: &BitMatrix) -> Option<String> {
    catch_unwind(AssertUnwindSafe(|| text(modules))).ok().flatten()
}

/// What several looks at one symbol say of its modules. Each look errs elsewhere, so the majority is right
/// where no single look can be corrected.
#[derive(Default)]
pub(crate) struct Votes {
    /// By the number of modules of a side: how many looks there were, and how many found each one dark.
    by_side: BTreeMap<u32, (u32, Vec<u32>)>,
}

impl Votes {
    /// Adds a look.
    pub(crate) fn add(&mut self, sample: &BitMatrix) {
        let side = sample.width();
        if side != sample.height() {
            return;
        }
        let (looks, dark) = self.by_side.entry(side).or_default();
        *looks += 1;
        dark.resize(places(side).count(), 0);
        for (votes, (x, y)) in dark.iter_mut().zip(places(side)) {
            *votes += u32::from(sample.get(x, y));
        }
    }

    /// The text that the majority gives. Two looks have no majority.
    pub(crate) fn decide(&self) -> Option<String> {
        let enough = self.by_side.iter().filter(|(_, (looks, _))| *looks > 2);
        enough.filter_map(|(side, (looks, dark))| majority(*side, *looks, dark)).next()
    }
}

fn majority(side: u32, looks: u32, dark: &[u32]) -> Option<String> {
    let mut sample = BitMatrix::new(side, side).ok()?;
    for ((x, y), votes) in places(side).zip(dark) {
        if 2 * votes > looks {
            sample.set(x, y);
        }
    }
    decode(&sample)
}

/// All modules of a symbol.
fn places(side: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..side).flat_map(move |y| (0..side).map(move |x| (x, y)))
}

/// Whether three corners are worth a try: seen at a slant of 30 degrees, sides and corners of one
/// symbol still differ by less than half.
fn is_plausible(set: &FinderPatternSet) -> bool {
    const SLANT: f32 = 1.5;
    let side = |a: Point, b: Point| (a.x - b.x).hypot(a.y - b.y);
    let (left, top) = (side(set.tl.p, set.bl.p), side(set.tl.p, set.tr.p));
    let sizes = [set.bl.size, set.tl.size, set.tr.size];
    let (least, most) = (sizes.iter().min().unwrap_or(&0), sizes.iter().max().unwrap_or(&0));
    left.max(top) < SLANT * left.min(top) && 2 * most <= 3 * least + 2
}
