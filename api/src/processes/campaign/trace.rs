//! Where each yuan went: the rule of `domain::campaign::Flows` over the fund's own events, told without the people who
//! were helped. A use is a program, a month and, where enough people share it, a community; never a case or a person.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::calendar::BenefitMonth;
use domain::campaign::{Flows, Followed, GiftBook, Origin, Outflow, RemittanceStep, Use};
use domain::fund::{Fund, FundEvent};
use domain::ids::{CampaignId, DonationId, FundId, RemittanceId, RunId};
use domain::money::Money;
use domain::program::Program;
use eventlog::append::StreamId;
use projections::Until;
use projections::donation_totals::queries;
use serde::Serialize;
use sqlx::Row;

use super::{book_of, campaign};
use crate::processes::{Office, ProcessError};

/// The fewest people of a program and month in a community for whom the community is told: among fewer, who knows the
/// neighbours knows who was helped.
pub const SMALLEST_CROWD: i64 = 5;

/// What a part of the money went to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TracedUse {
    /// 救助: aid, by a payment run.
    Aid {
        /// The program; none where the read tables do not know the run's payments.
        program: Option<Program>,
        /// The benefit month.
        month: Option<BenefitMonth>,
        /// The community; none among fewer people than [`SMALLEST_CROWD`].
        community: Option<String>,
        /// The day on which the bank's results were known.
        spent_on: NaiveDate,
    },
    /// 善款转交, to an organisation.
    Remittance {
        /// 接收单位.
        recipient: String,
        /// 汇款凭证号.
        reference: String,
        /// The day.
        remitted_on: NaiveDate,
    },
}

/// A use with its sum.
pub type UsedSum = (TracedUse, Money);

/// Where the money of a gift went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct GiftTrace {
    /// The gift.
    pub donation_id: DonationId,
    /// Received.
    pub received: Money,
    /// Refunded of it.
    pub refunded: Money,
    /// What it went to, in order.
    pub uses: Vec<UsedSum>,
    /// What is left of it.
    pub left: Money,
}

/// Where the money of a campaign went. Received − refunded = aid + remitted + left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CampaignTrace {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The fund its gifts went to.
    pub fund_id: FundId,
    /// How many events of the log it is told by.
    pub log_size: u64,
    /// Received.
    pub received: Money,
    /// Refunded of it.
    pub refunded: Money,
    /// Spent on aid.
    pub aid: Money,
    /// Remitted to other organisations, by whichever campaign of the fund.
    pub remitted: Money,
    /// Not used yet.
    pub left: Money,
    /// What it went to, each use once.
    pub uses: Vec<UsedSum>,
    /// Every gift, in the order in which it was credited.
    pub gifts: Vec<GiftTrace>,
}

/// Follows the money of a campaign.
///
/// # Errors
/// [`ProcessError`]: the campaign is unknown, or the log does not tie, which `ledger check` names.
pub async fn trace(office: &Office, campaign_id: CampaignId) -> Result<CampaignTrace, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let log_size = office.repository.log().length().await?;
    let campaign = campaign(office, campaign_id).await?;
    let book = book_of(&campaign)?;
    let fund_id = book.terms.fund_id;
    let fund = FundHistory::read(office, fund_id).await?;
    let (flows, told) = fund.in_detail(office).await?;
    let followed = flows.follow();
    let gifts = gifts_of(campaign_id, book, &flows, &followed, &told);
    let uses = summed(gifts.iter().flat_map(|gift| gift.uses.clone()));
    let sum = |aid: bool| {
        let of_kind = uses.iter().filter(|(used, _)| matches!(used, TracedUse::Aid { .. }) == aid);
        Money::sum(of_kind.map(|(_, amount)| *amount))
    };
    let (aid, remitted) = (sum(true)?, sum(false)?);
    let left = Money::sum(gifts.iter().map(|gift| gift.left))?;
    if book.total() != aid.plus(remitted)?.plus(left)? || !followed.uncovered.is_zero() {
        return Err(ProcessError::Damaged(format!("the gifts of campaign {campaign_id} do not tie")));
    }
    let (received, refunded) = (book.received, book.refunded);
    Ok(CampaignTrace { campaign_id, fund_id, log_size, received, refunded, aid, remitted, left, uses, gifts })
}

