//! Attacks on pk's own signed documents, as one table: what the attacker makes, and why it has to be
//! refused. The classes are those of the published catalogues: Mladenov and others, "1 Trillion Dollar
//! Refund" (2019); Mainka and others, "Shadow Attacks" (2021); Rohlmann and others, "Breaking the
//! Specification: PDF Certification" (2021).
//!
//! Where an attack belongs:
//!
//! | file | what the attacker touches |
//! |---|---|
//! | `signature` | the signature dictionary and its byte range, signatures used twice, certification |
//! | `update` | anything visible or active, by an update after the signatures |
//! | `shadow` | a document prepared before the signatures, and brought out after them |
//! | `structure` | tables, trailers and doubled things; other formats around the file; bombs |
//! | `envelope` | the CMS |
//! | `signer` | who signs, with which certificate, when |
//! | `attachment` | the attached data and claim |
//!
//! `draft` writes the files, `scene` holds the originals and the people. Single bytes are changed in
//! `forgery.rs`, which also holds what needs no table.
//!
//! With `PK_ATTACKS_DIR` set, every attack is written into that folder for other verifiers.

pub(crate) mod attachment;
pub(crate) mod draft;
pub(crate) mod envelope;
pub(crate) mod scene;
mod shadow;
mod signature;
mod signer;
mod structure;
mod update;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use pk::audit::{self, Auditor};
use pk::registry::Registry as _;
use pk_trust::verify::{Answer, Outcome, Overall, Verdict};

use crate::fixture::record;

use scene::{Scene, moment};

/// The classes of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Forgery,
    IncrementalSaving,
    Wrapping,
    Shadow,
    Overlay,
    Appearance,
    Form,
    Action,
    OptionalContent,
    Duplicate,
    CrossReference,
    Certification,
    Recycled,
    Cms,
    Signer,
    Attachment,
    Metadata,
    Pages,
    Polyglot,
    Bomb,
    Newer,
}

const CLASSES: [(Class, &str); 21] = [
    (Class::Forgery, "forgery"),
    (Class::IncrementalSaving, "incremental-saving"),
    (Class::Wrapping, "wrapping"),
    (Class::Shadow, "shadow"),
    (Class::Overlay, "overlay"),
    (Class::Appearance, "appearance"),
    (Class::Form, "form"),
    (Class::Action, "action"),
    (Class::OptionalContent, "optional-content"),
    (Class::Duplicate, "duplicate"),
    (Class::CrossReference, "cross-reference"),
    (Class::Certification, "certification"),
    (Class::Recycled, "recycled"),
    (Class::Cms, "cms"),
    (Class::Signer, "signer"),
    (Class::Attachment, "attachment"),
    (Class::Metadata, "metadata"),
    (Class::Pages, "pages"),
    (Class::Polyglot, "polyglot"),
    (Class::Bomb, "bomb"),
    (Class::Newer, "newer"),
];

impl Class {
    fn name(self) -> &'static str {
        CLASSES.iter().find(|(class, _)| *class == self).unwrap().1
    }
}

/// How an attack has to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denied {
    /// Everybody says that the content is not the one that was issued and signed.
    Integrity,
    /// Everybody says that issuer or signer are not those whom the document names.
    Issuer,
    /// Everybody says that the time cannot be right.
    Time,
    /// Painted before anybody signed: whoever can render, or has the issuer's record, denies the
    /// integrity. Nobody else can know, and has to say so.
    Painted,
    /// Nobody who is trusted vouches for it. Outsiders cannot tell it from a document of an authority
    /// that they do not know, so that they must not say yes, and need not say no. The office has another
    /// file on record.
    Unvouched,
    /// It says that it is of a later version, or is what one may add. Nobody may say that it holds, and nobody can say
    /// that it does not; but the office, which has another file on record.
    Newer,
    /// It no longer shows that it was a document of ours, so that it cannot be judged as one, or not at
    /// all, and everybody has to say so.
    Foreign,
}

/// One attack.
struct Attack {
    class: Class,
    /// In kebab case, different from all others.
    name: String,
    /// The reason that has to be among those given.
    code: &'static str,
    denied: Denied,
    bytes: Vec<u8>,
}

impl Attack {
    /// An attack on what was signed.
    fn new(class: Class, name: &str, code: &'static str, bytes: Vec<u8>) -> Self {
        Self { class, name: name.to_owned(), code, denied: Denied::Integrity, bytes }
    }

