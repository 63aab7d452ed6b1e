//! Somebody to try the API with: a demonstration that is served has an auditor with a token, in a file of its own.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::Utc;
use domain::actor::{Actor, ActorId, Role};
use domain::user::{DataScope, Scope, UserKind};

use crate::processes::users::{NewUser, TokenWanted, caller_of, issue_token, open_user};
use crate::processes::{Desk, Office};

/// The file with the token, below the data directory, mode 0600.
const FILE: &str = "demo-token";

/// Makes the auditor and the token, unless the file has one that is still worth something.
///
/// # Errors
/// When the file cannot be written, or the ledger cannot be asked.
pub async fn invite(office: &Office, data: &Path) -> anyhow::Result<PathBuf> {
    let path = data.join(FILE);
    if let Ok(kept) = std::fs::read_to_string(&path)
        && caller_of(office, kept.trim(), Utc::now()).await?.is_some()
    {
        return Ok(path);
    }
    let administrator = Actor { id: ActorId::parse("demo.setup")?, role: Role::Administrator };
    let desk = Desk::new(administrator, Utc::now());
    let account = ActorId::parse("demo.auditor")?;
    let (title, data_scope) = ("演示审计岗".to_owned(), DataScope::Everywhere);
    let roles = vec![Role::Auditor];
    let user = NewUser { account: account.clone(), kind: UserKind::Staff, title, data_scope, roles };
    open_user(office, &desk, user).await?;
    let scopes = Scope::ALL.into_iter().filter(|scope| *scope != Scope::Write).collect();
    let purpose = "演示".to_owned();
    let wanted = TokenWanted { account, role: Role::Auditor, scopes, purpose, days: 30 };
    let issued = issue_token(office, &desk, wanted).await?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    writeln!(file, "{}", issued.token)?;
    Ok(path)
}
