//! A paper as PDF, set by typst from one template.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use typst::foundations::{Dict, Smart, Value as TypstValue};
use typst_as_lib::{TypstEngine, TypstTemplateMainFile};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::error::PrintError;
use crate::font;
use crate::imprint::Imprint;
use crate::paper::{Align, Fact, Paper, PaperKind, Section, Value, even};

static ENGINE: LazyLock<TypstEngine<TypstTemplateMainFile>> = LazyLock::new(|| {
    TypstEngine::builder()
        .main_file(include_str!("template.typ"))
        .fonts(font::fonts().iter().cloned())
        .build()
});

/// A paper as PDF: the same paper is the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
}

/// Sets a paper.
///
/// # Errors
/// [`PrintError::CharactersMissing`] when the fonts lack characters, [`PrintError::RowUneven`], and
/// [`PrintError::Typesetting`] when it cannot be set.
pub fn write(paper: &Paper) -> Result<Pdf, PrintError> {
    let document = set(paper)?;
    let options = PdfOptions {
        // the digest names what the paper says, so two papers with one title are told apart
        ident: Smart::Custom(paper.digest()),
        creator: Smart::Custom(None),
        timestamp: None,
        // a tagged list of a thousand rows is twelve times as large
        tagged: false,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| {
        PrintError::Typesetting(errors.iter().map(|error| error.message.to_string()).collect())
    })?;
    Ok(Pdf { bytes, pages: document.pages().len() })
}

pub(crate) fn set(paper: &Paper) -> Result<PagedDocument, PrintError> {
    font::check(paper)?;
    let failed = |error: &dyn std::fmt::Display| PrintError::Typesetting(error.to_string());
    let json = serde_json::to_value(Layout::of(paper)?).map_err(|error| failed(&error))?;
    let value = TypstValue::deserialize(json).map_err(|error| failed(&error))?;
    let mut inputs = Dict::new();
    inputs.insert("paper".into(), value);
    ENGINE.compile_with_input(inputs).output.map_err(|error| failed(&error))
}

/// What the template is given: texts, never markup.
#[derive(Serialize)]
struct Layout<'p> {
    imprint: String,
    office: &'p str,
    title: &'p str,
    landscape: bool,
    sections: Vec<LaidSection>,
    signatures: Vec<[&'p str; 2]>,
    foot: [String; 3],
    family: &'static str,
}

#[derive(Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum LaidSection {
    Facts {
        facts: Vec<[String; 2]>,
    },
    Form {
        facts: Vec<[String; 2]>,
    },
    Table {
        heading: String,
        widths: Vec<u16>,
        aligns: Vec<Align>,
        heads: Vec<String>,
        cells: Vec<String>,
        total: Vec<String>,
    },
    Note {
        text: String,
    },
}

/// From so many columns on a table lies on its side.
const PORTRAIT_COLUMNS_MAX: usize = 7;

impl Layout<'_> {
    fn of(paper: &Paper) -> Result<Layout<'_>, PrintError> {
        let sheet = &paper.sheet;
        let wide = |section: &Section| matches!(section, Section::Table { columns, .. } if columns.len() > PORTRAIT_COLUMNS_MAX);
        Ok(Layout {
            imprint: Imprint::of(paper).text(),
            office: &sheet.office,
            title: &sheet.title,
            landscape: sheet.sections.iter().any(wide) && sheet.kind != PaperKind::Notice,
            sections: sheet.sections.iter().map(laid).collect::<Result<_, _>>()?,
            signatures: sheet.signatures.iter().map(|each| [&*each.label, &*each.account]).collect(),
            foot: paper.foot(),
            family: font::FAMILY,
        })
    }
}

fn laid(section: &Section) -> Result<LaidSection, PrintError> {
    let pairs = |facts: &[Fact]| facts.iter().map(|fact| [fact.label.clone(), fact.value.shown()]).collect();
    Ok(match section {
        Section::Facts(facts) => LaidSection::Facts { facts: pairs(facts) },
        Section::Form(facts) => LaidSection::Form { facts: pairs(facts) },
        Section::Note(text) => LaidSection::Note { text: text.clone() },
        Section::Table { heading, columns, rows, total } => {
            even(columns, rows, total)?;
            LaidSection::Table {
                heading: heading.clone(),
                widths: columns.iter().map(|column| column.width).collect(),
                aligns: columns.iter().map(|column| column.align).collect(),
                heads: columns.iter().map(|column| column.head.clone()).collect(),
                cells: rows.iter().flatten().map(Value::shown).collect(),
                total: total.iter().map(Value::shown).collect(),
            }
        }
    })
}
