//! What held on the effective day, as known.

use domain::aggregate::Decider;
use domain::any_event::AnyEvent;
use domain::benefit_case::{BenefitCase, held_on};
use domain::calendar::BenefitMonth;
use domain::campaign::Campaign;
use domain::explain::Explain;
use domain::fund::Fund;
use domain::household::{Household, HouseholdError};
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::money::Money;
use domain::payment_run::PaymentRun;
use domain::policy::Determination;
use domain::schedule::determine_month;

use super::Words;
use super::facts::{Fact, State};
use super::histories::{Histories, Kept};
use super::report::{Clocks, DueOnTheDay, OnTheDay, Subject};
use super::verdict::Ground;

/// What held of the subject, and of the households and cases that belong to it. Of a household, its dated facts; of
/// everything else, the events that hold by then.
pub(super) fn on_the_day(
    histories: &Histories,
    subject: Subject,
    clocks: Clocks,
    ground: &Ground<'_>,
) -> Vec<OnTheDay> {
    let all = |_: &Fact| true;
    match subject {
        Subject::Case(case_id) => {
            let household = household_of(histories, case_id);
            let household = household.map(|id| household_on(histories, id, clocks, ground, all));
            household.into_iter().chain([case_on(histories, case_id, clocks, ground)]).collect()
        }
        Subject::Person(person) => person_on(histories, person, clocks, ground),
        Subject::Run(id) => vec![held::<PaymentRun>(histories, id, clocks, ground)],
        Subject::Fund(id) => vec![held::<Fund>(histories, id, clocks, ground)],
        Subject::Campaign(id) => vec![held::<Campaign>(histories, id, clocks, ground)],
    }
}

/// The household of a case.
pub(super) fn household_of(histories: &Histories, case_id: CaseId) -> Option<HouseholdId> {
    let events = histories.events::<BenefitCase>(case_id);
    let case = held_on(events.map(|(entry, event)| (entry.office_day, event)), chrono::NaiveDate::MAX);
    case.subject().map(|subject| subject.household_id)
}

/// A person as part of their households, and the cases they applied in.
fn person_on(histories: &Histories, person: PersonId, clocks: Clocks, ground: &Ground<'_>) -> Vec<OnTheDay> {
    let own = |fact: &Fact| fact.person.is_none_or(|of| of == person);
    let mut held = Vec::new();
    for stream in histories.streams::<Household>() {
        let household: Household = folded(histories, &stream.id);
        if let (Some(_), Ok(id)) = (household.member(person), stream.id.parse()) {
            held.push(household_on(histories, id, clocks, ground, own));
        }
    }
    for stream in histories.streams::<BenefitCase>() {
        let case: BenefitCase = folded(histories, &stream.id);
        if let Some(subject) = case.subject().filter(|subject| subject.applicant == person) {
            held.push(case_on(histories, subject.case_id, clocks, ground));
        }
    }
    held
}

/// All known events of a stream; those that cannot follow are passed over, as a step says so.
pub(super) fn folded<D: Kept>(histories: &Histories, id: &str) -> D {
    let mut state = D::default();
    for (_, event) in histories.events::<D>(id) {
        // refused, it leaves the state as it was
        let _ = state.try_evolve(event);
    }
    state
}

fn household_on(
    histories: &Histories,
    id: HouseholdId,
    clocks: Clocks,
    ground: &Ground<'_>,
    wanted: impl Fn(&Fact) -> bool,
) -> OnTheDay {
    let state = State::Household(folded(histories, &id.to_string()));
    let mut facts = state.facts(clocks.effective, &ground.shown());
    facts.retain(wanted);
    OnTheDay { stream: Household::TYPE.to_owned(), stream_id: id.to_string(), facts, due: None }
}

fn case_on(histories: &Histories, case_id: CaseId, clocks: Clocks, ground: &Ground<'_>) -> OnTheDay {
    let events = histories.events::<BenefitCase>(case_id);
    let case = held_on(events.map(|(entry, event)| (entry.office_day, event)), clocks.effective);
    OnTheDay {
        stream: BenefitCase::TYPE.to_owned(),
        stream_id: case_id.to_string(),
        facts: State::BenefitCase(case).facts(clocks.effective, &ground.shown()),
        due: Some(due_on(histories, case_id, clocks, ground)),
    }
}

/// What the day's month is due by everything that is known of case and household; a payment run would say the same.
fn due_on(histories: &Histories, case_id: CaseId, clocks: Clocks, ground: &Ground<'_>) -> DueOnTheDay {
    let month = BenefitMonth::of(clocks.effective);
    let case: BenefitCase = folded(histories, &case_id.to_string());
    let applicant = case.subject().map(|subject| subject.applicant);
    if let Some(person) = applicant.filter(|person| ground.shown().is_restricted(*person)) {
        let refusal = HouseholdError::PersonRestricted { person };
        let words = Words { zh: refusal.zh(), en: refusal.to_string() };
        return DueOnTheDay::Unknown { code: refusal.code(), words };
    }
    let household = case.subject().map(|subject| subject.household_id.to_string());
    let household: Household = household.map(|id| folded(histories, &id)).unwrap_or_default();
    let found = determine_month(&case, &household, ground.opener, ground.rules.newest(), clocks.known, month);
    match found {
        Ok(Some((scheduled, Determination { steps, .. }))) => {
            let (amount, reasons) = (scheduled.due, scheduled.reason_codes());
            DueOnTheDay::Determined { month, amount, reasons, steps }
        }
        Ok(None) => {
            let (amount, reasons, steps) = (Money::ZERO, Vec::new(), Vec::new());
            DueOnTheDay::Determined { month, amount, reasons, steps }
        }
        Err(error) => {
            let words = Words { zh: error.zh(), en: error.to_string() };
            DueOnTheDay::Unknown { code: error.code(), words }
        }
    }
}

/// A stream by the known events that hold on the day.
fn held<D: Kept>(histories: &Histories, id: impl ToString, clocks: Clocks, ground: &Ground<'_>) -> OnTheDay {
    let mut state: Option<State> = None;
    for entry in histories.stream::<D>(id.to_string()) {
        let Ok(event) = &entry.event else { continue };
        let from = match event {
            // a run is dated by the month that it pays, which may lie ahead
            AnyEvent::PaymentRun(_) => entry.office_day,
            _ => entry.effective_on().unwrap_or(entry.office_day),
        };
        if from <= clocks.effective {
            // refused, it leaves the state as it was: what it follows from does not hold yet
            let _ = state.get_or_insert_with(|| State::before_any(event)).try_evolve(event);
        }
    }
    let facts = state.map(|state| state.facts(clocks.effective, &ground.shown())).unwrap_or_default();
    OnTheDay { stream: D::TYPE.to_owned(), stream_id: id.to_string(), facts, due: None }
}
