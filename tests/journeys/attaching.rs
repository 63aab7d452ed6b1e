//! Scans and photographs of people's papers, at the console and at the command line.

use std::fs;

use axum::http::StatusCode;
use serde_json::json;
use tests::counter::{Counter, PERSON, persons};

use crate::console_audit::auditor;
use crate::visitors::{Browser, Got, office_with_a_console};

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and a face that everybody knows";
const KIND: (&str, &str) = ("kind", "photograph");

/// The identifier in the address of the page's last form of this kind.
fn form_of(page: &Got, step: &str) -> String {
    let text = page.text();
    let end = text.rfind(&format!("/{step}\" method")).unwrap_or_else(|| panic!("no {step}: {text}"));
    let begin = text[..end].rfind("action=\"").unwrap() + "action=\"".len();
    format!("{}/{step}", &text[begin..end])
}

#[tokio::test]
async fn a_photograph_is_handed_in_looked_at_for_a_reason_and_withdrawn() {
    let (counter, _, app, router) = office_with_a_console().await;
    auditor(&counter, "zhou.zheng", None);
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut reviewer = Browser::signed_in(&router, "li.qiang").await;
    let mut audit = Browser::signed_in(&router, "zhou.zheng").await;
    let person = clerk.post("/find", &[("text", PERSON)]).await.location;
    let path = format!("{person}/attachments");
    let empty = clerk.get(&person).await;
    assert!(empty.text().contains("还没有附件。请在下面选择") && empty.text().contains("attachment-file"));
    let other = reviewer.get(&person).await;
    assert!(other.text().contains("由经办人员上传") && !other.text().contains("attachment-file"));

    let page = b"<html><script>alert(1)</script></html>";
    let wrong = clerk.hand_in(&path, KIND, ("face.png", page)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("media_type_unknown") && wrong.text().contains("attachment-file-wrong"));
    assert!(wrong.text().contains("value=\"photograph\" selected"), "what was chosen is kept");
    let large = vec![0; (10 << 20) + (70 << 10)];
    let broken = clerk.hand_in(&path, KIND, ("large.png", &large)).await;
    assert!(broken.text().contains("upload_broken"), "{}", broken.text());
    let nothing = clerk.hand_in(&path, KIND, ("", b"")).await;
    assert!(nothing.text().contains("attachment_size"));
    let unknown = clerk.hand_in(&path, ("kind", "passport"), ("face.png", PICTURE)).await;
    assert!(unknown.text().contains("choice_unknown"));
    let denied = reviewer.hand_in(&path, KIND, ("face.png", PICTURE)).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let kept = clerk.hand_in(&path, KIND, ("face.png", PICTURE)).await;
    assert_eq!(kept.location, format!("{person}#attachments"), "{}", kept.text());
    assert!(clerk.get(&person).await.text().contains("PNG · 1 KB"));

    let open = form_of(&reviewer.get(&person).await, "open");
    let silent = reviewer.post(&open, &[("purpose", " ")]).await;
    assert!(silent.status == StatusCode::UNPROCESSABLE_ENTITY && silent.text().contains("text_missing"));
    let shown = reviewer.post(&open, &[("purpose", "审核照片")]).await;
    assert_eq!((shown.status, &*shown.bytes), (StatusCode::OK, PICTURE));
    assert!(shown.policy.contains("sandbox") && !shown.policy.contains("script-src"), "{}", shown.policy);
    assert!(shown.disposition.starts_with("inline;") && shown.disposition.ends_with("face.png"));
    let disclosed = "select payload::text from log_events where event_type = 'PersonalDataDisclosed'";
    let disclosed: String = sqlx::query_scalar(disclosed).fetch_one(counter.ledger.owner()).await.unwrap();
    assert!(disclosed.contains("审核照片") && disclosed.contains("attachment:"), "{disclosed}");
    assert_eq!(clerk.post(&open, &[("purpose", "看看")]).await.status, StatusCode::FORBIDDEN);

    let mut stranger = Browser::signed_in(&router, "ma.li").await;
    assert_eq!(stranger.get(&person).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&open, &[("purpose", "看看")]).await.status, StatusCode::NOT_FOUND);
    let withdraw = form_of(&clerk.get(&person).await, "withdraw");
    let foreign = clerk.post_from("https://evil.example", &withdraw, &[("reason", "传错了人")]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "from another site");
    let long = "长".repeat(201);
    let refused = clerk.post(&withdraw, &[("reason", &long)]).await;
    assert!(refused.text().contains("reason_invalid") && refused.text().contains(&long), "kept as typed");
    assert_eq!(clerk.post(&withdraw, &[("reason", "传错了人")]).await.location, kept.location);
    let after = reviewer.get(&person).await;
    assert!(after.text().contains("已撤回") && after.text().contains("传错了人"));
    let gone = reviewer.post(&open, &[("purpose", "再看一次")]).await;
    assert!(gone.text().contains("attachment_withdrawn"), "{}", gone.text());
    assert_eq!(&*audit.post(&open, &[("purpose", "核查依据")]).await.bytes, PICTURE);
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

