//! Where a page shows text and pictures: boxes around them, rather too large than too small.
//!
//! A stamp that somebody adds later must not hide what others signed. Where letters stand follows from the content
//! stream, the matrices and the widths of the font (ISO 32000-2, 9.4); their shapes are not looked at. Long lines,
//! frames and coloured areas hide nothing that was said: places for signatures lie in them. Filled curves may be letters,
//! and small marks ticks, bars of a letter or dots of a code: those count. What readers may read otherwise is unknown.

mod matrix;
mod path;
mod widths;

use std::collections::BTreeMap;
use std::rc::Rc;

use self::matrix::{Matrix, matrix, unit};
use self::path::Part;
use self::widths::Widths;
use super::rectangle::{Rectangle, number};
use crate::pdf::{self, Dictionary, Object, Ref, View, Work, operations};

/// Operators that are followed on one page, with those of the forms it draws. A page full of figures has some ten
/// thousand.
const MAX_OPERATIONS: usize = 200_000;

/// Bytes of content of one page.
const MAX_CONTENT: usize = 8 * 1024 * 1024;

/// Forms and pictures drawn on one page, each time.
const MAX_FORMS: usize = 2_000;

/// Less than the advance of any character in Helvetica and Times.
const NARROW: f64 = 0.15;

/// Boxes on one page.
const MAX_BOXES: usize = 50_000;

/// Forms inside each other, and saved graphics states.
const MAX_DEPTH: usize = 28;

/// Below and above the base line, in parts of the size of the font: what has to be seen of figures and letters to
/// read them: without its tail a comma is a point, without its top an h an n. Stamps may lie close to a line, and touch
/// its accents and the ends of its brackets.
const DESCENT: f64 = -0.2;
const ASCENT: f64 = 0.72;

/// The same of letters without their tops.
const SMALL_LETTERS: f64 = 0.55;

/// How much of letters counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tops {
    /// Capitals as a whole.
    Capitals,
    /// What is as high as an x: of a place that the first signer saw above a line.
    SmallLetters,
}

/// What is known of a page.
pub(super) enum Ink {
    /// All text and pictures are inside these.
    At(Vec<Rectangle>),
    /// It could not be bounded, or not at small cost.
    Unknown,
}

/// The boxes of a page, in its own coordinates.
///
/// # Errors
///
/// Only [`pdf::Error::Cost`], where the file has asked for too much by now.
pub(super) fn ink(view: View<'_, '_>, page: Ref, tops: Tops) -> Result<Ink, pdf::Error> {
    let mut painter = Painter {
        view,
        ascent: if tops == Tops::Capitals { ASCENT } else { SMALL_LETTERS },
        operations: 0,
        content: 0,
        forms: 0,
        boxes: Vec::new(),
        thin: Vec::new(),
        fonts: BTreeMap::new(),
    };
    match painter.page(page) {
        Ok(()) => {
            painter.join();
            Ok(Ink::At(painter.boxes))
        }
        Err(Stop::Cost(error)) => Err(error),
        Err(Stop::Unknown) => Ok(Ink::Unknown),
    }
}

/// Why following a page ended.
enum Stop {
    Cost(pdf::Error),
    Unknown,
}

impl From<pdf::Error> for Stop {
    fn from(error: pdf::Error) -> Self {
        if matches!(error, pdf::Error::Cost { .. }) { Self::Cost(error) } else { Self::Unknown }
    }
}

/// What text is shown with, and where.
#[derive(Clone, Debug)]
struct State {
    ctm: Matrix,
    font: Option<Vec<u8>>,
    size: f64,
    character_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
    line_width: f64,
    /// The longest gap of the pattern of dashes.
    gap: f64,
    /// Nothing is painted outside.
    clip: Option<Rectangle>,
    /// What is painted has the shape of a path that clips, of letters perhaps.
    shaped: bool,
}

impl State {
    /// As a page begins (8.4.1, table 51).
    const fn new() -> Self {
        Self {
            ctm: Matrix::IDENTITY,
            font: None,
            size: 0.0,
            character_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            line_width: 1.0,
            gap: 0.0,
            clip: None,
            shaped: false,
        }
    }

