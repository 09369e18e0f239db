//! Links to documents as they come out of chat programs, mails and clipboards.
//!
//! A QR code has one spelling, and [`parse_link`](super::parse_link) reads nothing else. What a person pastes was
//! changed on its way: `%23` for `#`, a bracket or full stop behind it, a line break within, words before it.
//! Here such changes are taken back, and only such: host and id are read as a browser would read them, so that
//! nobody is shown another document than the one that the link opens. What follows `#` is signed together with
//! both, so nothing that is guessed about it can make a claim good.

use super::{Address, Signed, is_host};
use crate::claim::Id;

/// Longest text that is looked at: a message around a link.
const MAX_TEXT: usize = 8 * 1024;

/// Lines over which one link may be broken: a claim has some 350 characters, a mail 76 a line.
const MAX_LINES: usize = 16;

/// Most links that are looked for in one text.
const MAX_LINKS: usize = 32;

/// A link to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pasted {
    /// Where it leads.
    pub address: Address,
    /// What stands behind `#`, in capitals; not checked.
    pub claim: Option<String>,
}

impl Pasted {
    /// The link in its one spelling.
    pub fn link(&self) -> String {
        match &self.claim {
            Some(claim) => format!("{}#{claim}", self.address),
            None => self.address.to_string(),
        }
    }

    fn is_claim(&self) -> bool {
        Signed::parse(&self.link()).is_ok()
    }
}

/// The links to documents in a text, in order, each once. A link that leads elsewhere is none of them.
pub fn pasted(text: &str) -> Vec<Pasted> {
    let mut found: Vec<Pasted> = Vec::new();
    if text.len() > MAX_TEXT {
        return found;
    }
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let pieces = pieces(&visible);
    let mut next = 0;
    while next < pieces.len() && found.len() < MAX_LINKS {
        let (link, used) = link_at(pieces.get(next..).unwrap_or_default());
        next += used.max(1);
        if let Some(link) = link
            && !found.contains(&link)
        {
            found.push(link);
        }
    }
    found
}

/// The id and claim in the path of a document's page behind `/V/`, as a browser asks for it when the `#` was
/// written `%23`, or when something that does not belong to the link was taken for a part of it.
pub fn pasted_path(path: &str) -> Option<(Id, Option<String>)> {
    if path.len() > MAX_TEXT {
        return None;
    }
    document(path)
}

/// A part of a text without white space.
struct Piece<'t> {
    text: &'t str,
    /// Whether a line break stands before it.
    broken: bool,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for (number, line) in text.split(['\n', '\r', '\u{2028}', '\u{2029}']).enumerate() {
        // What a mail puts before the lines of the one that it answers.
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '>' || c == '|');
        for (place, text) in line.split_whitespace().enumerate() {
            pieces.push(Piece { text, broken: number > 0 && place == 0 });
        }
    }
    pieces
}

