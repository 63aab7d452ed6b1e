//! Where each yuan of a fund went: from gift to remittance, or to the aid that it paid.
//!
//! Money has no names, so following it takes a rule; this is ours, and it is the same for everyone:
//!
//! 1. What came in queues up in the order in which the log credited it to the fund: gifts, and money that was recovered
//!    from payments.
//! 2. A gift counts with what was not refunded. A refund takes the gift out of the queue even where its money had been
//!    spent meanwhile: the next in the queue take its place.
//! 3. What went out takes from the front of the queue, in the order in which the log debited the fund. A remittance takes
//!    from the gifts of its own campaign first, then from the others.
//!
//! So what is told of a gift is told as of a position of the log: a later refund of another gift can change it. Nothing is
//! ever told of a person who was helped; a use is a run or a remittance, and what reads this tells programs and months.
//!
//! Always: gifts − refunds + recovered = spent + remitted + left, for the fund, and for each gift what remains of it = its
//! uses + what is left of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fund::FundEvent;
use crate::ids::{CampaignId, DonationId, PaymentId, RemittanceId, RunId};
use crate::money::Money;

/// Where money of a fund came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Origin {
    /// 捐赠.
    Gift {
        /// Its campaign.
        campaign_id: CampaignId,
        /// Which.
        donation_id: DonationId,
    },
    /// 追回: paid before, and come back.
    Recovery {
        /// Of which payment.
        payment_id: PaymentId,
    },
    /// 拨款 and whatever else is no gift.
    Other,
}

/// What money of a fund went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Use {
    /// 支出: aid, by a payment run.
    Run {
        /// Which.
        run_id: RunId,
    },
    /// 善款转交.
    Remittance {
        /// Of which campaign.
        campaign_id: CampaignId,
        /// Which.
        remittance_id: RemittanceId,
    },
}

/// Money that came in; the amount is what remains of it after refunds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inflow {
    /// Where from.
    pub origin: Origin,
    /// How much, in fen.
    pub amount: Money,
}

/// Money that went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outflow {
    /// What for.
    pub used: Use,
    /// How much, in fen.
    pub amount: Money,
}

/// A part of one inflow that paid a part of one outflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Index of the inflow.
    pub inflow: usize,
    /// Index of the outflow.
    pub outflow: usize,
    /// How much, in fen; more than nothing.
    pub amount: Money,
}

/// Every yuan of a fund, followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// In the order of the outflows.
    pub pieces: Vec<Piece>,
    /// What is left of each inflow, in fen.
    pub left: Vec<Money>,
    /// What no inflow paid, in fen: nothing, unless the log is damaged.
    pub uncovered: Money,
}

/// What a fund's events brought and took, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// What came in.
    pub inflows: Vec<Inflow>,
    /// What went out.
    pub outflows: Vec<Outflow>,
    /// Where each gift stands among the inflows.
    gifts: BTreeMap<DonationId, usize>,
}

impl Flows {
    /// Takes in the next event of the fund's stream.
    pub fn see(&mut self, event: &FundEvent) {
        match *event {
            FundEvent::DonationCredited { campaign_id, donation_id, amount, .. } => {
                self.credit_gift(campaign_id, donation_id, amount);
            }
            FundEvent::RecoveryCredited { amount, payment_id, .. } => {
                self.inflows.push(Inflow { origin: Origin::Recovery { payment_id }, amount });
            }
            FundEvent::MoneyAppropriated { amount, .. } => {
                self.inflows.push(Inflow { origin: Origin::Other, amount });
            }
            FundEvent::FundsSpent { run_id, amount, .. } => {
                self.outflows.push(Outflow { used: Use::Run { run_id }, amount });
            }
            FundEvent::DonationsRemitted { campaign_id, remittance_id, amount, .. } => {
                let used = Use::Remittance { campaign_id, remittance_id };
                self.outflows.push(Outflow { used, amount });
            }
            // a year that ends brings nothing and takes nothing
            FundEvent::FundOpened { .. }
            | FundEvent::FundsCommitted { .. }
            | FundEvent::FundsRecommitted { .. }
            | FundEvent::FundsReleased { .. }
            | FundEvent::FundYearClosed { .. }
            | FundEvent::FundYearReopened { .. }
            | FundEvent::FundYearCarriedOver { .. } => {}
        }
    }

