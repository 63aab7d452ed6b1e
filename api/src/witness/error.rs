//! Why a witness does not begin its work.

use std::io;
use std::path::PathBuf;

use domain::explain::Explain;
use eventlog::merkle::key::KeyError;

/// The directory of a witness cannot be used. Holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// Another witness has it open.
    #[error("another witness works in {path}; give each a directory of its own")]
    StateInUse {
        /// The directory.
        path: PathBuf,
    },
    /// A directory with records and without the key that signed them.
    #[error(
        "{path} is missing, but checkpoints were cosigned with it: restore it from a backup, or begin in a new directory under a new name"
    )]
    KeyMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Others can read the private key.
    #[error("others may read {path} (mode {mode:o}): chmod 600 it, and make a new key if they could read it")]
    KeyOpenToOthers {
        /// The key's file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file holds no key of a witness.
    #[error("{path} holds no private key of a witness: {error}")]
    KeyUnreadable {
        /// The key's file.
        path: PathBuf,
        /// What is wrong.
        error: KeyError,
    },
    /// The key has another name.
    #[error("the key in this directory is that of {found}, not of {expected}")]
    NameDiffers {
        /// As asked.
        expected: String,
        /// The key's.
        found: String,
    },
    /// The name cannot be one.
    #[error("a witness's name has no spaces and no plus, such as witness.example/audit-office")]
    NameUnusable,
    /// A key that signs no log's checkpoints.
    #[error("{0} is the key of a witness, not of a log")]
    NotALog(String),
    /// A record is not what this witness wrote.
    #[error(
        "{path} is not a checkpoint that this witness cosigned: restore it from a backup; without it the witness would forget what it saw"
    )]
    RecordDamaged {
        /// The record.
        path: PathBuf,
    },
    /// The file system.
    #[error("{path}: {error}")]
    StateUnusable {
        /// What could not be used.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl Explain for BookError {
    fn code(&self) -> &'static str {
        match self {
            BookError::StateInUse { .. } => "state_in_use",
            BookError::KeyMissing { .. } => "key_missing",
            BookError::KeyOpenToOthers { .. } => "key_open_to_others",
            BookError::KeyUnreadable { .. } => "key_unreadable",
            BookError::NameDiffers { .. } => "name_differs",
            BookError::NameUnusable => "name_unusable",
            BookError::NotALog(_) => "not_a_log",
            BookError::RecordDamaged { .. } => "record_damaged",
            BookError::StateUnusable { .. } => "state_unusable",
        }
    }

    fn zh(&self) -> String {
        match self {
            BookError::StateInUse { path } => {
                format!("{} 正由另一个见证方使用；每个见证方须有自己的目录", path.display())
            }
            BookError::KeyMissing { path } => {
                let path = path.display();
                format!("{path} 不见了，但曾用它签署检查点：请从备份恢复，或以新名称、新目录重新开始")
            }
            BookError::KeyOpenToOthers { path, mode } => {
                let path = path.display();
                format!("{path} 可被他人读取（权限 {mode:o}）：请 chmod 600；若已被读取，请更换密钥")
            }
            BookError::KeyUnreadable { path, error } => {
                format!("{} 中没有见证方私钥：{error}", path.display())
            }
            BookError::NameDiffers { expected, found } => {
                format!("该目录中的密钥属于 {found}，不是 {expected}")
            }
            BookError::NameUnusable => {
                "见证方名称不得含空格和加号，例如 witness.example/audit-office".to_owned()
            }
            BookError::NotALog(key) => format!("{key} 是见证方的公钥，不是日志的公钥"),
            BookError::RecordDamaged { path } => {
                let path = path.display();
                format!("{path} 不是本见证方签署过的检查点：请从备份恢复，否则会忘记见过的历史")
            }
            BookError::StateUnusable { path, error } => format!("{}：{error}", path.display()),
        }
    }
}
