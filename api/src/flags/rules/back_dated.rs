//! Steps recorded long after the day that they claim.
//!
//! Source: audits find back-dated applications, which gain months, and decisions whose notice was made up afterwards.
//! What is done first and written down later is written down within 10 working days, two weeks.

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCaseEvent as Event, CaseSubject, Start, procedure};
use domain::calendar::BenefitMonth;

use crate::flags::flag::counted;
use crate::flags::{Found, Look, Recorded, Rule, Subject};

/// Calendar days that the paper may take.
const PAPER_DAYS: i64 = 14;

pub const RULE: Rule = Rule {
    code: "back_dated",
    zh: "倒填日期",
    en: "Back-dated steps",
    finds: "Applications, means checks, visits, reviews, notices and decisions that the log took more than 14 days after \
            the day they claim; with the months that a back-dated application gains.",
    evidence: "The step as it was recorded.",
    source: "facts of published audits: back-dated applications; the log's own time of recording, which never runs \
             backwards. The two weeks are the office's own measure (10 working days for paper after urgent help).",
    blind: "A day that is wrong by less. When old paper files are registered for the first time, all of them are found.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for case in look.log.cases.values() {
        let Some(subject) = case.subject() else { continue };
        for recorded in &case.history.events {
            let Some((on, words)) = claimed(&recorded.event) else { continue };
            if (recorded.day - on).num_days() > PAPER_DAYS {
                flag(found, subject, recorded, on, words);
            }
        }
    }
}

fn claimed(event: &Event) -> Option<(NaiveDate, (&'static str, &'static str))> {
    Some(match event {
        Event::ApplicationReceived { applied_on, .. } => (*applied_on, ("申请", "the application")),
        Event::MeansChecked { checked_on, .. } => (*checked_on, ("核对", "the means check")),
        Event::HomeVisited { visited_on, .. } => (*visited_on, ("入户", "the home visit")),
        Event::ReviewRecommended { reviewed_on, .. } => (*reviewed_on, ("审核", "the review")),
        Event::NoticePosted { posted_on, .. } => (*posted_on, ("公示", "the notice")),
        Event::EligibilityDecided { decided_on, .. } => (*decided_on, ("审批", "the decision")),
        _ => return None,
    })
}

fn flag(
    found: &mut Found,
    subject: &CaseSubject,
    recorded: &Recorded<Event>,
    on: NaiveDate,
    (zh, en): (&str, &str),
) {
    let (day, late) = (recorded.day, (recorded.day - on).num_days());
    let gains = matches!(recorded.event, Event::ApplicationReceived { .. })
        && procedure(subject.program, None).start == Start::ApplicationMonth;
    let months = BenefitMonth::of(day).months_after(BenefitMonth::of(on));
    let late_en = counted(late, "day");
    let (gain_zh, gain_en) = match gains && months > 0 {
        true => (format!("，因此多计 {months} 个月"), format!(", which gains {}", counted(months, "month"))),
        false => (String::new(), String::new()),
    };
    found.flag(
        Subject::case(subject),
        [recorded.position],
        format!("{}的{zh}日期为{on}，{day}才记录，相差 {late} 天{gain_zh}", subject.program.zh()),
        format!(
            "{}: {en} is dated {on} and was recorded on {day}, {late_en} later{gain_en}",
            subject.program.en()
        ),
    );
}
