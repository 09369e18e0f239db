//! The page as files.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pk::model::Visibility;
use pk::office::Office;
use pk::registry::{Change, Registry as _};
use pk::web::{PublishError, Published, publish};
use pk_trust::claim::Kind;
use tempfile::TempDir;

use super::{NUMBERS, change, id, office, revoke};
use crate::fixture::{Fixture, now};

fn write(office: &Fixture, target: &Path) -> Result<Published, PublishError> {
    let office = Office::open(office.office.root()).unwrap();
    publish(&office, target, now(), NonZero::new(2).unwrap(), &|_, _| {})
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
    let registry = rusqlite::Connection::open(office.office.registry()).unwrap();
    registry
        .execute_batch(&format!(
            "PRAGMA foreign_keys = OFF; DROP TRIGGER files_keep; DELETE FROM files WHERE id = '{id}';
             DELETE FROM signers WHERE id = '{id}'; DELETE FROM documents WHERE id = '{id}'"
        ))
        .unwrap();
    drop(registry);
    let published = write(&office, &site).unwrap();
    assert_eq!((published.documents, published.gone), (4, 1));
    let page = fs::read_to_string(site.join(format!("V/{id}/index.html"))).unwrap();
    assert!(page.contains("<h1>Tidak ada lagi dalam daftar</h1>"), "{page}");
    // And keeps it.
    assert_eq!(write(&office, &site).unwrap(), Published { written: 0, ..published });
}

#[test]
fn a_changed_file_is_not_published() {
    let office = office("perjanjian = \"asli\"");
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("situs");
    let id = id(&office, "kominfo");
    let path = office.office.document_file(&id.to_string(), 2);
    let mut bytes = fs::read(&path).unwrap();
    bytes.push(b'\n');
    fs::write(&path, bytes).unwrap();
    assert!(matches!(write(&office, &site), Err(PublishError::Tampered(tampered)) if tampered == id));
    assert!(!site.exists());
}
