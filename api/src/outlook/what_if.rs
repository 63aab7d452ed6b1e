//! A draft of new rates on the real register: what it costs, who gains and loses, who becomes eligible and who ceases to be.

use std::collections::BTreeMap;
use std::slice;

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PersonId};
use domain::money::{Money, MoneyError};
use domain::payment_run::{MonthDifference, MonthDue, MonthOrdered, differences};
use domain::personal::Opener;
use domain::policy::{MonthOutcome, RateDraft, RuleBook};
use domain::program::Program;
use domain::schedule::{FactsError, ScheduledMonth, Standing, schedule};
use projections::case_files::payable::{PayableCase, PayableCases};
use projections::case_files::register::{HouseholdFile, HouseholdFiles};
use projections::runner::Until;
use schemars::JsonSchema;
use serde::Serialize;

use super::people::{Names, keys_of, name_of, unenrolled};
use crate::processes::{Office, ProcessError};

/// Months that are compared, from the draft's first.
const MONTHS: i32 = 12;

/// What a draft would do to the register.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WhatIf {
    /// The log position that the register was read at.
    pub position: u64,
    /// The rules that hold.
    pub rule_version: String,
    /// The day whose knowledge of rates is used: today, or the draft's announcement where that is later.
    pub known_on: NaiveDate,
    /// The draft's first month.
    pub first: BenefitMonth,
    /// The last month that is compared.
    pub last: BenefitMonth,
    /// The month in which people are compared: the present one where it is among the months, else the nearest.
    pub compared_in: BenefitMonth,
    /// Cost by program and month, where the draft changes it or the program pays anything.
    pub cost: Vec<Cost>,
    /// Fen that months which were paid already would be owed beside what they got: it would come with the next run.
    pub arrears: Money,
    /// Fen that months which were paid already got beside what they would be due.
    pub overpaid: Money,
    /// Who is touched.
    pub touched: BTreeMap<Effect, Touched>,
    /// Cases and people for whom facts are missing.
    pub unjudged: u64,
}

/// What one program costs in one month, for the cases on the roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cost {
    /// The program.
    pub program: Program,
    /// The month.
    pub month: BenefitMonth,
    /// Fen under the rules that hold.
    pub now: Money,
    /// Fen under the draft.
    pub draft: Money,
    /// The draft's less today's.
    pub difference: Money,
}

/// What a draft does to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// On the roll and gets more.
    Gains,
    /// On the roll and gets less.
    Loses,
    /// On the roll with nothing payable, and something is.
    BecomesEligible,
    /// On the roll with something payable, and nothing is.
    CeasesToBe,
    /// Without a case, and by the known facts would be due something that is not due now. Not in the cost.
    CouldApply,
}

impl Effect {
    /// Every effect, in the order in which they are shown.
    pub const ALL: [Effect; 5] =
        [Effect::Gains, Effect::Loses, Effect::BecomesEligible, Effect::CeasesToBe, Effect::CouldApply];

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Effect::Gains => "增加",
            Effect::Loses => "减少",
            Effect::BecomesEligible => "转为符合",
            Effect::CeasesToBe => "不再符合",
            Effect::CouldApply => "未纳入而将符合",
        }
    }

    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Effect::Gains => "gains",
            Effect::Loses => "loses",
            Effect::BecomesEligible => "becomes eligible",
            Effect::CeasesToBe => "ceases to be eligible",
            Effect::CouldApply => "could apply",
        }
    }
}

/// How many are touched in one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Touched {
    /// Cases, or persons without one.
    pub count: u64,
    /// The difference of the compared month, in fen.
    pub monthly: Money,
    /// The difference of all months, in fen.
    pub total: Money,
}

/// One case or person that a draft touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "TouchedByDraft")]
pub struct Change {
    /// How.
    pub effect: Effect,
    /// The program.
    pub program: Program,
    /// The case; none for a person without one.
    pub case_id: Option<CaseId>,
    /// The person.
    pub person_id: PersonId,
    /// The name, masked unless it was asked for in full; none where the law restricts it.
    pub name: Option<String>,
    /// Fen of the compared month under the rules that hold.
    pub now: Money,
    /// Fen of the compared month under the draft.
    pub draft: Money,
    /// The difference of all months, in fen.
    pub total: Money,
}

