//! What a check can find: a closed list, and of each the line it belongs to, what it shows, and what its sentence mentions.
//!
//! Codes are for programs and stay what they are (`docs/formats/verdict.md`). The texts for people are kept by the same
//! codes elsewhere.

use super::finding::{Axis, Outcome, Parameter};

/// Makes the list, and with it what is to be known of each code: nothing of it can be left out.
macro_rules! codes {
    ($($axis:ident $outcome:ident {
        $($code:ident = $text:literal $(($($parameter:ident),+))?,)+
    })+) => {
        /// What was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(
                #[doc = concat!("`", $text, "`")]
                $code,
            )+)+
        }

        impl Code {
            /// All of them, by line and outcome.
            pub const ALL: &'static [Self] = &[$($(Self::$code,)+)+];

            /// As it stands in `pk-verdict/1`, e.g. `signature.digest`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($(Self::$code => $text,)+)+
                }
            }

            /// The line it belongs to; a few are said of another one too.
            pub const fn axis(self) -> Axis {
                match self {
                    $($(Self::$code)|+ => Axis::$axis,)+
                }
            }

            /// What it shows; a few show less in other programs' files.
            pub const fn outcome(self) -> Outcome {
                match self {
                    $($(Self::$code)|+ => Outcome::$outcome,)+
                }
            }

            /// What its sentence may mention.
            pub const fn parameters(self) -> &'static [Parameter] {
                match self {
                    $($(Self::$code => &[$($(Parameter::$parameter),+)?],)+)+
                }
            }
        }
    };
}

