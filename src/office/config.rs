//! `pk.toml`: one documented file; unknown keys are errors.

use std::collections::BTreeMap;

use pk_trust::pki::KeyAlgorithm;
use serde::Deserialize;

use super::Page;
use crate::model::unfit_for_line;

/// The settings of an office.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The institution.
    pub instansi: Institution,
    /// Settings of the documents, over which sheet Pengaturan goes.
    #[serde(default)]
    pub dokumen: BTreeMap<String, String>,
    /// Keys and certificates.
    #[serde(default)]
    pub kunci: Keys,
    /// The public page.
    #[serde(default)]
    pub halaman: Page,
}

/// The institution that issues the documents.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Institution {
    /// `Pemerintah Kabupaten Contoh`
    pub nama: String,
    /// Host of the public page, as printed and signed into every QR code.
    pub host: String,
    /// The clock by which people are told times.
    #[serde(default = "west")]
    pub zona: String,
}

/// Keys: their algorithm, and periods of validity in days.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Certificates of officials.
    pub masa_pejabat: u32,
    /// The seal.
    pub masa_segel: u32,
    /// The issuing authority.
    pub masa_penerbit: u32,
    /// The root.
    pub masa_induk: u32,
    /// Until a revocation list has to be made anew.
    pub masa_crl: u32,
    /// What the authority's keys sign with, and all others that say nothing else: `ed25519` or `p256`.
    #[serde(deserialize_with = "algorithm")]
    pub algoritma: KeyAlgorithm,
}

fn algorithm<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<KeyAlgorithm, D::Error> {
    let word = String::deserialize(deserializer)?;
    let known = KeyAlgorithm::ALL.map(KeyAlgorithm::as_str).join(", ");
    KeyAlgorithm::parse(&word)
        .ok_or_else(|| serde::de::Error::custom(format!("kunci.algoritma is {word}; it can be {known}")))
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            masa_pejabat: 731,
            masa_segel: 1827,
            masa_penerbit: 3653,
            masa_induk: 7305,
            masa_crl: 184,
            algoritma: KeyAlgorithm::Ed25519,
        }
    }
}

/// The time zones of Indonesia.
const ZONES: [&str; 3] = ["WIB", "WITA", "WIT"];

fn west() -> String {
    ZONES[0].to_owned()
}

/// Keys that `[dokumen]` may have; the rest of sheet Pengaturan belongs to a year.
const DOCUMENT_KEYS: [&str; 7] = ["daerah", "tempat", "kertas", "huruf", "kepala", "ragam", "alamat"];

/// Most characters of the institution's name. Certificates hold the first 64 (RFC 5280, A.1:
/// ub-organization-name); on a page more than 120 would be a paragraph.
const MAX_NAME: usize = 120;

/// Most characters of a value under `[dokumen]`; the address is the longest.
const MAX_VALUE: usize = 500;

/// What is printed, sealed and certified has to read as it is stored, on one line.
fn printed(key: &str, text: &str, limit: usize) -> Result<(), ConfigError> {
    if text.chars().count() > limit {
        return Err(ConfigError::TooLong { key: key.to_owned(), limit });
    }
    match unfit_for_line(text) {
        Some(character) => Err(ConfigError::Character { key: key.to_owned(), character }),
        None => Ok(()),
    }
}

/// Why `pk.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not TOML, or an unknown or missing key.
    #[error("pk.toml: {0}")]
    Toml(#[from] Box<toml::de::Error>),
    /// A key of `[dokumen]` that does not exist.
    #[error("pk.toml: [dokumen] has no key {0}; it has {list}", list = DOCUMENT_KEYS.join(", "))]
    Unknown(String),
    /// The host cannot stand in a QR code.
    #[error("pk.toml: {0} is no host name (lower-case letters, digits, hyphens and dots)")]
    Host(String),
    /// No time zone of Indonesia.
    #[error("pk.toml: instansi.zona is {0}; it can be {list}", list = ZONES.join(", "))]
    Zone(String),
    /// A name is empty.
    #[error("pk.toml: instansi.nama is empty")]
    Name,
    /// A line break, a control, or a character that makes a text read otherwise than it is stored.
    #[error("pk.toml: {key} has a character U+{:04X}, which is invisible or no part of a line", u32::from(*character))]
    Character {
        /// Which key.
        key: String,
        /// Which character.
        character: char,
    },
    /// Longer than anything that is printed there.
    #[error("pk.toml: {key} has more than {limit} characters")]
    TooLong {
        /// Which key.
        key: String,
        /// The most.
        limit: usize,
    },
    /// A period of no days.
    #[error("pk.toml: periods under [kunci] are between 1 and 36525 days")]
    Period,
}

