//! 200 generated lives with corrections that arrive late, asked for at the four corners: then and now, as known then and
//! now; against [`crate::model`].

use std::collections::BTreeSet;

use api::replay::{
    Clocks, DueOnTheDay, Fact as Told, Ground, Histories, OnTheDay, ReportItem, Subject, nothing_sealed, tell,
};
use chrono::{Days, NaiveDate, NaiveTime};
use domain::actor::ActorId;
use domain::aggregate::{Decider, LedgerEvent};
use domain::benefit_case::{BenefitCase, BenefitCaseEvent, CaseSubject, ClosureReason, Outcome};
use domain::household::{Destination, Household, HouseholdEvent};
use domain::identifiers::BankAccount;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::money::Money;
use domain::personal::testing::OpenKeyring;
use domain::personal::{BirthDate, BlindIndex, PersonName, PersonalField, Sealed};
use domain::policy::{CareLevel, Hukou, Income, IncomeKind, Relation, RuleBooks, SuspensionReason};
use domain::program::Program;
use eventlog::append::StreamId;
use eventlog::event::StoredEvent;
use tests::office::day;
use uuid::Uuid;

use crate::model::{Fact, Holds, Known, Person};

const PERSON: PersonId = PersonId::new(Uuid::from_u128(1));
const HOUSEHOLD: HouseholdId = HouseholdId::new(Uuid::from_u128(2));
const CASE: CaseId = CaseId::new(Uuid::from_u128(3));
const NOW: &str = "2023-12-31";

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(end)).unwrap()
    }

    fn day_between(&mut self, first: NaiveDate, last: NaiveDate) -> NaiveDate {
        let days = u32::try_from((last - first).num_days()).unwrap() + 1;
        first + Days::new(self.below(days).into())
    }
}

#[test]
fn the_four_corners_of_200_lives_are_as_worked_out_by_hand() {
    let mut late = 0;
    for seed in 0..200 {
        let mut chance = Chance(seed);
        let person = life(&mut chance);
        late += person.known.iter().filter(|known| known.since < known.recorded_on).count();
        let keys = OpenKeyring::default();
        let log = log_of(&person, &keys);
        let then = chance.day_between(day("2023-01-05"), day("2023-12-20"));
        let known_then = chance.day_between(day("2023-01-06"), day("2023-12-20"));
        for effective in [then, day(NOW)] {
            for known in [known_then, day(NOW)] {
                let expected = person.holds(effective, known);
                for subject in [Subject::Case(CASE), Subject::Person(PERSON)] {
                    let found = found(&log, subject, Clocks { effective, known }, &keys);
                    assert_eq!(
                        found, expected,
                        "seed {seed}, {subject:?} on {effective} as known on {known}: {person:#?}"
                    );
                }
            }
        }
    }
    assert!(late > 400, "only {late} facts came late");
}

/// Someone on the roll since January, of whom more becomes known in the order of `recorded_on`, often late.
fn life(chance: &mut Chance) -> Person {
    let programs =
        [Program::AdvancedAgeAllowance, Program::ElderlyCareSubsidy, Program::SubsistenceAllowance];
    let program = programs[chance.below(3) as usize];
    let oldest = day("1922-06-01");
    let born_on = oldest + Days::new(chance.below(7_500).into());
    let on = |fact, date: &str| Known { fact, recorded_on: day(date), since: day(date) };
    let mut known = vec![
        on(Fact::Income(chance.below(1_600)), "2023-01-04"),
        on(Fact::Account(1_000 + chance.below(9_000)), "2023-01-04"),
        on(Fact::Applied, "2023-01-05"),
        on(Fact::Recommended, "2023-01-10"),
        on(Fact::Decided, "2023-01-19"),
    ];
    let mut recorded_on = day("2023-01-20");
    for _ in 0..3 + chance.below(6) {
        recorded_on = chance.day_between(recorded_on, recorded_on + Days::new(45)).min(day("2023-12-20"));
        let since = chance.day_between(day("2023-01-05"), recorded_on);
        let fact = match chance.below(4) {
            0 => Fact::Account(1_000 + chance.below(9_000)),
            1 => Fact::Severe(chance.below(2) == 0),
            _ => Fact::Income(chance.below(1_600)),
        };
        known.push(Known { fact, recorded_on, since });
    }
    known.extend(end(chance, program, recorded_on));
    Person { program, born_on, known }
}

