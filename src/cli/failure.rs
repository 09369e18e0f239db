//! Failures: each error of a library becomes a code with words and a hint, once, here.

use std::error::Error as StdError;
use std::io;
use std::path::Path;

use pk_photo::PictureError;
use pk_trust::Time;
use pk_trust::claim::Id;
use pk_trust::pki::issue::IssueError;
use pk_trust::pki::keyfile::KeyFileError;
use pk_trust::pki::{AlgorithmError, CertificateError, CrlError, KeyError, PathError};
use pk_trust::verify::{ContentError, TrustError};
use pk_trust::{pades, pdf};

use crate::audit::Unanswered;
use crate::batch::{
    ArchiveError, ChangedDocument, Difference, FileError, GenerateError, InspectionError, SignError,
};
use crate::input::WorkbookError;
use crate::model::{InvalidReason, Problem, Problems, Reason};
use crate::office::{self, AuthorityError, ConfigError, PassphraseError};
use crate::registry;
use crate::render::{self, TemplatesError};
use crate::web::{self, PublishError};
use crate::words::{Values, Words};
use crate::workers::Lost;

/// Why a command did not do its work.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// The code of message and hint.
    pub(super) code: &'static str,
    /// Values of the message.
    pub(super) values: Values,
    /// What the library said, outermost first: codes, told with `values`, or texts of others' libraries.
    pub(super) causes: Vec<String>,
    /// Problems of the data, if that is what it is.
    pub(super) problems: Vec<Problem>,
    /// Documents that were issued with other data.
    pub(super) changed: Vec<ChangedDocument>,
}

impl Failure {
    pub(super) fn new(code: &'static str) -> Self {
        Self { code, values: Values::new(), causes: Vec::new(), problems: Vec::new(), changed: Vec::new() }
    }

    pub(super) fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.values.insert(key, value.to_string());
        self
    }

    /// A file of revocation lists that cannot be used.
    pub(super) fn crl(error: &TrustError) -> Self {
        Self::new("fail.revocation-list").because(error)
    }

    /// A file that cannot be read or written. A full disk is nothing to restore a backup for.
    fn disk(path: &Path, error: &io::Error) -> Self {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        Self::new(if full { "fail.disk-full" } else { "fail.io" }).with("path", path.display())
    }

    /// Settings of an office that cannot be used.
    fn config(error: &ConfigError) -> Self {
        match error {
            ConfigError::Unknown(key) => Self::new("fail.config-key").with("key", key),
            ConfigError::Host(host) => Self::new("fail.config-host").with("host", host),
            ConfigError::Zone(zone) => Self::new("fail.config-zone").with("zone", zone),
            ConfigError::Name => Self::new("fail.config-name"),
            ConfigError::Character { key, character } => Self::new("fail.config-character")
                .with("key", key)
                .with("character", format!("U+{:04X}", u32::from(*character))),
            ConfigError::TooLong { key, limit } => {
                Self::new("fail.config-long").with("key", key).with("limit", limit)
            }
            ConfigError::Period => Self::new("fail.config-period"),
            ConfigError::Toml(_) => Self::new("fail.config").because(error),
        }
    }

    /// A clock that stands before the last event.
    pub(super) fn clock(now: Time, last: Time) -> Self {
        Self::new("fail.clock").with("now", now).with("last", last)
    }

    /// Rows of the registry that say something else than the sealed data.
    fn differs(id: &Id, difference: &Difference) -> Self {
        Self::new("fail.differs")
            .with("id", id)
            .with("differing", difference.field)
            .with("row", &difference.row)
            .with("sealed", &difference.sealed)
    }

    pub(super) fn because(mut self, error: &(dyn StdError + 'static)) -> Self {
        let mut current = Some(error);
        while let Some(cause) = current {
            let text = match (own_cause(cause), cause.downcast_ref::<io::Error>().and_then(system_cause)) {
                (Some((code, values)), _) => {
                    for (key, value) in values {
                        self.values.entry(key).or_insert(value);
                    }
                    code.to_owned()
                }
                (None, Some(code)) => code.to_owned(),
                (None, None) => cause.to_string(),
            };
            // Many errors end with their own cause.
            if !self.causes.last().is_some_and(|last| last.ends_with(&text)) {
                self.causes.push(text);
            }
            current = cause.source();
        }
        self
    }

    /// With a cause before all others: what it is about.
    pub(super) fn about(mut self, what: impl Into<String>) -> Self {
        self.causes.insert(0, what.into());
        self
    }

    /// The causes as people are told them.
    pub(super) fn causes(&self, words: &Words, values: &Values) -> Vec<String> {
        self.causes.iter().map(|cause| words.cause(cause, values)).collect()
    }

    /// 2: not done. Verdicts have their own codes and are no failures.
    pub(super) const fn exit(&self) -> u8 {
        2
    }
}