    fn crop(&mut self, to: Rectangle) {
        self.clip = Some(self.clip.map_or(to, |clip| clip.intersection(&to)));
    }
}

/// How many operands an operator takes that shows something, or says with what; `None` for the others.
const fn wanted(operator: &[u8]) -> Option<usize> {
    match operator {
        b"Tj" | b"TJ" | b"'" | b"Do" | b"gs" | b"sh" | b"w" => Some(1),
        b"Tf" | b"d" | b"m" | b"l" => Some(2),
        b"\"" => Some(3),
        b"v" | b"y" | b"re" => Some(4),
        b"c" => Some(6),
        _ => None,
    }
}

/// The resources of a content stream by name: one with ten thousand of them may be asked two hundred thousand times.
struct Shelf {
    fonts: Named,
    states: Named,
    objects: Named,
    /// Fonts that were read, by name.
    widths: BTreeMap<Vec<u8>, Rc<Widths>>,
    /// Parameters that bring no font, and how thick they make lines.
    harmless: BTreeMap<Vec<u8>, Option<f64>>,
}

type Named = BTreeMap<Vec<u8>, Object>;

struct Painter<'f, 'a> {
    view: View<'f, 'a>,
    ascent: f64,
    operations: usize,
    content: usize,
    forms: usize,
    boxes: Vec<Rectangle>,
    /// Thin marks: pieces of a line may make a long one together.
    thin: Vec<Rectangle>,
    fonts: BTreeMap<Ref, Rc<Widths>>,
}

impl Painter<'_, '_> {
    fn page(&mut self, page: Ref) -> Result<(), Stop> {
        let body = self.view.body(page)?;
        let dictionary = body.value.as_dictionary().ok_or(Stop::Unknown)?;
        // In larger units small marks are larger still.
        if value(self.view, dictionary, "UserUnit")?
            .is_some_and(|unit| number(&unit).is_none_or(|unit| unit < 1.0))
        {
            return Err(Stop::Unknown);
        }
        let resources = self.inherited_resources(dictionary)?;
        let mut streams = Vec::new();
        match dictionary.get("Contents") {
            None => {}
            Some(value) => match self.view.resolve(value)?.as_ref() {
                Object::Array(items) => streams.extend(items.iter().map(Object::as_reference)),
                _ => streams.push(value.as_reference()),
            },
        }
        // Operators may be divided between the parts (7.8.2).
        let mut content = Vec::new();
        for stream in streams {
            self.decoded(&self.view.body(stream.ok_or(Stop::Unknown)?)?, &mut content)?;
        }
        self.run(&content, &resources, State::new(), 0)
    }

    fn inherited_resources(&self, page: &Dictionary) -> Result<Dictionary, Stop> {
        let mut node = page.clone();
        for _ in 0..64 {
            if let Some(found) = dictionary(self.view, &node, "Resources")? {
                return Ok(found);
            }
            match dictionary(self.view, &node, "Parent")? {
                Some(parent) => node = parent,
                None => break,
            }
        }
        Ok(Dictionary::new())
    }

    fn decoded(&mut self, body: &pdf::Body, out: &mut Vec<u8>) -> Result<(), Stop> {
        let part = self.view.decoded(body)?;
        self.content = self.content.saturating_add(part.len());
        if self.content > MAX_CONTENT {
            return Err(Stop::Unknown);
        }
        self.view.spend(Work::Read, part.len())?;
        out.extend_from_slice(&part);
        out.push(b'\n');
        Ok(())
    }

