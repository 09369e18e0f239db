//! The first page of a document as a picture, for comparing with paper, with every NIP covered: it shows a
//! date of birth, and whoever compares does not need it.

use std::collections::{HashMap, VecDeque};
use std::io::Cursor;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use image::{ImageFormat, Rgb, RgbImage};
use serde::Deserialize;

use crate::audit::Attached;
use crate::render::{Place, Renderer, STACK, Templates};
use crate::report::{Picture, draw_first};

/// Version of the pictures, to be raised with every change of what is covered or of how it is drawn: whoever
/// keeps an old picture (a site, a browser) has to get the new one.
pub(super) const VERSION: u32 = 1;

/// Bytes of pictures that are kept in memory.
const MAX_KEPT: usize = 32 * 1024 * 1024;

/// Files of which it is kept whether there can be a picture; each takes some 60 bytes.
const MAX_PROSPECTS: usize = 200_000;

/// When a file that could not be drawn is worth another try: memory or processes may have been short.
const RETRY: Duration = Duration::from_secs(600);

/// What a NIP is covered with.
const COVER: Rgb<u8> = Rgb([120, 120, 120]);

/// Makes pictures, and keeps the newest ones.
#[derive(Debug)]
pub(super) struct Pictures {
    renderer: OnceLock<Renderer>,
    templates: Templates,
    kept: Mutex<Kept>,
    prospects: Mutex<HashMap<[u8; 32], Prospect>>,
}

#[derive(Debug, Default)]
struct Kept {
    by_file: HashMap<[u8; 32], Bytes>,
    oldest_first: VecDeque<[u8; 32]>,
    bytes: usize,
}

/// Whether there can be a picture of a file.
#[derive(Clone, Copy, Debug)]
enum Prospect {
    /// As far as one sees without laying it out.
    Possible,
    /// It was refused, and would be again.
    Never,
    /// It could not be drawn at this time.
    Failed(Instant),
}

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPicture {
    /// It is not certain where each NIP is.
    Uncertain,
    /// The file could not be drawn.
    Undrawn,
}

impl Pictures {
    pub(super) fn new(templates: Templates) -> Self {
        Self { renderer: OnceLock::new(), templates, kept: Mutex::default(), prospects: Mutex::default() }
    }

    /// The picture of the file with this hash, if it was drawn lately.
    pub(super) fn known(&self, file: &[u8; 32]) -> Option<Bytes> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).by_file.get(file).cloned()
    }

    /// Whether there can be a picture of the file with this hash; `None` if nobody looked lately. Costs nothing:
    /// for pages, before they show one.
    pub(super) fn possible(&self, file: &[u8; 32]) -> Option<bool> {
        match self.prospects.lock().unwrap_or_else(PoisonError::into_inner).get(file)? {
            Prospect::Possible => Some(true),
            Prospect::Never => Some(false),
            Prospect::Failed(at) => (at.elapsed() < RETRY).then_some(false),
        }
    }

    /// The same for `bytes`, whose hash is `file`, by what is attached to them; `None` where they could not be read.
    /// Nothing is laid out or drawn, so a file that turns out to be without a picture later is `true` here until
    /// then.
    pub(super) fn look(&self, file: &[u8; 32], bytes: Option<&[u8]>) -> bool {
        if let Some(possible) = self.possible(file) {
            return possible;
        }
        let prospect = match bytes {
            None => Prospect::Failed(Instant::now()),
            Some(bytes) if self.wanted(bytes).is_some() => Prospect::Possible,
            Some(_) => Prospect::Never,
        };
        self.note(file, prospect);
        matches!(prospect, Prospect::Possible)
    }

    /// Draws the first page of `bytes`, whose hash is `file`, and keeps it; what was refused is not tried again.
    pub(super) fn draw(&self, file: &[u8; 32], bytes: &[u8]) -> Option<Bytes> {
        // Drawn while this one waited for its turn.
        if let Some(known) = self.known(file) {
            return Some(known);
        }
        if self.possible(file) == Some(false) {
            return None;
        }
        let covered = self.covered(bytes);
        self.note(
            file,
            match covered {
                Ok(_) => Prospect::Possible,
                Err(NoPicture::Uncertain) => Prospect::Never,
                Err(NoPicture::Undrawn) => Prospect::Failed(Instant::now()),
            },
        );
        let picture = Bytes::from(covered.ok()?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.by_file.insert(*file, picture.clone()).is_none() {
            kept.bytes += picture.len();
            kept.oldest_first.push_back(*file);
        }
        while kept.bytes > MAX_KEPT {
            let Some(oldest) = kept.oldest_first.pop_front() else { break };
            kept.bytes -= kept.by_file.remove(&oldest).map_or(0, |picture| picture.len());
        }
        Some(picture)
    }

    fn note(&self, file: &[u8; 32], prospect: Prospect) {
        let mut prospects = self.prospects.lock().unwrap_or_else(PoisonError::into_inner);
        if prospects.len() >= MAX_PROSPECTS {
            prospects.clear();
        }
        prospects.insert(*file, prospect);
    }

    /// The first page with every NIP covered.
    pub(super) fn covered(&self, bytes: &[u8]) -> Result<Vec<u8>, NoPicture> {
        let wanted = self.wanted(bytes).ok_or(NoPicture::Uncertain)?;
        let places = self.places(&wanted)?;
        let drawn = draw_first(bytes).ok_or(NoPicture::Undrawn)?;
        paint(&drawn, &places).ok_or(NoPicture::Undrawn)
    }

    /// What has to be covered; `None` if nobody can say where it stands.
    fn wanted(&self, bytes: &[u8]) -> Option<Wanted> {
        let attached = Attached::read(bytes)?;
        let numbers = numbers(&attached.data)?;
        let named = &attached.content.template;
        // By other templates they would stand elsewhere.
        let same = || {
            Templates::versions().get(&named.name) == Some(&named.version)
                && self.templates.overrides() == named.overrides
        };
        if !numbers.is_empty() && !same() {
            return None;
        }
        Some(Wanted { claim: attached.claim?, data: attached.data, numbers })
    }

    /// Where the numbers stand on the first page, by laying the document out once more.
    fn places(&self, wanted: &Wanted) -> Result<Vec<Place>, NoPicture> {
        if wanted.numbers.is_empty() {
            return Ok(Vec::new());
        }
        let renderer = self.renderer.get_or_init(|| Renderer::new(self.templates.clone()));
        let found = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, || renderer.places(&wanted.data, &wanted.claim, &wanted.numbers));
            thread.ok()?.join().ok()
        });
        let found = found.ok_or(NoPicture::Undrawn)?.map_err(|_| NoPicture::Uncertain)?;
        // The program's own templates print a NIP as it stands in the data and nowhere but below a signature,
        // which may be on the second page. How an office's own print it, nobody knows: what is not found may
        // be there in another form.
        let must_be_found = self.templates.replace_code();
        let mut places = Vec::new();
        for found in found {
            let mut found = found.ok_or(NoPicture::Uncertain)?;
            found.retain(|place| place.page == 0);
            if found.is_empty() && must_be_found {
                return Err(NoPicture::Uncertain);
            }
            places.extend(found);
        }
        Ok(places)
    }
}

