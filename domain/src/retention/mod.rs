//! 保管期限: how long the keys of a person must be kept, and what stands in the way of destroying them.
//!
//! A person has one data key for each [`RetentionClass`]. Vouchers are kept longer than case work, so an erasure
//! *through* vouchers takes both keys, and one through case work takes that key alone.
//!
//! | Class | Kept | Counted from | Source |
//! |---|---|---|---|
//! | case work | 3 years | the month after the file ended | 低保审批类档案, at least 3 years after the stop |
//! | vouchers | 30 years | the end of the accounting year | 会计档案管理办法(财政部、国家档案局令第79号,自2016-01-01起), 第十四条 and its table |
//!
//! A file ends on the later of the day that its last step names and the day on which the log took that step: a step
//! that is dated back does not shorten the time in which it can be looked at.

mod holdings;
#[cfg(test)]
mod tests;
mod withheld;

pub use holdings::{Holdings, Standing};
pub use withheld::Withheld;

use chrono::{Datelike, NaiveDate};

use crate::calendar::BenefitMonth;
use crate::personal::RetentionClass;

/// Months for which the file of a case is kept after the month in which it ended.
const CASE_WORK_MONTHS: i32 = 3 * 12;

/// Years for which vouchers are kept after the accounting year, which is the calendar year (会计法 第十一条).
const VOUCHERS_YEARS: i32 = 30;

impl RetentionClass {
    /// The classes that an erasure through this one takes, the shortest kept first.
    pub const fn through(self) -> &'static [RetentionClass] {
        match self {
            RetentionClass::CaseWork => &[RetentionClass::CaseWork],
            RetentionClass::Vouchers => &[RetentionClass::CaseWork, RetentionClass::Vouchers],
        }
    }

    /// The first day on which the keys of this class may be destroyed, after the last day that counts.
    pub fn erasable_from(self, last: NaiveDate) -> NaiveDate {
        match self {
            RetentionClass::CaseWork => BenefitMonth::of(last).next().plus(CASE_WORK_MONTHS).first_day(),
            RetentionClass::Vouchers => {
                let first_year = last.year() + 1 + VOUCHERS_YEARS;
                NaiveDate::from_ymd_opt(first_year, 1, 1).unwrap_or(NaiveDate::MAX)
            }
        }
    }

    /// The name that clerks see.
    pub const fn zh(self) -> &'static str {
        match self {
            RetentionClass::CaseWork => "个案档案",
            RetentionClass::Vouchers => "会计凭证",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            RetentionClass::CaseWork => "case work",
            RetentionClass::Vouchers => "vouchers",
        }
    }
}
