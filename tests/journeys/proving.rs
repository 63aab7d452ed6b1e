//! An auditor gets evidence, an administrator changes keys, and a ledger that is not what was signed does not start.

use std::fs;
use std::process::Command;
use std::time::Duration;

use api::processes::{Desk, open_fund};
use chrono::Utc;
use domain::fund::{FundCharter, FundSource, Restriction};
use serde_json::{Value, json};
use tests::counter::{Counter, PERSON, applications, persons};
use tests::personas;

async fn office() -> Counter {
    let counter = Counter::open().await;
    for (kind, content) in [("persons", persons()), ("applications", applications())] {
        let file = counter.file(kind, &content);
        counter.do_well(&["import", "apply", kind, &file, "--as", "clerk:wang.fang"]);
    }
    counter
}

fn out(counter: &Counter, name: &str) -> String {
    counter.path(name).to_str().unwrap().to_owned()
}

async fn disclosures(counter: &Counter) -> Vec<Value> {
    let query =
        "select payload::text from log_events where event_type = 'PersonalDataDisclosed' order by position";
    let found: Vec<String> = sqlx::query_scalar(query).fetch_all(counter.ledger.owner()).await.unwrap();
    found.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test]
async fn only_the_values_that_an_auditor_asks_for_are_opened_and_it_is_recorded_for_whom_and_why() {
    let counter = office().await;
    let person = counter.ask_with(&["person", "find", "--as", "reviewer:li.qiang"], PERSON);
    let person = person.json["person_id"].as_str().unwrap().to_owned();
    let (sealed, opened) = (out(&counter, "sealed"), out(&counter, "opened"));
    counter.do_well(&["audit", "bundle", "--person", &person, "--out", &sealed]);
    assert!(!counter.path("sealed/opened.jsonl").exists());
    assert_eq!(disclosures(&counter).await.len(), 0);

    let open = format!("{person}:name");
    let about = ["audit", "bundle", "--person", &person, "--out", &opened, "--open", &open];
    assert_eq!(counter.ask(&about).status, 2, "a recipient and a purpose are asked for");
    let whom = ["--recipient", "昌平区审计局", "--purpose", "年度审计"];
    let by_clerk = counter.ask(&[&about[..], &whom, &["--as", "clerk:wang.fang"]].concat());
    assert_eq!(by_clerk.code(), "role_not_allowed", "{by_clerk:?}");
    counter.do_well(&[&about[..], &whom, &["--as", "auditor:zhou.min"]].concat());
    let lines = fs::read_to_string(counter.path("opened/opened.jsonl")).unwrap();
    let values: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!values.is_empty() && values.iter().all(|value| value["value"] == "王秀英"), "{values:?}");
    let recorded = disclosures(&counter).await;
    let fields = json!([{ "person_id": person, "labels": ["name"] }]);
    assert_eq!(recorded[0]["PersonalDataDisclosed"]["opened"], fields, "{recorded:?}");
    for bundle in [&sealed, &opened] {
        let verified = counter.do_well(&["audit", "verify", bundle]);
        assert_eq!(verified["faults"], json!([]));
    }
    let found = Command::new("grep").args(["-rl", "王秀英", &opened]).output().unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    assert_eq!(found.trim(), format!("{opened}/opened.jsonl"), "the events themselves stay sealed");
}

#[tokio::test]
async fn a_key_is_changed_and_old_evidence_still_verifies() {
    let counter = office().await;
    let old = counter.do_well(&["signing", "show"])["keys"][0].as_str().unwrap().to_owned();
    let before = out(&counter, "before");
    counter.do_well(&["audit", "bundle", "--all", "--out", &before]);
    let refused = counter.ask(&["signing", "rotate", "--as", "clerk:wang.fang"]);
    assert_eq!(refused.code(), "role_not_allowed");
    let new = counter.do_well(&["signing", "rotate", "--as", "administrator:root"]);
    assert!(new["signed_again"].as_u64().unwrap() > 0, "{new}");
    let new = new["key"].as_str().unwrap();
    let id = old.split('+').nth(1).unwrap();
    let left = counter.do_well(&["signing", "retire", id, "--as", "administrator:root"]);
    assert_eq!(left["keys"], json!([new]));
    counter.do_well(&["check"]);

    let after = out(&counter, "after");
    let yesterday = format!("{before}/checkpoint");
    counter.do_well(&["audit", "bundle", "--all", "--out", &after]);
    assert_eq!(counter.do_well(&["audit", "verify", &before, "--key", &old])["faults"], json!([]));
    assert_eq!(counter.do_well(&["audit", "verify", &after, "--key", new])["faults"], json!([]));
    let both = ["audit", "verify", &after, &yesterday, "--key", new, "--key", &old];
    assert_eq!(counter.do_well(&both)["faults"], json!([]), "an auditor who was told of both");
}

#[tokio::test]
async fn a_ledger_whose_copy_says_otherwise_is_looked_at_and_not_worked_with() {
    let mut counter = office().await;
    counter.ledger.break_on_purpose();
    let superuser = counter.ledger.superuser().await;
    for statement in [
        "alter table log_events disable trigger all",
        "update log_events set payload = replace(payload::text, '2022-11-01', '2022-10-01')::json where position = 1",
        "alter table log_events enable trigger all",
    ] {
        sqlx::query(statement).execute(&superuser).await.unwrap();
    }
    superuser.close().await;
    let file = counter.file("again.csv", &persons());
    let work = counter.ask(&["import", "apply", "persons", &file, "--as", "clerk:wang.fang"]);
    assert_eq!((work.status, work.code()), (3, "log_beside_copy"), "{work:?}");
    let look = counter.ask(&["check"]);
    assert_eq!(look.status, 1);
    assert!(look.remarks.contains("log_beside_copy"), "{look:?}");
    let proofs =
        look.json.as_array().unwrap().iter().find(|verdict| verdict["invariant"]["code"] == "proofs");
    assert_ne!(proofs.unwrap()["findings"], json!([]));

    fs::remove_dir_all(counter.path("data.checkpoints")).unwrap();
    let work = counter.ask(&["import", "apply", "persons", &file, "--as", "clerk:wang.fang"]);
    assert_eq!((work.status, work.code()), (3, "checkpoint_copy_missing"), "{work:?}");
}

#[tokio::test]
async fn a_program_that_runs_seals_what_it_appends_without_being_asked() {
    let counter = office().await;
    let app = counter.app().await;
    let finance = Desk::new(personas::finance(), Utc::now());
    let charter = FundCharter {
        fund_id: app.office().fund_id("区级财政"),
        name: "区级财政".to_owned(),
        source: FundSource::Budget,
        restriction: Restriction::Unrestricted,
        opened_on: finance.today(),
        programs: vec![],
    };
    open_fund(app.office(), &finance, charter).await.unwrap();
    let length = app.office().repository.log().length().await.unwrap();
    let sealed = async {
        while app.tree().newest_checkpoint().await.unwrap().unwrap().size < length {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // a checkpoint is due within a second; a busy machine is given a minute
    tokio::time::timeout(Duration::from_secs(60), sealed).await.unwrap();
    app.close().await.unwrap();
}
