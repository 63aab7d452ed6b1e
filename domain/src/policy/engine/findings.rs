//! What was found of the person, as steps for people. Costs nothing unless steps are asked for.

use super::{Inquiry, Verdict, age};
use crate::policy::{CareLevel, Disability, DisabilityKind, Hardship};

/// The day on which the applicant attains `years`.
pub fn age(inquiry: Inquiry, years: i32, verdict: &mut Verdict) {
    let Some(birth) = inquiry.applicant().birth_date else { return };
    verdict.note(None, || {
        let day = age::attained_on(birth, years, &inquiry.question.options);
        (format!("{birth}出生,{day}年满{years}周岁"), format!("born on {birth}, attains {years} on {day}"))
    });
}

/// The recognised statuses that hold in the month.
pub fn hardships(inquiry: Inquiry, verdict: &mut Verdict) {
    verdict.note(None, || {
        let kinds: Vec<Hardship> = inquiry.hardships().collect();
        list("认定身份", "recognised status", &kinds, |kind| match kind {
            Hardship::Subsistence => ("低保".to_owned(), "subsistence".to_owned()),
            Hardship::LowIncome => ("低收入".to_owned(), "low income".to_owned()),
            Hardship::SpecialFamily => ("计生特殊家庭".to_owned(), "special family".to_owned()),
            Hardship::ExtremelyPoor => ("特困".to_owned(), "extremely poor".to_owned()),
        })
    });
}

/// The disabilities on certificates that hold in the month.
pub fn disabilities(inquiry: Inquiry, verdict: &mut Verdict) {
    verdict.note(None, || {
        let held: Vec<Disability> = inquiry.disabilities().collect();
        list("残疾证", "disabilities", &held, |one| {
            let zh = match one.kind {
                DisabilityKind::Vision => "视力",
                DisabilityKind::Hearing => "听力",
                DisabilityKind::Speech => "言语",
                DisabilityKind::Limb => "肢体",
                DisabilityKind::Intellectual => "智力",
                DisabilityKind::Mental => "精神",
            };
            (format!("{zh}{}级", one.grade), format!("{} grade {}", one.kind.code(), one.grade))
        })
    });
}

/// The assessed care level of the month.
pub fn care_level(inquiry: Inquiry, verdict: &mut Verdict) {
    verdict.note(None, || {
        let level = inquiry.care_level();
        let zh = match level {
            CareLevel::None => "能力完好或未评估",
            CareLevel::Mild => "轻度失能",
            CareLevel::Moderate => "中度失能",
            CareLevel::Severe => "重度失能",
        };
        (format!("能力评估:{zh}"), format!("care level: {}", level.code()))
    });
}

fn list<T>(zh: &str, en: &str, found: &[T], name: impl Fn(&T) -> (String, String)) -> (String, String) {
    if found.is_empty() {
        return (format!("{zh}:无"), format!("{en}: none"));
    }
    let (in_zh, in_en): (Vec<String>, Vec<String>) = found.iter().map(name).unzip();
    (format!("{zh}:{}", in_zh.join("、")), format!("{en}: {}", in_en.join(", ")))
}
