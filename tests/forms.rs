//! The forms by level: what stands on a document of each kind of official.

use std::process::Command;

use pk::input;
use pk::model::{Cycle, Defaults, Emblems};
use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{HOST, renderer, reservations};

const OFFICE: &str = r#"
pengaturan: {tahun: 2026, instansi: Pemerintah Kabupaten Contoh, daerah: Kabupaten Contoh, tempat: Contoh Raya, tanggal: 2026-01-05, kepala: kop, alamat: Jalan Umpama 1 | Contoh Raya, jenis: JENIS}
unit:
  - {unit: Dinas Uji, alamat: Jalan Sampel 7, telepon: (0000) 123, pos_el: uji@contoh.example, laman: uji.contoh.example, lambang: uji.png}
pejabat:
  - {id: bupati, nama: Contoh Kepala, jabatan: Bupati Contoh, unit: Pemerintah Kabupaten Contoh, jenjang: kepala_daerah, kapasitas: pj, dokumen: pk}
  - {id: camat, nama: Contoh Camat, nip: "19690101 199401 1 001", pangkat: Pembina, golongan: IV/a, jabatan: Camat Uji, unit: Kecamatan Uji, jenjang: administrator, atasan: bupati}
  - {id: kasi, nama: Contoh Seksi, nip: "19690101 199401 1 002", pangkat: Penata, golongan: III/c, jabatan: Kepala Seksi, unit: Kecamatan Uji, jenjang: pengawas, atasan: camat}
  - {id: kadis, nama: Contoh Dinas, nip: "19700101 199501 1 001", pangkat: Pembina Utama Muda, golongan: IV/c, jabatan: Kepala Dinas, unit: Dinas Uji, jenjang: jpt, atasan: bupati}
  - {id: kabid, nama: Contoh Bidang, nip: "19710101 199601 2 002", pangkat: Pembina, golongan: IV/a, jabatan: Kepala Bidang, unit: Dinas Uji, jenjang: administrator, atasan: kadis}
  - {id: kasubag, nama: Contoh Subbagian, nip: "19800101 200601 2 003", pangkat: Penata, golongan: III/c, jabatan: Kepala Subbagian, unit: Dinas Uji, jenjang: pengawas, atasan: kabid}
  - {id: ahli, nama: Contoh Ahli, nip: "199001012022212004", golongan: IX, jabatan: Pranata Komputer, unit: Dinas Uji, jenjang: fungsional, atasan: kabid}
  - {id: staf, nama: Contoh Staf, nip: "19920101 201801 1 005", pangkat: Pengatur, golongan: II/c, jabatan: Pengadministrasi, unit: Dinas Uji, jenjang: pelaksana, atasan: kasubag}
sasaran:
  - {pejabat: bupati, sasaran: S, indikator: I, target: BB}
  - {pejabat: camat, sasaran: S, indikator: I, target: BB}
  - {pejabat: kasi, sasaran: S, indikator: I, target: BB}
  - {pejabat: kadis, sasaran: S, indikator: I, target: BB}
  - {pejabat: kabid, sasaran: S, indikator: I, target: BB}
  - {pejabat: kasubag, sasaran: S, indikator: I, target: BB}
  - {pejabat: ahli, sasaran: S, indikator: I, target: BB}
  - {pejabat: staf, sasaran: S, indikator: I, target: BB}
anggaran:
"#;

fn data(stage: &str, budget: &str) -> Vec<Value> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data.yaml");
    std::fs::write(&path, OFFICE.replace("JENIS", stage) + budget).unwrap();
    let draft = input::read(&path).output.unwrap();
    let emblems = Emblems { pictures: vec!["uji.png".to_owned()], ..Emblems::default() };
    let defaults = Defaults { emblems, ..Defaults::default() };
    let wording = |profile: &str| renderer().templates().wording(profile)?.ok();
    let cycle = Cycle::from_draft(&draft, &defaults, wording).output.unwrap();
    let plan = pk::batch::Plan::with(cycle.documents, &reservations(20), HOST);
    plan.items.iter().map(|item| serde_json::from_slice(&item.data.bytes).unwrap()).collect()
}