codes! {
    Integrity Pass {
        DocumentStructure = "document.structure",
        DocumentCertified = "document.certified",
        DocumentReproduced = "document.reproduced",
        ClaimContent = "claim.content",
        ChangesAllowed = "changes.allowed",
        SignatureCoverage = "signature.coverage",
        SignatureIntact = "signature.intact",
        RegistrySameFile = "registry.same-file",
    }
    Integrity Fail {
        DocumentHeader = "document.header" (Error, Producer),
        DocumentTail = "document.tail" (Error, Producer),
        DocumentTrailingBytes = "document.trailing-bytes" (Error, Producer),
        DocumentHybrid = "document.hybrid" (Error, Producer),
        DocumentMalformed = "document.malformed" (Error),
        DocumentMalformedBy = "document.malformed-by" (Error, Producer),
        DocumentNotReproduced = "document.not-reproduced",
        DataMalformed = "data.malformed",
        DataNotCanonical = "data.not-canonical",
        ClaimMalformed = "claim.malformed",
        ClaimMissing = "claim.missing",
        ClaimOtherDocument = "claim.other-document",
        ClaimOtherContent = "claim.other-content",
        FieldUnknown = "field.unknown" (Field),
        FieldMissing = "field.missing" (Field),
        SignaturePartial = "signature.partial" (Error),
        SignatureNotCompared = "signature.not-compared",
        SignatureDigest = "signature.digest" (Error),
        SignatureKey = "signature.key" (Error),
        SignatureRecycled = "signature.recycled" (Field),
        SignatureMalformed = "signature.malformed" (Field),
        SignatureLateCertification = "signature.late-certification" (Field),
        SignatureNameTwice = "signature.name-twice" (Field),
        SignatureUnlisted = "signature.unlisted",
        CmsMalformed = "cms.malformed" (Error),
        CmsEmpty = "cms.empty" (Error),
        CmsTrailing = "cms.trailing" (Error),
        CmsEncapsulated = "cms.encapsulated" (Error),
        CmsSigners = "cms.signers" (Error),
        CmsAlgorithm = "cms.algorithm" (Error),
        CmsAttributes = "cms.attributes" (Error),
        CmsUnsignedAttributes = "cms.unsigned-attributes" (Error),
        CmsCertificate = "cms.certificate" (Error),
        CmsSigningCertificate = "cms.signing-certificate" (Error),
        CmsOtherCertificates = "cms.other-certificates",
        RegistryOtherFile = "registry.other-file",
        RegistryOtherContent = "registry.other-content",
        ChangesForbidden = "changes.forbidden" (Objects),
        ChangesSignedElsewhere = "changes.signed-elsewhere" (Objects),
        ChangesUnlisted = "changes.unlisted" (Bytes),
        ChangesRoot = "changes.root" (Name),
        ChangesCatalog = "changes.catalog" (Name),
        ChangesPages = "changes.pages" (Name),
        ChangesPage = "changes.page" (Name),
        ChangesContent = "changes.content" (Name),
        ChangesAnnotation = "changes.annotation" (Name),
        ChangesFormValue = "changes.form-value" (Name),
        ChangesField = "changes.field" (Name),
        ChangesSignature = "changes.signature" (Name),
        ChangesAppearance = "changes.appearance" (Name),
        ChangesResource = "changes.resource" (Name),
        ChangesStructure = "changes.structure" (Name),
        ChangesAttachment = "changes.attachment" (Name),
        ChangesRemoved = "changes.removed" (Name),
        ChangesRevived = "changes.revived" (Name),
        ChangesShared = "changes.shared" (Name),
        ChangesOverlay = "changes.overlay" (Name),
        ChangesAction = "changes.action" (Name),
        ChangesContainer = "changes.container" (Name),
        ChangesObject = "changes.object" (Name),
        ChangesCertified = "changes.certified" (Field),
        ChangesLockedField = "changes.locked-field" (Field, By),
    }
    Integrity NotChecked {
        IntegrityNotChecked = "integrity.not-checked",
        DocumentCost = "document.cost" (What, Producer),
        DocumentEncrypted = "document.encrypted" (Producer),
        DocumentNotCertified = "document.not-certified",
        DocumentSealUnknown = "document.seal-unknown",
        DocumentUnsigned = "document.unsigned",
        DocumentLooseSignature = "document.loose-signature",
        DataNewer = "data.newer" (Host),
        ClaimNewer = "claim.newer" (Host, By),
        ChangesNewer = "changes.newer",
        ChangesOverContent = "changes.over-content" (Field, Page),
        ChangesOverUnknown = "changes.over-unknown" (Field, Page),
        ChangesUnusual = "changes.unusual",
        ChangesFonts = "changes.fonts",
        SignatureNewer = "signature.newer" (Error),
        SignatureBrokenAlgorithm = "signature.broken-algorithm" (Error),
        SignatureBrokenNotCompared = "signature.broken-not-compared" (Error),
        SignatureWeakKey = "signature.weak-key" (Error),
        SignatureLargeKey = "signature.large-key" (Error),
        SignatureUnknownKind = "signature.unknown-kind",
        SignatureUnknownAlgorithm = "signature.unknown-algorithm" (Error),
        CmsNotDer = "cms.not-der" (Error),
        CmsNoCertificate = "cms.no-certificate" (Error),
        CmsNoSigningCertificate = "cms.no-signing-certificate" (Error),
        RegistryEndedUnsigned = "registry.ended-unsigned",
        PictureSignaturesNotChecked = "picture.signatures-not-checked",
    }
    Issuer Pass {
        SealTrusted = "seal.trusted",
        SignerChain = "signer.chain",
        SignerPath = "signer.path",
        SignerPinned = "signer.pinned",
        SignerNotRevoked = "signer.not-revoked",
        SignerRevokedAfterProof = "signer.revoked-after-proof",
        RoleNamed = "role.named" (Field, Signer, Named),
        RoleInstitution = "role.institution" (Field, Signer, Named),
        ArchiveSealed = "archive.sealed" (Institution),
    }
    Issuer Fail {
        SealNotTrusted = "seal.not-trusted",
        SealOtherInstitution = "seal.other-institution" (By, Named),
        SealRevoked = "seal.revoked",
        SealRevocationRequired = "seal.revocation-required",
        ClaimSignature = "claim.signature",
        SignerNotAuthority = "signer.not-authority",
        SignerPathTooLong = "signer.path-too-long",
        SignerNameConstraints = "signer.name-constraints",
        SignerPurpose = "signer.purpose",
        SignerNotYetValid = "signer.not-yet-valid",
        SignerExpired = "signer.expired",
        SignerRevoked = "signer.revoked",
        SignerRevocationRequired = "signer.revocation-required",
        RoleNoParty = "role.no-party" (Field),
        RoleOtherPerson = "role.other-person" (Field, Signer, Named),
        RoleOtherPosition = "role.other-position" (Field, Signer, Named),
        RoleOtherInstitution = "role.other-institution" (Field, Signer, Named),
        ArchiveSealBroken = "archive.seal-broken" (Institution),
        ArchiveSealNotTrusted = "archive.seal-not-trusted" (Institution),
        ArchiveOtherInstitution = "archive.other-institution" (Institution, By),
        ArchiveSealRevoked = "archive.seal-revoked" (Institution),
    }
    Issuer NotChecked {
        IssuerNotChecked = "issuer.not-checked",
        DocumentNoSeal = "document.no-seal",
        SealUnknownRoot = "seal.unknown-root",
        SealRevokedLater = "seal.revoked-later",
        SealRevocationUnknown = "seal.revocation-unknown",
        ClaimUnknownSeal = "claim.unknown-seal",
        ClaimNoLink = "claim.no-link",
        ClaimMissingInLink = "claim.missing-in-link",
        SignerUnknownRoot = "signer.unknown-root",
        SignerExtension = "signer.extension",
        SignerRevokedLater = "signer.revoked-later",
        SignerRevocationUnknown = "signer.revocation-unknown",
        SignerExpiredSince = "signer.expired-since",
        RoleNotChecked = "role.not-checked",
        SignatureSeenLaterUnknown = "signature.seen-later-unknown" (Field, Page, Signer),
        SignatureSeenLaterStamp = "signature.seen-later-stamp" (Field, Page),
        ArchiveUnknownRoot = "archive.unknown-root" (Institution),
        ArchiveSealNewer = "archive.seal-newer" (Institution),
        ArchiveSealRevokedLater = "archive.seal-revoked-later" (Institution),
        ArchiveRevocationUnknown = "archive.revocation-unknown" (Institution),
    }
    Status Pass {
        StatusComplete = "status.complete",
        StatusAllSigned = "status.all-signed",
    }
    Status Fail {
        StatusRevoked = "status.revoked" (Reason, Since),
        StatusSuperseded = "status.superseded" (By, Since),
        StatusSupersededGone = "status.superseded-gone" (Since),
    }
    Status NotChecked {
        StatusNotYet = "status.not-yet" (Field, Time),
        StatusNotChecked = "status.not-checked",
        StatusNotAsked = "status.not-asked",
        StatusUnreachable = "status.unreachable",
        StatusUnknownDocument = "status.unknown-document",
        StatusNewer = "status.newer",
        StatusForeign = "status.foreign",
        StatusWaiting = "status.waiting" (Fields),
        StatusWaitingRegistry = "status.waiting-registry",
        StatusUnverified = "status.unverified" (Fields),
        StatusOlderCopy = "status.older-copy",
        StatusOtherCopy = "status.other-copy",
        RegistryOneAhead = "registry.one-ahead",
    }
    Time Pass {
        TimeProven = "time.proven" (Time),
        TimeStamped = "time.stamped" (Time),
    }
    Time Fail {
        TimeMissing = "time.missing",
        TimeFuture = "time.future",
        TimeOrder = "time.order",
        TimeAfterStamp = "time.after-stamp",
        TimeStampBroken = "time.stamp-broken" (Error),
    }
    Time NotChecked {
        TimeNotChecked = "time.not-checked",
        TimeClaimedOnly = "time.claimed-only",
        TimeNotClaimed = "time.not-claimed",
        TimeStampFuture = "time.stamp-future",
        TimeStampNotTrusted = "time.stamp-not-trusted",
        TimeStampRevoked = "time.stamp-revoked",
        TimeStampRevocationUnknown = "time.stamp-revocation-unknown",
        TimeStampUnknownRoot = "time.stamp-unknown-root",
        TimeStampWeak = "time.stamp-weak" (Error),
    }
    Remark NotChecked {
        DocumentForeign = "document.foreign",
        DocumentWithoutPassword = "document.without-password",
        DocumentReproductionNotTried = "document.reproduction-not-tried",
        DocumentToleratedAfterEnd = "document.tolerated-after-end",
        DocumentToleratedEntryEnd = "document.tolerated-entry-end",
        DocumentToleratedHybrid = "document.tolerated-hybrid",
        DocumentToleratedObjectHeader = "document.tolerated-object-header",
        DocumentToleratedObjectPlace = "document.tolerated-object-place",
        DocumentToleratedPrevZero = "document.tolerated-prev-zero",
        DocumentToleratedRepeated = "document.tolerated-repeated",
        DocumentToleratedSectionPlace = "document.tolerated-section-place",
        DocumentToleratedSize = "document.tolerated-size",
        DocumentToleratedSpacing = "document.tolerated-spacing",
        DocumentToleratedStreamEnd = "document.tolerated-stream-end",
        CmsToleratedBer = "cms.tolerated-ber",
        CmsToleratedNull = "cms.tolerated-null",
        CmsToleratedOrder = "cms.tolerated-order",
        CmsToleratedTime = "cms.tolerated-time",
        SignatureSeenLater = "signature.seen-later" (Field, Page, Signer, Time),
        SignatureAddedField = "signature.added-field" (Field, Page),
        SignatureTakenOut = "signature.taken-out",
        StatusOpenFields = "status.open-fields" (Fields),
        StatusStampedFields = "status.stamped-fields" (Fields),
        QrOtherLink = "qr.other-link" (Host),
        QrNoLink = "qr.no-link",
        QrForeignHost = "qr.foreign-host" (Host, Own),
        QrUnprovenHost = "qr.unproven-host" (Host),
        TrustOlderList = "trust.older-list" (Issuer, Number, Since, Newest, Latest),
        LinkCleaned = "link.cleaned" (Link),
        PictureScannedPdf = "picture.scanned-pdf",
        PictureInPdf = "picture.in-pdf",
        DocumentScan = "document.scan",
    }
}

