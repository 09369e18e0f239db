//! The page as files.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, SystemTime};

use pk::audit::Attached;
use pk::batch::{self, Changed, Press, Rendered, Tools};
use pk::input;
use pk::model::{Cycle, Defaults, Visibility};
use pk::office::durable::Held;
use pk::office::{FixedClock, Office};
use pk::registry::{Change, Entry, Registry as _, Reservation, Slot};
use pk::render::{Renderer, Templates};
use pk::web::{Damaged, PublishError, Published, publish};
use pk_trust::Time;
use pk_trust::claim::{Id, Kind};
use tempfile::TempDir;

use super::{NUMBERS, change, id, office, revoke};
use crate::architecture::root;
use crate::commands::{pk, stderr, stdout};
use crate::fixture::{DATA, Fixture, clock, now, passphrase, reservations};

fn write(office: &Fixture, target: &Path) -> Result<Published, PublishError> {
    write_at(office, target, now())
}

fn write_at(office: &Fixture, target: &Path, at: Time) -> Result<Published, PublishError> {
    let office = Office::open(office.office.root()).unwrap();
    publish(&office, target, &FixedClock(at), NonZero::new(2).unwrap(), &|_, _| {})
}

/// Pictures are drawn by a process of the command's own, so only the command can make them.
fn command(office: &Fixture, target: &Path) -> Output {
    let (office, target) = (office.office.root().to_str().unwrap(), target.to_str().unwrap());
    pk(&["publish", target, "--json", "--office", office])
}

fn files(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::metadata(&path).unwrap().modified().unwrap());
        }
    }
    found
}

