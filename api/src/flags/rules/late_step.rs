//! Steps that came after their legal deadline, or have not come at all.
//!
//! Source: 民发〔2021〕57号 and 43号 (30 working days from the complete application, 45 in special cases), 京民儿福发〔2022〕245号
//! (street 15 and district 15 working days), 小额快救 within 3 days (national from 2026-01), 行政复议法 (60 days), 慈善法 (results
//! within three months of the end).

use chrono::{Days, Months, NaiveDate};
use domain::benefit_case::{BenefitCaseEvent as Event, CaseSubject};
use domain::campaign::CampaignEvent;
use domain::policy::{AssistanceMode, AssistanceRequest};
use domain::program::Program;

use crate::flags::flag::counted;
use crate::flags::{Found, KnownCase, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "late_step",
    zh: "超过法定办理期限",
    en: "Steps after their deadline",
    finds: "Decisions later than 30 working days after the complete application (低保, 特困, 低收入, 困境儿童) or 3 days (小额快救); \
            appeals decided after 60 days; results of a campaign published later than three months after its end; and \
            the same steps when they are still missing after that.",
    evidence: "The step that starts the time and, where it came, the late one.",
    source: "民发〔2021〕57号, 民发〔2021〕43号 (30 working days; 45 in special cases, which the text names); 京民儿福发〔2022〕245号; \
             小额快救 (3 days); 行政复议法 (60 days); 慈善法 (three months); facts of published audits: late items.",
    blind: "The elderly and disability subsidies, whose lists go to the district by the 20th and are decided by the 25th: \
            the log has no lists. Years whose working days are not published are counted as not judged.",
    find,
};

/// A time that runs.
struct Term {
    position: u64,
    from: NaiveDate,
    last: NaiveDate,
    words: (&'static str, &'static str),
}

fn find(look: &Look<'_>, found: &mut Found) {
    for case in look.log.cases.values() {
        let Some(subject) = case.subject() else { continue };
        decision(look, found, subject, case);
        appeal(look, found, subject, case);
    }
    for (id, campaign) in &look.log.campaigns {
        let mut term = None;
        for recorded in &campaign.events {
            match &recorded.event {
                CampaignEvent::CampaignClosed { closed_on } => {
                    let last = closed_on.checked_add_months(Months::new(3)).unwrap_or(*closed_on);
                    let words = ("活动结束后三个月内公开结果", "results within three months of the end");
                    term = Some(Term { position: recorded.position, from: *closed_on, last, words });
                }
                CampaignEvent::ResultsPublished { published_on, .. } => {
                    if let Some(term) = term.take() {
                        ended(
                            found,
                            Subject::campaign(*id),
                            &term,
                            Some((recorded.position, *published_on)),
                            look.on,
                        );
                    }
                }
                _ => {}
            }
        }
        if let Some(term) = term {
            ended(found, Subject::campaign(*id), &term, None, look.on);
        }
    }
}

/// An application whose decision is awaited.
struct Waiting {
    position: u64,
    request: Option<AssistanceRequest>,
    /// Since when the time runs; not while materials are missing.
    from: Option<NaiveDate>,
}

fn decision(look: &Look<'_>, found: &mut Found, subject: &CaseSubject, case: &KnownCase) {
    let mut waiting: Option<Waiting> = None;
    for recorded in &case.history.events {
        match (&recorded.event, &mut waiting) {
            (Event::ApplicationReceived { applied_on, request, .. }, _) => {
                let (position, request) = (recorded.position, *request);
                waiting = Some(Waiting { position, request, from: Some(*applied_on) });
            }
            (Event::MaterialsRequested { .. }, Some(waiting)) => waiting.from = None,
            (Event::MaterialsSupplied { supplied_on, .. }, Some(waiting)) => {
                waiting.from = Some(*supplied_on)
            }
            (Event::EligibilityDecided { decided_on, .. }, Some(awaited)) => {
                judge(look, found, subject, awaited, Some((recorded.position, *decided_on)));
                waiting = None;
            }
            (Event::CaseClosed { .. }, _) => waiting = None,
            _ => {}
        }
    }
    if let Some(waiting) = waiting {
        judge(look, found, subject, &waiting, None);
    }
}

fn judge(
    look: &Look<'_>,
    found: &mut Found,
    subject: &CaseSubject,
    waiting: &Waiting,
    done: Option<(u64, NaiveDate)>,
) {
    let Some(from) = waiting.from else { return };
    let quick = waiting.request.is_some_and(|request| request.mode == AssistanceMode::SmallQuick);
    let (last, words) = match subject.program {
        Program::SubsistenceAllowance
        | Program::ExtremelyPoorSupport
        | Program::LowIncomeRecognition
        | Program::ChildrenInDifficulty => {
            let Ok(last) = look.days.add_working_days(from, 30) else { return found.cannot_judge() };
            (
                last,
                (
                    "30 个工作日内作出决定（特殊情况 45 个）",
                    "a decision within 30 working days (45 in special cases)",
                ),
            )
        }
        Program::TemporaryAssistance if quick => {
            let last = from.checked_add_days(Days::new(3)).unwrap_or(from);
            (last, ("小额快救 3 日内办结", "small quick assistance within 3 days"))
        }
        _ => return,
    };
    let term = Term { position: waiting.position, from, last, words };
    ended(found, Subject::case(subject), &term, done, look.on);
}

fn appeal(look: &Look<'_>, found: &mut Found, subject: &CaseSubject, case: &KnownCase) {
    let mut term = None;
    for recorded in &case.history.events {
        match &recorded.event {
            Event::AppealFiled { filed_on, .. } => {
                let last = filed_on.checked_add_days(Days::new(60)).unwrap_or(*filed_on);
                let words = ("申诉 60 日内作出复议决定", "an appeal decided within 60 days");
                term = Some(Term { position: recorded.position, from: *filed_on, last, words });
            }
            Event::AppealDecided { decided_on, .. } => {
                if let Some(term) = term.take() {
                    let done = Some((recorded.position, *decided_on));
                    ended(found, Subject::case(subject), &term, done, look.on);
                }
            }
            _ => {}
        }
    }
    if let Some(term) = term {
        ended(found, Subject::case(subject), &term, None, look.on);
    }
}

fn ended(found: &mut Found, subject: Subject, term: &Term, done: Option<(u64, NaiveDate)>, on: NaiveDate) {
    let day = done.map_or(on, |(_, day)| day);
    if day <= term.last {
        return;
    }
    let (from, last, over) = (term.from, term.last, (day - term.last).num_days());
    let ((zh, en), over_en) = (term.words, counted(over, "day"));
    let (done_zh, done_en) = match done {
        Some(_) => (format!("实于{day}"), format!("it came on {day}")),
        None => (format!("至{day}仍未办理"), format!("still missing on {day}")),
    };
    found.flag(
        subject,
        std::iter::once(term.position).chain(done.map(|(position, _)| position)),
        format!("{zh}：自{from}起，至{last}届满，{done_zh}，超期 {over} 天"),
        format!("{en}: from {from}, until {last}; {done_en}, {over_en} late"),
    );
}
