//! No private key in the repository, and none readable on disk.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::architecture::root;
use crate::fixture;

#[test]
fn the_repository_holds_no_private_key() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    // Outside a checkout (a source archive) the folder itself is looked at.
    let files: Vec<String> = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|f| !f.is_empty())
            .map(str::to_owned)
            .collect(),
        _ => fs::read_dir(root().join("keys"))
            .unwrap()
            .map(|e| format!("keys/{}", e.unwrap().file_name().to_string_lossy()))
            .collect(),
    };
    // Written in two parts, or this file would find itself.
    let mark = ["PRIVATE", "KEY-----"].join(" ");
    for file in files {
        let Ok(text) = fs::read(root().join(&file)) else { continue };
        let found = text.windows(mark.len()).any(|window| window == mark.as_bytes());
        assert!(!found, "{file} holds a private key");
    }
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    fn visit(path: &Path) {
        let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
        if path.is_dir() {
            assert_eq!(mode, 0o700, "{}", path.display());
            for entry in fs::read_dir(path).unwrap() {
                visit(&entry.unwrap().path());
            }
        } else {
            assert_eq!(mode, 0o600, "{}", path.display());
            let text = fs::read_to_string(path).unwrap();
            assert!(text.starts_with("-----BEGIN ENCRYPTED"), "{}", path.display());
        }
    }
    visit(&fixture::complete().office.private());
}

#[test]
fn a_nip_is_on_the_document_and_nowhere_else() {
    let fixture = fixture::complete();
    let digits = ["19700101", "1995011001", "199501 1 001"];
    let database = fs::read(fixture.office.registry()).unwrap();
    for certificate in fixture.office.all_keys(fixture::now()).unwrap() {
        for part in digits {
            let der = certificate.certificate.der();
            assert!(!der.windows(part.len()).any(|w| w == part.as_bytes()), "{part} in a certificate");
        }
    }
    for part in digits {
        assert!(!database.windows(part.len()).any(|w| w == part.as_bytes()), "{part} in the registry");
    }
}