    /// Follows a content stream.
    fn run(
        &mut self,
        content: &[u8],
        resources: &Dictionary,
        start: State,
        depth: usize,
    ) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::Unknown);
        }
        let mut run = Run {
            state: start,
            saved: Vec::new(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            slack: 0.0,
            parts: Vec::new(),
            curved: false,
            clips: false,
        };
        let mut shelf = self.shelf(resources)?;
        let mut stop = None;
        let read = operations(content, |operands, operator| {
            self.operations += 1;
            // Of the file as a whole, too.
            let spent = self.view.spend(Work::Compared, 8).map_err(Stop::from);
            let step = if spent.is_err() {
                spent
            } else if self.operations > MAX_OPERATIONS || self.boxes.len().max(self.thin.len()) > MAX_BOXES {
                Err(Stop::Unknown)
            } else {
                self.step(&mut run, operands, operator, &mut shelf, resources, depth)
            };
            step.map_err(|why| {
                stop = Some(why);
                pdf::Error::Filter
            })
        });
        match (stop, read) {
            (Some(why), _) => Err(why),
            (None, read) => Ok(read?),
        }
    }

    fn step(
        &mut self,
        run: &mut Run,
        operands: &[Object],
        operator: &[u8],
        shelf: &mut Shelf,
        resources: &Dictionary,
        depth: usize,
    ) -> Result<(), Stop> {
        // Of operands too many, readers take the first or the last.
        if wanted(operator).is_some_and(|count| operands.len() != count) {
            return Err(Stop::Unknown);
        }
        let numbers: Vec<f64> = operands.iter().filter_map(number).collect();
        let take = |count: usize| match numbers.get(..count) {
            Some(found) if numbers.len() == count && operands.len() == count => Ok(found),
            _ => Err(Stop::Unknown),
        };
        let one = || take(1).and_then(|found| found.first().copied().ok_or(Stop::Unknown));
        let state = &mut run.state;
        match operator {
            b"q" => {
                if run.saved.len() > MAX_DEPTH {
                    return Err(Stop::Unknown);
                }
                run.saved.push(state.clone());
            }
            b"Q" => {
                if let Some(saved) = run.saved.pop() {
                    *state = saved;
                }
            }
            b"cm" => state.ctm = matrix(take(6)?)?.then(state.ctm),
            b"BT" => (run.text, run.line, run.slack) = (Matrix::IDENTITY, Matrix::IDENTITY, 0.0),
            b"Tc" => state.character_space = one()?,
            b"Tw" => state.word_space = one()?,
            b"Tz" => state.scale = one()? / 100.0,
            b"TL" => state.leading = one()?,
            b"Ts" => state.rise = one()?,
            b"Tf" => {
                let (Some(Object::Name(name)), Some(size)) = (operands.first(), numbers.first()) else {
                    return Err(Stop::Unknown);
                };
                (state.font, state.size) = (Some(name.clone()), *size);
            }
            b"Tm" => {
                run.line = matrix(take(6)?)?;
                (run.text, run.slack) = (run.line, 0.0);
            }
            b"Td" | b"TD" => {
                let &[x, y] = take(2)? else { return Err(Stop::Unknown) };
                if operator == b"TD" {
                    state.leading = -y;
                }
                run.new_line(x, y);
            }
            b"T*" => run.new_line(0.0, -run.state.leading),
            b"Tj" | b"TJ" => self.show(run, operands.first(), shelf)?,
            b"'" => {
                run.new_line(0.0, -run.state.leading);
                self.show(run, operands.first(), shelf)?;
            }
            b"\"" => {
                let (Some(word), Some(character)) = (numbers.first(), numbers.get(1)) else {
                    return Err(Stop::Unknown);
                };
                (state.word_space, state.character_space) = (*word, *character);
                run.new_line(0.0, -run.state.leading);
                self.show(run, operands.get(2), shelf)?;
            }
            // A pattern paints a content of its own, letters too.
            b"sc" | b"SC" | b"scn" | b"SCN" if operands.iter().any(|operand| number(operand).is_none()) => {
                return Err(Stop::Unknown);
            }
            b"gs" => {
                let thick = self.parameters(operands.first(), shelf)?;
                state.line_width = thick.unwrap_or(state.line_width);
            }
            b"BI" => self.boxes.push(unit(state.ctm)?),
            // Functions and meshes paint letters as well.
            b"sh" => self.boxes.push(state.clip.ok_or(Stop::Unknown)?),
            b"Do" => self.object(&run.state, operands.first(), shelf, resources, depth)?,
            b"w" => state.line_width = one()?.abs(),
            b"d" => {
                let dashes = operands.first().and_then(Object::as_array).ok_or(Stop::Unknown)?;
                // Of an odd number of dashes each is a gap the second time (8.4.3.6).
                let (skipped, step) = if dashes.len() % 2 == 0 { (1, 2) } else { (0, 1) };
                state.gap = 0.0;
                for gap in dashes.iter().skip(skipped).step_by(step) {
                    state.gap = state.gap.max(number(gap).ok_or(Stop::Unknown)?);
                }
                // More are a picture of their own.
                if dashes.len() > 6 {
                    state.gap = f64::INFINITY;
                }
            }
            b"m" | b"l" | b"c" | b"v" | b"y" => {
                run.curved |= !matches!(operator, b"m" | b"l");
                for point in take(operands.len())?.chunks(2) {
                    let &[x, y] = point else { return Err(Stop::Unknown) };
                    run.to([x, y], operator == b"m");
                }
            }
            b"re" => {
                let &[x, y, width, height] = take(4)? else { return Err(Stop::Unknown) };
                let points = vec![[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
                run.parts.push(Part { points, closed: true, is_box: true });
            }
            b"h" => run.close(),
            b"W" | b"W*" => run.clips = true,
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"n" => {
                if matches!(operator, b"b" | b"b*" | b"s") {
                    run.close();
                }
                let filled = !matches!(operator, b"S" | b"s" | b"n");
                let stroked = !matches!(operator, b"f" | b"F" | b"f*" | b"n");
                self.paint(run, filled, stroked)?;
            }
            // Colours, line styles, marked content.
            b"g" | b"G" | b"rg" | b"RG" | b"k" | b"K" | b"cs" | b"CS" | b"sc" | b"SC" | b"scn" | b"SCN"
            | b"J" | b"j" | b"M" | b"i" | b"ri" | b"Tr" | b"ET" | b"BMC" | b"BDC" | b"EMC" | b"MP"
            | b"DP" | b"BX" | b"EX" => {}
            _ => return Err(Stop::Unknown),
        }
        Ok(())
    }

    /// Shows strings, and moves on.
    fn show(&mut self, run: &mut Run, shown: Option<&Object>, shelf: &mut Shelf) -> Result<(), Stop> {
        let parts = match shown {
            Some(Object::Array(items)) => items.as_slice(),
            Some(string @ Object::String(_)) => std::slice::from_ref(string),
            _ => return Err(Stop::Unknown),
        };
        let name = run.state.font.clone().ok_or(Stop::Unknown)?;
        let widths = self.font(&name, shelf)?;
        let State { size, character_space, word_space, scale, rise, .. } = run.state;
        // Where widths are rather too large, all may stand before.
        let loose = if widths.is_loose() { size * scale } else { 0.0 };
        let mut slack = run.slack;
        let (mut at, mut low, mut high) = (0.0_f64, 0.0_f64.min(-slack), 0.0_f64.max(-slack));
        for part in parts {
            match part {
                Object::String(bytes) => {
                    for (width, is_space) in widths.advances(bytes) {
                        let width = width.ok_or(Stop::Unknown)?;
                        let space = if is_space { word_space } else { 0.0 };
                        slack += (width - NARROW) * loose;
                        // A character may be drawn wider than it advances.
                        high = high.max(at + width.abs().max(0.3) * size.abs() * scale.abs());
                        at += (width * size + character_space + space) * scale;
                        (low, high) = (low.min(at).min(at - slack), high.max(at).max(at - slack));
                    }
                }
                moved => {
                    at -= number(moved).ok_or(Stop::Unknown)? / 1000.0 * size * scale;
                    (low, high) = (low.min(at).min(at - slack), high.max(at).max(at - slack));
                }
            }
        }
        let (below, above) = (DESCENT * size.abs() + rise, self.ascent * size.abs() + rise);
        let (below, above) = if size < 0.0 { (-above, -below) } else { (below, above) };
        run.slack = slack;
        let area = Rectangle::new([low, below], [high, above]);
        self.boxes.push(run.text.then(run.state.ctm).around(area)?);
        run.text = Matrix::shift(at, 0.0).then(run.text);
        Ok(())
    }

    fn shelf(&self, resources: &Dictionary) -> Result<Shelf, Stop> {
        let named = |key| -> Result<Named, Stop> {
            let found = dictionary(self.view, resources, key)?.unwrap_or_default();
            self.view.spend(Work::Compared, found.len())?;
            Ok(found.into_values().collect())
        };
        Ok(Shelf {
            fonts: named("Font")?,
            states: named("ExtGState")?,
            objects: named("XObject")?,
            widths: BTreeMap::new(),
            harmless: BTreeMap::new(),
        })
    }

    /// A font by its name in the resources, read once.
    fn font(&mut self, name: &[u8], shelf: &mut Shelf) -> Result<Rc<Widths>, Stop> {
        if let Some(known) = shelf.widths.get(name) {
            return Ok(Rc::clone(known));
        }
        let value = shelf.fonts.get(name).ok_or(Stop::Unknown)?;
        let reference = value.as_reference();
        let widths = match reference.and_then(|reference| self.fonts.get(&reference)) {
            Some(known) => Rc::clone(known),
            None => {
                let resolved = self.view.resolve(value)?;
                let font = resolved.as_dictionary().ok_or(Stop::Unknown)?;
                Rc::new(Widths::read(self.view, font)?)
            }
        };
        if let Some(reference) = reference {
            self.fonts.insert(reference, Rc::clone(&widths));
        }
        shelf.widths.insert(name.to_vec(), Rc::clone(&widths));
        Ok(widths)
    }

    /// A dictionary of graphics state parameters may bring a font, or dashes; how thick it makes lines.
    fn parameters(&self, name: Option<&Object>, shelf: &mut Shelf) -> Result<Option<f64>, Stop> {
        let name = name.and_then(Object::as_name).ok_or(Stop::Unknown)?;
        if let Some(thick) = shelf.harmless.get(name) {
            return Ok(*thick);
        }
        let found = self.view.resolve(shelf.states.get(name).ok_or(Stop::Unknown)?)?;
        let found = found.as_dictionary().ok_or(Stop::Unknown)?;
        // A soft mask is a picture made of a content of its own.
        let masks = |mask: &Object| mask.as_name() != Some(b"None");
        if found.get("Font").is_some() || found.get("D").is_some() || found.get("SMask").is_some_and(masks) {
            return Err(Stop::Unknown);
        }
        let thick = match value(self.view, found, "LW")? {
            Some(thick) => Some(number(&thick).ok_or(Stop::Unknown)?.abs()),
            None => None,
        };
        shelf.harmless.insert(name.to_vec(), thick);
        Ok(thick)
    }

    /// A picture, or a form with content of its own.
    fn object(
        &mut self,
        state: &State,
        name: Option<&Object>,
        shelf: &Shelf,
        resources: &Dictionary,
        depth: usize,
    ) -> Result<(), Stop> {
        self.forms += 1;
        if self.forms > MAX_FORMS {
            return Err(Stop::Unknown);
        }
        let name = name.and_then(Object::as_name).ok_or(Stop::Unknown)?;
        let reference = shelf.objects.get(name).and_then(Object::as_reference).ok_or(Stop::Unknown)?;
        let body = self.view.shared(reference)?;
        let dictionary = body.value.as_dictionary().ok_or(Stop::Unknown)?;
        match dictionary.get("Subtype").and_then(Object::as_name) {
            Some(b"Image") => self.boxes.push(unit(state.ctm)?),
            Some(b"Form") => {
                let own = match array(self.view, dictionary, "Matrix")? {
                    Some(items) => {
                        let sides = items.iter().map(number).collect::<Option<Vec<_>>>();
                        matrix(&sides.ok_or(Stop::Unknown)?)?
                    }
                    None => Matrix::IDENTITY,
                };
                let bounds = Rectangle::read(self.view, dictionary, "BBox").ok_or(Stop::Unknown)?;
                let mut content = Vec::new();
                self.decoded(&body, &mut content)?;
                let own_resources = self::dictionary(self.view, dictionary, "Resources")?;
                // A form begins with the state that draws it (8.10.1), but for a font, which it has to name by its own
                // resources.
                let mut start = State { ctm: own.then(state.ctm), font: None, ..state.clone() };
                start.crop(start.ctm.around(bounds)?);
                start.shaped |= !start.ctm.is_upright();
                self.run(&content, own_resources.as_ref().unwrap_or(resources), start, depth + 1)?;
            }
            _ => return Err(Stop::Unknown),
        }
        Ok(())
    }
}

/// A content stream on its way.
struct Run {
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    /// How far before its place text may be shown, because widths are rather too large.
    slack: f64,
    /// The path that is being made.
    parts: Vec<Part>,
    curved: bool,
    /// It clips what is painted later.
    clips: bool,
}

impl Run {
    fn new_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(self.line);
        (self.text, self.slack) = (self.line, 0.0);
    }
}

