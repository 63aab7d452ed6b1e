//! Campaigns: clean ones, and one for every fault of gifts.

use api::flags::StatementLine;
use chrono::{Days, NaiveDate};
use domain::campaign::{CampaignEvent, Donation, DonationMethod, Publicity};
use domain::ids::{CampaignId, DonationId, FundId, PersonId};
use tests::personas;
use uuid::Uuid;

use crate::paying::money;
use crate::street::{Street, day};

/// What is other than it should be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    ResultsLate,
    ProgressMissing,
    ReceiptMissing,
    ReceiptTwice,
    PublishedOtherwise,
    BankBookedLess,
}

/// A campaign of June to August with twenty gifts, one of them given back; the bank booked the same.
pub fn campaign(street: &mut Street<'_>) {
    collected(street, Fault::None);
}

pub fn results_late(street: &mut Street<'_>) -> Vec<Uuid> {
    collected(street, Fault::ResultsLate)
}

/// A campaign of more than six months that published nothing while it lasted.
pub fn progress_missing(street: &mut Street<'_>) -> Vec<Uuid> {
    collected(street, Fault::ProgressMissing)
}

pub fn receipt_missing(street: &mut Street<'_>) -> Vec<Uuid> {
    collected(street, Fault::ReceiptMissing)
}

pub fn receipt_twice(street: &mut Street<'_>) -> Vec<Uuid> {
    collected(street, Fault::ReceiptTwice)
}

pub fn published_otherwise(street: &mut Street<'_>) -> Vec<Uuid> {
    collected(street, Fault::PublishedOtherwise)
}

pub fn bank_booked_less(street: &mut Street<'_>) -> Vec<Uuid> {
    collected(street, Fault::BankBookedLess)
}

fn collected(street: &mut Street<'_>, fault: Fault) -> Vec<Uuid> {
    let id = CampaignId::new(street.name());
    let opened = CampaignEvent::CampaignOpened {
        campaign_id: id,
        name: format!("首善有我 {id}"),
        organiser: "街道办事处".to_owned(),
        filing_number: None,
        purpose: "扶老助困".to_owned(),
        fund_id: FundId::new(street.name()),
        opens_on: day(if fault == Fault::ProgressMissing { "2023-02-15" } else { "2023-06-01" }),
        closes_on: day("2023-08-31"),
    };
    write(street, id, day("2023-06-01"), opened);
    let mut total = 0;
    for number in 1..=20_u32 {
        total += gift(street, id, number, fault);
    }
    let closed_on = day("2023-08-31");
    write(street, id, closed_on, CampaignEvent::CampaignClosed { closed_on });
    let published_on = if fault == Fault::ResultsLate { day("2023-12-11") } else { day("2023-11-20") };
    let said = total + if fault == Fault::PublishedOtherwise { 10_000 } else { 0 };
    let published =
        CampaignEvent::ResultsPublished { total: money(said), donation_count: 20, published_on, list: None };
    write(street, id, published_on, published);
    vec![id.uuid()]
}

/// One gift with its receipt and the bank's booking; gives what it came to in the end.
fn gift(street: &mut Street<'_>, id: CampaignId, number: u32, fault: Fault) -> i64 {
    let donation_id = DonationId::new(street.name());
    let (received_on, fen) =
        (day("2023-06-01") + Days::new(u64::from(number) * 3), i64::from(number) * 1_000);
    let donation = Donation {
        donation_id,
        donor: PersonId::new(street.name()),
        donor_name: None,
        publicity: Publicity::Anonymous,
        amount: money(fen),
        method: DonationMethod::MobilePayment,
        received_on,
        statement: None,
    };
    write(street, id, received_on, CampaignEvent::DonationReceived { donation });
    let receipt_number = match (fault, number) {
        (Fault::ReceiptMissing, 12..) => number + 1,
        (Fault::ReceiptTwice, 12) => 11,
        (Fault::ReceiptTwice, 13..) => number - 1,
        _ => number,
    };
    let issued =
        CampaignEvent::ReceiptIssued { donation_id, receipt_number, issued_on: received_on, amount: None };
    write(street, id, received_on, issued);
    let short = if fault == Fault::BankBookedLess && number == 7 { 500 } else { 0 };
    booked(street, id, received_on, fen - short);
    if number != 20 {
        return fen;
    }
    let refunded_on = received_on + Days::new(2);
    let refunded =
        CampaignEvent::DonationRefunded { donation_id, amount: money(fen), refunded_on, refund_number: None };
    write(street, id, refunded_on, refunded);
    booked(street, id, refunded_on, -fen);
    0
}

fn booked(street: &mut Street<'_>, id: CampaignId, on: NaiveDate, fen: i64) {
    street.statements.push(StatementLine { campaign: id.to_string(), on, amount: money(fen) });
}

fn write(street: &mut Street<'_>, id: CampaignId, on: NaiveDate, event: CampaignEvent) {
    street.book.write((on, 7), personas::finance(), id, event);
}