/// The code of one of our own errors, and its values: their `Display` is for developers.
fn own_cause(error: &(dyn StdError + 'static)) -> Option<(&'static str, Values)> {
    macro_rules! first {
        ([$($valued:ty),+], [$($plain:ty),+]) => {
            $(if let Some(error) = error.downcast_ref::<$valued>() {
                return Some((error.code(), error.values()));
            })+
            $(if let Some(error) = error.downcast_ref::<$plain>() {
                return Some((error.code(), Values::new()));
            })+
        };
    }
    first!(
        [
            ArchiveError,
            render::Error,
            TemplatesError,
            TrustError,
            CertificateError,
            AlgorithmError,
            pades::Error,
            pdf::Error
        ],
        [PictureError, CrlError, IssueError, KeyError, KeyFileError, PathError, ContentError]
    );
    None
}

/// What the operating system says in its own words, as a code: `No space left on device (os error 28)` helps nobody in
/// an office.
fn system_cause(error: &io::Error) -> Option<&'static str> {
    use io::ErrorKind;
    Some(match error.kind() {
        ErrorKind::NotFound => "cause.not-found",
        ErrorKind::PermissionDenied => "cause.denied",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "cause.full",
        ErrorKind::ReadOnlyFilesystem => "cause.read-only",
        ErrorKind::IsADirectory => "cause.folder",
        ErrorKind::NotADirectory => "cause.no-folder",
        ErrorKind::AlreadyExists => "cause.exists",
        ErrorKind::AddrInUse => "cause.port-in-use",
        ErrorKind::InvalidFilename => "cause.name",
        ErrorKind::TooManyLinks => "cause.loop",
        _ => return None,
    })
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let count = problems.0.len();
        Self { problems: problems.0, ..Self::new("fail.problems") }.with("count", count)
    }
}

impl From<office::Error> for Failure {
    fn from(error: office::Error) -> Self {
        let failure = match &error {
            office::Error::NoOffice(path) => Self::new("fail.no-office").with("path", path.display()),
            office::Error::Exists(path) => Self::new("fail.exists").with("path", path.display()),
            office::Error::Busy => Self::new("fail.busy"),
            office::Error::Inside(path) => Self::new("fail.backup-inside").with("path", path.display()),
            office::Error::Missing(path) => Self::new("fail.missing").with("path", path.display()),
            office::Error::Config(error) => return Self::config(error),
            office::Error::Io { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
                return Self::new("fail.not-found").with("path", path.display());
            }
            office::Error::Link { path, target } => {
                Self::new("fail.backup-link").with("path", path.display()).with("target", target.display())
            }
            office::Error::Io { path, source } => Self::disk(path, source),
        };
        match &error {
            office::Error::Io { source, .. } => failure.because(source),
            _ => failure,
        }
    }
}