    fn denied(mut self, denied: Denied) -> Self {
        self.denied = denied;
        self
    }

    /// A document that says it is of a later version.
    fn newer(name: &str, code: &'static str, bytes: Vec<u8>) -> Self {
        Self::new(Class::Newer, name, code, bytes).denied(Denied::Newer)
    }

    /// A document painted before it was signed.
    fn painted(class: Class, name: &str, bytes: Vec<u8>) -> Self {
        Self::new(class, name, "document.not-reproduced", bytes).denied(Denied::Painted)
    }
}

/// All of them.
fn table(scene: &Scene) -> Vec<Attack> {
    [
        signature::attacks(scene),
        update::attacks(scene),
        shadow::attacks(scene),
        structure::attacks(scene),
        envelope::attacks(scene),
        signer::attacks(scene),
        attachment::attacks(scene),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Who verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// With the office's registry.
    Office,
    /// With certificates and revocation lists.
    Outsider,
    /// As the outsider, and cannot render.
    Blind,
}

pub(crate) fn auditors(scene: &Scene) -> [(Who, Auditor); 3] {
    let mut blind = scene.trusting(scene.fixture.outsider());
    blind.templates = None;
    [
        (Who::Office, scene.trusting(scene.fixture.auditor())),
        (Who::Outsider, scene.trusting(scene.fixture.outsider())),
        (Who::Blind, blind),
    ]
}

pub(crate) fn verdict(auditor: &Auditor, bytes: &[u8]) -> Verdict {
    match auditor.examine("serangan.pdf", bytes, moment()).unwrap() {
        audit::Answer::Document(verdict) => *verdict,
        audit::Answer::Picture(_) | audit::Answer::Archive(_) => panic!("not one document"),
    }
}

/// What is wrong with the answer to an attack; `None` if it is the right one.
fn complaint(attack: &Attack, who: Who, verdict: &Verdict) -> Option<String> {
    let codes = |outcome: Outcome| -> Vec<&str> {
        verdict.all_findings().filter(|f| f.outcome == outcome).map(|f| f.code.as_str()).collect()
    };
    let (failed, open) = (codes(Outcome::Fail), codes(Outcome::NotChecked));
    let lines = &verdict.lines;
    let right = match (attack.denied, who) {
        (Denied::Integrity, _) | (Denied::Painted, Who::Office | Who::Outsider) => {
            lines.integrity.outcome == Answer::No && failed.contains(&attack.code)
        }
        (Denied::Issuer, _) => lines.issuer.outcome == Answer::No && failed.contains(&attack.code),
        (Denied::Time, _) => lines.time.outcome == Answer::No && failed.contains(&attack.code),
        (Denied::Painted, Who::Blind) => {
            lines.integrity.outcome == Answer::Unknown && open.contains(&"document.not-certified")
        }
        (Denied::Newer, _) => {
            let answers = [lines.integrity.outcome, lines.status.outcome];
            !answers.iter().all(|answer| *answer == Answer::Yes) && open.contains(&attack.code)
        }
        (Denied::Unvouched, _) => lines.issuer.outcome == Answer::Unknown && open.contains(&attack.code),
        (Denied::Foreign, _) => {
            let answers = [lines.integrity.outcome, lines.issuer.outcome];
            answers.contains(&Answer::Unknown) && open.contains(&attack.code)
        }
    };
    let overall = match (attack.denied, who) {
        // On record is what a later version added something to: harmless, and never good.
        (Denied::Newer, Who::Office) if attack.code == "changes.newer" => Overall::Indeterminate,
        (Denied::Painted, Who::Blind)
        | (Denied::Unvouched | Denied::Newer, Who::Outsider | Who::Blind)
        | (Denied::Foreign, _) => Overall::Indeterminate,
        _ => Overall::Failed,
    };
    (!right || verdict.overall != overall).then(|| {
        format!(
            "{} {} ({who:?}, {:?}, {}): {:?}, integrity {:?}, issuer {:?}, failed {failed:?}, open {open:?}",
            attack.class.name(),
            attack.name,
            attack.denied,
            attack.code,
            verdict.overall,
            lines.integrity.outcome,
            lines.issuer.outcome,
        )
    })
}

#[test]
fn no_attack_passes() {
    let scene = Scene::new();
    let attacks = table(&scene);
    if let Some(folder) = std::env::var_os("PK_ATTACKS_DIR") {
        write(&scene, &attacks, Path::new(&folder));
    }
    let auditors = auditors(&scene);
    let mut complaints = Vec::new();
    for attack in &attacks {
        for (who, auditor) in &auditors {
            complaints.extend(complaint(attack, *who, &verdict(auditor, &attack.bytes)));
        }
    }
    assert!(complaints.is_empty(), "{} wrong answers\n{}", complaints.len(), complaints.join("\n"));
}

/// The attacks, not the setup, are what is refused.
#[test]
fn the_originals_pass() {
    let scene = Scene::new();
    for (who, auditor) in auditors(&scene) {
        for bytes in [&scene.complete, &scene.other] {
            let verdict = verdict(&auditor, bytes);
            let lines = &verdict.lines;
            assert_eq!(lines.issuer.outcome, Answer::Yes, "{who:?}");
            let (integrity, overall) = match who {
                Who::Office => (Answer::Yes, Overall::Passed),
                // The seal vouches for the pages; only the register says whether it is in force.
                Who::Outsider | Who::Blind => (Answer::Yes, Overall::Indeterminate),
            };
            assert_eq!((lines.integrity.outcome, verdict.overall), (integrity, overall), "{who:?}");
            assert!(verdict.all_findings().all(|f| f.outcome != Outcome::Fail), "{who:?}");
        }
    }
}

#[test]
fn the_table_covers_the_catalogue() {
    let scene = Scene::new();
    let attacks = table(&scene);
    assert!(attacks.len() >= 60, "{} attacks", attacks.len());
    let names: BTreeSet<&str> = attacks.iter().map(|attack| attack.name.as_str()).collect();
    assert_eq!(names.len(), attacks.len(), "two attacks of one name");
    for (class, name) in CLASSES {
        assert!(attacks.iter().any(|attack| attack.class == class), "no attack of the class {name}");
    }
    let originals = [&scene.rendered, &scene.issued, &scene.half, &scene.complete, &scene.other];
    let mut seen: BTreeSet<&[u8]> = originals.into_iter().map(Vec::as_slice).collect();
    for attack in &attacks {
        let name = &attack.name;
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(name.bytes().all(kebab), "{name} is not in kebab case");
        assert!(seen.insert(&attack.bytes), "{name} changes nothing, or is there twice");
    }
}

/// Writes the attacks and what one needs to judge them: `<class>--<name>.pdf`, `original.pdf` (which
/// holds), the roots, the revocation lists, all of what the outsider trusts as `trust.pem`, the office with
/// its registry, what its public page says as `records/<id>.json`, and `expected.tsv`. They are to be judged
/// as of a day after the originals were signed.
fn write(scene: &Scene, attacks: &[Attack], folder: &Path) {
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    let mut expected = String::from("file\texpected\tclass\treason\noriginal.pdf\taccept\t\t\n");
    for attack in attacks {
        let class = attack.class.name();
        let file = format!("{class}--{}.pdf", attack.name);
        put(&file, &attack.bytes);
        writeln!(expected, "{file}\terror-or-reject\t{class}\t{}", attack.code).unwrap();
    }
    put("expected.tsv", expected.as_bytes());
    put("original.pdf", &scene.complete);
    put("root.pem", scene.ours.root.pem().as_bytes());
    put("neighbour-root.pem", scene.neighbour.root.pem().as_bytes());
    let auditor = scene.trusting(scene.fixture.outsider());
    let anchors = &auditor.trust.anchors;
    for (i, crl) in anchors.crls.iter().enumerate() {
        put(&format!("crl-{}.pem", i + 1), crl.pem().as_bytes());
    }
    let certificates = anchors.roots.iter().chain(&anchors.intermediates).chain(&auditor.trust.seals);
    let bundle = certificates.map(|c| c.pem()).chain(anchors.crls.iter().map(|crl| crl.pem()));
    put("trust.pem", bundle.collect::<String>().as_bytes());
    copy(scene.fixture.office.root(), &folder.join("office"));
    std::fs::create_dir_all(folder.join("records")).unwrap();
    for entry in scene.fixture.registry().all().unwrap() {
        put(&format!("records/{}.json", entry.reservation.id), record(&entry).as_bytes());
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
