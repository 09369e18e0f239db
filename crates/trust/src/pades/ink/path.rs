//! Paths: which marks say something, and which rule and frame the paper.

use std::collections::BTreeSet;

use super::matrix::Matrix;
use super::{Painter, Run, State, Stop};
use crate::pades::rectangle::Rectangle;

/// Straight lines of one stroked path: a table drawn at once has fewer, a word of letters more.
const MAX_STROKES: usize = 12;

/// A mark of at most so many points in both directions says something, whatever it is made of: a tick, a letter, a
/// dot of a code. Cells, frames and grounds are larger.
const SMALL: f64 = 40.0;

/// A line at most so thick and at least so long rules paper, and says nothing.
const THIN: f64 = 1.5 + 3.0 * HAIR;
const LONG: f64 = 20.0;

/// Lines without a thickness are seen all the same.
const HAIR: f64 = 0.01;

/// Gaps of a dashed line up to which it is still one: through longer ones marks are painted here and there.
const GAP: f64 = 8.0;

/// Pieces of a line as far apart as this are one: office programs draw the border of each cell by itself.
const JOINED: f64 = 0.5;

/// What of a path is drawn without lifting the pen.
pub(super) struct Part {
    pub(super) points: Vec<[f64; 2]>,
    pub(super) closed: bool,
    pub(super) is_box: bool,
}

impl Painter<'_, '_> {
    /// Paints a path, and clips by it.
    pub(super) fn paint(&mut self, run: &mut Run, filled: bool, stroked: bool) -> Result<(), Stop> {
        let parts = std::mem::take(&mut run.parts);
        let (curved, clips) = (std::mem::take(&mut run.curved), std::mem::take(&mut run.clips));
        let points = || parts.iter().flat_map(|part| &part.points).copied().collect::<Vec<_>>();
        if parts.is_empty() {
            return Ok(());
        }
        let state = &mut run.state;
        // Frames and bars have four sides; letters have curves, or more of them.
        let lines: usize = parts.iter().filter(|part| !part.is_box).map(|part| part.points.len() - 1).sum();
        if (filled || stroked) && (curved || lines > if filled { 4 } else { MAX_STROKES }) {
            self.boxes.extend(state.seen(&points(), stroked)?);
        } else if filled || stroked {
            for part in &parts {
                self.part(state, part, filled, stroked)?;
            }
        }
        if clips {
            let plain =
                !curved && state.ctm.is_upright() && matches!(parts.as_slice(), [part] if part.is_upright());
            state.crop(state.ctm.bounds(&points())?);
            state.shaped |= !plain;
        }
        Ok(())
    }

