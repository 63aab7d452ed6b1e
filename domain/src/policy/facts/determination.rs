//! What is stored of a determination, sealed.

use serde::{Deserialize, Serialize};

use super::codes::*;
use super::{Dated, Disability, HardshipStatus, OtherBenefitPaid, SpecialFamily, Student};
use crate::money::Money;
use crate::personal::{PersonalField, RetentionClass};

/// A person's certificates at one time (残疾人证), sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisabilityCertificate(pub Vec<Dated<Disability>>);

impl PersonalField for DisabilityCertificate {
    const LABEL: &'static str = "disabilities";
}

impl PersonalField for CareLevel {
    const LABEL: &'static str = "care_level";
}

/// What else a determination must know of a person, as one sealed record from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// 自理能力.
    pub self_care: SelfCare,
    /// 重病.
    pub severe_illness: bool,
    /// 重残.
    pub severe_disability: bool,
    /// Recognised statuses.
    pub hardship: Vec<Dated<HardshipStatus>>,
    /// Benefits from elsewhere.
    pub other_benefits: Vec<Dated<OtherBenefitPaid>>,
    /// Education.
    pub student: Vec<Dated<Student>>,
    /// At work.
    pub employed: bool,
    /// Stable income without work.
    pub stable_income: bool,
    /// Own income a month, in fen.
    pub own_income: Money,
    /// 困境儿童 category.
    pub child_category: Option<ChildCategory>,
    /// 特扶.
    pub special_family: Option<SpecialFamily>,
    /// 基本养老服务对象.
    pub basic_eldercare_target: bool,
    /// At home or not.
    pub residence: Residence,
    /// 单亲.
    pub single_parent: bool,
    /// Age of the 法定抚养人.
    pub supporter_age: Option<u32>,
    /// A supporter who could pay.
    pub able_supporter: bool,
}

impl PersonalField for Circumstances {
    const LABEL: &'static str = "circumstances";
}

/// Why an amount is what it is: the question as a line of the `ledger assess` contract, and the steps of the
/// answer. Sealed with each decision and payment, and kept as long as vouchers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Determination {
    /// The facts, as a contract line.
    pub facts: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl PersonalField for Determination {
    const LABEL: &'static str = "determination";
    const CLASS: RetentionClass = RetentionClass::Vouchers;
}

/// One step of a determination, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Step {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// The law, article and date; empty where it is plain arithmetic.
    pub source: String,
    /// The amount after this step, where there is one.
    pub amount: Option<Money>,
}
