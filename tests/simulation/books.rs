//! The slow model: what was ordered and where it is, what every fund holds, what was given. Plain maps in fen. The
//! simulation keeps one of these by what people were told; another is added up from the log; the two must be equal.

use std::collections::BTreeMap;
use std::fmt::Debug;

use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, DonationId, FundId, PaymentId};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    pub lines: BTreeMap<PaymentId, Line>,
    pub funds: BTreeMap<FundId, Purse>,
    pub gifts: BTreeMap<DonationId, Gift>,
    /// How often something was ordered, settled, returned; kept beside the lines, as sums that must fit them.
    pub sums: Sums,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub case: CaseId,
    pub month: BenefitMonth,
    pub attempt: u32,
    pub amount: i64,
    pub place: Place,
    /// What the month is due besides and repaid another payment.
    pub withheld: i64,
    /// What is asked back of it, less what was withdrawn.
    pub recovery_opened: i64,
    pub recovery_received: i64,
    pub recovery_waived: i64,
}

/// Where the money of a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Pending,
    Settled,
    Returned,
}

/// A fund.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    /// Everything that came in, less refunds.
    pub received: i64,
    pub spent: i64,
    pub committed: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gift {
    pub received: i64,
    pub refunded: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub ordered: i64,
    pub settled: i64,
    pub returned: i64,
}

impl Line {
    /// What stands of it: neither returned nor asked back.
    pub fn standing(&self) -> i64 {
        if self.place == Place::Returned { 0 } else { self.amount + self.withheld - self.recovery_opened }
    }

    /// What is still to come back.
    pub fn recovery_open(&self) -> i64 {
        self.recovery_opened - self.recovery_received - self.recovery_waived
    }
}

impl Purse {
    pub fn free(&self) -> i64 {
        self.received - self.spent - self.committed
    }
}

impl Books {
    pub fn order(&mut self, id: PaymentId, line: Line) {
        self.sums.ordered += line.amount;
        self.lines.insert(id, line);
    }

    /// The bank's answer; an answer that was taken before changes nothing.
    pub fn answer(&mut self, id: PaymentId, place: Place) {
        let Some(line) = self.lines.get_mut(&id).filter(|line| line.place == Place::Pending) else { return };
        line.place = place;
        match place {
            Place::Settled => self.sums.settled += line.amount,
            Place::Returned => self.sums.returned += line.amount,
            Place::Pending => {}
        }
    }

    /// A payment that came back is on its way again.
    pub fn revoke(&mut self, id: PaymentId) {
        let returned = |line: &&mut Line| line.place == Place::Returned;
        let Some(line) = self.lines.get_mut(&id).filter(returned) else { return };
        line.place = Place::Pending;
        self.sums.returned -= line.amount;
    }

    pub fn fund(&mut self, id: FundId) -> &mut Purse {
        self.funds.entry(id).or_default()
    }

    /// What lies at one place, in sum.
    pub fn sum_at(&self, place: Place) -> i64 {
        self.lines.values().filter(|line| line.place == place).map(|line| line.amount).sum()
    }

    /// What may never be, whatever happened before. `ceiling` is the most that a case can be due for a month.
    pub fn faults(&self, ceiling: impl Fn(CaseId) -> i64) -> Vec<String> {
        let mut faults = Vec::new();
        let Sums { ordered, settled, returned } = self.sums;
        let places = [Place::Settled, Place::Returned, Place::Pending].map(|place| self.sum_at(place));
        if ordered != places.iter().sum::<i64>() || [settled, returned] != places[..2] {
            let sums = self.sums;
            faults.push(format!("ordered is not settled + returned + pending: {sums:?}, {places:?}"));
        }
        let mut months: BTreeMap<_, i64> = BTreeMap::new();
        for line in self.lines.values() {
            *months.entry((line.case, line.month)).or_default() += line.standing();
        }
        for ((case, month), standing) in months {
            if standing > ceiling(case) {
                faults.push(format!("case {case} is paid twice for {month}: {standing} fen stand"));
            }
        }
        for (id, fund) in &self.funds {
            if fund.free() < 0 || fund.committed < 0 {
                faults.push(format!("fund {id} is negative: {fund:?}"));
            }
        }
        for (id, line) in self.lines.iter().filter(|(_, line)| line.recovery_open() < 0) {
            faults.push(format!("more of payment {id} came back than was asked back: {line:?}"));
        }
        for (id, gift) in self.gifts.iter().filter(|(_, gift)| gift.refunded > gift.received) {
            faults.push(format!("more of gift {id} was refunded than received: {gift:?}"));
        }
        faults
    }

    /// What is not in `found` as it is here, or here as it is in `found`.
    pub fn difference(&self, found: &Books) -> Vec<String> {
        let mut differing = differing("payment", &self.lines, &found.lines);
        differing.extend(self::differing("fund", &self.funds, &found.funds));
        differing.extend(self::differing("gift", &self.gifts, &found.gifts));
        if self.sums != found.sums {
            differing.push(format!("sums: expected {:?}, found {:?}", self.sums, found.sums));
        }
        differing
    }
}

fn differing<K: Ord + Debug, V: PartialEq + Debug>(
    what: &str,
    expected: &BTreeMap<K, V>,
    found: &BTreeMap<K, V>,
) -> Vec<String> {
    let keys: std::collections::BTreeSet<&K> = expected.keys().chain(found.keys()).collect();
    let pairs = keys.into_iter().map(|key| (key, expected.get(key), found.get(key)));
    let unequal = pairs.filter(|(_, expected, found)| expected != found);
    unequal
        .map(|(key, expected, found)| format!("{what} {key:?}: expected {expected:?}, found {found:?}"))
        .collect()
}
