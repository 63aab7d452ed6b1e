//! At the counter: people are registered, apply, and tell what changed.

use api::processes::{self as work, Step};
use domain::benefit_case::{BenefitCaseCommand, ClosureReason, Outcome};
use domain::household::HouseholdCommand;
use domain::ids::PaymentId;
use domain::policy::Property;
use domain::program::Program;
use tests::personas;

use crate::books::Place;
use crate::people::{self, Person, Situation, Value};
use crate::world::{Case, CaseStep, Done, World};

const PEOPLE_MAX: usize = 24;

pub async fn register(world: &mut World) {
    if world.people.len() >= PEOPLE_MAX {
        return;
    }
    let serial = world.people.len() as u64 + 1;
    let program =
        world.chance.one_of(&[Program::AdvancedAgeAllowance, Program::SubsistenceAllowance]).unwrap();
    let born_on = people::birthday(&mut world.chance, program);
    let household = format!("HLG-{serial}");
    let person = Person {
        serial,
        household,
        id_number: people::id_number(born_on, serial),
        born_on,
        situation: Situation::Lives,
        accounts: u64::from(world.chance.percent(85)),
    };
    let (desk, row) = (world.street.desk(personas::clerk()), people::registration(&person, world.today()));
    work::register_household(&world.street.office, &desk, std::slice::from_ref(&row)).await.unwrap();
    world.people.push(person);
    world.done.push(Done::Registered(desk, Box::new(row)));
    world.count("registered");
}

/// Somebody applies who has no case that stands.
pub async fn apply(world: &mut World) {
    let Some(place) = world.chance.one_of(&world.living()) else { return };
    let stands = |case: &Case| case.person == place && case.step != CaseStep::Ended;
    if world.cases.iter().any(stands) {
        return;
    }
    let person = &world.people[place];
    let elderly = person.born_on < chrono::NaiveDate::from_ymd_opt(1950, 1, 1).unwrap();
    let program = if elderly { Program::AdvancedAgeAllowance } else { Program::SubsistenceAllowance };
    let row = people::application(person, program, world.today());
    let (desk, before) = (world.street.desk(personas::clerk()), world.street.length().await);
    let outcome = work::receive_application(&world.street.office, &desk, &row).await;
    let Some(opened) = world.attempt("applied", before, outcome).await else { return };
    if world.cases.iter().any(|case| case.opened.subject.case_id == opened.subject.case_id) {
        return;
    }
    let (step, asked) = (CaseStep::Applied, row.clone());
    world.cases.push(Case { person: place, program, opened, step, row: asked });
    world.done.push(Done::Applied(desk, row));
}

/// A case that is under way takes its next step.
pub async fn proceed(world: &mut World) {
    let open = |case: &Case| !matches!(case.step, CaseStep::Enrolled | CaseStep::Ended);
    let places: Vec<usize> = (0..world.cases.len()).filter(|place| open(&world.cases[*place])).collect();
    let Some(place) = world.chance.one_of(&places) else { return };
    let before = world.street.length().await;
    let (case, office) = (found(world, place).await, world.street.office.clone());
    let clerk = world.street.desk(personas::clerk());
    let investigated = case.program == Program::SubsistenceAllowance;
    let (next, outcome) = match case.step {
        CaseStep::Applied if investigated => {
            (CaseStep::MeansChecked, work::check_means(&office, &clerk, case.opened).await)
        }
        CaseStep::MeansChecked => {
            let visitors = vec![personas::clerk().id, personas::second_clerk().id];
            (CaseStep::Visited, work::visit_home(&office, &clerk, case.opened, visitors, "与申报一致").await)
        }
        CaseStep::Applied | CaseStep::Visited => {
            let desk = world.street.desk(personas::reviewer());
            let approve = world.chance.percent(90);
            let outcome = if approve { Outcome::Approved } else { Outcome::Refused };
            (CaseStep::Recommended, work::recommend(&office, &desk, case.opened, outcome).await)
        }
        CaseStep::Recommended if investigated => {
            (CaseStep::Posted, work::post_notice(&office, &clerk, case.opened).await)
        }
        _ => return decide(world, place).await,
    };
    let done = world.attempt(&format!("case {next:?}"), before, outcome).await;
    world.cases[place].step = if done.is_some() { next } else { CaseStep::Ended };
}

/// The case as somebody finds it who opens the ledger for this one step.
pub async fn found(world: &World, place: usize) -> Case {
    let case = world.cases[place].clone();
    let opened = work::find_case(&world.street.office, &case.row).await.unwrap();
    assert_eq!(opened.subject, case.opened.subject);
    case
}

async fn decide(world: &mut World, place: usize) {
    let (case, before) = (found(world, place).await, world.street.length().await);
    let desk = world.street.desk(personas::approver());
    let office = world.street.office.clone();
    let outcome = work::decide(&office, &desk, case.opened, Outcome::Approved).await;
    if outcome.as_ref().is_err_and(|refusal| refusal.code() == "notice_running") {
        world.attempt("case decided", before, outcome).await;
        return;
    }
    if world.attempt("case decided", before, outcome).await.is_none() {
        world.cases[place].step = CaseStep::Ended;
        return;
    }
    world.cases[place].step = CaseStep::Enrolled;
    work::determine_entitlement(&office, &desk, case.opened).await.unwrap();
}

const KINDS: [&str; 8] =
    ["账户变更", "账户变更", "账户变更", "收入变更", "死亡", "迁出本市", "失联停发", "确认健在"];

