//! The street without a database: its events are folded as the log's reader folds them.

use std::time::Instant;

use api::check::Seen;
use api::flags::{Brought, Indexer, KnownLog, Look, look_all};
use domain::aggregate::LedgerEvent;
use domain::any_event::AnyEvent;
use domain::calendar::WorkingDays;
use domain::personal::testing::OpenKeyring;
use domain::personal::{BlindIndex, Opener};
use domain::policy::RuleBooks;
use sha2::{Digest, Sha256};

use crate::book::Placed;
use crate::judged::{Raised, judge, make_up};
use crate::street::{Street, day};

/// Clean cases of an ordinary test run, and for how many of them there is one fault of each kind.
const CLEAN: usize = 20_000;
const CLEAN_A_FAULT: usize = 5_000;

/// Hashes without a key.
pub struct PlainIndex;

impl Indexer for PlainIndex {
    fn index(&self, label: &str, normal: &str) -> BlindIndex {
        BlindIndex::from_hex(hex::encode(Sha256::digest(format!("{label}|{normal}"))))
    }
}

/// What each rule must at least show; a bar stands between alternatives.
const EVIDENCE: &[(&str, &[&str])] = &[
    ("paid_after_death", &["DeathRecorded", "PaymentOrdered"]),
    ("death_reported_late", &["DeathRecorded", "PaymentOrdered", "RecoveryOpened"]),
    ("paid_after_move", &["ResidenceChanged", "PaymentOrdered"]),
    ("exclusive_benefits", &["PaymentOrdered"]),
    ("wrong_amount", &["PaymentRunCalculated", "PaymentOrdered"]),
    ("shared_account", &["AccountChanged", "PaymentOrdered"]),
    ("payee_not_holder", &["AccountChanged", "PaymentOrdered"]),
    ("duplicate_person", &["IdentityClaimed", "MemberJoined"]),
    ("notice", &["ReviewRecommended", "EligibilityDecided"]),
    ("late_step", &["ApplicationReceived|AppealFiled|CampaignClosed"]),
    ("recertification_overdue", &["EligibilityDecided"]),
    ("same_person", &["EligibilityDecided|PaymentRunApproved"]),
    ("overridden", &["EligibilityDecided"]),
    ("back_dated", &["ApplicationReceived"]),
    ("undeclared_relative", &["IdentityClaimed", "EligibilityDecided"]),
    ("run_disagrees", &["PaymentRunReleased"]),
    ("unpaid_arrears", &["PaymentRunCalculated", "PaymentOrdered", "EligibilityDecided"]),
    ("not_enrolled", &["MemberJoined"]),
    ("late_publication", &["CampaignOpened"]),
    ("receipt_gap", &["ReceiptIssued"]),
    ("statement_disagrees", &["DonationReceived|ResultsPublished"]),
];

fn kind(event: &AnyEvent) -> &'static str {
    match event {
        AnyEvent::Household(event) => event.kind().name,
        AnyEvent::Identity(event) => event.kind().name,
        AnyEvent::BenefitCase(event) => event.kind().name,
        AnyEvent::PaymentRun(event) => event.kind().name,
        AnyEvent::Payment(event) => event.kind().name,
        AnyEvent::BankReturn(event) => event.kind().name,
        AnyEvent::RecoveryPlan(event) => event.kind().name,
        AnyEvent::Campaign(event) => event.kind().name,
        AnyEvent::Fund(event) => event.kind().name,
        AnyEvent::Disclosure(event) => event.kind().name,
        AnyEvent::Gazette(event) => event.kind().name,
        AnyEvent::LogBreak(event) => event.kind().name,
        AnyEvent::Todo(event) => event.kind().name,
        AnyEvent::User(event) => event.kind().name,
        AnyEvent::Webhook(event) => event.kind().name,
        AnyEvent::IdentityProvider(event) => event.kind().name,
    }
}

pub fn seen(placed: Placed) -> Seen {
    let Placed { position, sequence, recorded_at, written } = placed;
    Seen {
        position,
        recorded_at,
        stream_type: written.stream_type.to_owned(),
        stream_id: written.stream_id,
        sequence,
        actor: written.actor.id.as_str().to_owned(),
        author: None,
        event: Some(written.event),
        unreadable: None,
    }
}

#[test]
fn hidden_faults_are_all_found_and_nobody_else_is_accused() {
    let clean = std::env::var("FLAGS_CLEAN").ok().and_then(|text| text.parse().ok()).unwrap_or(CLEAN);
    let mut keyring = OpenKeyring::default();
    let begun = Instant::now();
    let mut street = Street::new(2023, &keyring, &PlainIndex);
    let planted = make_up(&mut street, clean, clean.div_ceil(CLEAN_A_FAULT));
    let relatives = street.relatives();
    let Street { book, statements, erased, .. } = street;
    let (mut log, mut kinds) = (KnownLog::default(), Vec::new());
    for placed in book.place().into_iter().flatten() {
        kinds.push(kind(&placed.written.event));
        log.see(&seen(placed));
    }
    erased.into_iter().for_each(|person| keyring.erase(person, day("2023-12-04")));
    let made = begun.elapsed();
    let look = Look {
        log: &log,
        opener: &keyring as &dyn Opener,
        indexer: &PlainIndex,
        rules: &RuleBooks::default(),
        days: WorkingDays::published(),
        on: log.newest_on.unwrap(),
        brought: &Brought { statements: Some(statements), relatives },
    };
    let (results, flags) = look_all(&look, &[]);
    let events = kinds.len();
    println!("{events} events made up in {made:?}, looked at in {:?}", begun.elapsed() - made);
    for result in results.iter().filter(|result| result.unjudged > 0) {
        println!("{} could not judge {}", result.code, result.unjudged);
    }
    let raised: Vec<Raised> = flags
        .iter()
        .map(|flag| {
            let subject = flag.subject;
            let ids = [
                subject.case_id.map(|id| id.uuid()),
                subject.person_id.map(|id| id.uuid()),
                subject.run_id.map(|id| id.uuid()),
                subject.campaign_id.map(|id| id.uuid()),
            ];
            Raised {
                code: flag.code.to_owned(),
                ids: ids.into_iter().flatten().collect(),
                text: flag.en.clone(),
            }
        })
        .collect();
    judge(&planted, &raised, clean);
    for flag in &flags {
        let ascending = flag.positions.windows(2).all(|two| two[0] < two[1]);
        let shown: Vec<&str> = flag.positions.iter().map(|position| kinds[*position as usize]).collect();
        let needed = EVIDENCE.iter().find(|(code, _)| *code == flag.code).unwrap().1;
        let complete = needed.iter().all(|kinds| kinds.split('|').any(|kind| shown.contains(&kind)));
        assert!(ascending && complete, "{flag:?} shows {shown:?}, not {needed:?}");
    }
}
