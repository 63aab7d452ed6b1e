//! Why a person's keys may not be destroyed yet.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::explain::Explain;
use crate::ids::{CaseId, PaymentId, RunId};
use crate::personal::RetentionClass;

/// Why a person's keys may not be destroyed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Withheld {
    /// A case is under review, on the roll or appealed.
    #[error("the case {case} is open: close it first")]
    CaseOpen {
        /// Which.
        case: CaseId,
    },
    /// A run that is not finished would pay.
    #[error("the run {run} has a line for this person and is not finished: release it or calculate it anew")]
    RunUnfinished {
        /// Which.
        run: RunId,
    },
    /// The bank has not answered.
    #[error("the payment {payment} is in transit: take the bank's answer first")]
    PaymentInTransit {
        /// Which.
        payment: PaymentId,
    },
    /// The money came back and is still owed.
    #[error("the payment {payment} came back: order it again or cancel it first")]
    PaymentReturned {
        /// Which.
        payment: PaymentId,
    },
    /// Money was asked back and has not come.
    #[error("the recovery of the payment {payment} is open: finish it first")]
    RecoveryOpen {
        /// Which.
        payment: PaymentId,
    },
    /// The law keeps the key.
    #[error("the law keeps the {} of this person: they can be erased from {from} on", class.en())]
    RetentionRuns {
        /// Which key.
        class: RetentionClass,
        /// The first day on which it may be destroyed.
        from: NaiveDate,
    },
}

impl Explain for Withheld {
    fn code(&self) -> &'static str {
        match self {
            Withheld::CaseOpen { .. } => "case_open",
            Withheld::RunUnfinished { .. } => "run_unfinished",
            Withheld::PaymentInTransit { .. } => "payment_in_transit",
            Withheld::PaymentReturned { .. } => "payment_returned",
            Withheld::RecoveryOpen { .. } => "recovery_open",
            Withheld::RetentionRuns { .. } => "retention_runs",
        }
    }

    fn zh(&self) -> String {
        match self {
            Withheld::CaseOpen { case } => format!("个案{case}尚未办结，请先终止个案。"),
            Withheld::RunUnfinished { run } => {
                format!("批次{run}含此人且尚未发放，请先发放该批次或重新核算。")
            }
            Withheld::PaymentInTransit { payment } => format!("发放明细{payment}在途，请先回盘。"),
            Withheld::PaymentReturned { payment } => format!("发放明细{payment}已退汇，请先重发或作废。"),
            Withheld::RecoveryOpen { payment } => format!("发放明细{payment}的追缴尚未办结，请先办结追缴。"),
            Withheld::RetentionRuns { class, from } => {
                format!("{}尚在法定保管期限内，自{from}起方可删除。", class.zh())
            }
        }
    }

    fn field(&self) -> &'static str {
        "person_id"
    }
}
