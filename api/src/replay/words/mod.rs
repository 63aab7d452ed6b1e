//! Events in the office's words, in both languages. Names are masked, hidden where someone is
//! restricted, and gone where someone was erased.

mod bank_return;
mod campaign;
mod case;
mod household;
mod money;
mod names;
mod payment;
mod plan;
mod run;
mod user;

use domain::any_event::AnyEvent;
use domain::disclosure::DisclosureEvent;
use domain::gazette::GazetteEvent;
use domain::identity::IdentityEvent;
use domain::log_break::LogBreakEvent;
use domain::todo::TodoEvent;
use domain::webhook::WebhookEvent;
use serde::Serialize;

use super::facts::State;
use super::verdict::Shown;

pub(super) use household::moved;
pub use names::{event_name, field_name};
pub use plan::plan_way;

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

pub(super) fn words(zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words { zh: zh.into(), en: en.into() }
}

/// A code as programs know it, for English words.
pub(super) fn code(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// An event in words; `after` is the state of its stream after it.
pub(super) fn said(event: &AnyEvent, after: &State, open: &Shown<'_>) -> Words {
    match (event, after) {
        (AnyEvent::Household(event), State::Household(household)) => household::said(household, event, open),
        (AnyEvent::BenefitCase(event), _) => case::said(event),
        (AnyEvent::Payment(event), _) => payment::said(event),
        (AnyEvent::RecoveryPlan(event), _) => plan::said(event),
        (AnyEvent::PaymentRun(event), _) => run::said(event),
        (AnyEvent::BankReturn(event), _) => bank_return::said(event),
        (AnyEvent::Fund(event), _) => money::of_fund(event),
        (AnyEvent::Campaign(event), _) => campaign::said(event),
        (AnyEvent::Identity(event), _) => identity(event),
        (AnyEvent::Disclosure(event), _) => disclosure(event),
        (AnyEvent::Gazette(event), _) => gazette(event),
        (AnyEvent::LogBreak(event), _) => log_break(event),
        (AnyEvent::Todo(event), _) => todo(event),
        (AnyEvent::User(event), _) => user::said(event),
        (AnyEvent::Webhook(event), _) => webhook(event),
        (AnyEvent::IdentityProvider(event), _) => user::at_provider(event),
        (AnyEvent::Household(_), _) => words("其他", "something else"),
    }
}

fn identity(event: &IdentityEvent) -> Words {
    match event {
        IdentityEvent::IdentityClaimed { claimed_on, .. } => {
            words(format!("{claimed_on} 身份证号登记"), format!("ID number claimed on {claimed_on}"))
        }
        IdentityEvent::IdentityReleased { released_on, .. } => {
            words(format!("{released_on} 身份证号释放"), format!("ID number released on {released_on}"))
        }
    }
}

fn disclosure(event: &DisclosureEvent) -> Words {
    match event {
        DisclosureEvent::PersonalDataDisclosed { recipient, purpose, opened, disclosed_on } => {
            let count = opened.len();
            words(
                format!("{disclosed_on} 向{recipient}披露 {count} 人的个人信息：{purpose}"),
                format!(
                    "personal data of {count} persons disclosed to {recipient} on {disclosed_on}: {purpose}"
                ),
            )
        }
        DisclosureEvent::AccountsDisclosed { recipient, purpose, line_count, disclosed_on, .. } => words(
            format!("{disclosed_on} 为报盘（{recipient}）打开 {line_count} 笔的账号：{purpose}"),
            format!("accounts of {line_count} lines opened for {recipient} on {disclosed_on}: {purpose}"),
        ),
    }
}

fn gazette(event: &GazetteEvent) -> Words {
    match event {
        GazetteEvent::PolicyParametersProposed { number, document, proposed_on, .. } => words(
            format!("{proposed_on} 拟定政策参数第 {number} 号：{document}"),
            format!("rates proposed on {proposed_on} under number {number}: {document}"),
        ),
        GazetteEvent::PolicyParametersPublished {
            number, document, announced_on, from, approved_on, ..
        } => words(
            format!(
                "{approved_on} 批准发布政策参数第 {number} 号：{document}（{announced_on} 公布，自 {from} 起）"
            ),
            format!(
                "rates published on {approved_on} under number {number}: {document} (announced on {announced_on}, from {from})"
            ),
        ),
        GazetteEvent::PolicyParametersRejected { number, reason, rejected_on } => words(
            format!("{rejected_on} 退回政策参数第 {number} 号：{reason}"),
            format!("rates of number {number} sent back on {rejected_on}: {reason}"),
        ),
    }
}

fn log_break(event: &LogBreakEvent) -> Words {
    match event {
        LogBreakEvent::LogBreakProposed { loss, why, proposed_on, .. } => {
            let kept = loss.kept.size;
            words(
                format!("{proposed_on} 提议自 {kept} 个事件之后的断点继续：{why}"),
                format!("proposed on {proposed_on} to go on behind a break after {kept} events: {why}"),
            )
        }
        LogBreakEvent::LogBreakAccepted { loss, why, accepted_on, .. } => {
            let kept = loss.kept.size;
            words(
                format!("{accepted_on} 接受自 {kept} 个事件之后的断点：{why}"),
                format!("a break after {kept} events was accepted on {accepted_on}: {why}"),
            )
        }
    }
}

fn webhook(event: &WebhookEvent) -> Words {
    match event {
        WebhookEvent::WebhookSubscribed { consumer, url, subscribed_on, .. } => words(
            format!("{subscribed_on} 订阅推送：{consumer}，{url}"),
            format!("webhook subscribed on {subscribed_on}: {consumer}, {url}"),
        ),
        WebhookEvent::WebhookPaused { reason, paused_on, .. } => words(
            format!("{paused_on} 暂停推送：{reason}"),
            format!("webhook paused on {paused_on}: {reason}"),
        ),
        WebhookEvent::WebhookResumed { resumed_on, .. } => {
            words(format!("{resumed_on} 恢复推送"), format!("webhook resumed on {resumed_on}"))
        }
        WebhookEvent::WebhookEnded { reason, ended_on, .. } => {
            words(format!("{ended_on} 终止推送：{reason}"), format!("webhook ended on {ended_on}: {reason}"))
        }
    }
}

fn todo(event: &TodoEvent) -> Words {
    let TodoEvent::TodoDismissed { kind, program, dismissed_on, .. } = event;
    words(
        format!("{dismissed_on} 搁置待办：{}，{}", program.zh(), kind.zh()),
        format!("set aside on {dismissed_on}: {}, {}", program.en(), kind.en()),
    )
}