/// The link that begins in the first piece, and how many pieces it takes: as few as make a claim whole, else
/// as few as make an address.
fn link_at(pieces: &[Piece<'_>]) -> (Option<Pasted>, usize) {
    let mut joined = String::new();
    let mut address = (None, 1);
    for (index, piece) in pieces.iter().take(MAX_LINES).enumerate() {
        if index > 0 && !piece.broken {
            break;
        }
        joined.push_str(piece.text);
        match read(&joined) {
            Some(link) if link.is_claim() => return (Some(link), index + 1),
            Some(link) if address.0.is_none() => address = (Some(link), index + 1),
            _ => {}
        }
    }
    address
}

/// Reads a link without white space in it.
fn read(text: &str) -> Option<Pasted> {
    let lower = text.to_ascii_lowercase();
    let scheme = ["https://", "http://"].iter().filter_map(|s| Some((lower.find(s)?, s.len()))).min();
    let rest = match scheme {
        Some((start, length)) => {
            // Words before it (`Cek:https://…`), but not another address in which it is only a part.
            if text.get(..start)?.contains(|c: char| "/\\=&?#@%".contains(c)) {
                return None;
            }
            text.get(start + length..)?
        }
        None => text.trim_start_matches(|c: char| OPENING.contains(c)),
    };
    let end = rest.find(['/', '\\', '?', '#'])?;
    let (host, path) = rest.split_at_checked(end)?;
    let host = host.to_ascii_lowercase();
    if !is_host(&host) || (scheme.is_none() && !host.contains('.')) {
        return None;
    }
    let path = path.strip_prefix("/V/").or_else(|| path.strip_prefix("/v/"))?;
    let (id, claim) = document(path)?;
    Some(Pasted { address: Address { host, id }, claim })
}

/// Reads what stands behind `/V/`.
fn document(path: &str) -> Option<(Id, Option<String>)> {
    let path = decoded(&decoded(path)?)?;
    let end = path.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(path.len());
    let (id, rest) = path.split_at_checked(end)?;
    let id = id.parse().ok()?;
    let rest = rest.trim_end_matches(|c: char| CLOSING.contains(c) || is_invisible(c));
    let page = ["/index.html", "/en.html", "/"].iter().find_map(|page| rest.strip_prefix(page));
    let rest = page.unwrap_or(rest);
    let (before, fragment) = match rest.split_once('#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (rest, None),
    };
    // Anything else than a query would be another address: `/V/ONE/../TWO`.
    if !before.is_empty() && !before.starts_with('?') {
        return None;
    }
    let claim: String =
        fragment.unwrap_or_default().chars().take_while(char::is_ascii_alphanumeric).collect();
    Some((id, (!claim.is_empty()).then(|| claim.to_ascii_uppercase())))
}

/// What may stand directly before a link.
const OPENING: &str = "([{<\"'`*_~\u{201C}\u{2018}\u{201E}\u{AB}\u{2039}";

/// What may stand directly behind one, and is taken for a part of it.
const CLOSING: &str = ")]}>\"'`*_~.,;:!?|\u{201D}\u{2019}\u{BB}\u{203A}\u{2026}";

/// Characters without a shape of their own: zero-width, soft hyphen, marks of direction.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
    )
}

