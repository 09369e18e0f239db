//! What to call a change that nothing explains. Only words: it is forbidden whatever it is called.

use super::{Comparison, What};
use crate::pades::context::Context;
use crate::pdf::Body;

impl Comparison<'_, '_> {
    /// Names a change by what the object is.
    pub(super) fn classify(&self, number: u32, old: &Body, new: &Body) -> (What, Vec<u8>) {
        let name = |key: &str| {
            let of = |body: &Body| body.value.as_dictionary()?.get(key)?.as_name().map(<[u8]>::to_vec);
            of(old).or_else(|| of(new)).unwrap_or_default()
        };
        let (kind, subtype) = (name("Type"), name("Subtype"));
        let roles = self.roles.contexts(number);
        let what = match (kind.as_slice(), subtype.as_slice()) {
            (b"Pages", _) => What::Pages,
            (b"ObjStm" | b"XRef", _) => What::Container,
            (b"Page", _) => What::Page,
            (b"Sig" | b"DocTimeStamp", _) => What::Signature,
            (b"StructElem" | b"StructTreeRoot" | b"OBJR" | b"MCR", _) => What::Structure,
            (b"Filespec" | b"EmbeddedFile", _) => What::Attachment,
            (b"Action", _) => What::Action,
            (b"Annot", b"Widget") | (_, b"Widget") => What::FormValue,
            (b"Annot", _) => What::Annotation,
            (b"Font" | b"FontDescriptor" | b"ExtGState" | b"Pattern" | b"OCG" | b"OCMD" | b"CMap", _)
            | (_, b"Image") => What::Resource,
            (_, b"Form") => What::Appearance,
            _ if roles.has(Context::AnnotationList) => What::Annotation,
            _ if roles.has(Context::Value) => What::FormValue,
            _ if roles.has(Context::Appearance) => What::Appearance,
            _ if roles.has(Context::Field) => What::Annotation,
            _ if roles.has(Context::Element) || roles.has(Context::ElementTree) => What::Structure,
            _ => self.by_key(number),
        };
        (what, if subtype.is_empty() { kind } else { subtype })
    }

    /// By the key under which another object refers to it.
    fn by_key(&self, number: u32) -> What {
        const KEYS: [(&[u8], What); 15] = [
            (b"Contents", What::Content),
            (b"Names", What::Attachment),
            (b"EmbeddedFiles", What::Attachment),
            (b"EF", What::Attachment),
            (b"StructTreeRoot", What::Structure),
            (b"OpenAction", What::Action),
            (b"AA", What::Action),
            (b"A", What::Action),
            (b"JS", What::Action),
            (b"Resources", What::Resource),
            (b"Font", What::Resource),
            (b"XObject", What::Resource),
            (b"FontFile2", What::Resource),
            (b"FontFile3", What::Resource),
            (b"FontFile", What::Resource),
        ];
        for source in self.roles.sources(number).take(8) {
            let Ok(Some((body, _))) = self.after.numbered(source) else { continue };
            let Some(dictionary) = body.value.as_dictionary() else { continue };
            for (key, value) in dictionary.iter() {
                let mut found = false;
                value.references(&mut |reference| found |= reference.number == number);
                if found && let Some((_, what)) = KEYS.iter().find(|(name, _)| *name == key) {
                    return *what;
                }
            }
        }
        What::Object
    }
}
