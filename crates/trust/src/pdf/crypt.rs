//! Files that are encrypted without a user's password: every reader opens them, and so does this one
//! (ISO 32000-2, 7.6).
//!
//! Nothing is decrypted that a signature is taken over: signatures cover the bytes of the file. What is read from
//! objects is the text that readers show.

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256, Block};
use md5::Md5;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{Dictionary, Error, Object, Ref};

/// What stands for the bytes that a password does not have (7.6.4.3.2, algorithm 2).
const PADDING: [u8; 32] = [
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E,
    0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
];

/// Bytes of one block of AES.
const BLOCK: usize = 16;

/// How bytes of one kind are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Identity,
    Rc4,
    Aes128,
    Aes256,
}

/// The key of a file that has no user's password.
#[derive(Debug)]
pub(super) struct Crypt {
    key: Vec<u8>,
    strings: Method,
    streams: Method,
    /// Whether metadata is encrypted as other streams are.
    metadata: bool,
}

impl Crypt {
    /// Opens a file with its encryption dictionary and the first half of its `/ID`.
    ///
    /// # Errors
    ///
    /// [`Error::Encrypted`] where there is a user's password, or another handler or algorithm.
    pub(super) fn open(dictionary: &Dictionary, id: &[u8]) -> Result<Self, Error> {
        let number = |key: &str| dictionary.get(key).and_then(Object::as_integer);
        let bytes = |key: &str, length: usize| {
            let value = dictionary.get(key).and_then(Object::as_string);
            value.and_then(|value| value.get(..length)).ok_or(Error::Encrypted)
        };
        if dictionary.get("Filter").and_then(Object::as_name) != Some(b"Standard") {
            return Err(Error::Encrypted);
        }
        let (version, revision) = (number("V").unwrap_or(0), number("R").unwrap_or(0));
        let metadata = dictionary.get("EncryptMetadata") != Some(&Object::Boolean(false));
        let (strings, streams) = match version {
            1 | 2 => (Method::Rc4, Method::Rc4),
            4 | 5 => (method(dictionary, "StrF", version)?, method(dictionary, "StmF", version)?),
            _ => return Err(Error::Encrypted),
        };
        let key = match (version, revision) {
            (5, 5 | 6) => {
                let user = bytes("U", 48)?;
                let salt = |range| user.get(range).unwrap_or_default();
                if hash(salt(32..40), revision) != salt(0..32) {
                    return Err(Error::Encrypted);
                }
                let mut key = bytes("UE", 32)?.to_vec();
                let cipher =
                    Aes256::new_from_slice(&hash(salt(40..48), revision)).map_err(|_| Error::Encrypted)?;
                unchain(&cipher, [0; BLOCK], &mut key);
                key
            }
            (1 | 2 | 4, 2..=4) => {
                let bits = match version {
                    1 => 40,
                    2 => number("Length").unwrap_or(40),
                    _ => 128,
                };
                let length = usize::try_from(bits / 8).ok().filter(|n| (5..=16).contains(n) && bits % 8 == 0);
                let length = length.ok_or(Error::Encrypted)?;
                let permissions = number("P").ok_or(Error::Encrypted)?.to_le_bytes();
                let key = legacy_key(bytes("O", 32)?, &permissions, id, revision, metadata, length);
                if !opens(&key, bytes("U", if revision == 2 { 32 } else { 16 })?, id, revision) {
                    return Err(Error::Encrypted);
                }
                key
            }
            _ => return Err(Error::Encrypted),
        };
        Ok(Self { key, strings, streams, metadata })
    }

    /// Decrypts the strings of an object that stands in the file itself.
    ///
    /// # Errors
    ///
    /// If one of them is none of the cipher.
    pub(super) fn strings(&self, value: &mut Object, reference: Ref) -> Result<(), Error> {
        match value {
            Object::String(text) => {
                *text = self.decrypt(self.strings, text, reference)?;
                Ok(())
            }
            Object::Array(items) => items.iter_mut().try_for_each(|item| self.strings(item, reference)),
            Object::Dictionary(dictionary) => {
                // What a signature leaves out of its range is not encrypted (7.6.2).
                let signature = dictionary.get("ByteRange").is_some();
                let mut encrypted =
                    dictionary.entries_mut().filter(|(key, _)| !signature || *key != b"Contents");
                encrypted.try_for_each(|(_, item)| self.strings(item, reference))
            }
            _ => Ok(()),
        }
    }

    /// Decrypts the data of a stream.
    ///
    /// # Errors
    ///
    /// If it is none of the cipher.
    pub(super) fn stream(
        &self,
        dictionary: &Dictionary,
        data: &[u8],
        reference: Ref,
    ) -> Result<Vec<u8>, Error> {
        let kind = dictionary.kind();
        let plain = kind == Some(b"XRef") || (kind == Some(b"Metadata") && !self.metadata);
        self.decrypt(if plain { Method::Identity } else { self.streams }, data, reference)
    }

