//! Why a case has no schedule.

use chrono::NaiveDate;

use crate::calendar::BenefitMonth;
use crate::explain::Explain;
use crate::ids::PersonId;
use crate::personal::OpenError;
use crate::policy::AssessError;

/// Why the rules cannot be asked about a case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// It was never on the roll.
    #[error("the case is not on the roll")]
    NotEnrolled,
    /// It does not wait for a decision.
    #[error("the case is not under review")]
    NotUnderReview,
    /// The household has no event.
    #[error("the household is not registered")]
    HouseholdNotRegistered,
    /// The applicant never belonged to the household.
    #[error("{person} is no member of the household")]
    NotAMember {
        /// Who.
        person: PersonId,
    },
    /// Someone whose facts are needed was erased.
    #[error("the personal data of {person} were erased on {on}")]
    Erased {
        /// Who.
        person: PersonId,
        /// When.
        on: NaiveDate,
    },
    /// No income is recorded, not even none.
    #[error("no income of the household is recorded for {month}")]
    IncomeUnknown {
        /// The first month without.
        month: BenefitMonth,
    },
    /// A sealed value could not be opened.
    #[error(transparent)]
    Unopened(#[from] OpenError),
    /// The rules have no answer.
    #[error(transparent)]
    Unanswered(#[from] AssessError),
}

impl Explain for FactsError {
    fn code(&self) -> &'static str {
        match self {
            FactsError::NotEnrolled => "not_enrolled",
            FactsError::NotUnderReview => "not_under_review",
            FactsError::HouseholdNotRegistered => "household_not_registered",
            FactsError::NotAMember { .. } => "not_a_member",
            FactsError::Erased { .. } => "person_erased",
            FactsError::IncomeUnknown { .. } => "income_unknown",
            FactsError::Unopened(_) => "sealed_value_unreadable",
            FactsError::Unanswered(error) => error.code(),
        }
    }

    fn zh(&self) -> String {
        match self {
            FactsError::NotEnrolled => "该个案未在享受待遇，没有发放计划。".to_owned(),
            FactsError::NotUnderReview => "该个案不在审核中，无需测算。".to_owned(),
            FactsError::HouseholdNotRegistered => "该家庭尚未登记，请先办理家庭登记。".to_owned(),
            FactsError::NotAMember { .. } => "申请人不是该家庭成员，请核对家庭与申请人。".to_owned(),
            FactsError::Erased { on, .. } => format!("所需的个人信息已于{on}依法删除，无法再核定。"),
            FactsError::IncomeUnknown { month } => {
                format!("{month}没有登记家庭收入，请先登记收入（没有收入也要登记为零）。")
            }
            FactsError::Unopened(_) => "有加密信息无法解密，请联系管理员检查密钥。".to_owned(),
            FactsError::Unanswered(error) => error.zh(),
        }
    }

    fn field(&self) -> &'static str {
        match self {
            FactsError::NotAMember { .. } | FactsError::Erased { .. } => "person_id",
            FactsError::IncomeUnknown { .. } => "income",
            FactsError::Unanswered(error) => error.field(),
            _ => "",
        }
    }
}