/// With `%23` and its like as the characters that they stand for; `None` if they stand for none.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits =
            after.get(..2).filter(|digits| first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let value = digits.and_then(crate::digits::from_hex);
        match value {
            Some(value) => {
                bytes.extend(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "MI64IHBKPWPETJ5Y";
    const LINK: &str = "https://cek.contoh.example/V/MI64IHBKPWPETJ5Y";

    fn one(text: &str) -> Option<String> {
        match pasted(text).as_slice() {
            [link] => Some(link.link()),
            _ => None,
        }
    }

    #[test]
    fn what_chat_programs_do_to_a_link_is_taken_back() {
        let whole = format!("{LINK}#ABC234");
        for text in [
            format!("{LINK}#ABC234"),
            format!("{LINK}%23ABC234"),
            format!("{LINK}%2523ABC234"),
            format!("({LINK}#ABC234)"),
            format!("{LINK}#ABC234)."),
            format!("\"{LINK}#ABC234\","),
            format!("<{LINK}#ABC234>"),
            format!("\u{201C}{LINK}#ABC234\u{201D}"),
            format!("{LINK}#ABC234\u{2026}"),
            format!("{LINK}#ABC234%E2%80%A6"),
            format!("{LINK}%23ABC234%29."),
            format!("\u{FEFF}{LINK}#ABC\u{200B}234\u{200B}"),
            format!("Cek: {LINK}#ABC234 terima kasih"),
            format!("Cek:{LINK}#ABC234"),
            format!("{LINK}?fbclid=x#ABC234"),
            format!("{LINK}/#ABC234"),
            format!("{LINK}/en.html#abc234"),
            "HTTP://CEK.Contoh.Example/v/mi64-ihbk-pwpe-tj5y#ABC234".to_owned(),
            "*cek.contoh.example/V/MI64IHBKPWPETJ5Y#ABC234*".to_owned(),
            "https://cek.contoh.example/V/MI64\n> IHBKPWPETJ5Y#ABC234".to_owned(),
        ] {
            assert_eq!(one(&text).as_deref(), Some(whole.as_str()), "{text}");
        }
        for text in
            [format!("{LINK})."), format!("{LINK}\u{2026}"), format!("{LINK}#"), format!("{LINK}?lang=en")]
        {
            assert_eq!(one(&text).as_deref(), Some(LINK), "{text}");
        }
    }

    #[test]
    fn where_a_browser_would_go_elsewhere_no_document_is_read() {
        for text in [
            "https://cek.contoh.example@lain.example/V/MI64IHBKPWPETJ5Y/../X",
            "https://x@cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            "https://cek.contoh.example:8443/V/MI64IHBKPWPETJ5Y",
            "https://lain.example/https://cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            "https://lain.example/?u=https://cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            "lain.example/?https://cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            "lain.example/cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            r"https://lain.example\@cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            "https://lain.example%23.cek.contoh.example/V/MI64IHBKPWPETJ5Y",
            "https://cek.contoh.example/V/MI64IHBKPWPETJ5Y/../MJSXEZDFMZTWQ2LK",
            "https://cek.contoh.example/V/MI64IHBKPWPETJ5Y%2F..%2FMJSXEZDFMZTWQ2LK",
            "https://cek.contoh.example/V/../V/MI64IHBKPWPETJ5Y",
            "https://cek.contoh.example/X/V/MI64IHBKPWPETJ5Y",
            "https://cek.contoh.example/V/MI64IHBKPWPETJ5YA",
            "https://cek.contoh.example/#/V/MI64IHBKPWPETJ5Y",
            "https://cek.cont\u{43e}h.example/V/MI64IHBKPWPETJ5Y",
            "javascript:/V/MI64IHBKPWPETJ5Y",
            "/V/MI64IHBKPWPETJ5Y",
            "kantor/V/MI64IHBKPWPETJ5Y",
            "https:///V/MI64IHBKPWPETJ5Y",
        ] {
            assert_eq!(pasted(text), [], "{text}");
        }
        // What is left out of the middle of a host does not make it another one.
        assert_eq!(
            one("https://cek.contoh.example\u{200B}.lain.example/V/MI64IHBKPWPETJ5Y").as_deref(),
            Some("https://cek.contoh.example.lain.example/V/MI64IHBKPWPETJ5Y"),
        );
        assert_eq!(pasted(&"x".repeat(MAX_TEXT + 1)), []);
    }

    #[test]
    fn several_links_are_several() {
        let other = "https://lain.example/V/MI64IHBKPWPETJ5Y#XYZ";
        let both = pasted(&format!("{LINK}#ABC {other}"));
        assert_eq!(
            both.iter().map(Pasted::link).collect::<Vec<_>>(),
            [format!("{LINK}#ABC"), other.to_owned()]
        );
        assert_eq!(pasted(&format!("{LINK}#ABC\n{LINK}#ABC")).len(), 1);
        assert_eq!(pasted(&format!("{LINK} ").repeat(100)).len(), 1);
    }

    #[test]
    fn paths_are_read_like_links() {
        let id = Id::parse_strict(ID).unwrap();
        assert_eq!(pasted_path("MI64IHBKPWPETJ5Y%23ABC"), Some((id, Some("ABC".to_owned()))));
        assert_eq!(pasted_path("MI64IHBKPWPETJ5Y)."), Some((id, None)));
        assert_eq!(pasted_path("MI64IHBKPWPETJ5Y%E2%80%8B"), Some((id, None)));
        assert_eq!(pasted_path("MI64IHBKPWPETJ5Y%23A%0D%0AX: y"), Some((id, Some("A".to_owned()))));
        for path in
            ["", "MI64", "MI64IHBKPWPETJ5Y/x", "MI64IHBKPWPETJ5Y.exe", "MI64IHBKPWPETJ5Y%FF", "..%2FMI64"]
        {
            assert_eq!(pasted_path(path), None, "{path}");
        }
    }
}
