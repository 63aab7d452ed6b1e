//! Reading the rule book's TOML, with errors that name file, line and place.

use std::ops::Range;

use chrono::NaiveDate;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{
    DatedParameter, Parameter, ProgramRule, Row, RuleBook, RuleBookError, RuleProblem, Status, Unit,
};
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::program::Program;

/// The largest values: 100 000 000 yuan in fen, which controls of a whole run may have, ten times a base, a hundred years.
const YUAN_MAX_FEN: i64 = 10_000_000_000;
const PERCENT_MAX: i64 = 1_000;
const MONTHS_MAX: i64 = 1_200;

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
    key: Spanned<String>,
    zh: Option<String>,
    en: Option<String>,
    unit: Option<Spanned<String>>,
    #[serde(default)]
    row: Vec<RowText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowText {
    from: Spanned<String>,
    value: Spanned<String>,
    announced: Option<Spanned<String>>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgramText {
    code: Spanned<String>,
    from: Spanned<String>,
    basis: String,
    conditions_zh: String,
    conditions_en: String,
    amount_zh: String,
}

/// A parameter of a draft, each row with its place.
pub(super) struct DraftParameter {
    pub parameter: Parameter,
    pub unit: Unit,
    pub rows: Vec<(Row, RowPlace)>,
}

/// Where a row of a draft stands.
pub(super) struct RowPlace {
    file: String,
    line: usize,
    at: String,
}

impl RowPlace {
    /// The error that names this place.
    pub fn invalid(&self, problem: RuleProblem) -> RuleBookError {
        RuleBookError::Invalid { file: self.file.clone(), line: self.line, at: self.at.clone(), problem }
    }
}

/// Reads every file; see [`RuleBook::from_toml`].
pub(super) fn book(files: &[(&str, &str)]) -> Result<RuleBook, RuleBookError> {
    let mut book = RuleBook {
        parameters: vec![None; Parameter::ALL.len()],
        programs: vec![None; Program::ALL.len()],
        version: String::new(),
        digest: Sha256::new(),
    };
    for (name, text) in files {
        book.digest.update(text.as_bytes());
        let place = Place { file: name, text, at: "", span: 0..0 };
        let file = syntax(name, text)?;
        for text in file.parameter {
            let (parameter, dated) = parameter(&place, text)?;
            let slot = &mut book.parameters[parameter as usize];
            place.refuse(parameter.key(), slot.is_some(), RuleProblem::StandsTwice)?;
            *slot = Some(dated);
        }
        for text in file.program {
            let (program, rule) = program(&place, text)?;
            let slot = &mut book.programs[program as usize];
            place.refuse(program.code(), slot.is_some(), RuleProblem::StandsTwice)?;
            *slot = Some(rule);
        }
    }
    complete(&book)?;
    book.version = version(&book);
    Ok(book)
}

/// The parameters of a draft, which may leave out the names and units that the book has.
pub(super) fn draft(base: &RuleBook, name: &str, text: &str) -> Result<Vec<DraftParameter>, RuleBookError> {
    let place = Place { file: name, text, at: "", span: 0..0 };
    let file = syntax(name, text)?;
    if let Some(program) = file.program.first() {
        return Err(place.on(&program.code).invalid(program.code.get_ref(), RuleProblem::ProgramInDraft));
    }
    let mut drafted: Vec<DraftParameter> = Vec::new();
    for text in file.parameter {
        let parameter = known_parameter(&place, &text.key)?;
        let twice = drafted.iter().any(|earlier| earlier.parameter == parameter);
        place.on(&text.key).refuse(parameter.key(), twice, RuleProblem::StandsTwice)?;
        let place = Place { at: parameter.key(), ..place.on(&text.key) };
        let standing = base.parameter(parameter).map(|dated| dated.unit);
        let unit = match &text.unit {
            Some(unit) => known_unit(&place, unit)?,
            None => standing.ok_or_else(|| place.invalid("unit", RuleProblem::NotNamed))?,
        };
        let differs = standing.is_some_and(|standing| standing != unit);
        place.refuse("unit", differs, RuleProblem::OtherUnit)?;
        let rows = rows(&place, unit, &text.row)?;
        drafted.push(DraftParameter { parameter, unit, rows });
    }
    Ok(drafted)
}

fn syntax(file: &str, text: &str) -> Result<File, RuleBookError> {
    toml::from_str(text).map_err(|error| RuleBookError::Syntax {
        file: file.to_owned(),
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    })
}

/// The line of a byte, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn complete(book: &RuleBook) -> Result<(), RuleBookError> {
    let parameter = Parameter::ALL.iter().find(|one| book.parameter(**one).is_none()).map(|one| one.key());
    let program = Program::ALL.iter().find(|one| book.program(**one).is_none()).map(|one| one.code());
    match parameter.or(program) {
        Some(key) => Err(RuleBookError::Missing { key }),
        None => Ok(()),
    }
}

/// The newest announcement and the first digits of the digest over the texts in their order.
pub(super) fn version(book: &RuleBook) -> String {
    let rows = book.parameters.iter().flatten().flat_map(|parameter| &parameter.rows);
    let newest = rows.filter_map(|row| row.announced).max().unwrap_or_default();
    let digest = hex::encode(book.digest.clone().finalize());
    format!("{newest}-{}", &digest[..12])
}

/// Where in a file something stands.
#[derive(Clone)]
struct Place<'a> {
    file: &'a str,
    text: &'a str,
    at: &'a str,
    span: Range<usize>,
}

