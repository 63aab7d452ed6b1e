//! Campaigns: opened, published, ended; what of their money is remitted, by two people; where each yuan went.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::campaign::{CampaignTerms, Progress, Remittance, due_publications};
use domain::ids::{CampaignId, FundId, RemittanceId};
use domain::money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Done, Reason};
use crate::access::Capability as Can;
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get, post};
use crate::http::input::{AtDesk, Named, Sent};
use crate::http::list::Page;
use crate::http::problem::Problem;
use crate::processes::campaign::{self, CampaignTrace, NewCampaign, PublicationList, Published};

type Answer = Result<Json<Done>, Problem>;

pub(super) fn endpoints() -> Vec<Endpoint> {
    [reads(), steps(), remittances()].concat()
}

fn reads() -> Vec<Endpoint> {
    let list = ("公示清单草稿；尚未公开", "the list that a publication now would show; nothing is published");
    let trace = ("善款去向：每一元用于何处", "where each yuan went; amounts in fen");
    vec![
        get("/campaigns/{id}", Can::ReadMoney, ("募捐活动", "a campaign with its sums"), one)
            .answers::<CampaignView>(),
        get("/campaigns/{id}/publication-list", Can::ReadMoney, list, publication_list)
            .answers::<PublicationList>(),
        get("/campaigns/{id}/trace", Can::ReadMoney, trace, traced).answers::<CampaignTrace>(),
        get(
            "/publications-due",
            Can::ReadMoney,
            ("各活动公开期限与情况", "when each campaign must publish what, and whether it did"),
            deadlines,
        )
        .lists::<DueView>(),
    ]
}

fn steps() -> Vec<Endpoint> {
    let publish = (
        "登记公开：进行中为定期公开，结束后为结果公开",
        "publishes: progress while it runs, the results once it has ended",
    );
    vec![
        post("/campaigns", Can::RunCampaigns, ("登记募捐活动", "opens a campaign"), open)
            .takes::<NewCampaignSent>()
            .answers::<Done>(),
        post("/campaigns/{id}/publications", Can::RunCampaigns, publish, publish_now).answers::<Published>(),
        post("/campaigns/{id}/closure", Can::RunCampaigns, ("活动结束", "ends a campaign"), close)
            .takes::<Ended>()
            .answers::<Done>(),
    ]
}

fn remittances() -> Vec<Endpoint> {
    vec![
        post(
            "/campaigns/{id}/remittances",
            Can::TakeGifts,
            ("拟转交善款", "proposes to remit money of the campaign"),
            propose,
        )
        .takes::<NewRemittance>()
        .answers::<Done>(),
        post(
            "/campaigns/{id}/remittances/{remittance}/approval",
            Can::ApproveMoney,
            ("批准转交，须由他人办理", "approves a remittance, by somebody else"),
            approve,
        )
        .takes::<Remitted>()
        .answers::<Done>(),
        post(
            "/campaigns/{id}/remittances/{remittance}/rejection",
            Can::ApproveMoney,
            ("退回转交", "sends a remittance back"),
            reject,
        )
        .takes::<Reason>()
        .answers::<Done>(),
    ]
}

/// A campaign. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CampaignView {
    campaign_id: CampaignId,
    name: String,
    organiser: String,
    filing_number: Option<String>,
    purpose: String,
    fund_id: FundId,
    opens_on: NaiveDate,
    closes_on: NaiveDate,
    /// open, closed or published.
    stage: String,
    received_fen: Money,
    refunded_fen: Money,
    /// Received less refunded.
    total_fen: Money,
    donation_count: u64,
    in_kind_count: u64,
    in_kind_value_fen: Money,
    remitted_fen: Money,
    /// The number of the last receipt.
    last_receipt: u32,
    voided_receipts: u64,
    /// What was published while it ran.
    progress: Vec<Progress>,
    /// By identifier: recipient, amount, and how far each is.
    remittances: BTreeMap<RemittanceId, Remittance>,
}

async fn one(State(api): State<Api>, Named(id): Named<CampaignId>) -> Result<Json<CampaignView>, Problem> {
    let campaign = campaign::campaign(api.office(), id).await?;
    let book = campaign.book().ok_or_else(Problem::not_found)?;
    let CampaignTerms { name, organiser, filing_number, purpose, fund_id, opens_on, closes_on, .. } =
        book.terms.clone();
    let stage = json!(campaign.stage()).as_str().unwrap_or_default().to_owned();
    Ok(Json(CampaignView {
        campaign_id: id,
        name,
        organiser,
        filing_number,
        purpose,
        fund_id,
        opens_on,
        closes_on,
        stage,
        received_fen: book.received,
        refunded_fen: book.refunded,
        total_fen: book.total(),
        donation_count: book.donation_count(),
        in_kind_count: book.in_kind.len() as u64,
        in_kind_value_fen: book.in_kind_value,
        remitted_fen: book.remitted,
        last_receipt: book.last_receipt,
        voided_receipts: book.receipts.values().filter(|entry| entry.voided.is_some()).count() as u64,
        progress: book.progress.clone(),
        remittances: book.remittances.clone(),
    }))
}

