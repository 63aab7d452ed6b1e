//! Somebody to try the doors with: a demonstration that is served has an auditor with a token for the API, and people who
//! can sign in at the console, each in one role. Token and password are in files of their own.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use domain::actor::{Actor, ActorId, Role};
use domain::user::{DataScope, Scope, UserKind};

use crate::processes::users::{NewUser, TokenWanted, caller_of, issue_token, open_user, set_password};
use crate::processes::{Desk, Office};

/// The file with the token, below the data directory, mode 0600.
const TOKEN_FILE: &str = "demo-token";

/// The file with the password that all guests have, likewise.
const PASSWORD_FILE: &str = "demo-password";

/// Who can sign in: account, post, role.
pub const GUESTS: [(&str, &str, Role); 5] = [
    ("demo.clerk", "演示经办岗", Role::Clerk),
    ("demo.reviewer", "演示审核岗", Role::Reviewer),
    ("demo.approver", "演示审批岗", Role::Approver),
    ("demo.finance", "演示财务岗", Role::Finance),
    (AUDITOR, "演示审计岗", Role::Auditor),
];

/// The guest who has the token.
const AUDITOR: &str = "demo.auditor";

/// Where the secrets of the guests are.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The token of the auditor.
    pub token: PathBuf,
    /// The password of all of them.
    pub password: PathBuf,
}

/// Makes the guests, their password and the token, unless the files have them already.
///
/// # Errors
/// When a file cannot be written, or the ledger cannot be asked.
pub async fn invite(office: &Office, data: &Path) -> anyhow::Result<Invited> {
    let invited = Invited { token: data.join(TOKEN_FILE), password: data.join(PASSWORD_FILE) };
    let administrator = Actor { id: ActorId::parse("demo.setup")?, role: Role::Administrator };
    let desk = Desk::new(administrator, Utc::now());
    if !invited.password.exists() {
        make_guests(office, &desk, &invited.password).await?;
    }
    let kept = fs::read_to_string(&invited.token).unwrap_or_default();
    if caller_of(office, kept.trim(), Utc::now()).await?.is_none() {
        make_token(office, &desk, &invited.token).await?;
    }
    Ok(invited)
}

/// The accounts first, the file last: whoever was interrupted makes them again.
async fn make_guests(office: &Office, desk: &Desk, file: &Path) -> anyhow::Result<()> {
    let mut random = [0_u8; 15];
    getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random password: {error}"))?;
    let password = URL_SAFE_NO_PAD.encode(random);
    for (account, title, role) in GUESTS {
        let account = ActorId::parse(account)?;
        let (kind, data_scope) = (UserKind::Staff, DataScope::Everywhere);
        let user = NewUser {
            account: account.clone(),
            kind,
            title: title.to_owned(),
            data_scope,
            roles: vec![role],
        };
        open_user(office, desk, user).await?;
        set_password(office, desk, &account, &password).await?;
    }
    keep(file, &password)
}

async fn make_token(office: &Office, desk: &Desk, file: &Path) -> anyhow::Result<()> {
    let scopes = Scope::ALL.into_iter().filter(|scope| *scope != Scope::Write).collect();
    let (account, purpose) = (ActorId::parse(AUDITOR)?, "演示".to_owned());
    let wanted = TokenWanted { account, role: Role::Auditor, scopes, purpose, days: 30 };
    keep(file, &issue_token(office, desk, wanted).await?.token)
}

/// Writes a secret where its owner alone reads it.
fn keep(file: &Path, secret: &str) -> anyhow::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?;
    Ok(writeln!(file, "{secret}")?)
}
