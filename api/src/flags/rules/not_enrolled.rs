//! Eligible by what the office knows, and never applied.
//!
//! Source: 京民养老发〔2019〕160号 (80 years without a means test; 低保 from 60); 民发〔2022〕83号 asks offices to find people
//! themselves (主动发现); audits list eligible people who are not enrolled.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use domain::benefit_case::{BenefitCase, BenefitCaseEvent as Event};
use domain::calendar::BenefitMonth;
use domain::household::{Household, HouseholdEvent, Member};
use domain::ids::{HouseholdId, PersonId};
use domain::personal::Opened;
use domain::policy::{Hardship, Hukou};
use domain::program::Program;
use domain::schedule::{HeldBenefits, Prospect};

use crate::flags::flag::yuan;
use crate::flags::{Found, History, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "not_enrolled",
    zh: "符合条件未纳入",
    en: "Eligible but not enrolled",
    finds: "Living residents of the register who, by the rules and the facts now known, would have been due an elderly \
            subsidy for each of the last three months, and for whom no case of that program, nor of one that excludes it, \
            was ever opened.",
    evidence: "The events with which the person joined, and the facts recorded since; for 低保 households their approval.",
    source: "京民养老发〔2019〕160号; 民发〔2022〕83号 (to be found, not waited for); facts of published audits: eligible, not enrolled.",
    blind: "People who are not in the register, and means-tested programs, whose check needs an application. Benefits that \
            other departments pay instead. Who was asked and declined shows only where a consultation was recorded.",
    find,
};

/// What a resident can be due by age and need alone.
const LOOKED_FOR: [Program; 3] =
    [Program::AdvancedAgeAllowance, Program::ElderlyServiceSubsidy, Program::ElderlyCareSubsidy];
/// No elderly subsidy begins before.
const YOUNGEST: i32 = 60;
/// Months that must all be due: a month to hear of it, a month to apply, and the present one.
const MONTHS: i32 = 2;

fn find(look: &Look<'_>, found: &mut Found) {
    let mut asked: BTreeSet<(PersonId, Program)> = BTreeSet::new();
    let mut on_allowance: BTreeMap<HouseholdId, u64> = BTreeMap::new();
    for case in look.log.cases.values() {
        let Some(subject) = case.subject() else { continue };
        asked.insert((subject.applicant, subject.program));
        let enrolled = matches!(case.history.now(), BenefitCase::Enrolled(_));
        if enrolled && subject.program == Program::SubsistenceAllowance {
            let decided =
                case.history.events.iter().find(|one| matches!(one.event, Event::EligibilityDecided { .. }));
            on_allowance.extend(decided.map(|one| (subject.household_id, one.position)));
        }
    }
    for (id, history) in &look.log.households {
        let household = history.now();
        let Some(registered) = household.registered() else { continue };
        let subsistence = on_allowance.get(id).copied();
        for member in registered.members.values().filter(|member| is_resident(member)) {
            if !is_old(look, found, member) {
                continue;
            }
            for program in LOOKED_FOR {
                let excluded =
                    barring(program).iter().any(|other| asked.contains(&(member.person_id, *other)));
                if !excluded && !asked.contains(&(member.person_id, program)) {
                    let person = Unasked { household: &household, member, subsistence };
                    one(look, found, history, &person, program);
                }
            }
        }
    }
}

fn is_resident(member: &Member) -> bool {
    member.is_present() && member.hukou == Hukou::Local && member.left_region_on().is_none()
}

/// Whether the person is old enough for any of the programs.
fn is_old(look: &Look<'_>, found: &mut Found, member: &Member) -> bool {
    match member.birth_date.open(member.person_id, look.opener) {
        Ok(Opened::Clear(born_on)) => born_on.disclose().0.year() + YOUNGEST <= look.on.year(),
        Ok(Opened::Erased { .. }) | Err(_) => {
            found.cannot_judge();
            false
        }
    }
}

/// Programs in place of which one is not due.
fn barring(program: Program) -> &'static [Program] {
    match program {
        Program::ElderlyServiceSubsidy | Program::ElderlyCareSubsidy => {
            &[Program::ExtremelyPoorSupport, Program::DisabilityLivingSubsidy, Program::DisabilityCareSubsidy]
        }
        _ => &[],
    }
}

/// Someone for whom no case of the program was ever opened.
struct Unasked<'a> {
    household: &'a Household,
    member: &'a Member,
    /// Where the household's subsistence allowance was approved.
    subsistence: Option<u64>,
}

fn one(
    look: &Look<'_>,
    found: &mut Found,
    history: &History<Household>,
    person: &Unasked<'_>,
    program: Program,
) {
    let last = BenefitMonth::of(look.on);
    let first = last.plus(-MONTHS);
    match due_throughout(look, person, program, first, last) {
        Err(Unjudged) => found.cannot_judge(),
        Ok(None) => {}
        Ok(Some(amount)) => {
            let allowance = person.subsistence.filter(|_| program == Program::ElderlyServiceSubsidy);
            let facts =
                history.events.iter().filter(|recorded| is_fact_of(&recorded.event, person.member.person_id));
            let amount = yuan(amount);
            found.flag(
                Subject::person(person.member.person_id),
                facts.map(|recorded| recorded.position).chain(allowance),
                format!("按已知情况自 {first} 起符合{}条件（每月 {amount} 元），从未申请或咨询", program.zh()),
                format!(
                    "by what is known, {} of {amount} yuan a month would have been due since {first}; nobody ever applied \
                     or asked",
                    program.en()
                ),
            );
        }
    }
}

/// Whether an event says who someone is or what they need.
fn is_fact_of(event: &HouseholdEvent, person: PersonId) -> bool {
    use HouseholdEvent::{CareLevelAssessed, CircumstancesRecorded, DisabilityCertified, MemberJoined};
    match event {
        MemberJoined { person_id, .. }
        | CareLevelAssessed { person_id, .. }
        | DisabilityCertified { person_id, .. }
        | CircumstancesRecorded { person_id, .. } => *person_id == person,
        _ => false,
    }
}

struct Unjudged;

/// What would be due in the last month, if something would be due in every month from `first` on.
fn due_throughout(
    look: &Look<'_>,
    person: &Unasked<'_>,
    program: Program,
    first: BenefitMonth,
    last: BenefitMonth,
) -> Result<Option<i64>, Unjudged> {
    let months: Vec<BenefitMonth> = first.through(last).collect();
    let held = match person.subsistence {
        Some(_) => HeldBenefits::status(Hardship::Subsistence),
        None => HeldBenefits::default(),
    };
    let prospect =
        Prospect { household: person.household, person: person.member.person_id, program, held: &held };
    let found = prospect.months(look.opener, look.rules.newest(), &months, look.on).map_err(|_| Unjudged)?;
    if found.iter().any(|month| !month.is_payable() || !month.amount.is_positive()) {
        return Ok(None);
    }
    Ok(found.last().map(|month| month.amount.fen()))
}
