//! Money of funds, runs and campaigns, beside what it must equal elsewhere in the log.

use domain::campaign::{Campaign, CampaignEvent, GiftBook, PublishedList};
use domain::fund::FundEvent;
use domain::ids::{CampaignId, DonationId, PaymentId, RemittanceId, RunId};
use domain::money::Money;
use domain::payment::{Payment, PaymentEvent};
use domain::payment_run::{PaymentRun, PaymentRunEvent};

use crate::replay::histories::{Entry, Histories};
use crate::replay::verdict::{Difference, NOTHING, Verdict};

/// What a fund's event says beside the run, the gift or the recovery that it speaks of; none for money that has no
/// counterpart in the log.
pub fn of_fund(entry: &Entry, event: &FundEvent, histories: &Histories) -> Option<Verdict> {
    let (expected, found) = match event {
        FundEvent::FundsCommitted { run_id, amount, .. } => {
            (calculated_before(histories, *run_id, entry.position), *amount)
        }
        FundEvent::FundsReleased { run_id, amount, .. } => (freed_with(histories, *run_id, entry), *amount),
        // what arrived after all is held ready again and spent at once
        FundEvent::FundsSpent { run_id, amount, .. } | FundEvent::FundsRecommitted { run_id, amount, .. } => {
            (settled_with(histories, *run_id, entry), *amount)
        }
        FundEvent::DonationCredited { campaign_id, donation_id, amount, .. } => {
            (given_with(histories, *campaign_id, *donation_id, entry), *amount)
        }
        FundEvent::DonationsRemitted { campaign_id, remittance_id, amount, .. } => {
            (remitted_with(histories, *campaign_id, *remittance_id, entry), *amount)
        }
        FundEvent::RecoveryCredited { payment_id, amount, .. } => {
            (recovered_with(histories, *payment_id, entry), *amount)
        }
        // what a year came to is the whole log's to say: see `ledger check`
        FundEvent::FundOpened { .. }
        | FundEvent::MoneyAppropriated { .. }
        | FundEvent::FundYearClosed { .. }
        | FundEvent::FundYearReopened { .. }
        | FundEvent::FundYearCarriedOver { .. } => return None,
    };
    let expected = expected.map_or_else(|| NOTHING.to_owned(), |amount| amount.to_string());
    Some(Verdict::of(Difference::between("amount", expected, found).into_iter().collect()))
}

/// What a campaign published, and the number of a receipt, beside its gifts before.
pub fn of_campaign(before: &Campaign, event: &CampaignEvent) -> Option<Verdict> {
    let book = before.book()?;
    let differing: Vec<Difference> = match event {
        CampaignEvent::ResultsPublished { total, donation_count, list, .. } => {
            published(book, *total, *donation_count, list.as_ref())
        }
        CampaignEvent::ProgressPublished { total, donation_count, list, .. } => {
            published(book, *total, *donation_count, Some(list))
        }
        CampaignEvent::ReceiptIssued { donation_id, receipt_number, amount, .. } => {
            let next = book.last_receipt.saturating_add(1);
            let certified = book.certified(*donation_id).map(|certified| certified.amount);
            let amount = amount.and_then(|amount| {
                let expected = certified.map_or_else(|| NOTHING.to_owned(), |amount| amount.to_string());
                Difference::between("amount", expected, amount)
            });
            Difference::between("receipt_number", next, receipt_number).into_iter().chain(amount).collect()
        }
        CampaignEvent::DonationRemitted { remittance_id, amount, .. } => {
            let proposed = book.remittances.get(remittance_id).map(|remittance| remittance.amount);
            let expected = proposed.map_or_else(|| NOTHING.to_owned(), |amount| amount.to_string());
            Difference::between("amount", expected, amount).into_iter().collect()
        }
        _ => return None,
    };
    Some(Verdict::of(differing))
}

/// What a publication says beside the gifts before it.
fn published(
    book: &GiftBook,
    total: Money,
    donation_count: u64,
    list: Option<&PublishedList>,
) -> Vec<Difference> {
    let goods = list.into_iter().flat_map(|list| {
        [
            Difference::between("in_kind_count", book.in_kind.len(), list.in_kind_count),
            Difference::between("in_kind_value", book.in_kind_value, list.in_kind_value),
            Difference::between("remitted", book.remitted, list.remitted),
        ]
    });
    let money = [
        Difference::between("total", book.total(), total),
        Difference::between("donation_count", book.donation_count(), donation_count),
    ];
    money.into_iter().chain(goods).flatten().collect()
}

