//! What a command shows: tables that align with wide characters, progress on long work, or JSON.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use comfy_table::{Cell, CellAlignment, LineStyle, Table, TableStyle};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

pub use domain::numbers::{grouped, yuan};

use crate::lang::Lang;

/// Where a command prints, in which language and form.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// The language of everything for people.
    pub lang: Lang,
    /// Text for people, or one JSON document for programs.
    pub form: Form,
}

/// The form of a command's answer on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Tables and sentences.
    Text,
    /// One JSON document; progress and remarks stay on standard error.
    Json,
}

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

impl Screen {
    /// One of two texts that say the same.
    pub fn pick<T>(&self, zh: T, en: T) -> T {
        self.lang.pick(zh, en)
    }

    /// Prints a sentence for people; nothing in JSON form.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn say(&self, zh: impl AsRef<str>, en: impl AsRef<str>) -> io::Result<()> {
        match self.form {
            Form::Text => writeln!(io::stdout(), "{}", self.pick(zh.as_ref(), en.as_ref())),
            Form::Json => Ok(()),
        }
    }

    /// Prints a table for people; nothing in JSON form.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn table(&self, heads: &[(&str, Align)], rows: &[Vec<String>]) -> io::Result<()> {
        match self.form {
            Form::Text => writeln!(io::stdout(), "{}\n", table(heads, rows)),
            Form::Json => Ok(()),
        }
    }

    /// Prints the answer as JSON; nothing in text form.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn answer(&self, answer: &impl Serialize) -> io::Result<()> {
        match self.form {
            Form::Text => Ok(()),
            Form::Json => {
                let mut out = io::stdout().lock();
                serde_json::to_writer_pretty(&mut out, answer)?;
                writeln!(out)
            }
        }
    }

    /// A progress bar on standard error for `total` steps; hidden where standard error is no terminal.
    pub fn progress(&self, total: u64, zh: &'static str, en: &'static str) -> ProgressBar {
        let target = if io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) =
            ProgressStyle::with_template("{msg:<18} {wide_bar:.blue} {human_pos}/{human_len} {elapsed}")
        {
            bar.set_style(style);
        }
        bar.set_message(self.pick(zh, en));
        bar.enable_steady_tick(Duration::from_millis(250));
        bar
    }

    /// Shows on standard error that work of unknown length goes on; hidden where standard error is no terminal.
    pub fn spinner(&self, zh: &'static str, en: &'static str) -> ProgressBar {
        let bar = self.progress(0, zh, en);
        if let Ok(style) = ProgressStyle::with_template("{spinner:.blue} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar
    }
}

/// A line above, below the heads and at the end; none between rows, so that a screen holds many.
const RULED: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// Lays out a table; wide characters count as two columns.
pub fn table(heads: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(RULED);
    // a list of facts has no heads, and no empty line where they would stand
    if heads.iter().any(|(head, _)| !head.is_empty()) {
        table.set_header(heads.iter().map(|(head, align)| aligned(head, *align)));
    }
    for row in rows {
        table.add_row(row.iter().zip(heads).map(|(text, (_, align))| aligned(text, *align)));
    }
    table.to_string()
}

fn aligned(text: &str, align: Align) -> Cell {
    Cell::new(text).set_alignment(match align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    })
}

/// Text from a file, which a stranger wrote: nothing in it moves the cursor, clears the screen or turns the direction
/// of writing, so that it cannot look like an answer of ours.
pub fn plain(text: &str) -> String {
    let moves = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if moves(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn columns_align_when_characters_are_wide() {
        let rows =
            vec![vec!["低保".to_owned(), "29".to_owned()], vec!["Elderly".to_owned(), "1,203".to_owned()]];
        let text = table(&[("项目", Align::Left), ("人数", Align::Right)], &rows);
        let widths: Vec<usize> = text.lines().map(UnicodeWidthStr::width).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{widths:?}\n{text}");
    }
}
