//! Gifts: their lists, receipts, refunds, goods, and statements of payment channels.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::NaiveDate;
use domain::campaign::{DonationMethod, Goods, Publicity, Valuation};
use domain::ids::{CampaignId, DonationId, PersonId};
use domain::money::Money;
use domain::personal::DonorName;
use projections::Until;
use projections::donation_totals::DonationRow;
use projections::donation_totals::queries::donations_page;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::people::invalid;
use super::{Done, Reason};
use crate::access::Capability as Can;
use crate::http::Api;
use crate::http::endpoint::{Endpoint, Kept, get, post};
use crate::http::input::{Asked, AtDesk, Named, Sent};
use crate::http::list::{Page, limit, place};
use crate::http::problem::{FieldError, Problem};
use crate::processes::campaign::{self, DonationReceipt, GiftTrace, GoodsEntry, ImportedStatement};
use crate::registers::statements::read_statement;

type Answer = Result<Json<Done>, Problem>;

pub(super) fn endpoints() -> Vec<Endpoint> {
    [gifts(), receipts()].concat()
}

fn gifts() -> Vec<Endpoint> {
    let statement = (
        "导入支付渠道对账单；check=true 为试导入",
        "takes a payment channel's statement in; check=true only says what it holds",
    );
    vec![
        get("/campaigns/{id}/gifts", Can::ReadMoney, ("捐赠一览，不含姓名", "gifts, without names"), list)
            .query::<GiftsAsked>()
            .lists::<GiftView>(),
        get(
            "/gifts/{id}/trace",
            Can::ReadMoney,
            ("一笔捐赠的去向", "where one gift went; amounts in fen"),
            trace,
        )
        .answers::<GiftTrace>(),
        post("/campaigns/{id}/goods", Can::TakeGifts, ("登记实物捐赠", "takes goods"), goods)
            .takes::<NewGoods>()
            .answers::<Done>(),
        post("/campaigns/{id}/statements", Can::TakeGifts, statement, take_statement)
            .query::<StatementAsked>()
            .takes_file()
            .answers::<StatementView>(),
        post(
            "/campaigns/{id}/gifts/{gift}/refund",
            Can::KeepFunds,
            ("退还捐赠", "gives a gift back"),
            refund,
        )
        .takes::<Refunded>()
        .answers::<Done>(),
        post(
            "/campaigns/{id}/gifts/{gift}/publicity",
            Can::RunCampaigns,
            ("变更公开意愿", "changes how the donor is to be named"),
            publicity,
        )
        .takes::<Publicised>()
        .answers::<Done>(),
    ]
}

fn receipts() -> Vec<Endpoint> {
    let opened = (
        "票据，含捐赠人名称；先记录披露",
        "a receipt with the donor's name; that it is opened is recorded first",
    );
    vec![
        get(
            "/campaigns/{id}/receipts",
            Can::ReadMoney,
            ("票据一览，不含姓名", "receipts, without names"),
            list_receipts,
        )
        .lists::<DonationReceipt>(),
        post(
            "/campaigns/{id}/gifts/{gift}/receipt",
            Can::KeepFunds,
            ("开具票据", "issues a receipt"),
            issue_receipt,
        )
        .answers::<Done>(),
        post("/campaigns/{id}/receipts/{number}/opening", Can::KeepFunds, opened, open_receipt)
            .answers::<DonationReceipt>()
            .keeping(Kept::Not),
        post(
            "/campaigns/{id}/receipts/{number}/voiding",
            Can::KeepFunds,
            ("票据作废", "voids a receipt"),
            void,
        )
        .takes::<Reason>()
        .answers::<Done>(),
    ]
}

/// Which gifts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiftsAsked {
    /// How many, at most 500.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
}

/// A gift of money. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GiftView {
    donation_id: DonationId,
    donor: PersonId,
    publicity: Publicity,
    method: DonationMethod,
    amount_fen: Money,
    refunded_fen: Money,
    received_on: NaiveDate,
    receipt_number: Option<u32>,
    /// The log position of the gift.
    position: u64,
}

impl GiftView {
    fn of(row: DonationRow) -> GiftView {
        GiftView {
            donation_id: row.donation_id,
            donor: row.donor,
            publicity: row.publicity,
            method: row.method,
            amount_fen: row.amount,
            refunded_fen: row.refunded,
            received_on: row.received_on,
            receipt_number: row.receipt_number,
            position: row.received_position,
        }
    }
}

async fn list(
    State(api): State<Api>,
    Named(id): Named<CampaignId>,
    Asked(asked): Asked<GiftsAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (limit, from) = (limit(asked.limit)?, place::<u64>(asked.cursor.as_deref())?.unwrap_or(0));
    campaign::campaign(api.office(), id).await?;
    let position = api.office().runner.catch_up(Until::Head).await?;
    let rows = donations_page(&api.office().pool, id, from, limit + 1).await?;
    let gifts = rows.into_iter().map(GiftView::of).collect();
    Page::of(gifts, limit, position, |last: &GiftView| last.position + 1).answer(&headers)
}

async fn trace(State(api): State<Api>, Named(id): Named<DonationId>) -> Result<Json<GiftTrace>, Problem> {
    Ok(Json(campaign::trace_gift(api.office(), id).await?.1))
}

