//! The answer to an assessment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reason::Reasons;
use crate::calendar::BenefitMonth;
use crate::explain::Explain;
use crate::money::{Money, MoneyError};
use crate::program::Program;

/// What is due, for every asked program and month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// In the order of the question.
    pub results: Vec<ProgramOutcome>,
    /// Entitled minus paid for every asked program, when the question says what was paid: more than nothing is
    /// owed (补发), less was paid too much (追缴).
    pub balance: Option<Vec<(Program, Money)>>,
}

impl Outcome {
    /// What `program` gives in `month`; `None` when it was not asked for.
    pub fn month(&self, program: Program, month: BenefitMonth) -> Option<&MonthOutcome> {
        let result = self.results.iter().find(|result| result.program == program)?;
        result.months.iter().find(|one| one.month == month)
    }
}

/// What one program gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramOutcome {
    /// Which.
    pub program: Program,
    /// Whether any month is payable.
    pub decision: Decision,
    /// Every reason of any month.
    pub reasons: Reasons,
    /// Every asked month.
    pub months: Vec<MonthOutcome>,
}

/// What one program gives for one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthOutcome {
    /// Which.
    pub month: BenefitMonth,
    /// Nothing when not payable, and for a recognition.
    pub amount: Money,
    /// Why it is not payable; empty when it is.
    pub reasons: Reasons,
}

impl MonthOutcome {
    /// Whether the month is payable (or, of a recognition, whether its test holds).
    pub const fn is_payable(self) -> bool {
        self.reasons.is_empty()
    }
}

/// Whether any asked month is payable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Some month is.
    Eligible,
    /// None is.
    Ineligible,
}

impl Decision {
    /// The contract's word.
    pub const fn code(self) -> &'static str {
        match self {
            Decision::Eligible => "eligible",
            Decision::Ineligible => "ineligible",
        }
    }
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssessError {
    /// A fact that the program needs is missing.
    #[error("the program needs {field}")]
    MissingFact {
        /// Its dotted path.
        field: &'static str,
    },
    /// No rate is known for the month.
    #[error("no value of {parameter} is known for {month}")]
    RateUnknown {
        /// The parameter's key.
        parameter: &'static str,
        /// The month.
        month: BenefitMonth,
    },
    /// A sum is larger than any amount may be.
    #[error("a sum of the amounts is out of range")]
    AmountOutOfRange,
}

impl From<MoneyError> for AssessError {
    fn from(_: MoneyError) -> AssessError {
        AssessError::AmountOutOfRange
    }
}

impl Explain for AssessError {
    fn code(&self) -> &'static str {
        match self {
            AssessError::MissingFact { .. } => "missing_fact",
            AssessError::RateUnknown { .. } => "rate_unknown",
            AssessError::AmountOutOfRange => "amount_out_of_range",
        }
    }

    fn zh(&self) -> String {
        match self {
            AssessError::MissingFact { field } => format!("核定需要填写 {field}"),
            AssessError::RateUnknown { parameter, month } => {
                format!("{month} 没有已公布的标准({parameter}),请在规则库中补充")
            }
            AssessError::AmountOutOfRange => "金额合计超出范围,请核对各项金额".to_owned(),
        }
    }

    fn field(&self) -> &'static str {
        match self {
            AssessError::MissingFact { field } => field,
            _ => "",
        }
    }
}
