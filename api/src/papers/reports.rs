//! 月报 and 年报: the figures of `ledger report`, on paper.

use std::collections::BTreeMap;

use domain::calendar::BenefitMonth;
use domain::money::Money;
use print::{CampaignSum, GroupCount, MonthReport, ProgramSum, RunSum, YearReport};
use projections::payment_registers::PaymentRunRow;
use projections::statistics::{self, CampaignYear, Payments, Reached};

use super::{Press, Told};
use crate::processes::ProcessError;

/// The report of a benefit month.
///
/// # Errors
/// [`ProcessError`] when the ledger cannot be read, or the parts do not add up.
pub(super) async fn month(press: &Press<'_>, month: BenefitMonth) -> Result<Told, ProcessError> {
    let mut snapshot = press.snapshot(&statistics::MONTH_NEEDS).await?;
    let report = statistics::month_report_of(&mut snapshot, month).await?;
    let programs = report.programs.iter();
    let told = MonthReport {
        office: press.name.to_owned(),
        month: month.to_string(),
        programs: programs.map(|each| program_sum(each.program.zh(), each.reached, &each.paid)).collect(),
        runs: report.runs.iter().map(run_sum).collect::<Result<_, _>>()?,
    };
    Ok((told.sheet().map_err(|error| ProcessError::refused(&error))?, report.position))
}

/// The report of a year.
///
/// # Errors
/// [`ProcessError`] when the ledger cannot be read, or the parts do not add up.
pub(super) async fn year(press: &Press<'_>, year: i32) -> Result<Told, ProcessError> {
    let mut snapshot = press.snapshot(&statistics::YEAR_NEEDS).await?;
    let report = statistics::year_report_of(&mut snapshot, year).await?;
    let programs = report.programs.iter();
    let groups = report.groups.iter();
    let told = YearReport {
        office: press.name.to_owned(),
        year,
        groups: groups
            .map(|group| GroupCount { group: group.group.zh().to_owned(), count: group.count() })
            .collect(),
        donated: report.donated,
        programs: programs.map(|each| program_sum(each.program.zh(), each.reached, &each.total)).collect(),
        months: months(&report)?,
        campaigns: report.campaigns.iter().map(campaign_sum).collect(),
        settled: report.settled,
    };
    Ok((told.sheet().map_err(|error| ProcessError::refused(&error))?, report.position))
}

/// The months over all programs.
fn months(report: &statistics::YearReport) -> Result<Vec<(String, u64, Money)>, ProcessError> {
    let mut months: BTreeMap<BenefitMonth, (u64, Money)> = BTreeMap::new();
    for month in report.programs.iter().flat_map(|program| &program.months) {
        let (count, settled) = months.entry(month.month).or_default();
        *count += month.paid.payments;
        *settled = settled.plus(month.paid.settled)?;
    }
    Ok(months.into_iter().map(|(month, (count, settled))| (month.to_string(), count, settled)).collect())
}

fn program_sum(program: &str, reached: Reached, paid: &Payments) -> ProgramSum {
    ProgramSum {
        program: program.to_owned(),
        households: reached.households,
        persons: reached.persons,
        payments: paid.payments,
        settled: paid.settled,
        arrears: paid.arrears,
        returned: paid.returned,
        recovery_opened: paid.recovery_opened,
        recovery_received: paid.recovery_received,
    }
}

fn run_sum(run: &PaymentRunRow) -> Result<RunSum, ProcessError> {
    Ok(RunSum {
        run: run.run_id.to_string(),
        stage: run.stage.zh().to_owned(),
        count: run.ordered_count,
        ordered: run.ordered,
        settled: run.settled,
        returned: run.returned,
        pending: run.pending()?,
    })
}

fn campaign_sum(campaign: &CampaignYear) -> CampaignSum {
    CampaignSum {
        campaign: campaign.name.clone(),
        donations: campaign.donations,
        donors: campaign.donors,
        received: campaign.received,
        refunded: campaign.refunded,
        total: campaign.total,
    }
}