/// Goods that were given. The value in fen.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGoods {
    /// The gift's number in the register.
    number: String,
    /// The donor, kept sealed; none who gives without a name.
    donor: Option<String>,
    /// Whether the name may be published.
    publicity: Publicity,
    /// What.
    description: String,
    /// How many.
    quantity: u32,
    /// Of which unit.
    unit: String,
    /// What it is worth.
    fair_value_fen: Money,
    /// How that is known.
    valuation: Valuation,
    /// The day it came.
    received_on: NaiveDate,
}

async fn goods(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<CampaignId>,
    Sent(sent): Sent<NewGoods>,
) -> Answer {
    const NAME_MAX: usize = 80;
    let NewGoods { number, donor, publicity, description, quantity, unit, fair_value_fen, .. } = sent;
    let donor = donor.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if donor.as_ref().is_some_and(|name| name.chars().count() > NAME_MAX) {
        let (zh, en) = ("捐赠人名称不超过 80 字。", "a donor's name has at most 80 characters");
        return Err(invalid("donor", zh, en));
    }
    if donor.is_none() && publicity != Publicity::Anonymous {
        let (zh, en) = ("公开捐赠人须填写名称。", "who is to be named needs a name");
        return Err(invalid("donor", zh, en));
    }
    let goods = Goods { description, quantity, unit, fair_value: fair_value_fen, valuation: sent.valuation };
    let (donor, received_on) = (donor.map(DonorName), sent.received_on);
    let entry = GoodsEntry { number, donor, publicity, goods, received_on };
    let gift = campaign::record_goods(api.office(), &desk, id, entry).await?;
    Done::with(&api, gift).await
}

/// How a statement is taken.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementAsked {
    /// Only say what it holds; nothing is taken.
    #[serde(default)]
    check: bool,
    /// Take the good lines although there are bad ones.
    #[serde(default)]
    keep_good: bool,
}

/// What a statement holds, and what came of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StatementView {
    /// How it was read.
    layout: String,
    entries: u64,
    /// Lines that are neither gift nor refund.
    passed_over: u64,
    /// Lines that cannot be read.
    problems: Vec<FieldError>,
    /// What came of it; none where nothing was taken.
    taken: Option<ImportedStatement>,
}

async fn take_statement(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<CampaignId>,
    Asked(asked): Asked<StatementAsked>,
    body: Bytes,
) -> Result<Json<StatementView>, Problem> {
    campaign::campaign(api.office(), id).await?;
    let statement = read_statement(&body, api.office().statement_layouts.all()).map_err(|problem| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, problem.code, &problem.zh, &problem.en)
    })?;
    let problem = |problem: &crate::registers::statements::LineProblem| FieldError {
        row: u32::try_from(problem.line).unwrap_or(u32::MAX),
        field: String::new(),
        code: problem.code.to_owned(),
        zh: problem.zh.clone(),
        en: problem.en.clone(),
    };
    let stopped = asked.check || (!statement.problems.is_empty() && !asked.keep_good);
    let taken = match stopped {
        true => None,
        false => Some(campaign::import_statement(api.office(), &desk, id, &statement, || ()).await?),
    };
    Ok(Json(StatementView {
        layout: statement.layout.clone(),
        entries: statement.entries.len() as u64,
        passed_over: statement.passed_over,
        problems: statement.problems.iter().map(problem).collect(),
        taken,
    }))
}

/// 退还. The amount in fen.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refunded {
    /// How much: at most what was not refunded before.
    amount_fen: Money,
    /// The day.
    refunded_on: NaiveDate,
    /// 退款单号, by which the same refund is known again.
    refund_number: Option<String>,
}

async fn refund(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(of): Named<(CampaignId, DonationId)>,
    Sent(sent): Sent<Refunded>,
) -> Answer {
    let Refunded { amount_fen, refunded_on, refund_number } = sent;
    if !amount_fen.is_positive() {
        let (zh, en) = ("退还金额须大于零。", "the amount lies above nothing");
        return Err(invalid("amount_fen", zh, en));
    }
    campaign::refund_donation(api.office(), &desk, of, amount_fen, refunded_on, refund_number).await?;
    Done::with(&api, of.1).await
}

/// How a donor is to be named.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publicised {
    /// From now on; what was published stays published.
    publicity: Publicity,
}

async fn publicity(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(of): Named<(CampaignId, DonationId)>,
    Sent(sent): Sent<Publicised>,
) -> Answer {
    campaign::campaign(api.office(), of.0).await?;
    campaign::change_publicity(api.office(), &desk, of, sent.publicity).await?;
    Done::with(&api, of.1).await
}

async fn list_receipts(
    State(api): State<Api>,
    Named(id): Named<CampaignId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let receipts = campaign::receipts(api.office(), id).await?;
    let position = api.office().runner.catch_up(Until::Head).await?;
    Page::of(receipts, u32::MAX, position, |last| last.number).answer(&headers)
}

async fn issue_receipt(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(of): Named<(CampaignId, DonationId)>,
) -> Answer {
    campaign::campaign(api.office(), of.0).await?;
    let number = campaign::issue_receipt(api.office(), &desk, of).await?;
    Done::with(&api, number).await
}

async fn open_receipt(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named((id, number)): Named<(CampaignId, u32)>,
) -> Result<Json<DonationReceipt>, Problem> {
    Ok(Json(campaign::receipt(api.office(), &desk, id, number).await?))
}

async fn void(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named((id, number)): Named<(CampaignId, u32)>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Answer {
    campaign::campaign(api.office(), id).await?;
    campaign::void_receipt(api.office(), &desk, id, number, &reason).await?;
    Done::with(&api, number).await
}
