//! Why a job was not done.

use domain::explain::Explain;
use domain::money::MoneyError;
use domain::personal::OpenError;
use eventlog::append::AppendError;
use eventlog::repository::{ExecuteError, LoadError};

use crate::lang::Lang;

/// Why a job was not done. Holds no personal value.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The domain refused.
    #[error("{en}")]
    Refused {
        /// The refusal's stable code.
        code: &'static str,
        /// The field at fault; empty for the whole.
        field: &'static str,
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// No registered person has this ID number.
    #[error("no registered person has this ID number")]
    UnknownPerson,
    /// There is no such case, run, campaign or fund.
    #[error("there is no such {what}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
    },
    /// A sealed value cannot be opened.
    #[error(transparent)]
    Sealed(#[from] OpenError),
    /// A sum is out of range.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The log refused or failed.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// A stream cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// Anything that is a defect or a damaged ledger, never input.
    #[error("{0}")]
    Damaged(String),
}

impl ProcessError {
    /// A refusal of the domain.
    pub fn refused(refusal: &impl Explain) -> ProcessError {
        ProcessError::Refused {
            code: refusal.code(),
            field: refusal.field(),
            zh: refusal.zh(),
            en: refusal.to_string(),
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ProcessError::Refused { code, .. } => code,
            ProcessError::UnknownPerson => "unknown_person",
            ProcessError::Unknown { .. } => "unknown_object",
            ProcessError::Sealed(_) => "sealed_value",
            ProcessError::Money(_) => "amount_out_of_range",
            ProcessError::Append(_) => "append_failed",
            ProcessError::Load(_) => "stream_unreadable",
            ProcessError::Database(_) => "database_failed",
            ProcessError::Damaged(_) => "damaged",
        }
    }

    /// What is wrong, for people.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (ProcessError::Refused { zh, .. }, Lang::Zh) => zh.clone(),
            (ProcessError::UnknownPerson, Lang::Zh) => "该身份证号尚未登记，请先登记人员".to_owned(),
            (ProcessError::Unknown { what }, Lang::Zh) => format!("没有这个对象（{what}）"),
            _ => self.to_string(),
        }
    }
}

impl<E: Explain> From<ExecuteError<E>> for ProcessError {
    fn from(error: ExecuteError<E>) -> ProcessError {
        match error {
            ExecuteError::Refused(refusal) => ProcessError::refused(&refusal),
            ExecuteError::Append(error) => ProcessError::Append(error),
            ExecuteError::Load(error) => ProcessError::Load(error),
        }
    }
}
