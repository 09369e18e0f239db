//! The first page: statement or pledge, its head, and the sign block.

use std::borrow::Cow;

use serde::Serialize;

use super::data::{Data, Party};
use super::{Breaking, Expected, Face, Layout, MM, Piece, Ruler, VERTICAL, number};

/// Sizes that the templates have as well: the band with the QR symbol and what is kept free above it, the boxes.
const BAND: f64 = 33.0 * MM;
const RESERVE: f64 = MM;
const BOX: f64 = 21.0 * MM;
const ABOVE_BOX: f64 = 1.6 * MM;
const BELOW_BOX: f64 = 1.8 * MM;
const GUTTER: f64 = 6.0 * MM;

/// The steps of looseness, 1 = about 1.15 lines. The last ones also take smaller type, so that very long names and
/// positions leave the boxes on the first page.
const STEPS: [f64; 12] = [1.5, 1.4, 1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4];

/// For text that needs a second page anyway.
const DEFAULT: f64 = 0.9;

fn shrink(looseness: f64) -> f64 {
    match looseness {
        s if s > 0.55 => 1.0,
        s if s > 0.45 => 0.92,
        _ => 0.88,
    }
}

/// Never under what a word processor calls single spacing.
fn leading(looseness: f64, size: f64) -> f64 {
    0.65 * size * looseness.max(0.75)
}

/// Heights in a sign block, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(in crate::render) struct Sign {
    /// Of what stands above the boxes: labels and positions.
    above: f64,
    /// Of what stands below: names, ranks, numbers.
    below: f64,
    /// Of all of it.
    pub(super) height: f64,
}

impl Sign {
    /// From the upper edge to that of the boxes.
    fn to_box(self, size: f64) -> f64 {
        1.55 * size + self.above + ABOVE_BOX
    }

    pub(super) fn plan(data: &Data<'_>, size: f64, width: f64, ruler: &Ruler<'_>) -> Self {
        let column = (width - GUTTER) / 2.0;
        let (leading, spacing) = (0.5 * size, 0.55 * size);
        // Paragraphs below one another.
        let stack = |texts: &[Piece<'_>]| -> f64 {
            let heights = texts.iter().map(|piece| {
                ruler.height(ruler.lines(&[*piece], size, column, Breaking::Simple), size, leading)
            });
            heights.sum::<f64>() + number(texts.len().saturating_sub(1)) * spacing
        };
        let agreement = data.statement.is_some();
        let alone = agreement && data.parties.len() < 2;
        let mut sign = Self::default();
        for party in &data.parties {
            let label: Option<Cow<'_, str>> = match (alone, agreement) {
                (true, _) => None,
                (false, true) => Some(party.label.to_uppercase().into()),
                (false, false) => Some(party.label.as_ref().into()),
            };
            let mut above: Vec<Piece<'_>> = Vec::new();
            above.extend(label.as_deref().map(|label| (label, ruler.regular)));
            above.push((&party.position, ruler.regular));
            let rank = rank(party);
            let nip = party
                .nip
                .as_ref()
                .filter(|nip| !nip.is_empty())
                .map(|nip| format!("{} {nip}", party.nip_label.as_deref().unwrap_or("NIP.")));
            let mut below: Vec<Piece<'_>> = vec![(&party.name, ruler.bold)];
            below.extend(rank.as_deref().map(|rank| (rank, ruler.regular)));
            below.extend(nip.as_deref().map(|nip| (nip, ruler.regular)));
            sign.above = sign.above.max(stack(&above));
            sign.below = sign.below.max(stack(&below));
        }
        sign.height = sign.to_box(size) + BOX + BELOW_BOX + sign.below;
        sign
    }
}

fn rank(party: &Party<'_>) -> Option<String> {
    let given =
        |text: &Option<Cow<'_, str>>| text.as_deref().filter(|text| !text.is_empty()).map(str::to_owned);
    match (given(&party.rank), given(&party.grade)) {
        (Some(rank), Some(grade)) => Some(format!("{rank} ({grade})")),
        (Some(rank), None) => Some(rank),
        (None, Some(grade)) => Some(format!("Golongan {grade}")),
        (None, None) => None,
    }
}

