//! A person is erased by two people through the real program, and stays erased.

use serde_json::json;

use tests::counter::{Counter, PERSON, applications, persons};

const CLERK: &str = "clerk:wang.fang";
const APPROVER: &str = "approver:chen.jing";
const BASIS: &str = "个人信息保护法第四十七条";

/// The values of the register, none of which may be left.
const VALUES: [&str; 5] = ["王秀英", PERSON, "9901140000000000019", "1号楼1室", "1940-01-01"];

/// An office that registered one person, whom nobody opened a case for.
async fn office_with_a_person() -> (Counter, String) {
    let counter = Counter::open().await;
    let file = counter.file("persons.csv", &persons());
    counter.do_well(&["import", "apply", "persons", &file, "--as", CLERK]);
    let person = find(&counter);
    (counter, person)
}

fn find(counter: &Counter) -> String {
    let found = counter.ask_with(&["person", "find"], PERSON);
    assert_eq!(found.status, 0, "{found:?}");
    assert!(!format!("{found:?}").contains(PERSON), "the number is not printed");
    found.json["person_id"].as_str().unwrap().to_owned()
}

fn ask_to_erase(counter: &Counter, person: &str) {
    let asked = counter.do_well(&["person", "erase", person, "--basis", BASIS, "--as", CLERK]);
    assert_eq!(asked["done"], "requested");
}

/// The wrapped keys of the person that are still there, as a dump shows them.
async fn wrapped_keys(counter: &Counter) -> Vec<String> {
    let statement = r"select encode(wrapped, 'hex') from app_data_keys where wrapped is not null";
    sqlx::query_scalar(statement).fetch_all(counter.ledger.owner()).await.unwrap()
}

#[tokio::test]
async fn two_people_erase_someone_and_nothing_of_them_is_left_but_that_it_was_done() {
    let (counter, person) = office_with_a_person().await;
    let outlook = counter.do_well(&["person", "erase", &person, "--basis", BASIS, "--dry-run"]);
    assert_eq!((&outlook["possible"], &outlook["request"]), (&json!(true), &json!("not_requested")));
    ask_to_erase(&counter, &person);
    for (who, code) in [
        ("reviewer:wang.fang", "four_eyes"),
        (CLERK, "role_not_allowed"),
        ("auditor:zhou.zheng", "role_not_allowed"),
    ] {
        let refused = counter.ask(&["person", "approve", &person, "--as", who]);
        assert_eq!((refused.status, refused.code()), (1, code), "{who}: {refused:?}");
    }
    let (keys, before) = (wrapped_keys(&counter).await, counter.ledger.dump().await);
    assert!(keys.len() == 2 && keys.iter().all(|key| before.database.contains(key)), "{keys:?}");

    let erased = counter.do_well(&["person", "approve", &person, "--as", APPROVER]);
    assert_eq!(erased["done"], "erased");
    let dump = counter.ledger.dump().await;
    assert!(VALUES.iter().all(|value| !dump.mentions(value)), "no value in clear");
    assert!(keys.iter().all(|key| !dump.database.contains(key)), "no key that opens a ciphertext");
    let gone = counter.ask_with(&["person", "find"], PERSON);
    assert_eq!((gone.status, gone.code()), (1, "unknown_person"));
    counter.do_well(&["check"]);
    let again = counter.do_well(&["person", "approve", &person, "--as", "reviewer:li.qiang"]);
    assert_eq!(again["record"], erased["record"], "a repeat is an answer");
}