fn of<'d>(documents: &'d [Value], official: &str, kind: &str) -> &'d Value {
    documents.iter().find(|d| d["parties"][0]["id"] == official && d["kind"] == kind).unwrap()
}

/// The heading over the lines of an official's budget.
fn heading(official: &str, lines: &[(&str, &str)]) -> String {
    let mut budget = String::new();
    for (code, parent) in lines {
        let amount = 100;
        budget += &format!(
            "  - {{pejabat: {official}, kode: \"{code}\", uraian: U {code}, anggaran: {amount}, induk: \"{parent}\"}}\n"
        );
    }
    let documents = data("murni", &budget);
    of(&documents, official, "agreement")["annex"]["budget"]["heading"].as_str().unwrap().to_owned()
}

#[test]
fn the_budget_is_headed_by_what_stands_in_it() {
    let (programme, activity, sub) = ("2.16.03", "2.16.03.2.01", "2.16.03.2.01.0006");
    for official in ["bupati", "kadis", "camat", "kabid", "kasubag"] {
        assert_eq!(heading(official, &[(programme, "")]), "Program", "{official}");
        assert_eq!(heading(official, &[(activity, "")]), "Kegiatan", "{official}");
        assert_eq!(heading(official, &[(sub, "")]), "Sub Kegiatan", "{official}");
        assert_eq!(
            heading(official, &[(programme, ""), (activity, programme)]),
            "Program/Kegiatan",
            "{official}"
        );
        assert_eq!(
            heading(official, &[(activity, ""), (sub, activity)]),
            "Kegiatan/Sub Kegiatan",
            "{official}"
        );
    }
    // Codes of the office's own say nothing: the level does.
    let own = [("A", ""), ("A1", "A")];
    for (official, flat, grouped) in [
        ("kadis", "Program", "Program/Kegiatan"),
        ("camat", "Program", "Program/Kegiatan"),
        ("kabid", "Kegiatan", "Program/Kegiatan"),
        ("kasubag", "Sub Kegiatan", "Kegiatan/Sub Kegiatan"),
        ("kasi", "Sub Kegiatan", "Kegiatan/Sub Kegiatan"),
    ] {
        assert_eq!(heading(official, &own[..1]), flat, "{official}");
        assert_eq!(heading(official, &own), grouped, "{official}");
    }
    let three = [("A", ""), ("A1", "A"), ("A1a", "A1")];
    assert_eq!(heading("kasubag", &three), "Program/Kegiatan/Sub Kegiatan");
}

#[test]
fn each_level_has_its_form() {
    let documents = data("murni", "");
    for (official, objective) in [
        ("bupati", "Sasaran Strategis"),
        ("camat", "Sasaran Strategis"),
        ("kadis", "Sasaran Strategis"),
        ("kabid", "Sasaran Program"),
        ("kasubag", "Sasaran Kegiatan"),
        ("ahli", "Sasaran"),
        ("staf", "Sasaran"),
    ] {
        let annex = &of(&documents, official, "agreement")["annex"];
        assert_eq!(annex["objective_heading"], objective, "{official}");
        assert!(annex.get("budget").is_none());
    }
    // The head of the region: the office alone, without Pj.; a unit: its own address and emblem.
    let head = &of(&documents, "bupati", "agreement")["letterhead"];
    assert_eq!(head["name"], "BUPATI CONTOH");
    assert!(head.get("unit").is_none());
    assert_eq!(head["address"], serde_json::json!(["Jalan Umpama 1", "Contoh Raya"]));
    let unit = of(&documents, "kabid", "agreement");
    assert_eq!(unit["letterhead"]["unit"], "DINAS UJI");
    let reached = "Telepon (0000) 123, Pos-el uji@contoh.example, Laman uji.contoh.example";
    assert_eq!(unit["letterhead"]["address"], serde_json::json!(["Jalan Sampel 7", reached]));
    assert_eq!(unit["emblem"], "uji.png");
    assert!(of(&documents, "camat", "agreement").get("emblem").is_none());
    // Whose number it is.
    assert_eq!(of(&documents, "ahli", "agreement")["parties"][0]["nip_label"], "NI PPPK");
    assert_eq!(of(&documents, "ahli", "agreement")["parties"][1]["nip_label"], "NIP.");
    assert!(of(&documents, "bupati", "agreement")["parties"][0].get("nip_label").is_none());
    // Point 5 of those who supervise nobody is a sentence.
    let point = "Memberi contoh dalam kepatuhan terhadap peraturan perundang-undangan dalam melaksanakan tugas kepada sesama pegawai di lingkungan kerja saya secara konsisten;";
    for official in ["ahli", "staf"] {
        assert_eq!(of(&documents, official, "pledge")["pledge"]["points"][4], point);
    }
    assert!(
        of(&documents, "kasubag", "pledge")["pledge"]["points"][4]
            .as_str()
            .unwrap()
            .contains("terutama kepada")
    );
}

