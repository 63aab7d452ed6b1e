//! A street office that does not exist, and its year 2023, as the five registers a clerk would hand in.
//!
//! A pure function of a seed. Whatever the seed, a year played through the rules shows: 2 children in difficulty;
//! 6 assisted persons (特困 and 临时救助); 29 households with subsistence allowance; 1,203 elderly persons with at
//! least one of the three elderly subsidies; gifts of exactly 70,313.00 yuan to two campaigns. Some people apply
//! and are refused; they count nowhere. The committed files of the default seed lie in `data/registers/2023`.
//!
//! All ID numbers are of the unassigned area 990114, all accounts of the unassigned bank 990114.

mod assistance;
mod donations;
mod elderly;
mod files;
mod life;
mod names;
mod office;
mod prng;

#[cfg(test)]
mod tests;

use domain::identifiers::BankAccount;

use crate::registers::{applications, care_assessments, changes, persons};

pub use donations::{CAMPAIGNS, CampaignPlan};
pub use files::{FileError, embedded, write_files};

/// The seed of the committed files.
pub const DEFAULT_SEED: u64 = 2023;

/// The ending of accounts that do not exist at the demonstration's bank: it returns every payment to them.
pub const RETURNED_ENDING: &str = "0404";

/// The name of the first campaign.
pub const FIRST_CAMPAIGN: &str = "首善有我";
/// The name of the second campaign, around 8 May.
pub const SECOND_CAMPAIGN: &str = "博爱在京城";

/// The five registers.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Registers {
    /// 人员家庭登记表.
    pub persons: Vec<persons::Row>,
    /// 申请登记表, by day of application.
    pub applications: Vec<applications::Row>,
    /// 能力评估登记表, by day.
    pub care_assessments: Vec<care_assessments::Row>,
    /// 变更登记表, by day of report.
    pub changes: Vec<changes::Row>,
    /// 捐赠登记表, by number.
    pub donations: Vec<crate::registers::donations::Row>,
}

/// Whether the demonstration's bank returns a payment to this account: it ends with [`RETURNED_ENDING`].
pub fn is_returned_by_bank(account: &BankAccount) -> bool {
    account.as_str().ends_with(RETURNED_ENDING)
}

/// Makes the registers of a seed.
pub fn generate(seed: u64) -> Registers {
    let mut office = office::Office::new(seed);
    let families = assistance::add(&mut office);
    let enrolled = elderly::add(&mut office, families.elders);
    life::add(&mut office, &enrolled, &families.on_allowance);
    donations::add(&mut office);
    let mut registers = office.registers;
    registers.applications.sort_by_key(|row| row.steps.applied_on);
    registers.care_assessments.sort_by_key(|row| row.assessed_on);
    registers.changes.sort_by_key(|row| row.reported_on);
    registers
}