#[test]
fn only_what_changed_is_written() {
    let office = office("");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    let first = write(&office, &site).unwrap();
    assert_eq!((first.documents, first.gone, first.files), (5, 0, first.written));
    let before = files(&site);
    assert_eq!(before.len(), first.files);
    assert_eq!(write(&office, &site).unwrap().written, 0);
    assert_eq!(files(&site), before);

    revoke(&office, "kominfo");
    let third = write(&office, &site).unwrap();
    let after = files(&site);
    let changed: Vec<_> = after.iter().filter(|(path, time)| before.get(*path) != Some(time)).collect();
    // Two pages and the record of one document.
    assert_eq!((third.written, changed.len()), (3, 3), "{changed:?}");
    let id = id(&office, "kominfo");
    let page = fs::read_to_string(site.join(format!("V/{id}/index.html"))).unwrap();
    assert!(page.contains("<h1>Dicabut</h1>"));
    assert!(fs::read_to_string(site.join(format!("V/{id}.json"))).unwrap().contains("\"revoked\""));

    // Time alone changes one file: the one that says it.
    let said = || fs::read_to_string(site.join("published.json")).unwrap();
    assert_eq!(said(), r#"{"format":"pk-published/1","published":"2026-01-05T01:00:00Z"}"#);
    assert_eq!(write_at(&office, &site, now().plus_days(1)).unwrap().written, 1);
    assert!(said().contains("\"2026-01-06T01:00:00Z\""), "{}", said());
}

/// A file that lies in a published folder is told by the command as its page tells it.
#[test]
fn a_published_file_is_judged_as_its_page_says() {
    let fixture = Fixture::new();
    let settings = fixture.office.root().join("pk.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let (before, _) = text.split_once("[halaman]").unwrap();
    fs::write(&settings, format!("{before}[halaman]\nperjanjian = \"asli\"\n")).unwrap();
    fixture.generate();
    fixture.sign_all();
    revoke(&fixture, "dinsos");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    write(&fixture, &site).unwrap();
    let root = fixture.office.root().to_str().unwrap();
    let mut states = Vec::new();
    for official in ["kominfo", "dinsos", "bupati"] {
        let id = id(&fixture, official);
        let record = fs::read_to_string(site.join(format!("V/{id}.json"))).unwrap();
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        let shown = files(&site).into_keys().find(|path| {
            path.extension().is_some_and(|end| end == "pdf")
                && path.to_str().unwrap().contains(&id.to_string())
        });
        let page = fs::read_to_string(site.join(format!("V/{id}/index.html"))).unwrap();
        let Some(path) = shown else { continue };
        let at = ["--at", "2026-01-05T02:00:00Z", "--lang", "id"];
        let output = pk(&[&["verify", path.to_str().unwrap(), "--office", root][..], &at].concat());
        let (said, exit) = (stdout(&output), output.status.code());
        let state = record["state"].as_str().unwrap();
        let (heading, headline, code) = match state {
            "in-force" => ("Tercatat dan berlaku", "SAH", Some(0)),
            "revoked" => ("Dicabut", "TIDAK BERLAKU LAGI", Some(3)),
            other => panic!("{other}"),
        };
        assert!(page.contains(&format!("<h1>{heading}")), "{official}: {state}");
        assert!(said.starts_with(headline) && exit == code, "{official}: {state} {exit:?}\n{said}");
        // Outside the office nobody's register is asked, and nothing else is said.
        let trust = folder.path().join("trust.pem");
        fs::write(&trust, fixture.office.trust_bundle().unwrap()).unwrap();
        let outside =
            pk(&[&["verify", path.to_str().unwrap(), "--trust", trust.to_str().unwrap()][..], &at].concat());
        assert_eq!(outside.status.code(), Some(3), "{official}");
        states.push(state.to_owned());
    }
    assert_eq!(states, ["in-force", "revoked", "in-force"]);
}

/// Issues a document again and again under new ids, in one transaction: to sign five thousand takes minutes.
fn multiply(office: &Fixture, official: &str, count: u16) {
    use sha2::Digest as _;
    let template = office.entry(official, Kind::Agreement);
    let mut registry = rusqlite::Connection::open(office.office.registry()).unwrap();
    let transaction = registry.transaction().unwrap();
    let newest = "SELECT hash FROM events ORDER BY number DESC LIMIT 1";
    let mut last: Vec<u8> = transaction.query_row(newest, [], |row| row.get(0)).unwrap();
    let hexadecimal = |hash: &[u8]| data_encoding::HEXLOWER.encode(hash);
    for number in 0..count {
        let [high, low] = number.to_be_bytes();
        let id = Id::from_random([0xC0, high, low, 1, 2, 3, 4, 5, 6, 7]);
        let slot = Slot { official: format!("contoh-{number}"), ..template.slot.clone() };
        let entry =
            Entry { slot, reservation: Reservation { id, ..template.reservation }, ..template.clone() };
        let (id, old) = (id.to_string(), template.reservation.id.to_string());
        let documents =
            "INSERT INTO documents SELECT NULL, ?1, year, kind, stage, ?2, salt, day, unit, position,
          name, digest, indicators, budget, revision, status, remark, successor, visibility, first_objective,
          last_objective, date FROM documents WHERE id = ?3";
        transaction
            .prepare_cached(documents)
            .and_then(|mut insert| insert.execute((&id, &entry.slot.official, &old)))
            .unwrap();
        for rows in [
            "INSERT INTO signers SELECT ?1, place, field, official, name, position, signed FROM signers WHERE id = ?2",
            "INSERT INTO files SELECT ?1, revision, sha256 FROM files WHERE id = ?2",
        ] {
            let insert = transaction.prepare_cached(rows);
            insert.and_then(|mut insert| insert.execute((&id, &old))).unwrap();
        }
        let [digest, facts, file] = [&entry.digest, &entry.facts(), &entry.files[0]].map(|h| hexadecimal(h));
        let mut events = vec![("issued", now(), format!("{digest} facts {facts} file {file}"))];
        for (signer, file) in entry.signers.iter().zip(&entry.files[1..]) {
            let detail = format!("{} 00 file {}", signer.field, hexadecimal(file));
            events.push(("signed", signer.signed.unwrap(), detail));
        }
        events.push(("completed", now(), String::new()));
        for (what, at, detail) in events {
            let mut hasher = sha2::Sha256::new_with_prefix(&last);
            for part in [id.as_str(), what, &at.unix().to_string(), &detail] {
                hasher.update(part);
                hasher.update([0]);
            }
            last = hasher.finalize().to_vec();
            let event = "INSERT INTO events (id, what, at, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
            let insert = transaction.prepare_cached(event);
            insert
                .and_then(|mut insert| insert.execute((&id, what, at.unix().cast_signed(), &detail, &last)))
                .unwrap();
        }
    }
    transaction.commit().unwrap();
}

#[test]
fn only_what_changed_is_written_of_five_thousand_documents() {
    let office = office("");
    multiply(&office, "kominfo", 4_995);
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    let first = write(&office, &site).unwrap();
    assert_eq!((first.documents, first.files), (5_000, first.written));
    assert!(first.files > 3 * 5_000);
    revoke(&office, "contoh-4994");
    // Two pages, a record and the time.
    assert_eq!(write_at(&office, &site, now().plus_days(1)).unwrap().written, 4);
}

/// Whoever waited must not put what he knew before over what the other one has published.
#[test]
fn a_run_that_waits_for_another_one_reads_afterwards() {
    let office = office("");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    write(&office, &site).unwrap();
    let other = Held::take(&site).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| write(&office, &site).unwrap());
        std::thread::sleep(Duration::from_millis(500));
        assert!(!waiting.is_finished());
        revoke(&office, "kominfo");
        // What pk.toml allows is read afterwards, too.
        let path = office.office.root().join("pk.toml");
        let text = fs::read_to_string(&path).unwrap() + "pakta = \"status\"\n";
        fs::write(path, text).unwrap();
        drop(other);
        waiting.join().unwrap();
    });
    let read = |id: Id| fs::read_to_string(site.join(format!("V/{id}/index.html"))).unwrap();
    assert!(read(id(&office, "kominfo")).contains("<h1>Dicabut</h1>"));
    let pledge = office.entry("kominfo", Kind::Pledge);
    assert!(!read(pledge.reservation.id).contains("Contoh Satu"));
}

