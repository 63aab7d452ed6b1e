//! A payment run through the command line, by different people.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use api::processes::{Desk, appropriate, decide, find_case, open_fund, recommend};
use api::registers::{RawRow, RegisterRow, applications::Row};
use chrono::Utc;
use domain::benefit_case::Outcome;
use domain::fund::{FundCharter, FundSource, Restriction};
use domain::ids::CaseId;
use domain::money::Money;
use serde_json::json;
use sqlx::Executor;
use tests::personas;

use tests::counter::{Counter, PERSON, applications, persons};

pub const FUND: &str = "区级财政";

/// An office with one person on the roll and money in its fund.
pub async fn office_with_a_case() -> (Counter, CaseId) {
    office_registered_by(persons()).await
}

/// The same, by another register of persons.
pub async fn office_registered_by(register: String) -> (Counter, CaseId) {
    let counter = Counter::open().await;
    for (kind, content) in [("persons", register), ("applications", applications())] {
        let file = counter.file(kind, &content);
        counter.do_well(&["import", "apply", kind, &file, "--as", "clerk:wang.fang"]);
    }
    let app = counter.app().await;
    let office = app.office();
    let desk = |actor| Desk::new(actor, Utc::now());
    let cells = [PERSON, "HLG-1", "高龄老年人津贴", "2023-10-09", "2023-10-09"].map(str::to_owned);
    let row = Row::read(&RawRow::from_texts(1, cells)).unwrap();
    let case = find_case(office, &row).await.unwrap();
    recommend(office, &desk(personas::reviewer()), case, Outcome::Approved).await.unwrap();
    decide(office, &desk(personas::approver()), case, Outcome::Approved).await.unwrap();
    let finance = desk(personas::finance());
    let charter = FundCharter {
        fund_id: office.fund_id(FUND),
        name: FUND.to_owned(),
        source: FundSource::Budget,
        restriction: Restriction::Unrestricted,
        opened_on: finance.today(),
        programs: vec![],
    };
    let fund = open_fund(office, &finance, charter).await.unwrap();
    appropriate(office, &finance, fund, Money::from_fen(10_000_000), "昌财〔2023〕1号").await.unwrap();
    app.close().await.unwrap();
    (counter, case.subject.case_id)
}

pub fn prepare(counter: &Counter) -> String {
    let plan = ["run", "prepare", "--month", "2023-11", "--programs", "advanced_age_allowance"];
    let prepared = counter.do_well(&[&plan[..], &["--fund", FUND, "--as", "clerk:wang.fang"]].concat());
    assert_eq!(prepared["calculation"]["line_count"], 2, "{prepared}");
    prepared["run_id"].as_str().unwrap().to_owned()
}

/// The bank pays every line of its file.
pub fn settled(bank_file: &str) -> String {
    let lines = bank_file.lines().filter_map(|line| line.strip_prefix("P,")?.split(',').next());
    let results = lines.map(|payment| format!("{payment},settled,R-1\n"));
    ["payment,result,reference\n".to_owned()].into_iter().chain(results).collect()
}

