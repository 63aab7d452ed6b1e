//! Benefits that exclude each other, or one benefit twice, for one person in one month.
//!
//! Source: 京民养老发〔2019〕160号 and 国发〔2015〕52号 (elderly or disability set), 民发〔2021〕43号 (特困), 京民儿福发〔2023〕246号
//! (children); audits find the same person in two programs (苍南: home care paid twice).

use std::collections::BTreeMap;

use domain::calendar::BenefitMonth;
use domain::ids::PersonId;
use domain::program::Program;

use crate::flags::flag::{counted, yuan};
use crate::flags::{Found, KnownPayment, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "exclusive_benefits",
    zh: "同月享受互斥待遇",
    en: "Exclusive benefits in one month",
    finds: "Money that stands for one person and month from two programs that exclude each other, or from two cases of \
            one program.",
    evidence: "The orders of the months and their settlements.",
    source: "京民养老发〔2019〕160号 and 国发〔2015〕52号 (the elderly or the disability set), 民发〔2021〕43号 (特困人员), \
             京民儿福发〔2023〕246号 (children); facts of published audits (苍南: home care paid twice).",
    blind: "What other districts or departments pay (work injury, retired cadres, institutions). One person under two \
            identities: see `duplicate_person`.",
    find,
};

use Program::{
    ChildrenInDifficulty, DisabilityCareSubsidy, DisabilityLivingSubsidy, ElderlyCareSubsidy,
    ElderlyServiceSubsidy, ExtremelyPoorSupport, SubsistenceAllowance,
};

/// Pairs of which a person has one in a month.
const EXCLUSIVE: [(Program, Program); 12] = [
    (SubsistenceAllowance, ExtremelyPoorSupport),
    (SubsistenceAllowance, ChildrenInDifficulty),
    (ExtremelyPoorSupport, ChildrenInDifficulty),
    (ExtremelyPoorSupport, ElderlyServiceSubsidy),
    (ExtremelyPoorSupport, ElderlyCareSubsidy),
    (ExtremelyPoorSupport, DisabilityLivingSubsidy),
    (ExtremelyPoorSupport, DisabilityCareSubsidy),
    (ElderlyServiceSubsidy, DisabilityLivingSubsidy),
    (ElderlyServiceSubsidy, DisabilityCareSubsidy),
    (ElderlyCareSubsidy, DisabilityLivingSubsidy),
    (ElderlyCareSubsidy, DisabilityCareSubsidy),
    (ChildrenInDifficulty, DisabilityLivingSubsidy),
];

/// What stands for a person in a month.
type Months<'a> = BTreeMap<BenefitMonth, Vec<&'a KnownPayment>>;
/// What was found of two programs: the months, and what they paid.
type Pairs<'a> = BTreeMap<(Program, Program), Vec<(BenefitMonth, &'a KnownPayment, &'a KnownPayment)>>;

fn find(look: &Look<'_>, found: &mut Found) {
    for person in look.log.paid_to.keys().copied() {
        let mut months = Months::new();
        for payment in look.log.payments_to(person).filter(|payment| payment.standing_now() > 0) {
            months.entry(payment.order.month).or_default().push(payment);
        }
        let mut pairs = Pairs::new();
        for (month, payments) in months {
            for (at, one) in payments.iter().enumerate() {
                for other in &payments[at + 1..] {
                    if let Some(pair) = excluded(one, other) {
                        pairs.entry(pair).or_default().push((month, one, other));
                    }
                }
            }
        }
        for (pair, months) in pairs {
            one_pair(found, person, pair, &months);
        }
    }
}

fn excluded(one: &KnownPayment, other: &KnownPayment) -> Option<(Program, Program)> {
    let (first, second) = (one.order.program, other.order.program);
    let pair = (first.min(second), first.max(second));
    let twice = first == second && one.order.case_id != other.order.case_id;
    (twice || EXCLUSIVE.contains(&pair)).then_some(pair)
}

fn one_pair(
    found: &mut Found,
    person: PersonId,
    (first, second): (Program, Program),
    months: &[(BenefitMonth, &KnownPayment, &KnownPayment)],
) {
    let Some((month, one, other)) = months.first() else { return };
    let (count, amounts) = (months.len(), (yuan(one.standing_now()), yuan(other.standing_now())));
    let months_en = counted(count, "month");
    let positions = months.iter().flat_map(|(_, one, other)| one.positions().chain(other.positions()));
    found.flag(
        Subject { case_id: Some(other.order.case_id), ..Subject::person(person) },
        positions,
        format!(
            "同一人同月享受{}与{}，共 {count} 个月，首月 {month}：{} 元与 {} 元",
            first.zh(),
            second.zh(),
            amounts.0,
            amounts.1
        ),
        format!(
            "one person has {} and {} in {months_en}, first in {month}: {} and {} yuan",
            first.en(),
            second.en(),
            amounts.0,
            amounts.1
        ),
    );
}