async fn office_with_a_person() -> (Counter, String) {
    let counter = Counter::open().await;
    let file = counter.file("persons.csv", &persons());
    counter.do_well(&["import", "apply", "persons", &file, "--as", "clerk:wang.fang"]);
    let found = counter.ask_with(&["person", "find"], PERSON);
    (counter, found.json["person_id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn at_the_command_line_a_scan_is_kept_listed_opened_and_withdrawn() {
    let (counter, person) = office_with_a_person().await;
    let scan = counter.path("王秀英.png");
    fs::write(&scan, PICTURE).unwrap();
    let scan = scan.to_str().unwrap();
    let keep = ["person", "attachment", "keep", &person, scan, "--kind", "photograph", "--as"];
    let refused = counter.ask(&[&keep[..], &["auditor:zhou.zheng"]].concat());
    assert_eq!((refused.status, refused.code()), (1, "role_not_allowed"));
    let kept = counter.do_well(&[&keep[..], &["clerk:wang.fang"]].concat());
    let id = kept["attachment_id"].as_str().unwrap();
    let again = counter.do_well(&[&keep[..], &["clerk:wang.fang"]].concat());
    assert_eq!(again["attachment_id"], kept["attachment_id"]);
    let listed = counter.do_well(&["person", "attachment", "list", &person]);
    assert_eq!((&listed[0]["kind"], &listed[0]["standing"]), (&json!("photograph"), &json!("kept")));
    assert_eq!(listed.as_array().unwrap().len(), 1);

    let out = counter.path("opened.png");
    let open = ["person", "attachment", "open", &person, id, "--purpose", "核查", "--out"];
    let to = |who: &'static str| [&open[..], &[out.to_str().unwrap(), "--as", who]].concat();
    let clerks = counter.ask(&to("clerk:wang.fang"));
    assert_eq!((clerks.status, clerks.code(), out.exists()), (1, "role_not_allowed", false));
    counter.do_well(&to("reviewer:li.qiang"));
    assert_eq!(fs::read(&out).unwrap(), PICTURE);
    let over = counter.ask(&to("reviewer:li.qiang"));
    assert_eq!((over.status, over.code()), (1, "file_unwritable"), "no file is overwritten");

    let page = counter.file("page.png", "<html>");
    let wrong = counter.ask(&[
        "person",
        "attachment",
        "keep",
        &person,
        &page,
        "--kind",
        "other",
        "--as",
        "clerk:wang.fang",
    ]);
    assert_eq!((wrong.status, wrong.code()), (1, "media_type_unknown"));
    let missing = counter.ask(&[
        "person",
        "attachment",
        "keep",
        &person,
        "/nowhere/a.png",
        "--kind",
        "other",
        "--as",
        "clerk:wang.fang",
    ]);
    assert_eq!((missing.status, missing.code()), (1, "file_unreadable"));
    let withdraw = ["person", "attachment", "withdraw", &person, id, "--reason", "传错了人", "--as"];
    counter.do_well(&[&withdraw[..], &["clerk:wang.fang"]].concat());
    let listed = counter.do_well(&["person", "attachment", "list", &person]);
    assert_eq!(listed[0]["standing"]["withdrawn"]["reason"], "传错了人");
    let dump = counter.ledger.dump().await;
    for clear in ["王秀英.png", "a face that everybody knows"] {
        assert!(!dump.mentions(clear), "{clear}");
    }

    let basis = "个人信息保护法第四十七条";
    counter.do_well(&["person", "erase", &person, "--basis", basis, "--as", "clerk:wang.fang"]);
    counter.do_well(&["person", "approve", &person, "--as", "approver:chen.jing"]);
    fs::remove_file(&out).unwrap();
    let erased = counter.ask(&to("auditor:zhou.zheng"));
    assert_eq!((erased.status, erased.code(), out.exists()), (1, "person_erased", false));
    counter.do_well(&["check"]);
}
