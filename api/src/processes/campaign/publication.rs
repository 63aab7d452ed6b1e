//! 公示清单: what is published of a campaign, as its donors want it, and the event that it was.

use chrono::NaiveDate;
use domain::campaign::{Campaign, CampaignCommand, DonationMethod, Publication, PublicationKind};
use domain::ids::CampaignId;
use domain::money::Money;
use projections::Until;
use projections::donation_totals::{DonationRow, InKindRow, queries};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::names::{DonorShown, Names, SealedDonor};
use super::{book_of, campaign, one_step};
use crate::processes::{Desk, Office, ProcessError};

/// Gifts that are read at once.
const PAGE: u32 = 5_000;

/// What is published of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PublicationList {
    /// 募捐活动.
    pub campaign: String,
    /// 主办方.
    pub organiser: String,
    /// 备案编号.
    pub filing_number: Option<String>,
    /// Received less refunded.
    pub total: Money,
    /// Number of gifts of money, refunded ones too.
    pub donation_count: u64,
    /// Fair value of the goods.
    pub in_kind_value: Money,
    /// Remitted to other organisations.
    pub remitted: Money,
    /// Every gift in the order of the log, money first.
    pub gifts: Vec<ListedGift>,
}

/// A gift on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ListedGift {
    /// The donor, as they want to be named.
    pub donor: DonorShown,
    /// The day.
    pub received_on: NaiveDate,
    /// How the money came, or what the goods are.
    pub item: String,
    /// Money received; nothing for goods.
    pub amount: Money,
    /// Money refunded of it.
    pub refunded: Money,
    /// Fair value of goods; nothing for money.
    pub in_kind_value: Money,
}

/// A publication that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Published {
    /// 定期 or 全面.
    pub kind: PublicationKind,
    /// What it says.
    pub list: PublicationList,
    /// SHA-256 of [`PublicationList::csv`].
    pub sha256: String,
    /// The day.
    pub published_on: NaiveDate,
}

/// The list as it would be published now.
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown or the read tables cannot be read.
pub async fn publication_list(
    office: &Office,
    campaign_id: CampaignId,
) -> Result<PublicationList, ProcessError> {
    let campaign = campaign(office, campaign_id).await?;
    list_of(office, campaign_id, &campaign).await
}

/// Publishes: the progress of a campaign that lasts, the results of one that ended. The same again on the same day changes
/// nothing.
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown, a gift came meanwhile, or the domain refuses.
pub async fn publish(
    office: &Office,
    desk: &Desk,
    campaign_id: CampaignId,
) -> Result<Published, ProcessError> {
    let campaign = campaign(office, campaign_id).await?;
    let list = list_of(office, campaign_id, &campaign).await?;
    let sha256 = hex::encode(Sha256::digest(list.csv()));
    let publication: Publication = book_of(&campaign)?.publication(sha256.clone());
    let published_on = desk.today();
    let (kind, command) = match &*campaign {
        Campaign::Unopened | Campaign::Open(_) => {
            (PublicationKind::Progress, CampaignCommand::PublishProgress { publication, published_on })
        }
        Campaign::Closed(_) | Campaign::Published(_) => {
            (PublicationKind::Results, CampaignCommand::PublishResults { publication, published_on })
        }
    };
    one_step(office, desk, ("publish", campaign_id), command).await?;
    Ok(Published { kind, list, sha256, published_on })
}

async fn list_of(
    office: &Office,
    campaign_id: CampaignId,
    campaign: &Campaign,
) -> Result<PublicationList, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let book = book_of(campaign)?;
    let money = all_gifts(office, campaign_id).await?;
    let goods = queries::in_kind_gifts(&office.pool, campaign_id).await?;
    let donors = money.iter().map(donor_of_money).chain(goods.iter().map(donor_of_goods));
    let names = Names::open(office, donors).await?;
    let money = money.iter().map(|row| listed_money(row, &names));
    let gifts = money.chain(goods.iter().map(|row| listed_goods(row, &names))).collect();
    Ok(PublicationList {
        campaign: book.terms.name.clone(),
        organiser: book.terms.organiser.clone(),
        filing_number: book.terms.filing_number.clone(),
        total: book.total(),
        donation_count: book.donation_count(),
        in_kind_value: book.in_kind_value,
        remitted: book.remitted,
        gifts,
    })
}

/// The gifts of a campaign as the read tables hold them; names stay sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GiftsOf {
    /// Money, in the order of the log.
    pub money: Vec<DonationRow>,
    /// Goods, in the order of the log.
    pub goods: Vec<InKindRow>,
}

/// Every gift of a campaign.
///
/// # Errors
/// [`ProcessError`] when the campaign is unknown or the read tables cannot be read.
pub async fn gifts(office: &Office, campaign_id: CampaignId) -> Result<GiftsOf, ProcessError> {
    campaign(office, campaign_id).await?;
    office.runner.catch_up(Until::Head).await?;
    let money = all_gifts(office, campaign_id).await?;
    Ok(GiftsOf { money, goods: queries::in_kind_gifts(&office.pool, campaign_id).await? })
}

