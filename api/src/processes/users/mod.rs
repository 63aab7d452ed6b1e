//! 用户管理: who may come in by which door. The doors ask here and have no rules of their own.
//!
//! What a user may is in the log ([`domain::user`]); what is secret is in tables of its own: [`passwords`],
//! [`second_factor`], [`tokens`]. Who a provider of identities says somebody is, is found by [`provider`].

mod passwords;
mod provider;
mod second_factor;
mod sessions;
mod tokens;
mod totp;

use std::sync::Arc;

use domain::actor::{Actor, ActorId, Role};
use domain::user::{Account, DataScope, User, UserCommand, UserKind};
use uuid::Uuid;

pub use passwords::{admit_by_password, check_password, set_password, sign_in};
pub use provider::{
    admit_by_provider, count_provider_refusal, link_identity, unlink_identity, user_of_subject,
};
pub use second_factor::{
    NewFactor, begin_second_factor, begun_second_factor, confirm_second_factor, remove_second_factor,
    show_code, sign_in_with_code, sign_in_with_first,
};
pub use tokens::{
    IssuedToken, KnownToken, KnownTokens, TokenUse, TokenWanted, caller_of, holder_of, issue_token,
    token_named, token_uses,
};
pub use totp::QrPicture;

use super::{Desk, Office, ProcessError, Step};
use sessions::end_sessions;
pub use sessions::{Standing, lock_sessions, overtaken, still_stands};

/// An account that is to be opened.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its name.
    pub account: ActorId,
    /// A person or another system.
    pub kind: UserKind,
    /// What it is called at the office.
    pub title: String,
    /// Of which communities it sees people.
    pub data_scope: DataScope,
    /// The first roles.
    pub roles: Vec<Role>,
}

/// Opens an account with its first roles. Doing it again changes nothing.
///
/// # Errors
/// [`ProcessError`]: the account is taken, or the domain refuses.
pub async fn open_user(office: &Office, desk: &Desk, user: NewUser) -> Result<(), ProcessError> {
    let NewUser { account, kind, title, data_scope, roles } = user;
    let id = account.to_string();
    let open = UserCommand::OpenUser { account, kind, title, data_scope };
    let grants = roles.into_iter().map(|role| UserCommand::GrantRole { role });
    let steps: Vec<Step> =
        std::iter::once(open).chain(grants).map(|command| Step::User(id.clone(), command)).collect();
    office.together(desk, Uuid::new_v4(), steps).await?;
    Ok(())
}

/// One command to a user. What is open ends afterwards, where it rested on what is another now; also on a repeat, so that
/// what was interrupted can be finished.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn change_user(
    office: &Office,
    desk: &Desk,
    account: &ActorId,
    command: UserCommand,
) -> Result<(), ProcessError> {
    let ends = command.ends_sessions();
    office.together(desk, Uuid::new_v4(), [Step::User(account.to_string(), command)]).await?;
    if ends { end_sessions(office, desk, account).await } else { Ok(()) }
}

/// Every user, by account.
///
/// # Errors
/// [`ProcessError`] when a stream cannot be read.
pub async fn users(office: &Office) -> Result<Vec<Account>, ProcessError> {
    let accounts: Vec<String> =
        sqlx::query_scalar(include_str!("sql/accounts.sql")).fetch_all(&office.pool).await?;
    let mut users = Vec::with_capacity(accounts.len());
    for account in accounts {
        let user = Arc::unwrap_or_clone(office.repository.load_newest::<User>(account).await?.state);
        if let User::Open(account) = user {
            users.push(*account);
        }
    }
    Ok(users)
}

/// One user.
///
/// # Errors
/// [`ProcessError::Unknown`], and when the stream cannot be read.
pub async fn user(office: &Office, account: &ActorId) -> Result<Account, ProcessError> {
    let loaded = office.repository.load_newest::<User>(account).await?;
    loaded.state.account().cloned().ok_or(ProcessError::Unknown { what: "user" })
}

/// The program itself, for what it records of users.
fn system_desk(now: chrono::DateTime<chrono::Utc>) -> Result<Desk, ProcessError> {
    let id = ActorId::parse("ledger").map_err(|error| ProcessError::Damaged(error.to_string()))?;
    Ok(Desk::new(Actor { id, role: Role::System }, now))
}
