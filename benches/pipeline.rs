//! The night before signing day, step by step: agreements of two pages are made, signed by both parties, packed and
//! verified, in an office made for it.
//!
//! `cargo bench --bench pipeline -- PK OFFICE [--documents N] [--jobs N]`
//!
//! `PK` is the release build of the program, whose processes set the pages; `OFFICE` a folder that does not exist yet and
//! stays. Keys are made and opened before the clock runs: a peer has its keys at hand too. Prints one line of JSON: seconds
//! of each step, bytes, and the largest memory of this process, in megabytes.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot go on has nothing to say"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pk::audit::{Answer, Auditor};
use pk::batch::{
    Act, Changed, Desk, Packing, Pending, Press, Rendered, Tools, generate, sign_all, write_archive,
};
use pk::input;
use pk::model::{Cycle, Defaults};
use pk::office::{Clock as _, Config, Office, Passphrase, Protection, SystemClock, durable, random};
use pk::registry::{Registry as _, Reservation, SqliteRegistry};
use pk::render::{Renderer, Templates};
use pk_trust::claim::Id;
use pk_trust::pki::keyfile::Cost;
use pk_trust::pki::{KeyAlgorithm, Sign, Subject};
use pk_trust::verify::Overall;

/// As in the program.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HOST: &str = "cek.contoh.example";
const INSTITUTION: &str = "Pemerintah Kabupaten Contoh";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [program, folder, rest @ ..] = arguments.as_slice() else {
        println!("usage: pipeline PK OFFICE [--documents N] [--jobs N]");
        return;
    };
    let number = |name: &str, default: usize| {
        let at = rest.iter().position(|argument| argument == name);
        at.and_then(|at| rest.get(at + 1)).map_or(default, |number| number.parse().unwrap())
    };
    let (documents, jobs) = (number("--documents", 200), number("--jobs", 2));
    let clock = SystemClock;
    let passphrase = Passphrase::new(String::from("sandi-uji-coba").into());
    let office =
        Office::create(Path::new(folder), &Config::template(INSTITUTION, HOST, KeyAlgorithm::Ed25519))
            .unwrap();
    office.create_authority(&passphrase, Cost::DEMONSTRATION, clock.now()).unwrap();
    let mut registry = SqliteRegistry::create(&office.registry()).unwrap();
    let renderer = Renderer::new(Templates::with_folder(&office.templates()).unwrap());
    let cycle = cycle(&workbook(documents), &office, &renderer);

    let issuing = office.open_issuing(&passphrase).unwrap();
    let protection = Protection { algorithm: None, passphrase: &passphrase, cost: Cost::DEMONSTRATION };
    let start = Instant::now();
    for official in cycle.officials.iter() {
        let subject = Subject {
            name: official.name.clone(),
            position: official.position.clone(),
            unit: official.unit.clone(),
            id: official.id.clone(),
            organization: String::new(),
        };
        office.issue_official(subject, &issuing, &protection, clock.now(), false).unwrap();
    }
    let keys = start.elapsed();
    let mut signers = std::collections::BTreeMap::new();
    for official in cycle.officials.iter() {
        let signer = office.open_official(&official.id, &passphrase, clock.now()).unwrap();
        let signer: Box<dyn Sign + Sync> = Box::new(signer);
        signers.insert(official.id.clone(), signer);
    }
    let seal = office.open_seal(&passphrase, clock.now()).unwrap();

    let day = clock.now().day();
    let proposed: Vec<Reservation> = (0..cycle.documents.len())
        .map(|_| Reservation {
            id: Id::from_random(*random::<10>().unwrap()),
            salt: *random::<16>().unwrap(),
            day,
        })
        .collect();
    let start = Instant::now();
    let mut tools = Tools {
        office: &office,
        press: Press::Beside { program: PathBuf::from(program), templates: office.templates() },
        templates: renderer.templates(),
        rendered: Rendered::open(&office.root().join("rendered")),
        seal: &seal,
        registry: &mut registry,
        clock: &clock,
        jobs,
        stop: &|| false,
        reissue: BTreeSet::new(),
    };
    let made = generate(&cycle, &proposed, Changed::Refuse, &mut tools, &mut |_| {}).unwrap();
    let generated = start.elapsed();
    assert_eq!((made.issued, made.failed.len()), (documents, 0));
    let memory_generating = memory();

    let mut signed = Vec::new();
    // First all owners, each with a key of their own; then the superior, hundreds in one act.
    for _ in 0..2 {
        let pending: Vec<Pending> = registry
            .all()
            .unwrap()
            .into_iter()
            .map(|entry| {
                let signer = entry.next_signer().unwrap().clone();
                Pending { entry, field: signer.field, name: signer.name }
            })
            .collect();
        let acts: Vec<Act<'_>> = pending
            .iter()
            .map(|pending| {
                let official = &pending.entry.next_signer().unwrap().official;
                Act { pending, signer: signers[official].as_ref() }
            })
            .collect();
        let start = Instant::now();
        let mut desk = Desk {
            office: &office,
            renderer: &renderer,
            rendered: Rendered::open(&office.root().join("rendered")),
            registry: &mut registry,
            clock: &clock,
            jobs,
            stop: &|| false,
        };
        let summary = sign_all(&acts, &mut desk, &mut |_| {}).unwrap();
        signed.push(start.elapsed());
        assert_eq!(summary.signed, documents);
    }

    let entries = registry.all().unwrap();
    let mark = registry.newest().unwrap().map(|(mark, _)| mark);
    let trust = office.trust_bundle().unwrap();
    let start = Instant::now();
    let packing = Packing { office: &office, register: mark, trust: &trust, seal: &seal, jobs };
    let archive = durable::replace_by(&office.root().join("archive.zip"), |file| {
        write_archive(&entries, &packing, std::io::BufWriter::new(file), &mut |_| {})
    });
    let archive = archive.unwrap();
    let packed = start.elapsed();

    let files: Vec<PathBuf> = entries
        .iter()
        .map(|entry| office.document_file(&entry.reservation.id.to_string(), entry.revision))
        .collect();
    let bytes: u64 = files.iter().map(|file| std::fs::metadata(file).unwrap().len()).sum();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for job in 0..jobs {
            let (files, office, clock) = (&files, &office, &clock);
            scope.spawn(move || {
                let auditor = Auditor {
                    trust: office.trust().unwrap(),
                    host: Some(HOST.to_owned()),
                    registry: Some(Box::new(SqliteRegistry::open_to_read(&office.registry()).unwrap())),
                    ..Auditor::default()
                };
                for file in files.iter().skip(job).step_by(jobs) {
                    let bytes = std::fs::read(file).unwrap();
                    let answer = auditor.examine("x.pdf", &bytes, clock.now()).unwrap();
                    assert!(
                        matches!(answer, Answer::Document(verdict) if verdict.overall == Overall::Passed)
                    );
                }
            });
        }
    });
    let verified = start.elapsed();

    let memory_end = memory();
    println!(
        "{}",
        serde_json::json!({
            "documents": documents,
            "jobs": jobs,
            "bytes": bytes,
            "archive_bytes": archive.size,
            "seconds": {
                "keys": keys.as_secs_f64(),
                "generate": generated.as_secs_f64(),
                "sign_first": signed[0].as_secs_f64(),
                "sign_second": signed[1].as_secs_f64(),
                "archive": packed.as_secs_f64(),
                "verify": verified.as_secs_f64(),
            },
            "megabytes": { "after_generate": memory_generating, "at_the_end": memory_end },
        })
    );
}

