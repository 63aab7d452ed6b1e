//! The facts that an entry of the to-do list rests on, in words without a personal value, and their digest.

use chrono::{Datelike, NaiveDate};
use domain::calendar::BenefitMonth;
use domain::household::{Household, IncomeBasis, Member};
use domain::ids::{CaseId, PersonId};
use domain::personal::{Opened, Opener};
use domain::policy::{Parameter, RuleBook, Unit};
use domain::program::Program;
use domain::schedule::looks_at_household;
use projections::case_files::CaseRow;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::people::Unenrolled;
use crate::replay::Words;

/// What raised an entry.
#[derive(Clone, Copy)]
pub(super) enum Ground<'a> {
    Unenrolled(&'a Unenrolled),
    Case(&'a CaseRow),
}

impl Ground<'_> {
    pub fn person(self) -> PersonId {
        match self {
            Ground::Unenrolled(unenrolled) => unenrolled.person,
            Ground::Case(case) => case.applicant,
        }
    }

    pub fn program(self) -> Program {
        match self {
            Ground::Unenrolled(unenrolled) => unenrolled.program,
            Ground::Case(case) => case.program,
        }
    }

    pub fn case_id(self) -> Option<CaseId> {
        match self {
            Ground::Unenrolled(_) => None,
            Ground::Case(case) => Some(case.case_id),
        }
    }
}

fn words(zh: String, en: String) -> Words {
    Words { zh, en }
}

/// What the office knows, with the day of each fact: the age, certificates, incomes, and the line they are held against.
pub(super) fn facts_of(
    household: &Household,
    ground: Ground<'_>,
    opener: &dyn Opener,
    (rules, on): (&RuleBook, NaiveDate),
    month: BenefitMonth,
) -> Vec<Words> {
    let Some(registered) = household.registered() else { return Vec::new() };
    let Some(member) = registered.members.get(&ground.person()) else { return Vec::new() };
    // what begins next year rests on next year's age
    let mut facts = of_member(member, opener, month.year().max(on.year()));
    if let Ground::Case(case) = ground {
        facts.extend(case.decided_on.map(|day| words(format!("{day} 批准"), format!("approved on {day}"))));
    }
    if looks_at_household(ground.program()) {
        let income = registered.income.iter().next_back();
        facts.extend(income.map(|(since, record)| match &record.basis {
            IncomeBasis::Declared => {
                words(format!("家庭收入自 {since} 申报"), format!("income declared from {since}"))
            }
            IncomeBasis::Verified { .. } => {
                words(format!("家庭收入自 {since} 核对"), format!("income verified from {since}"))
            }
        }));
        facts.extend(line_of(ground.program(), rules, on));
    }
    facts
}

fn of_member(member: &Member, opener: &dyn Opener, year: i32) -> Vec<Words> {
    let mut facts = Vec::new();
    if let Some(day) = member.died_on() {
        facts.push(words(format!("{day} 死亡"), format!("died on {day}")));
    }
    if let Some(day) = member.left_region_on() {
        facts.push(words(format!("{day} 迁出本市"), format!("moved out of the city on {day}")));
    }
    if !member.is_restricted()
        && let Ok(Opened::Clear(born)) = member.birth_date.open(member.person_id, opener)
    {
        let reached = reached_within_year(born.disclose().0, year);
        facts.extend(reached.map(|age| {
            words(format!("{year} 年内已满或将满 {age} 周岁"), format!("{age} or older in {year}"))
        }));
    }
    let dated = [
        (member.certificate.iter().next_back().map(|(day, _)| day), "残疾证", "disability certificate"),
        (member.care_level.iter().next_back().map(|(day, _)| day), "能力评估", "care assessment"),
        (member.circumstances.iter().next_back().map(|(day, _)| day), "情况登记", "circumstances"),
    ];
    for (day, zh, en) in dated {
        facts.extend(day.map(|day| words(format!("{zh}自 {day}"), format!("{en} from {day}"))));
    }
    facts
}

/// Ages from which something more is due.
const AGES: [i32; 4] = [100, 90, 80, 60];

/// The age from which something is due that is reached by the end of a year; not the birthday, which is personal.
fn reached_within_year(born_on: NaiveDate, year: i32) -> Option<i32> {
    let age = year - born_on.year();
    AGES.into_iter().find(|reached| *reached <= age)
}

/// The line that an income is held against.
fn line_of(program: Program, rules: &RuleBook, on: NaiveDate) -> Option<Words> {
    let parameter = match program {
        Program::LowIncomeRecognition => Parameter::LowIncomeLine,
        _ => Parameter::SubsistenceStandard,
    };
    let row = rules.row(parameter, BenefitMonth::of(on), Some(on))?;
    let (name, value, from) = (rules.parameter(parameter)?, Unit::Yuan.show(row.value), row.from);
    Some(words(
        format!("{} {value} 元，自 {from} 起", name.zh),
        format!("{} {value} yuan from {from}", name.en),
    ))
}

/// SHA-256 over the sealed facts of a person, those of the household where the program looks at it, and what the entry
/// says: another after any fact was recorded, and telling nothing of the values.
pub(super) fn digest(household: &Household, person: PersonId, says: &impl Serialize) -> String {
    let mut hash = Sha256::new();
    put(&mut hash, says);
    if let Some(registered) = household.registered() {
        if let Some(member) = registered.members.get(&person) {
            put(&mut hash, &(member.hukou, &member.life, &member.residence, &member.status));
            put(&mut hash, &(&member.certificate, &member.care_level, &member.circumstances));
        }
        put(&mut hash, &(&registered.income, &registered.property));
        let others: Vec<_> = registered.members.iter().map(|(id, one)| (id, &one.stays, &one.life)).collect();
        put(&mut hash, &others);
    }
    hex::encode(hash.finalize())
}

fn put(hash: &mut Sha256, value: &impl Serialize) {
    // facts always have a JSON form; a value without one would only make the digest coarser
    let text = serde_json::to_string(value).unwrap_or_default();
    hash.update(text.len().to_be_bytes());
    hash.update(text.as_bytes());
}