/// Follows one gift.
///
/// # Errors
/// Those of [`trace`], and [`ProcessError::Unknown`] when there is no such gift of money.
pub async fn trace_gift(
    office: &Office,
    donation_id: DonationId,
) -> Result<(CampaignTrace, GiftTrace), ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let row = queries::donations_of(&office.pool, &[donation_id]).await?.into_iter().next();
    let campaign_id = row.ok_or(ProcessError::Unknown { what: "donation" })?.campaign_id;
    let trace = trace(office, campaign_id).await?;
    let gift = trace.gifts.iter().find(|gift| gift.donation_id == donation_id).cloned();
    let gift = gift.ok_or(ProcessError::Unknown { what: "donation" })?;
    Ok((trace, gift))
}

/// The events of a fund.
struct FundHistory {
    flows: Flows,
    /// The day of each outflow.
    days: Vec<NaiveDate>,
}

impl FundHistory {
    async fn read(office: &Office, fund_id: FundId) -> Result<FundHistory, ProcessError> {
        let stream = StreamId::new(Fund::TYPE, fund_id.to_string());
        let (mut flows, mut days) = (Flows::default(), Vec::new());
        for stored in office.repository.log().read_stream(&stream).await? {
            let event = stored.decode::<FundEvent>();
            let event = event.map_err(|error| ProcessError::Damaged(error.to_string()))?;
            let Some(event) = event else { continue };
            flows.see(&event);
            if let FundEvent::FundsSpent { spent_on: day, .. }
            | FundEvent::DonationsRemitted { remitted_on: day, .. } = event
            {
                days.push(day);
            }
        }
        Ok(FundHistory { flows, days })
    }

    /// The same flows with each run's spending broken down, and what each outflow is told as.
    async fn in_detail(self, office: &Office) -> Result<(Flows, Vec<TracedUse>), ProcessError> {
        let FundHistory { mut flows, days } = self;
        let mut runs: BTreeMap<RunId, VecDeque<(Crowd, i64)>> = BTreeMap::new();
        let (mut outflows, mut told) = (Vec::new(), Vec::new());
        for (outflow, spent_on) in std::mem::take(&mut flows.outflows).into_iter().zip(days) {
            match outflow.used {
                Use::Remittance { campaign_id, remittance_id } => {
                    told.push(told_remittance(office, campaign_id, remittance_id, spent_on).await?);
                    outflows.push(outflow);
                }
                Use::Run { run_id } => {
                    let crowds = match runs.entry(run_id) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(place) => place.insert(crowds(office, run_id).await?),
                    };
                    for (crowd, amount) in taken(crowds, outflow.amount)? {
                        told.push(crowd.told(spent_on));
                        outflows.push(Outflow { used: outflow.used, amount });
                    }
                }
            }
        }
        flows.outflows = outflows;
        Ok((flows, told))
    }
}

/// A program, month and community of a run; nothing where the read tables do not know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Crowd {
    program: Option<Program>,
    month: Option<BenefitMonth>,
    community: Option<String>,
}

impl Crowd {
    fn told(self, spent_on: NaiveDate) -> TracedUse {
        let Crowd { program, month, community } = self;
        TracedUse::Aid { program, month, community, spent_on }
    }
}

/// What a run paid, in fen, by program, month and community; small communities together, and without their name.
async fn crowds(office: &Office, run_id: RunId) -> Result<VecDeque<(Crowd, i64)>, ProcessError> {
    let query = sqlx::query(include_str!("sql/run_uses.sql")).bind(run_id.uuid());
    let damaged = |what: &str| ProcessError::Damaged(format!("a {what} of the read tables is unknown"));
    let mut crowds: BTreeMap<Crowd, i64> = BTreeMap::new();
    for row in query.fetch_all(&office.pool).await? {
        let program: Program =
            row.try_get::<String, _>("program")?.parse().map_err(|_| damaged("program"))?;
        let month: BenefitMonth = row.try_get::<String, _>("month")?.parse().map_err(|_| damaged("month"))?;
        let community: String = row.try_get("community")?;
        let (people, fen): (i64, i64) = (row.try_get("people")?, row.try_get("fen")?);
        let community = (people >= SMALLEST_CROWD).then_some(community);
        let crowd = Crowd { program: Some(program), month: Some(month), community };
        *crowds.entry(crowd).or_default() += fen;
    }
    Ok(crowds.into_iter().collect())
}

