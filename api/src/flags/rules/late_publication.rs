//! Publications of a campaign's progress that came after their day, or have not come.
//!
//! Source: 慈善法 of 2016, art. 73, and the same terms in the law as amended from 2024-09-05: where a campaign lasts longer
//! than six months, its progress is published at least every three months. The results after its end are looked at by
//! `late_step`.

use domain::campaign::{Campaign, CampaignEvent, DuePublication, PublicationKind, due_publications};

use crate::flags::{Found, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "late_publication",
    zh: "募捐情况逾期公开",
    en: "Progress published late",
    finds: "Campaigns that last longer than six months and whose progress was published later than three months after the \
            opening or the publication before, or was not published at all.",
    evidence: "The opening of the campaign and, where it came, the late publication.",
    source: "慈善法 2016 art. 73; 慈善法 as amended on 2023-12-29, in force from 2024-09-05 (every three months).",
    blind: "Publications that were made and never recorded.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for (id, history) in &look.log.campaigns {
        let campaign: Campaign = history.now();
        let due = due_publications(&campaign, look.on);
        let late = due.iter().filter(|due| due.kind == PublicationKind::Progress && due.is_late(look.on));
        for DuePublication { due_on, published_on, .. } in late.copied() {
            let opened = history.events.first().map(|recorded| recorded.position);
            let came = history.events.iter().find(|recorded| {
                matches!(&recorded.event, CampaignEvent::ProgressPublished { published_on: on, .. }
                    if Some(*on) == published_on)
            });
            let (zh, en) = match published_on {
                Some(on) => (
                    format!("应于 {due_on} 前定期公开，{on} 才公开"),
                    format!("progress was due by {due_on} and published on {on}"),
                ),
                None => (
                    format!("应于 {due_on} 前定期公开，尚未公开"),
                    format!("progress was due by {due_on} and is not published"),
                ),
            };
            let positions = opened.into_iter().chain(came.map(|recorded| recorded.position));
            found.flag(Subject::campaign(*id), positions, zh, en);
        }
    }
}
