//! What is known of the household.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Dated;
use super::codes::*;
use crate::money::Money;

/// A member of the household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberFacts {
    /// Relation to the applicant.
    pub relation: Relation,
    /// Birthday.
    pub birth_date: Option<NaiveDate>,
    /// In full-time education.
    pub full_time_student: bool,
    /// 重病.
    pub severe_illness: bool,
    /// 重残.
    pub severe_disability: bool,
    /// Whether the member counts.
    pub status: MemberStatus,
}

/// Income of the whole household a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Income {
    /// How much, in fen a month.
    pub amount: Money,
    /// Which kind.
    pub kind: IncomeKind,
}

/// What the household owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Property {
    /// Motor vehicles, incl. ordinary motorcycles.
    pub motor_vehicles: u32,
    /// Disabled persons' motorcycles, which do not count.
    pub disabled_motorcycles: u32,
    /// Homes, rented public ones included.
    pub homes: u32,
    /// Building area in hundredths of a square metre.
    pub total_area: Option<u32>,
    /// Usable area per head in hundredths of a square metre.
    pub usable_area_per_head: Option<u32>,
    /// Luxury goods.
    pub luxury: bool,
    /// Cash and deposits, in fen.
    pub cash_assets: Option<Money>,
}

/// The household as the means test sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseholdFacts {
    /// 1 to 20, the applicant included.
    pub members: Vec<Dated<MemberFacts>>,
    /// Income, summed.
    pub monthly_income: Vec<Dated<Income>>,
    /// Property.
    pub property: Property,
    /// 单亲.
    pub single_parent: bool,
    /// Age of the 法定抚养人, in years.
    pub supporter_age: Option<u32>,
    /// A supporter who could pay.
    pub able_supporter: bool,
}
