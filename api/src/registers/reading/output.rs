//! What the child prints: one JSON value a line.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::registers::RawRow;

/// A line from the child.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// How a text file is encoded; comes before its rows.
    Encoding(TextEncoding),
    /// A row.
    Row(RawRow),
    /// Every row was printed; the last line.
    Done {
        /// How many there were.
        rows: u32,
    },
    /// The file is not taken; the last line.
    Refused(Refusal),
}

/// How a CSV file is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextEncoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16 with a byte order mark: Excel's "Unicode text".
    Utf16,
    /// GB18030, which includes GBK and GB2312.
    Gb18030,
}

impl TextEncoding {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            TextEncoding::Utf8 => "UTF-8",
            TextEncoding::Utf8Bom => "UTF-8 (BOM)",
            TextEncoding::Utf16 => "UTF-16",
            TextEncoding::Gb18030 => "GB18030 (GBK)",
        }
    }
}

/// Takes the child's lines: printed by the program, collected by tests.
pub(super) trait Output {
    /// Takes a line.
    ///
    /// # Errors
    /// [`Refusal::CannotOpen`] when nobody listens any more.
    fn put(&mut self, line: Line) -> Result<(), Refusal>;
}
