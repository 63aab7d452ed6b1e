//! What the register says beyond what was applied for: a draft of rates tried on it, and people whom nobody enrolled.

use api::outlook::found::{Entry, Horizon, TodoItem, Walked, dismiss, find};
use api::outlook::people::Names;
use api::outlook::what_if::{Change, Effect, WhatIf, try_rates};
use api::processes::{self as work, ProcessError};
use api::registers::{RawRow, RegisterRow, changes};
use domain::money::Money;
use domain::policy::{Announcement, RuleBook};
use domain::program::Program;
use domain::todo::TodoKind;
use projections::runner::Until;
use tests::office::{Broken, Known, SmallOffice, WANG, ZHAO, at_work, day, id_number};
use tests::personas;

use crate::run_desk::publish;

/// Turns 80 on 1 April 2023.
const SUN: Known = Known {
    household: "HLG-9",
    name: "孙桂芳",
    id_number: "99011419430401002",
    account: "9901140000000000077",
    address: "龙禾苑3号楼2单元201室",
};
const SUN_CASE: Entry =
    Entry { kind: TodoKind::SoonEligible, person: NOBODY, program: Program::AdvancedAgeAllowance };
const NOBODY: domain::ids::PersonId = domain::ids::PersonId::new(uuid::Uuid::nil());

fn rate(key: &str, value: &str) -> String {
    format!(
        "[[parameter]]\nkey = \"{key}\"\n[[parameter.row]]\nfrom = \"2023-01\"\nvalue = \"{value}\"\n\
         source = \"试算\"\nstatus = \"illustrative\"\n"
    )
}

async fn tried(small: &SmallOffice, text: &str) -> (WhatIf, Vec<Change>) {
    let today = day("2023-02-27");
    let draft = RuleBook::published().draft("draft.toml", text, Announcement::Or(today)).unwrap();
    let mut changes = Vec::new();
    let push = |change| {
        changes.push(change);
        Ok(())
    };
    let found = try_rates(&small.office, &draft, today, Names::Masked, push).await.unwrap();
    (found, changes)
}

async fn change(small: &SmallOffice, person: Known, kind: &str, on: &str, income: &str) {
    let desk = at_work(personas::clerk(), on);
    let id_number = id_number(person);
    let cells = [id_number.as_str(), kind, on, on, "", "", income];
    let row = changes::Row::read(&RawRow::from_texts(1, cells.map(str::to_owned))).unwrap();
    work::record_change(&small.office, &desk, &row).await.unwrap();
}

fn fen(fen: i32) -> Money {
    Money::from_fen(fen)
}

