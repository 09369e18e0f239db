//! The reader refuses what readers disagree on.

use pk_trust::pades;
use pk_trust::pdf::{Error, File, Object, Ref};

/// A small file: header, these objects, table, trailer. Offsets are computed.
fn file(objects: &[&str], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", i + 1).as_bytes());
    }
    let xref = out.len();
    out.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for offset in offsets {
        out.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
    }
    let size = objects.len() + 1;
    out.extend_from_slice(
        format!("trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{xref}\n%%EOF\n").as_bytes(),
    );
    out
}

fn simple() -> Vec<u8> {
    file(
        &[
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R>>",
        ],
        "",
    )
}

fn replaced(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "offsets must stay");
    let bytes = simple();
    let at = bytes.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
    let mut out = bytes;
    out[at..at + to.len()].copy_from_slice(to.as_bytes());
    out
}

#[test]
fn a_simple_file_is_read() {
    let bytes = simple();
    let file = File::parse(&bytes).unwrap();
    assert_eq!(file.revisions().len(), 1);
    assert_eq!(file.latest().pages().unwrap(), [Ref::new(3)]);
    assert_eq!(file.latest().body(Ref::new(9)).unwrap_err(), Error::Missing { reference: Ref::new(9) });
}

#[test]
fn structure_is_strict() {
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("bytes before the header", [b" ".as_slice(), &simple()].concat()),
        ("no header", replaced("%PDF-1.7", "%PDX-1.7")),
        ("a version of three digits", replaced("%PDF-1.7\n", "%PDF-1.77")),
        ("bytes after the end", [simple(), b"\n\n".to_vec()].concat()),
        ("a second end", [simple(), b"%%EOF\n".to_vec()].concat()),
        ("no end", simple()[..simple().len() - 6].to_vec()),
        ("an entry of 19 bytes", replaced("65535 f \n", "65535 f\n ")),
        ("a negative offset", replaced("0000000009 00000 n", "-000000009 00000 n")),
        ("object 0 in use", replaced("0000000000 65535 f", "0000000000 65535 n")),
        ("a hybrid file", file(&["<</Type/Catalog>>"], "/XRefStm 9")),
        ("an encrypted file", file(&["<</Type/Catalog>>"], "/Encrypt 1 0 R")),
        ("/Prev that points to itself", file(&["<</Type/Catalog>>"], "/Prev 9999999")),
        ("/Size too small", replaced("/Size 4", "/Size 2")),
        ("a key twice in the trailer", file(&["<</Type/Catalog>>"], "/Root 1 0 R")),
        ("more entries than the file holds", replaced("0 4\n", "0 9\n")),
        ("an offset into another revision", replaced("0000000009 00000 n", "0000009999 00000 n")),
    ];
    for (what, bytes) in cases {
        assert!(File::parse(&bytes).is_err(), "{what}");
    }
}

#[test]
fn objects_are_strict() {
    let cases = [
        ("a key twice", "<</A 1/A 2>>"),
        ("a key twice, once escaped", "<</A 1/#41 2>>"),
        ("a value missing", "<</A>>"),
        ("a string not closed", "(abc"),
        ("a broken escape in a name", "/A#G1"),
        ("an octal escape above 377", "(\\777)"),
        ("a hexadecimal string not closed", "<"),
        ("a hexadecimal string not closed, with digits", "<41"),
        ("something that is no digit in hexadecimal", "<0G>"),
        ("two points in a number", "1.2.3"),
        ("a number too large", "99999999999999999999"),
        ("an unknown word", "nul"),
        ("something after the value", "1 2"),
        ("a stream without a length", "<<>>\nstream\nabc\nendstream"),
        ("a stream that is longer than its length", "<</Length 2>>\nstream\nabc\nendstream"),
        ("a stream whose length is its own object", "<</Length 1 0 R>>\nstream\nabc\nendstream"),
    ];
    for (what, object) in cases {
        let bytes = file(&[object], "");
        let parsed = File::parse(&bytes).unwrap();
        assert!(parsed.latest().body(Ref::new(1)).is_err(), "{what}");
    }
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let bytes = file(&[&deep], "");
    let error = File::parse(&bytes).unwrap().latest().body(Ref::new(1)).unwrap_err();
    assert!(matches!(error, Error::TooDeep { .. }));
}

#[test]
fn values_survive_writing() {
    let text = "<</A [1 -2 +3 0.5 /N#20x (a\\(b\\)\\n) <4142FF> true false null 12 0 R]/B <</C ()>>>>";
    let bytes = file(&[text], "");
    let value = File::parse(&bytes).unwrap().latest().body(Ref::new(1)).unwrap().value;
    let mut written = Vec::new();
    value.write(&mut written);
    let again = file(&[std::str::from_utf8(&written).unwrap()], "");
    assert_eq!(File::parse(&again).unwrap().latest().body(Ref::new(1)).unwrap().value, value);
    let items = value.as_dictionary().unwrap().get("A").unwrap().as_array().unwrap();
    assert_eq!(items[4], Object::Name(b"N x".to_vec()));
    assert_eq!(items[5], Object::String(b"a(b)\n".to_vec()));
    assert_eq!(items[10], Object::Reference(Ref::new(12)));
}

#[test]
fn circles_end() {
    let bytes = file(&["<</Type/Catalog/Pages 2 0 R>>", "<</Kids[2 0 R]>>"], "");
    assert_eq!(File::parse(&bytes).unwrap().latest().pages().unwrap_err(), Error::Loop { what: "page tree" });
}

/// Every prefix and every single-byte change of a file gives an answer, and soon.
#[test]
fn damaged_files_never_panic() {
    let bytes = simple();
    for end in 0..bytes.len() {
        let _ = File::parse(&bytes[..end]);
    }
    for at in 0..bytes.len() {
        for value in [0, b' ', b'/', b'<', b'(', b'9', 255] {
            let mut changed = bytes.clone();
            changed[at] = value;
            if let Ok(file) = File::parse(&changed) {
                let _ = file.latest().pages();
                let _ = pk_trust::pades::examine(&file);
            }
        }
    }
}

/// Each signature is hashed with the whole file: a form of thousands would keep a verifier busy for minutes.
#[test]
fn signatures_have_an_end() {
    let form = |count: usize| {
        let fields: Vec<String> = (0..count).map(|i| format!("{} 0 R", i + 5)).collect();
        let mut objects = vec![
            format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{}]/SigFlags 3>>>>", fields.join(" ")),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
            "<</Type/Page/Parent 2 0 R>>".to_owned(),
            "<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>>>".to_owned(),
        ];
        objects.extend((0..count).map(|i| format!("<</FT/Sig/T(f{i})/V 4 0 R>>")));
        file(&objects.iter().map(String::as_str).collect::<Vec<_>>(), "")
    };
    let survey =
        |bytes: &[u8]| pades::survey(&File::parse(bytes).unwrap()).map(|survey| survey.signatures.len());
    assert_eq!(survey(&form(128)), Ok(128));
    assert_eq!(survey(&form(129)), Err(Error::TooMany { what: "signatures", offset: 0 }));
}
