//! New rates from the draft to the arrears, through the command line, by different people.

use std::fs;

use serde_json::{Value, json};
use tests::counter::Counter;

use super::paying::{FUND, office_with_a_case, settled};

/// 100 yuan become 160 from October 2023 on.
const DRAFT: &str = r#"
[[parameter]]
key = "advanced_age_80"
[[parameter.row]]
from = "2023-10"
value = "160.00"
announced = "2023-12-20"
source = "京民养老发〔2023〕8号"
status = "sourced"
"#;

/// Prepares a run of a month, takes it to the bank and settles it. Gives its identifier.
fn pay(counter: &Counter, month: &str) -> String {
    let plan = ["run", "prepare", "--month", month, "--programs", "advanced_age_allowance"];
    let prepared = counter.do_well(&[&plan[..], &["--fund", FUND, "--as", "clerk:wang.fang"]].concat());
    let run = prepared["run_id"].as_str().unwrap().to_owned();
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    counter.do_well(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    let out = counter.path(&format!("{month}.csv"));
    counter.do_well(&["run", "release", &run, "--out", out.to_str().unwrap(), "--as", "finance:liu.yang"]);
    let results = counter.file("results.csv", &settled(&fs::read_to_string(&out).unwrap()));
    counter.do_well(&["run", "settle", &run, "--results", &results, "--as", "finance:liu.yang"]);
    run
}

fn verdicts(told: &Value) -> Vec<&str> {
    told.as_array().unwrap().iter().filter_map(|item| item["verdict"]["is"].as_str()).collect()
}

#[tokio::test]
async fn new_rates_are_proposed_by_one_published_by_another_and_paid_back_to_their_first_month() {
    let (counter, case) = office_with_a_case().await;
    let first = pay(&counter, "2023-11");
    let before = counter.do_well(&["policy", "show", "advanced_age_80"]);
    let draft = counter.file("draft.toml", DRAFT);

    let propose = ["policy", "propose", &draft, "--document", "京民养老发〔2023〕8号"];
    let by = |who: &'static str| [&propose[..], &["--as", who]].concat();
    let clerk = counter.ask(&by("clerk:wang.fang"));
    assert_eq!((clerk.status, clerk.code()), (1, "role_not_allowed"), "{clerk:?}");
    let proposal = counter.do_well(&by("administrator:sun.lei"));
    assert_eq!(
        (&proposal["number"], &proposal["changes"][0]["value"]),
        (&json!(1), &json!("160.00")),
        "{proposal}"
    );
    let own = counter.ask(&["policy", "approve", "1", "--as", "approver:sun.lei"]);
    assert_eq!((own.status, own.code()), (1, "four_eyes"), "{own:?}");
    assert_eq!(counter.do_well(&["policy", "show", "advanced_age_80"]), before, "nothing counts before");
    let published = counter.do_well(&["policy", "approve", "1", "--as", "approver:chen.jing"]);
    let after = counter.do_well(&["policy", "show", "advanced_age_80"]);
    assert_eq!(after["rule_version"], published["rule_version"]);
    assert_ne!(after["rule_version"], before["rule_version"]);
    assert_eq!(counter.do_well(&["policy", "list"])[0]["stage"]["published"]["approved_by"], "chen.jing");

    let second = pay(&counter, "2023-12");
    let shown = counter.do_well(&["run", "show", &second]);
    // December in full, 60 yuan each for October and November
    assert_eq!(
        (&shown["run"]["line_count"], &shown["run"]["control_sum_fen"]),
        (&json!(3), &json!(28_000)),
        "{shown}"
    );
    let told = counter.do_well(&["replay", "--case", &case.to_string()]);
    assert_eq!(verdicts(&told), ["same"; 6], "{told}");
    for run in [&first, &second] {
        let audited = counter.do_well(&["audit", "run", run]);
        assert_eq!(audited["totals"]["lines"], audited["totals"]["same"], "{audited}");
    }
    counter.do_well(&["check"]);
    bundle(&counter, &case.to_string());
}

/// A stranger finds the published rates in the bundle, and that both versions of the rules are in it.
fn bundle(counter: &Counter, case: &str) {
    let out = counter.path("bundle");
    let directory = out.to_str().unwrap();
    counter.do_well(&["audit", "bundle", "--case", case, "--out", directory]);
    let verified = counter.do_well(&["audit", "verify", directory]);
    let rules = verified["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 2, "{verified}");
    assert!(rules.iter().all(|named| named["covered"] == true), "{verified}");
    let policies = fs::read_dir(out.join("policy")).unwrap().map(|entry| entry.unwrap());
    let names: Vec<String> = policies.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let published = names.iter().find(|name| name.starts_with("published-")).unwrap();
    assert_eq!(fs::read_to_string(out.join("policy").join(published)).unwrap(), DRAFT);
}

#[tokio::test]
async fn a_bad_draft_is_refused_with_file_line_and_place() {
    let counter = Counter::open().await;
    let propose = |text: &str| {
        let file = counter.file("draft.toml", text);
        counter.ask(&["policy", "propose", &file, "--document", "文号", "--as", "administrator:sun.lei"])
    };
    let cases = [
        (DRAFT.replace("160.00", "160"), "value_malformed", "draft.toml 第6行"),
        (DRAFT.replace("advanced_age_80", "advanced_age_81"), "parameter_unknown", "draft.toml 第3行"),
        (DRAFT.replace("2023-12-20", "2099-12-20"), "not_yet_announced", "2099-12-20"),
        (DRAFT.replace("from =", "form ="), "rates_unreadable", "draft.toml 第5行"),
        ("# nothing\n".to_owned(), "rates_unchanged", "没有可变更的内容"),
    ];
    for (text, code, place) in cases {
        let refused = propose(&text);
        assert_eq!((refused.status, refused.code()), (1, code), "{refused:?}");
        assert!(refused.json["error"]["message"].as_str().unwrap().contains(place), "{refused:?}");
    }
    let missing = counter.ask(&[
        "policy",
        "propose",
        "/nowhere.toml",
        "--document",
        "x",
        "--as",
        "administrator:sun.lei",
    ]);
    assert_eq!((missing.status, missing.code()), (1, "file_unreadable"));
    assert_eq!(counter.do_well(&["policy", "list"]), json!([]));
}
