//! What came into sight after the first signature, and what it may hide.
//!
//! A signature field that is added or filled later is paint by somebody whom those before had not seen
//! (sneaky signature attack, 2021; "Breaking the Specification", 2021). All of them on a page count together: two
//! halves hide as much as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::what::{Changes, ForbiddenChange, Shown, What};
use crate::pades::ink::{Ink, Tops, ink};
use crate::pades::rectangle::{Rectangle, union};
use crate::pdf::{self, Body, Dictionary, File, Object, Ref, View, Work};

/// The largest part of a page that fields which came into sight later may take together: more is no stamp but a
/// sheet of paper over the page.
const MAX_SHARE_OF_PAGE: f64 = 0.25;

/// A stamp, in square points: some 280 by 70. On a receipt or a label it takes more than a quarter, so there, in a
/// place that the first signer saw and that holds nothing else, it may.
const STAMP: f64 = 20_000.0;

/// Fields that came into sight on one page. Twenty stamps fill the last page of a contract.
const MAX_ON_A_PAGE: usize = 64;

/// Flags of an annotation that keep its size or direction while the page is zoomed or turned (ISO 32000-2, table
/// 167): it is not where its rectangle says.
const UNBOUND: i64 = 1 << 3 | 1 << 4;

/// What of the page lies below a field that came into sight later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// No text or picture, as far as those can be bounded.
    Nothing,
    /// Text or a picture.
    Content,
    /// The page could not be read, or not at small cost. It counts as covered.
    Unknown,
}

/// A widget that an update added, or whose look it changed.
pub(super) struct Painted {
    pub(super) revision: usize,
    pub(super) field: String,
    pub(super) holder: Ref,
    pub(super) widget: Ref,
    pub(super) filled: bool,
}

/// Where something is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sight {
    Nowhere,
    At(Rectangle),
    /// Nobody knows where, so it may cover anything.
    Anywhere,
}

/// Looks at everything that came into sight, on the pages as they are now.
///
/// # Errors
///
/// If a page or an annotation on it cannot be read.
pub(super) fn judge(
    file: &File<'_>,
    signed: usize,
    painted: Vec<Painted>,
    changes: &mut Changes,
) -> Result<(), pdf::Error> {
    let view = file.latest();
    let mut seen = BTreeMap::new();
    // Filled in a later revision than added: what counts is what is seen now, and who filled it.
    let last: BTreeMap<Ref, Painted> = painted.into_iter().map(|painted| (painted.widget, painted)).collect();
    for painted in last.into_values() {
        let sight = sight(view, painted.widget)?;
        if sight != Sight::Nowhere {
            seen.insert(painted.widget, (painted, sight));
        }
    }
    if seen.is_empty() {
        return Ok(());
    }
    // The page that each stands on, and each page's number and annotations.
    let mut places: BTreeMap<Ref, Ref> = BTreeMap::new();
    let mut twice: BTreeSet<Ref> = BTreeSet::new();
    let mut lists: BTreeMap<Ref, (usize, Vec<Object>)> = BTreeMap::new();
    for (index, page) in view.pages()?.into_iter().enumerate() {
        let body = view.body(page)?;
        let Some(dictionary) = body.value.as_dictionary() else { continue };
        let list = view.array(dictionary, "Annots")?.unwrap_or_default();
        file.spend(Work::Compared, list.len())?;
        let mut widgets =
            list.iter().filter_map(Object::as_reference).filter(|item| seen.contains_key(item)).peekable();
        if widgets.peek().is_some() {
            for widget in widgets {
                // It is drawn on each, and belongs to one of them only.
                if places.insert(widget, page).is_some_and(|other| other != page) {
                    twice.insert(widget);
                }
            }
            lists.insert(page, (index + 1, list));
        }
    }
    let mut pages: BTreeMap<Ref, Vec<(Painted, Sight)>> = BTreeMap::new();
    let forbid = |painted: &Painted, number: usize, changes: &mut Changes| {
        changes.forbidden.push(ForbiddenChange {
            revision: painted.revision,
            object: painted.widget.number,
            what: What::Overlay,
            name: number.to_string(),
        });
    };
    for (painted, sight) in seen.into_values() {
        match places.get(&painted.widget) {
            Some(_) if twice.contains(&painted.widget) => forbid(&painted, 0, changes),
            Some(page) => pages.entry(*page).or_default().push((painted, sight)),
            // On no page: most programs do not show it at all, and some wherever its rectangle is.
            None => forbid(&painted, 0, changes),
        }
    }
    for (page, fields) in pages {
        let (number, list) = lists.remove(&page).unwrap_or_default();
        if fields.len() > MAX_ON_A_PAGE {
            fields.iter().for_each(|(painted, _)| forbid(painted, number, changes));
            continue;
        }
        let sheet = Sheet::read(view, page, list, &fields)?;
        let mut inks: [Option<Ink>; 2] = [None, None];
        for (painted, sight) in fields {
            // Of a signature without a look most programs show nothing, and some a mark of their own. It hides nothing
            // that its signer could choose; who that is has to be told.
            if painted.filled && !has_look(view, painted.widget)? {
                let covers = Covers::Nothing;
                let Painted { revision, field, holder, filled, .. } = painted;
                changes.shown.push(Shown { revision, field, holder, page: number, filled, covers });
                continue;
            }
            if sheet.hides_annotation(file, &painted, sight)? {
                forbid(&painted, number, changes);
                continue;
            }
            // A place that the first signer saw may touch the line above which it was put.
            let prepared = file.at(signed).reference(painted.widget.number) == Some(painted.widget);
            let tops = if prepared { Tops::SmallLetters } else { Tops::Capitals };
            let [seen, new] = &mut inks;
            let known = if prepared { seen } else { new };
            let ink = match known {
                Some(known) => known,
                None => known.insert(ink(view, page, tops)?),
            };
            let covers = covers(file, sight, ink)?;
            if sheet.is_papered && !(prepared && sheet.is_small && covers == Covers::Nothing) {
                forbid(&painted, number, changes);
                continue;
            }
            let Painted { revision, field, holder, filled, .. } = painted;
            let shown = Shown { revision, field, holder, page: number, filled, covers };
            if !changes.shown.contains(&shown) {
                changes.shown.push(shown);
            }
        }
    }
    Ok(())
}