impl From<AuthorityError> for Failure {
    fn from(error: AuthorityError) -> Self {
        match &error {
            AuthorityError::Missing(path) if path.extension().is_some_and(|end| end == "crl") => {
                Self::new("fail.list-lost").with("path", path.display())
            }
            AuthorityError::Missing(path) => Self::new("fail.key-missing").with("path", path.display()),
            AuthorityError::Exists(path) => Self::new("fail.key-exists").with("path", path.display()),
            AuthorityError::KeyFile { whose, source: KeyFileError::Passphrase } => {
                Self::new("fail.passphrase").with("whose", whose)
            }
            AuthorityError::KeyFile { whose, source: KeyFileError::Weak } => {
                Self::new("fail.key-weak").with("whose", whose)
            }
            AuthorityError::KeyFile { whose, source } => {
                Self::new("fail.key-file").with("whose", whose).because(source)
            }
            AuthorityError::Key { whose, .. } => Self::new("fail.key-mismatch").with("whose", whose),
            AuthorityError::Path { whose, source: PathError::Expired } => {
                let code = match whose.as_str() {
                    "seal" => "fail.seal-expired",
                    "root" | "issuing" => "fail.authority-expired",
                    _ => "fail.certificate-expired",
                };
                Self::new(code).with("whose", whose)
            }
            AuthorityError::Path { whose, source: PathError::NotYetValid } => {
                Self::new("fail.certificate-not-yet").with("whose", whose)
            }
            AuthorityError::Path { whose, source } => {
                Self::new("fail.certificate").with("whose", whose).because(source)
            }
            AuthorityError::OtherInstitution { seal, named } => {
                Self::new("fail.seal-name").with("seal", seal).with("named", named)
            }
            AuthorityError::Revoked { whose } => {
                let code = match whose.as_str() {
                    "seal" => "fail.seal-revoked",
                    "root" | "issuing" => "fail.authority-revoked",
                    _ => "fail.certificate-revoked",
                };
                Self::new(code).with("whose", whose)
            }
            AuthorityError::StaleLists { whose } => Self::new("fail.stale-lists").with("whose", whose),
            AuthorityError::OtherSubject { whose } => Self::new("fail.other-subject").with("whose", whose),
            AuthorityError::UnknownSerial(serial) => Self::new("fail.unknown-serial").with("serial", serial),
            AuthorityError::Handle(handle) => Self::new("fail.handle").with("handle", handle),
            AuthorityError::RootRevocation => Self::new("fail.root-revocation"),
            AuthorityError::AlreadyRevoked(serial) => {
                Self::new("fail.already-revoked").with("serial", serial)
            }
            AuthorityError::ListsBehind { path, last } => {
                Self::new("fail.lists-behind").with("path", path.display()).with("last", last)
            }
            AuthorityError::LedgerBehind { path } => {
                Self::new("fail.ledger-behind").with("path", path.display())
            }
            AuthorityError::Crl { path, source } => {
                Self::new("fail.list-lost").with("path", path.display()).because(source)
            }
            AuthorityError::Certificate { path, source } => {
                Self::new("fail.certificate-file").with("path", path.display()).because(source)
            }
            AuthorityError::Ledger(source) => Self::new("fail.ledger-damaged").because(source),
            AuthorityError::Issue(source) => Self::new("fail.authority").because(source),
            AuthorityError::Random(source) => (*source).into(),
            AuthorityError::Io { path, source } => Self::disk(path, source).because(source),
            AuthorityError::Clock { now, last } => Self::clock(*now, *last),
        }
    }
}

