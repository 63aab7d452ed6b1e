//! Checks a whole register without touching the ledger: each row by itself, then the rows against each other.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use domain::identifiers::CitizenId;
use serde::Serialize;

use super::persons;
use super::problem::{Problem, ProblemCode};
use super::{RawRow, RegisterKind, RegisterRow};

/// What is known before the register is read.
#[derive(Clone)]
pub struct DryRunContext {
    today: NaiveDate,
    known: HashMap<CitizenId, KnownPerson>,
    households: HashSet<String>,
}

/// A person who is in the register already.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownPerson {
    /// 户号 of the household.
    pub household_number: String,
    /// Birthday.
    pub birth_date: NaiveDate,
}

impl DryRunContext {
    /// Nothing is known but the day, on which later days lie in the future.
    pub fn new(today: NaiveDate) -> DryRunContext {
        DryRunContext { today, known: HashMap::new(), households: HashSet::new() }
    }

    /// Adds a person.
    pub fn know(&mut self, id_number: CitizenId, person: KnownPerson) {
        self.households.insert(person.household_number.clone());
        self.known.insert(id_number, person);
    }

    /// Adds a household.
    pub fn know_household(&mut self, number: String) {
        self.households.insert(number);
    }

    /// Adds the persons of a register.
    pub fn know_all<'a>(&mut self, rows: impl IntoIterator<Item = &'a persons::Row>) {
        for row in rows {
            let household_number = row.household_number.clone();
            self.know(row.id_number.clone(), KnownPerson { household_number, birth_date: row.birth_date });
        }
    }

    pub(crate) const fn today(&self) -> NaiveDate {
        self.today
    }

    pub(crate) fn person(&self, id_number: &CitizenId) -> Option<&KnownPerson> {
        self.known.get(id_number)
    }

    pub(crate) fn has_household(&self, number: &str) -> bool {
        self.households.contains(number)
    }
}

/// A row type whose rows are checked against each other.
pub trait Checked: RegisterRow {
    /// Finds what no row shows by itself.
    fn check(rows: &[GoodRow<Self>], context: &DryRunContext) -> Vec<Problem>;
}

/// A row without fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoodRow<R> {
    /// Its number as the clerk sees it.
    pub number: u32,
    /// The row.
    pub row: R,
}

/// A row with faults: what stood in it, for the clerk alone, and what is wrong.
#[derive(Clone)]
pub struct BadRow {
    /// What stood in it. Holds personal data: only for the clerk's own workbook.
    pub raw: RawRow,
    /// What is wrong; never empty.
    pub problems: Vec<Problem>,
}

impl BadRow {
    /// The reasons in Chinese, with their columns.
    pub fn reasons(&self) -> String {
        let reason = |problem: &Problem| match problem.column {
            "" => problem.zh.to_owned(),
            column => format!("【{column}】{}", problem.zh),
        };
        self.problems.iter().map(reason).collect::<Vec<_>>().join("；")
    }
}

/// What a register holds.
pub struct DryRun<R> {
    /// Rows without fault, in the file's order.
    pub good: Vec<GoodRow<R>>,
    /// Rows with faults, in the file's order.
    pub bad: Vec<BadRow>,
}

/// The result for people and programs, without personal values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Which register.
    pub register: RegisterKind,
    /// How many rows the file has.
    pub rows: usize,
    /// How many are without fault.
    pub good: usize,
    /// How many are not.
    pub bad: usize,
    /// Every problem, by row.
    pub problems: Vec<Problem>,
}

impl<R: RegisterRow> DryRun<R> {
    /// The result without personal values.
    pub fn report(&self) -> Report {
        Report {
            register: R::KIND,
            rows: self.good.len() + self.bad.len(),
            good: self.good.len(),
            bad: self.bad.len(),
            problems: self.bad.iter().flat_map(|bad| bad.problems.iter().cloned()).collect(),
        }
    }
}

/// Checks the rows of a register.
pub fn dry_run<R: Checked>(rows: Vec<RawRow>, context: &DryRunContext) -> DryRun<R> {
    let mut read = Vec::with_capacity(rows.len());
    let mut problems: HashMap<u32, Vec<Problem>> = HashMap::new();
    for raw in &rows {
        match R::read(raw) {
            Ok(row) => read.push(GoodRow { number: raw.number, row }),
            Err(found) => {
                problems.insert(raw.number, found);
            }
        }
    }
    for problem in R::check(&read, context) {
        problems.entry(problem.row).or_default().push(problem);
    }
    let good = read.into_iter().filter(|good| !problems.contains_key(&good.number)).collect();
    let bad = rows.into_iter().filter_map(|raw| {
        let problems = problems.remove(&raw.number)?;
        Some(BadRow { raw, problems })
    });
    DryRun { good, bad: bad.collect() }
}

/// Collects problems of one register.
pub(crate) struct Findings {
    kind: RegisterKind,
    problems: Vec<Problem>,
}

impl Findings {
    pub(crate) const fn new(kind: RegisterKind) -> Findings {
        Findings { kind, problems: Vec::new() }
    }

    /// A problem of a column, or of the whole row where the field is empty.
    pub(crate) fn add(&mut self, row: u32, field: &'static str, what: ProblemCode) {
        let template = self.kind.template();
        let head = template.index(field).map_or("", |index| template.columns[index].head);
        self.problems.push(what.at(row, head, field));
    }

    pub(crate) fn done(self) -> Vec<Problem> {
        self.problems
    }
}