#[tokio::test]
async fn different_people_take_a_run_from_its_preparation_to_the_bank_and_it_can_be_repeated_by_an_auditor() {
    let (counter, case) = office_with_a_case().await;
    let run = prepare(&counter);
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    counter.do_well(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    let out = counter.path("bank.csv");
    let release = ["run", "release", &run, "--out", out.to_str().unwrap(), "--as", "finance:liu.yang"];
    let released = counter.do_well(&release);
    assert_eq!(released["line_count"], 2);
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    let results = counter.file("results.csv", &settled(&fs::read_to_string(&out).unwrap()));
    let settle = ["run", "settle", &run, "--results", &results, "--as", "finance:liu.yang"];
    let settlement = counter.do_well(&settle);
    assert_eq!((&settlement["pending_count"], &settlement["unmatched"]), (&json!(0), &json!([])));
    assert_eq!(counter.do_well(&settle)["results"], settlement["results"]);
    assert_eq!(counter.do_well(&["run", "list"])[0]["settled_count"], 2);
    let report = counter.do_well(&["report"]);
    assert_eq!((&report["year"], &report["groups"][3]["persons"]), (&json!(2023), &json!(1)));
    let told = counter.do_well(&["replay", "--case", &case.to_string()]);
    let determined: Vec<_> =
        told.as_array().unwrap().iter().filter(|item| !item["verdict"].is_null()).collect();
    // the decision and two payments
    assert_eq!(determined.len(), 3, "{told}");
    assert!(determined.iter().all(|item| item["verdict"]["is"] == "same"), "{determined:?}");
    assert!(!told.to_string().contains("王秀英") && told.to_string().contains("王**"), "{told}");
    let audited = counter.do_well(&["audit", "run", &run]);
    assert_eq!(
        (&audited["totals"]["lines"], &audited["totals"]["same"]),
        (&json!(2), &json!(2)),
        "{audited}"
    );
    let whole = counter.do_well(&["replay", "--run", &run]);
    assert_eq!(whole.as_array().unwrap().last().unwrap()["item"], "run_totals", "{whole}");
    counter.do_well(&["replay", "--fund", FUND]);
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_payment_that_somebody_raised_in_the_database_ends_its_audit_with_exit_code_one() {
    let (mut counter, case) = office_with_a_case().await;
    let run = prepare(&counter);
    let early = counter.ask(&["audit", "run", &run]);
    assert_eq!((early.status, early.code()), (1, "run_not_released"), "{early:?}");
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    counter.do_well(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    let out = counter.path("bank.csv");
    counter.do_well(&["run", "release", &run, "--out", out.to_str().unwrap(), "--as", "finance:liu.yang"]);
    counter.ledger.break_on_purpose();
    let superuser = counter.ledger.superuser().await;
    let raise =
        "update log_events set payload = replace(payload::text, '\"amount\":10000', '\"amount\":99900')::json
                  where event_type = 'PaymentOrdered' and payload::text like '%2023-11%'";
    assert_eq!(superuser.execute(raise).await.unwrap().rows_affected(), 1);
    superuser.close().await;
    let audited = counter.ask(&["audit", "run", &run]);
    assert_eq!(audited.status, 1, "{audited:?}");
    let lines = audited.json["lines"].as_array().unwrap();
    let expected = json!([{"field": "amount", "expected": "100.00", "found": "999.00"}]);
    assert_eq!((lines.len(), &lines[0]["verdict"]["differences"]), (1, &expected), "{lines:?}");
    assert_eq!((&lines[0]["month"], &lines[0]["case_id"]), (&json!("2023-11"), &json!(case)));
    assert_eq!(counter.ask(&["replay", "--case", &case.to_string()]).status, 1);
}

#[tokio::test]
async fn nobody_approves_what_they_prepared_and_a_refused_release_leaves_no_file() {
    let (counter, _) = office_with_a_case().await;
    let run = prepare(&counter);
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    let refused = counter.ask(&["run", "approve", &run, "--as", "approver:wang.fang"]);
    assert_eq!((refused.status, refused.code()), (1, "four_eyes"), "{refused:?}");
    let out = counter.path("bank.csv");
    let release = ["run", "release", &run, "--out", out.to_str().unwrap(), "--as", "finance:liu.yang"];
    let refused = counter.ask(&release);
    assert_eq!(refused.status, 1, "{refused:?}");
    let left: Vec<_> = fs::read_dir(out.parent().unwrap()).unwrap().flatten().collect();
    assert!(left.iter().all(|file| !file.file_name().to_string_lossy().contains("bank.csv")), "{left:?}");
}

#[tokio::test]
async fn a_release_by_someone_who_prepared_the_run_orders_nothing() {
    let (counter, _) = office_with_a_case().await;
    let run = prepare(&counter);
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    counter.do_well(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    let out = counter.path("bank.csv");
    let release = |who: &str| {
        ["run", "release", &run, "--out", out.to_str().unwrap(), "--as", who].map(str::to_owned).to_vec()
    };
    let asked = release("finance:wang.fang");
    let refused = counter.ask(&asked.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((refused.status, refused.code()), (1, "four_eyes"), "{refused:?}");
    let shown = counter.do_well(&["run", "list"]);
    assert_eq!(shown[0]["ordered_count"], 0, "{shown}");
    let asked = release("finance:liu.yang");
    counter.do_well(&asked.iter().map(String::as_str).collect::<Vec<_>>());
    let again =
        ["run", "prepare", "--month", "2023-11", "--programs", "advanced_age_allowance", "--number", "2"];
    let second = counter.do_well(&[&again[..], &["--fund", FUND, "--as", "clerk:wang.fang"]].concat());
    assert_eq!(second["calculation"]["line_count"], 0, "{second}");
    assert_ne!(second["run_id"], run);
}

#[tokio::test]
async fn the_desk_shows_how_each_line_comes_about_holds_a_payment_and_lets_it_go_again() {
    let (counter, case) = office_with_a_case().await;
    let (run, case) = (prepare(&counter), case.to_string());
    let shown = counter.do_well(&["run", "show", &run, "--lines", "--case", &case, "--steps"]);
    let lines = shown["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "{shown}");
    for line in lines {
        assert_eq!(
            (&line["due"], &line["standing"], &line["amount"]),
            (&json!(10_000), &json!(0), &json!(10_000))
        );
        let steps = line["steps"].as_array().unwrap();
        assert!(steps.iter().any(|step| !step["source"].as_str().unwrap().is_empty()), "{steps:?}");
    }
    assert!(!shown.to_string().contains("王秀英"), "{shown}");
    let without = counter.ask(&["run", "show", &run, "--lines", "--steps"]);
    assert_eq!(without.status, 2, "{without:?}");

    let month = ["--month", "2023-11"];
    let why = ["--reason", "other", "--as", "clerk:wang.fang"];
    let refused = counter.ask(&[&["run", "hold", &case], &month[..], &why].concat());
    assert_eq!((refused.status, refused.code()), (1, "hold_note_missing"), "{refused:?}");
    counter.do_well(&[&["run", "hold", &case, "--note", "邻居反映已搬走"], &month[..], &why].concat());
    let again = counter.do_well(&["run", "recalculate", &run, "--as", "clerk:wang.fang"]);
    assert_eq!(again["calculation"]["line_count"], 1, "{again}");
    assert_eq!(
        (&again["recalculated"], &again["notes"][0]["exception"]),
        (&json!([case]), &json!("payment_held"))
    );
    assert_eq!(again["outlook"]["short"], 0, "{again}");

    let lift = |who| [&["run", "unhold", &case], &month[..], &["--as", who]].concat();
    let own = counter.ask(&lift("reviewer:wang.fang"));
    assert_eq!((own.status, own.code()), (1, "lifted_by_holder"), "{own:?}");
    counter.do_well(&lift("reviewer:li.qiang"));
    assert_eq!(prepare(&counter), run, "the same plan is the same run, and both months are paid");
    let told = counter.do_well(&["replay", "--case", &case]).to_string();
    assert!(!told.contains("邻居反映已搬走"), "{told}");
    counter.do_well(&["check"]);
}
