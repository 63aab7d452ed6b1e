//! Playing the year: day by day, kind by kind, as many at once as there would be people.

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCaseCommand, ClosureReason, Outcome};
use domain::campaign::CampaignTerms;
use domain::fund::{FundCharter, FundSource, Restriction};
use domain::household::Destination;
use domain::money::Money;
use futures::StreamExt;
use indicatif::ProgressBar;

use super::generator::{CampaignPlan, Registers};
use super::plan::{Act, RunGroup, plan};
use super::progress::Progress;
use super::runs;
use super::staff::{Staff, at_work};
use crate::app::App;
use crate::cli::screen::Screen;
use crate::processes::{self as office, Desk, Office, ProcessError};
use crate::registers::changes::{self, Change};

/// How many acts of one kind are done at the same time.
const AT_ONCE: usize = 48;

/// What the district appropriates to each fund for the year, in fen.
const APPROPRIATION: i64 = 1_200_000_000;

/// The fund that gifts go to.
const DONATED: &str = "慈善捐赠资金";

/// Who plays, and where.
pub struct Play<'a> {
    /// The ledger.
    pub app: &'a App,
    /// The office.
    pub office: &'a Office,
    /// Its people.
    pub staff: Staff,
}

/// Plays every day that was not played to its end before.
///
/// # Errors
/// The first act that was refused, with its day.
pub async fn year(
    app: &App,
    screen: &Screen,
    registers: Registers,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let play = Play { app, office: app.office(), staff: Staff::new()? };
    let days = plan(registers);
    let acts: usize = days.values().flat_map(|kinds| kinds.values().map(Vec::len)).sum();
    let bar = screen.progress(u64::try_from(acts)?, "播放一年", "playing the year");
    for (day, kinds) in days {
        for acts in kinds.into_values() {
            let count = u64::try_from(acts.len())?;
            if !progress.is_done(day) {
                play.acts(day, acts, &bar).await.map_err(|error| error.context(format!("{day}")))?;
            } else {
                bar.inc(count);
            }
        }
        if !progress.is_done(day) {
            progress.day_done(day)?;
        }
    }
    bar.finish_and_clear();
    Ok(())
}

impl Play<'_> {
    async fn acts(&self, day: NaiveDate, acts: Vec<Act>, bar: &ProgressBar) -> anyhow::Result<()> {
        let at_once = if acts.first().is_some_and(Act::one_by_one) { 1 } else { AT_ONCE };
        let mut running = futures::stream::iter(acts.into_iter().enumerate())
            .map(|(index, act)| {
                let name = act.name();
                async move { self.act(day, index, act).await.map_err(|error| error.context(name)) }
            })
            .buffer_unordered(at_once);
        while let Some(done) = running.next().await {
            done?;
            bar.inc(1);
        }
        Ok(())
    }

    async fn act(&self, day: NaiveDate, index: usize, act: Act) -> anyhow::Result<()> {
        let clerk = at_work(self.staff.clerk(index), day, 10);
        match act {
            Act::Funds => self.open_funds(day).await?,
            Act::Household(rows) => {
                office::register_household(self.office, &clerk, &rows).await?;
            }
            Act::Care(row) => {
                office::assess_care(self.office, &clerk, &row).await?;
            }
            Act::Change(row) => self.change(&clerk, &row).await?,
            Act::Consult(row) => office::hold_consultation(self.office, &clerk, &row).await?,
            Act::Apply(row) => {
                office::receive_application(self.office, &at_work(clerk.actor, day, 20), &row).await?;
            }
            Act::CheckMeans(row) => {
                let case = office::find_case(self.office, &row).await?;
                office::check_means(self.office, &at_work(clerk.actor, day, 30), case).await?;
            }
            Act::Visit(row) => {
                let case = office::find_case(self.office, &row).await?;
                let desk = at_work(clerk.actor, day, 40);
                let saw = "居住情况与申报一致，家中陈设简朴";
                office::visit_home(self.office, &desk, case, self.staff.visitors(index), saw).await?;
            }
            Act::Review(row, outcome) => {
                let case = office::find_case(self.office, &row).await?;
                let desk = at_work(self.staff.reviewer(index), day, 50);
                office::recommend(self.office, &desk, case, outcome).await?;
            }
            Act::PostNotice(row) => {
                let case = office::find_case(self.office, &row).await?;
                office::post_notice(self.office, &at_work(clerk.actor, day, 60), case).await?;
            }
            Act::Decide(row, outcome) => {
                let case = office::find_case(self.office, &row).await?;
                let desk = at_work(self.staff.approver(index), day, 70);
                office::decide(self.office, &desk, case, outcome).await?;
                if outcome == Outcome::Approved {
                    office::determine_entitlement(self.office, &desk, case).await?;
                }
            }
            Act::OpenCampaign(campaign) => self.open_campaign(day, campaign).await?,
            Act::Donate(row) => {
                let desk = at_work(self.staff.finance(), day, 90);
                office::receive_donation(self.office, &desk, &row).await?;
            }
            Act::CloseCampaign(campaign) => {
                let campaign_id = self.office.campaign_id(campaign.name);
                office::close_campaign(self.office, &at_work(clerk.actor, day, 100), campaign_id, day)
                    .await?;
            }
            Act::Pay(group, month) => runs::pay(self, day, group, month).await?,
            Act::Recover(month) => runs::recover(self, day, month).await?,
        }
        Ok(())
    }

    async fn open_funds(&self, day: NaiveDate) -> anyhow::Result<()> {
        let desk = at_work(self.staff.finance(), day, 0);
        for (name, source) in [
            (RunGroup::Elderly.fund(), FundSource::Budget),
            (RunGroup::Monthly.fund(), FundSource::Budget),
            (DONATED, FundSource::Donations),
        ] {
            let fund_id = self.office.fund_id(name);
            let name = name.to_owned();
            let (restriction, programs) = (Restriction::Restricted, Vec::new());
            let charter = FundCharter { fund_id, name, source, restriction, opened_on: day, programs };
            office::open_fund(self.office, &desk, charter).await?;
            if source == FundSource::Budget {
                let amount = Money::try_from_fen(APPROPRIATION)?;
                office::appropriate(self.office, &desk, fund_id, amount, "区财社指〔2022〕1号").await?;
            }
        }
        Ok(())
    }

    async fn open_campaign(&self, day: NaiveDate, campaign: CampaignPlan) -> anyhow::Result<()> {
        let terms = CampaignTerms {
            campaign_id: self.office.campaign_id(campaign.name),
            name: campaign.name.to_owned(),
            organiser: campaign.organiser.to_owned(),
            filing_number: None,
            purpose: campaign.purpose.to_owned(),
            fund_id: self.office.fund_id(DONATED),
            opens_on: campaign.opens_on,
            closes_on: campaign.closes_on,
        };
        let desk = at_work(self.staff.clerk(0), day, 80);
        office::open_campaign(self.office, &desk, terms).await?;
        Ok(())
    }

    /// Records a change and ends the cases that it ends.
    async fn change(&self, desk: &Desk, row: &changes::Row) -> Result<(), ProcessError> {
        office::record_change(self.office, desk, row).await?;
        let reason = match row.change {
            Change::Death => ClosureReason::Deceased,
            Change::Moved(Destination::OutOfRegion) => ClosureReason::MovedOut,
            _ => return Ok(()),
        };
        let close = BenefitCaseCommand::Close { reason, closed_on: row.effective_on };
        office::close_cases(self.office, desk, &row.id_number, close).await
    }
}
