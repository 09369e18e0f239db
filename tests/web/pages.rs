//! Every state in both languages, and how much of a document is shown.

use axum::http::StatusCode;
use pk::batch::Changed;
use pk::model::Visibility;
use pk::registry::{Change, Entry, Registry as _};
use pk_trust::claim::Kind;

use super::{HOST, NUMBERS, change, get, get_with, id, office, revoke, server};
use crate::fixture::{self, DATA, Fixture, reservations};

#[test]
fn each_state_has_its_own_words_and_status() {
    let office = office("");
    let (kominfo, dinsos, bupati) = (id(&office, "kominfo"), id(&office, "dinsos"), id(&office, "bupati"));
    revoke(&office, "kominfo");
    let entry = office.entry("dinsos", Kind::Agreement);
    change(&office, &entry, &Change::Superseded { by: bupati, reason: "Perubahan contoh".to_owned() });
    let server = server(&office);
    for (path, status, indonesian, english, contains) in [
        (format!("/V/{bupati}"), 200, "Tercatat dan berlaku", "Recorded and in force", "H. Contoh Kepala"),
        (
            format!("/V/{kominfo}"),
            200,
            "Dicabut",
            "Revoked",
            "Alasan &lt;b&gt;contoh&lt;/b&gt; &amp; lainnya",
        ),
        (format!("/V/{dinsos}"), 200, "Digantikan", "Superseded", &*format!("/V/{bupati}")),
        ("/V/AAAAAAAAAAAAAAAA".to_owned(), 404, "Tidak dikenal", "Unknown document", "AAAA-AAAA-AAAA-AAAA"),
        ("/V/AAAA".to_owned(), 404, "Kode tidak lengkap", "The code is not complete", "/periksa"),
        ("/nix".to_owned(), 404, "Halaman tidak ada", "No such page", "/periksa"),
    ] {
        for (language, heading) in [("id", indonesian), ("en", english)] {
            let response = get(&server, &format!("{path}?lang={language}"));
            assert_eq!(response.status, StatusCode::from_u16(status).unwrap(), "{path}");
            assert_eq!(response.heading(), heading, "{path}");
            assert!(response.text().contains(contains), "{path} {language}: {}", response.text());
            assert!(response.text().contains(&format!("<html lang=\"{language}\">")));
            assert!(response.text().contains(HOST), "{path}");
            // Only one state may read as the good one.
            assert_eq!(
                response.text().contains("class=\"banner good\""),
                heading == indonesian && status == 200 && path.ends_with(&bupati.to_string())
                    || heading == "Recorded and in force",
                "{path}"
            );
        }
    }
}

#[test]
fn who_has_not_signed_is_named_and_the_document_is_not_in_force() {
    let office = Fixture::new();
    office.generate();
    office.sign("kominfo");
    let server = server(&office);
    let response = get(&server, &format!("/V/{}", id(&office, "kominfo")));
    assert_eq!(response.heading(), "Menunggu tanda tangan");
    assert!(response.text().contains("H. Contoh Kepala, Bupati Contoh"), "{}", response.text());
    assert!(!response.text().contains("banner good"));
    let json = get(&server, &format!("/V/{}.json", id(&office, "kominfo"))).json();
    assert_eq!(json["state"], "waiting");
    assert_eq!(json["waiting_for"], serde_json::json!(["PihakKedua"]));
}