/// The value of a key, directly or by reference. A null is none (7.3.9).
fn value(view: View<'_, '_>, of: &Dictionary, key: &'static str) -> Result<Option<Object>, Stop> {
    Ok(view.value(of, key)?.filter(|value| *value != Object::Null))
}

fn array(view: View<'_, '_>, of: &Dictionary, key: &'static str) -> Result<Option<Vec<Object>>, Stop> {
    match value(view, of, key)? {
        None => Ok(None),
        Some(Object::Array(items)) => Ok(Some(items)),
        Some(_) => Err(Stop::Unknown),
    }
}

fn dictionary(view: View<'_, '_>, of: &Dictionary, key: &'static str) -> Result<Option<Dictionary>, Stop> {
    match value(view, of, key)? {
        None => Ok(None),
        Some(Object::Dictionary(found)) => Ok(Some(found)),
        Some(_) => Err(Stop::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::{Ink, Tops, ink};
    use crate::pades::rectangle::Rectangle;
    use crate::pdf::File;

    const HELVETICA: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";

    /// What a field from (100, 100) to (200, 150) covers, on a page with a content, a font and an object 6: `Some(true)`
    /// is ink, `None` unknown.
    fn covers(content: &str, font: &str, sixth: &str) -> Option<bool> {
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>\
             /XObject<</X 6 0 R>>/Shading<</S<<>>>>/ExtGState<</W<</LW 9>>/D<</D[[3]0]>>/N<</CA 1>>>>>>>>"
                .to_owned(),
            format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
            font.to_owned(),
            if sixth.is_empty() { "null".to_owned() } else { sixth.to_owned() },
        ];
        let (mut file, mut table) = ("%PDF-1.7\n".to_owned(), "xref\n0 7\n0000000000 65535 f \n".to_owned());
        for (index, object) in objects.iter().enumerate() {
            table += &format!("{:010} 00000 n \n", file.len());
            file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
        }
        let start = file.len();
        file += &format!("{table}trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
        let file = File::parse(file.as_bytes()).unwrap();
        let view = file.latest();
        let field = Rectangle::new([100.0, 100.0], [200.0, 150.0]);
        match ink(view, view.pages().unwrap()[0], Tops::Capitals).unwrap() {
            Ink::At(boxes) => Some(boxes.iter().any(|ink| ink.overlap(&field) > 0.0)),
            Ink::Unknown => None,
        }
    }

    fn painted(content: &str) -> Option<bool> {
        covers(content, HELVETICA, "")
    }

    #[test]
    fn small_marks_are_ink() {
        let code: String =
            (0..20).map(|n| format!("{} {} 3 3 re ", 110 + n % 7 * 3, 110 + n / 7 * 3)).collect();
        let code = format!("0 g {code}f");
        for content in [
            code.as_str(),
            // A tick, a cross in one path and in two, an I, a dash, a dot.
            "110 110 m 114 104 l 122 122 l S",
            "110 110 m 122 122 l 110 122 m 122 110 l S",
            "110 110 m 122 122 l S 110 122 m 122 110 l S",
            "110 110 0.9 9 re f",
            "110 110 m 118 110 l S",
            "1 J 5 w 110 110 m 110 110 l S",
            // A mark that more is added to, for a large box.
            "110 110 9 9 re 500 700 l f",
            "110 110 m 119 110 l 114 119 l 110 110 l 500 700 l f",
            "110 110 m 119 110 l 119 119 l h 500 700 l f",
            "110 110 m 119 110 l 119 119 l 110 119 l 110 700 l f",
            "110 110 m 118 118 l 110 126 l 118 134 l 500 700 l S",
            "400 400 9 9 re 110 110 9 9 re 20 20 500 700 re f*",
            // Cut out of a large area, or painted through letters.
            "q 110 110 9 9 re W n 0 0 595 842 re f Q",
            "110 110 m 119 110 l 114 119 l h W n 0 0 595 842 re f",
            "110 110 80 9 re 110 130 80 9 re W n 0 0 595 842 re f",
            // Thick, or through the gaps of a line.
            "20 w 120 120 m 130 120 l S",
            "/W gs 90 120 m 112 120 l S",
            "1 w [3 40] 0 d 0 110 m 595 110 l S",
            "1 w [3 2 1 4 5 1 1 2] 0 d 0 110 m 595 110 l S",
            "100 0 0 100 0 0 cm 0.01 w 1.1 1.1 m 1.2 1.2 l S",
        ] {
            assert_eq!(painted(content), Some(true), "{content}");
        }
    }

    #[test]
    fn long_lines_frames_and_grounds_are_none() {
        // As an office program draws two cells: corners, sides and a long top, each by itself.
        let cells = "90 160 0.48 0.48 re f 90.48 160 120 0.48 re f 120 147 0.48 13.8 re f 120 133.2 0.48 13.8 re f \
                     120 132.72 0.48 0.48 re f";
        for content in [
            cells,
            "90 90 300 80 re f",
            "1 0 0 RG 2 w 90 90 300 80 re S",
            "90 120 m 300 120 l S",
            "[3 3] 0 d 90 120 m 300 120 l S",
            "90 90 m 300 90 l 300 170 l 90 170 l h S",
            "90 90 m 300 90 l 300 170 l 90 170 l 90 90 l f",
            "110 120 9 9 re n 110 110 m S",
            "q 0 0 595 842 re W n 90 90 300 80 re f Q",
            "q 300 300 9 9 re W n 0 0 595 842 re f Q",
            "100 100 20 0.5 re f 120 100 20 0.5 re f",
            "300 110 9 9 re f 110 300 m 120 310 l S",
            "0 0 595 842 re W n /N gs 0.5 g /Span BMC EMC",
            "300 300 9 9 re W n /S sh",
            "q 1.5 w 100 120 m 100 141 l S Q",
            "80 100 m 99 100 l 99 300 l S",
            "0 -300 50 0 re S",
            "q 300 300 m 309 300 l 304 309 l h W n 0 0 595 842 re f Q",
            "/N gs 90 120 m 112 120 l S",
            "q 10 w 0 90 m 595 90 l S Q",
            "1 J 5 w 300 110 m 300 110 l S",
        ] {
            assert_eq!(painted(content), Some(false), "{content}");
        }
    }

    #[test]
    fn what_readers_may_paint_otherwise_is_unknown() {
        for content in [
            "/S sh",
            "/D gs",
            "/Pola sc",
            "110 110 9 9 9 re f",
            "110 m 120 120 l S",
            "[(a)] 0 d 90 120 m 300 120 l S",
            "3 3 d 90 120 m 300 120 l S",
            "1 2 w",
            "110 110 9 9 rect f",
            "q BI /W 57 /H 1 /CS /G /BPC 8 /Width 1 ID   EI Q BT /F 14 Tf 72 700 Td (Bayar Rp 1.500.000) Tj ET  EI Q",
        ] {
            assert_eq!(painted(content), None, "{content}");
        }
    }

    #[test]
    fn tops_of_letters_are_ink() {
        for (from, found) in [(86.0, true), (83.0, true), (82.0, false), (75.0, false)] {
            let content = format!("BT /F 24 Tf 110 {from} Td (hari ini) Tj ET");
            assert_eq!(painted(&content), Some(found), "{content}");
        }
    }

    #[test]
    fn tails_of_letters_are_ink() {
        for (from, found) in [(150.5, true), (153.0, true), (155.0, false), (160.0, false)] {
            let content = format!("BT /F 24 Tf 110 {from} Td (1,250) Tj ET");
            assert_eq!(painted(&content), Some(found), "{content}");
        }
    }

    #[test]
    fn forms_are_cut_to_their_boxes() {
        let form = |entries: &str| {
            let content = "-500 -500 m 500 -500 l 500 500 l -500 500 l f";
            format!(
                "<</Type/XObject/Subtype/Form{entries}/Length {}>>\nstream\n{content}\nendstream",
                content.len()
            )
        };
        let placed = "q 1 0 0 1 110 110 cm /X Do Q";
        for (entries, found) in [
            ("/BBox[0 0 9 9]", Some(true)),
            ("/BBox[0 0 9 9]/Matrix[1 0 0 1 0 0]", Some(true)),
            ("/BBox[0 0 9 9]/Matrix[1 0 0 1 200 200]", Some(false)),
            ("/BBox[-50 -50 300 300]", Some(false)),
            ("/BBox[-50 -50 300 300]/Matrix null", Some(false)),
            ("", None),
            ("/BBox[0 0 9]", None),
            ("/BBox[-50 -50 300 300]/Matrix[1 0 0 1 0 (x) 0]", None),
        ] {
            assert_eq!(covers(placed, HELVETICA, &form(entries)), found, "{entries}");
        }
    }

    #[test]
    fn widths_are_read_as_readers_read_them() {
        let simple = |rest: &str| format!("<</Type/Font/Subtype/TrueType/BaseFont/X{rest}>>");
        let wide = |rest: &str| {
            format!(
                "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font\
                 /Subtype/CIDFontType2/BaseFont/X{rest}>>]>>"
            )
        };
        // The second character stands where the first one ends: at 150 or at 350.
        let text = "BT /F 10 Tf 20 120 Td (AB) Tj ET";
        for (rest, sixth, found) in [
            ("/FirstChar 65/LastChar 66/Widths[500 500]", "", Some(false)),
            ("/FirstChar 65/LastChar 66/Widths[13000 500]", "", Some(true)),
            ("/FirstChar 65/LastChar 66/Widths[6 0 R 500]", "13000", Some(true)),
            ("/FirstChar 6 0 R/LastChar 66/Widths[500 500]", "65", Some(false)),
            ("/FirstChar 66/LastChar 66/Widths[500]/FontDescriptor<</MissingWidth 500>>", "", Some(false)),
            (
                "/FirstChar 66/LastChar 66/Widths[500]/FontDescriptor<</MissingWidth 6 0 R>>",
                "13000",
                Some(true),
            ),
            ("/FirstChar 66/LastChar 66/Widths[500]", "", None),
            ("/FirstChar 65/LastChar 65/Widths[500 500]", "", None),
            ("/FirstChar 65/Widths[500 500]", "", None),
            ("/FirstChar 65/LastChar 66/Widths[500 /a]", "", None),
        ] {
            assert_eq!(covers(text, &simple(rest), sixth), found, "{rest}");
        }
        let text = "BT /F 10 Tf 20 120 Td <00410042> Tj ET";
        for (rest, sixth, found) in [
            ("/DW 500", "", Some(false)),
            ("/DW 6 0 R", "13000", Some(true)),
            ("/DW 6 0 R", "500", Some(false)),
            ("/DW null/W null", "", Some(false)),
            ("/W 6 0 R", "[65 66 13000]", Some(true)),
            ("/W[65[500 500] 66[500]]", "", Some(false)),
            ("/W[65[500] 65[13000]]", "", None),
            ("/DW(500)", "", None),
            ("/W[65[6 0 R]]", "500", None),
        ] {
            assert_eq!(covers(text, &wide(rest), sixth), found, "{rest}");
        }
        // A kind by reference is that kind; one that is not known is none.
        let third =
            |kind: &str| format!("<</Type/Font/Subtype {kind}/FirstChar 65/LastChar 66/Widths[1 1]>>");
        assert_eq!(covers("BT /F 10 Tf 20 120 Td (AB) Tj ET", &third("6 0 R"), "/Type3"), None);
        assert_eq!(covers("BT /F 10 Tf 20 120 Td (AB) Tj ET", &third("6 0 R"), "/Type1"), Some(false));
        // Helvetica is narrower than is said here: what is moved back stands further to the left.
        let back = "BT /F 10 Tf 320 120 Td (iiiiiiiiiiiiiiiiiiiiiiiiiiiiii) Tj [19000 (Rp)] TJ ET";
        assert_eq!(painted(back), Some(true));
        assert_eq!(painted("BT /F 10 Tf 201 120 Td (iiiiiiiiiiii) Tj (Rp) Tj ET"), Some(false));
    }
}
