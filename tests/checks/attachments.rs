//! Attachments: their stored bytes are those of the log, nothing of them stands in clear, and an erased person's open no more.

use api::processes::attachments::{
    Belonging, NewAttachment, attachments_of, keep_attachment, open_attachment,
};
use api::processes::erasure::{self, ErasurePlan};
use domain::household::AttachmentKind;
use domain::ids::AttachmentId;
use domain::personal::RetentionClass;
use tests::office::{Broken, Known, SmallOffice, WANG, at_work, id_number};
use tests::personas;

/// Somebody without a case, of whom no law keeps anything.
const LIU: Known = Known {
    household: "HLG-9",
    name: "刘玉芬",
    id_number: "99011419500307002",
    account: "9901140000000000091",
    address: "龙华园9号楼1单元102室",
};

const NAME: &str = "王秀英残疾证.pdf";
const CONTENT: &str = "certificate of somebody who is easily known";

async fn attached(small: &SmallOffice, whose: Known) -> (Belonging, AttachmentId) {
    let (person, _) = small.office.find(&id_number(whose)).await.unwrap();
    let of = Belonging::of(&small.office, person).await.unwrap();
    let bytes = format!("%PDF-1.7\n% {CONTENT}").into_bytes();
    let new = NewAttachment { kind: AttachmentKind::Certificate, file_name: NAME.to_owned(), bytes };
    let desk = at_work(personas::clerk(), "2023-02-02");
    let id = keep_attachment(&small.office, &desk, &of, new).await.unwrap();
    (of, id)
}

#[tokio::test]
async fn nothing_of_an_attachment_stands_in_clear() {
    let small = SmallOffice::open().await;
    let (of, id) = attached(&small, WANG).await;
    let desk = at_work(personas::reviewer(), "2023-02-03");
    let opened = open_attachment(&small.office, &desk, &of, (id, "审核")).await.unwrap();
    assert!(opened.bytes.ends_with(CONTENT.as_bytes()) && opened.file_name.unwrap().0 == NAME);
    let dump = small.ledger.dump().await;
    assert!(dump.mentions("AttachmentKept"), "the dump is complete");
    for clear in [NAME, CONTENT, "%PDF-1.7"] {
        assert!(!dump.mentions(clear), "{clear}");
    }
    assert_eq!(small.broken().await, Broken::new());
}

#[tokio::test]
async fn a_flipped_byte_and_a_lost_row_are_found_at_the_event_and_never_shown() {
    for (harm, says) in [
        (
            "update app_attachments set sealed = overlay(sealed placing 'AAAA' from 200 for 4)",
            "is not what was kept",
        ),
        ("delete from app_attachments", "is gone"),
    ] {
        let mut small = SmallOffice::open().await;
        let (of, id) = attached(&small, WANG).await;
        let kept = small.first("AttachmentKept").await;
        assert_eq!(small.broken().await, Broken::new(), "before");
        small.damage(harm).await;
        assert_eq!(small.broken().await["attachments"], [kept], "{harm}");
        let verdicts = small.verdicts().await;
        let found = verdicts.iter().flat_map(|verdict| &verdict.findings).map(|finding| &finding.en);
        assert!(found.into_iter().any(|en| en.contains(says)), "{harm}");
        let desk = at_work(personas::auditor(), "2023-02-03");
        let opened = open_attachment(&small.office, &desk, &of, (id, "核查")).await;
        assert_eq!(opened.err().unwrap().code(), "damaged", "{harm}");
    }
}

#[tokio::test]
async fn the_service_can_neither_change_nor_delete_what_is_stored() {
    let small = SmallOffice::open().await;
    attached(&small, WANG).await;
    for forbidden in ["update app_attachments set sealed = ''", "delete from app_attachments"] {
        let error = sqlx::query(forbidden).execute(&small.office.pool).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{error}");
    }
}

#[tokio::test]
async fn an_erased_persons_attachments_open_no_more_and_break_nothing() {
    let mut small = SmallOffice::open().await;
    small.register(LIU).await;
    let (of, id) = attached(&small, LIU).await;
    let person_id = of.person;
    let plan = ErasurePlan {
        person_id,
        through: RetentionClass::CaseWork,
        basis: "个人信息保护法第四十七条".to_owned(),
    };
    let clerk = at_work(personas::clerk(), "2026-03-01");
    erasure::request(&small.office, &clerk, &plan).await.unwrap();
    erasure::erase(&small.office, &at_work(personas::approver(), "2026-03-02"), person_id).await.unwrap();
    let auditor = at_work(personas::auditor(), "2026-03-03");
    let opened = open_attachment(&small.office, &auditor, &of, (id, "核查")).await;
    assert_eq!(opened.err().unwrap().code(), "person_erased");
    assert_eq!(attachments_of(&small.office, &of).await.unwrap().len(), 1, "that there was one stays");
    assert_eq!(small.broken().await, Broken::new());
    small.damage("delete from app_attachments").await;
    assert_eq!(small.broken().await, Broken::new(), "nothing need be there that nobody can open");
}
