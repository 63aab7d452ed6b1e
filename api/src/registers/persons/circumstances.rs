//! The columns of a person's circumstances.

use domain::money::Money;
use domain::policy::{
    Circumstances, Dated, Hardship, HardshipStatus, Residence, SelfCare, SpecialFamily, SpecialFamilyChild,
    Student,
};

use crate::registers::ProblemCode;
use crate::registers::codes::Named;
use crate::registers::fields::Fields;
use crate::registers::lists;

/// The circumstances of someone of whom nothing special is known.
impl super::Row {
    /// Circumstances with nothing special: independent, at home, no status, no income.
    pub fn plain_circumstances() -> Circumstances {
        Circumstances {
            self_care: SelfCare::Independent,
            severe_illness: false,
            severe_disability: false,
            hardship: Vec::new(),
            other_benefits: Vec::new(),
            student: Vec::new(),
            employed: false,
            stable_income: false,
            own_income: Money::ZERO,
            child_category: None,
            special_family: None,
            basic_eldercare_target: false,
            residence: Residence::Home,
            single_parent: false,
            supporter_age: None,
            able_supporter: false,
        }
    }
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<Circumstances> {
    Some(Circumstances {
        self_care: fields.choice("self_care").unwrap_or(SelfCare::Independent),
        severe_illness: fields.flag("severe_illness").unwrap_or(false),
        severe_disability: fields.flag("severe_disability").unwrap_or(false),
        hardship: read_hardship(fields),
        other_benefits: fields.list("other_benefits", lists::other_benefit),
        student: read_student(fields),
        employed: fields.flag("employed").unwrap_or(false),
        stable_income: fields.flag("stable_income").unwrap_or(false),
        own_income: fields.money("own_income").unwrap_or(Money::ZERO),
        child_category: fields.choice("child_category"),
        special_family: read_special_family(fields),
        basic_eldercare_target: fields.flag("eldercare_target").unwrap_or(false),
        residence: fields.choice("residence").unwrap_or(Residence::Home),
        single_parent: fields.flag("single_parent").unwrap_or(false),
        supporter_age: fields.count("supporter_age", 0, 150),
        able_supporter: fields.flag("able_supporter").unwrap_or(false),
    })
}

fn read_hardship(fields: &mut Fields<'_>) -> Vec<Dated<HardshipStatus>> {
    if fields.is_empty("hardship") {
        fields.nothing_in(&["hardship_since", "hardship_until"]);
        return Vec::new();
    }
    let kind = fields.choice::<Hardship>("hardship");
    let since = fields.date("hardship_since");
    let until = fields.date("hardship_until");
    if since.zip(until).is_some_and(|(since, until)| until < since) {
        fields.problem("hardship_until", ProblemCode::DatesOutOfOrder);
    }
    kind.map(|kind| Dated { since, until, fact: HardshipStatus { kind } }).into_iter().collect()
}

fn read_student(fields: &mut Fields<'_>) -> Vec<Dated<Student>> {
    if fields.is_empty("student") {
        fields.nothing_in(&["student_until"]);
        return Vec::new();
    }
    let until = fields.date("student_until");
    let level = fields.choice("student");
    level.map(|level| Dated { since: None, until, fact: Student { level } }).into_iter().collect()
}

fn read_special_family(fields: &mut Fields<'_>) -> Option<SpecialFamily> {
    if fields.is_empty("special_child") {
        fields.nothing_in(&["special_child_grade", "wife_birth_date", "other_child"]);
        return None;
    }
    let child = fields.choice::<SpecialFamilyChild>("special_child");
    let child_grade = fields.count("special_child_grade", 1, 4);
    if child == Some(SpecialFamilyChild::Disabled) && child_grade.is_none() {
        fields.need::<u32>("special_child_grade", None);
    }
    let wife_birth_date = fields.date("wife_birth_date");
    let wife_birth_date = fields.need("wife_birth_date", wife_birth_date);
    let other_child = fields.flag("other_child").unwrap_or(false);
    let child_grade = child_grade.and_then(|grade| u8::try_from(grade).ok());
    Some(SpecialFamily { child: child?, child_grade, wife_birth_date: wife_birth_date?, other_child })
}

/// The cells of the circumstances; of several statuses only the first has a place.
pub(super) fn write(facts: &Circumstances) -> Vec<String> {
    let hardship = facts.hardship.first();
    let student = facts.student.first();
    let family = facts.special_family.as_ref();
    let word_of = |word: Option<&'static str>| word.unwrap_or_default().to_owned();
    let care = if facts.self_care == SelfCare::Independent { "" } else { facts.self_care.word() };
    let residence = if facts.residence == Residence::Home { "" } else { facts.residence.word() };
    let grade = family.and_then(|family| family.child_grade);
    vec![
        care.to_owned(),
        lists::write_flag(facts.severe_illness),
        lists::write_flag(facts.severe_disability),
        word_of(hardship.map(|status| status.fact.kind.word())),
        lists::write_day(hardship.and_then(|status| status.since)),
        lists::write_day(hardship.and_then(|status| status.until)),
        lists::write_other_benefits(&facts.other_benefits),
        word_of(student.map(|student| student.fact.level.word())),
        lists::write_day(student.and_then(|student| student.until)),
        lists::write_flag(facts.employed),
        lists::write_flag(facts.stable_income),
        if facts.own_income.is_zero() { String::new() } else { facts.own_income.to_string() },
        word_of(facts.child_category.map(Named::word)),
        word_of(family.map(|family| family.child.word())),
        grade.map(|grade| grade.to_string()).unwrap_or_default(),
        lists::write_day(family.map(|family| family.wife_birth_date)),
        lists::write_flag(family.is_some_and(|family| family.other_child)),
        lists::write_flag(facts.basic_eldercare_target),
        residence.to_owned(),
        lists::write_flag(facts.single_parent),
        facts.supporter_age.map(|age| age.to_string()).unwrap_or_default(),
        lists::write_flag(facts.able_supporter),
    ]
}
