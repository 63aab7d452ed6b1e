//! Funds and their books through the command line: a fund that cannot cover a run, a race of two programs, and the
//! end of a year.

use std::thread;

use api::processes::{Desk, decide, find_case, recommend};
use api::registers::{RawRow, RegisterRow, applications::Row};
use chrono::Utc;
use domain::benefit_case::Outcome;
use serde_json::{Value, json};
use tests::counter::{Answer, Counter, PERSON, applications, persons};
use tests::personas;

const FUND: &str = "高龄津贴专项";

/// An office with one person on the roll, who is due 200 yuan up to November 2023, and an empty fund.
async fn office_with_a_case_and_a_fund() -> Counter {
    let counter = Counter::open().await;
    for (kind, content) in [("persons", persons()), ("applications", applications())] {
        let file = counter.file(kind, &content);
        counter.do_well(&["import", "apply", kind, &file, "--as", "clerk:wang.fang"]);
    }
    let app = counter.app().await;
    let desk = |actor| Desk::new(actor, Utc::now());
    let cells = [PERSON, "HLG-1", "高龄老年人津贴", "2023-10-09", "2023-10-09"].map(str::to_owned);
    let row = Row::read(&RawRow::from_texts(1, cells)).unwrap();
    let case = find_case(app.office(), &row).await.unwrap();
    recommend(app.office(), &desk(personas::reviewer()), case, Outcome::Approved).await.unwrap();
    decide(app.office(), &desk(personas::approver()), case, Outcome::Approved).await.unwrap();
    app.close().await.unwrap();
    let open = ["fund", "open", FUND, "--source", "budget", "--on", "2024-05-06"];
    let purpose = ["--programs", "advanced_age_allowance", "--as"];
    let refused = counter.ask(&[&open[..], &purpose, &["clerk:wang.fang"]].concat());
    assert_eq!((refused.status, refused.code()), (1, "role_not_allowed"), "{refused:?}");
    counter.do_well(&[&open[..], &purpose, &["finance:liu.yang"]].concat());
    counter
}

fn appropriate(counter: &Counter, document: &str, more: &[&str]) -> Answer {
    let base = ["fund", "appropriate", FUND, "--document", document, "--as", "finance:liu.yang"];
    counter.ask(&[&base[..], more].concat())
}

fn submitted_run(counter: &Counter, number: &str) -> String {
    let plan = ["run", "prepare", "--month", "2023-11", "--programs", "advanced_age_allowance"];
    let of = ["--fund", FUND, "--number", number, "--as", "clerk:wang.fang"];
    let prepared = counter.do_well(&[&plan[..], &of].concat());
    let run = prepared["run_id"].as_str().unwrap().to_owned();
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    run
}

