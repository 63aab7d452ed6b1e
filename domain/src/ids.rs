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
    pub fn derive(case: CaseId, month: BenefitMonth, attempt: u32) -> PaymentId {
        PaymentId(Uuid::new_v5(&PAYMENTS, format!("{case}|{month}|{attempt}").as_bytes()))
    }
}

/// The namespace of derived ids of files from the bank.
const BANK_RETURNS: Uuid = Uuid::from_u128(0x6f1c_6a52_5a0b_5d0e_9d1f_2a4c_7f10_0002);

impl BankReturnId {
    /// The id of a file with this SHA-256 for `run`: the same bytes taken in again are the same stream.
    pub fn derive(run: RunId, sha256: &str) -> BankReturnId {
        BankReturnId(Uuid::new_v5(&BANK_RETURNS, format!("{run}|{sha256}").as_bytes()))
    }
}