impl From<registry::Error> for Failure {
    fn from(error: registry::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&registry::Error> for Failure {
    fn from(error: &registry::Error) -> Self {
        match error {
            registry::Error::Missing(path) => Self::new("fail.registry-missing").with("path", path),
            registry::Error::Exists(path) => Self::new("fail.exists").with("path", path),
            registry::Error::Conflict { id, .. } => Self::new("fail.conflict").with("id", id),
            registry::Error::Chain { number, id, .. } => {
                Self::new("fail.registry-chain").with("event", number).with("id", id)
            }
            registry::Error::Row { id, part } => Self::new("fail.registry-row")
                .with("id", id)
                .with("differing", part)
                .about("error.registry-row"),
            registry::Error::Schema(object) => Self::new("fail.registry-schema").with("object", object),
            registry::Error::File { path, source } => Self::disk(Path::new(path), source).because(source),
            registry::Error::Damaged(found) => {
                Self::new("fail.registry").with("found", found).about("error.registry-damaged")
            }
            registry::Error::Version(version) => Self::new("fail.registry-version").with("version", version),
            registry::Error::Seal(source) => Self::new("fail.seal").because(source),
            registry::Error::Database(source) => {
                // Whatever the first four say, the file is not what is wrong: an older one in its place would
                // take back what was revoked since.
                let code = match error {
                    _ if error.is_disk_full() => "fail.registry-full",
                    _ if error.is_disk_failure() => "fail.registry-disk",
                    _ if error.is_busy() => "fail.registry-busy",
                    _ if error.is_access_denied() => "fail.registry-access",
                    _ => "fail.registry",
                };
                Self::new(code).because(source)
            }
        }
    }
}

impl From<&web::Unreachable> for Failure {
    fn from(error: &web::Unreachable) -> Self {
        error.registry().map_or_else(|| Self::new("fail.registry").because(error.cause()), Self::from)
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        // Every file that is read here is one that was recorded.
        if error.source.kind() == io::ErrorKind::NotFound {
            return Self::new("fail.document-lost").with("path", error.path.display());
        }
        Self::disk(&error.path, &error.source).because(&error.source)
    }
}

impl From<render::Error> for Failure {
    fn from(error: render::Error) -> Self {
        Self::new("fail.render").because(&error)
    }
}

impl From<TemplatesError> for Failure {
    fn from(error: TemplatesError) -> Self {
        Self::new("fail.templates").because(&error)
    }
}

impl From<GenerateError> for Failure {
    fn from(error: GenerateError) -> Self {
        match error {
            GenerateError::Seal(source) => Self::new("fail.seal").because(&source),
            GenerateError::Worker(lost) => lost.into(),
            GenerateError::Office(error) => error.into(),
            GenerateError::Authority(error) => error.into(),
            GenerateError::File(error) => error.into(),
            GenerateError::Registry(error) => error.into(),
            GenerateError::Clock { now, last } => Self::clock(now, last),
            GenerateError::Changed(documents) => {
                let count = documents.len();
                Self { changed: documents, ..Self::new("fail.changed") }.with("count", count)
            }
            GenerateError::Complete(documents) => {
                let count = documents.len();
                Self { changed: documents, ..Self::new("fail.complete") }.with("count", count)
            }
            GenerateError::Lost(entries) => {
                let count = entries.len();
                let causes = entries
                    .iter()
                    .map(|entry| {
                        format!("{}  {}, {}", entry.reservation.id.grouped(), entry.name, entry.position)
                    })
                    .collect();
                Self { causes, ..Self::new("fail.documents-lost") }.with("count", count)
            }
            GenerateError::Signed(documents) => {
                let count = documents.len();
                Self { causes: documents, ..Self::new("fail.signed") }.with("count", count)
            }
            GenerateError::Stopped => Self::new("fail.stopped"),
        }
    }
}

impl From<SignError> for Failure {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Tampered(id) => Self::new("fail.tampered").with("id", id),
            SignError::OtherSubject { id, named, certified, .. } => {
                Self::new("fail.other-name").with("id", id).with("named", named).with("certified", certified)
            }
            SignError::Office(error) => error.into(),
            SignError::Authority(error) => error.into(),
            SignError::NotValid(id) => Self::new("fail.not-valid").with("id", id),
            SignError::Clock { now, last } => Self::clock(now, last),
            SignError::NotSealed(id) => Self::new("fail.not-sealed").with("id", id),
            SignError::Differs { id, difference } => Self::differs(&id, &difference),
            SignError::Repainted(id) => Self::new("fail.repainted").with("id", id),
            SignError::OtherTemplates(id) => Self::new("fail.other-templates").with("id", id),
            SignError::File(error) => error.into(),
            SignError::Registry(error) => error.into(),
            SignError::Pades { id, source } => Self::new("fail.sign").because(&source).about(id.grouped()),
            SignError::Worker(lost) => lost.into(),
            SignError::Stopped => Self::new("fail.stopped"),
        }
    }
}