/// Every gift of money of a campaign, in the order of the log.
async fn all_gifts(office: &Office, campaign_id: CampaignId) -> Result<Vec<DonationRow>, ProcessError> {
    let mut rows: Vec<DonationRow> = Vec::new();
    loop {
        let from = rows.last().map_or(0, |row| row.received_position + 1);
        let page = queries::donations_page(&office.pool, campaign_id, from, PAGE).await?;
        let last = page.len() < PAGE as usize;
        rows.extend(page);
        if last {
            return Ok(rows);
        }
    }
}

/// A name that may not be published is not opened.
fn donor_of_money(row: &DonationRow) -> SealedDonor {
    let shown = row.publicity != domain::campaign::Publicity::Anonymous;
    let sealed = row.donor_name_sealed.clone().filter(|_| shown);
    SealedDonor { donation_id: row.donation_id, donor: row.donor, sealed }
}

fn donor_of_goods(row: &InKindRow) -> SealedDonor {
    let shown = row.publicity != domain::campaign::Publicity::Anonymous;
    let sealed = row.donor_name_sealed.clone().filter(|_| shown);
    SealedDonor { donation_id: row.donation_id, donor: row.donor, sealed }
}

fn listed_money(row: &DonationRow, names: &Names) -> ListedGift {
    ListedGift {
        donor: names.published(row.donation_id, row.publicity),
        received_on: row.received_on,
        item: method_zh(row.method).to_owned(),
        amount: row.amount,
        refunded: row.refunded,
        in_kind_value: Money::ZERO,
    }
}

fn listed_goods(row: &InKindRow, names: &Names) -> ListedGift {
    ListedGift {
        donor: names.published(row.donation_id, row.publicity),
        received_on: row.received_on,
        item: format!("{} {} {}", row.description, row.quantity, row.unit),
        amount: Money::ZERO,
        refunded: Money::ZERO,
        in_kind_value: row.fair_value,
    }
}

const fn method_zh(method: DonationMethod) -> &'static str {
    match method {
        DonationMethod::Cash => "现金",
        DonationMethod::Transfer => "转账",
        DonationMethod::MobilePayment => "扫码",
    }
}

impl PublicationList {
    /// The list as text, a gift a line, amounts in yuan: what is published and what the event's SHA-256 covers.
    pub fn csv(&self) -> String {
        let filing = self.filing_number.as_deref().unwrap_or("");
        let head = [
            row(["募捐活动", &self.campaign]),
            row(["主办方", &self.organiser]),
            row(["备案编号", filing]),
            row(["捐赠合计（元）", &self.total.to_string()]),
            row(["捐赠笔数", &self.donation_count.to_string()]),
            row(["实物捐赠价值（元）", &self.in_kind_value.to_string()]),
            row(["已转交（元）", &self.remitted.to_string()]),
            row(["序号", "捐赠人", "日期", "方式或物品", "金额（元）", "已退还（元）", "实物价值（元）"]),
        ];
        let gifts = self.gifts.iter().enumerate().map(|(index, gift)| {
            row([
                &(index + 1).to_string(),
                gift.donor.zh(),
                &gift.received_on.to_string(),
                &gift.item,
                &gift.amount.to_string(),
                &gift.refunded.to_string(),
                &gift.in_kind_value.to_string(),
            ])
        });
        head.into_iter().chain(gifts).collect()
    }
}

/// A line of CSV. What a spreadsheet would take for a formula gets an apostrophe before it, as a donor writes their own
/// name.
fn row<const N: usize>(fields: [&str; N]) -> String {
    let field = |text: &str| {
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let text = if formula { format!("'{text}") } else { text.to_owned() };
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    fields.map(field).join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gift(donor: DonorShown) -> ListedGift {
        ListedGift {
            donor,
            received_on: "2023-05-08".parse().unwrap(),
            item: "扫码".to_owned(),
            amount: Money::from_fen(5_000),
            refunded: Money::ZERO,
            in_kind_value: Money::ZERO,
        }
    }

    #[test]
    fn a_list_names_donors_as_they_wish_and_runs_no_formula() {
        let donors =
            [DonorShown::Named("=cmd(\"x\"),李".to_owned()), DonorShown::Anonymous, DonorShown::Erased];
        let list = PublicationList {
            campaign: "首善有我".to_owned(),
            organiser: "某街道慈善组织".to_owned(),
            filing_number: None,
            total: Money::from_fen(15_000),
            donation_count: 3,
            in_kind_value: Money::ZERO,
            remitted: Money::ZERO,
            gifts: donors.map(gift).to_vec(),
        };
        let csv = list.csv();
        assert!(csv.contains("捐赠合计（元）,150.00\r\n"));
        assert!(csv.contains("1,\"'=cmd(\"\"x\"\"),李\",2023-05-08,扫码,50.00,0.00,0.00\r\n"), "{csv}");
        assert!(csv.contains("2,匿名,"));
    }
}
