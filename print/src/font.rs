//! The fonts that papers are set in: Noto Sans SC (SIL Open Font License), Regular whole, Bold with the characters of
//! GB 2312. What the bold font lacks is set in the regular one.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::Font;

use crate::error::{Missing, PrintError};
use crate::paper::{Fact, Paper, Section};

/// The family's name.
pub(crate) const FAMILY: &str = "Noto Sans SC";

static REGULAR: &[u8] = include_bytes!("../fonts/NotoSansSC-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/NotoSansSC-Bold-GB2312.ttf");

static FONTS: LazyLock<Vec<Font>> =
    LazyLock::new(|| [REGULAR, BOLD].into_iter().flat_map(|font| Font::iter(Bytes::new(font))).collect());

/// The fonts.
pub(crate) fn fonts() -> &'static [Font] {
    &FONTS
}

/// Whether a character has a shape. What is not seen needs none.
fn has(letter: char) -> bool {
    letter.is_whitespace() || fonts().iter().any(|font| font.info().coverage.contains(u32::from(letter)))
}

/// Finds every character that has no shape, before anything is set.
///
/// # Errors
/// [`PrintError::CharactersMissing`] with every place.
pub(crate) fn check(paper: &Paper) -> Result<(), PrintError> {
    let mut found = Vec::new();
    let mut look = |place: &dyn Fn() -> String, text: &str| {
        let mut characters = String::new();
        for letter in text.chars().filter(|letter| !has(*letter)) {
            if !characters.contains(letter) {
                characters.push(letter);
            }
        }
        if !characters.is_empty() {
            found.push(Missing { place: place(), characters });
        }
    };
    let sheet = &paper.sheet;
    look(&|| "标题".to_owned(), &format!("{}{}", sheet.office, sheet.title));
    for section in &sheet.sections {
        look_at(section, &mut look);
    }
    for signature in &sheet.signatures {
        look(&|| "签字栏".to_owned(), &signature.label);
    }
    look(&|| "页脚".to_owned(), &paper.foot().concat());
    if found.is_empty() { Ok(()) } else { Err(PrintError::CharactersMissing(found)) }
}

fn look_at(section: &Section, look: &mut impl FnMut(&dyn Fn() -> String, &str)) {
    match section {
        Section::Facts(facts) | Section::Form(facts) => {
            for Fact { label, value } in facts {
                look(&|| label.clone(), &format!("{label}{value}"));
            }
        }
        Section::Table { heading, columns, rows, total } => {
            look(&|| heading.clone(), heading);
            for column in columns {
                look(&|| column.head.clone(), &column.head);
            }
            for (number, row) in (1_u64..).zip(rows.iter().chain([total])) {
                for (value, column) in row.iter().zip(columns) {
                    look(&|| format!("第 {number} 行 {}", column.head), &value.shown());
                }
            }
        }
        Section::Note(text) => look(&|| "说明".to_owned(), text),
    }
}
