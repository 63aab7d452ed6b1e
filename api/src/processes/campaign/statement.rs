//! Gifts and refunds from the statement of a payment platform. A gift is known again by its transaction number, so the
//! same file, or one that overlaps it, changes nothing; a refund goes to the gift of its transaction.
//!
//! Each line is taken whole, campaign and fund together, or not at all with the reason; a bad line never stops the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::aggregate::{Context, Decider, ImpossibleEvent};
use domain::campaign::{
    Campaign, CampaignCommand, CampaignError, Donation, DonationMethod, GiftBook, PaymentChannel, Publicity,
    StatementLine,
};
use domain::fund::{Fund, FundCommand};
use domain::ids::{CampaignId, DonationId, PersonId};
use domain::money::Money;
use domain::personal::{DonorName, Sealed};
use projections::Until;
use projections::donation_totals::queries;
use serde::Serialize;

use super::goods::{refund_commands, take_refund};
use super::{book_of, campaign};
use crate::lang::Lang;
use crate::processes::donation::sealed_name;
use crate::processes::{Desk, Office, ProcessError, Step, Taken};
use crate::registers::statements::{Entry, Statement, What};

/// What came of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ImportedStatement {
    /// Gifts that are new.
    pub gifts: u64,
    /// Their sum.
    pub received: Money,
    /// Refunds that are new.
    pub refunds: u64,
    /// Their sum.
    pub refunded: Money,
    /// Gifts and refunds that were there before.
    pub known: u64,
    /// Fees that the platform kept of new gifts; the office bears them.
    pub fees: Money,
    /// What came of each line, in the order in which they were taken: gifts, then refunds.
    pub lines: Vec<LineOutcome>,
}

/// What came of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LineOutcome {
    /// Line of the file, from 1.
    pub line: u64,
    /// The gift.
    pub donation_id: DonationId,
    /// How much.
    pub amount: Money,
    /// What came of it.
    pub outcome: StatementOutcome,
}

/// What came of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StatementOutcome {
    /// 新登记.
    Taken,
    /// 已登记.
    Known,
    /// 未登记, and why.
    Refused {
        /// Stable code.
        code: String,
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
}

/// Takes a statement into a campaign, donors anonymous until they say otherwise.
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown or the ledger fails; what a line is refused for is its outcome.
pub async fn import_statement(
    office: &Office,
    desk: &Desk,
    campaign_id: CampaignId,
    statement: &Statement,
    mut progress: impl FnMut(),
) -> Result<ImportedStatement, ProcessError> {
    let campaign = campaign(office, campaign_id).await?;
    let into = Into { office, desk, campaign_id, book: book_of(&campaign)?, channel: statement.channel };
    let elsewhere = into.elsewhere(&statement.entries).await?;
    let mut imported = ImportedStatement::default();
    for entry in in_turn(&statement.entries) {
        let donation_id = into.donation_id(entry);
        let taken = match elsewhere.get(&donation_id) {
            Some(_) => Err(given_elsewhere()),
            None => into.take(entry, donation_id).await,
        };
        imported.count(entry, donation_id, taken)?;
        progress();
    }
    Ok(imported)
}

/// What [`import_statement`] would do now, decided line by line; nothing is appended.
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown or the ledger fails.
pub async fn rehearse_statement(
    office: &Office,
    desk: &Desk,
    campaign_id: CampaignId,
    statement: &Statement,
) -> Result<ImportedStatement, ProcessError> {
    let campaign = campaign(office, campaign_id).await?;
    let into = Into { office, desk, campaign_id, book: book_of(&campaign)?, channel: statement.channel };
    let elsewhere = into.elsewhere(&statement.entries).await?;
    let fund = office.repository.load_newest::<Fund>(into.book.terms.fund_id).await?;
    let mut rehearsal = Rehearsal {
        context: desk.context(),
        campaign: Campaign::clone(&campaign),
        fund: Arc::unwrap_or_clone(fund.state),
    };
    let mut outlook = ImportedStatement::default();
    for entry in in_turn(&statement.entries) {
        let donation_id = into.donation_id(entry);
        let taken = match elsewhere.get(&donation_id) {
            Some(_) => Err(given_elsewhere()),
            None => rehearsal.take(&into, entry, donation_id),
        };
        outlook.count(entry, donation_id, taken)?;
    }
    Ok(outlook)
}

/// Every gift before any refund: an export may list the newest first.
fn in_turn(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    let is_refund = |entry: &&Entry| matches!(entry.what, What::Refund { .. });
    entries.iter().filter(move |entry| !is_refund(entry)).chain(entries.iter().filter(is_refund))
}

/// Where a statement goes.
struct Into<'a> {
    office: &'a Office,
    desk: &'a Desk,
    campaign_id: CampaignId,
    book: &'a GiftBook,
    channel: PaymentChannel,
}