/// How it goes on at last: a suspension, a death or a move reported late, and the end of the case, or nothing.
fn end(chance: &mut Chance, program: Program, after: NaiveDate) -> Vec<Known> {
    let recorded_on = chance.day_between(after, day("2023-12-20"));
    let mut known = Vec::new();
    if program != Program::SubsistenceAllowance && chance.below(3) == 0 {
        let since = chance.day_between(day("2023-02-01"), recorded_on);
        known.push(Known { fact: Fact::Suspended, recorded_on, since });
    }
    let fact = match chance.below(3) {
        0 => Fact::Died,
        1 => Fact::MovedOut,
        _ => return known,
    };
    let since = chance.day_between(day("2023-02-01"), recorded_on);
    known.push(Known { fact, recorded_on, since });
    if chance.below(2) == 0 {
        known.push(Known { fact: Fact::Closed, recorded_on, since: since + Days::new(1) });
    }
    known
}

/// The log of a life.
fn log_of(person: &Person, keys: &OpenKeyring) -> Vec<StoredEvent> {
    let mut log = Vec::new();
    for event in registration(person, keys) {
        write(&mut log, day("2023-01-04"), Household::TYPE, HOUSEHOLD.uuid(), &event);
    }
    for known in &person.known {
        match on_household(known, keys) {
            Some(event) => write(&mut log, known.recorded_on, Household::TYPE, HOUSEHOLD.uuid(), &event),
            None => {
                let event = on_case(known, person.program);
                write(&mut log, known.recorded_on, BenefitCase::TYPE, CASE.uuid(), &event);
            }
        }
    }
    log
}

fn write(
    log: &mut Vec<StoredEvent>,
    recorded_on: NaiveDate,
    kind: &'static str,
    id: Uuid,
    event: &impl LedgerEvent,
) {
    let sequence = 1 + log.iter().filter(|stored| stored.stream.kind == kind).count() as u64;
    let metadata = format!(
        r#"{{"actor_id":"li.na","actor_role":"clerk","correlation_id":"{}","office_day":"{recorded_on}"}}"#,
        Uuid::nil()
    );
    log.push(StoredEvent {
        position: log.len() as u64,
        recorded_at: recorded_on.and_time(NaiveTime::MIN).and_utc() + chrono::Duration::hours(2),
        stream: StreamId::new(kind, id.to_string()),
        sequence,
        event_type: event.kind().name.to_owned(),
        event_version: event.kind().version.to_owned(),
        payload: serde_json::to_string(event).unwrap(),
        metadata,
    });
}

fn by() -> ActorId {
    ActorId::parse("li.na").unwrap()
}

fn sealed<T: PersonalField>(keys: &OpenKeyring, value: T) -> Sealed<T> {
    keys.sealed(PERSON, value).unwrap()
}

fn registration(person: &Person, keys: &OpenKeyring) -> [HouseholdEvent; 2] {
    [
        HouseholdEvent::HouseholdRegistered {
            household_id: HOUSEHOLD,
            community: "01".to_owned(),
            head: PERSON,
            address: Sealed::from_ciphertext("address"),
            registered_on: day("2023-01-04"),
            by: by(),
        },
        HouseholdEvent::MemberJoined {
            person_id: PERSON,
            relation: Relation::Oneself,
            name: sealed(keys, PersonName("王秀英".to_owned())),
            id_number: Sealed::from_ciphertext("id"),
            birth_date: sealed(keys, BirthDate(person.born_on)),
            hukou: Hukou::Local,
            joined_on: None,
            by: by(),
        },
    ]
}