/// An old copy of the office does not know what was revoked since.
#[test]
fn nothing_is_in_force_again() {
    let office = office("");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    write(&office, &site).unwrap();
    let registry = office.office.registry();
    let old = fs::read(&registry).unwrap();
    revoke(&office, "kominfo");
    write(&office, &site).unwrap();
    fs::write(&registry, old).unwrap();
    let id = id(&office, "kominfo");
    assert!(matches!(write(&office, &site), Err(PublishError::TakenBack(ids)) if ids == [id]));
    let page = fs::read_to_string(site.join(format!("V/{id}/index.html"))).unwrap();
    assert!(page.contains("<h1>Dicabut</h1>"));
    revoke(&office, "kominfo");
    write(&office, &site).unwrap();
}

#[test]
fn pages_stand_on_their_own_at_any_place() {
    let office = office("");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    write(&office, &site).unwrap();
    let mut links = 0;
    for path in files(&site).keys().filter(|path| path.extension().is_some_and(|e| e == "html")) {
        let page = fs::read_to_string(path).unwrap();
        for number in NUMBERS {
            assert!(!page.contains(number));
        }
        for attribute in ["href=\"", "src=\"", "action=\""] {
            for link in page.split(attribute).skip(1) {
                let link = link.split_once('"').unwrap().0;
                if link.starts_with('#') {
                    continue;
                }
                assert!(!link.starts_with('/') && !link.contains("://"), "{}: {link}", path.display());
                let target = path.parent().unwrap().join(link);
                let target = if link.ends_with('/') { target.join("index.html") } else { target };
                assert!(target.is_file(), "{}: {link} leads nowhere", path.display());
                links += 1;
            }
        }
    }
    assert!(links > 100, "{links}");
}

/// The folder of a site is replaced as a whole; whatever else lies there would be lost.
#[test]
fn a_folder_that_is_no_site_is_left_alone() {
    let office = office("");
    let folder = TempDir::new().unwrap();
    let other = folder.path().join("foto");
    fs::create_dir(&other).unwrap();
    assert!(write(&office, &other).is_ok(), "an empty folder is fine");
    fs::write(other.join("CNAME"), "cek.contoh.example").unwrap();
    let Err(PublishError::OtherFiles { files, .. }) = write(&office, &other) else { panic!("accepted") };
    assert_eq!(files, ["CNAME"]);
    let photos = folder.path().join("keluarga");
    fs::create_dir(&photos).unwrap();
    fs::write(photos.join("anak.jpg"), "x").unwrap();
    assert!(matches!(write(&office, &photos), Err(PublishError::NotASite(_))));
    assert!(matches!(write(&office, office.office.root()), Err(PublishError::NotASite(_))));
    assert_eq!(fs::read(photos.join("anak.jpg")).unwrap(), b"x");
}

