//! The first page of a document as a picture, for comparing with paper, with every NIP covered: it shows a
//! date of birth, and whoever compares does not need it.

use std::collections::{HashMap, VecDeque};
use std::io::Cursor;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Bytes;
use image::{ImageFormat, Rgb, RgbImage};
use serde::Deserialize;

use crate::audit::Attached;
use crate::render::{Place, Renderer, STACK, Templates};
use crate::report::draw_first;

/// Bytes of pictures that are kept in memory.
const MAX_KEPT: usize = 32 * 1024 * 1024;

/// What a NIP is covered with.
const COVER: Rgb<u8> = Rgb([120, 120, 120]);

/// Makes pictures, and keeps the newest ones.
#[derive(Debug)]
pub(super) struct Pictures {
    renderer: Arc<OnceLock<Renderer>>,
    templates: Templates,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by_file: HashMap<[u8; 32], Bytes>,
    oldest_first: VecDeque<[u8; 32]>,
    bytes: usize,
}

impl Pictures {
    pub(super) fn new(renderer: Arc<OnceLock<Renderer>>, templates: Templates) -> Self {
        Self { renderer, templates, kept: Mutex::default() }
    }

    /// The picture of the file with this hash, if it was drawn lately.
    pub(super) fn known(&self, file: &[u8; 32]) -> Option<Bytes> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).by_file.get(file).cloned()
    }

    /// Draws the first page of `bytes`, whose hash is `file`, and keeps it.
    pub(super) fn draw(&self, file: &[u8; 32], bytes: &[u8]) -> Option<Bytes> {
        let picture = Bytes::from(self.covered(bytes)?);
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

    /// The first page with every NIP covered; `None` if it is not certain where they all are.
    pub(super) fn covered(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let attached = Attached::read(bytes)?;
        let numbers = numbers(&attached.data)?;
        let places = if numbers.is_empty() { Vec::new() } else { self.places(&attached, &numbers)? };
        let drawn = draw_first(bytes)?;
        let decoded = image::load_from_memory_with_format(&drawn.png()?, ImageFormat::Png).ok()?;
        let mut picture = decoded.into_rgb8();
        for place in places.iter().filter(|place| place.page == 0) {
            cover(&mut picture, place, drawn.scale());
        }
        let mut png = Vec::new();
        picture.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).ok()?;
        Some(png)
    }

    /// Where the numbers stand, by laying the document out once more.
    fn places(&self, attached: &Attached, numbers: &[String]) -> Option<Vec<Place>> {
        let templates = &self.templates;
        let named = &attached.content.template;
        // By other templates they would stand elsewhere.
        if Templates::versions().get(&named.name) != Some(&named.version)
            || templates.overrides() != named.overrides
        {
            return None;
        }
        let renderer = self.renderer.get_or_init(|| Renderer::new(templates.clone()));
        let claim = attached.claim.as_deref()?;
        let found = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, || renderer.places(&attached.data, claim, numbers));
            thread.ok()?.join().ok()?.ok()
        })?;
        found.into_iter().collect::<Option<Vec<_>>>().map(|places| places.into_iter().flatten().collect())
    }
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
