//! The search for symbols in one picture: the whole first, then the places where one may be.

use image::{GrayImage, imageops};

use crate::copies::{self, Look};
use crate::modules;
use crate::symbols::{self, Sighting, Spot, Votes};

/// Dots of the copy that is looked at as a whole: a page that fills it has 3 dots a module of its
/// symbol, and one that fills a quarter of it 1.6, enough to see the corners.
const OVERVIEW: u64 = 3_000_000;

/// Dots of the largest copy, for symbols whose corners the first one does not show.
const LARGEST: u64 = 5_000_000;

/// Dots that are looked at in one picture for each size of the whole, close looks counted: the whole in four
/// ways, and some places. Without it, a picture full of false corners would keep the reader busy.
const WORK: u64 = 30_000_000;

/// Dots that are still looked at once a symbol was read: enough for some others on the page.
const WORK_AFTER: u64 = 6_000_000;

/// What trying to read between three corners counts for, in dots: a symbol of version 20 has 9,409 modules.
const TRY: u64 = 10_000;

/// Places of one copy that are remembered for a closer look.
const MAX_PLACES: usize = 400;

/// Places of one copy that get a closer look. A page has a handful of symbols.
const MAX_CLOSER: usize = 8;

/// Symbols of one look whose modules are read again from grey levels.
const MAX_SAMPLES: usize = 3;

/// Modules that a place for a closer look is wide, margin included: a symbol of version 20. Ours are of
/// version 10, and corners that do not belong together mostly are further apart.
const WIDEST: f32 = 180.0;

/// Sizes of a module, in dots, that the reader gets to see: the corners of a symbol are found by runs of
/// one module, and blur moves the ends of a run by up to a dot.
const MODULES: [f32; 3] = [6.0, 4.0, 9.0];

/// The texts of all symbols, each once, from top to bottom.
pub(crate) fn texts(picture: &GrayImage) -> Vec<String> {
    let mut search = Search::new(picture);
    search.run();
    if search.readings.is_empty() {
        // A screen in dark mode shows light symbols on dark ground, and ISO/IEC 18004, 6.1 allows to print them so.
        let mut inverted = picture.clone();
        imageops::invert(&mut inverted);
        let mut search = Search::new(&inverted);
        search.run_once();
        return search.texts();
    }
    search.texts()
}

/// What was read at a spot.
struct Reading {
    spot: Spot,
    /// `None` if two looks gave two texts: then neither is to be believed.
    text: Option<String>,
}

/// The search of one picture. Spots are in dots of the picture, whatever copy they were seen in.
struct Search<'a> {
    picture: &'a GrayImage,
    readings: Vec<Reading>,
    /// Where there are corners of a symbol that was not read.
    places: Vec<Spot>,
    /// Dots that may still be looked at.
    work: u64,
}

impl<'a> Search<'a> {
    const fn new(picture: &'a GrayImage) -> Self {
        Self { picture, readings: Vec::new(), places: Vec::new(), work: WORK }
    }

    fn run(&mut self) {
        // A smaller copy smooths paper grain and sensor noise, a larger one parts small modules.
        let (whole, large) = self.sizes();
        for zoom in [whole, large, whole / 2.0] {
            self.work = WORK;
            if self.found_at(zoom) {
                return;
            }
        }
    }

    /// The same for a second look, at the cost of one size: what is on a screen or printed in white is rarely noisy.
    fn run_once(&mut self) {
        let (whole, large) = self.sizes();
        if !self.found_at(whole) {
            self.found_at(large);
        }
    }

    /// The sizes at which the whole is looked at: one that every picture gets, and one for small symbols.
    fn sizes(&self) -> (f32, f32) {
        let dots = u64::from(self.picture.width()) * u64::from(self.picture.height());
        let whole = if dots > OVERVIEW { copies::side_ratio(OVERVIEW, dots) } else { 1.0 };
        (whole, copies::side_ratio(LARGEST, dots).min(2.0))
    }

    fn found_at(&mut self, zoom: f32) -> bool {
        self.look_at_all(zoom);
        self.look_closer();
        !self.readings.is_empty()
    }