/// Tries a draft on every case and everyone in the register. Only one page of either is in memory at a time; each case or
/// person that is touched is handed on.
///
/// # Errors
/// [`ProcessError`]: a read table is behind or damaged, a sealed fact was tampered with, a sum is out of range, or
/// `on_change` refuses.
pub async fn try_rates(
    office: &Office,
    draft: &RateDraft,
    today: NaiveDate,
    names: Names,
    mut on_change: impl FnMut(Change) -> Result<(), ProcessError>,
) -> Result<WhatIf, ProcessError> {
    let rules = office.current_rules().await?;
    office.runner.catch_up(Until::Head).await?;
    let first = draft.first_month().unwrap_or_else(|| BenefitMonth::of(today));
    let last = first.plus(MONTHS - 1);
    let known_on = draft.announced_on().map_or(today, |announced| announced.max(today));
    let compared_in = BenefitMonth::of(today).clamp(first, last);
    let asked = Asked { now: &rules, draft: &draft.book, known_on, first, last, compared_in, names };
    let mut trial = Trial::default();
    let mut cases = PayableCases::open(&office.pool, Program::ALL).await?;
    let position = cases.position();
    while let Some(page) = cases.next_page().await? {
        let keys = keys_of(office, page.iter().map(|payable| &payable.household)).await?;
        for case in &page {
            if let Some(change) = asked.case(case, &keys, &mut trial)? {
                trial.touch(&change)?;
                on_change(change)?;
            }
        }
    }
    // the cases' snapshot ends before the register's begins
    drop(cases);
    let mut register = HouseholdFiles::open(&office.pool).await?;
    while let Some(page) = register.next_page().await? {
        let keys = keys_of(office, page.iter().map(|file| &file.household.state)).await?;
        for file in &page {
            for change in asked.household(file, &keys, &mut trial)? {
                trial.touch(&change)?;
                on_change(change)?;
            }
        }
    }
    let Trial { cost, arrears, overpaid, touched, unjudged } = trial;
    let cost = cost.into_iter().map(|((program, month), (now, draft))| {
        let difference = draft.minus(now)?;
        Ok(Cost { program, month, now, draft, difference })
    });
    let cost = cost.collect::<Result<_, MoneyError>>()?;
    let rule_version = rules.version().to_owned();
    Ok(WhatIf {
        position,
        rule_version,
        known_on,
        first,
        last,
        compared_in,
        cost,
        arrears,
        overpaid,
        touched,
        unjudged,
    })
}

/// What is asked of each case and person.
struct Asked<'a> {
    now: &'a RuleBook,
    draft: &'a RuleBook,
    known_on: NaiveDate,
    first: BenefitMonth,
    last: BenefitMonth,
    compared_in: BenefitMonth,
    names: Names,
}

#[derive(Default)]
struct Trial {
    cost: BTreeMap<(Program, BenefitMonth), (Money, Money)>,
    arrears: Money,
    overpaid: Money,
    touched: BTreeMap<Effect, Touched>,
    unjudged: u64,
}

impl Trial {
    fn touch(&mut self, change: &Change) -> Result<(), MoneyError> {
        let touched = self.touched.entry(change.effect).or_default();
        touched.count += 1;
        touched.monthly = touched.monthly.plus(change.draft)?.minus(change.now)?;
        touched.total = touched.total.plus(change.total)?;
        Ok(())
    }

    /// What the next run would make of a month that was paid.
    fn settles(&mut self, case: CaseId, paid: &MonthOrdered, due: MonthDue) -> Result<(), ProcessError> {
        let found = differences(case, &[due], slice::from_ref(paid), due.month);
        for difference in found.map_err(|error| ProcessError::Damaged(error.to_string()))? {
            match difference {
                MonthDifference::ToPay(owed) => self.arrears = self.arrears.plus(owed.amount)?,
                MonthDifference::Overpaid(over) => self.overpaid = self.overpaid.plus(over.amount)?,
            }
        }
        Ok(())
    }

    fn pays(
        &mut self,
        program: Program,
        month: BenefitMonth,
        both: (Money, Money),
    ) -> Result<(), MoneyError> {
        if both != (Money::ZERO, Money::ZERO) {
            let cost = self.cost.entry((program, month)).or_default();
            *cost = (cost.0.plus(both.0)?, cost.1.plus(both.1)?);
        }
        Ok(())
    }
}

