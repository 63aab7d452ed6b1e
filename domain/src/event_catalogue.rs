//! Every event of the ledger: which streams there are, what can happen to each, and the shape of it.
//!
//! The committed schemas in `domain/schemas/` and the generated `docs/EVENTS.md` both come from here, so neither
//! can say anything but what the types say.

use schemars::{Schema, schema_for};

use crate::aggregate::{EventKind, LedgerEvent};
use crate::bank_return::BankReturnEvent;
use crate::benefit_case::BenefitCaseEvent;
use crate::campaign::CampaignEvent;
use crate::disclosure::DisclosureEvent;
use crate::fund::FundEvent;
use crate::gazette::GazetteEvent;
use crate::household::HouseholdEvent;
use crate::identity::IdentityEvent;
use crate::identity_provider::IdentityProviderEvent;
use crate::log_break::LogBreakEvent;
use crate::payment::PaymentEvent;
use crate::payment_run::PaymentRunEvent;
use crate::recovery_plan::RecoveryPlanEvent;
use crate::todo::TodoEvent;
use crate::user::UserEvent;
use crate::webhook::WebhookEvent;

/// A kind of stream and what can happen to it.
#[derive(Clone, Copy, Debug)]
pub struct StreamKind {
    /// The stream's type, as stored with each event.
    pub stream_type: &'static str,
    /// Its name in Chinese.
    pub zh: &'static str,
    /// Its events with their newest versions, in the order of their declaration.
    pub events: &'static [EventKind],
    schema: fn() -> Schema,
    read: fn(&str) -> Result<(EventKind, serde_json::Value), serde_json::Error>,
}

impl StreamKind {
    fn new<E: LedgerEvent>(stream_type: &'static str, zh: &'static str) -> StreamKind {
        StreamKind { stream_type, zh, events: E::kinds(), schema: || schema_for!(E), read: read::<E> }
    }

    /// The JSON schema of its events, its names in the order of the alphabet whatever the program is built with.
    pub fn schema(&self) -> Schema {
        let mut schema = (self.schema)();
        let object = schema.ensure_object();
        object.sort_keys();
        object.values_mut().for_each(serde_json::Value::sort_all_objects);
        schema
    }

    /// Reads an event's JSON as the types of today do and writes it again: its kind, and the JSON.
    ///
    /// # Errors
    /// When the text is no event of this kind of stream.
    pub fn read(&self, json: &str) -> Result<(EventKind, serde_json::Value), serde_json::Error> {
        (self.read)(json)
    }
}

/// Every kind of stream, in the order of a benefit's life.
pub fn stream_kinds() -> Vec<StreamKind> {
    vec![
        StreamKind::new::<HouseholdEvent>("Household", "家庭"),
        StreamKind::new::<IdentityEvent>("Identity", "身份占用"),
        StreamKind::new::<BenefitCaseEvent>("BenefitCase", "救助个案"),
        StreamKind::new::<PaymentRunEvent>("PaymentRun", "发放批次"),
        StreamKind::new::<PaymentEvent>("Payment", "发放明细"),
        StreamKind::new::<BankReturnEvent>("BankReturn", "回盘"),
        StreamKind::new::<RecoveryPlanEvent>("RecoveryPlan", "追回方案"),
        StreamKind::new::<CampaignEvent>("Campaign", "募捐活动"),
        StreamKind::new::<FundEvent>("Fund", "资金"),
        StreamKind::new::<DisclosureEvent>("Disclosure", "披露"),
        StreamKind::new::<GazetteEvent>("Gazette", "政策参数公布簿"),
        StreamKind::new::<LogBreakEvent>("LogBreak", "日志断点"),
        StreamKind::new::<TodoEvent>("Todo", "待办"),
        StreamKind::new::<UserEvent>("User", "用户"),
        StreamKind::new::<WebhookEvent>("Webhook", "推送订阅"),
        StreamKind::new::<IdentityProviderEvent>("IdentityProvider", "统一身份认证"),
    ]
}

fn read<E: LedgerEvent>(json: &str) -> Result<(EventKind, serde_json::Value), serde_json::Error> {
    let event: E = serde_json::from_str(json)?;
    Ok((event.kind(), serde_json::to_value(&event)?))
}
