//! How many documents one core verifies in a second of its time: signatures, certificates, lists, claim, changes;
//! everything but rendering the pages again.
//!
//! `cargo bench -p pk-trust -- KEYS FILE…`, where `KEYS` is the folder `keys/` of an office. Prints one
//! line of JSON. `.ci/bench/verify.py` runs it beside pyHanko.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot go on has nothing to say"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use pk_trust::Time;
use pk_trust::verify::{self, Evidence, Outcome, Trust};

/// How long to measure.
const SPAN: Duration = Duration::from_secs(5);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let Some((keys, files)) = arguments.split_first() else {
        println!("usage: cargo bench -p pk-trust -- KEYS FILE...");
        return;
    };
    let keys = Path::new(keys);
    let trust = Trust::parse(&std::fs::read(keys.join("trust.pem")).unwrap()).unwrap();
    let documents: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let judge = |bytes: &[u8]| verify::document(bytes, &trust, &Evidence::default(), Time::from_unix(at));

    let mut signatures = 0;
    for bytes in &documents {
        let verdict = judge(bytes);
        // Without rendering again the pages are not proved; everything else has to be.
        let open = verdict.all_findings().filter(|f| f.outcome == Outcome::Fail).count();
        assert_eq!(open, 0, "{:?}", verdict.lines);
        signatures += verdict.signatures.len();
    }
    let bytes: usize = documents.iter().map(Vec::len).sum();
    let (start, busy) = (Instant::now(), processor_time());
    let mut count = 0_u32;
    while start.elapsed() < SPAN {
        for bytes in &documents {
            std::hint::black_box(judge(bytes));
            count += 1;
        }
    }
    // Time on the processor, where the system tells: the machine has other work to do as well.
    let seconds = match (busy, processor_time()) {
        (Some(before), Some(after)) => (after - before).as_secs_f64(),
        _ => start.elapsed().as_secs_f64(),
    };
    println!(
        "{{\"documents\":{},\"signatures\":{signatures},\"bytes\":{bytes},\"per_second\":{:.1},\"microseconds\":{:.1}}}",
        documents.len(),
        f64::from(count) / seconds,
        seconds / f64::from(count) * 1e6,
    );
}

/// How long this thread was on a processor (Linux).
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