/// What a picture must not show, and what it takes to find it.
struct Wanted {
    data: Vec<u8>,
    claim: String,
    numbers: Vec<String>,
}

/// The NIPs in a document's data, as printed.
fn numbers(data: &[u8]) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Data {
        parties: Vec<Party>,
    }
    #[derive(Deserialize)]
    struct Party {
        nip: Option<String>,
    }
    let data: Data = serde_json::from_slice(data).ok()?;
    Some(data.parties.into_iter().filter_map(|party| party.nip).collect())
}

/// The drawn page with the places covered, as PNG.
fn paint(drawn: &Picture, places: &[Place]) -> Option<Vec<u8>> {
    let decoded = image::load_from_memory_with_format(&drawn.png()?, ImageFormat::Png).ok()?;
    let mut picture = decoded.into_rgb8();
    for place in places {
        cover(&mut picture, place, drawn.scale());
    }
    let mut png = Vec::new();
    picture.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).ok()?;
    Some(png)
}

fn cover(picture: &mut RgbImage, place: &Place, scale: f64) {
    let (wide, high) = picture.dimensions();
    let columns = dots(place.x * scale, 0.0, wide)..dots((place.x + place.width) * scale, 1.0, wide);
    let rows = dots(place.y * scale, 0.0, high)..dots((place.y + place.height) * scale, 1.0, high);
    for y in rows {
        for x in columns.clone() {
            picture.put_pixel(x, y, COVER);
        }
    }
}

/// A length in whole dots, kept on the picture.
fn dots(length: f64, more: f64, most: u32) -> u32 {
    let length = (length.floor() + more).clamp(0.0, f64::from(most));
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, and between 0 and the size of the picture"
    )]
    let whole = length as u32;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_there_is_no_picture_is_remembered() {
        let pictures = Pictures::new(Templates::built_in());
        let (other, unread) = ([1; 32], [2; 32]);
        assert_eq!(pictures.possible(&other), None);
        assert!(!pictures.look(&other, Some(b"no document of ours")));
        assert_eq!(pictures.possible(&other), Some(false));
        assert_eq!(pictures.draw(&other, b"no document of ours"), None);
        // Read in vain: worth another try, later.
        assert!(!pictures.look(&unread, None));
        assert_eq!(pictures.possible(&unread), Some(false));
        let prospect = *pictures.prospects.lock().unwrap().get(&unread).unwrap();
        assert!(matches!(prospect, Prospect::Failed(_)));
        // And not without end.
        for number in 0..MAX_PROSPECTS {
            let mut file = [0; 32];
            file[..8].copy_from_slice(&number.to_be_bytes());
            pictures.note(&file, Prospect::Possible);
        }
        assert!(pictures.prospects.lock().unwrap().len() <= MAX_PROSPECTS);
        assert_eq!(pictures.possible(&other), None);
    }
}