/// To whom what happened. Whose money came back often names another account.
fn who_and_what(world: &mut World) -> Option<(usize, &'static str)> {
    let returned = world.chance.one_of(&world.payments_at(Place::Returned));
    let owner = returned.map(|id| world.cases[world.case_number(world.books.lines[&id].case)].person);
    if let Some(owner) = owner.filter(|owner| world.living().contains(owner))
        && world.chance.percent(50)
    {
        return Some((owner, KINDS[0]));
    }
    Some((world.chance.one_of(&world.living())?, world.chance.one_of(&KINDS)?))
}

/// Something happened to somebody, often some time ago.
pub async fn change(world: &mut World) {
    let Some((place, kind)) = who_and_what(world) else { return };
    // a death, a move or an income is often told late, an account holds from today
    let late =
        if matches!(kind, "死亡" | "迁出本市" | "收入变更") { world.chance.below(90) } else { 0 };
    tell(world, place, kind, late).await;
}

/// It is told of somebody whose month was paid that before it their income rose, they moved away, or they died.
pub async fn tell_late(world: &mut World) {
    let Some(id) = world.chance.one_of(&world.payments_at(Place::Settled)) else { return };
    let line = &world.books.lines[&id];
    // a run may pay the month ahead
    let days = (world.today() - line.month.first_day()).num_days().max(0);
    let case = world.cases[world.case_number(line.case)].clone();
    let by_means = case.program == Program::SubsistenceAllowance;
    let kinds = if by_means { ["收入变更", "收入变更"] } else { ["迁出本市", "死亡"] };
    let kind = world.chance.one_of(&kinds).unwrap();
    if world.living().contains(&case.person) {
        tell(world, case.person, kind, u64::try_from(days).unwrap() + 1).await;
    }
}

/// It is told of somebody who was paid how much income they had in that month.
pub async fn tell_income_of(world: &mut World, id: PaymentId, yuan: u32) {
    let line = &world.books.lines[&id];
    let late = (world.today() - line.month.first_day()).num_days().max(0);
    let place = world.cases[world.case_number(line.case)].person;
    let income = Value::Income(format!("一般收入:{yuan}.00"));
    record_told(world, place, ("收入变更", u64::try_from(late).unwrap()), &income).await;
}

async fn tell(world: &mut World, place: usize, kind: &'static str, late: u64) {
    let value = match kind {
        "账户变更" => {
            world.people[place].accounts += 1;
            let person = &world.people[place];
            Value::Account(people::account(person.serial, person.accounts))
        }
        "收入变更" => {
            let yuan = world.chance.one_of(&[0, 20, 200, 600, 1300, 3000]).unwrap();
            Value::Income(format!("一般收入:{yuan}.00"))
        }
        _ => Value::Nothing,
    };
    record_told(world, place, (kind, late), &value).await;
}

/// Records what was told of somebody, so many days late.
async fn record_told(world: &mut World, place: usize, (kind, late): (&'static str, u64), value: &Value) {
    let days = [world.today() - chrono::Days::new(late), world.today()];
    let row = people::change(&world.people[place], kind, days, value);
    let (desk, before) = (world.street.desk(personas::clerk()), world.street.length().await);
    let office = world.street.office.clone();
    let outcome = work::record_change(&office, &desk, &row).await;
    if matches!(kind, "失联停发" | "确认健在") {
        world.attempt(kind, before, outcome).await;
        return;
    }
    if world.attempt(kind, before, outcome).await.is_none() {
        return;
    }
    world.done.push(Done::Changed(desk, row));
    let (situation, reason) = match kind {
        "死亡" => (Situation::Died, ClosureReason::Deceased),
        "迁出本市" => (Situation::Moved, ClosureReason::MovedOut),
        _ => return,
    };
    world.people[place].situation = situation;
    end_cases(world, place, reason, days[0]).await;
}

/// A household declares what it owns; too much of it ends what it is due.
pub async fn declare_property(world: &mut World) {
    let Some(place) = world.chance.one_of(&world.living()) else { return };
    let office = world.street.office.clone();
    let (_, household_id) = office.find(&world.people[place].id_number).await.unwrap();
    let property = Property {
        motor_vehicles: u32::from(world.chance.percent(25)),
        homes: 1,
        cash_assets: Some(super::gifts::money(world.chance.between(0, 4_000_000))),
        ..Property::default()
    };
    let since = world.today() - chrono::Days::new(world.chance.below(60));
    let (desk, before) = (world.street.desk(personas::clerk()), world.street.length().await);
    let key = office.derived("simulated_property", &format!("{household_id}|{before}"));
    let declare = HouseholdCommand::DeclareProperty { property, since };
    let outcome = office.together(&desk, key, [Step::Household(household_id.to_string(), declare)]).await;
    world.attempt("property declared", before, outcome).await;
}

/// Ends the cases of somebody who is gone.
async fn end_cases(world: &mut World, place: usize, reason: ClosureReason, closed_on: chrono::NaiveDate) {
    let (desk, before) = (world.street.desk(personas::clerk()), world.street.length().await);
    let (office, id_number) = (world.street.office.clone(), world.people[place].id_number.clone());
    let close = BenefitCaseCommand::Close { reason, closed_on };
    let outcome = work::close_cases(&office, &desk, &id_number, close).await;
    world.attempt("cases closed", before, outcome).await;
    for case in world.cases.iter_mut().filter(|case| case.person == place) {
        case.step = CaseStep::Ended;
    }
}
