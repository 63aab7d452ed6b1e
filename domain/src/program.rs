//! The programs (救助项目) of a street office.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! programs {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        /// A program (救助项目), by the code that files, commands and events use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Program {
            $($(#[$doc])* #[serde(rename = $code)] $name),+
        }

        impl Program {
            /// Every program, in the order of reports.
            pub const ALL: &'static [Program] = &[$(Program::$name),+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Program::$name => $code),+ }
            }

            /// The name in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(Program::$name => $zh),+ }
            }

            /// The name in English.
            pub const fn en(self) -> &'static str {
                match self { $(Program::$name => $en),+ }
            }
        }
    };
}

programs! {
    /// 国务院令第649号; 京民社救发.
    SubsistenceAllowance = "subsistence_allowance", "最低生活保障", "Subsistence allowance";
    /// 民发〔2021〕43号.
    ExtremelyPoorSupport = "extremely_poor_support", "特困人员救助供养", "Extremely poor support";
    /// A recognition without monthly cash: the gate to other programs.
    LowIncomeRecognition = "low_income_recognition", "低收入家庭认定", "Low-income recognition";
    /// About 2021-01.
    LowIncomeIllnessSubsidy = "low_income_illness_subsidy", "低收入重病生活补贴", "Low-income illness subsidy";
    /// 京民儿福发〔2023〕246号.
    ChildrenInDifficulty = "children_in_difficulty", "困境儿童生活费", "Children in difficulty";
    /// 京政发〔2015〕26号.
    TemporaryAssistance = "temporary_assistance", "临时救助", "Temporary assistance";
    /// 京民养老发〔2019〕160号.
    ElderlyServiceSubsidy = "elderly_service_subsidy", "困难老年人养老服务补贴", "Elderly service subsidy";
    /// 京民养老发〔2019〕160号.
    ElderlyCareSubsidy = "elderly_care_subsidy", "失能老年人护理补贴", "Elderly care subsidy";
    /// 京民养老发〔2019〕160号.
    AdvancedAgeAllowance = "advanced_age_allowance", "高龄老年人津贴", "Advanced age allowance";
    /// 国发〔2015〕52号; Beijing from 2016-01-01.
    DisabilityLivingSubsidy = "disability_living_subsidy", "困难残疾人生活补贴", "Disability living subsidy";
    /// 国发〔2015〕52号; Beijing from 2016-01-01.
    DisabilityCareSubsidy = "disability_care_subsidy", "重度残疾人护理补贴", "Disability care subsidy";
    /// 京卫家庭〔2022〕19号.
    SpecialFamilySupport = "special_family_support", "计划生育特殊家庭扶助", "Special family support";
    /// From 2022-03.
    ElderlyMealSubsidy = "elderly_meal_subsidy", "老年人助餐补贴", "Elderly meal subsidy";
    /// From 2026-01.
    ElderlyCareVoucher = "elderly_care_voucher", "养老服务消费券", "Elderly care voucher";
}

/// The text is no program's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such program")]
pub struct UnknownProgram;

impl FromStr for Program {
    type Err = UnknownProgram;

    fn from_str(code: &str) -> Result<Program, UnknownProgram> {
        Program::ALL.iter().copied().find(|program| program.code() == code).ok_or(UnknownProgram)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}
