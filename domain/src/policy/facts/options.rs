//! Open points of the rules, as switches.

use super::codes::*;
use crate::money::Money;

/// Which way open points of the rules are taken; the defaults are those of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// When an age is attained.
    pub age_attained: AgeAttained,
    /// Birthdays on 29 February.
    pub leap_birthday: LeapBirthday,
    /// From which month an age counts.
    pub age_in: AgeIn,
    /// The first month not paid.
    pub stop: Stop,
    /// Rounding.
    pub rounding: Rounding,
    /// 484号 deductions.
    pub deduction_scope: DeductionScope,
    /// 上浮.
    pub uplift: Uplift,
    /// 渐退.
    pub exit_schedule: ExitSchedule,
    /// Cash assets.
    pub cash_ceiling: CashCeiling,
    /// 单人户.
    pub single_person: Switch,
    /// 补差 for children.
    pub child_top_up: Switch,
    /// New members.
    pub member_join: MemberJoin,
    /// 特困 care.
    pub care_share: CareShare,
    /// Overridden rates.
    pub params: Params,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            age_attained: AgeAttained::OnBirthday,
            leap_birthday: LeapBirthday::Feb28,
            age_in: AgeIn::BirthdayMonth,
            stop: Stop::MonthAfter,
            rounding: Rounding::Exact,
            deduction_scope: DeductionScope::PerHousehold,
            uplift: Uplift::None,
            exit_schedule: ExitSchedule::None,
            cash_ceiling: CashCeiling::None,
            single_person: Switch::Off,
            child_top_up: Switch::Off,
            member_join: MemberJoin::NextMonth,
            care_share: CareShare::Minimum,
            params: Params::default(),
        }
    }
}

/// Rates that replace those of the rule book for every month of the question, in fen per month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// LOWINC.
    pub low_income_line: Option<Money>,
    /// DIBAO.
    pub subsistence_standard: Option<Money>,
    /// 护理补贴, high.
    pub disability_care_high: Option<Money>,
    /// 护理补贴, low.
    pub disability_care_low: Option<Money>,
    /// CHILD.
    pub child_support: Option<Money>,
    /// 特困 basic living.
    pub extremely_poor_basic: Option<Money>,
}
