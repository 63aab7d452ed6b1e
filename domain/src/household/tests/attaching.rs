//! Stories of attachments: kept once, never changed, withdrawn with a reason.

use uuid::Uuid;

use crate::actor::Role;
use crate::aggregate::{Decider, Instruction};
use crate::ids::AttachmentId;
use crate::personal::{FileName, Sealed};

use super::super::{
    ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, Attachment, AttachmentKind, HeldAttachment, MediaType,
    plain_file_name,
};
use super::*;

const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn scan(number: u128) -> Attachment {
    Attachment {
        attachment_id: AttachmentId::new(Uuid::from_u128(number)),
        kind: AttachmentKind::Certificate,
        media_type: MediaType::Pdf,
        byte_count: 184_320,
        file_name: Some(Sealed::from_ciphertext("file name")),
        sealed_sha256: SHA256.to_owned(),
        kept_on: day("2023-07-20"),
    }
}

fn keeps(attachment: Attachment) -> Command {
    Command::KeepAttachment { person_id: person(HEAD), attachment }
}

fn kept(attachment: Attachment) -> Event {
    Event::AttachmentKept { person_id: person(HEAD), attachment, by: clerk() }
}

fn withdraws(number: u128, reason: &str, on: &str) -> Command {
    let (person_id, attachment_id) = (person(HEAD), AttachmentId::new(Uuid::from_u128(number)));
    Command::WithdrawAttachment { person_id, attachment_id, reason: reason.to_owned(), withdrawn_on: day(on) }
}

fn withdrawn(number: u128) -> Event {
    let (person_id, attachment_id) = (person(HEAD), AttachmentId::new(Uuid::from_u128(number)));
    let (reason, withdrawn_on) = ("传错了".to_owned(), day("2023-08-01"));
    Event::AttachmentWithdrawn { person_id, attachment_id, reason, withdrawn_on, by: clerk() }
}

fn refuses(events: &[Event], command: Command, error: Error) {
    given(events).when(does(command)).then_expect_error(error);
}

#[test]
fn a_scan_is_kept_once() {
    given(&alone()).when(does(keeps(scan(9)))).then_expect_events(vec![kept(scan(9))]);
    let once = with(alone(), [kept(scan(9))]);
    let sealed_anew = Attachment { sealed_sha256: "ab".repeat(32), ..scan(9) };
    given(&once).when(does(keeps(sealed_anew))).then_expect_events(vec![]);
    let another = Attachment { kind: AttachmentKind::Medical, ..scan(9) };
    refuses(&once, keeps(another), Error::AttachmentDiffers);
    let dead = with(alone(), [died(HEAD, "2023-06-01", "2023-06-02")]);
    given(&dead).when(does(keeps(scan(9)))).then_expect_events(vec![kept(scan(9))]);
}

#[test]
fn what_cannot_be_an_attachment_is_refused() {
    for byte_count in [0, ATTACHMENT_BYTES_MAX + 1] {
        refuses(&alone(), keeps(Attachment { byte_count, ..scan(9) }), Error::AttachmentSize);
    }
    for digest in [String::new(), "no hash".to_owned(), SHA256.to_uppercase(), format!("{SHA256}0")] {
        let damaged = Attachment { sealed_sha256: digest, ..scan(9) };
        refuses(&alone(), keeps(damaged), Error::AttachmentHashInvalid);
    }
    refuses(&alone(), keeps(Attachment { kept_on: day("2024-01-01"), ..scan(9) }), Error::DateInFuture);
    let stranger = Command::KeepAttachment { person_id: person(CHILD), attachment: scan(9) };
    refuses(&alone(), stranger, Error::NotAMember { person: person(CHILD) });
    for role in [Role::Approver, Role::Finance, Role::Auditor, Role::Administrator] {
        let asked = Instruction { context: li(role), command: keeps(scan(9)) };
        given(&alone()).when(asked).then_expect_error(Error::RoleNotAllowed { role });
    }
}

