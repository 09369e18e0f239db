//! Drawing the pages of a PDF file, in a process of its own.
//!
//! The renderer is made for all PDF files of the world and reads what a stranger wrote. Deep nesting
//! can overflow its stack, which no thread survives, and a loop without end cannot be stopped from
//! outside a thread. So `pk` starts itself once more ([`draw`]), lets that process do the drawing
//! ([`serve`]), and ends it when it takes too long.

use std::io::{self, BufRead as _, BufReader, Read as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::{FontData, FontQuery, StandardFont};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings};
use serde::{Deserialize, Serialize};

use crate::render::{Substitute, substitute};

/// Name of the hidden command that [`serve`]s.
pub const COMMAND: &str = "draw-pages";

/// Pages drawn of one document.
pub const MAX_PAGES: usize = 30;

/// Dots an inch: the small print of the stamps can just be read.
const DPI: f32 = 110.0;

/// Dots of one picture: A3 at 110 dpi has 2.3 million.
const MAX_DOTS: f32 = 2_400_000.0;

/// Bytes of one line from the other process: a picture of [`MAX_DOTS`] that cannot be compressed.
const MAX_LINE: u64 = 16 * 1024 * 1024;

/// Longest wait for one page.
const PAGE_DEADLINE: Duration = Duration::from_secs(20);

/// Longest wait for one document.
const DOCUMENT_DEADLINE: Duration = Duration::from_secs(60);

/// Longest wait for the pages of a scan on which a code is looked for.
const READING_DEADLINE: Duration = Duration::from_secs(3);

/// How often drawing goes on after a page that ended the process.
const MAX_RESTARTS: usize = 3;

/// A page as a picture.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Picture {
    /// PNG in Base64.
    png: String,
    /// Dots.
    pub(super) width: u16,
    pub(super) height: u16,
    /// From points on the page to dots: `x' = a x + c y + e`, `y' = b x + d y + f`.
    pub(super) transform: [f64; 6],
}

impl Picture {
    /// The PNG in Base64; empty if the other process sent something else.
    pub(super) fn base64(&self) -> &str {
        if self.png.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)) {
            &self.png
        } else {
            ""
        }
    }

    /// The PNG.
    pub fn png(&self) -> Option<Vec<u8>> {
        BASE64.decode(self.png.as_bytes()).ok()
    }

    /// Dots a point.
    pub const fn scale(&self) -> f64 {
        self.transform[0]
    }

    /// Memory that it takes.
    pub(super) fn len(&self) -> usize {
        self.png.len()
    }
}

/// The pages of a document.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    /// One a page, as far as they were tried; `None` for a page that could not be drawn.
    pub pages: Vec<Option<Picture>>,
    /// Pages of the document; 0 if it could not be read.
    pub total: usize,
}

/// A line from the drawing process.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Pages(usize),
    Page(Option<Picture>),
}

/// Draws the pages of `bytes` with the help of another process of this program.
pub fn draw(bytes: &[u8]) -> Drawing {
    draw_some(bytes, MAX_PAGES)
}

/// Draws the first `most` pages of `bytes` as PNG files, as far as that goes quickly: a verification waits for them.
pub fn draw_to_read(bytes: &[u8], most: usize) -> Vec<Vec<u8>> {
    let drawing = draw_within(bytes, most, READING_DEADLINE);
    drawing.pages.iter().flatten().filter_map(Picture::png).collect()
}

/// Draws the first page of `bytes`.
pub fn draw_first(bytes: &[u8]) -> Option<Picture> {
    draw_some(bytes, 1).pages.into_iter().next().flatten()
}

fn draw_some(bytes: &[u8], most: usize) -> Drawing {
    draw_within(bytes, most, DOCUMENT_DEADLINE)
}

fn draw_within(bytes: &[u8], most: usize, deadline: Duration) -> Drawing {
    let mut drawing = Drawing::default();
    let until = Instant::now() + deadline;
    for _ in 0..=MAX_RESTARTS {
        session(bytes, &mut drawing, most, until);
        // Nothing more to draw, or nothing at all: then the total is 0.
        if drawing.pages.len() >= drawing.total.min(most) || Instant::now() >= until {
            break;
        }
        // The page at which the process ended. The next ones are for the next process.
        drawing.pages.push(None);
    }
    drawing.pages.resize(drawing.total.min(most), None);
    drawing
}