#[tokio::test]
async fn a_raise_says_what_it_costs_what_is_owed_and_who_gains() {
    let small = SmallOffice::open().await;
    let (found, changes) = tried(&small, &rate("advanced_age_80", "160.00")).await;
    assert_eq!((found.first.to_string().as_str(), found.last.to_string().as_str()), ("2023-01", "2023-12"));
    let cost: Vec<_> = found.cost.iter().filter(|one| one.program == Program::AdvancedAgeAllowance).collect();
    assert_eq!(cost.len(), 12);
    assert!(
        cost.iter()
            .all(|one| (one.now, one.draft, one.difference) == (fen(20_000), fen(32_000), fen(12_000)))
    );
    // January and February were paid to one; what the bank returned was not
    assert_eq!((found.arrears, found.overpaid), (fen(12_000), fen(0)));
    let gains = found.touched[&Effect::Gains];
    assert_eq!((gains.count, gains.monthly, gains.total), (2, fen(12_000), fen(144_000)));
    assert_eq!(found.touched.len(), 1);
    let mut names: Vec<&str> = changes.iter().filter_map(|change| change.name.as_deref()).collect();
    names.sort_unstable();
    assert_eq!(names, ["王**", "赵**"]);
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_lowered_line_names_who_loses_and_who_ceases_and_a_raised_one_who_could_apply() {
    let small = SmallOffice::open().await;
    // 1350 yuan for one person: above the standard of 1320
    change(&small, ZHAO, "收入变更", "2023-02-01", "一般收入:1350.00").await;
    let effects = |found: &WhatIf| -> Vec<(Effect, u64)> {
        found.touched.iter().map(|(effect, touched)| (*effect, touched.count)).collect()
    };
    let (lowered, _) = tried(&small, &rate("subsistence_standard", "1000.00")).await;
    assert_eq!(effects(&lowered), [(Effect::Loses, 1)]);
    // one month was settled with 1320 yuan
    assert_eq!((lowered.arrears, lowered.overpaid), (fen(0), fen(32_000)));
    let (gone, _) = tried(&small, &rate("subsistence_standard", "0.00")).await;
    assert!(effects(&gone).contains(&(Effect::CeasesToBe, 1)), "{gone:?}");
    let (raised, changes) = tried(&small, &rate("subsistence_standard", "1400.00")).await;
    assert_eq!(effects(&raised), [(Effect::Gains, 1), (Effect::CouldApply, 1)]);
    let could = changes.iter().find(|change| change.effect == Effect::CouldApply).unwrap();
    assert_eq!((could.program, could.case_id), (Program::SubsistenceAllowance, None));
    assert_eq!((could.now, could.draft), (fen(0), fen(5_000)));
    small.ledger.finish().await;
}

#[tokio::test]
async fn what_was_paid_is_compared_with_the_draft_and_not_with_what_it_should_have_been() {
    let small = SmallOffice::open().await;
    // one month was settled with 1320 yuan; by what was announced since it was due 1420
    publish(&small, "subsistence_standard", "2023-01", "1420.00").await;
    let (raised, _) = tried(&small, &rate("subsistence_standard", "1400.00")).await;
    assert_eq!((raised.arrears, raised.overpaid), (fen(8_000), fen(0)));
    small.ledger.finish().await;
}

#[tokio::test]
async fn trying_stores_nothing() {
    let small = SmallOffice::open().await;
    let (length, before) = (small.end().await, small.ledger.dump().await.database);
    tried(&small, &rate("advanced_age_80", "160.00")).await;
    find(&small.office, Horizon { on: day("2023-02-27"), within_days: 90 }, |_| Ok(())).await.unwrap();
    assert_eq!(small.end().await, length);
    let after = small.ledger.dump().await.database;
    let plain = |dump: &str| -> Vec<String> {
        // pg_dump guards each dump with a key of its own
        dump.lines().filter(|line| !line.contains("restrict ")).map(str::to_owned).collect()
    };
    assert!(plain(&before) == plain(&after), "trying left something in the database");
    small.ledger.finish().await;
}

async fn entries(small: &SmallOffice, on: &str, within_days: u32) -> (Vec<TodoItem>, Walked) {
    let mut items = Vec::new();
    let push = |item| {
        items.push(item);
        Ok(())
    };
    let walked = find(&small.office, Horizon { on: day(on), within_days }, push).await.unwrap();
    (items, walked)
}

fn kinds(items: &[TodoItem]) -> Vec<(TodoKind, Program)> {
    items.iter().map(|item| (item.kind, item.program)).collect()
}

#[tokio::test]
async fn somebody_who_turns_eighty_is_found_ahead_and_stays_found_until_a_case_is_opened() {
    let small = SmallOffice::open().await;
    small.register(SUN).await;
    assert_eq!(kinds(&entries(&small, "2023-02-27", 10).await.0), []);
    let (soon, _) = entries(&small, "2023-02-27", 60).await;
    assert_eq!(kinds(&soon), [(TodoKind::SoonEligible, Program::AdvancedAgeAllowance)]);
    assert_eq!((soon[0].month.to_string().as_str(), soon[0].amount), ("2023-04", Some(fen(10_000))));
    assert_eq!((soon[0].name.as_deref(), soon[0].case_id), (Some("孙**"), None));
    assert!(!soon[0].facts.is_empty());
    let (now, _) = entries(&small, "2023-04-20", 0).await;
    assert_eq!(kinds(&now), [(TodoKind::NotEnrolled, Program::AdvancedAgeAllowance)]);
    let row = tests::office::application(SUN, Program::AdvancedAgeAllowance);
    work::hold_consultation(&small.office, &at_work(personas::clerk(), "2023-04-21"), &row).await.unwrap();
    assert_eq!(kinds(&entries(&small, "2023-04-22", 0).await.0), []);
    assert_eq!(small.broken().await, Broken::new());
    small.ledger.finish().await;
}

#[tokio::test]
async fn what_is_set_aside_comes_back_when_its_facts_are_others() {
    let small = SmallOffice::open().await;
    small.register(SUN).await;
    let person = entries(&small, "2023-02-27", 60).await.0[0].person_id;
    let entry = Entry { person, ..SUN_CASE };
    let horizon = Horizon { on: day("2023-02-27"), within_days: 60 };
    let clerk = at_work(personas::clerk(), "2023-02-27");
    for _ in 0..2 {
        dismiss(&small.office, &clerk, horizon, entry, "本人表示不愿申请").await.unwrap();
    }
    let dismissed = "select count(*) from log_events where event_type = 'TodoDismissed'";
    let count: i64 = sqlx::query_scalar(dismissed).fetch_one(small.ledger.owner()).await.unwrap();
    assert_eq!(count, 1, "a repeat changes nothing");
    let (left, walked) = entries(&small, "2023-03-02", 60).await;
    assert_eq!((kinds(&left), walked.dismissed), (vec![], 1));
    assert!(!small.ledger.dump().await.mentions("本人表示不愿申请"), "the reason is sealed");

    change(&small, SUN, "收入变更", "2023-03-03", "一般收入:5000.00").await;
    let (back, walked) = entries(&small, "2023-03-04", 60).await;
    assert_eq!((kinds(&back), walked.dismissed), (vec![(entry.kind, entry.program)], 0));

    let auditor = at_work(personas::auditor(), "2023-03-04");
    let refused = dismiss(&small.office, &auditor, horizon, entry, "x").await.unwrap_err();
    assert_eq!(refused.code(), "role_not_allowed");
    let nobody = Entry { person: NOBODY, ..entry };
    let unknown = dismiss(&small.office, &clerk, horizon, nobody, "x").await.unwrap_err();
    assert!(matches!(unknown, ProcessError::Unknown { .. }), "{unknown:?}");
    assert_eq!(small.broken().await, Broken::new());
    small.ledger.finish().await;
}

#[tokio::test]
async fn cases_whose_ground_is_gone_and_reviews_that_are_overdue_are_listed_with_the_reason() {
    let small = SmallOffice::open().await;
    assert_eq!(kinds(&entries(&small, "2023-02-10", 0).await.0), []);
    change(&small, WANG, "迁出本市", "2023-02-12", "").await;
    small.office.runner.catch_up(Until::Head).await.unwrap();
    let (items, _) = entries(&small, "2023-03-20", 0).await;
    assert_eq!(kinds(&items), [(TodoKind::SeemsEnded, Program::AdvancedAgeAllowance)]);
    assert!(items[0].reason.zh.contains("户籍已迁出本市"), "{:?}", items[0].reason);
    assert!(items[0].case_id.is_some());
    let (later, _) = entries(&small, "2026-03-20", 0).await;
    assert!(
        kinds(&later).contains(&(TodoKind::ReviewOverdue, Program::SubsistenceAllowance)),
        "{:?}",
        kinds(&later)
    );
    small.ledger.finish().await;
}
