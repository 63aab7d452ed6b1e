//! 资金与捐赠: what each fund has, and what each campaign received.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::numbers::{grouped, yuan};
use projections::donation_totals::queries::campaign_totals;
use projections::funds::funds;
use projections::runner::Until;

use super::Console;
use super::answers::{Stop, shown};
use super::page::Frame;
use super::visitor::Visitor;
use crate::access::Capability;
use crate::processes::{Office, ProcessError};

#[derive(Template)]
#[template(path = "money.html")]
struct MoneyPage {
    frame: Frame,
    funds: Vec<FundLine>,
    campaigns: Vec<CampaignLine>,
}

struct FundLine {
    path: String,
    name: String,
    came: String,
    spent: String,
    promised: String,
    free: String,
}

struct CampaignLine {
    path: String,
    name: String,
    filing_number: String,
    days: String,
    gifts: String,
    donors: String,
    received: String,
    refunded: String,
    total: String,
}

/// Shows funds and campaigns.
pub(super) async fn list(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let found = read(&console.office).await.map_err(|error| Stop::failed(error, visitor.lang))?;
    let (funds, campaigns) = found;
    Ok(shown(&MoneyPage { frame: Frame::new(&visitor, "/money"), funds, campaigns }))
}

async fn read(office: &Office) -> Result<(Vec<FundLine>, Vec<CampaignLine>), ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let mut lines = Vec::new();
    for fund in funds(&office.pool).await? {
        let came = fund.appropriated.plus(fund.donated)?.plus(fund.recovered)?;
        let gone = fund.spent.plus(fund.remitted)?;
        lines.push(FundLine {
            path: format!("/funds/{}", fund.fund_id),
            came: yuan(came),
            spent: yuan(gone),
            promised: yuan(fund.committed),
            free: yuan(came.minus(gone)?.minus(fund.committed)?),
            name: fund.name,
        });
    }
    let mut campaigns = Vec::new();
    for total in campaign_totals(&office.pool).await? {
        let campaign = total.campaign;
        campaigns.push(CampaignLine {
            path: format!("/campaigns/{}", campaign.campaign_id),
            filing_number: campaign.filing_number.unwrap_or_default(),
            days: format!("{} — {}", campaign.opens_on, campaign.closes_on),
            gifts: grouped(campaign.donation_count.cast_signed()),
            donors: grouped(total.donors.cast_signed()),
            received: yuan(campaign.received),
            refunded: yuan(campaign.refunded),
            total: yuan(campaign.received.minus(campaign.refunded)?),
            name: campaign.name,
        });
    }
    Ok((lines, campaigns))
}
