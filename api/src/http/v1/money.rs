//! Funds, campaigns and gifts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::ids::{CampaignId, FundId};
use domain::money::Money;
use projections::Until;
use projections::donation_totals::queries::{CampaignTotal, campaign_totals};
use projections::funds as fund_rows;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Done;
use super::people::{invalid, rows_of};
use crate::http::Api;
use crate::http::input::{Asked, AtDesk, Sent};
use crate::http::list::{Order, Page, ShortAsked};
use crate::http::problem::Problem;
use crate::processes::receive_donation;
use crate::registers::donations;

/// A fund. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FundView {
    fund_id: FundId,
    name: String,
    appropriated_fen: Money,
    donated_fen: Money,
    recovered_fen: Money,
    spent_fen: Money,
    remitted_fen: Money,
    committed_fen: Money,
    balance_fen: Money,
}

pub(super) async fn funds(
    State(api): State<Api>,
    Asked(asked): Asked<ShortAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    const ORDER: Order = Order { id: "fund_id", by: &["name", "balance_fen"] };
    let position = api.office().runner.catch_up(Until::Head).await?;
    let rows = fund_rows::funds(&api.office().pool).await?;
    let view = |row: fund_rows::FundRow| FundView {
        fund_id: row.fund_id,
        name: row.name,
        appropriated_fen: row.appropriated,
        donated_fen: row.donated,
        recovered_fen: row.recovered,
        spent_fen: row.spent,
        remitted_fen: row.remitted,
        committed_fen: row.committed,
        balance_fen: row.balance,
    };
    let funds: Vec<FundView> = rows.into_iter().map(view).collect();
    Page::of_short(funds, &asked, ORDER, position)?.answer(&headers)
}

/// A campaign with its sums. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CampaignEntry {
    campaign_id: CampaignId,
    name: String,
    fund_id: FundId,
    opens_on: NaiveDate,
    closes_on: NaiveDate,
    /// open, closed or published.
    stage: String,
    donation_count: u64,
    /// How many people gave.
    donors: u64,
    received_fen: Money,
    refunded_fen: Money,
    in_kind_value_fen: Money,
    remitted_fen: Money,
}

pub(super) async fn campaigns(
    State(api): State<Api>,
    Asked(asked): Asked<ShortAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    const ORDER: Order = Order { id: "campaign_id", by: &["name", "opens_on", "closes_on", "received_fen"] };
    let position = api.office().runner.catch_up(Until::Head).await?;
    let view = |CampaignTotal { campaign, donors, .. }: CampaignTotal| CampaignEntry {
        campaign_id: campaign.campaign_id,
        name: campaign.name,
        fund_id: campaign.fund_id,
        opens_on: campaign.opens_on,
        closes_on: campaign.closes_on,
        stage: serde_json::json!(campaign.stage).as_str().unwrap_or_default().to_owned(),
        donation_count: campaign.donation_count,
        donors,
        received_fen: campaign.received,
        refunded_fen: campaign.refunded,
        in_kind_value_fen: campaign.in_kind_value,
        remitted_fen: campaign.remitted,
    };
    let campaigns = campaign_totals(&api.office().pool).await?.into_iter().map(view).collect();
    Page::of_short(campaigns, &asked, ORDER, position)?.answer(&headers)
}

/// A gift of money.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGift {
    /// By the codes of the columns of 捐赠登记表 (number, campaign, donor, publicity, amount, method, received_on, receipt), as
    /// texts.
    gift: BTreeMap<String, String>,
}

pub(super) async fn gift(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Sent(sent): Sent<NewGift>,
) -> Result<Json<Done>, Problem> {
    let rows: Vec<donations::Row> = rows_of(&[sent.gift], "gift")?;
    let Some(row) = rows.first() else {
        return Err(invalid("gift", "捐赠为空。", "the gift is empty"));
    };
    let donation = receive_donation(api.office(), &desk, row).await?;
    Done::with(&api, donation).await
}
