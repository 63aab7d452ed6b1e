//! Funds: opened, appropriated to, their years closed by one person and carried over by another.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use domain::fund::{FundAccount, FundCharter, FundSource, GovernmentLevel, Purpose, Restriction};
use domain::ids::FundId;
use domain::money::Money;
use domain::program::Program;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Done, Reason};
use crate::access::Capability as Can;
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get, post};
use crate::http::input::{AtDesk, Named, Sent};
use crate::http::problem::Problem;
use crate::processes::{self as office, Appropriated};

type Answer = Result<Json<Done>, Problem>;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one =
        ("资金明细：拨款、项目、批次、年度", "a fund: appropriations, programs, runs, years; amounts in fen");
    let close = ("年终结账", "closes a year, once it is over");
    let carry = ("年终结转，须由他人办理", "carries a closed year over, by somebody else");
    vec![
        get("/funds/{id}", Can::ReadMoney, one, account).answers::<FundAccount>(),
        post("/funds", Can::KeepFunds, ("设立资金", "opens a fund"), open)
            .takes::<NewFund>()
            .answers::<Done>(),
        post(
            "/funds/{id}/appropriations",
            Can::KeepFunds,
            ("拨款到账", "records that money was appropriated"),
            appropriate,
        )
        .takes::<Appropriation>()
        .answers::<Done>(),
        post("/funds/{id}/years/{year}/closing", Can::KeepFunds, close, close_year).answers::<Done>(),
        post(
            "/funds/{id}/years/{year}/reopening",
            Can::ReopenYears,
            ("撤销结账", "reopens a year that was not carried over"),
            reopen_year,
        )
        .takes::<Reason>()
        .answers::<Done>(),
        post("/funds/{id}/years/{year}/carry-over", Can::ApproveMoney, carry, carry_over)
            .takes::<CarriedOver>()
            .answers::<Done>(),
    ]
}

async fn account(State(api): State<Api>, Named(id): Named<FundId>) -> Result<Json<FundAccount>, Problem> {
    Ok(Json(office::fund_account(api.office(), id).await?))
}

/// A fund to open.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFund {
    /// 名称; 1 to 100 characters.
    name: String,
    /// Where its money comes from.
    source: FundSource,
    /// Whether it is for a purpose alone.
    restriction: Restriction,
    /// The programs it may pay, by code; every program when empty.
    #[serde(default)]
    programs: Vec<Program>,
    /// The day; today when absent.
    opened_on: Option<NaiveDate>,
}

async fn open(State(api): State<Api>, AtDesk { desk, .. }: AtDesk, Sent(sent): Sent<NewFund>) -> Answer {
    let NewFund { name, source, restriction, programs, opened_on } = sent;
    let fund_id = api.office().fund_id(&name);
    let opened_on = opened_on.unwrap_or_else(|| desk.today());
    let charter = FundCharter { fund_id, name, source, restriction, opened_on, programs };
    office::open_fund(api.office(), &desk, charter).await?;
    Done::with(&api, fund_id).await
}

/// 拨款. The amount in fen.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Appropriation {
    /// How much.
    amount_fen: Money,
    /// 文号; 1 to 100 characters.
    document: String,
    /// The one program it is for.
    program: Option<Program>,
    /// Who gave it.
    level: Option<GovernmentLevel>,
    /// The year it is for: the day's, or the next.
    budget_year: Option<i32>,
    /// The day it came; today when absent.
    appropriated_on: Option<NaiveDate>,
}

async fn appropriate(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<FundId>,
    Sent(sent): Sent<Appropriation>,
) -> Answer {
    let Appropriation { amount_fen: amount, document, program, level, budget_year, appropriated_on } = sent;
    office::fund_account(api.office(), id).await?;
    let on = appropriated_on.unwrap_or_else(|| desk.today());
    let purpose = Purpose { program, level, budget_year };
    let appropriated = Appropriated { amount, document, on, purpose };
    office::appropriate_for(api.office(), &desk, id, appropriated).await?;
    Done::with(&api, id).await
}

async fn close_year(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named((id, year)): Named<(FundId, i32)>,
) -> Answer {
    office::close_year(api.office(), &desk, id, year).await?;
    Done::with(&api, id).await
}

async fn reopen_year(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named((id, year)): Named<(FundId, i32)>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Answer {
    office::fund_account(api.office(), id).await?;
    office::reopen_year(api.office(), &desk, id, year, &reason).await?;
    Done::with(&api, id).await
}

/// 年终结转.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CarriedOver {
    /// 结转文号; 1 to 100 characters.
    document: String,
}

async fn carry_over(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named((id, year)): Named<(FundId, i32)>,
    Sent(CarriedOver { document }): Sent<CarriedOver>,
) -> Answer {
    office::carry_over(api.office(), &desk, id, year, &document).await?;
    Done::with(&api, id).await
}
