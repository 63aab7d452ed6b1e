//! Finds the template's columns in the heads of a file.

use super::refusal::Refusal;
use crate::registers::template::{Need, Template};
use crate::registers::workbook::REASON_HEAD;
use crate::registers::{Cell, RawRow};

/// The longest text that is passed on: everything longer is refused by its column anyway.
const LONGEST_TEXT: usize = 1_000;

/// Where the columns of a file belong.
pub(super) struct Header {
    template: &'static Template,
    /// For each column of the file the place in the template; `None` for the column of reasons.
    places: Vec<Option<usize>>,
}

impl Header {
    /// Reads the heads, Chinese or codes.
    ///
    /// # Errors
    /// Unknown, repeated and missing columns.
    pub(super) fn read(template: &'static Template, heads: &[String]) -> Result<Header, Refusal> {
        let mut unknown = Vec::new();
        let mut places = Vec::with_capacity(heads.len());
        let width = heads.iter().rposition(|head| !head.trim().is_empty()).map_or(0, |last| last + 1);
        for (column, head) in heads[..width].iter().enumerate() {
            let head = head.trim();
            let place = template.index_of_head(head);
            if place.is_none() && head != REASON_HEAD {
                unknown.push(letters(column));
            }
            if place.is_some() && places.contains(&place) {
                return Err(Refusal::DuplicateColumn { head: head.to_owned() });
            }
            places.push(place);
        }
        if !unknown.is_empty() {
            return Err(Refusal::UnknownColumns { columns: unknown.join("、") });
        }
        let missing = template.columns.iter().enumerate();
        let missing =
            missing.filter(|(place, column)| column.need == Need::Always && !places.contains(&Some(*place)));
        let missing: Vec<&str> = missing.map(|(_, column)| column.head).collect();
        if missing.is_empty() {
            Ok(Header { template, places })
        } else {
            Err(Refusal::MissingColumns { heads: missing.join("、") })
        }
    }

    /// Whether a row is the template's second line, with the codes of the columns.
    pub(super) fn is_code_line(&self, cells: &[(usize, Cell)]) -> bool {
        !cells.is_empty()
            && cells.iter().all(|(column, cell)| match (self.places.get(*column), cell) {
                (Some(Some(place)), Cell::Text(text)) => text.trim() == self.template.columns[*place].code,
                (Some(None), _) => true,
                _ => false,
            })
    }

    /// A row in the order of the template; `None` where it is blank.
    ///
    /// # Errors
    /// [`Refusal::TooManyCells`] where something stands beyond the heads.
    pub(super) fn arrange(&self, number: u32, cells: Vec<(usize, Cell)>) -> Result<Option<RawRow>, Refusal> {
        let mut row = RawRow { number, cells: vec![Cell::Empty; self.template.columns.len()] };
        for (column, cell) in cells.into_iter().filter(|(_, cell)| !cell.is_blank()) {
            match self.places.get(column) {
                Some(Some(place)) => row.cells[*place] = shorten(cell),
                Some(None) => {}
                None => return Err(Refusal::TooManyCells { row: number }),
            }
        }
        if row.is_blank() {
            return Ok(None);
        }
        let used = row.cells.iter().rposition(|cell| *cell != Cell::Empty).map_or(0, |last| last + 1);
        row.cells.truncate(used);
        Ok(Some(row))
    }
}

fn shorten(cell: Cell) -> Cell {
    match cell {
        Cell::Text(text) if text.len() > LONGEST_TEXT => {
            Cell::Text(text.chars().take(LONGEST_TEXT).collect())
        }
        other => other,
    }
}

/// The letters of a column: A to Z, AA …
pub(super) fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
