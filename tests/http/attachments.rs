//! Scans of people's papers through the API: handed in by clerks, opened for a purpose by who decides and audits, and nobody of
//! another community knows that they are there.

use domain::actor::Role;
use domain::user::DataScope;
use serde_json::{Value, json};
use tests::office::{WANG, id_number};
use uuid::Uuid;

use crate::client::{COMMUNITY, Doors, OTHER, Reply};

const SCAN: &[u8] = b"%PDF-1.7\n% a scan of a certificate of disability";
const PURPOSE: &str = "?purpose=%E5%AE%A1%E6%A0%B8";

struct Desk {
    doors: Doors,
    clerk: String,
    reviewer: String,
    auditor: String,
    stranger: String,
    path: String,
}

async fn desk() -> Desk {
    let doors = Doors::open().await;
    let own = || DataScope::of([COMMUNITY.to_owned()]);
    let (person, _) = doors.small.office.find(&id_number(WANG)).await.unwrap();
    Desk {
        clerk: doors.token("li.na", Role::Clerk, own()).await,
        reviewer: doors.token("li.qiang", Role::Reviewer, own()).await,
        auditor: doors.token("zhou.zheng", Role::Auditor, own()).await,
        stranger: doors.token("he.ping", Role::Reviewer, DataScope::of([OTHER.to_owned()])).await,
        path: format!("/persons/{person}/attachments"),
        doors,
    }
}

impl Desk {
    async fn hand_in(&self, token: &str, name: &str, bytes: &[u8]) -> Reply {
        let bearer = format!("Bearer {token}");
        let (key, disposition) = (Uuid::new_v4().to_string(), format!("attachment; filename=\"{name}\""));
        let headers = [
            ("authorization", bearer.as_str()),
            ("idempotency-key", &key),
            ("content-type", "application/octet-stream"),
            ("content-disposition", &disposition),
        ];
        self.doors.send("POST", &format!("{}?kind=certificate", self.path), &headers, bytes).await
    }

    async fn listed(&self, token: &str) -> Value {
        self.doors.get(token, &self.path).await.json()["items"].clone()
    }
}