impl Asked<'_> {
    /// What the draft does to a case; none where nothing changes.
    fn case(
        &self,
        payable: &PayableCase,
        opener: &dyn Opener,
        trial: &mut Trial,
    ) -> Result<Option<Change>, ProcessError> {
        let case = &payable.case;
        let ask = |rules| schedule(&case.state, &payable.household, opener, rules, self.known_on, self.last);
        let (now, draft) = match (ask(self.now), ask(self.draft)) {
            (Ok(now), Ok(draft)) => (now, draft),
            (Err(FactsError::Unopened(error)), _) | (_, Err(FactsError::Unopened(error))) => {
                return Err(error.into());
            }
            _ => {
                trial.unjudged += 1;
                return Ok(None);
            }
        };
        let ordered = payable.months_ordered()?;
        let mut total = Money::ZERO;
        for month in self.first.through(self.last) {
            let both = (now.due(month), draft.due(month));
            trial.pays(case.program, month, both)?;
            total = total.plus(both.1.minus(both.0)?)?;
            if let Some(paid) = ordered.iter().find(|paid| paid.month == month && !paid.standing.is_zero()) {
                trial.settles(case.case_id, paid, MonthDue { month, due: both.1 })?;
            }
        }
        let (before, after) = (now.month(self.compared_in), draft.month(self.compared_in));
        let Some(effect) = effect(before, after, total) else { return Ok(None) };
        let due = |month: Option<&ScheduledMonth>| month.map_or(Money::ZERO, |month| month.due);
        Ok(Some(Change {
            effect,
            program: case.program,
            case_id: Some(case.case_id),
            person_id: case.applicant,
            name: name_of(&payable.household, case.applicant, opener, self.names),
            now: due(before),
            draft: due(after),
            total,
        }))
    }

    /// Who of a household would be due something under the draft alone.
    fn household(
        &self,
        file: &HouseholdFile,
        opener: &dyn Opener,
        trial: &mut Trial,
    ) -> Result<Vec<Change>, ProcessError> {
        let household = &file.household.state;
        let months: Vec<BenefitMonth> = self.first.through(self.last).collect();
        let mut changes = Vec::new();
        for unenrolled in unenrolled(file) {
            let prospect = unenrolled.of(household);
            let ask = |rules| prospect.months(opener, rules, &months, self.known_on);
            let (now, draft) = match (ask(self.now), ask(self.draft)) {
                (Ok(now), Ok(draft)) => (now, draft),
                (Err(FactsError::Unopened(error)), _) | (_, Err(FactsError::Unopened(error))) => {
                    return Err(error.into());
                }
                _ => {
                    trial.unjudged += 1;
                    continue;
                }
            };
            let here =
                |found: &[MonthOutcome]| found.iter().find(|month| month.month == self.compared_in).copied();
            let (Some(before), Some(after)) = (here(&now), here(&draft)) else { continue };
            if before.is_payable() || !after.is_payable() {
                continue;
            }
            let mut total = Money::ZERO;
            for (before, after) in now.iter().zip(&draft) {
                total = total.plus(after.amount)?.minus(before.amount)?;
            }
            changes.push(Change {
                effect: Effect::CouldApply,
                program: unenrolled.program,
                case_id: None,
                person_id: unenrolled.person,
                name: name_of(household, unenrolled.person, opener, self.names),
                now: Money::ZERO,
                draft: after.amount,
                total,
            });
        }
        Ok(changes)
    }
}

/// How a case is touched: by what the compared month is under both, else by the sum of all months.
fn effect(before: Option<&ScheduledMonth>, after: Option<&ScheduledMonth>, total: Money) -> Option<Effect> {
    let payable =
        |month: Option<&ScheduledMonth>| month.is_some_and(|month| month.standing == Standing::Payable);
    match (payable(before), payable(after)) {
        (false, true) => Some(Effect::BecomesEligible),
        (true, false) => Some(Effect::CeasesToBe),
        _ if total.is_positive() => Some(Effect::Gains),
        _ if total.is_negative() => Some(Effect::Loses),
        _ => None,
    }
}