impl From<InspectionError> for Failure {
    fn from(error: InspectionError) -> Self {
        match error {
            InspectionError::Office(error) => error.into(),
            InspectionError::Worker(lost) => lost.into(),
            InspectionError::File(error) => error.into(),
        }
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::File(error) => error.into(),
            ArchiveError::Worker(lost) => lost.into(),
            ArchiveError::Tampered(id) => Self::new("fail.tampered").with("id", id),
            ArchiveError::NotSealed(id) => Self::new("fail.not-sealed").with("id", id),
            ArchiveError::Differs { id, difference } => Self::differs(&id, &difference),
            ArchiveError::Authority(error) => error.into(),
            ArchiveError::Seal(source) => Self::new("fail.seal").because(&source),
            error => Self::new("fail.archive").because(&error),
        }
    }
}

impl From<PassphraseError> for Failure {
    fn from(error: PassphraseError) -> Self {
        match &error {
            PassphraseError::TooShort => Self::new("fail.passphrase-short"),
            PassphraseError::Differ => Self::new("fail.passphrase-differ"),
            PassphraseError::NoTerminal(whose) => Self::new("fail.passphrase-none").with("whose", whose),
            PassphraseError::Io(source) => Self::new("fail.passphrase-io").because(source),
        }
    }
}

impl From<InvalidReason> for Failure {
    fn from(error: InvalidReason) -> Self {
        match error {
            InvalidReason::Empty => Self::new("fail.reason-empty"),
            InvalidReason::TooLong => Self::new("fail.reason-long").with("limit", Reason::MAX),
            InvalidReason::Character(c) => {
                Self::new("fail.reason-character").with("character", format!("U+{:04X}", u32::from(c)))
            }
            InvalidReason::Nip => Self::new("fail.reason-nip"),
        }
    }
}

impl From<Unanswered> for Failure {
    fn from(error: Unanswered) -> Self {
        match error {
            Unanswered::Registry(error) => error.into(),
            Unanswered::Differs { id, difference } => Self::differs(&id, &difference),
            Unanswered::Format => Self::new("fail.verify-format"),
            // The message says it already.
            Unanswered::Picture(PictureError::NoCode) => Self::new("fail.verify-picture"),
            Unanswered::Picture(error) => Self::new("fail.verify-picture").because(&error),
            Unanswered::Archive(error) => Self::new("fail.verify-archive").because(&error),
        }
    }
}

impl From<TrustError> for Failure {
    fn from(error: TrustError) -> Self {
        Self::new("fail.trust").because(&error)
    }
}

impl From<web::Error> for Failure {
    fn from(error: web::Error) -> Self {
        match error {
            web::Error::Keys(error) => error.into(),
            web::Error::Templates(error) => error.into(),
            web::Error::Listen { address, source } => {
                Self::new("fail.listen").with("address", address).because(&source)
            }
            web::Error::Registry(error) => Self::from(&error),
            web::Error::Runtime(source) => Self::new("fail.serve").because(&source),
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Busy(path) => Self::new("fail.publish-busy").with("path", path.display()),
            PublishError::Office(error) => error.into(),
            PublishError::Registry(error) => Self::from(&error),
            PublishError::Keys(error) => error.into(),
            PublishError::Templates(error) => error.into(),
            PublishError::NotASite(path) => Self::new("fail.not-a-site").with("path", path.display()),
            PublishError::OtherFiles { path, files } => {
                Self { causes: files, ..Self::new("fail.other-files") }.with("path", path.display())
            }
            PublishError::TakenBack(ids) => Self {
                causes: ids.iter().map(|id| id.grouped()).collect(),
                ..Self::new("fail.taken-back").with("count", ids.len())
            },
            PublishError::Differs { id, difference } => Self::differs(&id, &difference),
            PublishError::Io { path, source } => Self::disk(&path, &source).because(&source),
        }
    }
}

