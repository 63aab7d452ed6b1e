//! 政策找人: people who by the known facts would be due a benefit and have no case, and cases on the roll whose ground seems to be
//! gone. Lists for people to work off; nothing here pays or decides.

use chrono::{Days, NaiveDate};
use domain::aggregate::Decider;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::money::Money;
use domain::personal::{Note, Opener, Personal, seal};
use domain::policy::{Reason, RuleBook};
use domain::program::Program;
use domain::schedule::{FactsError, Standing, determine_month};
use domain::todo::{Todo, TodoCommand, TodoEvent, TodoKind};
use projections::case_files::queries::members;
use projections::case_files::register::{HouseholdFile, HouseholdFiles, files_of};
use projections::case_files::{CaseRow, CaseStage};
use projections::runner::Until;
use serde::Serialize;

use super::facts::{Ground, digest, facts_of};
use super::people::{Names, Unenrolled, keys_of, name_of, unenrolled};
use crate::processes::{Desk, Office, ProcessError, Step};
use crate::replay::Words;

/// Of which day the lists are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// The day; rates announced later are not known.
    pub on: NaiveDate,
    /// How many days ahead people are looked for who will be eligible.
    pub within_days: u32,
}

impl Horizon {
    /// The last day that is looked at.
    pub fn until(self) -> NaiveDate {
        self.on.checked_add_days(Days::new(self.within_days.into())).unwrap_or(self.on)
    }
}

/// An entry of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TodoItem {
    /// What it says.
    pub kind: TodoKind,
    /// The program.
    pub program: Program,
    /// The person.
    pub person_id: PersonId,
    /// The household.
    pub household_id: HouseholdId,
    /// The case on the roll; none where there is none.
    pub case_id: Option<CaseId>,
    /// The family name; none where the law restricts it.
    pub name: Option<String>,
    /// The first month that is or would be concerned.
    pub month: BenefitMonth,
    /// What that month would be due, in fen; none for what is on the roll.
    pub amount: Option<Money>,
    /// Why it is on the list.
    pub reason: Words,
    /// The facts that it rests on.
    pub facts: Vec<Words>,
    /// Names these facts: what is dismissed comes back when they are others.
    pub facts_sha256: String,
}

/// How a walk over the register ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Walked {
    /// Entries that were handed on.
    pub found: u64,
    /// Entries that somebody set aside, on the same facts.
    pub dismissed: u64,
    /// Questions for which facts are missing.
    pub unjudged: u64,
}

/// Looks through the whole register, one page in memory at a time, and hands each entry on.
///
/// # Errors
/// [`ProcessError`]: a read table is behind or damaged, a sealed fact was tampered with, or `on_item` refuses.
pub async fn find(
    office: &Office,
    horizon: Horizon,
    mut on_item: impl FnMut(TodoItem) -> Result<(), ProcessError>,
) -> Result<Walked, ProcessError> {
    let rules = office.current_rules().await?;
    office.runner.catch_up(Until::Head).await?;
    let mut walked = Walked::default();
    let mut register = HouseholdFiles::open(&office.pool).await?;
    while let Some(page) = register.next_page().await? {
        for (item, dismissed) in items_of(office, &rules, horizon, &page, &mut walked).await? {
            if dismissed {
                walked.dismissed += 1;
            } else {
                walked.found += 1;
                on_item(item)?;
            }
        }
    }
    Ok(walked)
}

/// Which entry of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it says.
    pub kind: TodoKind,
    /// Of whom.
    pub person: PersonId,
    /// In which program.
    pub program: Program,
}