/// A regency with so many heads of offices, each with an agreement of two pages.
fn workbook(documents: usize) -> String {
    let mut officials = format!(
        "pengaturan: {{tahun: 2026, instansi: {INSTITUTION}, daerah: Kabupaten Contoh, tempat: Contoh Raya, tanggal: 2026-01-05}}\n\
         pejabat:\n  - {{id: bupati, nama: Contoh Kepala, gelar_depan: H., jabatan: Bupati Contoh, unit: {INSTITUTION}, \
         jenjang: kepala_daerah, dokumen: tidak}}\n"
    );
    let (mut objectives, mut budget) = (String::from("sasaran:\n"), String::from("anggaran:\n"));
    for i in 0..documents {
        let unit = format!("Dinas Contoh Rekaan Nomor {i}");
        writeln!(
            officials,
            "  - {{id: d{i}, nama: Contoh Rekaan {}, gelar_belakang: \"S.T., M.Si.\", pangkat: Pembina Utama Muda, golongan: IV/c, \
             jabatan: Kepala {unit}, unit: {unit}, jenjang: jpt, atasan: bupati, dokumen: pk}}",
            letters(i)
        )
        .unwrap();
        for (o, objective) in [
            "Meningkatnya kualitas pelayanan publik yang akuntabel",
            "Meningkatnya tata kelola pemerintahan berbasis elektronik",
            "Terwujudnya pemerataan pembangunan infrastruktur dasar",
        ]
        .into_iter()
        .enumerate()
        {
            for (n, indicator) in
                ["Indeks kepuasan masyarakat terhadap pelayanan", "Persentase layanan yang memenuhi standar"]
                    .into_iter()
                    .enumerate()
            {
                writeln!(
                    objectives,
                    "  - {{pejabat: d{i}, sasaran: {objective}, indikator: {indicator} {}, target: \"{},{}\", satuan: Indeks}}",
                    letters(i + o),
                    60 + (i + o + n) % 40,
                    i % 10
                )
                .unwrap();
            }
        }
        for b in 0..4 {
            writeln!(
                budget,
                "  - {{pejabat: d{i}, kode: \"2.16.0{b}\", uraian: Program Pengelolaan Aplikasi dan Informatika Daerah {}, \
                 anggaran: {}, sumber: APBD}}",
                letters(i + b),
                1_000_000 * (b + 1) + i
            )
            .unwrap();
        }
    }
    officials + &objectives + &budget
}

/// A number as a name: digits in a name are refused.
fn letters(mut number: usize) -> String {
    let mut text = String::from("A");
    while number > 0 {
        text.push(char::from(b'a' + u8::try_from(number % 26).unwrap()));
        number /= 26;
    }
    text
}

fn cycle(yaml: &str, office: &Office, renderer: &Renderer) -> Cycle {
    let path = office.data().join("bench.yaml");
    std::fs::create_dir_all(office.data()).unwrap();
    std::fs::write(&path, yaml).unwrap();
    let draft = input::read(&path).output.unwrap();
    let defaults = Defaults {
        settings: office.config().settings(),
        versions: Templates::versions(),
        ..Defaults::default()
    };
    let wording = |profile: &str| renderer.templates().wording(profile)?.ok();
    Cycle::from_draft(&draft, &defaults, wording).output.unwrap()
}

/// The largest memory of this process so far, in megabytes, where the system tells.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let own = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    own.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}