/// One process: takes what it draws until it ends or has to be ended.
fn session(bytes: &[u8], drawing: &mut Drawing, most: usize, until: Instant) {
    let Some(mut child) = start(drawing.pages.len(), most) else { return };
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        end(&mut child);
        return;
    };
    thread::scope(|scope| {
        // It may end before it has read everything; then there is nothing more to be said to it.
        let writer = thread::Builder::new().spawn_scoped(scope, move || {
            let _ = stdin.write_all(bytes);
        });
        let (lines, answers) = mpsc::channel();
        let reader = thread::Builder::new().spawn_scoped(scope, move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(line) = read_line(&mut stdout) {
                if lines.send(line).is_err() {
                    break;
                }
            }
        });
        if writer.is_ok() && reader.is_ok() {
            take(&answers, drawing, most, until);
        }
        // Ending it also ends the two threads, which wait for its pipes.
        end(&mut child);
    });
}

/// This program as a file to be started once more. On Linux that is always the version that runs, also when
/// another one has been put in its place.
pub(crate) fn this_program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() { Ok(running) } else { std::env::current_exe() }
}

fn start(first: usize, most: usize) -> Option<Child> {
    Command::new(this_program().ok()?)
        .args([COMMAND, &first.to_string(), &most.to_string()])
        // The passphrases of the environment are none of its business.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn take(answers: &mpsc::Receiver<Line>, drawing: &mut Drawing, most: usize, until: Instant) {
    loop {
        let rest = until.saturating_duration_since(Instant::now()).min(PAGE_DEADLINE);
        match answers.recv_timeout(rest) {
            Ok(Line::Pages(total)) => drawing.total = total,
            Ok(Line::Page(page)) if drawing.pages.len() < most => drawing.pages.push(page),
            Ok(Line::Page(_)) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn read_line(from: &mut impl io::BufRead) -> Option<Line> {
    let mut line = Vec::new();
    from.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}

/// Draws the pages of the PDF file on `input` from page `first` (counted from 0) up to page `most`, and
/// writes a line for each to `output`. Runs in the other process.
///
/// # Errors
///
/// If reading or writing fails. A page that cannot be drawn is said on its line.
pub fn serve(first: usize, most: usize, mut input: impl io::Read, output: &mut impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let Ok(pdf) = Pdf::new(bytes) else { return Ok(()) };
    let pages = pdf.pages();
    write_line(output, &Line::Pages(pages.len()))?;
    let settings = InterpreterSettings { font_resolver: Arc::new(font), ..Default::default() };
    for page in pages.iter().take(most.min(MAX_PAGES)).skip(first) {
        let picture = catch_unwind(AssertUnwindSafe(|| picture(page, &settings)));
        write_line(output, &Line::Page(picture.ok().flatten()))?;
    }
    Ok(())
}

fn write_line(output: &mut impl Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *output, line)?;
    output.write_all(b"\n")?;
    output.flush()
}

fn picture(page: &Page<'_>, settings: &InterpreterSettings) -> Option<Picture> {
    let (width, height) = page.render_dimensions();
    let scale = (DPI / 72.0).min((MAX_DOTS / (width * height)).sqrt());
    let (wide, high) = (width * scale, height * scale);
    // A strip as long as a road is no page, and a picture without dots is none.
    if !(1.0..=10_000.0).contains(&wide) || !(1.0..=10_000.0).contains(&high) {
        return None;
    }
    let options = RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..Default::default() };
    // A cache of its own for each page: a page that made the renderer panic leaves nothing behind.
    let drawn = hayro::render(page, &RenderCache::new(), settings, &options);
    let (width, height) = (drawn.width(), drawn.height());
    let transform = page.initial_transform(true).as_coeffs().map(|c| c * f64::from(scale));
    Some(Picture { png: BASE64.encode(&drawn.into_png().ok()?), width, height, transform })
}

/// Fonts for files that do not bring their own: the metric clones that the program has anyway. The
/// two fonts of symbols have none.
fn font(query: &FontQuery) -> Option<(FontData, u32)> {
    let font = match query {
        FontQuery::Standard(font) => *font,
        FontQuery::Fallback(query) => query.pick_standard_font(),
    };
    let (serif, bold, italic) = match font {
        StandardFont::TimesRoman => (true, false, false),
        StandardFont::TimesBold => (true, true, false),
        StandardFont::TimesItalic => (true, false, true),
        StandardFont::TimesBoldItalic => (true, true, true),
        StandardFont::Helvetica | StandardFont::Courier => (false, false, false),
        StandardFont::HelveticaBold | StandardFont::CourierBold => (false, true, false),
        StandardFont::HelveticaOblique | StandardFont::CourierOblique => (false, false, true),
        StandardFont::HelveticaBoldOblique | StandardFont::CourierBoldOblique => (false, true, true),
        StandardFont::ZapfDingBats | StandardFont::Symbol => return None,
    };
    Some((Arc::new(substitute(&Substitute { serif, bold, italic })), 0))
}