impl<'a> Place<'a> {
    fn on(&self, text: &Spanned<String>) -> Place<'a> {
        Place { span: text.span(), ..self.clone() }
    }

    fn line(&self) -> usize {
        line_of(self.text, self.span.start)
    }

    fn path(&self, at: &str) -> String {
        if self.at.is_empty() { at.to_owned() } else { format!("{}: {at}", self.at) }
    }

    fn invalid(&self, at: &str, problem: RuleProblem) -> RuleBookError {
        RuleBookError::Invalid { file: self.file.to_owned(), line: self.line(), at: self.path(at), problem }
    }

    fn refuse(&self, at: &str, wrong: bool, problem: RuleProblem) -> Result<(), RuleBookError> {
        if wrong { Err(self.invalid(at, problem)) } else { Ok(()) }
    }

    fn month(&self, text: &Spanned<String>) -> Result<BenefitMonth, RuleBookError> {
        let month = text.get_ref();
        month.parse().map_err(|_| self.on(text).invalid(month, RuleProblem::NotAMonth))
    }

    fn day(&self, text: &Spanned<String>) -> Result<NaiveDate, RuleBookError> {
        let day = text.get_ref();
        day.parse().map_err(|_| self.on(text).invalid(day, RuleProblem::NotADate))
    }
}

fn known_parameter(place: &Place, key: &Spanned<String>) -> Result<Parameter, RuleBookError> {
    let unknown = || place.on(key).invalid(key.get_ref(), RuleProblem::UnknownParameter);
    Parameter::from_key(key.get_ref()).ok_or_else(unknown)
}

fn known_unit(place: &Place, unit: &Spanned<String>) -> Result<Unit, RuleBookError> {
    match unit.get_ref().as_str() {
        "yuan" => Ok(Unit::Yuan),
        "percent" => Ok(Unit::Percent),
        "months" => Ok(Unit::Months),
        other => Err(place.on(unit).invalid(other, RuleProblem::UnknownUnit)),
    }
}

fn parameter(place: &Place, text: ParameterText) -> Result<(Parameter, DatedParameter), RuleBookError> {
    let parameter = known_parameter(place, &text.key)?;
    let place = Place { at: parameter.key(), ..place.on(&text.key) };
    let (Some(zh), Some(en), Some(unit)) = (text.zh, text.en, &text.unit) else {
        return Err(place.invalid("parameter", RuleProblem::NotNamed));
    };
    let unit = known_unit(&place, unit)?;
    let rows = rows(&place, unit, &text.row)?.into_iter().map(|(row, _)| row).collect();
    Ok((parameter, DatedParameter { zh, en, unit, rows }))
}

/// The rows of a parameter, which ascend by month.
fn rows(place: &Place, unit: Unit, texts: &[RowText]) -> Result<Vec<(Row, RowPlace)>, RuleBookError> {
    place.refuse("row", texts.is_empty(), RuleProblem::NoRows)?;
    let mut rows: Vec<(Row, RowPlace)> = Vec::with_capacity(texts.len());
    for text in texts {
        let place = place.on(&text.from);
        let row = row(&place, unit, text)?;
        let month = text.from.get_ref();
        let late = rows.last().is_some_and(|(before, _)| before.from >= row.from);
        place.refuse(month, late, RuleProblem::NotAscending)?;
        let at = RowPlace { file: place.file.to_owned(), line: place.line(), at: place.path(month) };
        rows.push((row, at));
    }
    Ok(rows)
}

fn row(place: &Place, unit: Unit, text: &RowText) -> Result<Row, RuleBookError> {
    let (month, written) = (text.from.get_ref(), text.value.get_ref());
    let (value, most) = match unit {
        Unit::Yuan => (Money::parse_yuan(written).ok().map(Money::fen), YUAN_MAX_FEN),
        Unit::Percent => (written.parse::<u16>().ok().map(i64::from), PERCENT_MAX),
        Unit::Months => (written.parse::<u16>().ok().map(i64::from), MONTHS_MAX),
    };
    let announced = text.announced.as_ref().map(|day| place.day(day)).transpose()?;
    place.refuse(month, text.source.trim().is_empty(), RuleProblem::NoSource)?;
    let from = place.month(&text.from)?;
    let of_value = place.on(&text.value);
    let value = value.ok_or_else(|| of_value.invalid(month, RuleProblem::ValueMalformed))?;
    of_value.refuse(month, value > most, RuleProblem::ValueOutOfRange)?;
    Ok(Row {
        from,
        value,
        announced,
        status: match text.status.as_str() {
            "sourced" => Status::Sourced,
            "illustrative" => Status::Illustrative,
            _ => return Err(place.invalid(month, RuleProblem::UnknownStatus)),
        },
        source: text.source.clone(),
        note: text.note.clone(),
    })
}

fn program(place: &Place, text: ProgramText) -> Result<(Program, ProgramRule), RuleBookError> {
    let code = text.code.get_ref().as_str();
    let place = place.on(&text.code);
    let program: Program = code.parse().map_err(|_| place.invalid(code, RuleProblem::UnknownProgram))?;
    let rule = ProgramRule {
        from: Place { at: program.code(), ..place }.month(&text.from)?,
        basis: text.basis,
        conditions_zh: text.conditions_zh,
        conditions_en: text.conditions_en,
        amount_zh: text.amount_zh,
    };
    Ok((program, rule))
}