impl From<WorkbookError> for Failure {
    fn from(error: WorkbookError) -> Self {
        match error {
            WorkbookError::Xlsx(source) => Self::new("fail.workbook").because(&source),
            WorkbookError::Csv(source) => Self::new("fail.workbook").because(&source),
        }
    }
}

impl From<Lost> for Failure {
    fn from(_: Lost) -> Self {
        Self::new("fail.threads")
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::new("fail.random").because(&error)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;
    use crate::words::Language;

    fn of(code: std::ffi::c_int) -> &'static str {
        Failure::from(registry::Error::Database(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)))
            .code
    }

    /// Only a file that is damaged is restored from a backup: anything else would take back what was
    /// revoked since.
    #[test]
    fn a_registry_that_is_whole_is_not_to_be_restored() {
        for (code, expected) in [
            (ffi::SQLITE_FULL, "fail.registry-full"),
            (ffi::SQLITE_IOERR, "fail.registry-disk"),
            (ffi::SQLITE_IOERR_WRITE, "fail.registry-disk"),
            (ffi::SQLITE_IOERR_FSYNC, "fail.registry-disk"),
            (ffi::SQLITE_BUSY, "fail.registry-busy"),
            (ffi::SQLITE_LOCKED, "fail.registry-busy"),
            (ffi::SQLITE_READONLY, "fail.registry-access"),
            (ffi::SQLITE_CANTOPEN, "fail.registry-access"),
            (ffi::SQLITE_CORRUPT, "fail.registry"),
            (ffi::SQLITE_NOTADB, "fail.registry"),
        ] {
            assert_eq!(of(code), expected, "{code}");
        }
    }

    #[test]
    fn our_own_errors_are_said_in_the_users_language() {
        let said = |language, failure: Failure| failure.causes(&Words::new(language), &failure.values);
        let key = || TrustError::Label("ENCRYPTED PRIVATE KEY".to_owned());
        let line = || Failure::crl(&TrustError::Line { line: 3, error: Box::new(key()) });
        let expected = ["baris 3: blok PEM ENCRYPTED PRIVATE KEY tidak seharusnya ada di sini"];
        assert_eq!(said(Language::Indonesian, line()), expected);
        let expected = ["line 3: a PEM block ENCRYPTED PRIVATE KEY does not belong here"];
        assert_eq!(said(Language::English, line()), expected);
        // Each with its own causes; what another library says stays as it is.
        let io = io::Error::from(io::ErrorKind::PermissionDenied);
        let read = TemplatesError::Read { path: "a.typ".to_owned(), source: io };
        assert_eq!(Failure::from(read).causes, ["error.templates-read", "cause.denied"]);
        let sign = pades::Error::Pdf(pdf::Error::Missing { reference: pdf::Ref::new(7) });
        let expected = ["berkas tidak dapat dibaca", "objek 7 0 R tidak ada"];
        assert_eq!(said(Language::Indonesian, Failure::new("fail.sign").because(&sign)), expected);
        let render = render::Error::Template(vec!["unknown variable".to_owned()]);
        let expected = ["Kepala", "ada kesalahan pada templat: unknown variable"];
        assert_eq!(said(Language::Indonesian, Failure::from(render).about("Kepala")), expected);
    }

    #[test]
    fn a_full_disk_says_so() {
        let path = Path::new("kantor/documents/x/0.pdf");
        let io = |kind: io::ErrorKind| office::Error::Io { path: path.to_owned(), source: kind.into() };
        assert_eq!(Failure::from(io(io::ErrorKind::StorageFull)).code, "fail.disk-full");
        assert_eq!(Failure::from(io(io::ErrorKind::QuotaExceeded)).code, "fail.disk-full");
        assert_eq!(Failure::from(io(io::ErrorKind::PermissionDenied)).code, "fail.io");
        let file = FileError { path: path.to_owned(), source: io::ErrorKind::StorageFull.into() };
        assert_eq!(Failure::from(file).code, "fail.disk-full");
        let key = AuthorityError::Io { path: path.to_owned(), source: io::ErrorKind::StorageFull.into() };
        assert_eq!(Failure::from(key).code, "fail.disk-full");
    }
}
