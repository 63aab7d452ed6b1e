//! Approvals without a step that the program asks for, and entitlements that are not what the rules give.
//!
//! Source: 民发〔2021〕57号 and 43号 (核对, 入户), 京民养老发〔2019〕160号 (审核); audits look for waived checks and manual amounts. The
//! ledger has no command for an override, so each of these is one.

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCaseEvent as Event, CaseSubject, Need, Outcome, procedure};
use domain::calendar::BenefitMonth;

use crate::flags::due::NoSchedule;
use crate::flags::flag::yuan;
use crate::flags::{Found, KnownCase, Look, Recorded, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "overridden",
    zh: "越过程序或手工改额",
    en: "Waived steps and manual amounts",
    finds: "Approvals without the rules' answer, without a recommendation for it, or without the means check or the home \
            visit that the program asks for; entitlements whose amount is not what the rules gave on the facts known then.",
    evidence: "The application and the approval, or the entitlement.",
    source: "民发〔2021〕57号, 民发〔2021〕43号 (means check and home visit), 京民养老发〔2019〕160号 (review); facts of published audits: \
             manual amounts.",
    blind: "A step that was recorded but not done.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for case in look.log.cases.values() {
        let Some(subject) = case.subject() else { continue };
        let mut steps = Steps::default();
        for recorded in &case.history.events {
            match &recorded.event {
                Event::ApplicationReceived { request, .. } => {
                    steps = Steps { begun: Some(recorded.position), request: *request, ..Steps::default() };
                }
                // an appeal that succeeds begins the review anew
                Event::AppealDecided { outcome: Outcome::Approved, .. } => {
                    steps =
                        Steps { begun: Some(recorded.position), request: steps.request, ..Steps::default() };
                }
                Event::MeansChecked { .. } => steps.means = true,
                Event::HomeVisited { .. } => steps.visit = true,
                Event::ReviewRecommended { outcome, .. } => steps.recommended = *outcome == Outcome::Approved,
                Event::ReviewWithdrawn { .. } => steps.recommended = false,
                Event::EligibilityDecided { outcome: Outcome::Approved, determination, .. } => {
                    let missing = steps.missing(subject, determination.is_some());
                    if !missing.is_empty() {
                        waived(found, subject, &steps, recorded, &missing);
                    }
                }
                Event::EntitlementDetermined { from, amount, .. } => {
                    amount_of(look, found, (subject, case), recorded, (*from, amount.fen()));
                }
                _ => {}
            }
        }
    }
}

/// How far a review came.
#[derive(Default)]
struct Steps {
    begun: Option<u64>,
    request: Option<domain::policy::AssistanceRequest>,
    means: bool,
    visit: bool,
    recommended: bool,
}

impl Steps {
    fn missing(&self, subject: &CaseSubject, rules_answered: bool) -> Vec<(&'static str, &'static str)> {
        let procedure = procedure(subject.program, self.request.as_ref());
        let needed = |need: Need, done: bool| need == Need::Needed && !done;
        let all = [
            (!rules_answered, ("规则核定", "the rules' answer")),
            (!self.recommended, ("审核意见", "the recommendation")),
            (needed(procedure.means_check, self.means), ("家庭经济状况核对", "the means check")),
            (needed(procedure.home_visit, self.visit), ("入户调查", "the home visit")),
        ];
        all.into_iter().filter(|(missing, _)| *missing).map(|(_, words)| words).collect()
    }
}

fn waived(
    found: &mut Found,
    subject: &CaseSubject,
    steps: &Steps,
    approval: &Recorded<Event>,
    missing: &[(&str, &str)],
) {
    let (zh, en): (Vec<&str>, Vec<&str>) = missing.iter().copied().unzip();
    found.flag(
        Subject::case(subject),
        steps.begun.into_iter().chain([approval.position]),
        format!("{}缺少{}即获批准", subject.program.zh(), zh.join("、")),
        format!("{} was approved without {}", subject.program.en(), en.join(", ")),
    );
}

fn amount_of(
    look: &Look<'_>,
    found: &mut Found,
    (subject, case): (&CaseSubject, &KnownCase),
    recorded: &Recorded<Event>,
    (from, fen): (BenefitMonth, i64),
) {
    let known_on: NaiveDate = recorded.day;
    let due = match look.schedule(subject, recorded.position, known_on, from) {
        Ok(schedule) => schedule.due(from).fen(),
        // that it stands on no roll is for the payments to show
        Err(NoSchedule::NotEnrolled) => return,
        Err(NoSchedule::Unjudged) => return found.cannot_judge(),
    };
    if due == fen {
        return;
    }
    let decided = case.history.events.iter().filter(|one| one.position < recorded.position);
    let decided = decided.filter(|one| matches!(one.event, Event::EligibilityDecided { .. }));
    let (due, determined) = (yuan(due), yuan(fen));
    found.flag(
        Subject::case(subject),
        decided.map(|one| one.position).next_back().into_iter().chain([recorded.position]),
        format!("{} {from} 起核定 {determined} 元，按规则应为 {due} 元", subject.program.zh()),
        format!(
            "{} was determined as {determined} yuan from {from}; the rules give {due}",
            subject.program.en()
        ),
    );
}