fn covers(file: &File<'_>, sight: Sight, ink: &Ink) -> Result<Covers, pdf::Error> {
    let (Sight::At(rectangle), Ink::At(boxes)) = (sight, ink) else { return Ok(Covers::Unknown) };
    file.spend(Work::Compared, boxes.len())?;
    let over = boxes.iter().any(|ink| ink.overlap(&rectangle) > 0.0);
    Ok(if over { Covers::Content } else { Covers::Nothing })
}

/// A page on which something came into sight.
struct Sheet {
    /// Everything that came into sight takes more of it than it may.
    is_papered: bool,
    /// It takes no more than a stamp.
    is_small: bool,
    /// Its annotations, with where they are seen.
    annotations: Vec<(Ref, Sight)>,
}

impl Sheet {
    fn read(
        view: View<'_, '_>,
        page: Ref,
        list: Vec<Object>,
        fields: &[(Painted, Sight)],
    ) -> Result<Self, pdf::Error> {
        let body = view.body(page)?;
        let area = match body.value.as_dictionary() {
            Some(dictionary) => visible_area(view, dictionary)?,
            None => None,
        };
        let rectangles: Vec<Rectangle> = fields
            .iter()
            .filter_map(|(_, sight)| match sight {
                Sight::At(rectangle) => Some(*rectangle),
                _ => None,
            })
            .collect();
        let taken = area.map(|sheet| {
            let inside: Vec<Rectangle> = rectangles.iter().map(|r| r.intersection(&sheet)).collect();
            (union(&inside), sheet.area())
        });
        let is_papered = taken.is_none_or(|(taken, area)| taken > area * MAX_SHARE_OF_PAGE);
        let is_small = taken.is_some_and(|(taken, _)| taken <= STAMP);
        let mut annotations = Vec::new();
        for reference in list.iter().filter_map(Object::as_reference) {
            annotations.push((reference, sight(view, reference)?));
        }
        // Direct ones have no reference, and are nobody's field.
        for dictionary in list.iter().filter_map(Object::as_dictionary) {
            annotations.push((Ref::new(0), sight_of(view, dictionary)?));
        }
        Ok(Self { is_papered, is_small, annotations })
    }

    /// Whether a field lies over an annotation that is not its own, or nobody knows where it lies.
    fn hides_annotation(&self, file: &File<'_>, painted: &Painted, sight: Sight) -> Result<bool, pdf::Error> {
        let Sight::At(rectangle) = sight else { return Ok(true) };
        file.spend(Work::Compared, self.annotations.len())?;
        let over = |other: &Sight| match other {
            Sight::Nowhere => false,
            Sight::At(other) => rectangle.overlap(other) > 0.0,
            Sight::Anywhere => true,
        };
        Ok(self.annotations.iter().any(|(other, at)| *other != painted.widget && over(at)))
    }
}

/// Whether a widget has an appearance, or says how programs are to make one.
pub(super) fn has_look(view: View<'_, '_>, widget: Ref) -> Result<bool, pdf::Error> {
    let body = view.body(widget)?;
    let dictionary = body.value.as_dictionary();
    Ok(dictionary.is_none_or(|d| d.get("AP").is_some() || d.get("MK").is_some()))
}

