//! A month through two banks: one that speaks ISO 20022, one that takes delimited text in GBK. A line is refused, a line
//! is odd, a payment is given up and ordered anew, and the month is paid once.

use std::fs;

use chrono::Utc;
use serde_json::Value;
use tests::counter::{Counter, PERSON, persons};

use crate::banks::{Status, answer, gbk, layouts, status_report, transactions};
use crate::paying::{FUND, office_registered_by, office_with_a_case};

const CLERK: &str = "clerk:wang.fang";
const FINANCE: &str = "finance:liu.yang";

/// A run of November 2023 and of what is owed for October, calculated.
fn prepared(counter: &Counter, number: &str) -> Value {
    let plan =
        ["run", "prepare", "--month", "2023-11", "--programs", "advanced_age_allowance", "--number", number];
    counter.do_well(&[&plan[..], &["--fund", FUND, "--as", CLERK]].concat())
}

/// The same, as far as its release.
fn approved(counter: &Counter, number: &str, lines: u64) -> String {
    let prepared = prepared(counter, number);
    assert_eq!(prepared["calculation"]["line_count"], lines, "{prepared}");
    let run = prepared["run_id"].as_str().unwrap().to_owned();
    counter.do_well(&["run", "submit", &run, "--as", CLERK]);
    counter.do_well(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    run
}

/// The account is another one from today on.
fn change_the_account(counter: &Counter, account: &str) {
    let today = Utc::now().date_naive();
    let heads = "公民身份号码,变更类型,发生日期,报告日期,新银行账号";
    let file =
        counter.file("changes.csv", &format!("{heads}\n{PERSON},账户变更,{today},{today},{account}\n"));
    counter.do_well(&["import", "apply", "changes", &file, "--as", CLERK]);
}

/// The bank pays the first transaction, refuses the second, and speaks of one that nobody ordered.
fn odd_report(message: &str) -> String {
    let asked = transactions(message, "");
    let refused = Status { refused: Some("AC04"), ..asked[1] };
    let strange = Status { end_to_end_id: "SOMEBODY-ELSES", ..asked[0] };
    status_report(message, &[asked[0], refused, strange])
}

fn first_month(counter: &Counter, folder: &str) -> String {
    let run = approved(counter, "1", 2);
    let out = counter.path("november.xml");
    let how = ["--layout", "our_bank", "--layouts", folder, "--as", FINANCE];
    let release = [&["run", "release", &run, "--out", out.to_str().unwrap()], &how[..]].concat();
    let released = counter.do_well(&release);
    let message = fs::read_to_string(&out).unwrap();
    assert_eq!(released["delivery"]["files"][0]["line_count"], 2, "{released}");
    assert!(
        message.contains("<CtrlSum>200.00</CtrlSum>") && message.contains("<Nm>王秀英</Nm>"),
        "{message}"
    );
    let again = counter.do_well(&release);
    assert_eq!(
        (&again["file_sha256"], fs::read_to_string(&out).unwrap()),
        (&released["file_sha256"], message.clone())
    );

    let cut = counter.file("cut.xml", &message[..message.len() / 2]);
    let settle = |file: &str| counter.ask(&[&["run", "settle", &run, "--results", file], &how[..]].concat());
    assert_eq!(settle(&cut).code(), "unknown_message", "the bank's own file is expected, not ours");
    let report = counter.file("report.xml", &odd_report(&message));
    let taken = settle(&report);
    assert_eq!(taken.status, 1, "an exception waits: {taken:?}");
    assert_eq!(
        (&taken.json["pending_count"], &taken.json["unmatched"][0]["reason"]),
        (&0.into(), &"reference_unknown".into())
    );
    assert_eq!(settle(&report).json["known_before"], true);
    // the layout is that of the release, and who may not take a file in is told so before it is read
    let folder = ["--layouts", folder, "--as"];
    let again =
        |who| counter.ask(&[&["run", "settle", &run, "--results", &report], &folder[..], &[who]].concat());
    assert_eq!((&again(FINANCE).json["layout"], again(FINANCE).status), (&"our_bank".into(), 1));
    assert_eq!(again(CLERK).code(), "role_not_allowed");
    run
}

#[tokio::test]
async fn a_month_goes_through_two_banks_and_is_paid_once() {
    let (counter, _) = office_with_a_case().await;
    let folder = layouts(&counter);
    let run = first_month(&counter, &folder);

    let waiting = counter.ask(&["bank", "exceptions"]);
    assert_eq!((waiting.status, waiting.json.as_array().map(Vec::len)), (1, Some(1)), "{waiting:?}");
    let (file, row) =
        (waiting.json[0]["return_id"].as_str().unwrap(), waiting.json[0]["row_number"].to_string());
    let resolve =
        ["bank", "resolve", file, &row, "--as-what", "dismissed", "--note", "非本单位", "--as", FINANCE];
    counter.do_well(&resolve);
    assert_eq!(counter.do_well(&["bank", "exceptions"]), Value::Array(Vec::new()));

    let returns = counter.ask(&["run", "returns", "--run", &run]);
    assert_eq!((returns.status, &returns.json[0]["reason"]), (1, &"AC04".into()), "{returns:?}");
    assert!(returns.json[0]["reason_zh"].as_str().unwrap().contains("销户"));
    assert_eq!(returns.json[0]["at_fault"], "account", "{returns:?}");

    let payment = returns.json[0]["payment_id"].as_str().unwrap();
    let cancel =
        |who| counter.ask(&["payment", "cancel", payment, "--reason", "本人更换开户行", "--as", who]);
    assert_eq!(cancel(CLERK).code(), "role_not_allowed");
    let telling =
        ["payment", "cancel", payment, "--reason", "账户9901140000000000019已销户", "--as", FINANCE];
    assert_eq!(counter.ask(&telling).code(), "personal_value", "it would stand in the log for good");
    assert_eq!(cancel(FINANCE).status, 0);
    let waiting = prepared(&counter, "2");
    assert_eq!(waiting["calculation"]["line_count"], 0, "the account is closed: {waiting}");
    assert_eq!(waiting["notes"][0]["exception"], "account_unchanged", "{waiting}");
    change_the_account(&counter, "9901140000000000043");
    let second = approved(&counter, "2", 1);
    let out = counter.path("again.txt");
    let how = ["--layout", "text_gbk", "--as", FINANCE];
    counter.do_well(&[&["run", "release", &second, "--out", out.to_str().unwrap()], &how[..]].concat());
    // the layout parts the bank's own accounts from others, and this run has own ones only
    let text = gbk(&fs::read(&out).unwrap());
    assert!(text.contains("|9901140000000000043|王秀英|100.00|"), "{text}");
    let results = counter.path("results.txt");
    fs::write(&results, answer(&text, 1)).unwrap();
    let settle = ["run", "settle", &second, "--results", results.to_str().unwrap()];
    let taken = counter.do_well(&[&settle[..], &how[..]].concat());
    assert_eq!(
        (&taken["results"]["settled_count"], &taken["pending_count"]),
        (&1.into(), &0.into()),
        "{taken}"
    );
    assert_eq!(counter.do_well(&["run", "returns"]), Value::Array(Vec::new()));
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn who_has_no_account_waits_until_one_is_registered_and_then_gets_every_month() {
    let (counter, _) = office_registered_by(persons().replace(",9901140000000000019", ",")).await;
    let waiting = prepared(&counter, "1");
    assert_eq!(waiting["calculation"]["line_count"], 0, "{waiting}");
    let notes = waiting["notes"].as_array().unwrap();
    let told: Vec<_> = notes.iter().map(|note| (&note["month"], &note["exception"])).collect();
    let expected = ["2023-10", "2023-11"].map(Value::from);
    let missing = Value::from("no_account");
    assert_eq!(told, expected.iter().map(|month| (month, &missing)).collect::<Vec<_>>(), "{waiting}");
    change_the_account(&counter, "9901140000000000043");
    approved(&counter, "1", 2);
}

#[tokio::test]
async fn layouts_are_listed_and_a_wrong_one_is_told_with_its_place() {
    let counter = Counter::open().await;
    let folder = layouts(&counter);
    let listed = counter.do_well(&["bank", "layouts", "--layouts", &folder]);
    let codes: Vec<&str> =
        listed.as_array().unwrap().iter().map(|layout| layout["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["plain_csv", "text_gbk", "fixed_gb18030", "sheet_xlsx", "pain_001", "our_bank"]);
    let example = counter.do_well(&["bank", "layouts", "check", &format!("{folder}/iso.toml")]);
    assert!(example["example"].as_str().unwrap().contains("龙泽园街道办事处"), "{example}");
    let wrong = counter.file("wrong.toml", "code = \"x\"\nzh = \"x\"\nform = \"iso20022\"\n");
    let refused = counter.ask(&["bank", "layouts", "check", &wrong]);
    assert_eq!((refused.status, refused.code()), (1, "layout_unreadable"), "{refused:?}");
}

#[tokio::test]
async fn a_file_that_was_taken_in_by_mistake_is_dismissed_as_a_whole() {
    let (counter, _) = office_with_a_case().await;
    let run = approved(&counter, "1", 2);
    let out = counter.path("november.csv");
    counter.do_well(&["run", "release", &run, "--out", out.to_str().unwrap(), "--as", FINANCE]);
    let strange = |number: u64| format!("00000000-0000-8000-8000-{number:012},settled,R-{number}\n");
    let lines: String = (1..=700).map(strange).collect();
    let settle = |name: &str, lines: &str| {
        let file = counter.file(name, &format!("payment,result,reference\n{lines}"));
        counter.ask(&["run", "settle", &run, "--results", &file, "--as", FINANCE])
    };
    let refused = settle("another.csv", &lines);
    assert_eq!((refused.status, refused.code()), (1, "nothing_of_the_run"), "{refused:?}");
    let text = fs::read_to_string(&out).unwrap();
    let payment = text.lines().find_map(|line| line.strip_prefix("P,")?.split(',').next()).unwrap();
    let taken = settle("mixed.csv", &format!("{payment},settled,R-0\n{lines}"));
    assert_eq!((taken.status, &taken.json["pending_count"]), (1, &1.into()));
    let file = taken.json["return_id"].as_str().unwrap();
    let dismiss = |who| counter.ask(&["bank", "dismiss", file, "--note", "读错了文件", "--as", who]);
    assert_eq!(dismiss(CLERK).code(), "role_not_allowed");
    assert_eq!(dismiss(FINANCE).json["dismissed"], 700);
    let again = dismiss(FINANCE);
    assert_eq!((again.status, &again.json["dismissed"]), (0, &0.into()));
    assert!(again.remarks.contains("没有新增记录"), "{}", again.remarks);
    assert_eq!(counter.do_well(&["bank", "exceptions"]), Value::Array(Vec::new()));
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_payment_that_came_back_and_arrived_after_all_is_said_to_be_settled_and_nothing_is_paid_twice() {
    let (counter, _) = office_with_a_case().await;
    let run = approved(&counter, "1", 2);
    let out = counter.path("november.csv");
    counter.do_well(&["run", "release", &run, "--out", out.to_str().unwrap(), "--as", FINANCE]);
    let text = fs::read_to_string(&out).unwrap();
    let paid: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("P,")?.split(',').next()).collect();
    let settle = |name: &str, lines: &str| {
        let file = counter.file(name, &format!("payment,result,reference\n{lines}"));
        counter.ask(&["run", "settle", &run, "--results", &file, "--as", FINANCE])
    };
    let first = settle("first.csv", &format!("{},settled,B-1\n{},returned,AC04\n", paid[0], paid[1]));
    assert_eq!((first.status, &first.json["pending_count"]), (0, &0.into()), "{first:?}");
    let before = counter.do_well(&["fund", "show", FUND]);

    let late = settle("late.csv", &format!("{},settled,B-7\n", paid[1]));
    assert_eq!(late.json["unmatched"][0]["reason"], "settled_after_return", "{late:?}");
    let (file, row) =
        (late.json["return_id"].as_str().unwrap(), late.json["unmatched"][0]["row"].to_string());
    let resolve = ["bank", "resolve", file, &row, "--as-what", "settled", "--payment", paid[1]];
    let resolve = [&resolve[..], &["--note", "已向银行核实", "--as", FINANCE]].concat();
    counter.do_well(&resolve);
    let again = counter.ask(&resolve);
    assert!(again.status == 0 && again.remarks.contains("没有新增记录"), "{again:?}");

    assert_eq!(counter.do_well(&["run", "returns"]), Value::Array(Vec::new()));
    let shown = counter.do_well(&["run", "show", &run]);
    assert_eq!((&shown["run"]["settled_fen"], &shown["run"]["returned_fen"]), (&20_000.into(), &0.into()));
    let after = counter.do_well(&["fund", "show", FUND]);
    let balance = |fund: &Value| fund["balance"].as_i64().unwrap();
    assert_eq!(balance(&before) - balance(&after), 10_000, "{after}");
    assert_eq!(prepared(&counter, "2")["calculation"]["line_count"], 0, "nothing is owed");
    let story = counter.do_well(&["replay", "--run", &run]);
    assert!(story.to_string().contains("PaymentRunReconciled"), "{story}");
    counter.do_well(&["check"]);
}
