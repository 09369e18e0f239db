//! Typst's door to the world: templates and one document's data, no disk, no network, no clock.

use std::path::PathBuf;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

use super::Renderer;

/// The world of one compilation.
pub(super) struct JobWorld<'r> {
    renderer: &'r Renderer,
    main: FileId,
    data: Bytes,
    claim: Bytes,
    qr: Bytes,
    layout: Bytes,
}

impl<'r> JobWorld<'r> {
    /// `None` if `main` is no path below the root.
    pub(super) fn new(
        renderer: &'r Renderer,
        main: &str,
        data: &[u8],
        claim: &str,
        qr: &str,
        layout: Vec<u8>,
    ) -> Option<Self> {
        Some(Self {
            renderer,
            main: file_id(main)?,
            data: Bytes::new(data.to_vec()),
            claim: Bytes::new(claim.as_bytes().to_vec()),
            qr: Bytes::new(qr.as_bytes().to_vec()),
            layout: Bytes::new(layout),
        })
    }
}

/// The id of a file below the root of the templates.
pub(super) fn file_id(path: &str) -> Option<FileId> {
    Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).ok()?).intern())
}

impl World for JobWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.renderer.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.renderer.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let not_found = || FileError::NotFound(PathBuf::from(id.get().vpath().get_without_slash()));
        self.renderer.templates.source(id).ok_or_else(not_found)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.get().vpath();
        match path.get_without_slash() {
            "data.json" => Ok(self.data.clone()),
            "claim.txt" => Ok(self.claim.clone()),
            "qr.svg" => Ok(self.qr.clone()),
            "layout.json" => Ok(self.layout.clone()),
            name => {
                self.renderer.templates.file(name).ok_or_else(|| FileError::NotFound(PathBuf::from(name)))
            }
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.renderer.fonts.get(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
