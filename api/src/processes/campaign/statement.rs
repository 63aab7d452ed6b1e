//! Gifts and refunds from the statement of a payment platform. A gift is known again by its transaction number, so the
//! same file, or one that overlaps it, changes nothing; a refund goes to the gift of its transaction.
//!
//! Each line is taken whole, campaign and fund together, or not at all with the reason; a bad line never stops the others.

use std::collections::{BTreeMap, BTreeSet};

use domain::campaign::{
    CampaignCommand, CampaignError, Donation, DonationMethod, GiftBook, PaymentChannel, Publicity,
    StatementLine,
};
use domain::fund::FundCommand;
use domain::ids::{CampaignId, DonationId, PersonId};
use domain::money::Money;
use domain::personal::{DonorName, Personal, seal};
use projections::Until;
use projections::donation_totals::queries;
use serde::Serialize;

use super::{book_of, campaign, refund_donation};
use crate::lang::Lang;
use crate::processes::{Desk, Office, ProcessError, Step};
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
    /// The gifts that this file brought.
    #[serde(skip)]
    taken: BTreeSet<DonationId>,
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
    let is_refund = |entry: &&Entry| matches!(entry.what, What::Refund { .. });
    let gifts = statement.entries.iter().filter(|entry| !is_refund(entry));
    // an export may list the newest first, so every gift is taken before any refund
    for entry in gifts.chain(statement.entries.iter().filter(is_refund)) {
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

    /// Takes a line; whether it was new.
    async fn take(&self, entry: &Entry, donation_id: DonationId) -> Result<bool, ProcessError> {
        match &entry.what {
            What::Gift { fee, payer } => self.take_gift(entry, donation_id, *fee, payer.as_ref()).await,
            What::Refund { number } => {
                let known = self.book.gifts.get(&donation_id).is_some_and(|gift| {
                    gift.refunds.iter().any(|refund| refund.number.as_ref() == Some(number))
                });
                let of = (self.campaign_id, donation_id);
                let number = Some(number.clone());
                refund_donation(self.office, self.desk, of, entry.amount, entry.on, number).await?;
                Ok(!known)
            }
        }
    }

    async fn take_gift(
        &self,
        entry: &Entry,
        donation_id: DonationId,
        fee: Money,
        payer: Option<&DonorName>,
    ) -> Result<bool, ProcessError> {
        let (office, campaign_id) = (self.office, self.campaign_id);
        let donor = PersonId::new(office.derived("statement_donor", &donation_id.to_string()));
        let donor_name = match payer {
            None => None,
            Some(name) => {
                office.keyring.ensure_keys(&[donor]).await?;
                Some(seal(&*office.keyring, donor, &Personal::new(name.clone()))?)
            }
        };
        let line =
            StatementLine { channel: self.channel, transaction_number: entry.transaction.clone(), fee };
        // a wish that the donor stated since stays the donor's, so the gift as it was taken is what is compared
        let known = self.book.gifts.get(&donation_id);
        let donation = Donation {
            donation_id,
            donor,
            donor_name,
            publicity: known.map_or(Publicity::Anonymous, |gift| gift.publicity_given),
            amount: entry.amount,
            method: DonationMethod::MobilePayment,
            received_on: entry.on,
            statement: Some(line),
        };
        let (amount, credited_on) = (entry.amount, entry.on);
        let credit = FundCommand::CreditDonation {
            campaign_id,
            donation_id,
            amount,
            credited_on,
            refund_number: None,
        };
        let steps = [
            Step::Campaign(campaign_id.to_string(), CampaignCommand::ReceiveDonation { donation }),
            Step::Fund(self.book.terms.fund_id.to_string(), credit),
        ];
        let parts = format!("{campaign_id}|{donation_id}|{amount}|{credited_on}|{fee}|{}", payer.is_some());
        office.together(self.desk, office.derived("statement_gift", &parts), steps).await?;
        Ok(known.is_none())
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
        taken: Result<bool, ProcessError>,
    ) -> Result<(), ProcessError> {
        let amount = entry.amount;
        let outcome = match (taken, &entry.what) {
            // a line that stands twice in one file is known the second time
            (Ok(true), What::Gift { .. }) if !self.taken.insert(donation_id) => {
                self.known += 1;
                StatementOutcome::Known
            }
            (Ok(true), What::Gift { fee, .. }) => {
                self.gifts += 1;
                self.received = self.received.plus(amount)?;
                self.fees = self.fees.plus(*fee)?;
                StatementOutcome::Taken
            }
            (Ok(true), What::Refund { .. }) => {
                self.refunds += 1;
                self.refunded = self.refunded.plus(amount)?;
                StatementOutcome::Taken
            }
            (Ok(false), _) => {
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