fn on_household(known: &Known, keys: &OpenKeyring) -> Option<HouseholdEvent> {
    let (since, by, person_id) = (known.since, by(), PERSON);
    Some(match known.fact {
        Fact::Income(yuan) => {
            let amount = Money::from_fen(i32::try_from(yuan).unwrap() * 100);
            HouseholdEvent::IncomeDeclared {
                income: vec![Income { amount, kind: IncomeKind::Ordinary }],
                since,
                by,
            }
        }
        Fact::Account(digits) => HouseholdEvent::AccountChanged {
            person_id,
            account: sealed(keys, BankAccount::parse(&format!("622202020000000{digits}")).unwrap()),
            account_index: BlindIndex::from_hex(digits.to_string()),
            holder: PERSON,
            since,
            by,
        },
        Fact::Severe(severe) => {
            let level = sealed(keys, if severe { CareLevel::Severe } else { CareLevel::Mild });
            HouseholdEvent::CareLevelAssessed { person_id, level, since, by }
        }
        Fact::Died => {
            HouseholdEvent::DeathRecorded { person_id, died_on: since, reported_on: known.recorded_on, by }
        }
        Fact::MovedOut => HouseholdEvent::ResidenceChanged {
            person_id,
            destination: Destination::OutOfRegion,
            moved_on: since,
            by,
        },
        _ => return None,
    })
}

fn on_case(known: &Known, program: Program) -> BenefitCaseEvent {
    let (since, by) = (known.since, by());
    match known.fact {
        Fact::Applied => BenefitCaseEvent::ApplicationReceived {
            subject: CaseSubject { case_id: CASE, household_id: HOUSEHOLD, applicant: PERSON, program },
            applied_on: since,
            request: None,
            chosen_set: None,
            by,
        },
        Fact::Recommended => {
            BenefitCaseEvent::ReviewRecommended { outcome: Outcome::Approved, reviewed_on: since, by }
        }
        Fact::Suspended => {
            BenefitCaseEvent::CaseSuspended { reason: SuspensionReason::Unreachable, since, by }
        }
        Fact::Closed => {
            let closed_on = since.pred_opt().unwrap();
            BenefitCaseEvent::CaseClosed { reason: ClosureReason::Deceased, closed_on, by }
        }
        _ => BenefitCaseEvent::EligibilityDecided {
            outcome: Outcome::Approved,
            decided_on: since,
            reasons: Vec::new(),
            rule_version: "v1".to_owned(),
            determination: None,
            by,
        },
    }
}

/// What the product says.
fn found(log: &[StoredEvent], subject: Subject, clocks: Clocks, keys: &OpenKeyring) -> Holds {
    let mut histories = Histories::known_on(clocks.known);
    log.iter().for_each(|stored| histories.take(stored));
    let ground = Ground {
        opener: keys,
        restricted: &BTreeSet::new(),
        rules: &RuleBooks::default(),
        proof: &nothing_sealed,
    };
    let items = tell(&histories, subject, clocks, &ground);
    let held: Vec<&OnTheDay> = items
        .iter()
        .filter_map(|item| match item {
            ReportItem::OnTheDay(held) => Some(held),
            _ => None,
        })
        .collect();
    let [household, case] = held[..] else { panic!("{held:?}") };
    let said = |held: &OnTheDay, field: &str| {
        let found = held.facts.iter().find(|fact: &&Told| fact.field == field);
        found.map(|fact| fact.value.en.clone())
    };
    let number = |text: String| text.split([' ', '.']).find_map(|part| part.replace(',', "").parse().ok());
    let stages = ["Closed", "Suspended", "On the roll", "Recommended", "Under review", ""];
    let stage = said(case, "stage").unwrap_or_default();
    Holds {
        stage: stages.into_iter().find(|known| *known == stage).unwrap(),
        presence: said(household, "presence").unwrap(),
        income: said(household, "income").and_then(number),
        account: said(household, "account").and_then(|text| text.rsplit(' ').next()?.parse().ok()),
        severe: said(household, "care_level").map(|level| level == "severe"),
        due: match case.due.as_ref().unwrap() {
            DueOnTheDay::Determined { amount, .. } => Some(u32::try_from(amount.fen() / 100).unwrap()),
            DueOnTheDay::Unknown { .. } => None,
        },
    }
}
