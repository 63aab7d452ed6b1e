//! A row as it stands in the file.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One row of the sheet, its cells in the order of the template's columns.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    /// The row's number as the clerk sees it, from 1.
    pub number: u32,
    /// The cells; empty ones are `Cell::Empty`, those after the last filled one may be left out.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing.
    #[serde(rename = "e")]
    Empty,
    /// Text, as it stands.
    #[serde(rename = "t")]
    Text(String),
    /// A number, as its shortest decimal text.
    #[serde(rename = "n")]
    Number(String),
    /// A day.
    #[serde(rename = "d")]
    Date(NaiveDate),
    /// A truth value.
    #[serde(rename = "b")]
    Flag(bool),
    /// A formula: its result is not trusted.
    Formula,
    /// An error such as `#N/A`.
    Fault,
}

impl RawRow {
    /// A row of texts; empty texts are empty cells.
    pub fn from_texts(number: u32, texts: impl IntoIterator<Item = String>) -> RawRow {
        let cell = |text: String| if text.is_empty() { Cell::Empty } else { Cell::Text(text) };
        RawRow { number, cells: texts.into_iter().map(cell).collect() }
    }

    /// Whether nothing but blanks stands in the row.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }
}

impl Cell {
    /// Whether the cell is empty or holds blanks only.
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.chars().all(char::is_whitespace),
            _ => false,
        }
    }

    /// The text for people: what the cell shows.
    pub fn shown(&self) -> String {
        match self {
            Cell::Empty | Cell::Formula | Cell::Fault => String::new(),
            Cell::Text(text) | Cell::Number(text) => text.clone(),
            Cell::Date(day) => day.to_string(),
            Cell::Flag(flag) => if *flag { "是" } else { "否" }.to_owned(),
        }
    }
}

/// Shows the number only.
impl fmt::Debug for RawRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawRow({})", self.number)
    }
}

/// Shows the kind only.
impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cell::Empty => "Empty",
            Cell::Text(_) => "Text(…)",
            Cell::Number(_) => "Number(…)",
            Cell::Date(_) => "Date(…)",
            Cell::Flag(_) => "Flag(…)",
            Cell::Formula => "Formula",
            Cell::Fault => "Fault",
        })
    }
}
