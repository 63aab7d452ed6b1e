//! The names of things: one type for each, so that a case is never taken for a payment.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::calendar::BenefitMonth;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a universally unique identifier as it is.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The identifier inside.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(/// A natural person (个人): the owner of personal data and of the keys that seal it.
    PersonId);
id!(/// A household (家庭), the unit of assistance.
    HouseholdId);
id!(/// An attachment (附件): a scan or a photograph of a person's papers.
    AttachmentId);
id!(/// A benefit case (救助个案): one enrollment of a household or person in one program.
    CaseId);
id!(/// A payment run (发放批次).
    RunId);
id!(/// One payment (发放明细), derived by [`PaymentId::derive`].
    PaymentId);
id!(/// A recovery plan (追回方案), derived by [`RecoveryPlanId::derive`].
    RecoveryPlanId);
id!(/// A donation campaign (募捐活动).
    CampaignId);
id!(/// One donation (捐赠).
    DonationId);
id!(/// One remittance of donated money to another organisation (善款转交).
    RemittanceId);
id!(/// A fund (资金).
    FundId);
id!(/// A file from the bank, taken in for a run (回盘), derived by [`BankReturnId::derive`].
    BankReturnId);

/// The namespace of derived plan ids.
const RECOVERY_PLANS: Uuid = Uuid::from_u128(0x6f1c_6a52_5a0b_5d0e_9d1f_2a4c_7f10_0002);

impl RecoveryPlanId {
    /// The id of the case's plan with this number, from 1. As it is the name of the plan's stream, the log's own
    /// uniqueness forbids two people to propose the same one.
    pub fn derive(case: CaseId, number: u32) -> RecoveryPlanId {
        RecoveryPlanId(Uuid::new_v5(&RECOVERY_PLANS, format!("{case}|{number}").as_bytes()))
    }
}

/// The namespace of derived payment ids.
const PAYMENTS: Uuid = Uuid::from_u128(0x6f1c_6a52_5a0b_5d0e_9d1f_2a4c_7f10_0001);

impl PaymentId {
    /// The id of attempt `attempt` (from 1) at paying `month` of `case`. As it is the name of the payment's
    /// stream, the log's own uniqueness forbids ordering the same attempt twice.
    ///
    /// It begins with the month, so that the payments of a run, which are written and looked up together, lie together
    /// in every index; the rest is a hash, which does not tell whose they are.
    pub fn derive(case: CaseId, month: BenefitMonth, attempt: u32) -> PaymentId {
        let mut bytes = Uuid::new_v5(&PAYMENTS, format!("{case}|{month}|{attempt}").as_bytes()).into_bytes();
        [.., bytes[0], bytes[1]] = month.since_year_zero().to_be_bytes();
        PaymentId(Uuid::new_v8(bytes))
    }
}

/// The namespace of derived ids of files from the bank.
const BANK_RETURNS: Uuid = Uuid::from_u128(0x6f1c_6a52_5a0b_5d0e_9d1f_2a4c_7f10_0003);

impl BankReturnId {
    /// The id of a file with this SHA-256 for `run`: the same bytes taken in again are the same stream.
    pub fn derive(run: RunId, sha256: &str) -> BankReturnId {
        BankReturnId(Uuid::new_v5(&BANK_RETURNS, format!("{run}|{sha256}").as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(case: u128, month: &str, attempt: u32) -> PaymentId {
        PaymentId::derive(CaseId::new(Uuid::from_u128(case)), month.parse().unwrap(), attempt)
    }

    #[test]
    fn a_payment_is_named_by_its_case_month_and_attempt() {
        assert_eq!(payment(1, "2023-07", 1), payment(1, "2023-07", 1));
        let others = [payment(2, "2023-07", 1), payment(1, "2023-08", 1), payment(1, "2023-07", 2)];
        assert!(others.iter().all(|other| *other != payment(1, "2023-07", 1)), "{others:?}");
    }

    #[test]
    fn payments_lie_in_the_order_of_their_months() {
        let months = ["1900-01", "2023-12", "2024-01", "2199-12"];
        let named = months.map(|month| [1, 2, 3, u128::MAX].map(|case| payment(case, month, 1).to_string()));
        for pair in named.windows(2) {
            assert!(pair[0].iter().max() < pair[1].iter().min(), "{pair:?}");
        }
    }
}
