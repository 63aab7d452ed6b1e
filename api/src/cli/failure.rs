//! How a command ends: its exit code, and what it says when it could not do what was asked.

use std::io;

use domain::explain::Explain;
use eventlog::read::ReadError;
use projections::error::ProjectionError;
use serde_json::json;

use super::screen::{Form, Screen};
use crate::embedded_postgres::Interrupted;
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::registers::reading::Refusal;
use crate::registers::workbook::WorkbookError;
use crate::sealing::SealingRefusal;

/// How a command that could do its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Everything is well: exit code 0.
    Well,
    /// Something was found or refused that people must look at: exit code 1.
    Found,
}

impl Done {
    /// The exit code.
    pub const fn exit_code(self) -> u8 {
        match self {
            Done::Well => 0,
            Done::Found => 1,
        }
    }
}

/// Why a command did not do what was asked. Holds no personal value.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line is wrong: exit code 2.
    #[error("{en}")]
    Usage {
        /// Stable code.
        code: &'static str,
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// A file or an argument was refused: exit code 1.
    #[error("{en}")]
    Refused {
        /// Stable code.
        code: &'static str,
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// A job was refused or failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A register as a whole was not taken.
    #[error(transparent)]
    Register(#[from] Refusal),
    /// The ledger must not be worked with: exit code 3.
    #[error("{}", .0.text(Lang::En))]
    Sealing(SealingRefusal),
    /// The ledger cannot be reached or opened: exit code 3.
    #[error("{0:#}")]
    Unreachable(anyhow::Error),
    /// A signal asked to end.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// Standard output or input broke.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Anything else.
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

/// Exit code of a command whose reader went away: 128 and the number of SIGPIPE, as shells count.
const READER_GONE: u8 = 141;

impl Failure {
    /// Why a ledger could not be opened.
    pub fn opening(error: anyhow::Error) -> Failure {
        match error.downcast() {
            Ok(refusal) => Failure::Sealing(refusal),
            Err(error) => Failure::Unreachable(error),
        }
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage { .. } => 2,
            Failure::Unreachable(_) | Failure::Sealing(_) | Failure::Process(ProcessError::Database(_)) => 3,
            Failure::Process(error) if error.is_connection_lost() => 3,
            Failure::Interrupted(signal) => signal.exit_code(),
            Failure::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => READER_GONE,
            _ => 1,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::Usage { code, .. } | Failure::Refused { code, .. } => code,
            Failure::Process(error) => error.code(),
            Failure::Register(refusal) => refusal.code(),
            Failure::Unreachable(_) => "ledger_unreachable",
            Failure::Sealing(refusal) => refusal.code(),
            Failure::Interrupted(_) => "interrupted",
            Failure::Io(_) => "input_or_output_failed",
            Failure::Other(_) => "failed",
        }
    }

    /// What is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Failure::Usage { zh, .. } | Failure::Refused { zh, .. }, Lang::Zh) => zh.clone(),
            (Failure::Process(error), lang) => error.text(lang),
            (Failure::Sealing(refusal), lang) => refusal.text(lang),
            (Failure::Register(refusal), Lang::Zh) => refusal.zh(),
            (Failure::Unreachable(error), Lang::Zh) => format!("无法打开台账：{error:#}"),
            (Failure::Unreachable(error), Lang::En) => format!("the ledger cannot be opened: {error:#}"),
            _ => self.to_string(),
        }
    }

    /// Says once what is wrong: as the JSON answer, or on standard error for people. Silent when the reader is gone.
    pub fn show(&self, screen: &Screen) {
        if self.exit_code() == READER_GONE {
            return;
        }
        let message = self.text(screen.lang);
        if screen.form == Form::Json {
            // a reader that is gone by now needs no answer
            let mut error = json!({ "code": self.code(), "message": message });
            if let Failure::Process(ProcessError::Refused { field, .. }) = self
                && !field.is_empty()
            {
                error["field"] = json!(field);
            }
            if let Failure::Process(process) = self
                && !process.changed().is_empty()
            {
                error["changed"] = json!(process.changed());
            }
            let _ = screen.answer(&json!({ "error": error }));
        } else {
            eprintln!("ledger: {message} [{}]", self.code());
        }
    }
}

impl From<ProjectionError> for Failure {
    fn from(error: ProjectionError) -> Failure {
        ProcessError::from(error).into()
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Failure {
        ProcessError::from(error).into()
    }
}

impl From<WorkbookError> for Failure {
    fn from(error: WorkbookError) -> Failure {
        Failure::Other(error.into())
    }
}
