//! A small office with three officials, signed documents, a clock that stands still.

use std::sync::OnceLock;

use data_encoding::HEXLOWER;
use pk::audit::{Answer, Auditor};
use pk::batch::{self, Changed, Press, Rendered, Tools};
use pk::input;
use pk::model::{Cycle, Defaults};
use pk::office::{Config, FixedClock, Office, Passphrase, Protection};
use pk::registry::{Change, Entry, Registry as _, Reservation, SqliteRegistry, Status};
use pk::render::{Renderer, Templates};
use pk_trust::Time;
use pk_trust::claim::{Id, Kind};
use pk_trust::pki::keyfile::Cost;
use pk_trust::pki::{KeyAlgorithm, Sign, Subject};
use pk_trust::verify::Verdict;
use tempfile::TempDir;

/// The data of the small office: the head of a region and two heads of offices.
pub(crate) const DATA: &str = r#"
pengaturan:
  tahun: 2026
  instansi: Pemerintah Kabupaten Contoh
  daerah: Kabupaten Contoh
  tempat: Contoh Raya
  tanggal: 2026-01-05
pejabat:
  - {id: bupati, nama: Contoh Kepala, gelar_depan: H., jabatan: Bupati Contoh, unit: Pemerintah Kabupaten Contoh, jenjang: kepala_daerah, dokumen: pk}
  - {id: kominfo, nama: Contoh Satu, gelar_belakang: "S.T., M.Si.", nip: "19700101 199501 1 001", pangkat: Pembina Utama Muda, golongan: IV/c, jabatan: Kepala Dinas Komunikasi dan Informatika, unit: Dinas Komunikasi dan Informatika, jenjang: jpt, atasan: bupati}
  - {id: dinsos, nama: Contoh Dua, nip: "19710101 199601 2 002", pangkat: Pembina Tingkat I, golongan: IV/b, jabatan: Kepala Dinas Sosial, unit: Dinas Sosial, jenjang: jpt, kapasitas: plt, atasan: bupati}
sasaran:
  - {pejabat: bupati, sasaran: Meningkatnya kualitas tata kelola pemerintahan, indikator: Nilai SAKIP, target: BB}
  - {pejabat: kominfo, sasaran: Meningkatnya kualitas informatika, indikator: Indeks SPBE, target: "2,8", satuan: Indeks, pola: rilis}
  - {pejabat: kominfo, indikator: Cakupan pengamanan informasi, target: 100%}
  - {pejabat: dinsos, sasaran: Meningkatnya perlindungan sosial, indikator: Persentase keluarga miskin yang terlayani, target: "65,5", satuan: "%"}
anggaran:
  - {pejabat: kominfo, kode: "2.16.03", uraian: Pengelolaan Aplikasi Informatika, anggaran: 1589645600, sumber: APBD}
  - {pejabat: dinsos, kode: "1.06.04", uraian: Rehabilitasi Sosial, anggaran: "Rp 250.000.000", sumber: DAK}
"#;

pub(crate) const HOST: &str = "cek.contoh.example";

pub(crate) fn passphrase() -> Passphrase {
    Passphrase::new(String::from("sandi-uji-coba").into())
}

/// The moment at which everything in the fixture happens.
pub(crate) fn now() -> Time {
    Time::parse("2026-01-05T01:00:00Z").unwrap()
}

pub(crate) fn clock() -> FixedClock {
    FixedClock(now())
}

pub(crate) fn renderer() -> &'static Renderer {
    static RENDERER: OnceLock<Renderer> = OnceLock::new();
    RENDERER.get_or_init(|| Renderer::new(Templates::built_in()))
}

/// Checks data given as YAML.
pub(crate) fn cycle(yaml: &str) -> Cycle {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data.yaml");
    std::fs::write(&path, yaml).unwrap();
    let draft = input::read(&path).output.unwrap();
    let defaults = Defaults { versions: Templates::versions(), ..Defaults::default() };
    let wording = |profile: &str| renderer().templates().wording(profile)?.ok();
    Cycle::from_draft(&draft, &defaults, wording).output.unwrap()
}

/// Ids that look fake at a glance: all bytes the same.
pub(crate) fn reservations(count: usize) -> Vec<Reservation> {
    (1..=count)
        .map(|i| {
            let byte = u8::try_from(i).unwrap();
            Reservation { id: Id::from_random([byte; 10]), salt: [byte; 16], day: now().day() }
        })
        .collect()
}

