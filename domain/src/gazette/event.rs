//! What can happen to the gazette.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::calendar::BenefitMonth;
use crate::ledger_events;

/// Events of the stream `Gazette` (政策参数公布簿): new rates, proposed by one person and published by another.
///
/// The texts are rates of a public document; no personal data can stand in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum GazetteEvent {
    /// 拟定: new rates wait for somebody else's approval; nothing is calculated by them.
    PolicyParametersProposed {
        /// Counts the proposals from 1.
        number: u32,
        /// 文号.
        document: String,
        /// The rates as TOML.
        text: String,
        /// The day.
        proposed_on: NaiveDate,
        /// Who proposed them, and so may not approve them.
        proposed_by: ActorId,
    },
    /// 发布: from here on the rates are part of the rule book, for the months that they name.
    PolicyParametersPublished {
        /// Which proposal.
        number: u32,
        /// 文号.
        document: String,
        /// 公布日期 of the document.
        announced_on: NaiveDate,
        /// The first month that any of its rates is for; it may lie before the announcement (追溯执行).
        from: BenefitMonth,
        /// The rates as TOML, byte for byte as they were proposed.
        text: String,
        /// SHA-256 of the text, 64 hexadecimal digits.
        sha256: String,
        /// The day.
        approved_on: NaiveDate,
        /// Who approved them.
        approved_by: ActorId,
    },
    /// 退回 or 撤回, with the reason.
    PolicyParametersRejected {
        /// Which proposal.
        number: u32,
        /// Why.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
}

impl GazetteEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        match self {
            GazetteEvent::PolicyParametersProposed { proposed_on: day, .. }
            | GazetteEvent::PolicyParametersRejected { rejected_on: day, .. } => Some(*day),
            GazetteEvent::PolicyParametersPublished { from, .. } => Some(from.first_day()),
        }
    }
}

ledger_events!(GazetteEvent {
    PolicyParametersProposed = "1.0.0",
    PolicyParametersPublished = "1.0.0",
    PolicyParametersRejected = "1.0.0",
});
