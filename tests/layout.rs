//! Pages are laid out once: what decides is worked out before, and comes out so.

use std::fmt::Write as _;

use pk::batch::Plan;
use pk::render::{Renderer, Templates};
use pk_trust::pdf::File;

use crate::determinism::on_big_stack;
use crate::fixture::{self, HOST};

const CLAIM: &str = include_str!("../crates/trust/tests/vectors/claim-1-agreement.txt");

/// Objectives, indicators of each, budget lines.
const SHAPES: [(usize, usize, usize); 12] = [
    (1, 1, 0),
    (1, 3, 2),
    (3, 2, 5),
    (2, 6, 4),
    (4, 3, 10),
    (1, 12, 6),
    (8, 5, 12),
    (3, 14, 20),
    (16, 5, 15),
    (2, 40, 8),
    (5, 3, 40),
    (3, 5, 6),
];

const WORDS: [&str; 12] = [
    "meningkatnya",
    "kualitas",
    "pelayanan",
    "publik",
    "yang",
    "akuntabel",
    "melalui",
    "tata",
    "kelola",
    "berbasis",
    "elektronik",
    "Wilayah",
];

struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn words(&mut self, from: usize, to: usize) -> String {
        let count = from + self.below(to - from);
        (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }
}

/// An office with officials of every shape, a third of them with very long names and positions.
fn office(paper: &str, font: &str, head: &str, wording: &str) -> String {
    let mut draw = Draw(7);
    let mut yaml = format!(
        "pengaturan: {{tahun: 2026, instansi: Pemerintah Kabupaten Contoh, daerah: Kabupaten Contoh, tempat: Contoh Raya, \
         tanggal: 2026-01-05, kertas: {paper}, huruf: {font}, kepala: {head}, ragam: {wording}, \
         alamat: Jalan Contoh Nomor 1 | surat@contoh.example}}\npejabat:\n  \
         - {{id: bupati, nama: Contoh Kepala, jabatan: Bupati Contoh, unit: Pemerintah Kabupaten Contoh, \
         jenjang: kepala_daerah, dokumen: pk}}\n"
    );
    let (mut objectives, mut budget) = (String::from("sasaran:\n"), String::from("anggaran:\n"));
    writeln!(objectives, "  - {{pejabat: bupati, sasaran: Meningkatnya mutu, indikator: Nilai, target: BB}}")
        .unwrap();
    for (i, (count, indicators, lines)) in SHAPES.into_iter().enumerate() {
        let (name, unit) = if i % 3 == 2 {
            (
                "Contoh Sangatpanjangsekali Kusumawardhani Prabuningrat Sastrodiningrat Mangkubumi"
                    .to_owned(),
                format!(
                    "Badan Pengelolaan Keuangan, Pendapatan dan Aset Daerah serta Penanggulangan Bencana {i}"
                ),
            )
        } else {
            (format!("Contoh {}", ["Satu", "Dua", "Tiga"][i % 3]), format!("Dinas Contoh {i}"))
        };
        writeln!(
            yaml,
            "  - {{id: d{i}, nama: {name}, gelar_belakang: \"S.T., M.Si.\", pangkat: Pembina, golongan: IV/a, \
             jabatan: \"Kepala {unit}\", unit: \"{unit}\", jenjang: jpt, atasan: bupati}}"
        )
        .unwrap();
        for o in 0..count {
            let objective = draw.words(4, 18);
            for n in 0..indicators {
                let mut text = draw.words(3, 20);
                if draw.below(12) == 0 {
                    text += " pertanggungjawabanketerbukaaninformasipublikdaerahtertinggal";
                }
                let target = ["\"87,5\"", "BB", "\"8,40 – 8,15\"", "1250"][draw.below(4)];
                let unit = ["Indeks", "\"%\"", "Rekomendasi Kebijakan yang Ditindaklanjuti"][draw.below(3)];
                writeln!(
                    objectives,
                    "  - {{pejabat: d{i}, sasaran: {objective} {o}, indikator: {text} {n}, target: {target}, satuan: {unit}}}"
                )
                .unwrap();
            }
        }
        for b in 0..lines {
            let text = draw.words(3, 14);
            let parent = if b % 4 == 0 { String::new() } else { format!(", induk: \"1.{}\"", b - b % 4) };
            let amount = if b % 4 == 0 { (lines - b - 1).clamp(1, 3) } else { 1 } * 899_163_740_850;
            writeln!(
                budget,
                "  - {{pejabat: d{i}, kode: \"1.{b}\", uraian: Program {text}, anggaran: {amount}, sumber: \"APBD, DBHCHT\"{parent}}}"
            )
            .unwrap();
        }
    }
    yaml + &objectives + &budget
}

#[test]
fn pages_come_out_as_planned() {
    for (paper, font, head, wording) in [
        ("a4", "serif", "lambang", "standar"),
        ("f4", "sans", "kop", "kesatu"),
        ("a4", "sans", "tanpa", "standar"),
        ("f4", "serif", "kop", "standar"),
    ] {
        let cycle = fixture::cycle(&office(paper, font, head, wording));
        let renderer = Renderer::new(Templates::built_in());
        let count = cycle.documents.len();
        let plan = Plan::with(cycle.documents, &fixture::reservations(count), HOST);
        on_big_stack(|| {
            for item in &plan.items {
                renderer.render(&item.data.bytes, CLAIM.trim_end()).unwrap();
            }
        });
        assert_eq!(renderer.layouts(), u64::try_from(count).unwrap(), "{paper} {font} {head} {wording}");
    }
}

/// What nobody foresees is laid out again, and nothing is lost: rows longer than a page, names that leave no room for the
/// boxes.
#[test]
fn the_absurd_is_laid_out_again() {
    let long = |words: usize| WORDS.iter().cycle().take(words).copied().collect::<Vec<_>>().join(" ");
    let yaml = fixture::DATA
        .replace("Indeks SPBE", &long(420))
        .replace("Meningkatnya kualitas informatika", &long(400))
        .replace("uraian: Rehabilitasi Sosial", &format!("uraian: {}", long(420)))
        .replace("nama: Contoh Dua", &format!("nama: Contoh {}", long(100)))
        .replace("jabatan: Kepala Dinas Sosial", &format!("jabatan: Kepala {}", long(150)));
    let cycle = fixture::cycle(&yaml);
    let renderer = Renderer::new(Templates::built_in());
    let plan = Plan::with(cycle.documents, &fixture::reservations(5), HOST);
    let mut pages = Vec::new();
    on_big_stack(|| {
        for item in &plan.items {
            let revision = renderer.render(&item.data.bytes, CLAIM.trim_end()).unwrap().0;
            pages.push(File::parse(&revision).unwrap().latest().pages().unwrap().len());
        }
    });
    assert!(pages.iter().any(|count| *count > 2), "{pages:?}");
    let layouts = renderer.layouts();
    assert!(layouts > 5 && layouts <= 5 * 4, "{layouts}");
}