    /// Looks at the whole picture at a size.
    fn look_at_all(&mut self, zoom: f32) {
        let Some(copy) = copies::zoomed(self.picture, zoom, LARGEST) else { return };
        // What a look at the whole is for: modules of 2 to 4 dots.
        let module = 3.0;
        let looks =
            [Look::Plain, Look::Sharp { module }, Look::Smooth { module }, Look::SharpThreshold { module }];
        for look in looks {
            // What is clear is seen by the first two. The others are for symbols that nobody has seen yet.
            if matches!(look, Look::Smooth { .. } | Look::SharpThreshold { .. }) && !self.readings.is_empty()
            {
                return;
            }
            let sighting = self.look(&copy, look, None);
            for (spot, text) in sighting.read {
                self.note(spot.moved(0.0, 0.0, zoom), text);
            }
            for spot in sighting.unread {
                self.remember(spot.moved(0.0, 0.0, zoom));
            }
        }
    }

    /// Looks at the places where a symbol was seen but not read. Most of them are grain and print that
    /// look like corners, or corners that do not belong together. A symbol is half dark and half light, so
    /// the places with the most contrast come first, and each gets its turn at the best size before one
    /// gets a second.
    fn look_closer(&mut self) {
        let mut places: Vec<(f32, Spot)> = std::mem::take(&mut self.places)
            .into_iter()
            .map(|place| (copies::contrast(self.picture, &place), place))
            .collect();
        places.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        places.truncate(MAX_CLOSER);
        let mut places: Vec<(Spot, Votes)> =
            places.into_iter().map(|(_, place)| (place, Votes::default())).collect();
        for module in MODULES {
            for (place, votes) in &mut places {
                if !self.is_read(place) {
                    self.look_at(place, module, votes);
                }
            }
        }
    }

    /// Looks at one place, with a module of so many dots.
    fn look_at(&mut self, place: &Spot, module: f32, votes: &mut Votes) {
        let zoom = module / place.module;
        let (left, top, part) = copies::part(self.picture, place);
        let Some(copy) = copies::zoomed(&part, zoom, OVERVIEW) else { return };
        let at = place.seen_in(left, top, zoom);
        let looks = [
            Look::Plain,
            Look::SharpThreshold { module },
            Look::Sharp { module },
            Look::Threshold { module },
        ];
        for look in looks {
            let sighting = self.look(&copy, look, Some(&at));
            for (spot, text) in sighting.read {
                self.note(spot.moved(left, top, zoom), text);
            }
            for sample in sighting.samples.iter().take(MAX_SAMPLES) {
                if self.is_read(place) {
                    break;
                }
                votes.add(&sample.modules);
                let side = sample.modules.width();
                let mut others = modules::readings(&copy, sample.corners, side);
                if let Some(text) = votes.decide().or_else(|| others.find_map(|m| symbols::decode(&m))) {
                    self.note(*place, text);
                }
            }
            if self.is_read(place) {
                return;
            }
        }
    }

    /// Looks at a copy in one way, if that may still be done.
    fn look(&mut self, copy: &GrayImage, look: Look, at: Option<&Spot>) -> Sighting {
        let dots = u64::from(copy.width()) * u64::from(copy.height());
        let Some(work) = self.work.checked_sub(dots) else { return Sighting::default() };
        let sighting = symbols::find(copies::black_and_white(copy, look).as_ref(), at);
        self.work = work.saturating_sub(TRY * sighting.tries);
        if !sighting.read.is_empty() {
            self.work = self.work.min(WORK_AFTER);
        }
        sighting
    }

    fn remember(&mut self, spot: Spot) {
        if spot.width() > WIDEST {
            return;
        }
        let known = self.places.iter().any(|place| place.is_at(&spot))
            || self.readings.iter().any(|reading| reading.spot.covers(&spot));
        if !known && self.places.len() < MAX_PLACES {
            self.places.push(spot);
        }
    }

    fn is_read(&self, spot: &Spot) -> bool {
        self.readings.iter().any(|reading| reading.spot.is_at(spot))
    }

    fn note(&mut self, spot: Spot, text: String) {
        match self.readings.iter_mut().find(|reading| reading.spot.is_at(&spot)) {
            Some(reading) if reading.text.as_ref() != Some(&text) => reading.text = None,
            Some(_) => {}
            None => self.readings.push(Reading { spot, text: Some(text) }),
        }
    }

    fn texts(mut self) -> Vec<String> {
        self.readings.sort_by(|a, b| a.spot.y.total_cmp(&b.spot.y));
        let mut texts = Vec::new();
        for text in self.readings.into_iter().filter_map(|reading| reading.text) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }
}
