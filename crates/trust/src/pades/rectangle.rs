//! Rectangles on a page (ISO 32000-2, 7.9.5).

use crate::pdf::{Dictionary, Object, View};

/// A rectangle in points, lower left and upper right corner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rectangle([f64; 4]);

impl Rectangle {
    /// The rectangle under `key`; `None` where none can be read.
    pub(super) fn read(view: View<'_, '_>, dictionary: &Dictionary, key: &'static str) -> Option<Self> {
        let items = view.array(dictionary, key).ok()??;
        let number = |object: &Object| match &*view.resolve(object).ok()? {
            Object::Integer(value) => value.to_string().parse::<f64>().ok(),
            Object::Real(text) => text.parse::<f64>().ok(),
            _ => None,
        };
        let [a, b, c, d] = items.iter().map(number).collect::<Option<Vec<_>>>()?[..] else { return None };
        Some(Self([a.min(c), b.min(d), a.max(c), b.max(d)]))
    }

    /// In square points; of an empty one 0.
    pub(super) fn area(&self) -> f64 {
        let [left, bottom, right, top] = self.0;
        (right - left).max(0.0) * (top - bottom).max(0.0)
    }

    /// What both have in common.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        let [left, bottom, right, top] = self.0;
        let [l, b, r, t] = other.0;
        Self([left.max(l), bottom.max(b), right.min(r), top.min(t)])
    }

    /// The area that both have in common.
    pub(super) fn overlap(&self, other: &Self) -> f64 {
        self.intersection(other).area()
    }
}