/// Whether an annotation has a stream that draws it, so that no program makes one.
pub(super) fn is_drawn(view: View<'_, '_>, annotation: &Dictionary) -> bool {
    let look = view.dictionary(annotation, "AP").ok().flatten();
    let normal = look.and_then(|look| look.get("N")?.as_reference());
    normal.is_some_and(|normal| view.shared(normal).is_ok_and(|body| body.stream.is_some()))
}

/// Where an annotation is seen.
fn sight(view: View<'_, '_>, annotation: Ref) -> Result<Sight, pdf::Error> {
    let Some((Body { value, .. }, _)) = view.numbered(annotation.number)? else { return Ok(Sight::Nowhere) };
    match value.as_dictionary() {
        Some(dictionary) => sight_of(view, dictionary),
        None => Ok(Sight::Nowhere),
    }
}

fn sight_of(view: View<'_, '_>, dictionary: &Dictionary) -> Result<Sight, pdf::Error> {
    // The window of a note opens beside it, when somebody asks for it.
    if dictionary.get("Subtype").and_then(Object::as_name) == Some(b"Popup") {
        return Ok(Sight::Nowhere);
    }
    let flags = match dictionary.get("F") {
        None => 0,
        Some(value) => view.resolve(value)?.as_integer().unwrap_or(UNBOUND),
    };
    let shows = appearance(view, dictionary)?;
    let rectangle = Rectangle::read(view, dictionary, "Rect");
    Ok(match rectangle {
        Some(rectangle) if rectangle.area() > 0.0 => {
            if flags & UNBOUND == 0 {
                Sight::At(rectangle)
            } else {
                Sight::Anywhere
            }
        }
        // Without an area there is nothing to see in most programs; some draw the appearance as large as it says.
        Some(_) if !shows => Sight::Nowhere,
        None if !shows && dictionary.get("Rect").is_none() => Sight::Nowhere,
        _ => Sight::Anywhere,
    })
}

/// Whether an annotation has an appearance that paints something.
fn appearance(view: View<'_, '_>, annotation: &Dictionary) -> Result<bool, pdf::Error> {
    let Some(appearances) = view.dictionary(annotation, "AP")? else { return Ok(false) };
    for (_, value) in appearances.iter() {
        let mut streams = Vec::new();
        match value {
            Object::Reference(reference) => {
                let body = view.body(*reference)?;
                if body.stream.is_some() {
                    streams.push(*reference);
                } else {
                    body.value.references(&mut |state| streams.push(state));
                }
            }
            direct => direct.references(&mut |state| streams.push(state)),
        }
        for stream in streams {
            if paints(view, &view.body(stream)?)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether a form XObject paints something: it has a box with an area, and content that is more than the frame of
/// an invisible signature (`q`, `Q`, `% DSBlank`).
fn paints(view: View<'_, '_>, body: &Body) -> Result<bool, pdf::Error> {
    let Some(dictionary) = body.value.as_dictionary() else { return Ok(true) };
    let bounds = Rectangle::read(view, dictionary, "BBox");
    if body.stream.is_none() || bounds.is_some_and(|bounds| bounds.area() <= 0.0) {
        return Ok(false);
    }
    // What cannot be decoded may paint anything.
    let content = match view.decoded(body) {
        Ok(content) => content,
        Err(error @ pdf::Error::Cost { .. }) => return Err(error),
        Err(_) => return Ok(true),
    };
    let words = content
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .map(|line| line.split(|byte| *byte == b'%').next().unwrap_or_default())
        .flat_map(|line| line.split(|byte| matches!(byte, b' ' | b'\t' | 0 | 12)))
        .filter(|word| !word.is_empty());
    let frame = |word: &[u8]| matches!(word, b"q" | b"Q");
    Ok(words.into_iter().any(|word| !frame(word)))
}

/// What viewers show of a page: a large sheet may be cropped to a small part (ISO 32000-2, 14.11.2).
fn visible_area(view: View<'_, '_>, page: &Dictionary) -> Result<Option<Rectangle>, pdf::Error> {
    let sheet = inherited_box(view, page, "MediaBox")?;
    let cropped = inherited_box(view, page, "CropBox")?;
    Ok(match (sheet, cropped) {
        (Some(Some(sheet)), None) => Some(sheet),
        (Some(Some(sheet)), Some(Some(crop))) => Some(sheet.intersection(&crop)),
        // None, or one that cannot be read.
        _ => None,
    })
}

/// A box of a page, its own or inherited; inside, `None` where it cannot be read.
fn inherited_box(
    view: View<'_, '_>,
    page: &Dictionary,
    key: &'static str,
) -> Result<Option<Option<Rectangle>>, pdf::Error> {
    let mut node = page.clone();
    for _ in 0..64 {
        if node.get(key).is_some() {
            return Ok(Some(Rectangle::read(view, &node, key)));
        }
        match view.dictionary(&node, "Parent")? {
            Some(parent) => node = parent,
            None => return Ok(None),
        }
    }
    Ok(Some(None))
}