    /// Counts a gift, or takes what was refunded of it out of its place.
    fn credit_gift(&mut self, campaign_id: CampaignId, donation_id: DonationId, amount: Money) {
        let origin = Origin::Gift { campaign_id, donation_id };
        match self.gifts.get(&donation_id).and_then(|index| self.inflows.get_mut(*index)) {
            Some(known) => known.amount = known.amount.plus(amount).unwrap_or_default(),
            None => {
                self.gifts.insert(donation_id, self.inflows.len());
                self.inflows.push(Inflow { origin, amount });
            }
        }
    }

    /// Follows every yuan by the rule of this page.
    pub fn follow(&self) -> Followed {
        follow(&self.inflows, &self.outflows)
    }
}

/// Follows every yuan by the rule of this page, in one pass over both.
pub fn follow(inflows: &[Inflow], outflows: &[Outflow]) -> Followed {
    let mut queue = Queue::new(inflows);
    let mut followed = Followed::default();
    for (outflow, out) in outflows.iter().enumerate() {
        let mut missing = out.amount.fen();
        if let Use::Remittance { campaign_id, .. } = out.used {
            queue.take_of(campaign_id, &mut missing, outflow, &mut followed.pieces);
        }
        queue.take(&mut missing, outflow, &mut followed.pieces);
        let uncovered = followed.uncovered.fen().saturating_add(missing);
        followed.uncovered = Money::try_from_fen(uncovered).unwrap_or_default();
    }
    followed.left = queue.left.iter().map(|fen| Money::try_from_fen(*fen).unwrap_or_default()).collect();
    followed
}

/// What is left of each inflow, in fen, and where the front is.
struct Queue {
    left: Vec<i64>,
    front: usize,
    of_campaign: BTreeMap<CampaignId, Vec<usize>>,
}

impl Queue {
    fn new(inflows: &[Inflow]) -> Queue {
        let mut of_campaign: BTreeMap<CampaignId, Vec<usize>> = BTreeMap::new();
        for (index, inflow) in inflows.iter().enumerate().rev() {
            if let Origin::Gift { campaign_id, .. } = inflow.origin {
                of_campaign.entry(campaign_id).or_default().push(index);
            }
        }
        let left = inflows.iter().map(|inflow| inflow.amount.fen().max(0)).collect();
        Queue { left, front: 0, of_campaign }
    }

    fn take(&mut self, missing: &mut i64, outflow: usize, pieces: &mut Vec<Piece>) {
        while *missing > 0 && self.front < self.left.len() {
            self.take_from(self.front, missing, outflow, pieces);
            if self.left.get(self.front).is_some_and(|left| *left == 0) {
                self.front += 1;
            }
        }
    }

    fn take_of(&mut self, campaign: CampaignId, missing: &mut i64, outflow: usize, pieces: &mut Vec<Piece>) {
        // the oldest stand at the end, so that what is used up is popped
        let mut indexes = self.of_campaign.remove(&campaign).unwrap_or_default();
        while let Some(index) = indexes.last().copied().filter(|_| *missing > 0) {
            self.take_from(index, missing, outflow, pieces);
            if self.left.get(index).is_none_or(|left| *left == 0) {
                indexes.pop();
            }
        }
        self.of_campaign.insert(campaign, indexes);
    }

    fn take_from(&mut self, inflow: usize, missing: &mut i64, outflow: usize, pieces: &mut Vec<Piece>) {
        let Some(left) = self.left.get_mut(inflow) else { return };
        let fen = (*left).min(*missing);
        if fen > 0 {
            *left -= fen;
            *missing -= fen;
            pieces.push(Piece { inflow, outflow, amount: Money::try_from_fen(fen).unwrap_or_default() });
        }
    }
}
