//! `ledger campaign open` and `close`.

use chrono::NaiveDate;
use serde_json::json;

use super::named;
use crate::cli::failure::{Done, Failure};
use crate::cli::session::Session;
use crate::processes::campaign::{self, NewCampaign};

/// What a campaign is.
#[derive(Debug, clap::Args)]
pub struct OpenArgs {
    /// 活动名称 · name
    name: String,
    /// 主办方 · organiser, who holds the certificate of public fundraising
    #[arg(long)]
    organiser: String,
    /// 备案编号 · number under which the plan was filed
    #[arg(long)]
    filing_number: Option<String>,
    /// 募捐用途 · purpose
    #[arg(long)]
    purpose: String,
    /// 资金 · name of the fund that takes its gifts
    #[arg(long)]
    fund: String,
    /// 开始日期 · first day
    #[arg(long)]
    opens_on: NaiveDate,
    /// 结束日期 · last day
    #[arg(long)]
    closes_on: NaiveDate,
}

/// Opens a campaign.
///
/// # Errors
/// [`Failure`]: there is no such fund, or the campaign is refused.
pub(super) async fn open(session: &Session, arguments: OpenArgs) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let OpenArgs { name, organiser, filing_number, purpose, fund, opens_on, closes_on } = arguments;
    let said = name.clone();
    let campaign_id = session
        .act(async |app| {
            let fund_id = fund.parse().unwrap_or_else(|_| app.office().fund_id(&fund));
            let period = (opens_on, closes_on);
            let new = NewCampaign { name, organiser, filing_number, purpose, fund_id, period };
            Ok(campaign::open_named(app.office(), &desk, new).await?)
        })
        .await?;
    session.screen.say(
        format!("募捐活动“{said}”已登记（{campaign_id}）。"),
        format!("Campaign {said} is open ({campaign_id})."),
    )?;
    session.screen.answer(&json!({ "campaign_id": campaign_id, "done": "opened" }))?;
    Ok(Done::Well)
}

/// Ends a campaign.
///
/// # Errors
/// [`Failure`]: there is no such campaign, or the step is refused.
pub(super) async fn close(
    session: &Session,
    name: &str,
    closed_on: Option<NaiveDate>,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let closed_on = closed_on.unwrap_or_else(|| desk.today());
    let campaign_id = session
        .act(async |app| {
            let campaign_id = named(app.office(), name);
            campaign::end_campaign(app.office(), &desk, campaign_id, closed_on).await?;
            Ok(campaign_id)
        })
        .await?;
    session.screen.say(
        format!("募捐活动 {name} 已于 {closed_on} 结束；三个月内须全面公开：ledger campaign publish {name} --out 清单.csv --as clerk:…"),
        format!("Campaign {name} ended on {closed_on}; its results are due within three months: ledger campaign publish {name} --out list.csv --as clerk:…"),
    )?;
    session
        .screen
        .answer(&json!({ "campaign_id": campaign_id, "closed_on": closed_on, "done": "closed" }))?;
    Ok(Done::Well)
}