/// What keys sign with where a test does not say: `PK_TEST_ALGORITHM`, so that all attacks are also made in an office of
/// the other algorithm.
pub(crate) fn algorithm() -> KeyAlgorithm {
    let name = std::env::var("PK_TEST_ALGORITHM");
    name.map_or(KeyAlgorithm::Ed25519, |name| KeyAlgorithm::parse(&name).unwrap())
}

/// An office folder with keys, and nothing issued yet.
pub(crate) struct Fixture {
    /// Removed when the fixture is dropped.
    _folder: TempDir,
    pub(crate) office: Office,
    pub(crate) cycle: Cycle,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::of(algorithm())
    }

    /// An office whose keys sign with this.
    pub(crate) fn of(algorithm: KeyAlgorithm) -> Self {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("kantor");
        let office =
            Office::create(&root, &Config::template("Pemerintah Kabupaten Contoh", HOST, algorithm)).unwrap();
        office.create_authority(&passphrase(), Cost::DEMONSTRATION, now()).unwrap();
        SqliteRegistry::create(&office.registry()).unwrap();
        let cycle = cycle(DATA);
        let fixture = Self { _folder: folder, office, cycle };
        let officials: Vec<_> = fixture.cycle.officials.iter().cloned().collect();
        for official in officials {
            fixture.issue_key(Subject {
                name: official.name.clone(),
                position: official.position.clone(),
                unit: official.unit.clone(),
                id: official.id.clone(),
                organization: String::new(),
            });
        }
        fixture
    }

    pub(crate) fn issue_key(&self, subject: Subject) {
        let issuing = self.office.open_issuing(&passphrase()).unwrap();
        let passphrase = passphrase();
        let protection = Protection { algorithm: None, passphrase: &passphrase, cost: Cost::DEMONSTRATION };
        self.office.issue_official(subject, &issuing, &protection, now(), false).unwrap();
    }

    pub(crate) fn registry(&self) -> SqliteRegistry {
        SqliteRegistry::open(&self.office.registry()).unwrap()
    }

    pub(crate) fn generate(&self) -> batch::GenerateSummary {
        self.try_generate(&self.cycle).unwrap()
    }

    pub(crate) fn try_generate(&self, cycle: &Cycle) -> Result<batch::GenerateSummary, batch::GenerateError> {
        self.generate_with(cycle, Changed::Refuse, &reservations(cycle.documents.len()))
    }

    pub(crate) fn generate_with(
        &self,
        cycle: &Cycle,
        changed: Changed,
        proposed: &[Reservation],
    ) -> Result<batch::GenerateSummary, batch::GenerateError> {
        let seal = self.office.open_seal(&passphrase(), now()).unwrap();
        let mut tools = Tools {
            office: &self.office,
            press: Press::Here(renderer()),
            templates: renderer().templates(),
            rendered: Rendered::default(),
            seal: &seal,
            registry: &mut self.registry(),
            clock: &clock(),
            jobs: 2,
            stop: &|| false,
            reissue: Default::default(),
        };
        batch::generate(cycle, proposed, changed, &mut tools, &mut |_| {})
    }

    pub(crate) fn sign(&self, official: &str) -> batch::SignSummary {
        let pending = batch::pending_for(official, &self.registry()).unwrap();
        let signer = self.office.open_official(official, &passphrase(), now()).unwrap();
        self.try_sign(&pending, &signer, now()).unwrap()
    }

    pub(crate) fn try_sign(
        &self,
        pending: &[batch::Pending],
        signer: &(dyn Sign + Sync),
        at: Time,
    ) -> Result<batch::SignSummary, batch::SignError> {
        let mut desk = batch::Desk {
            office: &self.office,
            renderer: renderer(),
            rendered: Rendered::default(),
            registry: &mut self.registry(),
            clock: &FixedClock(at),
            jobs: 2,
            stop: &|| false,
        };
        batch::sign(pending, signer, &mut desk, &mut |_| {})
    }

    /// What an official would get who signs everything now.
    pub(crate) fn signing(&self, official: &str) -> Result<batch::SignSummary, batch::SignError> {
        let pending = batch::pending_for(official, &self.registry())?;
        let signer = self.office.open_official(official, &passphrase(), now())?;
        self.try_sign(&pending, &signer, now())
    }

    pub(crate) fn sign_all(&self) {
        for official in ["kominfo", "dinsos", "bupati"] {
            self.sign(official);
        }
    }

    pub(crate) fn entry(&self, official: &str, kind: Kind) -> Entry {
        let mut entries = self.registry().all().unwrap();
        entries.retain(|e| e.slot.official == official && e.slot.kind == kind);
        entries.pop().unwrap()
    }

    /// Writes the registry anew, events and all, with other rows, and without those that `change` does not keep:
    /// an older copy, or somebody's work that the chain alone cannot show.
    pub(crate) fn rewrite(&self, change: impl Fn(&mut Entry) -> bool) {
        let entries = self.registry().all().unwrap();
        std::fs::remove_file(self.office.registry()).unwrap();
        let mut written = SqliteRegistry::create(&self.office.registry()).unwrap();
        for mut entry in entries {
            if !change(&mut entry) {
                continue;
            }
            written.record(&entry, now()).unwrap();
            let signed = entry.signers.iter().zip(entry.files.iter().skip(1));
            for (revision, (signer, file)) in (0..entry.revision).zip(signed) {
                let change = Change::Signed { field: signer.field.clone(), serial: "00".into(), file: *file };
                written.advance(&entry.reservation.id, revision, &change, now()).unwrap();
            }
        }
    }

    /// The newest file of a document.
    pub(crate) fn file(&self, official: &str, kind: Kind) -> Vec<u8> {
        let entry = self.entry(official, kind);
        self.revision(official, kind, entry.revision)
    }

    pub(crate) fn revision(&self, official: &str, kind: Kind, revision: u32) -> Vec<u8> {
        let id = self.entry(official, kind).reservation.id.to_string();
        std::fs::read(self.office.document_file(&id, revision)).unwrap()
    }

    pub(crate) fn file_of(&self, id: &Id, revision: u32) -> Vec<u8> {
        std::fs::read(self.office.document_file(&id.to_string(), revision)).unwrap()
    }

    /// Everything that the office knows.
    pub(crate) fn auditor(&self) -> Auditor {
        Auditor { registry: Some(Box::new(self.registry())), ..self.outsider() }
    }

    /// What somebody outside has: certificates and revocation lists, no registry.
    pub(crate) fn outsider(&self) -> Auditor {
        Auditor {
            trust: self.office.trust().unwrap(),
            templates: Some(Templates::built_in()),
            ..Auditor::default()
        }
    }
}

