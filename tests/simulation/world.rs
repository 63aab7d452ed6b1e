//! The simulated office: what its people know, and the books that the simulation keeps of it.

use std::collections::{BTreeMap, BTreeSet};

use api::processes::payment_run::{BankResult, RunPlan};
use api::processes::{Desk, OpenedCase, ProcessError};
use api::registers::{applications, changes, donations, persons};
use chrono::{Datelike, NaiveDate};
use domain::benefit_case::HeldMonths;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, DonationId, FundId, PaymentId, RecoveryPlanId, RunId};
use domain::money::Money;
use domain::program::Program;

use crate::books::{Books, Place};
use crate::chance::Chance;
use crate::people::{Person, Situation};
use crate::street::Street;
use crate::told::Told;

/// What is paid together, and from which fund.
pub const GROUPS: [(Program, &str); 2] =
    [(Program::AdvancedAgeAllowance, "高龄津贴资金"), (Program::SubsistenceAllowance, "低保资金")];

/// Payments of one month of one case that the model can tell apart.
const ATTEMPTS_MAX: u32 = 12;

/// Codes of failures, which no command of the simulation may end with.
const FAILURES: [&str; 8] = [
    "damaged",
    "database_failed",
    "projection_failed",
    "keyring_failed",
    "stream_unreadable",
    "sealed_value",
    "file_unwritable",
    "amount_out_of_range",
];

/// Whether two commands that come at once really do, or one after the other, so that a history can be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtOnce {
    Together,
    InTurn,
}

pub struct World {
    pub street: Street,
    pub chance: Chance,
    pub at_once: AtOnce,
    pub people: Vec<Person>,
    pub cases: Vec<Case>,
    pub runs: Vec<Run>,
    /// Months of cases that are held.
    pub held: Vec<(CaseId, HeldMonths)>,
    pub plans: Vec<RecoveryPlanId>,
    /// Numbers of bank slips that were given out.
    pub slips: u64,
    /// Settled payments of which it is noted what they withheld.
    pub looked_at: BTreeSet<PaymentId>,
    pub gifts: Vec<DonationId>,
    pub appropriations: u64,
    pub books: Books,
    pub told: Told,
    /// Commands that took effect, to be repeated.
    pub done: Vec<Done>,
    /// How often what happened; a simulation in which nothing does proves nothing.
    pub tally: BTreeMap<String, u64>,
    /// Every payment that there can be for the cases that are known.
    possible: BTreeMap<PaymentId, (CaseId, BenefitMonth, u32)>,
}

#[derive(Clone, Debug)]
pub struct Case {
    pub person: usize,
    pub program: Program,
    pub opened: OpenedCase,
    pub row: applications::Row,
    pub step: CaseStep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseStep {
    Applied,
    MeansChecked,
    Visited,
    Recommended,
    Posted,
    Enrolled,
    /// Refused, closed, or given up.
    Ended,
}

#[derive(Clone, Debug)]
pub struct Run {
    pub id: RunId,
    pub group: usize,
    pub plan: RunPlan,
    pub stage: Stage,
    /// How often it was calculated.
    pub calculations: u32,
    pub count: u64,
    pub sum: i64,
    pub lines: Vec<PaymentId>,
    pub execution_on: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Calculated,
    Submitted,
    Endorsed,
    Approved,
    Rejected,
    Released,
    Reconciled,
}

/// A command that took effect, with the person and moment it was given at.
#[derive(Clone)]
pub enum Done {
    Registered(Desk, Box<persons::Row>),
    Applied(Desk, applications::Row),
    Changed(Desk, changes::Row),
    Appropriated(Desk, FundId, Money, String),
    Given(Desk, donations::Row, DonationId),
    Approved(Desk, RunId, u32),
    Released(Desk, RunId, NaiveDate, String),
    Settled(Desk, RunId, Vec<BankResult>),
    Received(Desk, PaymentId, FundId, Money),
}

impl World {
    pub async fn open(seed: u64, at_once: AtOnce) -> World {
        World {
            street: Street::open().await,
            chance: Chance::of(seed),
            at_once,
            people: Vec::new(),
            cases: Vec::new(),
            runs: Vec::new(),
            held: Vec::new(),
            plans: Vec::new(),
            slips: 0,
            looked_at: BTreeSet::new(),
            gifts: Vec::new(),
            appropriations: 0,
            books: Books::default(),
            told: Told::default(),
            done: Vec::new(),
            tally: BTreeMap::new(),
            possible: BTreeMap::new(),
        }
    }

    pub fn count(&mut self, what: &str) {
        println!("{} {what}", self.street.today());
        *self.tally.entry(what.to_owned()).or_default() += 1;
    }

    pub fn today(&self) -> NaiveDate {
        self.street.today()
    }

    pub fn month(&self) -> BenefitMonth {
        BenefitMonth::of(self.today())
    }

