//! The pages of the console that are looked at, and by whom.

use domain::actor::Role;
use domain::ids::{FundId, RunId};
use domain::user::DataScope;

use crate::roll::{case, household, person};

/// What one person looks at.
pub struct Room {
    pub name: &'static str,
    pub role: Role,
    pub seen: DataScope,
    pub paths: Vec<String>,
}

impl Room {
    fn of(name: &'static str, role: Role, paths: &[&str]) -> Room {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        Room { name, role, seen: DataScope::Everywhere, paths }
    }
}

/// Everybody's pages.
pub fn rooms(run: RunId, fund: FundId) -> Vec<Room> {
    let (case, person, household) = (case(7), person(7), household(7));
    let of_one = Room::of("lin.er", Role::Clerk, &["/"]);
    let clerk = [
        "/",
        "/runs",
        &format!("/runs/{run}"),
        &format!("/cases/{case}"),
        &format!("/people/{person}"),
        &format!("/people/{person}/history"),
        &format!("/households/{household}"),
        "/recoveries",
        "/notices",
        "/dashboards",
        "/rates",
    ];
    let reviewer = ["/", "/erasures", &format!("/people/{person}/erasure")];
    let finance = [
        "/",
        "/money",
        &format!("/funds/{fund}"),
        &format!("/funds/{fund}/history"),
        "/books",
        "/books/entries?account=deposits",
    ];
    let auditor = [
        "/audit",
        &format!("/audit/compare?of=case&id={case}&one=2023-10-01&other=2023-11-01"),
        "/audit/trail",
        &format!("/audit/trail?run={run}"),
        "/audit/disclosures",
        "/audit/proofs",
        "/audit/runs",
        "/audit/flags",
    ];
    vec![
        Room { seen: DataScope::Communities(vec!["01".to_owned()]), ..of_one },
        Room::of("lin.wu", Role::Clerk, &clerk),
        Room::of("lin.liu", Role::Reviewer, &reviewer),
        Room::of("lin.qi", Role::Finance, &finance),
        Room::of("lin.ba", Role::Auditor, &auditor),
        Room::of("lin.jiu", Role::Administrator, &["/", "/users", "/webhooks"]),
    ]
}

/// Where a page is, without identifiers; of what is asked, the first name.
pub fn place(path: &str) -> String {
    let (place, asked) = path.split_once('?').unwrap_or((path, ""));
    let asked = asked.split_once('=').map_or_else(String::new, |(name, _)| format!("?{name}"));
    let parts: Vec<_> = place.split('/').map(|part| if part.len() > 30 { "…" } else { part }).collect();
    parts.join("/") + &asked
}