    fn decrypt(&self, method: Method, data: &[u8], reference: Ref) -> Result<Vec<u8>, Error> {
        match method {
            Method::Identity => Ok(data.to_vec()),
            Method::Rc4 => {
                let mut out = data.to_vec();
                rc4(&self.object_key(reference, b""), &mut out);
                Ok(out)
            }
            Method::Aes128 => blocks::<Aes128>(&self.object_key(reference, b"sAlT"), data),
            Method::Aes256 => blocks::<Aes256>(&self.key, data),
        }
    }

    /// The key of one object (7.6.3.2, algorithm 1).
    fn object_key(&self, reference: Ref, salt: &[u8]) -> Vec<u8> {
        let [first, second, third, _] = reference.number.to_le_bytes();
        let digest = Md5::new()
            .chain_update(&self.key)
            .chain_update([first, second, third])
            .chain_update(reference.generation.to_le_bytes())
            .chain_update(salt)
            .finalize();
        digest.iter().take(self.key.len() + 5).copied().collect()
    }
}

/// The method that a crypt filter names (7.6.5).
fn method(dictionary: &Dictionary, key: &str, version: i64) -> Result<Method, Error> {
    let name = match dictionary.get(key) {
        None => return Ok(Method::Identity),
        Some(name) => name.as_name().ok_or(Error::Encrypted)?,
    };
    if name == b"Identity" {
        return Ok(Method::Identity);
    }
    let filters = dictionary.get("CF").and_then(Object::as_dictionary).ok_or(Error::Encrypted)?;
    let filter =
        filters.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.as_dictionary());
    match (filter.and_then(|f| f.get("CFM")).and_then(Object::as_name), version) {
        (Some(b"V2"), 4) => Ok(Method::Rc4),
        (Some(b"AESV2"), 4) => Ok(Method::Aes128),
        (Some(b"AESV3"), 5) => Ok(Method::Aes256),
        _ => Err(Error::Encrypted),
    }
}

/// The key of a file with an empty password (7.6.4.3.2, algorithm 2).
fn legacy_key(
    owner: &[u8],
    permissions: &[u8; 8],
    id: &[u8],
    revision: i64,
    metadata: bool,
    length: usize,
) -> Vec<u8> {
    let mut digest = Md5::new().chain_update(PADDING).chain_update(owner).chain_update(&permissions[..4]);
    digest.update(id);
    if revision >= 4 && !metadata {
        digest.update([0xFF; 4]);
    }
    let mut key: Vec<u8> = digest.finalize().iter().take(length).copied().collect();
    if revision >= 3 {
        for _ in 0..50 {
            key = Md5::digest(&key).iter().take(length).copied().collect();
        }
    }
    key
}

/// Whether `/U` is what this key makes of an empty password (7.6.4.4, algorithms 4 and 5).
fn opens(key: &[u8], user: &[u8], id: &[u8], revision: i64) -> bool {
    if revision == 2 {
        let mut expected = PADDING;
        rc4(key, &mut expected);
        return expected == user;
    }
    let mut expected = Md5::new().chain_update(PADDING).chain_update(id).finalize();
    for round in 0..20_u8 {
        let key: Vec<u8> = key.iter().map(|byte| byte ^ round).collect();
        rc4(&key, &mut expected);
    }
    expected.as_slice() == user
}

/// The hash of an empty password (7.6.4.3.4, algorithm 2.B; of revision 5, SHA-256 alone).
fn hash(salt: &[u8], revision: i64) -> Vec<u8> {
    let mut key = Sha256::digest(salt).to_vec();
    if revision == 5 {
        return key;
    }
    let mut round: u16 = 0;
    loop {
        let mut text = key.repeat(64);
        let (Some(cipher), Some(start)) = (key.get(..BLOCK), key.get(BLOCK..2 * BLOCK)) else { return key };
        let Ok(cipher) = Aes128::new_from_slice(cipher) else { return key };
        let mut last = Block::default();
        last.copy_from_slice(start);
        for block in text.chunks_exact_mut(BLOCK) {
            for (byte, chained) in block.iter().zip(last.iter_mut()) {
                *chained ^= byte;
            }
            cipher.encrypt_block(&mut last);
            block.copy_from_slice(&last);
        }
        let sum: u16 = text.iter().take(BLOCK).map(|byte| u16::from(*byte)).sum();
        key = match sum % 3 {
            0 => Sha256::digest(&text).to_vec(),
            1 => Sha384::digest(&text).to_vec(),
            _ => Sha512::digest(&text).to_vec(),
        };
        round += 1;
        let end = u16::from(text.last().copied().unwrap_or_default());
        if round >= 64 && end.saturating_add(32) <= round {
            key.truncate(32);
            return key;
        }
    }
}

