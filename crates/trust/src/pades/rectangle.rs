//! Rectangles on a page (ISO 32000-2, 7.9.5).

use crate::pdf::{Dictionary, Object, View};

/// A rectangle in points, lower left and upper right corner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rectangle([f64; 4]);

impl Rectangle {
    /// The rectangle under `key`; `None` where none can be read.
    pub(super) fn read(view: View<'_, '_>, dictionary: &Dictionary, key: &'static str) -> Option<Self> {
        let items = view.array(dictionary, key).ok()??;
        let side = |object: &Object| match &*view.resolve(object).ok()? {
            Object::Integer(value) => number(&value.to_string()),
            Object::Real(text) => number(text),
            _ => None,
        };
        let [a, b, c, d] = items.iter().map(side).collect::<Option<Vec<_>>>()?[..] else { return None };
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

/// A number (ISO 32000-2, 7.3.3): digits with at most one point and a sign. To the last digit it does not
/// matter here, and the standard library's exact reading brings 20 kB of tables into every browser.
fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mut value, mut unit, mut point, mut any) = (0.0, 1.0, false, false);
    for c in digits.bytes() {
        match c {
            b'0'..=b'9' => {
                value = value * 10.0 + f64::from(c - b'0');
                unit *= if point { 10.0 } else { 1.0 };
                any = true;
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    let value = sign * value / unit;
    (any && value.is_finite()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_read_as_pdf_writes_them() {
        for (text, value) in
            [("12", 12.0), ("-0.5", -0.5), ("+4.25", 4.25), (".5", 0.5), ("7.", 7.0), ("0", 0.0)]
        {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "-", ".", "1e3", "1.2.3", "--1", "NaN", "inf", &"9".repeat(400)] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
