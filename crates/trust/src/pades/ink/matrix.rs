//! Transformations of coordinates.

use super::Stop;
use crate::pades::rectangle::Rectangle;

/// A transformation of coordinates (ISO 32000-2, 8.3.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) const fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First this one, then the other.
    pub(super) fn then(self, other: Self) -> Self {
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

    pub(super) fn point(self, x: f64, y: f64) -> [f64; 2] {
        let [a, b, c, d, e, f] = self.0;
        [a * x + c * y + e, b * x + d * y + f]
    }

    /// The box around a box.
    pub(super) fn around(self, area: Rectangle) -> Result<Rectangle, Stop> {
        let [left, bottom, right, top] = area.sides();
        self.bounds(&[[left, bottom], [right, bottom], [left, top], [right, top]])
    }

    /// The box around points.
    pub(super) fn bounds(self, points: &[[f64; 2]]) -> Result<Rectangle, Stop> {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for &[x, y] in points {
            let [x, y] = self.point(x, y);
            // Not a number is passed over by `min` and `max`.
            if !(x.is_finite() && y.is_finite()) {
                return Err(Stop::Unknown);
            }
            (low, high) = ([low[0].min(x), low[1].min(y)], [high[0].max(x), high[1].max(y)]);
        }
        if points.is_empty() { Err(Stop::Unknown) } else { Ok(Rectangle::new(low, high)) }
    }

    /// Sides stay level or upright.
    pub(super) fn is_upright(self) -> bool {
        let [a, b, c, d, ..] = self.0.map(|value| value.abs() < 1e-6);
        (b && c) || (a && d)
    }

    /// How much longer a length becomes, at most.
    pub(super) fn stretch(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        a.hypot(b).max(c.hypot(d))
    }
}

pub(super) fn matrix(numbers: &[f64]) -> Result<Matrix, Stop> {
    <[f64; 6]>::try_from(numbers).map(Matrix).map_err(|_| Stop::Unknown)
}

/// Where a picture is drawn: the square of one unit.
pub(super) fn unit(ctm: Matrix) -> Result<Rectangle, Stop> {
    ctm.around(Rectangle::new([0.0, 0.0], [1.0, 1.0]))
}
