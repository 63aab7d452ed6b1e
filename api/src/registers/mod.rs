//! Registers (登记表): the tables in which an office hands its data to the ledger.
//!
//! A register travels as an Excel workbook or as CSV. Its way in: the file is read by a child process with
//! limits ([`reading`]), each row becomes a typed row or a list of [`Problem`]s ([`persons`], [`applications`], …),
//! the rows are checked against each other ([`DryRun`]), and what is wrong goes back to the clerk as the same
//! sheet with a column 错误原因 ([`workbook`]). Nothing here touches the ledger.
//!
//! Invariants: a row is either good or has at least one problem, never both; no problem holds a personal value;
//! the same content always has the same row key, so importing a file again changes nothing.

pub mod applications;
pub mod care_assessments;
pub mod changes;
mod codes;
mod cross;
pub mod donations;
mod dry_run;
mod fields;
mod lists;
pub mod persons;
mod problem;
mod raw;
pub mod reading;
mod row_key;
pub mod statements;
pub(crate) mod synthetic;
mod template;
pub mod workbook;

#[cfg(test)]
mod tests;

pub use codes::Named;
pub use dry_run::{BadRow, Checked, DryRun, DryRunContext, GoodRow, KnownPerson, Report, dry_run};
pub use problem::{Problem, ProblemCode};
pub use raw::{Cell, RawRow};
pub use row_key::RowKeys;
pub use template::{Column, Format, Need, RegisterKind, Template};

/// A typed row of a register.
pub trait RegisterRow: Sized {
    /// Which register it belongs to.
    const KIND: RegisterKind;

    /// Reads one row.
    ///
    /// # Errors
    /// Every problem of the row, each with its column.
    fn read(raw: &RawRow) -> Result<Self, Vec<Problem>>;

    /// The row as the texts of its template's columns, in their order; reads back as the same row.
    fn write(&self) -> Vec<String>;
}