/// Sets an entry aside with a reason, until its facts change. Doing it again changes nothing.
///
/// # Errors
/// [`ProcessError::Unknown`] where the list has no such entry; else when the domain refuses.
pub async fn dismiss(
    office: &Office,
    desk: &Desk,
    horizon: Horizon,
    entry: Entry,
    reason: &str,
) -> Result<(), ProcessError> {
    let Entry { kind, person, program } = entry;
    let rules = office.current_rules().await?;
    office.runner.catch_up(Until::Head).await?;
    let homes = members(&office.pool, &[person]).await?;
    let homes: Vec<HouseholdId> = homes.iter().map(|home| home.household_id).collect();
    let files = files_of(&office.pool, &homes).await?;
    let items = items_of(office, &rules, horizon, &files, &mut Walked::default()).await?;
    let same = |item: &TodoItem| (item.kind, item.person_id, item.program) == (kind, person, program);
    let found = items.into_iter().map(|(item, _)| item).find(same);
    let item = found.ok_or(ProcessError::Unknown { what: "to-do entry" })?;
    office.load_keys([person]).await?;
    let command = TodoCommand::DismissTodo {
        kind,
        person_id: person,
        program,
        facts_sha256: item.facts_sha256,
        reason: seal(&*office.keyring, person, &Personal::new(Note(reason.to_owned())))?,
        dismissed_on: desk.today(),
    };
    let step = Step::Todo(Todo::stream_id(kind, person, program), command);
    office.together(desk, uuid::Uuid::new_v4(), [step]).await?;
    Ok(())
}

/// Every entry of some households, and whether somebody set it aside.
async fn items_of(
    office: &Office,
    rules: &RuleBook,
    horizon: Horizon,
    files: &[HouseholdFile],
    walked: &mut Walked,
) -> Result<Vec<(TodoItem, bool)>, ProcessError> {
    let keys = keys_of(office, files.iter().map(|file| &file.household.state)).await?;
    let look = Look { rules, opener: &keys, horizon };
    let mut items = Vec::new();
    for file in files {
        look.household(file, walked, &mut items)?;
    }
    let id = |item: &TodoItem| Todo::stream_id(item.kind, item.person_id, item.program);
    let ids: Vec<String> = items.iter().map(id).collect();
    let mut said: std::collections::HashMap<String, Todo> = std::collections::HashMap::new();
    for stored in office.repository.log().read_streams(Todo::TYPE, &ids, u64::MAX).await? {
        let damaged = |error: String| ProcessError::Damaged(error);
        let event = stored.decode::<TodoEvent>().map_err(|error| damaged(error.to_string()))?;
        let Some(event) = event else { continue };
        let todo = said.entry(stored.stream.id.clone()).or_default();
        todo.try_evolve(&event).map_err(|error| damaged(error.to_string()))?;
    }
    let aside = |item: TodoItem| {
        let dismissed = said.get(&id(&item)).is_some_and(|todo| todo.is_dismissed_on(&item.facts_sha256));
        (item, dismissed)
    };
    Ok(items.into_iter().map(aside).collect())
}

/// What every household is looked at with.
struct Look<'a> {
    rules: &'a RuleBook,
    opener: &'a dyn Opener,
    horizon: Horizon,
}

/// An entry before its facts are told.
struct Raised {
    kind: TodoKind,
    month: BenefitMonth,
    amount: Option<Money>,
    reason: Words,
}

