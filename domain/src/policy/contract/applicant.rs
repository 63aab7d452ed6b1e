//! Reading the person, and facts that hold between two days.

use super::fields::{self, Fault, Fields, Read};
use super::json::Json;
use crate::money::Money;
use crate::policy::{
    Applicant, CareLevel, CareLevelSince, ChildCategory, Dated, Disability, DisabilityKind, Hardship,
    HardshipStatus, Hukou, OtherBenefit, OtherBenefitPaid, Residence, SelfCare, SpecialFamily,
    SpecialFamilyChild, Student, StudentLevel,
};

const KEYS: [&str; 18] = [
    "birth_date",
    "died_on",
    "left_region_on",
    "hukou",
    "disabilities",
    "care_level",
    "self_care",
    "severe_illness",
    "hardship",
    "other_benefits",
    "student",
    "employed",
    "stable_income",
    "own_income",
    "child_category",
    "special_family",
    "basic_eldercare_target",
    "residence",
];

/// Reads `applicant`.
pub fn applicant(json: &Json) -> Read<Applicant> {
    let person = Fields::open(json, &KEYS)?;
    let applicant = Applicant {
        birth_date: person.optional("birth_date", fields::date)?,
        died_on: person.optional("died_on", fields::date)?,
        left_region_on: person.optional("left_region_on", fields::date)?,
        hukou: person.or("hukou", Hukou::Local, |json| fields::code(json, Hukou::from_code))?,
        disabilities: person.list("disabilities", disability)?,
        care_level: person.list("care_level", care_level)?,
        self_care: person
            .or("self_care", SelfCare::Independent, |json| fields::code(json, SelfCare::from_code))?,
        severe_illness: person.flag("severe_illness")?,
        hardship: person.list("hardship", hardship)?,
        other_benefits: person.list("other_benefits", other_benefit)?,
        student: person.list("student", student)?,
        employed: person.flag("employed")?,
        stable_income: person.flag("stable_income")?,
        own_income: person.or("own_income", Money::ZERO, fields::money)?,
        child_category: person
            .optional("child_category", |json| fields::code(json, ChildCategory::from_code))?,
        special_family: person.optional("special_family", special_family)?,
        basic_eldercare_target: person.flag("basic_eldercare_target")?,
        residence: person
            .or("residence", Residence::Home, |json| fields::code(json, Residence::from_code))?,
    };
    match (applicant.birth_date, applicant.died_on) {
        (Some(born), Some(died)) if died < born => Err(Fault::at("died_on", "is before birth_date")),
        _ => Ok(applicant),
    }
}

/// Reads a fact with `since` and `until`; `known` are its keys, those two included.
pub fn dated<'a, T>(
    json: &Json<'a>,
    known: &[&str],
    read: impl FnOnce(Fields<'_, 'a>) -> Read<T>,
) -> Read<Dated<T>> {
    let fields = Fields::open(json, known)?;
    let since = fields.optional("since", fields::date)?;
    let until = fields.optional("until", fields::date)?;
    match (since, until) {
        (Some(since), Some(until)) if until < since => Err(Fault::at("until", "is before since")),
        _ => Ok(Dated { since, until, fact: read(fields)? }),
    }
}

fn disability(json: &Json) -> Read<Dated<Disability>> {
    dated(json, &["since", "until", "kind", "grade"], |fields| {
        Ok(Disability {
            kind: fields.required("kind", |json| fields::code(json, DisabilityKind::from_code))?,
            grade: fields.required("grade", |json| fields::small(json, 1, 4))?,
        })
    })
}

fn care_level(json: &Json) -> Read<CareLevelSince> {
    let fields = Fields::open(json, &["level", "since"])?;
    Ok(CareLevelSince {
        level: fields.required("level", |json| fields::code(json, CareLevel::from_code))?,
        since: fields.optional("since", fields::date)?,
    })
}

fn hardship(json: &Json) -> Read<Dated<HardshipStatus>> {
    dated(json, &["since", "until", "kind"], |fields| {
        Ok(HardshipStatus { kind: fields.required("kind", |json| fields::code(json, Hardship::from_code))? })
    })
}

fn other_benefit(json: &Json) -> Read<Dated<OtherBenefitPaid>> {
    dated(json, &["since", "until", "kind", "amount"], |fields| {
        let kind = fields.required("kind", |json| fields::code(json, OtherBenefit::from_code))?;
        let amount = fields.optional("amount", fields::money)?;
        let compared =
            matches!(kind, OtherBenefit::DutyInjuryAllowance | OtherBenefit::RetiredCadreAllowance);
        if compared && amount.is_none() {
            return Err(Fault::at("amount", "is required for this kind"));
        }
        Ok(OtherBenefitPaid { kind, amount })
    })
}

fn student(json: &Json) -> Read<Dated<Student>> {
    dated(json, &["since", "until", "level"], |fields| {
        Ok(Student { level: fields.required("level", |json| fields::code(json, StudentLevel::from_code))? })
    })
}

fn special_family(json: &Json) -> Read<SpecialFamily> {
    let fields = Fields::open(json, &["child", "child_grade", "wife_birth_date", "other_child"])?;
    let family = SpecialFamily {
        child: fields.required("child", |json| fields::code(json, SpecialFamilyChild::from_code))?,
        child_grade: fields.optional("child_grade", |json| fields::small(json, 1, 4))?,
        wife_birth_date: fields.required("wife_birth_date", fields::date)?,
        other_child: fields.flag("other_child")?,
    };
    if family.child == SpecialFamilyChild::Disabled && family.child_grade.is_none() {
        return Err(Fault::at("child_grade", "is required for a disabled child"));
    }
    Ok(family)
}
