//! Registers on their way into a ledger.

use serde_json::json;

use tests::counter::{Counter, PERSON, applications, persons};

const CLERK: &str = "clerk:wang.fang";

#[tokio::test]
async fn importing_a_register_twice_changes_nothing_and_says_so() {
    let counter = Counter::open().await;
    let file = counter.file("persons.csv", &persons());
    let first = counter.do_well(&["import", "apply", "persons", &file, "--as", CLERK]);
    assert_eq!(first["imported"], json!({ "new": 1, "repeated": 0, "refused": [] }));
    let length = counter.app().await.office().repository.log().length().await.unwrap();
    let second = counter.do_well(&["import", "apply", "persons", &file, "--as", CLERK]);
    assert_eq!(second["imported"], json!({ "new": 0, "repeated": 1, "refused": [] }));
    assert_eq!(counter.app().await.office().repository.log().length().await.unwrap(), length);
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let counter = Counter::open().await;
    let file = counter.file("persons.csv", &persons());
    let checked = counter.do_well(&["import", "check", "persons", &file]);
    assert_eq!((&checked["report"]["good"], &checked["imported"]), (&json!(1), &json!(null)));
    assert_eq!(counter.app().await.office().repository.log().length().await.unwrap(), 0);
}

#[tokio::test]
async fn one_bad_row_stops_the_import_unless_good_rows_are_kept() {
    let counter = Counter::open().await;
    let bad = persons() + "HLG-2,户主,李强,990114194001010012,本市户籍,龙泽苑东社区,2号楼,2022-11-01,\n";
    let file = counter.file("persons.csv", &bad);
    let errors = counter.path("errors.xlsx");
    let errors = errors.to_str().unwrap();
    let stopped = counter.ask(&["import", "apply", "persons", &file, "--errors", errors, "--as", CLERK]);
    assert_eq!((stopped.status, &stopped.json["imported"]), (1, &json!(null)), "{stopped:?}");
    let problem = &stopped.json["report"]["problems"][0];
    assert_eq!((&problem["row"], &problem["field"]), (&json!(3), &json!("id_number")));
    assert_eq!(problem["code"], "id_number_invalid");
    assert!(std::fs::metadata(errors).unwrap().len() > 0);
    assert_eq!(counter.app().await.office().repository.log().length().await.unwrap(), 0);
    let kept = counter.ask(&["import", "apply", "persons", &file, "--keep-good", "--as", CLERK]);
    assert_eq!((kept.status, &kept.json["imported"]["new"]), (1, &json!(1)), "{kept:?}");
}

#[tokio::test]
async fn an_application_needs_a_registered_person_and_is_imported_once() {
    let counter = Counter::open().await;
    let (people, asked) = (persons(), applications());
    let (people, asked) = (counter.file("persons.csv", &people), counter.file("applications.csv", &asked));
    let early = counter.ask(&["import", "apply", "applications", &asked, "--as", CLERK]);
    assert_eq!(early.json["report"]["problems"][0]["code"], "unknown_person", "{early:?}");
    counter.do_well(&["import", "apply", "persons", &people, "--as", CLERK]);
    let first = counter.do_well(&["import", "apply", "applications", &asked, "--as", CLERK]);
    assert_eq!(first["imported"]["new"], 1);
    let second = counter.do_well(&["import", "apply", "applications", &asked, "--as", CLERK]);
    assert_eq!(second["imported"]["repeated"], 1);
}

#[tokio::test]
async fn no_personal_value_is_printed() {
    let counter = Counter::open().await;
    let file = counter.file("persons.csv", &persons().replace("2022-11-01", "2022-13-01"));
    let answer = counter.ask(&["import", "check", "persons", &file]);
    let printed = format!("{} {}", answer.json, answer.remarks);
    assert_eq!(answer.status, 1);
    assert!(!printed.contains(PERSON) && !printed.contains("王秀英"), "{printed}");
}

#[tokio::test]
async fn a_suspension_of_someone_without_a_case_is_refused_instead_of_lost() {
    let counter = Counter::open().await;
    let people = counter.file("persons.csv", &persons());
    counter.do_well(&["import", "apply", "persons", &people, "--as", CLERK]);
    let heads = "公民身份号码,变更类型,发生日期,报告日期\n";
    let change = format!("{heads}{PERSON},失联停发,2023-05-01,2023-05-03\n");
    let file = counter.file("changes.csv", &change);
    let answer = counter.ask(&["import", "apply", "changes", &file, "--as", CLERK]);
    let refused = &answer.json["imported"]["refused"][0];
    assert_eq!((answer.status, &refused["code"]), (1, &json!("unknown_object")), "{answer:?}");
}
