//! Reading the switches and pinned rates.

use super::fields::{self, Fields, Read};
use super::json::Json;
use crate::policy::{
    AgeAttained, AgeIn, CareShare, CashCeiling, DeductionScope, ExitSchedule, LeapBirthday, MemberJoin,
    Options, Params, Rounding, Stop, Switch, Uplift,
};

const KEYS: [&str; 14] = [
    "age_attained",
    "leap_birthday",
    "age_in",
    "stop",
    "rounding",
    "deduction_scope",
    "uplift",
    "exit_schedule",
    "cash_ceiling",
    "single_person",
    "child_top_up",
    "member_join",
    "care_share",
    "params",
];

/// Reads `options`.
pub fn options(json: &Json) -> Read<Options> {
    let given = Fields::open(json, &KEYS)?;
    let by = Options::default();
    macro_rules! word {
        ($key:ident, $name:ident) => {
            given.or(stringify!($key), by.$key, |json| fields::code(json, $name::from_code))?
        };
    }
    Ok(Options {
        age_attained: word!(age_attained, AgeAttained),
        leap_birthday: word!(leap_birthday, LeapBirthday),
        age_in: word!(age_in, AgeIn),
        stop: word!(stop, Stop),
        rounding: word!(rounding, Rounding),
        deduction_scope: word!(deduction_scope, DeductionScope),
        uplift: word!(uplift, Uplift),
        exit_schedule: word!(exit_schedule, ExitSchedule),
        cash_ceiling: word!(cash_ceiling, CashCeiling),
        single_person: word!(single_person, Switch),
        child_top_up: word!(child_top_up, Switch),
        member_join: word!(member_join, MemberJoin),
        care_share: word!(care_share, CareShare),
        params: given.optional("params", params)?.unwrap_or_default(),
    })
}

const PARAM_KEYS: [&str; 6] = [
    "low_income_line",
    "subsistence_standard",
    "disability_care_high",
    "disability_care_low",
    "child_support",
    "extremely_poor_basic",
];

fn params(json: &Json) -> Read<Params> {
    let given = Fields::open(json, &PARAM_KEYS)?;
    Ok(Params {
        low_income_line: given.optional("low_income_line", fields::money)?,
        subsistence_standard: given.optional("subsistence_standard", fields::money)?,
        disability_care_high: given.optional("disability_care_high", fields::money)?,
        disability_care_low: given.optional("disability_care_low", fields::money)?,
        child_support: given.optional("child_support", fields::money)?,
        extremely_poor_basic: given.optional("extremely_poor_basic", fields::money)?,
    })
}
