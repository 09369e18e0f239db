//! Rectangles on a page (ISO 32000-2, 7.9.5).

use crate::pdf::{Dictionary, Object, View};

/// A rectangle in points, lower left and upper right corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rectangle([f64; 4]);

impl Rectangle {
    /// From two opposite corners.
    pub(super) fn new([a, b]: [f64; 2], [c, d]: [f64; 2]) -> Self {
        Self([a.min(c), b.min(d), a.max(c), b.max(d)])
    }

    /// The rectangle under `key`; `None` where none can be read. Other programs may read one all the same, so
    /// nobody knows what such a rectangle covers.
    pub(super) fn read(view: View<'_, '_>, dictionary: &Dictionary, key: &'static str) -> Option<Self> {
        // Shared, not copied: a hundred thousand annotations may name one list of a hundred thousand names.
        let shared;
        let value = match dictionary.get(key)? {
            Object::Reference(reference) => {
                shared = view.shared(*reference).ok()?;
                &shared.value
            }
            direct => direct,
        };
        let items = value.as_array().filter(|items| items.len() == 4)?;
        let side = |object: &Object| number(&*view.resolve(object).ok()?);
        let [a, b, c, d] = items.iter().map(side).collect::<Option<Vec<_>>>()?[..] else { return None };
        Some(Self::new([a, b], [c, d]))
    }

    /// Left, bottom, right, top.
    pub(super) const fn sides(&self) -> [f64; 4] {
        self.0
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

/// The area of all rectangles together: what two share counts once.
pub(super) fn union(rectangles: &[Rectangle]) -> f64 {
    let mut columns: Vec<f64> = rectangles.iter().flat_map(|r| [r.sides()[0], r.sides()[2]]).collect();
    columns.sort_unstable_by(f64::total_cmp);
    let mut area = 0.0;
    for pair in columns.windows(2) {
        let &[left, right] = pair else { continue };
        let mut spans: Vec<[f64; 2]> = rectangles
            .iter()
            .map(Rectangle::sides)
            .filter(|[l, _, r, _]| *l <= left && right <= *r)
            .map(|[_, bottom, _, top]| [bottom, top])
            .collect();
        spans.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]));
        let (mut height, mut reached) = (0.0, f64::NEG_INFINITY);
        for [bottom, top] in spans {
            height += (top - bottom.max(reached)).max(0.0);
            reached = reached.max(top);
        }
        area += (right - left) * height;
    }
    area
}

/// A number (ISO 32000-2, 7.3.3). To the last digit it does not matter here, and the standard library's
/// exact reading brings 20 kB of tables into every browser.
pub(super) fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(value) => decimal(&value.to_string()),
        Object::Real(text) => decimal(text),
        _ => None,
    }
}

/// Digits with at most one point and a sign.
fn decimal(text: &str) -> Option<f64> {
    /// Digits behind the point that matter: hundreds of them overflowed the unit, and made a number of every
    /// reader's none of ours.
    const DIGITS: u32 = 12;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mut value, mut unit, mut places, mut any) = (0.0, 1.0, None, false);
    for c in digits.bytes() {
        match c {
            b'0'..=b'9' => {
                any = true;
                if let Some(places) = &mut places {
                    if *places >= DIGITS {
                        continue;
                    }
                    *places += 1;
                    unit *= 10.0;
                }
                value = value * 10.0 + f64::from(c - b'0');
            }
            b'.' if places.is_none() => places = Some(0),
            _ => return None,
        }
    }
    let value = sign * value / unit;
    (any && value.is_finite()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::{Rectangle, decimal, union};

    #[test]
    fn numbers_are_read_as_pdf_writes_them() {
        let zeros = format!("595.{}", "0".repeat(320));
        for (text, value) in [
            ("12", 12.0),
            ("-0.5", -0.5),
            ("+4.25", 4.25),
            (".5", 0.5),
            ("7.", 7.0),
            ("0", 0.0),
            (&zeros, 595.0),
            ("0.3333333333333333333333", 0.333_333_333_333),
        ] {
            assert_eq!(decimal(text), Some(value), "{text}");
        }
        for text in ["", "-", ".", "1e3", "1.2.3", "--1", "NaN", "inf", &"9".repeat(400)] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn what_two_rectangles_share_counts_once() {
        let square = |x: f64, y: f64| Rectangle::new([x, y], [x + 10.0, y + 10.0]);
        assert!((union(&[]) - 0.0).abs() < 1e-9);
        assert!((union(&[square(0.0, 0.0), square(0.0, 0.0)]) - 100.0).abs() < 1e-9);
        assert!((union(&[square(0.0, 0.0), square(5.0, 5.0)]) - 175.0).abs() < 1e-9);
        assert!((union(&[square(0.0, 0.0), square(20.0, 5.0)]) - 200.0).abs() < 1e-9);
        assert!((union(&[square(0.0, 0.0), square(0.0, 30.0)]) - 200.0).abs() < 1e-9);
    }
}