#[test]
fn what_has_to_be_compared_is_shown() {
    let office = office("");
    let text = get(&server(&office), &format!("/V/{}", id(&office, "kominfo"))).text().to_owned();
    for shown in [
        "Kepala Dinas Komunikasi dan Informatika",
        "Rp 1.589.645.600",
        "Meningkatnya kualitas informatika",
        "5 Januari 2026",
        "tidak tersertifikasi",
        "Contoh Satu, S.T., M.Si.",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
}

#[test]
fn the_office_decides_how_much_is_shown() {
    let office = office("perjanjian = \"asli\"");
    let entry = office.entry("kominfo", Kind::Agreement);
    let id = entry.reservation.id;
    let server = server(&office);
    let secret = ["Rp 1.589.645.600", "Contoh Satu", "Dinas Komunikasi", "Meningkatnya kualitas informatika"];

    let original = get(&server, &format!("/V/{id}.pdf"));
    assert_eq!(original.status, StatusCode::OK);
    assert_eq!(original.header("content-type"), "application/pdf");
    assert_eq!(original.body, office.file("kominfo", Kind::Agreement));

    let to = |visibility| Change::Visibility { to: Some(visibility), reason: "contoh".to_owned() };
    change(&office, &entry, &to(Visibility::Fields));
    assert_eq!(get(&server, &format!("/V/{id}.pdf")).status, StatusCode::FORBIDDEN);
    assert_eq!(get(&server, &format!("/V/{id}.png")).status, StatusCode::FORBIDDEN);
    let page = get(&server, &format!("/V/{id}"));
    assert!(secret.iter().all(|text| page.text().contains(text)), "{}", page.text());
    assert!(!page.text().contains(".pdf"));

    change(&office, &entry, &to(Visibility::Status));
    for path in [format!("/V/{id}"), format!("/V/{id}.json"), format!("/V/{id}?lang=en")] {
        let page = get(&server, &path);
        assert_eq!(page.status, StatusCode::OK);
        for text in secret.iter().chain(&["1589645600"]) {
            assert!(!page.text().contains(text), "{path} shows {text}");
        }
    }
    // A file can be checked against the record all the same.
    let json = get(&server, &format!("/V/{id}.json")).json();
    assert_eq!(json["files"].as_array().unwrap().len(), 3);
}

/// A NIP shows a date of birth.
#[test]
fn no_page_shows_a_nip() {
    for page in ["perjanjian = \"asli\"\npakta = \"asli\"", "", "perjanjian = \"status\""] {
        let office = office(page);
        let server = server(&office);
        let ids = reservations(office.cycle.documents.len());
        let mut paths =
            vec!["/periksa".to_owned(), "/.well-known/pk-keys.json".to_owned(), "/metrics".to_owned()];
        for reservation in &ids {
            paths.extend(["", ".json", "?lang=en"].map(|end| format!("/V/{}{end}", reservation.id)));
        }
        assert!(paths.len() > 12);
        for path in paths {
            let response = get(&server, &path);
            assert_eq!(response.status, StatusCode::OK, "{path}");
            for number in NUMBERS {
                assert!(!response.text().contains(number), "{path} shows {number}");
            }
        }
    }
}

/// What happens to a document later does not move the day on which it was revoked.
#[test]
fn the_day_of_a_revocation_stays() {
    let office = office("");
    revoke(&office, "kominfo");
    let entry = office.entry("kominfo", Kind::Agreement);
    let later = Change::Visibility { to: Some(Visibility::Status), reason: "contoh".to_owned() };
    let time = entry.changed.plus_days(74);
    office.registry().advance(&entry.reservation.id, entry.revision, &later, time).unwrap();
    let server = server(&office);
    let json = get(&server, &format!("/V/{}.json", entry.reservation.id)).json();
    assert_eq!(json["ended"], entry.changed.to_string());
    assert_eq!(json["changed"], time.to_string());
    let page = get(&server, &format!("/V/{}", entry.reservation.id));
    assert!(page.text().contains(&format!("datetime=\"{}\"", entry.changed)), "{}", page.text());
    assert!(!page.text().contains(&format!("<time datetime=\"{time}\"")), "{}", page.text());
}

/// By other templates the numbers stand elsewhere, so nobody knows what would have to be covered.
#[test]
fn a_page_promises_no_picture_that_cannot_be_made() {
    let office = office("perjanjian = \"asli\"");
    let path = format!("/V/{}", id(&office, "kominfo"));
    assert!(get(&server(&office), &path).text().contains("<figure>"));
    let shared = office.office.templates().join("shared");
    std::fs::create_dir_all(&shared).unwrap();
    std::fs::write(shared.join("emblem.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap();
    let server = server(&office);
    let page = get(&server, &path);
    assert!(page.text().contains(".pdf") && !page.text().contains("<figure>"), "{}", page.text());
    let picture = get(&server, &format!("{path}.png"));
    assert_eq!((picture.status, picture.heading()), (StatusCode::NOT_FOUND, "Tidak ada gambar"));
    // Changed on the disk, it is not shown, and that is something else.
    let entry = office.entry("kominfo", Kind::Agreement);
    let file = office.office.document_file(&entry.reservation.id.to_string(), entry.revision);
    std::fs::write(file, "%PDF-").unwrap();
    for ending in ["png", "pdf"] {
        let damaged = get(&server, &format!("{path}.{ending}"));
        assert_eq!(damaged.status, StatusCode::SERVICE_UNAVAILABLE, "{ending}");
    }
}

#[test]
fn revoking_is_in_the_next_answer() {
    let office = office("");
    let server = server(&office);
    let path = format!("/V/{}", id(&office, "kominfo"));
    let before = get(&server, &path);
    assert_eq!(before.heading(), "Tercatat dan berlaku");
    let tag = before.header("etag").to_owned();
    assert_eq!(get_with(&server, &path, &[("if-none-match", &tag)]).status, StatusCode::NOT_MODIFIED);
    revoke(&office, "kominfo");
    let after = get_with(&server, &path, &[("if-none-match", &tag)]);
    assert_eq!((after.status, after.heading()), (StatusCode::OK, "Dicabut"));
    assert_ne!(after.header("etag"), tag);
}

#[test]
fn languages_and_forms_are_chosen_by_link_or_by_header() {
    let office = office("");
    let server = server(&office);
    let path = format!("/V/{}", id(&office, "bupati"));
    for (path, headers, lang) in [
        (path.clone(), vec![], "id"),
        (path.clone(), vec![("accept-language", "en-GB,en;q=0.9")], "en"),
        (path.clone(), vec![("accept-language", "su, jv;q=0.5")], "id"),
        (format!("{path}?lang=id"), vec![("accept-language", "en")], "id"),
        (format!("{path}?lang=xx&lang="), vec![], "id"),
    ] {
        let response = get_with(&server, &path, &headers);
        assert!(response.text().contains(&format!("<html lang=\"{lang}\">")), "{path} {headers:?}");
        assert!(response.header("vary").contains("accept-language"));
    }
    for accept in ["application/json", "application/json;q=0.9, text/html;q=0.1"] {
        let response = get_with(&server, &path, &[("accept", accept)]);
        assert_eq!(response.json()["format"], "pk-record/1");
    }
    for accept in ["*/*", "text/html", "\"", "application/json;q=x", ";;;,,,", "text/html, application/json"]
    {
        let response = get_with(&server, &path, &[("accept", accept)]);
        assert_eq!(response.header("content-type"), "text/html; charset=utf-8", "{accept}");
    }
    let problem = get_with(&server, "/V/AAAAAAAAAAAAAAAA", &[("accept", "application/json")]);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.json()["code"], "state.unknown");
    assert_eq!(problem.json()["status"], 404);
}

#[test]
fn the_keys_are_public_and_check_documents_elsewhere() {
    let office = office("perjanjian = \"asli\"");
    let server = server(&office);
    let keys = get(&server, "/.well-known/pk-keys.json").json();
    assert_eq!(keys["format"], "pk-keys/1");
    let uses: Vec<_> = keys["keys"].as_array().unwrap().iter().map(|k| k["use"].as_str().unwrap()).collect();
    assert_eq!(uses, ["root", "authority", "seal"]);
    assert!(keys["keys"].as_array().unwrap().iter().all(|k| k["status"] == "good"), "{keys}");
    assert_eq!(keys["revocation_lists"].as_array().unwrap().len(), 2);
    // Officials' certificates are in the documents; a list of all of them is nobody's business.
    assert!(!keys.to_string().contains("Contoh Satu"));
    let pem = get(&server, "/.well-known/pk-trust.pem");
    let trust = pk_trust::verify::Trust::parse(&pem.body).unwrap();
    let file = office.file("kominfo", Kind::Agreement);
    let verdict = pk_trust::verify::document(&file, &trust, &Default::default(), crate::fixture::now());
    assert_eq!(verdict.lines.issuer.outcome, pk_trust::verify::Answer::Yes);
}

/// A revision is called so, shows the date that is printed, and both pages lead to each other; times are told by the
/// office's clock.
#[test]
fn a_revision_is_named_and_the_pages_lead_to_each_other() {
    let office = office("");
    let data =
        DATA.replace("tanggal: 2026-01-05", "tanggal: 2026-09-14\n  jenis: perubahan").replace("2,8", "2,9");
    let cycle = fixture::cycle(&data);
    let old = office.entry("kominfo", Kind::Agreement);
    office.generate_with(&cycle, Changed::Refuse, &reservations(8)[5..]).unwrap();
    for official in ["kominfo", "bupati"] {
        office.sign(official);
    }
    let new = office.entry("kominfo", Kind::Agreement);
    let server = server(&office);
    let page = |entry: &Entry| get(&server, &format!("/V/{}", entry.reservation.id));
    let before = page(&new);
    assert!(!before.text().contains("Menggantikan dokumen"), "{}", before.text());
    change(
        &office,
        &old,
        &Change::Superseded { by: new.reservation.id, reason: "perubahan anggaran".to_owned() },
    );
    let after = page(&new);
    assert_ne!(after.header("etag"), before.header("etag"));
    let (old_code, new_code) = (old.reservation.id.grouped(), new.reservation.id.grouped());
    for part in [
        format!("<title>Tercatat dan berlaku: Perjanjian Kinerja Perubahan 2026, {new_code} "),
        "<dd>Perjanjian Kinerja Perubahan</dd>".to_owned(),
        "<dt>Tanggal pada dokumen</dt><dd>14 September 2026</dd>".to_owned(),
        format!("<a href=\"/V/{}\">{old_code}</a>", old.reservation.id),
        ">5 Januari 2026 pukul 08.00 WIB</time>".to_owned(),
    ] {
        assert!(after.text().contains(&part), "{part}: {}", after.text());
    }
    let ended = page(&old);
    assert!(ended.text().contains(&format!("/V/{}", new.reservation.id)) && ended.text().contains(&new_code));
    let json = get(&server, &format!("/V/{}.json", new.reservation.id)).json();
    assert_eq!((&json["stage"], &json["fields"]["date"]), (&1.into(), &"2026-09-14".into()));
    assert_eq!(json["replaces"], old.reservation.id.to_string());
    let json = get(&server, &format!("/V/{}.json", old.reservation.id)).json();
    assert_eq!((&json["stage"], &json["state"]), (&0.into(), &"superseded".into()));
}