    /// Paints a part of a path that is made of few straight lines.
    fn part(&mut self, state: &State, part: &Part, filled: bool, stroked: bool) -> Result<(), Stop> {
        // A movement alone paints nothing.
        if part.points.len() < 2 && !part.closed {
            return Ok(());
        }
        let Some(area) = state.seen(&part.points, stroked)? else { return Ok(()) };
        let dashed = stroked && state.gap * state.ctm.stretch() > GAP;
        let [left, bottom, right, top] = area.sides();
        let (width, height) = (right - left, top - bottom);
        if state.shaped {
            self.boxes.push(area);
        } else if width.min(height) <= THIN && !dashed {
            self.thin.push(area);
        } else if width <= SMALL && height <= SMALL {
            self.boxes.push(area);
        } else {
            // A small area that a line leads away from.
            let hidden = |part: &Part| {
                let [l, b, r, t] = Matrix::IDENTITY.bounds(&part.points)?.sides();
                let (area, around) = (part.area(), (r - l) * (t - b));
                let [m, n, o, p, ..] = state.ctm.0;
                Ok::<_, Stop>(area < 0.9 * around && area * (m * p - n * o).abs() <= SMALL * SMALL)
            };
            if filled && !part.is_box && hidden(part)? {
                self.boxes.push(area);
            }
            if stroked && (dashed || !part.is_box) {
                for side in part.sides() {
                    let Some(area) = state.seen(&side, true)? else { continue };
                    let [left, bottom, right, top] = area.sides();
                    if dashed || (right - left <= SMALL && top - bottom <= SMALL) {
                        // In a frame it may be a side.
                        if !dashed && (right - left).min(top - bottom) <= THIN {
                            self.thin.push(area);
                        } else {
                            self.boxes.push(area);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Thin marks are ink, but for those that make a long line together.
    pub(super) fn join(&mut self) {
        let mut rules = BTreeSet::new();
        // Rounded twice: what lies a hundredth apart is not parted by both.
        for (upright, shift) in [(false, 0.0), (false, 0.5), (true, 0.0), (true, 0.5)] {
            // Where across, from and to along, which.
            let mut pieces: Vec<([f64; 3], usize)> = Vec::new();
            for (index, area) in self.thin.iter().enumerate() {
                let [left, bottom, right, top] = area.sides();
                let (across, along) =
                    if upright { ([left, right], [bottom, top]) } else { ([bottom, top], [left, right]) };
                if across[1] - across[0] <= THIN {
                    // Of a quarter of a point.
                    let place = ((across[0] + across[1]) * 2.0 + shift).round();
                    pieces.push(([place, along[0], along[1]], index));
                }
            }
            let order = |a: &[f64; 3], b: &[f64; 3]| {
                a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])).then(a[2].total_cmp(&b[2]))
            };
            pieces.sort_unstable_by(|(a, _), (b, _)| order(a, b));
            let mut rest = pieces.as_slice();
            while let Some((&([place, from, to], _), _)) = rest.split_first() {
                let mut reached = to;
                let together = rest
                    .iter()
                    .take_while(|([p, f, t], _)| {
                        let joins = p.total_cmp(&place).is_eq() && *f <= reached + JOINED;
                        reached = if joins { reached.max(*t) } else { reached };
                        joins
                    })
                    .count();
                let (line, after) = rest.split_at(together.max(1));
                if reached - from >= LONG {
                    rules.extend(line.iter().map(|(_, index)| *index));
                }
                rest = after;
            }
        }
        let marks = self.thin.iter().enumerate().filter(|(index, _)| !rules.contains(index));
        self.boxes.extend(marks.map(|(_, area)| *area));
    }
}

impl Run {
    pub(super) fn to(&mut self, point: [f64; 2], moves: bool) {
        let mut points = match self.parts.last_mut() {
            Some(part) if !moves && !part.closed => return part.points.push(point),
            // From where the last part began (8.5.2.1).
            Some(part) if !moves => part.points.first().copied().into_iter().collect(),
            _ => Vec::new(),
        };
        points.push(point);
        self.parts.push(Part { points, closed: false, is_box: false });
    }

    pub(super) fn close(&mut self) {
        if let Some(part) = self.parts.last_mut() {
            part.closed = true;
        }
    }
}

impl Part {
    /// Each line, and the one that closes it.
    fn sides(&self) -> Vec<[[f64; 2]; 2]> {
        let mut sides: Vec<_> = self.points.windows(2).filter_map(|pair| pair.try_into().ok()).collect();
        if let (true, Some(&first), Some(&last)) = (self.closed, self.points.first(), self.points.last()) {
            sides.push([last, first]);
        }
        sides
    }

    /// What it encloses.
    fn area(&self) -> f64 {
        let next = self.points.iter().cycle().skip(1);
        let twice: f64 = self.points.iter().zip(next).map(|([x, y], [to_x, to_y])| x * to_y - to_x * y).sum();
        twice.abs() / 2.0
    }

    /// Whether it is a rectangle with level sides.
    fn is_upright(&self) -> bool {
        let same = |a: f64, b: f64| (a - b).abs() < 1e-3;
        let level = |(a, b): (&[f64; 2], &[f64; 2])| same(a[0], b[0]) || same(a[1], b[1]);
        matches!(self.points.len(), 4 | 5)
            && self.points.iter().zip(self.points.iter().cycle().skip(1)).all(level)
    }
}

impl State {
    /// Where a path is seen, with the thickness of its lines; `None` where all of it is clipped away.
    fn seen(&self, points: &[[f64; 2]], stroked: bool) -> Result<Option<Rectangle>, Stop> {
        let [left, bottom, right, top] = self.ctm.bounds(points)?.sides();
        let more = if stroked { self.line_width * self.ctm.stretch() / 2.0 } else { 0.0 };
        let area = Rectangle::new([left - more, bottom - more], [right + more, top + more]);
        let [left, bottom, right, top] = self.clip.map_or(area, |clip| area.intersection(&clip)).sides();
        // Thinner than a hair is drawn as a hair.
        Ok((left <= right && bottom <= top)
            .then(|| Rectangle::new([left - HAIR, bottom - HAIR], [right + HAIR, top + HAIR])))
    }
}
