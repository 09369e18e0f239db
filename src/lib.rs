//! `pk`: performance agreements (perjanjian kinerja) and integrity pacts (pakta integritas) of
//! Indonesian regional governments, from data to signed PDF that anybody can check.
//!
//! The way of the data, room by room:
//!
//! 1. [`input`] reads a workbook into a draft, with the place of every cell.
//! 2. [`model`] checks the draft; what comes out cannot be wrong, and has canonical data and a digest.
//! 3. [`render`] makes revision 0 of the PDF: a pure function of data, claim and templates.
//! 4. [`batch`] issues, signs and packs many documents; [`registry`] remembers what was issued.
//! 5. [`audit`] answers whether a file holds, with what [`office`] and registry know; [`report`] writes
//!    the answers to a page that can be kept and printed.
//!
//! [`cli`] is the face, [`words`] its texts; `workers` spreads long work over threads. What makes a document
//! believable is in [`pk_trust`].

pub mod audit;
pub mod batch;
pub mod cli;
pub mod input;
pub mod model;
pub mod office;
pub mod registry;
pub mod render;
pub mod report;
pub mod web;
pub mod words;
mod workers;
