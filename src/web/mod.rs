//! The public page: anybody may check a document, by its code, by its file, or by a photo.
//!
//! [`Server`] answers live, [`publish`] writes the same as files for any web host. What a page says comes from the institution's register;
//! what a file or a code proves by itself is found out on the reader's device, by the same code as
//! `pk verify`, or here for those whose browser runs no scripts.

mod assets;
mod headers;
mod keys;
mod links;
mod page;
mod picture;
mod publish;
mod record;
mod records;
mod server;
mod site;

pub use publish::{Damaged, PublishError, Published, publish};
pub use record::{FORMAT, Record, State};
pub use records::{Records, Unreachable};
pub use server::{COMMAND, Error, Question, Server, check};
pub use site::Site;