#[tokio::test]
async fn the_same_natural_person_can_be_registered_again_as_a_new_one() {
    let (counter, person) = office_with_a_person().await;
    ask_to_erase(&counter, &person);
    counter.do_well(&["person", "approve", &person, "--as", APPROVER]);
    let elsewhere = counter.file("again.csv", &persons().replace("HLG-1,", "HLG-9,"));
    counter.do_well(&["import", "apply", "persons", &elsewhere, "--as", CLERK]);
    let anew = find(&counter);
    assert_ne!(anew, person);
    let asked = counter.file("applications.csv", &applications().replace("HLG-1,", "HLG-9,"));
    counter.do_well(&["import", "apply", "applications", &asked, "--as", CLERK]);
    let refused = counter.ask(&["person", "erase", &anew, "--basis", BASIS, "--as", CLERK]);
    assert_eq!((refused.status, refused.code()), (1, "case_open"), "{refused:?}");
    let outlook = counter.ask(&["person", "erase", &anew, "--basis", BASIS, "--dry-run"]);
    assert_eq!((outlook.status, &outlook.json["at_work"][0]["code"]), (1, &json!("case_open")));
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_request_that_is_sent_back_erases_nobody_and_every_request_is_listed_with_its_answer() {
    let (counter, person) = office_with_a_person().await;
    let none = counter.ask(&["person", "approve", &person, "--as", APPROVER]);
    assert_eq!((none.status, none.code()), (1, "erasure_not_requested"));
    ask_to_erase(&counter, &person);
    counter.do_well(&["person", "reject", &person, "--reason", "本人撤回", "--as", APPROVER]);
    let refused = counter.ask(&["person", "approve", &person, "--as", APPROVER]);
    assert_eq!((refused.status, refused.code()), (1, "erasure_not_requested"));
    assert_eq!(wrapped_keys(&counter).await.len(), 2);
    assert_eq!(find(&counter), person);
    ask_to_erase(&counter, &person);
    let listed = counter.do_well(&["person", "list"]);
    let answers: Vec<_> = listed.as_array().unwrap().iter().map(|entry| &entry["answer"]["is"]).collect();
    assert_eq!(answers, ["rejected", "pending"], "{listed}");
    counter.do_well(&["person", "approve", &person, "--as", APPROVER]);
    let listed = counter.do_well(&["person", "list"]);
    assert_eq!(
        (&listed[1]["answer"]["is"], &listed[1]["answer"]["by"]),
        (&json!("erased"), &json!("chen.jing"))
    );
    assert_eq!((&listed[1]["person_id"], &listed[1]["requested_by"]), (&json!(person), &json!("wang.fang")));
}

#[tokio::test]
async fn somebody_is_restricted_and_comes_back() {
    let (counter, person) = office_with_a_person().await;
    let restrict = ["person", "restrict", &person, "--basis", BASIS, "--as"];
    let refused = counter.ask(&[&restrict[..], &[CLERK]].concat());
    assert_eq!((refused.status, refused.code()), (1, "role_not_allowed"));
    assert_eq!(counter.do_well(&[&restrict[..], &[APPROVER]].concat())["done"], "restricted");
    let heads = "公民身份号码,变更类型,发生日期,报告日期\n";
    let asked = counter.file("applications.csv", &applications());
    let moved = counter.file("changes.csv", &format!("{heads}{PERSON},迁出本市,2023-05-01,2023-05-03\n"));
    for (kind, file) in [("applications", &asked), ("changes", &moved)] {
        let answer = counter.ask(&["import", "apply", kind, file, "--as", CLERK]);
        assert_eq!(answer.json["imported"]["refused"][0]["code"], "person_restricted", "{answer:?}");
    }
    let lift = ["person", "unrestrict", &person, "--reason", "本人重新申请", "--as", APPROVER];
    counter.do_well(&lift);
    counter.do_well(&[&restrict[..], &[APPROVER]].concat());
    counter.do_well(&lift);
    // lifted twice on one day, each time in effect
    counter.do_well(&["import", "apply", "applications", &asked, "--as", CLERK]);
}

#[tokio::test]
async fn bad_input_is_refused_with_a_code_and_never_repeated() {
    let (counter, person) = office_with_a_person().await;
    let long = "9".repeat(5_000);
    for line in ["", "990114194001010019", "王秀英", &long, "\u{0}"] {
        let refused = counter.ask_with(&["person", "find"], line);
        assert_eq!(refused.status, 1, "{refused:?}");
        assert!(!refused.code().is_empty() && !refused.remarks.contains("panicked"), "{refused:?}");
        assert!(line.is_empty() || !format!("{refused:?}").contains(line), "{refused:?}");
    }
    let stranger = "00000000-0000-0000-0000-000000000001";
    let refused = counter.ask(&["person", "erase", stranger, "--basis", BASIS, "--as", CLERK]);
    assert_eq!((refused.status, refused.code()), (1, "unknown_object"));
    let refused = counter.ask(&["person", "erase", &person, "--basis", " ", "--as", CLERK]);
    assert_eq!((refused.status, refused.code()), (1, "basis_invalid"));
    let wrong = counter.ask(&["person", "erase", &person, "--basis", BASIS, "--class", "all", "--as", CLERK]);
    assert_eq!((wrong.status, wrong.code()), (2, "wrong_usage"));
}

#[tokio::test]
async fn keys_that_a_backup_brought_back_are_destroyed_at_the_next_start() {
    let (counter, person) = office_with_a_person().await;
    let superuser = counter.ledger.superuser().await;
    let backup = "create table public.backup as select * from app_data_keys";
    sqlx::query(backup).execute(&superuser).await.unwrap();
    ask_to_erase(&counter, &person);
    counter.do_well(&["person", "approve", &person, "--as", APPROVER]);
    assert!(wrapped_keys(&counter).await.is_empty());

    for restore in ["truncate app_data_keys", "insert into app_data_keys select * from public.backup"] {
        sqlx::query(restore).execute(&superuser).await.unwrap();
    }
    assert_eq!(wrapped_keys(&counter).await.len(), 2, "the backup was restored");
    let started = counter.ask(&["run", "list"]);
    assert_eq!(started.status, 0, "{started:?}");
    assert_eq!(started.remarks.matches("已补做删除").count(), 2, "{started:?}");
    assert!(started.remarks.contains(&person), "{started:?}");
    assert!(wrapped_keys(&counter).await.is_empty());
    let quiet = counter.ask(&["run", "list"]);
    assert_eq!(quiet.remarks, "", "once is enough");
    sqlx::query("drop table public.backup").execute(&superuser).await.unwrap();
    superuser.close().await;
}

#[tokio::test]
async fn a_program_that_fails_between_the_event_and_the_keys_is_finished_by_any_other() {
    let (counter, person) = office_with_a_person().await;
    ask_to_erase(&counter, &person);
    let superuser = counter.ledger.superuser().await;
    let may = "execute on function app_erase_keys(uuid, text[], date)";
    sqlx::query(&format!("revoke {may} from ledger_service")).execute(&superuser).await.unwrap();
    let failed = counter.ask(&["person", "approve", &person, "--as", APPROVER]);
    assert_eq!((failed.status, failed.code()), (1, "erasure_unfinished"), "{failed:?}");
    assert_eq!(wrapped_keys(&counter).await.len(), 2, "the keys are still there");
    let decided = "select count(*) from log_events where event_type = 'PersonErased'";
    let decided: i64 = sqlx::query_scalar(decided).fetch_one(counter.ledger.owner()).await.unwrap();
    assert_eq!(decided, 1, "and the event is in the log");

    sqlx::query(&format!("grant {may} to ledger_service")).execute(&superuser).await.unwrap();
    superuser.close().await;
    let started = counter.ask(&["check"]);
    assert_eq!(started.status, 0, "{started:?}");
    assert!(started.remarks.contains("已补做删除"), "{started:?}");
    assert!(wrapped_keys(&counter).await.is_empty());
    let days = "select distinct erased_on from app_data_keys";
    let days: Vec<chrono::NaiveDate> =
        sqlx::query_scalar(days).fetch_all(counter.ledger.owner()).await.unwrap();
    assert_eq!(days.len(), 1, "both on the day of the decision: {days:?}");
}