impl Code {
    /// Whether it is a remark that a reader needs whatever the headline says, because a good answer without it would be
    /// misunderstood: who painted on a page later, where a code leads. It moves no line, and no answer leaves it out.
    pub const fn is_notice(self) -> bool {
        matches!(
            self,
            Self::SignatureSeenLater
                | Self::SignatureAddedField
                | Self::SignatureTakenOut
                | Self::StatusOpenFields
                | Self::StatusStampedFields
                | Self::TrustOlderList
                | Self::LinkCleaned
                | Self::PictureScannedPdf
                | Self::PictureInPdf
                | Self::DocumentScan
        ) || self.is_about_the_host()
    }

    /// Whether it says where a code leads, if that is not the page of those who ask.
    pub const fn is_about_the_host(self) -> bool {
        matches!(self, Self::QrOtherLink | Self::QrNoLink | Self::QrForeignHost | Self::QrUnprovenHost)
    }

    /// Whether it is a form that the standards do not have, and that has one reading all the same.
    pub const fn is_tolerated(self) -> bool {
        matches!(
            self,
            Self::DocumentToleratedAfterEnd
                | Self::DocumentToleratedEntryEnd
                | Self::DocumentToleratedHybrid
                | Self::DocumentToleratedObjectHeader
                | Self::DocumentToleratedObjectPlace
                | Self::DocumentToleratedPrevZero
                | Self::DocumentToleratedRepeated
                | Self::DocumentToleratedSectionPlace
                | Self::DocumentToleratedSize
                | Self::DocumentToleratedSpacing
                | Self::DocumentToleratedStreamEnd
                | Self::CmsToleratedBer
                | Self::CmsToleratedNull
                | Self::CmsToleratedOrder
                | Self::CmsToleratedTime
        )
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