#[tokio::test]
async fn a_scan_is_handed_in_opened_for_a_purpose_and_withdrawn() {
    let desk = desk().await;
    let kept = desk.hand_in(&desk.clerk, "证书.pdf", SCAN).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    let again = desk.hand_in(&desk.clerk, "other.pdf", SCAN).await;
    assert_eq!(again.json()["id"], kept.json()["id"], "the same bytes are the same attachment");
    let id = kept.json()["id"].as_str().unwrap().to_owned();
    let listed = desk.listed(&desk.reviewer).await;
    assert_eq!(
        (&listed[0]["kind"], &listed[0]["media_type"], &listed[0]["byte_count"], &listed[0]["kept_by"]),
        (&json!("certificate"), &json!("application/pdf"), &json!(SCAN.len()), &json!("li.na"))
    );

    let content = format!("{}/{id}/content", desk.path);
    let silent = desk.doors.get(&desk.reviewer, &content).await;
    assert_eq!((silent.status, silent.code().as_str()), (400, "purpose_required"));
    let before = desk.doors.count("PersonalDataDisclosed").await;
    let opened = desk.doors.get(&desk.reviewer, &format!("{content}{PURPOSE}")).await;
    assert_eq!((opened.status, opened.text.as_bytes()), (200, SCAN));
    assert_eq!(desk.doors.count("PersonalDataDisclosed").await, before + 1, "it is recorded");
    assert_eq!(opened.header("content-type"), Some("application/pdf"));
    assert_eq!(opened.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(opened.header("cache-control"), Some("no-store"));
    assert!(opened.header("content-security-policy").unwrap().contains("sandbox"));
    let disposition = opened.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
    assert!(disposition.ends_with("filename*=UTF-8''%E8%AF%81%E4%B9%A6.pdf"), "{disposition}");
    assert_eq!(desk.doors.get(&desk.clerk, &format!("{content}{PURPOSE}")).await.status, 403);

    let withdrawal = format!("{}/{id}/withdrawal", desk.path);
    let reason = json!({ "reason": "扫描件不清晰" });
    assert_eq!(desk.doors.post(&desk.reviewer, &withdrawal, &reason).await.status, 403);
    assert_eq!(desk.doors.post(&desk.clerk, &withdrawal, &json!({ "reason": " " })).await.status, 422);
    assert_eq!(desk.doors.post(&desk.clerk, &withdrawal, &reason).await.status, 200);
    assert_eq!(desk.listed(&desk.reviewer).await[0]["withdrawn_because"], "扫描件不清晰");
    let gone = desk.doors.get(&desk.reviewer, &format!("{content}{PURPOSE}")).await;
    assert_eq!((gone.status, gone.code().as_str()), (409, "attachment_withdrawn"));
    assert_eq!(desk.doors.get(&desk.auditor, &format!("{content}{PURPOSE}")).await.text.as_bytes(), SCAN);
    let anew = desk.hand_in(&desk.clerk, "证书.pdf", SCAN).await;
    assert_ne!(anew.json()["id"], kept.json()["id"], "what was withdrawn stays withdrawn");
    let dump = desk.doors.small.ledger.dump().await;
    for clear in ["a scan of a certificate", "证书.pdf", "other.pdf"] {
        assert!(!dump.mentions(clear), "{clear}");
    }
}

#[tokio::test]
async fn another_community_does_not_learn_that_there_is_one() {
    let desk = desk().await;
    let kept = desk.hand_in(&desk.clerk, "scan.pdf", SCAN).await;
    let content = format!("{}/{}/content{PURPOSE}", desk.path, kept.json()["id"].as_str().unwrap());
    let before = desk.doors.count("PersonalDataDisclosed").await;
    for path in [&desk.path, &content] {
        assert_eq!(desk.doors.get(&desk.stranger, path).await.status, 404, "{path}");
    }
    let elsewhere = DataScope::of([OTHER.to_owned()]);
    let clerk = desk.doors.token("zhao.min", Role::Clerk, elsewhere).await;
    assert_eq!(desk.hand_in(&clerk, "scan.pdf", SCAN).await.status, 404);
    let stranger = format!("{}/{}/content{PURPOSE}", desk.path, Uuid::new_v4());
    assert_eq!(desk.doors.get(&desk.reviewer, &stranger).await.status, 404);
    assert_eq!(desk.doors.count("PersonalDataDisclosed").await, before, "nothing was opened");
}

#[tokio::test]
async fn what_is_no_scan_is_refused_at_its_field_and_leaves_nothing() {
    let desk = desk().await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0";
    let large = [&png[..], &vec![0; (10 << 20) + 1 - png.len()]].concat();
    let long = format!("{}.pdf", "a".repeat(1_000));
    let inputs: [(&str, &str, &[u8], u16, &str); 7] = [
        ("nothing", "a.pdf", b"", 422, "attachment_size"),
        ("too much", "a.png", &large, 413, "body_too_large"),
        (
            "a page named as a picture",
            "a.png",
            b"<html><script>alert(1)</script></html>",
            422,
            "media_type_unknown",
        ),
        ("a page behind a signature", "a.png", b"\x89PNG\r\n\x1a\n<html>", 422, "media_type_unknown"),
        (
            "a drawing that runs",
            "a.png",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            422,
            "media_type_unknown",
        ),
        ("a program", "a.pdf", b"MZ\x90\0", 422, "media_type_unknown"),
        ("a long name", &long, SCAN, 422, "file_name_invalid"),
    ];
    for (what, name, bytes, status, code) in inputs {
        let reply = desk.hand_in(&desk.clerk, name, bytes).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{what}: {reply:?}");
        assert!(!reply.text.contains(name), "{what}: the name is not repeated");
    }
    let bearer = format!("Bearer {}", desk.clerk);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "unknown-kind")];
    let reply = desk.doors.send("POST", &format!("{}?kind=passport", desk.path), &headers, SCAN).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "parameter_invalid"));
    assert_eq!(desk.listed(&desk.reviewer).await, json!([]));
    assert_eq!(desk.doors.count("AttachmentKept").await, 0);
    let stored = "select count(*) from app_attachments";
    let stored: i64 = sqlx::query_scalar(stored).fetch_one(desk.doors.small.ledger.owner()).await.unwrap();
    assert_eq!(stored, 0, "nothing was stored for them");

    let climbing = desk.hand_in(&desk.clerk, "../../etc/passwd.pdf", SCAN).await;
    let content = format!("{}/{}/content{PURPOSE}", desk.path, climbing.json()["id"].as_str().unwrap());
    let opened = desk.doors.get(&desk.reviewer, &content).await;
    let disposition = opened.header("content-disposition").unwrap();
    assert!(disposition.ends_with("filename*=UTF-8''passwd.pdf"), "{disposition}");
}