async fn publication_list(
    State(api): State<Api>,
    Named(id): Named<CampaignId>,
) -> Result<Json<PublicationList>, Problem> {
    Ok(Json(campaign::publication_list(api.office(), id).await?))
}

async fn traced(
    State(api): State<Api>,
    Named(id): Named<CampaignId>,
) -> Result<Json<CampaignTrace>, Problem> {
    Ok(Json(campaign::trace(api.office(), id).await?))
}

/// When something must be published.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DueView {
    campaign_id: CampaignId,
    campaign: String,
    /// progress or results.
    kind: String,
    due_on: NaiveDate,
    published_on: Option<NaiveDate>,
    /// Whether the day passed without it.
    late: bool,
    /// The law.
    source: String,
}

async fn deadlines(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (office, today) = (api.office(), desk.today());
    let position = office.runner.catch_up(projections::Until::Head).await?;
    let totals = projections::donation_totals::queries::campaign_totals(&office.pool).await?;
    let mut rows = Vec::new();
    for total in totals {
        let (id, name) = (total.campaign.campaign_id, total.campaign.name);
        let campaign = campaign::campaign(office, id).await?;
        rows.extend(due_publications(&campaign, today).into_iter().map(|due| DueView {
            campaign_id: id,
            campaign: name.clone(),
            kind: json!(due.kind).as_str().unwrap_or_default().to_owned(),
            due_on: due.due_on,
            published_on: due.published_on,
            late: due.is_late(today),
            source: due.source().to_owned(),
        }));
    }
    Page::of(rows, u32::MAX, position, |_| 0).answer(&headers)
}

/// A campaign to open.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCampaignSent {
    /// 名称; 1 to 100 characters.
    name: String,
    /// 主办方; 1 to 100 characters.
    organiser: String,
    /// 备案编号.
    filing_number: Option<String>,
    /// 募捐用途; 1 to 500 characters.
    purpose: String,
    /// The fund of donations that its gifts go to.
    fund: FundId,
    /// First day.
    opens_on: NaiveDate,
    /// Last day.
    closes_on: NaiveDate,
}

async fn open(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Sent(sent): Sent<NewCampaignSent>,
) -> Answer {
    let NewCampaignSent { name, organiser, filing_number, purpose, fund: fund_id, opens_on, closes_on } =
        sent;
    let period = (opens_on, closes_on);
    let new = NewCampaign { name, organiser, filing_number, purpose, fund_id, period };
    let id = campaign::open_named(api.office(), &desk, new).await?;
    Done::with(&api, id).await
}

async fn publish_now(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<CampaignId>,
) -> Result<Json<Published>, Problem> {
    Ok(Json(campaign::publish(api.office(), &desk, id).await?))
}

/// 活动结束.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// The day; today when absent, not before the last gift.
    closed_on: Option<NaiveDate>,
}

async fn close(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<CampaignId>,
    Sent(sent): Sent<Ended>,
) -> Answer {
    let closed_on = sent.closed_on.unwrap_or_else(|| desk.today());
    campaign::campaign(api.office(), id).await?;
    campaign::end_campaign(api.office(), &desk, id, closed_on).await?;
    Done::with(&api, id).await
}

/// 拟转交. The amount in fen.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRemittance {
    /// 接收单位; 1 to 100 characters.
    recipient: String,
    /// How much.
    amount_fen: Money,
}

async fn propose(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<CampaignId>,
    Sent(sent): Sent<NewRemittance>,
) -> Answer {
    campaign::campaign(api.office(), id).await?;
    let NewRemittance { recipient, amount_fen } = sent;
    let id = campaign::propose_remittance(api.office(), &desk, id, &recipient, amount_fen).await?;
    Done::with(&api, id).await
}

/// 转交.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remitted {
    /// 汇款凭证号; 1 to 100 characters.
    reference: String,
}

async fn approve(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(of): Named<(CampaignId, RemittanceId)>,
    Sent(Remitted { reference }): Sent<Remitted>,
) -> Answer {
    campaign::campaign(api.office(), of.0).await?;
    campaign::approve_remittance(api.office(), &desk, of, &reference).await?;
    Done::with(&api, of.1).await
}

async fn reject(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(of): Named<(CampaignId, RemittanceId)>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Answer {
    campaign::campaign(api.office(), of.0).await?;
    campaign::reject_remittance(api.office(), &desk, of, &reason).await?;
    Done::with(&api, of.1).await
}
