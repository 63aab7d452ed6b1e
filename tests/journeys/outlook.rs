//! A draft tried on the register and the lists of people whom nobody enrolled, through the command line.

use std::fs;

use serde_json::json;
use tests::counter::Counter;

use super::paying::office_with_a_case;

const DRAFT: &str = r#"
[[parameter]]
key = "advanced_age_80"
[[parameter.row]]
from = "2026-07"
value = "160.00"
source = "征求意见稿"
status = "illustrative"
"#;

#[tokio::test]
async fn a_draft_is_tried_on_the_register_and_names_are_written_only_after_a_disclosure() {
    let (counter, case) = office_with_a_case().await;
    let draft = counter.file("draft.toml", DRAFT);
    let list = counter.path("list.csv");
    let before = counter.do_well(&["policy", "show"]);
    let tried = counter.do_well(&["policy", "try", &draft, "--list", list.to_str().unwrap()]);
    assert_eq!(tried["result"]["touched"]["gains"]["count"], 1, "{tried}");
    assert_eq!(tried["result"]["touched"]["gains"]["total"], 72_000, "{tried}");
    assert_eq!(tried["examples"][0]["case_id"], json!(case.to_string()));
    let masked = fs::read_to_string(&list).unwrap();
    assert!(masked.contains("王**") && !masked.contains("王秀英"), "{masked}");
    assert_eq!(counter.do_well(&["policy", "show"]), before);
    assert_eq!(counter.do_well(&["policy", "list"]), json!([]));

    let open = counter.path("names.csv");
    let names = ["policy", "try", &draft, "--list", open.to_str().unwrap(), "--names"];
    let bare = counter.ask(&names);
    assert_eq!(bare.status, 2, "a recipient and a purpose are needed: {bare:?}");
    let with = |who: &'static str| {
        [&names[..], &["--recipient", "区民政局", "--purpose", "标准调整测算", "--as", who]].concat()
    };
    let clerk = counter.ask(&with("clerk:wang.fang"));
    assert_eq!((clerk.status, clerk.code()), (1, "role_not_allowed"), "{clerk:?}");
    assert!(!fs::read_to_string(&open).is_ok_and(|list| list.contains("王秀英")));
    fs::remove_file(&open).ok();
    counter.do_well(&with("reviewer:li.qiang"));
    assert!(fs::read_to_string(&open).unwrap().contains("王秀英"));
    let disclosed = "select count(*) from log_events where event_type = 'PersonalDataDisclosed'";
    let count: i64 = sqlx::query_scalar(disclosed).fetch_one(counter.ledger.owner()).await.unwrap();
    assert_eq!(count, 1);

    let fault = counter.file("bad.toml", &DRAFT.replace("160.00", "a lot"));
    let refused = counter.ask(&["policy", "try", &fault]);
    assert_eq!((refused.status, refused.code()), (1, "value_malformed"), "{refused:?}");
    assert!(refused.json["error"]["message"].as_str().unwrap().contains("bad.toml 第6行"), "{refused:?}");
    propose_and_list(&counter);
    counter.do_well(&["check"]);
}

/// What somebody proposed waits for another, until it is answered.
fn propose_and_list(counter: &Counter) {
    let announced = DRAFT.replace("source", "announced = \"2026-06-01\"\nsource");
    let file = counter.file("rates.toml", &announced);
    let document = "京民养老发〔2026〕1号";
    counter.do_well(&["policy", "propose", &file, "--document", document, "--as", "administrator:sun.lei"]);
    let waiting = |counter: &Counter| {
        let found = counter.do_well(&["todo", "list"]);
        found.as_array().unwrap().iter().filter(|one| one["kind"] == "rates_to_approve").count()
    };
    assert_eq!(waiting(counter), 1);
    counter.do_well(&["policy", "reject", "1", "--reason", "待定稿", "--as", "approver:chen.jing"]);
    assert_eq!(waiting(counter), 0);
    let listed = counter.do_well(&["policy", "list"]);
    let (by, stage) = (&listed[0]["rejected_by"], &listed[0]["stage"]["rejected"]);
    assert_eq!((by, &stage["reason"]), (&json!("chen.jing"), &json!("待定稿")), "{listed}");
}

#[tokio::test]
async fn somebody_whom_nobody_enrolled_is_listed_and_set_aside_with_a_reason() {
    let counter = Counter::open().await;
    let persons = counter.file("persons", &tests::counter::persons());
    counter.do_well(&["import", "apply", "persons", &persons, "--as", "clerk:wang.fang"]);
    let listed = counter.do_well(&["todo", "eligible"]);
    let item = &listed["items"][0];
    assert_eq!(
        (&item["kind"], &item["program"], &item["name"]),
        (&json!("not_enrolled"), &json!("advanced_age_allowance"), &json!("王**")),
        "{listed}"
    );
    let person = item["person_id"].as_str().unwrap();
    let dismiss = ["todo", "dismiss", "not_enrolled", person, "advanced_age_allowance", "--reason"];
    let unsigned = counter.ask(&[&dismiss[..], &["本人不愿申请"]].concat());
    assert_eq!((unsigned.status, unsigned.code()), (2, "actor_required"), "{unsigned:?}");
    counter.do_well(&[&dismiss[..], &["本人不愿申请", "--as", "clerk:wang.fang"]].concat());
    let left = counter.do_well(&["todo", "eligible"]);
    assert_eq!((&left["items"], &left["walked"]["dismissed"]), (&json!([]), &json!(1)), "{left}");
    let only = counter.do_well(&["todo", "eligible", "--kind", "seems_ended"]);
    assert_eq!(only["items"], json!([]));
    counter.do_well(&["check"]);
}
