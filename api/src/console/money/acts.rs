//! What people do with a campaign.

use axum::Form as Sent;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::campaign::{DonationMethod, Goods, Publicity, Valuation};
use domain::ids::CampaignId;
use domain::personal::DonorName;

use super::{campaign as page_of, gifts};
use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::campaign::{self, GoodsEntry};
use crate::processes::{Desk, Office, ProcessError, receive_donation};
use crate::registers::Named;
use crate::registers::donations::{Receipt, Row};

/// The most characters of a donor's name, as in the register.
const NAME_MAX: usize = 80;

/// How goods are valued, as it is chosen.
pub(super) const VALUATIONS: [(Valuation, &str, &str, &str); 3] = [
    (Valuation::Invoice, "invoice", "发票", "invoice"),
    (Valuation::MarketPrice, "market_price", "市场价格", "market price"),
    (Valuation::Appraisal, "appraisal", "评估报告", "appraisal"),
];

/// Takes a step; what is refused is shown where it was asked.
pub(super) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((id, step)): Path<(CampaignId, String)>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let act = Act { office: &console.office, desk: visitor.desk(), lang: visitor.lang, id, typed: &typed };
    let of_gifts = matches!(step.as_str(), "gift" | "goods" | "refund" | "issue-receipt" | "void-receipt");
    let taken = match step.as_str() {
        "gift" => act.gift().await,
        "goods" => act.goods().await,
        "refund" => act.refund().await,
        "issue-receipt" => act.issue().await,
        "void-receipt" => act.void().await,
        "publish" => act.said(campaign::publish(act.office, &act.desk, id).await.map(drop)),
        "close" => act.close().await,
        "remit" => act.remit().await,
        "approve-remittance" => act.approve().await,
        "reject-remittance" => act.reject().await,
        _ => return Err(Stop::Missing(visitor.lang)),
    };
    let below = if of_gifts { "/gifts" } else { "" };
    match taken {
        Ok(()) => Ok(Redirect::to(&format!("/campaigns/{id}{below}")).into_response()),
        Err(refusal) if of_gifts => {
            gifts::page(&console, &visitor, id, gifts::Wanted::default(), (&typed, Some(refusal))).await
        }
        Err(refusal) => page_of::page(&console, &visitor, id, &typed, Some(refusal)).await,
    }
}

struct Act<'a> {
    office: &'a Office,
    desk: Desk,
    lang: Lang,
    id: CampaignId,
    typed: &'a Typed,
}