/// The first page as open as it gets.
pub(super) fn plan(data: &Data<'_>, ruler: &Ruler<'_>) -> Layout {
    let (width, height) =
        if data.layout.paper == "f4" { (215.0 * MM, 330.0 * MM) } else { (210.0 * MM, 297.0 * MM) };
    let mut layout = Layout {
        width,
        height,
        looseness: DEFAULT,
        leading: 0.0,
        size: ruler.size,
        emblem: 21.0 * MM,
        letterhead: None,
        boxes: 1,
        one_page: false,
        pages: [None, None],
        identity: Vec::new(),
        sign: Sign::default(),
        annex: None,
        expected: Expected::default(),
        revision: 0,
    };
    let (room, tall) = layout.room();
    layout.letterhead = data.letterhead.as_ref().map(|head| letterhead_size(head, room, ruler));
    let mut measured: Option<(f64, Page)> = None;
    for s in STEPS {
        let size = ruler.size * shrink(s);
        // Lines depend on the size alone.
        if measured.as_ref().is_none_or(|(known, _)| *known != size) {
            measured = Some((size, Page::measure(data, size, room, layout.letterhead, ruler)));
        }
        let Some((_, page)) = &measured else { continue };
        let sign_y = page.height(s);
        if sign_y + page.sign.height <= tall - BAND - RESERVE {
            layout.one_page = true;
            layout.expected.box_y = Some(VERTICAL + sign_y + page.sign.to_box(size));
            page.fill(s, &mut layout);
            return layout;
        }
    }
    Page::measure(data, ruler.size, room, layout.letterhead, ruler).fill(DEFAULT, &mut layout);
    layout.boxes = 2;
    layout
}

/// What stands on the page, in lines: how high that is follows from the looseness.
struct Page {
    size: f64,
    /// Height of a line.
    line: f64,
    head: Head,
    /// Lines of each paragraph, in blocks with a gap before each.
    blocks: Vec<usize>,
    /// Which of them are the rows of a party: first and second row.
    parties: Vec<[usize; 2]>,
    /// Points of a pledge; the distance between them is another one.
    points: Vec<usize>,
    sign: Sign,
}

/// The head without what follows from the looseness.
struct Head {
    kind: HeadKind,
    /// Title and number.
    title: f64,
}

enum HeadKind {
    Plain,
    Emblem,
    /// Height with its line.
    Letterhead(f64),
}

impl Page {
    fn measure(data: &Data<'_>, size: f64, width: f64, letterhead: Option<f64>, ruler: &Ruler<'_>) -> Self {
        let lines =
            |text: &str, width: f64, breaking| ruler.lines(&[(text, ruler.regular)], size, width, breaking);
        let mut page = Self {
            size,
            line: ruler.regular.line(size),
            head: Head {
                kind: match (data.layout.head.as_ref(), &data.letterhead, letterhead) {
                    ("plain", ..) => HeadKind::Plain,
                    ("letterhead", Some(head), Some(unit)) => {
                        HeadKind::Letterhead(letterhead_height(head, unit, width, ruler))
                    }
                    _ => HeadKind::Emblem,
                },
                title: title(data, &[], width, ruler)
                    + data.number.as_ref().filter(|n| !n.is_empty()).map_or(0.0, |n| {
                        let lines = lines(&format!("Nomor: {n}"), width, Breaking::Simple);
                        2.0 * MM + ruler.height(lines, size, 0.65 * size)
                    }),
            },
            blocks: Vec::new(),
            parties: Vec::new(),
            points: Vec::new(),
            sign: Sign::plan(data, size, width, ruler),
        };
        if let Some(statement) = &data.statement {
            page.blocks.push(lines(&statement.opening, width, Breaking::Justified));
            for party in &data.parties {
                let column = width - 28.0 * MM;
                let rows =
                    [&party.name, &party.position].map(|text| lines(text, column, Breaking::Simple).max(1));
                page.parties.push(rows);
                let called = match party.role.as_ref() {
                    "first" => &statement.first,
                    "second" => &statement.second,
                    _ => &None,
                };
                if let Some(called) = called {
                    let called = format!("{called} ");
                    let pieces = [(called.as_str(), ruler.regular), (&party.label, ruler.bold)];
                    page.blocks.push(ruler.lines(&pieces, size, width, Breaking::Simple));
                }
            }
            page.blocks.extend(statement.promises.iter().map(|text| lines(text, width, Breaking::Justified)));
        }
        if let Some(pledge) = &data.pledge {
            page.blocks.push(lines(&pledge.opening, width, Breaking::Justified));
            let numbers = (1..=pledge.points.len())
                .map(|i| ruler.width(&[(&format!("{i}."), ruler.regular)], size))
                .fold(0.0, f64::max);
            let column = width - numbers - 0.7 * size;
            page.points.extend(pledge.points.iter().map(|text| lines(text, column, Breaking::Justified)));
        }
        page
    }