    pub fn fund_id(&self, group: usize) -> FundId {
        self.street.office.fund_id(GROUPS[group].1)
    }

    /// Something that may be refused: then the log is as long as it was, and the refusal says clearly why.
    pub async fn attempt<T>(
        &mut self,
        what: &str,
        length_before: u64,
        outcome: Result<T, ProcessError>,
    ) -> Option<T> {
        match outcome {
            Ok(done) => {
                self.count(what);
                Some(done)
            }
            Err(refusal) => {
                self.refusal(what, length_before, &refusal).await;
                None
            }
        }
    }

    /// Something that must be refused, with one of these codes.
    pub async fn refused<T>(
        &mut self,
        what: &str,
        length_before: u64,
        outcome: Result<T, ProcessError>,
        codes: &[&str],
    ) {
        let Err(refusal) = outcome else { panic!("{what} must be refused") };
        assert!(codes.contains(&refusal.code()), "{what}: {} instead of {codes:?}", refusal.code());
        self.refusal(what, length_before, &refusal).await;
    }

    async fn refusal(&mut self, what: &str, length_before: u64, refusal: &ProcessError) {
        let code = refusal.code();
        let texts = [api::lang::Lang::Zh, api::lang::Lang::En].map(|lang| refusal.text(lang));
        assert!(!FAILURES.contains(&code), "{what} failed: {code} {refusal:?}");
        assert!(!code.is_empty() && texts.iter().all(|text| !text.is_empty()), "{what}: {refusal:?}");
        assert_eq!(self.street.length().await, length_before, "{what} was refused ({code}) and yet appended");
        self.count(&format!("{what}: {code}"));
    }

    /// Which case, month and attempt a payment's name stands for. Tried out anew, not asked of the ledger.
    pub fn behind(&mut self, id: PaymentId) -> (CaseId, BenefitMonth, u32) {
        if !self.possible.contains_key(&id) {
            let first = BenefitMonth::try_new(2022, 12).unwrap();
            for case in &self.cases {
                let case_id = case.opened.subject.case_id;
                for month in first.through(self.month().next()) {
                    for attempt in 1..=ATTEMPTS_MAX {
                        let id = PaymentId::derive(case_id, month, attempt);
                        self.possible.insert(id, (case_id, month, attempt));
                    }
                }
            }
        }
        self.possible[&id]
    }

    /// With which cases a case is paid.
    pub fn group_of(&self, case: CaseId) -> usize {
        let program = self.cases[self.case_number(case)].program;
        GROUPS.iter().position(|(paid, _)| *paid == program).unwrap()
    }

    /// The place of a case in the order in which they were opened; the same in every repetition.
    pub fn case_number(&self, case_id: CaseId) -> usize {
        self.cases.iter().position(|case| case.opened.subject.case_id == case_id).unwrap()
    }

    /// Payments in an order that does not depend on their names, which are random.
    pub fn in_order(&self, mut ids: Vec<PaymentId>) -> Vec<PaymentId> {
        let key = |id: &PaymentId| {
            let line = &self.books.lines[id];
            (self.case_number(line.case), line.month, line.attempt)
        };
        ids.sort_by_key(key);
        ids
    }

    /// Every payment at a place.
    pub fn payments_at(&self, place: Place) -> Vec<PaymentId> {
        let at = self.books.lines.iter().filter(|(_, line)| line.place == place);
        self.in_order(at.map(|(id, _)| *id).collect())
    }

    /// The fund that paid a payment.
    pub fn fund_behind(&self, id: PaymentId) -> FundId {
        self.runs.iter().find(|run| run.lines.contains(&id)).unwrap().plan.fund_id
    }

    /// Runs at one of these stages, by their place.
    pub fn runs_at(&self, stages: &[Stage]) -> Vec<usize> {
        (0..self.runs.len()).filter(|place| stages.contains(&self.runs[*place].stage)).collect()
    }

    /// People of whom everything can still be recorded, by their place.
    pub fn living(&self) -> Vec<usize> {
        (0..self.people.len()).filter(|place| self.people[*place].situation == Situation::Lives).collect()
    }

    /// The most that a case can be due for a month, in fen, by the published rates of 2023 and 2024.
    pub fn ceiling(&self, case_id: CaseId) -> i64 {
        const SUBSISTENCE: i64 = 145_000;
        let case = &self.cases[self.case_number(case_id)];
        match case.program {
            Program::AdvancedAgeAllowance if self.people[case.person].born_on.year() < 1932 => 50_000,
            Program::AdvancedAgeAllowance => 10_000,
            _ => SUBSISTENCE,
        }
    }

    /// What the simulation knows is what the log tells, and nothing is that may never be.
    pub async fn compare(&mut self) {
        self.told.read_on(self.street.office.repository.log()).await;
        let mut wrong = self.books.difference(&self.told.books);
        wrong.extend(self.told.books.faults(|case| self.ceiling(case)));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