impl Act<'_> {
    fn said<T>(&self, done: Result<T, ProcessError>) -> Result<T, Refusal> {
        done.map_err(|error| Refusal::of(&error, self.lang))
    }

    fn refused(&self, code: &'static str, zh: &str, en: &str) -> Refusal {
        Refusal::typed(code, self.lang, zh, en)
    }

    fn choice<T>(&self, name: &str, found: Option<T>) -> Result<T, Refusal> {
        let (zh, en) = (format!("请选择“{name}”。"), format!("Choose {name}."));
        found.ok_or_else(|| self.refused("fields_invalid", &zh, &en))
    }

    fn publicity(&self) -> Result<Publicity, Refusal> {
        self.choice("publicity", Publicity::from_word(self.typed.text("publicity")))
    }

    /// The donor's name; none where it was left empty, and only where the gift is anonymous.
    fn donor(&self, publicity: Publicity) -> Result<Option<DonorName>, Refusal> {
        let name = self.typed.text("donor");
        if name.chars().count() > NAME_MAX {
            let (zh, en) = ("捐赠人名称不超过 80 字。", "A donor's name has at most 80 characters.");
            return Err(self.refused("donor_too_long", zh, en));
        }
        if name.is_empty() && publicity != Publicity::Anonymous {
            let zh = "公开捐赠人须填写名称；未留名的请选匿名。";
            return Err(self.refused(
                "donor_missing",
                zh,
                "Who is to be named needs a name; else the gift is anonymous.",
            ));
        }
        Ok((!name.is_empty()).then(|| DonorName(name.to_owned())))
    }

    async fn gift(&self) -> Result<(), Refusal> {
        let (lang, typed) = (self.lang, self.typed);
        let known = self.said(campaign::campaign(self.office, self.id).await)?;
        let publicity = self.publicity()?;
        let row = Row {
            number: typed.text("number").to_owned(),
            campaign: known.book().map(|book| book.terms.name.clone()).unwrap_or_default(),
            donor: self.donor(publicity)?,
            publicity,
            amount: typed.money(lang, "amount")?,
            method: self.choice("method", DonationMethod::from_word(typed.text("method")))?,
            received_on: typed.day(lang, "received_on", self.desk.today())?,
            receipt: if typed.ticked("receipt") { Receipt::Wanted } else { Receipt::NotWanted },
        };
        self.said(receive_donation(self.office, &self.desk, &row).await.map(drop))
    }

    async fn goods(&self) -> Result<(), Refusal> {
        let (lang, typed) = (self.lang, self.typed);
        let publicity = self.publicity()?;
        let valuation = VALUATIONS.iter().find(|(_, code, ..)| *code == typed.text("valuation"));
        let goods = Goods {
            description: typed.text("description").to_owned(),
            quantity: typed.read(lang, "quantity")?,
            unit: typed.text("unit").to_owned(),
            fair_value: typed.money(lang, "fair_value")?,
            valuation: self.choice("valuation", valuation.map(|(value, ..)| *value))?,
        };
        let entry = GoodsEntry {
            number: typed.text("number").to_owned(),
            donor: self.donor(publicity)?,
            publicity,
            goods,
            received_on: typed.day(lang, "received_on", self.desk.today())?,
        };
        self.said(campaign::record_goods(self.office, &self.desk, self.id, entry).await.map(drop))
    }

    async fn refund(&self) -> Result<(), Refusal> {
        let gift = self.typed.read(self.lang, "gift")?;
        let amount = self.typed.money(self.lang, "amount")?;
        let today = self.desk.today();
        let done =
            campaign::refund_donation(self.office, &self.desk, (self.id, gift), amount, today, None).await;
        self.said(done.map(drop))
    }

    async fn issue(&self) -> Result<(), Refusal> {
        let gift = self.typed.read(self.lang, "gift")?;
        self.said(campaign::issue_receipt(self.office, &self.desk, (self.id, gift)).await.map(drop))
    }

    async fn void(&self) -> Result<(), Refusal> {
        let number = self.typed.read(self.lang, "number")?;
        let reason = self.typed.text("reason");
        self.said(campaign::void_receipt(self.office, &self.desk, self.id, number, reason).await)
    }

    async fn close(&self) -> Result<(), Refusal> {
        let day = self.typed.day(self.lang, "closed_on", self.desk.today())?;
        self.said(campaign::end_campaign(self.office, &self.desk, self.id, day).await)
    }

    async fn remit(&self) -> Result<(), Refusal> {
        let amount = self.typed.money(self.lang, "amount")?;
        let recipient = self.typed.text("recipient");
        let done = campaign::propose_remittance(self.office, &self.desk, self.id, recipient, amount).await;
        self.said(done.map(drop))
    }

    async fn approve(&self) -> Result<(), Refusal> {
        let of = (self.id, self.typed.read(self.lang, "remittance")?);
        let reference = self.typed.text("reference");
        self.said(campaign::approve_remittance(self.office, &self.desk, of, reference).await.map(drop))
    }

    async fn reject(&self) -> Result<(), Refusal> {
        let of = (self.id, self.typed.read(self.lang, "remittance")?);
        let reason = self.typed.text("reason");
        self.said(campaign::reject_remittance(self.office, &self.desk, of, reason).await)
    }
}