/// The ids are what keeps documents from being harvested.
#[test]
fn no_file_of_the_site_lists_the_documents() {
    let office = office("perjanjian = \"status\"");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    write(&office, &site).unwrap();
    let ids: Vec<String> =
        office.registry().all().unwrap().iter().map(|e| e.reservation.id.to_string()).collect();
    assert_eq!(ids.len(), 5);
    for path in files(&site).keys().filter(|path| !path.starts_with(site.join("V"))) {
        let bytes = fs::read(path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for id in &ids {
            assert!(!text.contains(id), "{} names {id}", path.display());
        }
    }
}

/// A web server shows what the link leads to.
#[cfg(unix)]
#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    let office = office("perjanjian = \"asli\"");
    let folder = TempDir::new().unwrap();
    let (real, link) = (folder.path().join("besar").join("situs"), folder.path().join("situs"));
    fs::create_dir(folder.path().join("besar")).unwrap();
    write(&office, &real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let entry = office.entry("kominfo", Kind::Agreement);
    let to = Change::Visibility { to: Some(Visibility::Status), reason: "contoh".to_owned() };
    change(&office, &entry, &to);
    let pdf = real.join(format!("V/{}.pdf", entry.reservation.id));
    assert!(pdf.exists());
    write(&office, &link).unwrap();
    assert!(!pdf.exists(), "closed to the public, and still there");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn the_site_of_another_office_with_the_same_host_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    write(&office(""), &site).unwrap();
    let before = files(&site);
    assert!(matches!(write(&office(""), &site), Err(PublishError::NotASite(_))));
    assert_eq!(files(&site), before);
}

/// Paper is out there; an address that says nothing looks like a forgery.
#[test]
fn a_document_that_is_no_longer_known_keeps_a_page() {
    let office = office("");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    write(&office, &site).unwrap();
    let id = id(&office, "kominfo");
    // An older backup was restored, from before this document.
    office.rewrite(|entry| entry.reservation.id != id);
    let published = write(&office, &site).unwrap();
    assert_eq!((published.documents, published.gone), (4, 1));
    let page = fs::read_to_string(site.join(format!("V/{id}/index.html"))).unwrap();
    assert!(page.contains("<h1>Tidak ada lagi dalam register</h1>"), "{page}");
    // And keeps it.
    assert_eq!(write(&office, &site).unwrap(), Published { written: 0, ..published.clone() });

    // Also after a crash where names cannot be exchanged: the old folder has its other name then.
    let aside = || fs::rename(&site, folder.path().join(".situs.old")).unwrap();
    aside();
    assert_eq!(write(&office, &site).unwrap(), Published { written: 0, ..published });
    assert!(site.join(format!("V/{id}/index.html")).exists());
    // And what is not of the site is still seen.
    fs::write(site.join("CNAME"), "cek.contoh.example").unwrap();
    aside();
    assert!(matches!(write(&office, &site), Err(PublishError::OtherFiles { .. })));
    assert!(site.join("CNAME").exists());
}

/// The file of one document is damaged: it is not shown, and everything else is.
#[test]
fn a_damaged_file_is_left_out_and_said() {
    let office = office("perjanjian = \"asli\"");
    let folder = TempDir::new().unwrap();
    let (before, site) = (folder.path().join("sebelum"), folder.path().join("situs"));
    write(&office, &before).unwrap();
    let (changed, missing) = (id(&office, "kominfo"), id(&office, "bupati"));
    let file = |id: Id| office.office.document_file(&id.to_string(), office_revision(&office, id));
    let mut bytes = fs::read(file(changed)).unwrap();
    bytes.push(b'\n');
    fs::write(file(changed), bytes).unwrap();
    fs::remove_file(file(missing)).unwrap();
    revoke(&office, "dinsos");

    let mut damaged =
        vec![Damaged { id: changed, file: file(changed) }, Damaged { id: missing, file: file(missing) }];
    damaged.sort_by_key(|damaged| damaged.id);
    assert_eq!(write(&office, &site).unwrap().damaged, damaged);
    let read = |site: &Path, id: Id| fs::read_to_string(site.join(format!("V/{id}/index.html"))).unwrap();
    assert!(read(&site, id(&office, "dinsos")).contains("<h1>Dicabut</h1>"));
    for id in [changed, missing] {
        let page = read(&site, id);
        assert!(page.contains("<h1>Tercatat dan berlaku</h1>"));
        assert!(!page.contains(&format!("{id}.pdf")) && !site.join(format!("V/{id}.pdf")).exists());
        let record = fs::read_to_string(site.join(format!("V/{id}.json"))).unwrap();
        assert!(record.contains("\"visibility\":\"fields\""), "{record}");
    }
    // A site that has the right file keeps it.
    assert_eq!(write(&office, &before).unwrap().damaged, damaged);
    assert!(read(&before, id(&office, "dinsos")).contains("<h1>Dicabut</h1>"));
    assert!(read(&before, changed).contains(&format!("{changed}.pdf")));
    assert!(before.join(format!("V/{changed}.pdf")).exists());

    // The command names each, with its place and what to do, and says so to scripts.
    let output = command(&office, &site);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let said: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(said["damaged"].as_array().unwrap().len(), 2, "{said}");
    for id in [changed, missing] {
        let error = stderr(&output);
        assert!(error.contains(&id.grouped()) && error.contains(file(id).to_str().unwrap()), "{error}");
        assert!(error.contains("restore the file from the backup"), "{error}");
    }
}

fn office_revision(office: &Fixture, id: Id) -> u32 {
    office.registry().find(&id).unwrap().unwrap().revision
}

/// Better covering has to reach those who have the old picture.
#[test]
fn a_picture_is_taken_over_only_from_the_same_version() {
    let office = office("perjanjian = \"asli\"");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    let output = command(&office, &site);
    assert!(output.status.success(), "{}", stderr(&output));
    let path = site.join(format!("V/{}.png", id(&office, "kominfo")));
    let drawn = fs::read(&path).unwrap();
    // As an older program may have drawn it.
    let older = [drawn.as_slice(), b"older"].concat();
    let hash = |bytes: &[u8]| {
        use sha2::Digest as _;
        data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(bytes))
    };
    fs::write(&path, &older).unwrap();
    let state = site.join(".pk-site.json");
    let text = fs::read_to_string(&state).unwrap().replace(&hash(&drawn), &hash(&older));
    fs::write(&state, &text).unwrap();
    assert!(command(&office, &site).status.success());
    assert_eq!(fs::read(&path).unwrap(), older, "drawn by this version, as far as the site knows");
    let mut versions: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    versions.remove("picture_version").unwrap();
    fs::write(&state, serde_json::to_vec(&versions).unwrap()).unwrap();
    assert!(command(&office, &site).status.success());
    assert_eq!(fs::read(&path).unwrap(), drawn);
}

