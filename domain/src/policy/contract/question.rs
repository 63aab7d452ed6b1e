//! Reading a question.

use std::collections::BTreeMap;

use super::fields::{self, Fault, Fields, Read};
use super::json::Json;
use super::{ContractError, applicant, household, id, options, read_line};
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::policy::{
    Assessment, AssistanceMode, AssistanceRequest, CareBill, CareBillKind, ChosenSet, Enrollment, Exit, Meal,
    Request, Suspension, SuspensionReason, Switch,
};
use crate::program::Program;

/// Reads one line of the contract.
///
/// # Errors
/// [`ContractError`], with the id and the field as far as they are known.
pub fn parse(line: &[u8]) -> Result<Assessment, ContractError> {
    read_line(line, question)
}

const KEYS: [&str; 12] = [
    "id",
    "note",
    "basis",
    "programs",
    "months",
    "known_at",
    "options",
    "applicant",
    "household",
    "enrollment",
    "request",
    "paid",
];

fn question(json: &Json) -> Read<Assessment> {
    let line = Fields::open(json, &KEYS)?;
    let id = line.required("id", id)?;
    line.optional("note", note)?;
    line.optional("basis", |json| fields::code(json, |code| ["C", "C*", "P"].contains(&code).then_some(())))?;
    let question = Assessment {
        id,
        programs: line.required("programs", programs)?,
        months: line.required("months", months)?,
        known_at: line.optional("known_at", fields::date)?,
        options: line.optional("options", options::options)?.unwrap_or_default(),
        applicant: line.required("applicant", applicant::applicant)?,
        household: line.optional("household", household::household)?,
        enrollment: line.optional("enrollment", enrollment)?.unwrap_or_default(),
        request: line.optional("request", request)?.unwrap_or_default(),
        paid: None,
    };
    refuse_missing(&question)?;
    let paid = line.optional("paid", |json| paid(json, &question))?;
    Ok(Assessment { paid, ..question })
}

/// Refuses a question without the facts that its programs need.
fn refuse_missing(question: &Assessment) -> Read<()> {
    let asks_age = question.programs.iter().any(|program| needs_birth_date(*program));
    let needs_age = asks_age || question.options.single_person == Switch::On;
    if needs_age && question.applicant.birth_date.is_none() {
        return Err(Fault::at("birth_date", "is required").inside("applicant"));
    }
    if question.programs.iter().any(|program| needs_household(*program)) && question.household.is_none() {
        return Err(Fault::at("household", "is required"));
    }
    Ok(())
}

const fn needs_birth_date(program: Program) -> bool {
    matches!(
        program,
        Program::ExtremelyPoorSupport
            | Program::ChildrenInDifficulty
            | Program::ElderlyServiceSubsidy
            | Program::ElderlyCareSubsidy
            | Program::AdvancedAgeAllowance
            | Program::DisabilityLivingSubsidy
            | Program::ElderlyCareVoucher
    )
}

const fn needs_household(program: Program) -> bool {
    matches!(
        program,
        Program::SubsistenceAllowance | Program::LowIncomeRecognition | Program::ExtremelyPoorSupport
    )
}

fn note(json: &Json) -> Read<()> {
    if fields::text(json)?.chars().count() <= 2000 {
        Ok(())
    } else {
        Err(Fault::new("is longer than 2000 characters"))
    }
}

fn program_text(text: &str) -> Read<Program> {
    text.parse().map_err(|_| Fault::new("is no program"))
}

fn programs(json: &Json) -> Read<Vec<Program>> {
    let programs = once(fields::list(json, |json| program_text(fields::text(json)?))?, Program::ALL.len());
    match programs {
        Some(programs) if !programs.is_empty() => Ok(programs),
        _ => Err(Fault::new("has no program")),
    }
}

fn months(json: &Json) -> Read<Vec<BenefitMonth>> {
    let months = once(fields::list(json, fields::month)?, 120);
    let months = months.ok_or_else(|| Fault::new("has more than 120 months"))?;
    if months.is_empty() { Err(Fault::new("has no month")) } else { Ok(months) }
}

/// Each entry the first time it stands; `None` when more than `most` are left.
fn once<T: PartialEq>(entries: Vec<T>, most: usize) -> Option<Vec<T>> {
    let mut kept = Vec::new();
    for entry in entries {
        if !kept.contains(&entry) {
            if kept.len() == most {
                return None;
            }
            kept.push(entry);
        }
    }
    Some(kept)
}