/// One office for all tests that only read: complete documents.
pub(crate) fn complete() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let fixture = Fixture::new();
        fixture.generate();
        fixture.sign_all();
        fixture
    })
}

/// What a public page says of a document (`pk-record/1`).
pub(crate) fn record(entry: &Entry) -> String {
    let (state, remark) = match entry.status {
        Status::Issued | Status::PartlySigned => ("waiting", None),
        Status::Complete => ("in-force", None),
        Status::Revoked => ("revoked", Some("reason")),
        Status::Superseded => ("superseded", Some("superseded_by")),
    };
    let mut record = serde_json::json!({
        "format": "pk-record/1",
        "id": entry.reservation.id.to_string(),
        "state": state,
        "digest": HEXLOWER.encode(&entry.digest),
        "files": entry.files.iter().map(|file| HEXLOWER.encode(file)).collect::<Vec<_>>(),
    });
    if let Some(key) = remark {
        record[key] = entry.remark.clone().into();
    }
    record.to_string()
}

/// The verdict about bytes.
pub(crate) fn verdict(auditor: &Auditor, bytes: &[u8]) -> Verdict {
    match auditor.examine("x.pdf", bytes, now()).unwrap() {
        Answer::Document(verdict) => *verdict,
        Answer::Archive(_) | Answer::Picture(_) => panic!("not one document"),
    }
}

/// The codes of everything that failed or could not be checked.
pub(crate) fn complaints(verdict: &Verdict) -> Vec<&'static str> {
    let bad = verdict.all_findings().filter(|f| f.outcome != pk_trust::verify::Outcome::Pass);
    bad.map(|f| f.code.as_str()).collect()
}

/// Numbers that are the same on every machine, so that a failure can be repeated (SplitMix64; Steele,
/// Lea, Flood 2014).
pub(crate) struct Seeded(u64);

impl Seeded {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// An archive in memory, with keys and seal of an office.
pub(crate) fn archive(
    office: &Office,
    entries: &[Entry],
    register: Option<pk::registry::Mark>,
) -> Result<Vec<u8>, batch::ArchiveError> {
    let seal = office.open_seal(&passphrase(), now()).unwrap();
    let trust = office.trust_bundle().unwrap();
    let packing = batch::Packing { office, register, trust: &trust, seal: &seal, jobs: 2 };
    let mut zip = std::io::Cursor::new(Vec::new());
    batch::write_archive(entries, &packing, &mut zip, &mut |_| {})?;
    Ok(zip.into_inner())
}