impl Into<'_> {
    /// One transaction is one gift, whichever campaign it is taken into.
    fn donation_id(&self, entry: &Entry) -> DonationId {
        let name = format!("{:?}|{}", self.channel, entry.transaction);
        DonationId::new(self.office.derived("statement_donation", &name))
    }

    /// The gifts of the statement that another campaign has.
    async fn elsewhere(&self, entries: &[Entry]) -> Result<BTreeMap<DonationId, CampaignId>, ProcessError> {
        self.office.runner.catch_up(Until::Head).await?;
        let ids: Vec<DonationId> = entries.iter().map(|entry| self.donation_id(entry)).collect();
        let rows = queries::donations_of(&self.office.pool, &ids).await?;
        let others = rows.into_iter().filter(|row| row.campaign_id != self.campaign_id);
        Ok(others.map(|row| (row.donation_id, row.campaign_id)).collect())
    }

    /// Takes a line; whether it was new. One that stands twice in a file is known the second time.
    async fn take(&self, entry: &Entry, donation_id: DonationId) -> Result<Taken, ProcessError> {
        match &entry.what {
            What::Gift { fee, payer } => self.take_gift(entry, donation_id, *fee, payer.as_ref()).await,
            What::Refund { number } => {
                let refund = (entry.amount, entry.on, Some(number.clone()));
                take_refund(self.office, self.desk, (self.campaign_id, donation_id), refund).await
            }
        }
    }

    async fn take_gift(
        &self,
        entry: &Entry,
        donation_id: DonationId,
        fee: Money,
        payer: Option<&DonorName>,
    ) -> Result<Taken, ProcessError> {
        let office = self.office;
        let donor = self.donor(donation_id);
        let donor_name = sealed_name(office, donor, payer).await?;
        let (receive, credit) = self.gift_commands(entry, donation_id, fee, donor_name);
        let steps = [
            Step::Campaign(self.campaign_id.to_string(), receive),
            Step::Fund(self.book.terms.fund_id.to_string(), credit),
        ];
        let (campaign_id, amount, on) = (self.campaign_id, entry.amount, entry.on);
        let parts = format!("{campaign_id}|{donation_id}|{amount}|{on}|{fee}|{}", payer.is_some());
        let done = office.together(self.desk, office.derived("statement_gift", &parts), steps).await?;
        Ok(Taken::of(done.as_ref()))
    }

    fn donor(&self, donation_id: DonationId) -> PersonId {
        PersonId::new(self.office.derived("statement_donor", &donation_id.to_string()))
    }

    /// A gift as campaign and fund are asked for it.
    fn gift_commands(
        &self,
        entry: &Entry,
        donation_id: DonationId,
        fee: Money,
        donor_name: Option<Sealed<DonorName>>,
    ) -> (CampaignCommand, FundCommand) {
        // a wish that the donor stated since stays the donor's, so the gift as it was taken is what is compared
        let known = self.book.gifts.get(&donation_id);
        let statement =
            StatementLine { channel: self.channel, transaction_number: entry.transaction.clone(), fee };
        let donation = Donation {
            donation_id,
            donor: self.donor(donation_id),
            donor_name,
            publicity: known.map_or(Publicity::Anonymous, |gift| gift.publicity_given),
            amount: entry.amount,
            method: DonationMethod::MobilePayment,
            received_on: entry.on,
            statement: Some(statement),
        };
        let credit = FundCommand::CreditDonation {
            campaign_id: self.campaign_id,
            donation_id,
            amount: entry.amount,
            credited_on: entry.on,
            refund_number: None,
        };
        (CampaignCommand::ReceiveDonation { donation }, credit)
    }
}

/// Campaign and fund as they would be after the lines so far.
struct Rehearsal {
    context: Context,
    campaign: Campaign,
    fund: Fund,
}

impl Rehearsal {
    /// What a line would do; whether it is new.
    fn take(
        &mut self,
        into: &Into<'_>,
        entry: &Entry,
        donation_id: DonationId,
    ) -> Result<Taken, ProcessError> {
        let (of_campaign, of_fund) = match &entry.what {
            // whether a name comes with it changes no decision, and none is opened or sealed for this
            What::Gift { fee, .. } => into.gift_commands(entry, donation_id, *fee, None),
            What::Refund { number } => {
                let of = (into.campaign_id, donation_id);
                refund_commands(of, entry.amount, entry.on, Some(number.clone()))
            }
        };
        let gifts = self.campaign.decide(of_campaign, &self.context);
        let gifts = gifts.map_err(|error| ProcessError::refused(&error))?;
        let credits = self.fund.decide(of_fund, &self.context);
        let credits = credits.map_err(|error| ProcessError::refused(&error))?;
        let damaged = |error: ImpossibleEvent| ProcessError::Damaged(error.to_string());
        gifts.iter().try_for_each(|event| self.campaign.try_evolve(event)).map_err(damaged)?;
        credits.iter().try_for_each(|event| self.fund.try_evolve(event)).map_err(damaged)?;
        Ok(if gifts.is_empty() { Taken::Repeated } else { Taken::New })
    }
}

impl ImportedStatement {
    /// Lines that were refused.
    pub fn refused(&self) -> impl Iterator<Item = &LineOutcome> {
        let refused = |line: &&LineOutcome| matches!(line.outcome, StatementOutcome::Refused { .. });
        self.lines.iter().filter(refused)
    }

    fn count(
        &mut self,
        entry: &Entry,
        donation_id: DonationId,
        taken: Result<Taken, ProcessError>,
    ) -> Result<(), ProcessError> {
        let amount = entry.amount;
        let outcome = match (taken, &entry.what) {
            (Ok(Taken::New), What::Gift { fee, .. }) => {
                self.gifts += 1;
                self.received = self.received.plus(amount)?;
                self.fees = self.fees.plus(*fee)?;
                StatementOutcome::Taken
            }
            (Ok(Taken::New), What::Refund { .. }) => {
                self.refunds += 1;
                self.refunded = self.refunded.plus(amount)?;
                StatementOutcome::Taken
            }
            (Ok(Taken::Repeated), _) => {
                self.known += 1;
                StatementOutcome::Known
            }
            (Err(error @ ProcessError::Refused { .. }), _) => StatementOutcome::Refused {
                code: error.code().to_owned(),
                zh: error.text(Lang::Zh),
                en: error.text(Lang::En),
            },
            (Err(error), _) => return Err(error),
        };
        self.lines.push(LineOutcome { line: entry.line, donation_id, amount, outcome });
        Ok(())
    }
}

fn given_elsewhere() -> ProcessError {
    ProcessError::refused(&CampaignError::DonationElsewhere)
}
