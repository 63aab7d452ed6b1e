//! Reads a sheet of a workbook that somebody else made, in a child process with limits.
//!
//! A workbook of two kilobytes can ask its reader for hundreds of gigabytes, and the reader of the old `.xls` panics on
//! records that are too short. So the program runs itself once more as `ledger read-workbook`, which limits its own memory
//! and processor time, takes the workbook's bytes, and prints rows as JSON lines. The caller takes them one at a time: it
//! holds neither the workbook nor its rows.
//!
//! | Bytes begin as | Read as |
//! |---|---|
//! | a zip | `.xlsx`; its size unpacked is added up first, its rows are streamed |
//! | an OLE container | the old `.xls`, held whole by the child, unless it is an encrypted workbook |
//! | anything else | refused: a web page or a text by the name of a workbook |

mod child;
mod parent;
mod sheet;

pub use child::ReadWorkbook;
pub use parent::{Ended, Reading, read_sheet};
pub use sheet::{Request, SheetRow, rows_of};