fn enrollment(json: &Json) -> Read<Enrollment> {
    let fields = Fields::open(json, &["applied_on", "decided_on", "suspended", "chosen_set", "exit"])?;
    Ok(Enrollment {
        applied_on: fields.optional("applied_on", fields::date)?,
        decided_on: fields.optional("decided_on", fields::date)?,
        suspended: fields.list("suspended", suspension)?,
        chosen_set: fields.optional("chosen_set", |json| fields::code(json, ChosenSet::from_code))?,
        exit: fields.optional("exit", exit)?,
    })
}

fn suspension(json: &Json) -> Read<Suspension> {
    let fields = Fields::open(json, &["since", "until", "reason"])?;
    let suspension = Suspension {
        since: fields.required("since", fields::date)?,
        until: fields.optional("until", fields::date)?,
        reason: fields.required("reason", |json| fields::code(json, SuspensionReason::from_code))?,
    };
    if suspension.until.is_some_and(|until| until < suspension.since) {
        return Err(Fault::at("until", "is before since"));
    }
    Ok(suspension)
}

fn exit(json: &Json) -> Read<Exit> {
    let fields = Fields::open(json, &["first_month", "previous_amount"])?;
    Ok(Exit {
        first_month: fields.required("first_month", fields::month)?,
        previous_amount: fields.required("previous_amount", fields::money)?,
    })
}

fn request(json: &Json) -> Read<Request> {
    let fields = Fields::open(json, &["temporary_assistance", "meals", "care_bills"])?;
    Ok(Request {
        temporary_assistance: fields.optional("temporary_assistance", assistance)?,
        meals: fields.list("meals", meal)?,
        care_bills: fields.list("care_bills", care_bill)?,
    })
}

fn assistance(json: &Json) -> Read<AssistanceRequest> {
    let fields = Fields::open(json, &["mode", "on", "persons", "tier", "amount"])?;
    let request = AssistanceRequest {
        mode: fields
            .or("mode", AssistanceMode::Tier, |json| fields::code(json, AssistanceMode::from_code))?,
        on: fields.required("on", fields::date)?,
        persons: fields.optional("persons", |json| fields::small(json, 1, 20).map(u32::from))?,
        tier: fields.optional("tier", |json| fields::small(json, 1, 3).map(u32::from))?,
        amount: fields.optional("amount", fields::money)?,
    };
    let missing = match request.mode {
        AssistanceMode::Tier if request.persons.is_none() => Some("persons"),
        AssistanceMode::Tier if request.tier.is_none() => Some("tier"),
        AssistanceMode::SmallQuick if request.amount.is_none() => Some("amount"),
        AssistanceMode::Tier | AssistanceMode::SmallQuick => None,
    };
    missing.map_or(Ok(request), |field| Err(Fault::at(field, "is required in this mode")))
}

fn meal(json: &Json) -> Read<Meal> {
    let fields = Fields::open(json, &["date", "spend"])?;
    Ok(Meal { date: fields.required("date", fields::date)?, spend: fields.required("spend", fields::money)? })
}

fn care_bill(json: &Json) -> Read<CareBill> {
    let fields = Fields::open(json, &["month", "kind", "amount"])?;
    Ok(CareBill {
        month: fields.required("month", fields::month)?,
        kind: fields.required("kind", |json| fields::code(json, CareBillKind::from_code))?,
        amount: fields.required("amount", fields::money)?,
    })
}

/// What was paid, by program and month.
type Paid = BTreeMap<Program, BTreeMap<BenefitMonth, Money>>;

fn paid(json: &Json, question: &Assessment) -> Read<Paid> {
    let asked_program = |text: &str| match program_text(text)? {
        program if question.programs.contains(&program) => Ok(program),
        _ => Err(Fault::new("is a program that is not asked for")),
    };
    let asked_month = |text: &str| match fields::month_text(text)? {
        month if question.months.contains(&month) => Ok(month),
        _ => Err(Fault::new("is a month that is not asked for")),
    };
    let months = |json: &Json| Ok(fields::entries(json, asked_month, fields::money)?.into_iter().collect());
    Ok(fields::entries(json, asked_program, months)?.into_iter().collect())
}