/// Undoes CBC in place; what is no whole block at the end stays.
fn unchain<C>(cipher: &C, start: [u8; BLOCK], data: &mut [u8])
where
    C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>,
{
    let mut before = start;
    for bytes in data.chunks_exact_mut(BLOCK) {
        let mut block = Block::default();
        block.copy_from_slice(bytes);
        let encrypted = block;
        cipher.decrypt_block(&mut block);
        for ((byte, plain), chained) in bytes.iter_mut().zip(&block).zip(before) {
            *byte = plain ^ chained;
        }
        before.copy_from_slice(&encrypted);
    }
}

/// A start value, blocks, and one to sixteen bytes of padding (7.6.3.2).
fn blocks<C>(key: &[u8], data: &[u8]) -> Result<Vec<u8>, Error>
where
    C: KeyInit + BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>,
{
    let cipher = C::new_from_slice(key).map_err(|_| Error::Encrypted)?;
    // Nothing at all stands for nothing: some leave empty texts as they are.
    if data.is_empty() {
        return Ok(Vec::new());
    }
    let (start, rest) = data.split_at_checked(BLOCK).ok_or(Error::Cipher)?;
    if rest.is_empty() || !rest.len().is_multiple_of(BLOCK) {
        return Err(Error::Cipher);
    }
    let mut out = rest.to_vec();
    unchain(&cipher, start.try_into().map_err(|_| Error::Cipher)?, &mut out);
    let padding = usize::from(out.last().copied().unwrap_or_default());
    let end =
        out.len().checked_sub(padding).filter(|_| (1..=BLOCK).contains(&padding)).ok_or(Error::Cipher)?;
    out.truncate(end);
    Ok(out)
}

/// RC4: twenty lines, which no library spares. Broken as a cipher, and nothing here rests on it.
fn rc4(key: &[u8], data: &mut [u8]) {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut j: u8 = 0;
    for i in 0..=255_u8 {
        let at = usize::from(i);
        j = j.wrapping_add(state[at]).wrapping_add(key[at % key.len().max(1)]);
        state.swap(at, usize::from(j));
    }
    let (mut i, mut j): (u8, u8) = (0, 0);
    for byte in data {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        *byte ^= state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rc4_is_the_known_cipher() {
        // The vectors that everybody has: keys Key and Wiki.
        for (key, plain, encrypted) in
            [("Key", "Plaintext", "BBF316E8D940AF0AD3"), ("Wiki", "pedia", "1021BF0420")]
        {
            let mut data = plain.as_bytes().to_vec();
            rc4(key.as_bytes(), &mut data);
            assert_eq!(data_encoding::HEXUPPER.encode(&data), encrypted);
        }
    }

    #[test]
    fn what_is_no_cipher_text_is_an_error() {
        let key = [7; 16];
        for length in [1, 15, 16, 17, 31, 33] {
            assert_eq!(blocks::<Aes128>(&key, &vec![0; length]), Err(Error::Cipher), "{length}");
        }
        assert_eq!(blocks::<Aes128>(&key, &[]), Ok(Vec::new()));
        assert_eq!(blocks::<Aes128>(&key, &[0; 32]), Err(Error::Cipher), "padding of another length");
    }

    #[test]
    fn other_handlers_stay_closed() {
        let open = |dictionary: Dictionary| Crypt::open(&dictionary, b"id").err();
        let standard = || Dictionary::new().with("Filter", Object::name("Standard"));
        let text = |length: usize| Object::String(vec![0; length]);
        let cases = [
            Dictionary::new(),
            Dictionary::new().with("Filter", Object::name("Adobe.PubSec")).with("V", 4).with("R", 4),
            standard().with("V", 3).with("R", 3),
            standard().with("V", 2).with("R", 3).with("P", -4).with("O", text(32)).with("U", text(32)),
            standard().with("V", 2).with("R", 3).with("P", -4).with("O", text(31)).with("U", text(32)),
            standard().with("V", 2).with("R", 3).with("Length", 999).with("P", -4).with("O", text(32)),
            standard().with("V", 5).with("R", 6).with("U", text(48)).with("UE", text(32)),
            standard().with("V", 5).with("R", 6).with("U", text(47)).with("UE", text(32)),
            standard().with("V", 5).with("R", 9).with("U", text(48)).with("UE", text(32)),
            standard().with("V", 4).with("R", 4).with("StmF", Object::name("Other")),
        ];
        for dictionary in cases {
            assert_eq!(open(dictionary), Some(Error::Encrypted));
        }
    }
}
