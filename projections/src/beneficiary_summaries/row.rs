//! A benefit month of a case, and what it came to.

use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId, PersonId};
use domain::money::Money;
use domain::program::Program;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::payment_registers::facts::PaymentFacts;
use crate::rows::KeyedRow;

/// One benefit month of a case, with its payments in sum: a row of `read_beneficiary_months`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeneficiaryMonth {
    /// The month's first attempt, whose identifier names case and month.
    pub first_payment_id: PaymentId,
    /// The person.
    pub beneficiary: PersonId,
    /// The case.
    pub case_id: CaseId,
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: BenefitMonth,
    /// What the month was due in all at its last order.
    #[serde(rename = "due_fen")]
    pub due: Money,
    /// Ordered, ever.
    #[serde(rename = "ordered_fen")]
    pub ordered: Money,
    /// Of that, arrived.
    #[serde(rename = "settled_fen")]
    pub settled: Money,
    /// Of that, came back, whatever became of it then.
    #[serde(rename = "returned_fen")]
    pub returned: Money,
    /// Of what arrived, paid as arrears.
    #[serde(rename = "arrears_fen")]
    pub arrears: Money,
    /// Asked back of what arrived.
    #[serde(rename = "recovery_opened_fen")]
    pub recovery_opened: Money,
    /// Come back of what was asked back.
    #[serde(rename = "recovery_received_fen")]
    pub recovery_received: Money,
    /// Given up of what was asked back.
    #[serde(rename = "recovery_waived_fen")]
    pub recovery_waived: Money,
    /// Due with what arrived and withheld from it, to repay earlier payments.
    #[serde(rename = "withheld_fen")]
    pub withheld: Money,
    /// Payments ordered.
    pub ordered_count: u64,
    /// Payments that arrived.
    pub settled_count: u64,
    /// Payments that came back.
    pub returned_count: u64,
    /// Payments of arrears that arrived.
    pub arrears_count: u64,
}

impl KeyedRow for BeneficiaryMonth {
    const LOAD: &'static str = include_str!("sql/load_months.sql");
    const STORE: &'static str = include_str!("sql/store_months.sql");

    fn key(&self) -> Uuid {
        self.first_payment_id.uuid()
    }
}

/// The name of a payment's month: its first attempt.
pub(super) fn name_of_month(facts: &PaymentFacts) -> Uuid {
    PaymentId::derive(facts.case_id, facts.month, 1).uuid()
}

impl BeneficiaryMonth {
    pub(super) fn of(facts: &PaymentFacts) -> BeneficiaryMonth {
        BeneficiaryMonth {
            first_payment_id: PaymentId::new(name_of_month(facts)),
            beneficiary: facts.beneficiary,
            case_id: facts.case_id,
            program: facts.program,
            month: facts.month,
            due: Money::ZERO,
            ordered: Money::ZERO,
            settled: Money::ZERO,
            returned: Money::ZERO,
            arrears: Money::ZERO,
            recovery_opened: Money::ZERO,
            recovery_received: Money::ZERO,
            recovery_waived: Money::ZERO,
            withheld: Money::ZERO,
            ordered_count: 0,
            settled_count: 0,
            returned_count: 0,
            arrears_count: 0,
        }
    }
}