const NIP: &str = "19700101 199501 1 001";

/// An office with its own templates and data, nothing signed yet, that shows its agreements.
fn office_with(templates: &[(&str, String)], data: &str) -> Fixture {
    let fixture = Fixture::new();
    for (path, text) in templates {
        let path = fixture.office.templates().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let config = fixture.office.root().join("pk.toml");
    let text = fs::read_to_string(&config).unwrap().replace("[halaman]", "[halaman]\nperjanjian = \"asli\"");
    fs::write(&config, text).unwrap();
    let templates = Templates::with_folder(&fixture.office.templates()).unwrap();
    let path = fixture.office.data().join("data.yaml");
    fs::write(&path, data).unwrap();
    let draft = input::read(&path).output.unwrap();
    let defaults =
        Defaults { versions: Templates::versions(), overrides: templates.overrides(), ..Defaults::default() };
    let cycle = Cycle::from_draft(&draft, &defaults, |profile| templates.wording(profile)?.ok());
    let cycle = cycle.output.unwrap();
    let seal = fixture.office.open_seal(&passphrase(), now()).unwrap();
    let renderer = Renderer::new(templates);
    let mut tools = Tools {
        office: &fixture.office,
        press: Press::Here(&renderer),
        templates: renderer.templates(),
        rendered: Rendered::default(),
        seal: &seal,
        registry: &mut fixture.registry(),
        clock: &clock(),
        jobs: 2,
        stop: &|| false,
        reissue: Default::default(),
    };
    let proposed: Vec<Reservation> = reservations(cycle.documents.len());
    batch::generate(&cycle, &proposed, Changed::Refuse, &mut tools, &mut |_| {}).unwrap();
    fixture
}

/// Where the templates of an office say that a number stands in its agreement.
fn pages_of(office: &Fixture) -> Option<Vec<usize>> {
    let attached = Attached::read(&office.file("kominfo", Kind::Agreement)).unwrap();
    let renderer = Renderer::new(Templates::with_folder(&office.office.templates()).unwrap());
    let found = renderer.places(&attached.data, &attached.claim.unwrap(), &[NIP.to_owned()]).unwrap();
    found.into_iter().next().unwrap().map(|places| places.iter().map(|place| place.page).collect())
}

/// A picture shows no number. So there is none where a template may print it in a way that is not found.
#[test]
fn there_is_a_picture_only_if_it_is_certain_where_each_number_stands() {
    let read = |path: &str| fs::read_to_string(root().join("templates").join(path)).unwrap();
    let sign = read("shared/sign.typ");
    let printed = "par[#party.at(\"nip_label\", default: \"NIP.\") #nip]";
    assert!(sign.contains(printed));
    let with = |other: &str| [("shared/sign.typ", sign.replace(printed, other))];
    let emblem = read("shared/emblem.svg").replace("</svg>", "<!-- own --></svg>");
    // The head has so long a title that the signatures stand on the second page.
    let long = "dan Kepala Bagian Contoh yang Bernama Sangat Panjang Sekali ".repeat(40);
    let long =
        DATA.replace("Kepala Dinas Komunikasi dan Informatika, unit", &format!("Kepala Dinas {long}, unit"));
    let cases: [(&str, Fixture, Option<bool>, bool); 7] = [
        ("the program's own", office_with(&[], DATA), Some(true), true),
        ("on the second page", office_with(&[], &long), Some(false), true),
        ("own emblem", office_with(&[("shared/emblem.svg", emblem)], DATA), Some(true), true),
        ("own code, printed the same", office_with(&with("par[NIP #nip]"), DATA), Some(true), true),
        ("with points", office_with(&with("par[NIP. #nip.replace(\" \", \".\")]"), DATA), None, false),
        ("twice", office_with(&with("par[NIP. #nip (#nip.replace(\" \", \"\"))]"), DATA), None, false),
        ("in part", office_with(&with("par[NIP. #nip.slice(0, 8) …]"), DATA), Some(false), false),
    ];
    for (case, office, on_first_page, picture) in cases {
        let pages = pages_of(&office).map(|pages| pages.contains(&0));
        assert_eq!(pages, on_first_page, "{case}");
        let folder = TempDir::new().unwrap();
        let site = folder.path().join("situs");
        let output = command(&office, &site);
        assert!(output.status.success(), "{case}: {}", stderr(&output));
        let id = id(&office, "kominfo");
        assert_eq!(site.join(format!("V/{id}.png")).exists(), picture, "{case}");
        let page = fs::read_to_string(site.join(format!("V/{id}/index.html"))).unwrap();
        assert_eq!(page.contains("<figure>"), picture, "{case}");
        // Whoever has no NIP has a picture by any template.
        assert!(site.join(format!("V/{}.png", super::id(&office, "bupati"))).exists(), "{case}");
    }
}

/// A host that reads `_headers` sends Strict-Transport-Security where `pk serve` would.
#[test]
fn the_file_of_headers_knows_about_https() {
    let folder = TempDir::new().unwrap();
    for (page, sent) in [("", false), ("https = true", true)] {
        let site = folder.path().join(format!("situs-{sent}"));
        write(&office(page), &site).unwrap();
        let text = fs::read_to_string(site.join("_headers")).unwrap();
        assert_eq!(text.contains("  strict-transport-security: max-age="), sent, "{text}");
        assert!(text.contains("  cross-origin-opener-policy: same-origin\n"), "{text}");
    }
}