impl Look<'_> {
    fn household(
        &self,
        file: &HouseholdFile,
        walked: &mut Walked,
        items: &mut Vec<TodoItem>,
    ) -> Result<(), ProcessError> {
        for unenrolled in unenrolled(file) {
            if let Some(raised) = known(self.unenrolled(file, &unenrolled), walked)? {
                items.push(self.item(file, Ground::Unenrolled(&unenrolled), raised));
            }
        }
        let home = file.household.household_id;
        for case in file.cases.iter().filter(|case| case.household_id == home) {
            let mut raised = Vec::new();
            if case.stage == CaseStage::Enrolled {
                raised.extend(known(self.enrolled(file, case), walked)?);
            }
            raised.extend(self.review(case));
            items.extend(raised.into_iter().map(|raised| self.item(file, Ground::Case(case), raised)));
        }
        Ok(())
    }

    /// Whether someone without a case would be due something, now or within the horizon.
    fn unenrolled(&self, file: &HouseholdFile, asked: &Unenrolled) -> Result<Option<Raised>, FactsError> {
        let on = self.horizon.on;
        let now = BenefitMonth::of(on);
        let months: Vec<BenefitMonth> =
            now.through(BenefitMonth::of(self.horizon.until()).max(now)).collect();
        let found = asked.of(&file.household.state).months(self.opener, self.rules, &months, on)?;
        let Some(due) = found.iter().find(|month| month.is_payable()) else { return Ok(None) };
        let kind = if due.month == now { TodoKind::NotEnrolled } else { TodoKind::SoonEligible };
        let (zh, en, month) = (asked.program.zh(), asked.program.en(), due.month);
        let amount = due.amount;
        let reason = Words {
            zh: format!("按已知情况自 {month} 起符合{zh}条件（每月 {amount} 元），没有在办或享受中的个案"),
            en: format!(
                "by what is known, {en} of {amount} yuan a month would be due from {month}; no case is open"
            ),
        };
        Ok(Some(Raised { kind, month, amount: Some(amount), reason }))
    }

    /// Whether the rules find nothing due to a case on the roll.
    fn enrolled(&self, file: &HouseholdFile, case: &CaseRow) -> Result<Option<Raised>, FactsError> {
        let (on, month) = (self.horizon.on, BenefitMonth::of(self.horizon.on));
        let household = &file.household.state;
        let Some((scheduled, _)) =
            determine_month(&case.state, household, self.opener, self.rules, on, month)?
        else {
            return Ok(None);
        };
        let Standing::NotPayable(reasons) = scheduled.standing else { return Ok(None) };
        // a case that has not begun, or is suspended, has not lost its ground
        let waits = |reason: &Reason| {
            matches!(reason, Reason::BeforeStart | Reason::BeforeApplication | Reason::Suspended)
        };
        let reasons: Vec<Reason> = reasons.iter().filter(|reason| !waits(reason)).collect();
        if reasons.is_empty() {
            return Ok(None);
        }
        let zh: Vec<&str> = reasons.iter().map(|reason| reason.zh()).collect();
        let en: Vec<&str> = reasons.iter().map(|reason| reason.en()).collect();
        let reason = Words {
            zh: format!("享受中，但按已知情况 {month} 不应发放：{}", zh.join("；")),
            en: format!("on the roll, but by what is known nothing is due for {month}: {}", en.join(" ")),
        };
        Ok(Some(Raised { kind: TodoKind::SeemsEnded, month, amount: None, reason }))
    }

    /// Whether a review is overdue.
    fn review(&self, case: &CaseRow) -> Option<Raised> {
        let due = case.review_due_on.filter(|due| *due < self.horizon.on)?;
        let reason = Words {
            zh: format!("应于 {due} 前复核，尚未复核"),
            en: format!("a recertification was due by {due}, and was not done"),
        };
        Some(Raised { kind: TodoKind::ReviewOverdue, month: BenefitMonth::of(due), amount: None, reason })
    }

    fn item(&self, file: &HouseholdFile, ground: Ground<'_>, raised: Raised) -> TodoItem {
        let Raised { kind, month, amount, reason } = raised;
        let household = &file.household.state;
        let (person_id, program) = (ground.person(), ground.program());
        let facts = facts_of(household, ground, self.opener, (self.rules, self.horizon.on), month);
        let text = (kind, program, amount, &reason.zh);
        let facts_sha256 = match kind {
            // the month that is looked at moves on; the reasons without it say the ground
            TodoKind::SeemsEnded => {
                let ground = reason.zh.split_once('：').map_or("", |(_, reasons)| reasons);
                digest(household, person_id, &(kind, program, ground))
            }
            TodoKind::ReviewOverdue => digest(household, person_id, &text),
            TodoKind::NotEnrolled | TodoKind::SoonEligible => {
                digest(household, person_id, &(kind, program, amount))
            }
        };
        let name = name_of(household, person_id, self.opener, Names::Masked);
        let (household_id, case_id) = (file.household.household_id, ground.case_id());
        TodoItem {
            kind,
            program,
            person_id,
            household_id,
            case_id,
            name,
            month,
            amount,
            reason,
            facts,
            facts_sha256,
        }
    }
}

/// An answer, or one more question that could not be judged.
fn known(
    answer: Result<Option<Raised>, FactsError>,
    walked: &mut Walked,
) -> Result<Option<Raised>, ProcessError> {
    match answer {
        Ok(raised) => Ok(raised),
        Err(FactsError::Unopened(error)) => Err(error.into()),
        Err(_) => {
            walked.unjudged += 1;
            Ok(None)
        }
    }
}
