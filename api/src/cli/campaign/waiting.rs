//! What of a campaign waits for somebody, and for whom.

use chrono::NaiveDate;
use domain::actor::{ActorId, Role};
use domain::campaign::{DonorRecord, GiftBook, RemittanceStep};
use domain::ids::{PersonId, RemittanceId};
use domain::money::Money;
use serde::Serialize;

use crate::cli::failure::Failure;
use crate::cli::screen::{Align, Screen, yuan};
use crate::replay::role;

/// Something that somebody has to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Waiting {
    /// What.
    #[serde(flatten)]
    what: What,
    /// In which of these roles.
    roles: Vec<Role>,
    /// Who may not, as they prepared it; nobody where anyone in the role may.
    not_by: Option<ActorId>,
    /// Since when.
    since: NaiveDate,
}

/// What waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "waits", rename_all = "snake_case")]
enum What {
    /// A proposed remittance, for its approval.
    Remittance {
        /// Which.
        remittance_id: RemittanceId,
        /// 接收单位.
        recipient: String,
        /// How much, in fen.
        amount: Money,
    },
    /// A receipt of which money was refunded since, to be voided and issued anew.
    Receipt {
        /// Its number.
        receipt_number: u32,
        /// What was refunded since, in fen.
        refunded: Money,
    },
    /// The erasure of a donor's name, for its decision.
    DonorErasure {
        /// Whose.
        donor: PersonId,
        /// Legal basis.
        basis: String,
    },
}

/// What of a campaign waits, the oldest first.
pub(super) fn waiting_of(book: &GiftBook) -> Vec<Waiting> {
    let remittances = book.remittances.iter().filter(|(_, each)| each.step == RemittanceStep::Proposed);
    let remittances = remittances.map(|(id, each)| Waiting {
        what: What::Remittance { remittance_id: *id, recipient: each.recipient.clone(), amount: each.amount },
        roles: vec![Role::Approver],
        not_by: Some(each.proposed_by.clone()),
        since: each.proposed_on,
    });
    let mut waiting: Vec<Waiting> = remittances.chain(receipts(book)).chain(erasures(book)).collect();
    waiting.sort_by_key(|each| each.since);
    waiting
}

fn receipts(book: &GiftBook) -> impl Iterator<Item = Waiting> {
    book.receipts_to_void().filter_map(|(receipt_number, refunded)| {
        let entry = book.receipts.get(&receipt_number)?;
        let gift = book.gifts.get(&entry.donation_id);
        let last = gift.and_then(|gift| gift.refunds.iter().map(|refund| refund.refunded_on).max());
        Some(Waiting {
            what: What::Receipt { receipt_number, refunded },
            roles: vec![Role::Finance],
            not_by: None,
            since: last.unwrap_or(entry.issued_on),
        })
    })
}

fn erasures(book: &GiftBook) -> impl Iterator<Item = Waiting> {
    book.donors.iter().filter_map(|(donor, record)| match record {
        DonorRecord::Requested { basis, by, requested_on } => Some(Waiting {
            what: What::DonorErasure { donor: *donor, basis: basis.clone() },
            roles: vec![Role::Reviewer, Role::Approver],
            not_by: Some(by.clone()),
            since: *requested_on,
        }),
        DonorRecord::Rejected { .. } | DonorRecord::Erased { .. } => None,
    })
}

/// Shows what waits; nothing where nothing does.
///
/// # Errors
/// When standard output is closed.
pub(super) fn show_waiting(screen: &Screen, waiting: &[Waiting]) -> Result<(), Failure> {
    if waiting.is_empty() {
        return Ok(());
    }
    let heads = [
        (screen.pick("待办", "Waiting"), Align::Left),
        (screen.pick("由谁办理", "For"), Align::Left),
        (screen.pick("自", "Since"), Align::Left),
    ];
    let rows: Vec<Vec<String>> = waiting
        .iter()
        .map(|each| vec![each.what.told(screen), each.whom(screen), each.since.to_string()])
        .collect();
    Ok(screen.table(&heads, &rows)?)
}

impl What {
    fn told(&self, screen: &Screen) -> String {
        match self {
            What::Remittance { remittance_id, recipient, amount } => {
                let amount = yuan(*amount);
                screen.pick(
                    format!("批准转交 {remittance_id}：{recipient} {amount} 元"),
                    format!("approve remittance {remittance_id}: {amount} yuan to {recipient}"),
                )
            }
            What::Receipt { receipt_number, refunded } => {
                let refunded = yuan(*refunded);
                screen.pick(
                    format!("票据 {receipt_number:06} 作废重开（开票后退还 {refunded} 元）"),
                    format!(
                        "void receipt {receipt_number:06} and issue it anew ({refunded} yuan refunded since)"
                    ),
                )
            }
            What::DonorErasure { donor, basis } => screen.pick(
                format!("决定删除捐赠人信息 {donor}：{basis}"),
                format!("decide on erasing donor {donor}: {basis}"),
            ),
        }
    }
}

impl Waiting {
    fn whom(&self, screen: &Screen) -> String {
        let roles: Vec<&str> =
            self.roles.iter().map(|each| screen.pick(role(*each).0, role(*each).1)).collect();
        let roles = roles.join(screen.pick("或", " or "));
        match &self.not_by {
            Some(actor) => screen.pick(format!("{roles}（{actor} 以外）"), format!("{roles}, not {actor}")),
            None => roles,
        }
    }
}