impl Config {
    /// Reads `pk.toml`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(Box::new)?;
        if let Some(key) = config.dokumen.keys().find(|key| !DOCUMENT_KEYS.contains(&key.as_str())) {
            return Err(ConfigError::Unknown(key.clone()));
        }
        if !pk_trust::claim::is_host(&config.instansi.host) {
            return Err(ConfigError::Host(config.instansi.host));
        }
        if !ZONES.contains(&config.instansi.zona.as_str()) {
            return Err(ConfigError::Zone(config.instansi.zona));
        }
        if config.instansi.nama.trim().is_empty() {
            return Err(ConfigError::Name);
        }
        printed("[instansi] nama", &config.instansi.nama, MAX_NAME)?;
        for (key, value) in &config.dokumen {
            printed(&format!("[dokumen] {key}"), value, MAX_VALUE)?;
        }
        let keys = &config.kunci;
        let periods =
            [keys.masa_pejabat, keys.masa_segel, keys.masa_penerbit, keys.masa_induk, keys.masa_crl];
        if periods.iter().any(|days| !(1..=36_525).contains(days)) {
            return Err(ConfigError::Period);
        }
        Ok(config)
    }

    /// What stands in for settings that a workbook does not give, by key.
    pub fn settings(&self) -> BTreeMap<String, String> {
        let mut settings = self.dokumen.clone();
        settings.insert("instansi".to_owned(), self.instansi.nama.clone());
        settings
    }

    /// A documented `pk.toml`.
    pub fn template(institution: &str, host: &str, algorithm: KeyAlgorithm) -> String {
        let quote = |text: &str| toml::Value::String(text.to_owned()).to_string();
        format!(
            r#"# Pengaturan kantor untuk pk. Pengaturan yang tidak dikenal ditolak.
# Urutan yang menang: pilihan pada perintah, lingkungan PK_…, berkas ini, bawaan.

[instansi]
# Nama instansi, seperti tercetak pada dokumen dan tertulis dalam sertifikat.
nama = {name}
# Alamat situs (host) halaman pemeriksaan. Tercetak dan ditandatangani dalam setiap kode QR: tidak dapat
# diganti untuk dokumen yang sudah terbit. Paling baik tidak lebih dari 20 karakter.
host = {host}
# Jam yang dipakai dalam pesan dan di halaman pemeriksaan: WIB, WITA atau WIT.
# zona = "WIB"

[dokumen]
# Nilai bawaan untuk lembar Pengaturan; isi lembar itu yang menang.
# daerah = "Kabupaten Contoh"
# tempat = "Contoh Raya"
# kertas = "a4"            # a4 atau f4 (215 x 330 mm)
# huruf = "serif"          # serif (seperti Times) atau sans (seperti Arial)
# kepala = "lambang"       # lambang (di tengah), kop, atau tanpa
# ragam = "standar"        # berkas templates/wording/<ragam>.toml
# alamat = "Jalan Contoh Nomor 1 | Pos-el surat@contoh.example"   # baris kop, dipisah |

[kunci]
# Masa berlaku dalam hari.
# masa_pejabat = 731       # sertifikat pejabat
# masa_segel = 1827        # segel instansi, penanda tangan kode QR
# masa_penerbit = 3653     # penerbit sertifikat
# masa_induk = 7305        # induk
# masa_crl = 184           # sampai daftar pencabutan harus dibuat baru
# Algoritma kunci induk, penerbit, segel dan pejabat: ed25519, atau p256 yang juga dibaca Adobe Acrobat dan Okular.
# Induk, penerbit dan segel yang sudah dibuat tidak berubah.
algoritma = "{algorithm}"

[halaman]
# Halaman pemeriksaan untuk umum. Yang diperlihatkan tentang dokumen: asli (berkas PDF itu sendiri, dengan
# NIP yang tercetak padanya), pokok (para pihak, sasaran dan anggaran) atau status (hanya keberlakuannya).
# Untuk satu dokumen: pk visibility.
# perjanjian = "pokok"
# pakta = "pokok"
# dengar = "127.0.0.1:8080"        # alamat dan port
# proksi = []                      # alamat atau jaringan proksi yang dipercaya, misalnya ["192.0.2.0/24"]
# metrik = ["127.0.0.1", "::1"]    # yang boleh membaca /metrics
# https = false                    # true bila halaman dicapai lewat https
# batas_halaman = 600              # permintaan per menit dari satu alamat
# batas_jaringan = 6000            # dari satu jaringan (/24, /48)
# batas_unggah = 10                # unggahan per menit dari satu alamat
"#,
            name = quote(institution),
            host = quote(host),
        )
    }
}
