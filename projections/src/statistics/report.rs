//! The report of a year. All amounts are in fen.

use domain::calendar::BenefitMonth;
use domain::ids::CampaignId;
use domain::money::{Money, MoneyError};
use domain::program::Program;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::payment_registers::PaymentRunRow;

/// The office's year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct YearReport {
    /// The year.
    pub year: i32,
    /// How many events it comes from: the log's positions 0 up to but not including this.
    pub position: u64,
    /// The programs that paid anything, in the order of [`Program::ALL`].
    pub programs: Vec<ProgramYear>,
    /// The published groups.
    pub groups: Vec<GroupYear>,
    /// The campaigns that received gifts in the year.
    pub campaigns: Vec<CampaignYear>,
    /// What arrived, over all programs.
    pub settled: Money,
    /// Received less refunded, over all campaigns.
    pub donated: Money,
}

/// The office's benefit month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MonthReport {
    /// The month.
    pub month: BenefitMonth,
    /// How many events it comes from: the log's positions 0 up to but not including this.
    pub position: u64,
    /// The programs that paid anything for the month, in the order of [`Program::ALL`].
    pub programs: Vec<ProgramMonth>,
    /// The runs of the month, in the order in which they were opened; they may pay arrears of earlier months too.
    pub runs: Vec<PaymentRunRow>,
    /// What arrived for the month, over all programs.
    pub settled: Money,
}

/// How many a year's payments reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// Distinct persons for whom something arrived.
    pub persons: u64,
    /// Distinct households of these persons' cases.
    pub households: u64,
}

/// A program's year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProgramYear {
    /// The program.
    pub program: Program,
    /// Whom it reached in the year.
    pub reached: Reached,
    /// The months in sum.
    pub total: Payments,
    /// Its months.
    pub months: Vec<ProgramMonth>,
}

/// A program's benefit month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProgramMonth {
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: BenefitMonth,
    /// Whom it concerned.
    #[serde(flatten)]
    pub reached: Reached,
    /// What was paid.
    #[serde(flatten)]
    pub paid: Payments,
}

/// Payments in sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PaymentsInSum")]
pub struct Payments {
    /// Payments that arrived.
    pub payments: u64,
    /// Their sum.
    pub settled: Money,
    /// Of them, arrears.
    pub arrears_count: u64,
    /// Their sum.
    pub arrears: Money,
    /// Payments that came back.
    pub returned_count: u64,
    /// Their sum.
    pub returned: Money,
    /// Asked back of what arrived.
    pub recovery_opened: Money,
    /// Come back of what was asked back.
    pub recovery_received: Money,
}

/// A group of programs that the office publishes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PublishedGroup")]
pub enum Group {
    /// 困境儿童, in persons.
    Children,
    /// 特困与临时救助对象, in persons.
    AssistedPersons,
    /// 低保家庭, in households.
    SubsistenceHouseholds,
    /// 老年人 of the three elderly subsidies, in persons; who receives several counts once.
    Elderly,
}

/// Whom a group of programs reached in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupYear {
    /// The group.
    pub group: Group,
    /// Whom it reached.
    #[serde(flatten)]
    pub reached: Reached,
}

/// A campaign's gifts of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignYear {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its name.
    pub name: String,
    /// Gifts.
    pub donations: u64,
    /// Distinct donors.
    pub donors: u64,
    /// Received.
    pub received: Money,
    /// Refunded of these gifts, whenever.
    pub refunded: Money,
    /// Received less refunded.
    #[serde(default)]
    pub total: Money,
}

impl Group {
    /// Every group, in the order of the report.
    pub const ALL: &'static [Group] =
        &[Group::Children, Group::AssistedPersons, Group::SubsistenceHouseholds, Group::Elderly];

    /// Its programs.
    pub const fn programs(self) -> &'static [Program] {
        match self {
            Group::Children => &[Program::ChildrenInDifficulty],
            Group::AssistedPersons => &[Program::ExtremelyPoorSupport, Program::TemporaryAssistance],
            Group::SubsistenceHouseholds => &[Program::SubsistenceAllowance],
            Group::Elderly => {
                &[Program::ElderlyServiceSubsidy, Program::ElderlyCareSubsidy, Program::AdvancedAgeAllowance]
            }
        }
    }

    /// The name that is published.
    pub const fn zh(self) -> &'static str {
        match self {
            Group::Children => "困境儿童(人)",
            Group::AssistedPersons => "特困与临时救助(人)",
            Group::SubsistenceHouseholds => "低保家庭(户)",
            Group::Elderly => "享受老年补贴(人)",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            Group::Children => "Children in difficulty (persons)",
            Group::AssistedPersons => "Extremely poor and temporarily assisted (persons)",
            Group::SubsistenceHouseholds => "Subsistence allowance (households)",
            Group::Elderly => "Elderly subsidies (persons)",
        }
    }
}

impl GroupYear {
    /// The number that is published: persons, or households where the group is counted so.
    pub const fn count(&self) -> u64 {
        match self.group {
            Group::SubsistenceHouseholds => self.reached.households,
            Group::Children | Group::AssistedPersons | Group::Elderly => self.reached.persons,
        }
    }
}

impl ProgramYear {
    pub(super) fn of(
        program: Program,
        reached: Reached,
        months: Vec<ProgramMonth>,
    ) -> Result<ProgramYear, MoneyError> {
        let total = months.iter().try_fold(Payments::default(), |total, month| total.plus(month.paid))?;
        Ok(ProgramYear { program, reached, total, months })
    }
}

impl Payments {
    fn plus(self, other: Payments) -> Result<Payments, MoneyError> {
        Ok(Payments {
            payments: self.payments + other.payments,
            settled: self.settled.plus(other.settled)?,
            arrears_count: self.arrears_count + other.arrears_count,
            arrears: self.arrears.plus(other.arrears)?,
            returned_count: self.returned_count + other.returned_count,
            returned: self.returned.plus(other.returned)?,
            recovery_opened: self.recovery_opened.plus(other.recovery_opened)?,
            recovery_received: self.recovery_received.plus(other.recovery_received)?,
        })
    }
}
