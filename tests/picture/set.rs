//! A set of pictures as phones and scanners take them, and how many of them are read.

use image::GrayImage;
use pk::audit::qr_texts;
use pk_trust::claim::Kind;

use super::camera::{Shot, take};
use super::page_with;
use crate::fixture::Seeded;

/// Pictures in the set. Two of a hundred may be lost, and none may be misread.
const PICTURES: usize = 160;

/// Resolutions in turn: 150 dpi, a page that fills a picture of 1,750 by 1,240 dots, is the most common.
const DPI: [u32; 8] = [100, 120, 150, 150, 200, 250, 300, 150];

struct Page {
    picture: GrayImage,
    claim: String,
    /// Left, top and side of its symbol, in dots.
    symbol: (f32, f32, f32),
    /// Dots a module.
    module: f32,
}

impl Page {
    fn new(official: &str, kind: Kind, dpi: u32) -> Self {
        let (png, claim) = page_with(official, kind, dpi, the_same_every_time);
        let picture = image::load_from_memory(&png).unwrap().to_luma8();
        // The template puts the symbol, 30 mm wide, 30 mm from the left and 247 mm from the top.
        let millimetre = f32::from(u16::try_from(dpi).unwrap()) / 25.4;
        let symbol = (30.0 * millimetre, 247.0 * millimetre, 30.0 * millimetre);
        Self { picture, claim, symbol, module: 30.0 * millimetre / 65.0 }
    }
}

/// A code like the one that was issued, with another key and signature: those are random, and what is read of a picture at
/// the edge depends on them.
fn the_same_every_time(claim: String) -> String {
    let (link, fragment) = claim.split_once('#').unwrap();
    let mut bytes = data_encoding::BASE32_NOPAD.decode(fragment.as_bytes()).unwrap();
    let kid = bytes.windows(3).position(|window| window == [0xa1, 0x04, 0x44]).unwrap() + 3;
    let signature = bytes.len() - 64;
    let mut random = Seeded::new(link.bytes().fold(0, |seed, byte| seed * 31 % 1_000_003 + u64::from(byte)));
    for at in (kid..kid + 4).chain(signature..bytes.len()) {
        bytes[at] = random.next().to_le_bytes()[0];
    }
    format!("{link}#{}", data_encoding::BASE32_NOPAD.encode(&bytes))
}

fn pages() -> Vec<Page> {
    let documents = [
        ("kominfo", Kind::Agreement),
        ("bupati", Kind::Agreement),
        ("dinsos", Kind::Agreement),
        ("dinsos", Kind::Pledge),
    ];
    let mut pages = Vec::new();
    for (official, kind) in documents {
        for dpi in [100, 120, 150, 200, 250, 300] {
            pages.push(Page::new(official, kind, dpi));
        }
    }
    pages
}

struct Taken<'a> {
    page: &'a Page,
    dpi: u32,
    shot: Shot,
}

/// The set: at each resolution one half shows the page, the other the part around the symbol. From 200
/// dpi only every eighth shows the page, because these take longest.
fn shots(pages: &[Page]) -> Vec<Taken<'_>> {
    let mut random = Seeded::new(20_260_105);
    let sizes = [100, 120, 150, 200, 250, 300];
    (0..PICTURES)
        .map(|i| {
            let dpi = DPI[i % DPI.len()];
            let document = (i / DPI.len()) % 4;
            let page = &pages[document * sizes.len() + sizes.iter().position(|d| *d == dpi).unwrap()];
            let round = i / DPI.len();
            let close = if dpi >= 200 { !round.is_multiple_of(8) } else { (round + i).is_multiple_of(2) };
            Taken { page, dpi, shot: Shot::by_hand(&mut random, page.module, close) }
        })
        .collect()
}

/// What became of one picture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Read,
    Lost,
    Misread,
}

fn outcome(taken: &Taken<'_>) -> Outcome {
    let jpeg = take(&taken.page.picture, taken.page.symbol, &taken.shot);
    match qr_texts(&jpeg) {
        Ok(texts) if texts == [taken.page.claim.clone()] => Outcome::Read,
        Ok(_) => Outcome::Misread,
        Err(_) => Outcome::Lost,
    }
}

/// `cargo test --test pk picture::set -- --nocapture` prints the figures, and writes the pictures that were not read into
/// the folder `PK_PICTURES_DIR`.
#[test]
fn ninety_eight_of_a_hundred_pictures_are_read_and_none_is_misread() {
    let pages = pages();
    let taken = shots(&pages);
    let (one, other) = taken.split_at(taken.len() / 2);
    let work = |part: &[Taken<'_>]| part.iter().map(outcome).collect::<Vec<_>>();
    let outcomes = std::thread::scope(|scope| {
        let first = scope.spawn(|| work(one));
        let mut second = work(other);
        let mut all = first.join().unwrap();
        all.append(&mut second);
        all
    });
    for dpi in [100, 120, 150, 200, 250, 300] {
        let of = taken.iter().zip(&outcomes).filter(|(taken, _)| taken.dpi == dpi);
        let (all, read) = (of.clone().count(), of.filter(|(_, o)| **o == Outcome::Read).count());
        println!("{dpi} dpi: {read} of {all} read");
    }
    for (taken, _) in taken.iter().zip(&outcomes).filter(|(_, o)| **o != Outcome::Read) {
        println!("not read, {} dpi: {:?}", taken.dpi, taken.shot);
        if let Some(folder) = std::env::var_os("PK_PICTURES_DIR") {
            let jpeg = take(&taken.page.picture, taken.page.symbol, &taken.shot);
            std::fs::create_dir_all(&folder).unwrap();
            let name = format!("{}-{}.jpg", taken.dpi, taken.shot.seed);
            std::fs::write(std::path::Path::new(&folder).join(name), jpeg).unwrap();
        }
    }
    let read = outcomes.iter().filter(|o| **o == Outcome::Read).count();
    println!("{read} of {PICTURES} read");
    assert!(!outcomes.contains(&Outcome::Misread), "a text was read that is not on the page");
    assert!(read * 100 >= PICTURES * 98, "{read} of {PICTURES} read");
}

/// The plainest case at every resolution must never be lost: a straight scan.
#[test]
fn straight_scans_are_read_at_every_resolution() {
    for dpi in [100, 120, 150, 200, 250, 300] {
        let page = Page::new("kominfo", Kind::Agreement, dpi);
        let jpeg = take(&page.picture, page.symbol, &Shot::SCAN);
        assert_eq!(qr_texts(&jpeg).unwrap(), [page.claim], "{dpi} dpi");
    }
}
