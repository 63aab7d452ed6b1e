//! Approved without a public notice, or before it ended.
//!
//! Source: 民发〔2021〕57号 and 民发〔2021〕43号 (公示 of 7 days); 民法典 art. 201 and 203 (the day of posting does not count, a
//! last day that is no working day moves on).

use chrono::{Days, NaiveDate};
use domain::benefit_case::{BenefitCaseEvent as Event, CaseSubject, Notice, Outcome, procedure};

use crate::flags::flag::counted;
use crate::flags::{Found, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "notice",
    zh: "未公示或公示期不足",
    en: "Missing or short public notice",
    finds: "Approvals of programs that must be posted for 7 days, without a notice since the newest review, with a \
            shorter one, or before the first working day after it ended.",
    evidence: "The review, the notice where there is one, and the decision.",
    source: "民发〔2021〕57号, 民发〔2021〕43号: posted for 7 days; 民法典 art. 201, 203; facts of published audits: no notice, or \
             decided before it ended.",
    blind: "Whether the paper really hung there. In a year whose working days are not published the calendar alone is \
            counted.",
    find,
};

/// A notice as it was posted.
#[derive(Clone, Copy)]
struct Posted {
    position: u64,
    on: NaiveDate,
    days: u32,
    earliest: NaiveDate,
}

fn find(look: &Look<'_>, found: &mut Found) {
    for case in look.log.cases.values() {
        let Some(subject) = case.subject() else { continue };
        let Notice::Posted { days } = procedure(subject.program, None).notice else { continue };
        let (mut review, mut posted) = (None, None);
        for recorded in &case.history.events {
            match &recorded.event {
                // a review that starts again needs a notice of its own
                Event::ReviewRecommended { .. } | Event::AppealDecided { .. } => {
                    (review, posted) = (Some(recorded.position), None);
                }
                Event::NoticePosted { posted_on, notice_days, earliest_decision_on, .. } => {
                    let (on, days, earliest) = (*posted_on, *notice_days, *earliest_decision_on);
                    posted = Some(Posted { position: recorded.position, on, days, earliest });
                }
                Event::EligibilityDecided { outcome: Outcome::Approved, decided_on, .. } => {
                    let positions = review.into_iter().chain([recorded.position]);
                    approval(look, found, (subject, days), positions, posted, *decided_on);
                }
                _ => {}
            }
        }
    }
}

fn approval(
    look: &Look<'_>,
    found: &mut Found,
    (subject, days): (&CaseSubject, u32),
    positions: impl Iterator<Item = u64>,
    posted: Option<Posted>,
    decided_on: NaiveDate,
) {
    let Some(notice) = posted else {
        let zh = format!("{}未公示即于{decided_on}批准", subject.program.zh());
        let en = format!("{} was approved on {decided_on} without a notice", subject.program.en());
        return found.flag(Subject::case(subject), positions, zh, en);
    };
    let by_calendar = notice.on.checked_add_days(Days::new(u64::from(days) + 1)).unwrap_or(notice.on);
    let earliest = look.days.earliest_decision_on(notice.on, days).unwrap_or(by_calendar).max(by_calendar);
    let earliest = earliest.max(notice.earliest);
    if notice.days >= days && decided_on >= earliest {
        return;
    }
    let (on, whole) = (notice.on, (decided_on - notice.on).num_days().saturating_sub(1));
    let days_en = counted(whole, "whole day");
    found.flag(
        Subject::case(subject),
        positions.chain([notice.position]),
        format!(
            "{on}公示 {} 天（应 {days} 天），最早可于{earliest}决定，实于{decided_on}批准，其间 {whole} 个整日",
            notice.days
        ),
        format!(
            "posted on {on} for {} days of {days}; the first day for a decision was {earliest}, it was approved on \
             {decided_on} after {days_en}",
            notice.days
        ),
    );
}
