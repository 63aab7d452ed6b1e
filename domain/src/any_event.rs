//! Any event of the office, for readers that look at the whole log.

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

/// An event of one of the office's streams, told apart by the stream's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyEvent {
    /// 家庭.
    Household(HouseholdEvent),
    /// 身份占用.
    Identity(IdentityEvent),
    /// 救助个案.
    BenefitCase(BenefitCaseEvent),
    /// 发放批次.
    PaymentRun(PaymentRunEvent),
    /// 发放明细.
    Payment(PaymentEvent),
    /// 回盘.
    BankReturn(BankReturnEvent),
    /// 追回方案.
    RecoveryPlan(RecoveryPlanEvent),
    /// 募捐活动.
    Campaign(CampaignEvent),
    /// 资金.
    Fund(FundEvent),
    /// 披露.
    Disclosure(DisclosureEvent),
    /// 政策参数公布簿.
    Gazette(GazetteEvent),
    /// 日志断点.
    LogBreak(LogBreakEvent),
    /// 待办.
    Todo(TodoEvent),
    /// 用户.
    User(UserEvent),
    /// 推送订阅.
    Webhook(WebhookEvent),
    /// 统一身份认证.
    IdentityProvider(IdentityProviderEvent),
}