fn calculated_before(histories: &Histories, run_id: RunId, position: u64) -> Option<Money> {
    let before = histories.events::<PaymentRun>(run_id).filter(|(entry, _)| entry.position < position);
    let sums = before.filter_map(|(_, event)| match event {
        PaymentRunEvent::PaymentRunCalculated { calculation, .. } => Some(calculation.control_sum),
        _ => None,
    });
    sums.last()
}

/// What the bank returned of a reconciled run, or all of a run that was sent back.
fn freed_with(histories: &Histories, run_id: RunId, entry: &Entry) -> Option<Money> {
    of_run(histories, run_id, entry).find_map(|event| match event {
        PaymentRunEvent::PaymentRunReconciled { returned_sum, .. } => Some(*returned_sum),
        PaymentRunEvent::PaymentRunRejected { .. } => calculated_before(histories, run_id, entry.position),
        _ => None,
    })
}

/// What the reconciliation in the same moment says that arrived, less what the run's reconciliation before said.
fn settled_with(histories: &Histories, run_id: RunId, entry: &Entry) -> Option<Money> {
    let until = histories.events::<PaymentRun>(run_id).filter(|(of, _)| of.position < entry.position);
    let settled = until.filter_map(|(of, event)| match event {
        PaymentRunEvent::PaymentRunReconciled { settled_sum, .. } => Some((of.recorded_at, *settled_sum)),
        _ => None,
    });
    let (before, newest) = settled.fold((Money::ZERO, None), |(before, newest), next| {
        (newest.map_or(before, |(_, sum)| sum), Some(next))
    });
    let (_, sum) = newest.filter(|(recorded_at, _)| *recorded_at == entry.recorded_at)?;
    sum.minus(before).ok()
}

fn of_run<'h>(
    histories: &'h Histories,
    run_id: RunId,
    entry: &'h Entry,
) -> impl Iterator<Item = &'h PaymentRunEvent> {
    let name = run_id.to_string();
    let beside = histories.beside::<PaymentRun>(entry);
    beside.filter(move |(beside, _)| beside.stream.id == name).map(|(_, event)| event)
}

/// What the campaign took, or gave back, of the gift in the same moment.
fn given_with(histories: &Histories, campaign: CampaignId, gift: DonationId, entry: &Entry) -> Option<Money> {
    let name = campaign.to_string();
    let beside = histories.beside::<Campaign>(entry).filter(|(beside, _)| beside.stream.id == name);
    let mut amounts = beside.filter_map(|(_, event)| match event {
        CampaignEvent::DonationReceived { donation } if donation.donation_id == gift => Some(donation.amount),
        CampaignEvent::DonationRefunded { donation_id, amount, .. } if *donation_id == gift => {
            Some(amount.negated())
        }
        _ => None,
    });
    amounts.next()
}

/// What the campaign remitted in the same moment.
fn remitted_with(
    histories: &Histories,
    campaign: CampaignId,
    remittance: RemittanceId,
    entry: &Entry,
) -> Option<Money> {
    let name = campaign.to_string();
    let beside = histories.beside::<Campaign>(entry).filter(|(beside, _)| beside.stream.id == name);
    let mut amounts = beside.filter_map(|(_, event)| match event {
        CampaignEvent::DonationRemitted { remittance_id, amount, .. } if *remittance_id == remittance => {
            Some(*amount)
        }
        _ => None,
    });
    amounts.next()
}

/// What came back of a payment in the same moment.
fn recovered_with(histories: &Histories, payment: PaymentId, entry: &Entry) -> Option<Money> {
    let name = payment.to_string();
    let beside = histories.beside::<Payment>(entry).filter(|(beside, _)| beside.stream.id == name);
    let mut amounts = beside.filter_map(|(_, event)| match event {
        PaymentEvent::RecoveryReceived { amount, .. } => Some(*amount),
        _ => None,
    });
    amounts.next()
}