#[test]
fn a_withdrawn_scan_stays_and_makes_room() {
    let once = with(alone(), [kept(scan(9))]);
    given(&once).when(does(withdraws(9, "传错了", "2023-08-01"))).then_expect_events(vec![withdrawn(9)]);
    refuses(&once, withdraws(9, " ", "2023-08-01"), Error::ReasonInvalid);
    refuses(&once, withdraws(9, "传错了", "2023-07-19"), Error::WithdrawnBeforeKept);
    refuses(&once, withdraws(8, "传错了", "2023-08-01"), Error::AttachmentUnknown);
    let gone = with(once, [withdrawn(9)]);
    given(&gone).when(does(withdraws(9, "再说一次", "2023-08-02"))).then_expect_events(vec![]);
    refuses(&gone, keeps(scan(9)), Error::AttachmentDiffers);
    let many = with(alone(), (1..=ATTACHMENTS_MAX as u128).map(|number| kept(scan(number))));
    refuses(&many, keeps(scan(99)), Error::AttachmentsFull);
    let room = with(many, [withdrawn(9)]);
    given(&room).when(does(keeps(scan(99)))).then_expect_events(vec![kept(scan(99))]);
}

#[test]
fn nothing_is_handed_in_for_somebody_who_is_restricted_or_erased() {
    let restricted = Event::ProcessingRestricted {
        person_id: person(HEAD),
        basis: BASIS.to_owned(),
        restricted_on: day("2023-08-01"),
        by: clerk(),
    };
    let hidden = with(alone(), [kept(scan(9)), restricted]);
    refuses(&hidden, keeps(scan(8)), Error::PersonRestricted { person: person(HEAD) });
    refuses(&hidden, withdraws(9, "传错了", "2023-08-01"), Error::PersonRestricted { person: person(HEAD) });
    let erased = Event::PersonErased {
        person_id: person(HEAD),
        basis: BASIS.to_owned(),
        erased_on: day("2023-08-01"),
        by: clerk(),
    };
    let gone = with(alone(), [kept(scan(9)), erased]);
    refuses(&gone, keeps(scan(8)), Error::PersonErased { person: person(HEAD) });
}

#[test]
fn an_attachment_is_withdrawn_once_and_only_after_it_was_kept() {
    let mut household = Household::default();
    for event in with(alone(), [kept(scan(9)), withdrawn(9)]) {
        household.try_evolve(&event).unwrap();
    }
    for impossible in [withdrawn(9), withdrawn(8), kept(scan(9))] {
        let before = household.clone();
        assert!(household.try_evolve(&impossible).is_err());
        assert_eq!(household, before);
    }
    let held: &HeldAttachment = &household.member(person(HEAD)).unwrap().attachments[0];
    assert_eq!(held.check_open(Role::Auditor), Ok(()));
    assert_eq!(held.check_open(Role::Reviewer), Err(Error::AttachmentWithdrawn));
}

#[test]
fn what_a_file_is_its_bytes_say() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0";
    assert_eq!(MediaType::check(png), Ok(MediaType::Png));
    assert_eq!(MediaType::check(b"\xff\xd8\xff\xe0\0\x10JFIF"), Ok(MediaType::Jpeg));
    assert_eq!(MediaType::check(b"%PDF-1.7\n"), Ok(MediaType::Pdf));
    let others: [&[u8]; 8] = [
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"MZ\x90",
        b"PK\x03\x04",
        b"\x89PNG\r\n\x1a\n<html>",
        b" %PDF-1.7",
        b"\xff\xd8\xff",
    ];
    for other in others {
        assert_eq!(MediaType::check(other), Err(Error::MediaTypeUnknown), "{other:?}");
    }
    assert_eq!(MediaType::check(b""), Err(Error::AttachmentSize));
    let large = [&png[..], &vec![0; ATTACHMENT_BYTES_MAX as usize]].concat();
    assert_eq!(MediaType::check(&large), Err(Error::AttachmentSize));
}

#[test]
fn a_file_name_is_a_name_and_no_path() {
    let plain = |given: &str| plain_file_name(given).map(|name| name.map(|FileName(name)| name));
    for (given, name) in [
        ("身份证.jpg", "身份证.jpg"),
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\li\\scan.pdf", "scan.pdf"),
        (" scan.pdf ", "scan.pdf"),
    ] {
        assert_eq!(plain(given), Ok(Some(name.to_owned())), "{given}");
    }
    for nameless in ["", "..", "a/..", "/", "  "] {
        assert_eq!(plain(nameless), Ok(None), "{nameless}");
    }
    for wrong in ["a\0b.png".to_owned(), "a\r\nSet-Cookie: x".to_owned(), "长".repeat(201)] {
        assert_eq!(plain(&wrong), Err(Error::FileNameInvalid));
    }
}
