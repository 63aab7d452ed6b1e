//! What is known of the person.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Dated;
use super::codes::*;
use crate::money::Money;

/// A disability on a certificate: grade 1 is the heaviest, 4 the lightest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disability {
    /// 类别.
    pub kind: DisabilityKind,
    /// 等级, 1 to 4.
    pub grade: u8,
}

/// The care level since a day; `None` is always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareLevelSince {
    /// The level.
    pub level: CareLevel,
    /// From which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
}

/// A recognised status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HardshipStatus {
    /// Which.
    pub kind: Hardship,
}

/// A benefit from elsewhere in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherBenefitPaid {
    /// Which.
    pub kind: OtherBenefit,
    /// How much a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// Full-time education.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Student {
    /// Where.
    pub level: StudentLevel,
}

/// 计划生育特殊家庭.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialFamily {
    /// What happened to the child.
    pub child: SpecialFamilyChild,
    /// Grade of the child's disability, 1 to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_grade: Option<u8>,
    /// The wife's birthday.
    pub wife_birth_date: NaiveDate,
    /// Whether there is another child.
    #[serde(default)]
    pub other_child: bool,
}

/// The person a program is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicant {
    /// Birthday.
    pub birth_date: Option<NaiveDate>,
    /// Day of death.
    pub died_on: Option<NaiveDate>,
    /// Day on which the hukou left Beijing.
    pub left_region_on: Option<NaiveDate>,
    /// 户籍.
    pub hukou: Hukou,
    /// Certificates.
    pub disabilities: Vec<Dated<Disability>>,
    /// Assessments.
    pub care_level: Vec<CareLevelSince>,
    /// 自理能力.
    pub self_care: SelfCare,
    /// 重病.
    pub severe_illness: bool,
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
    /// Own income a month.
    pub own_income: Money,
    /// 困境儿童 category.
    pub child_category: Option<ChildCategory>,
    /// 特扶.
    pub special_family: Option<SpecialFamily>,
    /// 基本养老服务对象.
    pub basic_eldercare_target: bool,
    /// At home or not.
    pub residence: Residence,
}

impl Default for Applicant {
    fn default() -> Applicant {
        Applicant {
            birth_date: None,
            died_on: None,
            left_region_on: None,
            hukou: Hukou::Local,
            disabilities: Vec::new(),
            care_level: Vec::new(),
            self_care: SelfCare::Independent,
            severe_illness: false,
            hardship: Vec::new(),
            other_benefits: Vec::new(),
            student: Vec::new(),
            employed: false,
            stable_income: false,
            own_income: Money::ZERO,
            child_category: None,
            special_family: None,
            basic_eldercare_target: false,
            residence: Residence::Home,
        }
    }
}
