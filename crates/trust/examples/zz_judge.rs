use pk_trust::Time;
use pk_trust::pki::Anchors;
use pk_trust::verify::{self, Evidence, Outcome};
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut anchors = Anchors::default();
    for arg in &args {
        if let Some(pem) = arg.strip_prefix("--trust=") {
            let trust = verify::Trust::parse(&std::fs::read(pem).unwrap()).unwrap();
            anchors = trust.anchors;
        }
    }
    for arg in args.iter().filter(|a| !a.starts_with("--")) {
        let bytes = std::fs::read(arg).unwrap();
        let start = std::time::Instant::now();
        let v = verify::document(&bytes, &anchors, &Evidence::default(), Time::parse("2026-11-30").unwrap());
        let codes: Vec<String> = v
            .all_findings()
            .filter(|f| {
                f.outcome != Outcome::Pass
                    && !matches!(
                        f.code,
                        "document.foreign" | "status.foreign" | "signer.unknown-root" | "time.claimed-only"
                    )
            })
            .map(|f| format!("{} {:?} {:?}", f.code, f.place, f.detail))
            .collect();
        println!(
            "{:50} {:?} int={:?} iss={:?} {:?} | {}",
            arg.rsplit('/').next().unwrap(),
            v.overall,
            v.lines.integrity.outcome,
            v.lines.issuer.outcome,
            start.elapsed(),
            codes.join("; ")
        );
    }
}
