//! Reading the rule book's TOML, with errors that name file and place.

use chrono::NaiveDate;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{DatedParameter, Parameter, ProgramRule, Row, RuleBook, Status, Unit};
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::program::Program;

/// Why a text is not a rule book.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleBookError {
    /// Not TOML, or not these fields; the message has line and column.
    #[error("{file}: {message}")]
    Syntax {
        /// Which file.
        file: String,
        /// What the TOML reader says.
        message: String,
    },
    /// A value that cannot stand.
    #[error("{file}: {at}: {problem}")]
    Invalid {
        /// Which file.
        file: String,
        /// The key, and the row by its month.
        at: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A parameter or program that no file has.
    #[error("the rule book has no {key}")]
    Missing {
        /// Its key.
        key: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    parameter: Vec<ParameterText>,
    #[serde(default)]
    program: Vec<ProgramText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterText {
    key: String,
    zh: String,
    en: String,
    unit: String,
    row: Vec<RowText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowText {
    from: String,
    value: String,
    announced: Option<String>,
    source: String,
    status: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgramText {
    code: String,
    from: String,
    basis: String,
    conditions_zh: String,
    conditions_en: String,
    amount_zh: String,
}

/// Reads every file; see [`RuleBook::from_toml`].
pub(super) fn book(files: &[(&str, &str)]) -> Result<RuleBook, RuleBookError> {
    let mut book = RuleBook {
        parameters: vec![None; Parameter::ALL.len()],
        programs: vec![None; Program::ALL.len()],
        version: String::new(),
    };
    let mut digest = Sha256::new();
    for (name, text) in files {
        digest.update(text.as_bytes());
        let place = Place { file: name, at: "" };
        let file = syntax(name, text)?;
        for text in file.parameter {
            let (parameter, dated) = parameter(place, text)?;
            let slot = &mut book.parameters[parameter as usize];
            place.refuse(parameter.key(), slot.is_some(), "stands twice")?;
            *slot = Some(dated);
        }
        for text in file.program {
            let (program, rule) = program(place, text)?;
            let slot = &mut book.programs[program as usize];
            place.refuse(program.code(), slot.is_some(), "stands twice")?;
            *slot = Some(rule);
        }
    }
    complete(&book)?;
    book.version = version(&book, digest);
    Ok(book)
}

/// Replaces the parameters of one more file; see [`RuleBook::with_toml`].
pub(super) fn overlay(base: &RuleBook, name: &str, text: &str) -> Result<RuleBook, RuleBookError> {
    let mut book = base.clone();
    let place = Place { file: name, at: "" };
    let file = syntax(name, text)?;
    place.refuse("program", !file.program.is_empty(), "cannot be replaced")?;
    for text in file.parameter {
        let (parameter, dated) = parameter(place, text)?;
        book.parameters[parameter as usize] = Some(dated);
    }
    let mut digest = Sha256::new();
    digest.update(base.version.as_bytes());
    digest.update(text.as_bytes());
    book.version = version(&book, digest);
    Ok(book)
}

fn syntax(file: &str, text: &str) -> Result<File, RuleBookError> {
    toml::from_str(text)
        .map_err(|error| RuleBookError::Syntax { file: file.to_owned(), message: error.to_string() })
}

fn complete(book: &RuleBook) -> Result<(), RuleBookError> {
    let parameter = Parameter::ALL.iter().find(|one| book.parameter(**one).is_none()).map(|one| one.key());
    let program = Program::ALL.iter().find(|one| book.program(**one).is_none()).map(|one| one.code());
    match parameter.or(program) {
        Some(key) => Err(RuleBookError::Missing { key }),
        None => Ok(()),
    }
}

fn version(book: &RuleBook, digest: Sha256) -> String {
    let rows = book.parameters.iter().flatten().flat_map(|parameter| &parameter.rows);
    let newest = rows.filter_map(|row| row.announced).max().unwrap_or_default();
    let digest = hex::encode(digest.finalize());
    format!("{newest}-{}", &digest[..12])
}

/// Where in a file something stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    at: &'a str,
}

impl Place<'_> {
    fn invalid(self, at: &str, problem: &'static str) -> RuleBookError {
        let at = if self.at.is_empty() { at.to_owned() } else { format!("{}: {at}", self.at) };
        RuleBookError::Invalid { file: self.file.to_owned(), at, problem }
    }

    fn refuse(self, at: &str, wrong: bool, problem: &'static str) -> Result<(), RuleBookError> {
        if wrong { Err(self.invalid(at, problem)) } else { Ok(()) }
    }

    fn month(self, text: &str) -> Result<BenefitMonth, RuleBookError> {
        text.parse().map_err(|_| self.invalid(text, "is not a month such as 2023-07"))
    }
}

fn parameter(place: Place, text: ParameterText) -> Result<(Parameter, DatedParameter), RuleBookError> {
    let parameter =
        Parameter::from_key(&text.key).ok_or_else(|| place.invalid(&text.key, "is no parameter"))?;
    let place = Place { at: &text.key, ..place };
    let unit = match text.unit.as_str() {
        "yuan" => Unit::Yuan,
        "percent" => Unit::Percent,
        "months" => Unit::Months,
        other => return Err(place.invalid(other, "is no unit: yuan, percent or months")),
    };
    let rows = text.row.into_iter().map(|text| row(place, unit, text)).collect::<Result<Vec<_>, _>>()?;
    place.refuse("row", rows.is_empty(), "is missing")?;
    for pair in rows.windows(2) {
        let month = pair[1].from.to_string();
        place.refuse(&month, pair[0].from >= pair[1].from, "is not later than the row before it")?;
    }
    Ok((parameter, DatedParameter { zh: text.zh, en: text.en, unit, rows }))
}

fn row(place: Place, unit: Unit, text: RowText) -> Result<Row, RuleBookError> {
    let value = match unit {
        Unit::Yuan => Money::parse_yuan(&text.value).ok().map(Money::fen),
        Unit::Percent | Unit::Months => text.value.parse::<u16>().ok().map(i64::from),
    };
    let announced = match &text.announced {
        Some(day) => Some(day.parse::<NaiveDate>().map_err(|_| place.invalid(day, "is not a date"))?),
        None => None,
    };
    place.refuse(&text.from, text.source.is_empty(), "has no source")?;
    Ok(Row {
        from: place.month(&text.from)?,
        value: value.ok_or_else(|| place.invalid(&text.from, "has a value that does not fit the unit"))?,
        announced,
        status: match text.status.as_str() {
            "sourced" => Status::Sourced,
            "illustrative" => Status::Illustrative,
            _ => return Err(place.invalid(&text.from, "has no status: sourced or illustrative")),
        },
        source: text.source,
        note: text.note,
    })
}

fn program(place: Place, text: ProgramText) -> Result<(Program, ProgramRule), RuleBookError> {
    let program: Program = text.code.parse().map_err(|_| place.invalid(&text.code, "is no program"))?;
    let rule = ProgramRule {
        from: Place { at: &text.code, ..place }.month(&text.from)?,
        basis: text.basis,
        conditions_zh: text.conditions_zh,
        conditions_en: text.conditions_en,
        amount_zh: text.amount_zh,
    };
    Ok((program, rule))
}