#[tokio::test]
async fn a_run_that_its_fund_cannot_cover_is_refused_with_the_gap_and_two_programs_cannot_both_approve() {
    let counter = office_with_a_case_and_a_fund().await;
    let other = ["--amount", "5.00", "--program", "subsistence_allowance"];
    let refused = appropriate(&counter, "昌财〔2024〕1号", &other);
    assert_eq!((refused.status, refused.code()), (1, "program_not_allowed"), "{refused:?}");
    let purpose = ["--program", "advanced_age_allowance", "--level", "district", "--on", "2024-05-07"];
    let short = appropriate(&counter, "昌财〔2024〕2号", &[&["--amount", "150.00"][..], &purpose].concat());
    assert_eq!(short.json["free"], 15_000, "{short:?}");
    let runs = [submitted_run(&counter, "1"), submitted_run(&counter, "2")];
    let refused = counter.ask(&["run", "approve", &runs[0], "--as", "approver:chen.jing"]);
    assert_eq!((refused.status, refused.code()), (1, "fund_short"), "{refused:?}");
    let message = refused.json["error"]["message"].as_str().unwrap();
    assert!(message.contains("缺口 50.00 元"), "{message}");

    appropriate(&counter, "昌财〔2024〕3号", &[&["--amount", "60.00"][..], &purpose].concat());
    let answers: Vec<Answer> = thread::scope(|scope| {
        let approve = |run: &String| {
            let run = run.clone();
            let counter = &counter;
            scope.spawn(move || counter.ask(&["run", "approve", &run, "--as", "approver:chen.jing"]))
        };
        let started: Vec<_> = runs.iter().map(approve).collect();
        started.into_iter().map(|each| each.join().unwrap()).collect()
    });
    // who comes second finds the lines approved, or the money gone where both looked before either was approved
    let mut outcomes: Vec<(i32, &str)> = answers.iter().map(|each| (each.status, each.code())).collect();
    outcomes.sort_unstable();
    assert!(matches!(outcomes[..], [(0, ""), (1, "fund_short" | "lines_approved_elsewhere")]), "{answers:?}");
    let shown = counter.do_well(&["fund", "show", FUND]);
    assert_eq!(
        (&shown["balance"], &shown["committed"], &shown["free"]),
        (&json!(21_000), &json!(20_000), &json!(1_000))
    );
    assert_eq!(shown["earmarks"]["used"]["advanced_age_allowance"], 20_000, "{shown}");
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn what_is_asked_twice_says_that_nothing_was_added_and_what_does_not_exist_is_named() {
    let counter = office_with_a_case_and_a_fund().await;
    const NOTHING: &str = "没有新增记录";
    let other =
        ["fund", "open", FUND, "--source", "donations", "--on", "2024-05-06", "--as", "finance:liu.yang"];
    let taken = counter.ask(&other);
    assert_eq!((taken.status, taken.code()), (1, "fund_exists"), "{taken:?}");
    let money = ["--amount", "150.00", "--on", "2024-05-07"];
    assert!(!appropriate(&counter, "昌财〔2024〕2号", &money).remarks.contains(NOTHING));
    let again = appropriate(&counter, "昌财〔2024〕2号", &money);
    assert_eq!((again.status, &again.json["balance"]), (0, &json!(15_000)));
    assert!(again.remarks.contains(NOTHING), "{}", again.remarks);

    let plan = ["run", "prepare", "--month", "2023-11", "--programs", "advanced_age_allowance"];
    let mistyped = [&plan[..], &["--fund", "高龄津贴专款", "--as", "clerk:wang.fang"]].concat();
    let refused = counter.ask(&mistyped);
    assert_eq!((refused.status, refused.code()), (1, "unknown_object"), "{refused:?}");
    assert!(refused.json["error"]["message"].as_str().unwrap().contains("没有这个资金"), "{refused:?}");
    assert_eq!(counter.do_well(&["run", "list"]), json!([]), "no run was opened");
    let balance = counter.ask(&["books", "trial-balance", "--fund", "高龄津贴专款"]);
    assert_eq!((balance.status, balance.code()), (1, "unknown_object"));
    let entries = ["books", "entries", "--account", "deposits", "--from", "2024-06-01", "--to", "2024-05-01"];
    assert_eq!(counter.ask(&entries).code(), "period_backwards");

    // the same clerk may not submit it twice and believe that two runs wait
    let run = submitted_run(&counter, "1");
    let submitted = counter.ask(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    assert!(submitted.status == 0 && submitted.remarks.contains(NOTHING), "{submitted:?}");
}

fn closing(balance: &Value, account: &str) -> (i64, i64) {
    let lines = balance["trial_balance"]["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["subaccount"]["account"] == account);
    line.map_or((0, 0), |line| {
        (line["closing_debit"].as_i64().unwrap(), line["closing_credit"].as_i64().unwrap())
    })
}

#[tokio::test]
async fn a_year_is_closed_by_one_person_carried_over_by_another_and_takes_nothing_more() {
    let counter = office_with_a_case_and_a_fund().await;
    appropriate(&counter, "昌财〔2024〕2号", &["--amount", "150.00", "--on", "2024-05-07"]);
    let early = ["--amount", "40.00", "--on", "2024-12-20", "--budget-year", "2025"];
    appropriate(&counter, "昌财〔2024〕8号", &early);
    let close =
        |year: &str, who: &str| counter.ask(&["fund", "close-year", FUND, "--year", year, "--as", who]);
    assert_eq!(close("2026", "finance:liu.yang").code(), "year_not_over");
    assert_eq!(close("2025", "finance:liu.yang").code(), "earlier_year_open", "2024 has its own result");
    let closed = close("2024", "finance:liu.yang");
    assert_eq!(closed.json["years"]["2024"]["facts"]["unspent"], 19_000, "{closed:?}");
    assert_eq!(close("2024", "finance:liu.yang").status, 0, "the same again is a repeat");
    let carry = |who: &str| {
        let document = ["--document", "昌财结转〔2025〕1号", "--as", who];
        counter.ask(&[&["fund", "carry-over", FUND, "--year", "2024"][..], &document].concat())
    };
    assert_eq!(carry("approver:liu.yang").code(), "four_eyes");
    assert_eq!(close("2025", "finance:liu.yang").code(), "earlier_year_not_carried");
    let carried = carry("approver:chen.jing");
    assert_eq!(carried.json["years"]["2024"]["carried"]["carried_by"], "chen.jing", "{carried:?}");
    let late = appropriate(&counter, "昌财〔2024〕9号", &["--amount", "1.00", "--on", "2024-12-31"]);
    assert_eq!((late.status, late.code()), (1, "year_closed"), "{late:?}");

    let trial = ["books", "trial-balance", "--fund", FUND];
    let year = counter.do_well(&[&trial[..], &["--on", "2024-12-31"]].concat());
    assert_eq!(closing(&year, "year_result"), (0, 15_000), "{year}");
    // what came in early is the next year's income
    assert_eq!(closing(&year, "appropriation_income"), (0, 4_000), "{year}");
    let backwards = counter.ask(&[&trial[..], &["--from", "2025-01-01", "--on", "2024-12-31"]].concat());
    assert_eq!((backwards.status, backwards.code()), (2, "period_backwards"), "{backwards:?}");
    let next = counter.do_well(&[&trial[..], &["--on", "2025-01-01"]].concat());
    assert_eq!(
        (closing(&next, "year_result"), closing(&next, "accumulated_restricted")),
        ((0, 0), (0, 15_000))
    );

    let head = next["events"].as_u64().unwrap() - 1;
    let at_head = counter.do_well(&[&trial[..], &["--on", "2025-01-01", "--at", &head.to_string()]].concat());
    assert_eq!(at_head, next, "read from the log and from the read tables");
    let beyond = counter.ask(&[&trial[..], &["--at", "999999"]].concat());
    assert_eq!((beyond.status, beyond.code()), (1, "position_unknown"), "{beyond:?}");
    let entries = counter.do_well(&["books", "entries", "--account", "deposits", "--fund", FUND]);
    let postings = entries["entries"].as_array().unwrap();
    assert_eq!((postings.len(), &postings[1]["balance"]), (2, &json!(19_000)), "{entries}");
    assert_eq!(postings[0]["event_type"], "MoneyAppropriated", "{entries}");
    counter.do_well(&["replay", "--fund", FUND]);
    counter.do_well(&["check"]);
}
