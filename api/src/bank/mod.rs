//! Files to and from banks: layouts as data (报盘与回盘格式), writing, reading as streams, and matching what was read
//! with the payments of a run.
//!
//! | File | What it is |
//! |---|---|
//! | `layout/`, `layouts/*.toml` | how one bank wants its files: encoding, columns, heads and trailers, result codes |
//! | `catalogue.rs` | the layouts of this program and those of the office's own folder |
//! | `example.rs` | what a file in a layout looks like, of people who do not exist |
//! | `encoding.rs` | text in a bank's encoding, refusing what it cannot say |
//! | `writing/` | a file to the bank, line by line: delimited, fixed width, workbook, pain.001 |
//! | `reading/` | a file from the bank, line by line: delimited, fixed width, workbook, pain.002, camt.053 |
//! | `codes.rs` | the reason codes of ISO 20022 in plain words |
//! | `run_book.rs` | the payments of a run, small enough for a million |
//! | `matching.rs` | which payment a line speaks of, and whether it says something new |
//!
//! Nothing here touches the ledger: `processes/payment_run` does, with what these say. A file is never held in memory
//! whole, but for a workbook while it is written. What a person wrote never becomes markup, a delimiter or a formula: such a character is refused.

pub mod catalogue;
pub mod codes;
mod encoding;
pub mod example;
pub mod fault;
pub mod layout;
pub mod matching;
pub mod reading;
pub mod run_book;
#[cfg(test)]
mod tests;
pub mod writing;
