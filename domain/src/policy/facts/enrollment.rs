//! How the person stands in the program, and what was asked for.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::codes::*;
use crate::calendar::BenefitMonth;
use crate::money::Money;

/// A suspension; with `until`, the person was confirmed alive on that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// From which day.
    pub since: NaiveDate,
    /// Confirmed alive on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Why.
    pub reason: SuspensionReason,
}

/// 渐退 after an income above the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The first month of the schedule.
    pub first_month: BenefitMonth,
    /// What was paid before.
    pub previous_amount: Money,
}

/// How the person stands in the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enrollment {
    /// Day of the application; `None` is on the roll already.
    pub applied_on: Option<NaiveDate>,
    /// Day of the decision; `None` is on the roll already.
    pub decided_on: Option<NaiveDate>,
    /// Suspensions.
    pub suspended: Vec<Suspension>,
    /// The set that was chosen.
    pub chosen_set: Option<ChosenSet>,
    /// 渐退.
    pub exit: Option<Exit>,
}

/// 临时救助.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AssistanceRequest {
    /// How.
    pub mode: AssistanceMode,
    /// When.
    pub on: NaiveDate,
    /// For how many persons, 1 to 20.
    pub persons: Option<u32>,
    /// Months of the standard for each, 1 to 3.
    pub tier: Option<u32>,
    /// Asked amount, for small_quick.
    pub amount: Option<Money>,
}

/// One payment for a lunch or dinner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meal {
    /// When.
    pub date: NaiveDate,
    /// How much.
    pub spend: Money,
}

/// A bill of the care voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CareBill {
    /// For which month.
    pub month: BenefitMonth,
    /// From whom.
    pub kind: CareBillKind,
    /// How much.
    pub amount: Money,
}

/// What was asked for once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// 临时救助.
    pub temporary_assistance: Option<AssistanceRequest>,
    /// 助餐.
    pub meals: Vec<Meal>,
    /// 消费券.
    pub care_bills: Vec<CareBill>,
}
