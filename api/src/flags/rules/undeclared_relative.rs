//! Relatives of officials, and officials, on the roll without a filed declaration.
//!
//! Source: 民发〔2021〕57号 (经办人员和村(居)委会成员近亲属 are filed separately, 单独登记备案); audits find 优亲厚友 (建安区).

use domain::benefit_case::{BenefitCaseEvent as Event, CaseSubject, Outcome};
use domain::ids::PersonId;

use crate::flags::{Found, KnownCase, Look, Relative, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "undeclared_relative",
    zh: "经办人员近亲属未备案",
    en: "An official's relative without a filed declaration",
    finds: "Approved cases of people whom the list of relatives names, or of their household, where the relation was not \
            filed by the day of the decision; and whether the official took part in the case. Needs `--staff FILE.csv` \
            with the columns account, id_number, relation, filed_on.",
    evidence: "The identity, the approval, and what the official recorded of the case.",
    source: "民发〔2021〕57号: relatives of officials are filed separately; facts of published audits: favoured relatives.",
    blind: "Relations that the list does not name. The list and the filings come from the personnel office, because the \
            office under audit cannot vouch for them; without the file the rule finds nothing.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for relative in &look.brought.relatives {
        let claims = look.log.identities.get(relative.index.as_str()).into_iter().flatten();
        for claim in claims.filter(|claim| !claim.released) {
            let homes = look.log.homes.get(&claim.person).into_iter().flatten();
            for case_id in homes.filter_map(|home| look.log.cases_of.get(home)).flatten() {
                let Some(case) = look.log.cases.get(case_id) else { continue };
                if let Some(subject) = case.subject().filter(|subject| concerns(subject, claim.person)) {
                    approvals(found, relative, claim.position, subject, case);
                }
            }
        }
    }
}

/// A case of the person, or of the household that the person belongs to, when it is assisted as a whole.
fn concerns(subject: &CaseSubject, person: PersonId) -> bool {
    use domain::program::Program::{LowIncomeRecognition, SubsistenceAllowance};
    subject.applicant == person || matches!(subject.program, SubsistenceAllowance | LowIncomeRecognition)
}

fn approvals(
    found: &mut Found,
    relative: &Relative,
    claimed_at: u64,
    subject: &CaseSubject,
    case: &KnownCase,
) {
    for recorded in &case.history.events {
        let Event::EligibilityDecided { outcome: Outcome::Approved, decided_on, .. } = &recorded.event else {
            continue;
        };
        if relative.filed_on.is_some_and(|filed_on| filed_on <= *decided_on) {
            continue;
        }
        let own = case.history.events.iter().filter(|event| event.actor == relative.account);
        let own: Vec<u64> = own.map(|event| event.position).collect();
        let (part_zh, part_en) = match own.is_empty() {
            true => ("未经手该个案", "took no part in the case"),
            false => ("并经手该个案", "took part in the case"),
        };
        let (filed_zh, filed_en) = match relative.filed_on {
            Some(day) => (format!("{day}才备案"), format!("filed on {day} only")),
            None => ("未备案".to_owned(), "never filed".to_owned()),
        };
        let (account, relation, program) = (&relative.account, &relative.relation, subject.program);
        found.flag(
            Subject::case(subject),
            own.into_iter().chain([claimed_at, recorded.position]),
            format!("{account} 的{relation}于{decided_on}获批{}，{filed_zh}；{account} {part_zh}", program.zh()),
            format!(
                "the {relation} of {account} was approved for {} on {decided_on}, {filed_en}; {account} {part_en}",
                program.en()
            ),
        );
    }
}
