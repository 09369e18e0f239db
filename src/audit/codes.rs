//! Answering about the QR codes of a picture: those that are claims of documents, and the others.

use pk_trust::When;
use pk_trust::claim::{Pasted, parse_link, pasted};
use pk_trust::verify::{Code, Finding, Overall, Parameter, Verdict};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Answer, Auditor, PictureError, Unanswered, worse};

/// The answer about a picture with the codes of several documents.
#[derive(Clone, Debug, Serialize)]
pub struct PictureVerdict {
    /// Version of the JSON form.
    pub format: &'static str,
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// The worst of the documents.
    pub overall: Overall,
    /// The documents, from top to bottom.
    pub documents: Vec<Verdict>,
    /// Codes that are not of documents.
    pub remarks: Vec<Finding>,
}

/// Longest host name that is shown (RFC 1035, 3.1).
const MAX_HOST: usize = 253;

pub(super) fn examine(auditor: &Auditor, name: &str, bytes: &[u8], when: When) -> Result<Answer, Unanswered> {
    let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    let texts = pk_photo::qr_texts(bytes)?;
    about(auditor, name, &sha256, texts, Vec::new(), when).ok_or_else(|| PictureError::NoCode.into())
}

/// The answer about the codes that were found in a file, with what there is to be said besides; `None` if there are
/// none.
pub(super) fn about(
    auditor: &Auditor,
    name: &str,
    sha256: &str,
    texts: Vec<String>,
    said: Vec<Finding>,
    when: When,
) -> Option<Answer> {
    let (claims, others): (Vec<String>, Vec<String>) =
        texts.into_iter().partition(|text| parse_link(text).is_ok());
    let remarks: Vec<Finding> = said.into_iter().chain(others.iter().map(|text| other(text))).collect();
    let verdict = |text: &str| Verdict { sha256: sha256.to_owned(), ..link(auditor, name, text, when) };
    // Without a claim there is a verdict all the same: that nothing could be checked.
    let one = match claims.as_slice() {
        [] => Some(others.first()?),
        [claim] => Some(claim),
        _ => None,
    };
    if let Some(text) = one {
        let mut verdict = verdict(text);
        verdict.findings.extend(remarks);
        return Some(Answer::Document(Box::new(verdict)));
    }
    let documents: Vec<Verdict> = claims.iter().map(|text| verdict(text)).collect();
    let overall = documents.iter().map(|d| d.overall).fold(Overall::Passed, worse);
    Some(Answer::Picture(Box::new(PictureVerdict {
        format: "pk-picture-verdict/1",
        file: name.to_owned(),
        sha256: sha256.to_owned(),
        overall,
        documents,
        remarks,
    })))
}

/// The answer about a text that a person pasted: a link as it stands in the code, or one that was changed on its way.
pub(super) fn text(auditor: &Auditor, name: &str, text: &str, when: When) -> Answer {
    let document = |verdict| Answer::Document(Box::new(verdict));
    let text = text.trim();
    let links = pasted(text);
    match links.as_slice() {
        [] => document(link(auditor, name, text, when)),
        [one] if one.link() == text => document(link(auditor, name, text, when)),
        [one] => {
            let mut verdict = link(auditor, name, &one.link(), when);
            verdict
                .findings
                .push(Finding::new(Code::LinkCleaned).with(Parameter::Link, one.address.to_string()));
            document(verdict)
        }
        several => {
            let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(text));
            let texts = several.iter().map(Pasted::link).collect();
            let all = about(auditor, name, &sha256, texts, Vec::new(), when);
            all.unwrap_or_else(|| document(link(auditor, name, text, when)))
        }
    }
}

/// The verdict about the text of a code.
pub(super) fn link(auditor: &Auditor, name: &str, text: &str, when: When) -> Verdict {
    let address = parse_link(text).ok().map(|(address, _)| address);
    let evidence = auditor.evidence(address.as_ref().and_then(|address| auditor.find(&address.id)), when.at);
    let mut verdict = pk_trust::verify::link(text, &auditor.trust, &evidence, when);
    name.clone_into(&mut verdict.file);
    verdict
}

/// What a code says that is no claim.
fn other(text: &str) -> Finding {
    match host(text) {
        Some(host) => Finding::new(Code::QrOtherLink).with(Parameter::Host, host),
        None => Finding::new(Code::QrNoLink),
    }
}

/// The host to which a browser would go (WHATWG URL), so that `https://ours@theirs/` is theirs; in ASCII,
/// so that no letter of another script passes for one of ours.
fn host(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    if !matches!(url.scheme(), "https" | "http") {
        return None;
    }
    let ascii = |c: char| if c.is_ascii_graphic() { c } else { '?' };
    Some(url.host_str()?.chars().take(MAX_HOST).map(ascii).collect())
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn the_host_is_the_one_a_browser_goes_to() {
        let is = |text, expected: Option<&str>| assert_eq!(host(text).as_deref(), expected, "{text}");
        is("https://lain.example/a?b#c", Some("lain.example"));
        is("HTTP://LAIN.example:8080/", Some("lain.example"));
        is("https://cek.contoh.example@lain.example/V/X", Some("lain.example"));
        is(r"https://lain.example\@cek.contoh.example/", Some("lain.example"));
        is("https://cek.cont\u{43e}h.example/", Some("cek.xn--conth-mye.example"));
        is("https://la\tin.example/", Some("lain.example"));
        is("https://%1b%5b2J.example/", None);
        is("https://lain\u{1b}[2J.example/", None);
        is("WIFI:T:WPA;S:kantor;;", None);
        is("mailto:contoh@lain.example", None);
        is("\u{1b}]0;judul\u{7}", None);
        is("", None);
    }
}