/// Takes an amount from the front of what a run paid.
fn taken(crowds: &mut VecDeque<(Crowd, i64)>, amount: Money) -> Result<Vec<(Crowd, Money)>, ProcessError> {
    let (mut missing, mut parts) = (amount.fen(), Vec::new());
    while missing > 0 {
        let Some((crowd, left)) = crowds.front_mut() else {
            parts.push((Crowd::default(), Money::try_from_fen(missing)?));
            break;
        };
        let fen = missing.min(*left);
        parts.push((crowd.clone(), Money::try_from_fen(fen)?));
        (missing, *left) = (missing - fen, *left - fen);
        if *left == 0 {
            crowds.pop_front();
        }
    }
    Ok(parts)
}

async fn told_remittance(
    office: &Office,
    campaign_id: CampaignId,
    remittance_id: RemittanceId,
    remitted_on: NaiveDate,
) -> Result<TracedUse, ProcessError> {
    let campaign = campaign(office, campaign_id).await?;
    let remittance = book_of(&campaign)?.remittances.get(&remittance_id);
    let recipient = remittance.map(|remittance| remittance.recipient.clone()).unwrap_or_default();
    let reference = match remittance.map(|remittance| &remittance.step) {
        Some(RemittanceStep::Remitted { reference, .. }) => reference.clone(),
        _ => String::new(),
    };
    Ok(TracedUse::Remittance { recipient, reference, remitted_on })
}

fn gifts_of(
    campaign_id: CampaignId,
    book: &GiftBook,
    flows: &Flows,
    followed: &Followed,
    told: &[TracedUse],
) -> Vec<GiftTrace> {
    let mut uses: BTreeMap<usize, Vec<UsedSum>> = BTreeMap::new();
    for piece in &followed.pieces {
        if let Some(used) = told.get(piece.outflow) {
            uses.entry(piece.inflow).or_default().push((used.clone(), piece.amount));
        }
    }
    let gifts = flows.inflows.iter().enumerate().filter_map(|(index, inflow)| match inflow.origin {
        Origin::Gift { campaign_id: of, donation_id } if of == campaign_id => {
            let gift = book.gifts.get(&donation_id)?;
            let left = followed.left.get(index).copied().unwrap_or_default();
            let refunded = gift.amount.minus(gift.remaining()).unwrap_or_default();
            let uses = summed(uses.remove(&index).unwrap_or_default());
            Some(GiftTrace { donation_id, received: gift.amount, refunded, uses, left })
        }
        _ => None,
    });
    gifts.collect()
}

/// Each use once, with its sum, in the order in which it first came.
fn summed(uses: impl IntoIterator<Item = UsedSum>) -> Vec<UsedSum> {
    let mut places: BTreeMap<TracedUse, usize> = BTreeMap::new();
    let mut sums: Vec<UsedSum> = Vec::new();
    for (used, amount) in uses {
        let place = *places.entry(used.clone()).or_insert(sums.len());
        match sums.get_mut(place) {
            Some((_, sum)) => *sum = sum.plus(amount).unwrap_or_default(),
            None => sums.push((used, amount)),
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(community: &str) -> Crowd {
        Crowd { program: None, month: None, community: Some(community.to_owned()) }
    }

    #[test]
    fn spending_is_taken_from_the_front_of_what_a_run_paid_and_the_unknown_is_told_as_such() {
        let mut crowds = VecDeque::from([(crowd("a"), 300), (crowd("b"), 200)]);
        let fen = Money::from_fen;
        assert_eq!(taken(&mut crowds, fen(400)).unwrap(), [(crowd("a"), fen(300)), (crowd("b"), fen(100))]);
        assert_eq!(
            taken(&mut crowds, fen(150)).unwrap(),
            [(crowd("b"), fen(100)), (Crowd::default(), fen(50))]
        );
    }
}