    /// From the upper edge to the sign block.
    fn height(&self, s: f64) -> f64 {
        let leading = leading(s, self.size);
        let gap = leading + 2.2 * MM * s;
        let text = |lines: usize| number(lines) * self.line + number(lines.saturating_sub(1)) * leading;
        let head = match self.head.kind {
            HeadKind::Plain => 2.0 * MM * s,
            HeadKind::Emblem => emblem(s) + 4.0 * MM * s,
            HeadKind::Letterhead(height) => height + 6.0 * MM * s,
        };
        let blocks: f64 = self.blocks.iter().map(|lines| text(*lines)).sum();
        let parties: f64 =
            self.parties.iter().map(|[name, position]| text(*name) + leading + text(*position)).sum();
        let points: f64 = self.points.iter().map(|lines| text(*lines)).sum::<f64>()
            + number(self.points.len().saturating_sub(1)) * (leading + 1.4 * MM * s);
        // Before each block but the first, each party, and the list of points.
        let gaps =
            (self.blocks.len() + self.parties.len()).saturating_sub(1) + usize::from(!self.points.is_empty());
        head + self.head.title + 8.0 * MM * s + blocks + parties + points + number(gaps) * gap + 8.0 * MM * s
    }

    fn fill(&self, s: f64, layout: &mut Layout) {
        layout.looseness = s;
        layout.size = self.size;
        layout.leading = leading(s, self.size);
        layout.emblem = emblem(s);
        layout.sign = self.sign;
        let row = |lines: usize| number(lines) * self.line + number(lines.saturating_sub(1)) * layout.leading;
        layout.identity = self.parties.iter().map(|rows| rows.map(row)).collect();
    }
}

fn emblem(s: f64) -> f64 {
    if s < 0.65 { 17.0 * MM } else { 21.0 * MM }
}

/// Height of the title lines, with others before them.
pub(super) fn title(data: &Data<'_>, before: &[&str], width: f64, ruler: &Ruler<'_>) -> f64 {
    let all: Vec<&str> = before.iter().copied().chain(data.title.iter().map(AsRef::as_ref)).collect();
    ruler.height(stacked(&all, ruler.bold, ruler.size, width, ruler), ruler.size, 0.55 * ruler.size)
}

/// Lines of texts with a break between them, and a space before each break (`templates/shared/page.typ: lines`).
fn stacked(texts: &[&str], face: &Face, size: f64, width: f64, ruler: &Ruler<'_>) -> usize {
    let last = texts.len().saturating_sub(1);
    let lines = texts.iter().enumerate().map(|(i, text)| {
        let text = format!("{text}{}", if i < last { " " } else { "" });
        ruler.lines(&[(&text, face)], size, width, Breaking::Simple).max(1)
    });
    lines.sum()
}

/// Long names shrink together down to the size where breaking them is better.
fn letterhead_size(head: &super::data::Letterhead<'_>, width: f64, ruler: &Ruler<'_>) -> f64 {
    let room = width - 26.0 * MM;
    let unit = head.unit.as_deref().filter(|unit| !unit.is_empty());
    let fits = |size: f64| {
        ruler.width(&[(&head.name, ruler.regular)], size * 0.75) <= room
            && unit.is_none_or(|unit| ruler.width(&[(unit, ruler.bold)], size) <= room)
    };
    [18.0, 17.0, 16.0, 15.0, 14.0].into_iter().find(|size| fits(*size)).unwrap_or(15.0)
}

fn letterhead_height(
    head: &super::data::Letterhead<'_>,
    unit_size: f64,
    width: f64,
    ruler: &Ruler<'_>,
) -> f64 {
    let room = width - 26.0 * MM;
    let paragraph = |text: &str, face, size: f64| {
        ruler.height(ruler.lines(&[(text, face)], size, room, Breaking::Simple), size, 0.4 * size)
    };
    let address: Vec<&str> = head.address.iter().map(AsRef::as_ref).collect();
    let address = stacked(&address, ruler.regular, 9.5, room, ruler);
    let unit = head.unit.as_deref().filter(|unit| !unit.is_empty());
    let mut parts = match unit {
        None => vec![(paragraph(&head.name, ruler.bold, unit_size), unit_size)],
        Some(unit) => vec![
            (paragraph(&head.name, ruler.regular, unit_size * 0.75), unit_size * 0.75),
            (paragraph(unit, ruler.bold, unit_size), unit_size),
        ],
    };
    if address > 0 {
        parts.push((ruler.height(address, 9.5, 0.4 * 9.5), 9.5));
    }
    let heights: f64 = parts.iter().map(|(height, _)| height).sum();
    // Of two distances the larger one.
    let distances: f64 = parts.windows(2).map(|pair| 0.5 * pair[0].1.max(pair[1].1)).sum();
    (24.0 * MM).max(heights + distances) + 2.5 * MM + 1.2 * MM
}
