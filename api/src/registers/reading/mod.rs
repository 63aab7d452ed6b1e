//! Reads a register from a file, in a child process with limits.
//!
//! A spreadsheet of two kilobytes can ask its reader for hundreds of gigabytes, and one of a megabyte can unpack to
//! three. So the program runs itself once more as `ledger read-register`, which limits its own memory and processor
//! time before it opens the file, and prints the rows as JSON lines. Whatever happens there, the parent gets rows or
//! a plain refusal: the child dies alone.
//!
//! | File | Read as |
//! |---|---|
//! | begins as a zip | an Excel workbook; its size unpacked is added up first |
//! | begins as an OLE container | refused: password-protected, or the old `.xls` |
//! | anything else that is text | CSV in UTF-8, UTF-16 with a byte order mark, or GB18030 (which includes GBK) |
//!
//! The file's name does not matter, only what is in it.

mod child;
mod delimited;
mod header;
mod output;
mod parent;
mod refusal;
pub(crate) mod spreadsheet;

pub use child::ReadRegister;
pub(crate) use child::confine;
pub use output::TextEncoding;
pub use parent::{Limits, RegisterRows, read_register};
pub(crate) use parent::{cause_of_death, stop};
pub use refusal::Refusal;
