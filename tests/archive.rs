//! The archive: the same documents give the same bytes, and every difference is named.

use std::io::{Cursor, Read as _, Write as _};

use der::asn1::{ObjectIdentifier, SetOfVec};
use pk::audit::{Answer, ArchiveVerdict, Auditor, MissingOrExtra};
use pk::registry::Registry as _;
use pk_trust::verify::{Code, Overall};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::attacks::envelope::{attribute, octets, with_signer};
use crate::attacks::scene::{NEIGHBOUR, Scene};
use crate::fixture::{self, Fixture, now, passphrase};

fn pack(fixture: &Fixture) -> Vec<u8> {
    let entries = fixture.registry().all().unwrap();
    let newest = fixture.registry().newest().unwrap().map(|(mark, _)| mark);
    fixture::archive(&fixture.office, &entries, newest).unwrap()
}

fn examine(auditor: &Auditor, bytes: &[u8]) -> ArchiveVerdict {
    match auditor.examine("2026.zip", bytes, now()).unwrap() {
        Answer::Archive(verdict) => *verdict,
        Answer::Document(_) | Answer::Picture(_) => panic!("no archive"),
    }
}

/// The archive with its entries passed through `change`; `None` leaves one out.
fn repack(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>, extra: Option<&str>) -> Vec<u8> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..zip.len() {
        let mut file = zip.by_index(i).unwrap();
        let name = file.name().unwrap().to_string();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if let Some(content) = change(&name, content) {
            out.start_file(&name, SimpleFileOptions::default()).unwrap();
            out.write_all(&content).unwrap();
        }
    }
    if let Some(name) = extra {
        out.start_file(name, SimpleFileOptions::default()).unwrap();
        out.write_all(b"x").unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn an_archive_passes_and_is_reproducible() {
    let fixture = fixture::complete();
    let bytes = pack(fixture);
    assert!(bytes == pack(fixture), "the same documents, other bytes");
    let verdict = examine(&fixture.auditor(), &bytes);
    assert_eq!(verdict.overall, Overall::Passed, "{:?}", verdict.differences);
    assert_eq!(verdict.documents.len(), 5);
    let paths: Vec<&str> = verdict.documents.iter().map(|d| d.file.as_str()).collect();
    assert!(paths.contains(&"2026/Dinas Sosial/PK - Plt. Kepala Dinas Sosial - Contoh Dua.pdf"), "{paths:?}");
    let names = String::from_utf8_lossy(&bytes).into_owned();
    assert!(!names.contains("19700101"), "a NIP in the archive's directory");
}

#[test]
fn differences_are_named() {
    let fixture = fixture::complete();
    let bytes = pack(fixture);
    let victim = "2026/Dinas Sosial/PK - Plt. Kepala Dinas Sosial - Contoh Dua.pdf";
    let other = "2026/Dinas Sosial/Pakta Integritas - Plt. Kepala Dinas Sosial - Contoh Dua.pdf";

    let without = repack(&bytes, |name, content| (name != victim).then_some(content), None);
    let verdict = examine(&fixture.auditor(), &without);
    assert_eq!(verdict.overall, Overall::Failed);
    assert_eq!(verdict.differences, [MissingOrExtra::Missing(victim.to_owned())]);

    let more = repack(&bytes, |_, content| Some(content), Some("2026/catatan.txt"));
    let verdict = examine(&fixture.auditor(), &more);
    assert_eq!(verdict.overall, Overall::Failed);
    assert_eq!(verdict.differences, [MissingOrExtra::Extra("2026/catatan.txt".to_owned())]);

    // A valid document of the same office in another one's place.
    let pledge = fixture.file("dinsos", pk_trust::claim::Kind::Pledge);
    let swapped =
        repack(&bytes, |name, content| Some(if name == victim { pledge.clone() } else { content }), None);
    let verdict = examine(&fixture.auditor(), &swapped);
    assert_eq!(verdict.overall, Overall::Failed);
    assert_eq!(verdict.differences, [MissingOrExtra::Changed(victim.to_owned())]);
    assert!(verdict.documents.iter().any(|d| d.file == other));
}

/// What one program unpacks and another does not see.
#[test]
fn an_archive_reads_in_one_way_only() {
    let fixture = fixture::complete();
    let bytes = pack(fixture);
    let refused = |bytes: &[u8], what: &str| {
        assert!(fixture.auditor().examine("2026.zip", bytes, now()).is_err(), "{what}");
    };
    refused(&[&bytes, b"x".as_slice()].concat(), "a byte after the end");
    let mut commented = bytes.clone();
    let length = commented.len();
    commented[length - 2] = 1;
    commented.push(b'x');
    refused(&commented, "a comment");
    // Another name in the local header than in the directory.
    let mut renamed = bytes.clone();
    let at = renamed.windows(7).position(|w| w == b"PK - Pl").unwrap();
    renamed[at] = b'X';
    refused(&renamed, "two names");
    // A local header that tells another length of an extra field, in which another name could stand.
    let mut extra = bytes.clone();
    extra[28] = 1;
    refused(&extra, "an extra field");
    let prefixed = [b"PK\x03\x04 prefix".as_slice(), &bytes].concat();
    refused(&prefixed, "bytes before the beginning");
    let other_keys =
        repack(&bytes, |name, c| Some(if name == "trust.pem" { b"other".to_vec() } else { c }), None);
    let verdict = examine(&fixture.auditor(), &other_keys);
    assert_eq!(verdict.differences, [MissingOrExtra::Extra("trust.pem".to_owned())]);
    assert_eq!(verdict.overall, Overall::Failed);
}

/// A seal that has expired since is no broken seal.
#[test]
fn an_archive_outlives_its_seal() {
    let fixture = Fixture::new();
    fixture.generate();
    fixture.sign_all();
    let bytes = pack(&fixture);
    let later = now().plus_days(3000);
    fixture.office.renew_lists(&passphrase(), later).unwrap();
    let Answer::Archive(verdict) = fixture.auditor().examine("2026.zip", &bytes, later).unwrap() else {
        panic!("a document");
    };
    assert_eq!(verdict.seal.0, Code::ArchiveSealed);
    assert_eq!(verdict.overall, Overall::Passed);
}

#[test]
fn the_manifest_is_sealed() {
    let fixture = fixture::complete();
    let bytes = pack(fixture);
    let edited = repack(
        &bytes,
        |name, content| {
            let text = String::from_utf8_lossy(&content).into_owned();
            Some(if name == "manifest.json" {
                text.replace("complete", "computed").into_bytes()
            } else {
                content
            })
        },
        None,
    );
    let verdict = examine(&fixture.auditor(), &edited);
    assert_eq!((verdict.overall, verdict.seal.0), (Overall::Failed, Code::ArchiveSealBroken));
    // The same, with something in the seal that only a later version knows, and that needs no key.
    let more = |name: &str, content: Vec<u8>| match name {
        "manifest.p7s" => with_signer(&content, |info| {
            let log = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7.1");
            info.unsigned_attrs = Some(SetOfVec::try_from(vec![attribute(log, &[octets(b"1")])]).unwrap());
        }),
        _ => content,
    };
    let newer = |bytes: &[u8]| repack(bytes, |name, content| Some(more(name, content)), None);
    let verdict = examine(&fixture.auditor(), &newer(&edited));
    assert_eq!((verdict.overall, verdict.seal.0), (Overall::Failed, Code::ArchiveSealBroken));
    let verdict = examine(&fixture.auditor(), &newer(&bytes));
    assert_eq!((verdict.overall, verdict.seal.0), (Overall::Indeterminate, Code::ArchiveSealNewer));
    // The archive of another office with the same names, checked against ours.
    let stranger = Fixture::new();
    stranger.generate();
    stranger.sign_all();
    let verdict = examine(&fixture.auditor(), &pack(&stranger));
    assert_eq!(verdict.seal.0, Code::ArchiveUnknownRoot);
    assert_ne!(verdict.overall, Overall::Passed);
    for name in ["manifest.json", "manifest.p7s", "trust.pem"] {
        let without = repack(&bytes, |entry, content| (entry != name).then_some(content), None);
        assert!(fixture.auditor().examine("2026.zip", &without, now()).is_err(), "{name}");
    }
}

/// Whoever has any trusted seal can seal a list that calls itself another institution's.
#[test]
fn a_manifest_is_sealed_by_the_institution_that_it_names() {
    let scene = Scene::new();
    let fixture = fixture::complete();
    let bytes = pack(fixture);
    let seal = scene.neighbour_seal();
    let sealed = |content: &[u8]| pk_trust::cms::sign(&[content], &seal).unwrap();
    let manifest = {
        let mut zip = ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
        let mut text = Vec::new();
        zip.by_name("manifest.json").unwrap().read_to_end(&mut text).unwrap();
        text
    };
    let resealed = |manifest: Vec<u8>| {
        repack(
            &bytes,
            |name, content| {
                Some(match name {
                    "manifest.json" => manifest.clone(),
                    "manifest.p7s" => sealed(&manifest),
                    _ => content,
                })
            },
            None,
        )
    };
    let auditor = scene.trusting(fixture.auditor());
    let verdict = examine(&auditor, &resealed(manifest.clone()));
    assert_eq!((verdict.overall, verdict.seal.0), (Overall::Failed, Code::ArchiveOtherInstitution));
    assert_eq!(verdict.sealed_by.as_deref(), Some(NEIGHBOUR));
    // Every root on which something rests is named, that of the seal too.
    let own = examine(&auditor, &bytes);
    assert_eq!((own.overall, own.seal.0), (Overall::Passed, Code::ArchiveSealed));
    assert_eq!(own.root.as_ref().map(|root| root.name.as_str()), Some("Pemerintah Kabupaten Contoh"));
    assert_eq!(verdict.roots().len(), 2);
    // The neighbour's own list of these files says whose it is.
    let theirs = String::from_utf8(manifest).unwrap().replace("Pemerintah Kabupaten Contoh", NEIGHBOUR);
    let verdict = examine(&auditor, &resealed(theirs.into_bytes()));
    assert_eq!((verdict.seal.0, verdict.institution.as_str()), (Code::ArchiveSealed, NEIGHBOUR));
}