#[test]
fn a_revision_makes_agreements_and_no_pledges() {
    let documents = data("perubahan", "");
    assert_eq!(documents.len(), 8);
    assert!(documents.iter().all(|document| document["kind"] == "agreement" && document["stage"] == 1));
    assert_eq!(documents[1]["title"][0], "PERJANJIAN KINERJA PERUBAHAN TAHUN 2026");
}

/// The empty workbook is one of the institution that asked for it, and everything in it that is an example is said.
#[test]
fn a_new_office_begins_with_its_own_name() {
    let folder = TempDir::new().unwrap();
    let office = folder.path().join("kantor");
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_pk"))
            .env_clear()
            .env("PK_OFFICE_PASSPHRASE", "sandi-uji-coba")
            .env("PK_LANG", "en")
            .env("PK_OFFICE", "")
            .args(arguments)
            .output()
            .unwrap()
    };
    let path = office.to_str().unwrap();
    let made = run(&[
        "init",
        path,
        "--institution",
        "Pemerintah Kota Rekaan",
        "--host",
        "cek.rekaan.test",
        "--no-trust",
    ]);
    assert!(made.status.success(), "{made:?}");
    let checked = run(&["check", "--office", path]);
    let said = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(0), "{said}");
    assert!(!said.contains("Contoh"), "{said}");
    for part in
        ["[cell.sample]", "[emblem.neutral]", "Nama Ibu Kota", "Nama Kepala Daerah", "Nama Kepala Dinas"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    // An emblem of the office's own, as a picture; one that is none is found before anything is made.
    let shared = office.join("templates/shared");
    std::fs::create_dir_all(&shared).unwrap();
    std::fs::write(shared.join("emblem.svg"), b"\x89PNG\r\n").unwrap();
    let checked = run(&["check", "--office", path]);
    let said = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(2), "{said}");
    assert!(said.contains("templates/shared/emblem.svg: this picture cannot be printed"), "{said}");
    std::fs::remove_file(shared.join("emblem.svg")).unwrap();
    let picture = image::RgbImage::from_pixel(8, 8, image::Rgb([20, 60, 120]));
    picture.save(shared.join("emblem.png")).unwrap();
    let checked = run(&["check", "--office", path]);
    let said = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(0), "{said}");
    assert!(!said.contains("[emblem.neutral]"), "{said}");
    // The wordings for those who change the words.
    let listed = run(&["wording", "list", "--office", path]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap(), "kesatu\nstandar\n");
    assert!(run(&["wording", "export", "standar", "--as", "kami", "--office", path]).status.success());
    let own = std::fs::read(office.join("templates/wording/kami.toml")).unwrap();
    assert_eq!(own, include_bytes!("../templates/wording/standar.toml"));
    assert_eq!(
        run(&["wording", "export", "standar", "--as", "kami", "--office", path]).status.code(),
        Some(2)
    );
}
