//! Who calls, and the users that an administrator manages.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::actor::{ActorId, Role};
use domain::user::{DataScope, Scope, UserCommand, UserKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Done;
use crate::access::Capability;
use crate::http::Api;
use crate::http::input::{Asked, AtDesk, Named, Sent};
use crate::http::list::{Order, Page, ShortAsked};
use crate::http::problem::Problem;
use crate::processes::users::{self as office, NewUser, TokenWanted};

/// Who calls.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Me {
    account: ActorId,
    role: Role,
    scopes: BTreeSet<Scope>,
    data_scope: DataScope,
    token_id: Uuid,
    /// The token's last day.
    expires_on: NaiveDate,
    /// What this token may do, by code.
    capabilities: Vec<&'static str>,
}

pub(super) async fn me(AtDesk { caller, .. }: AtDesk) -> Json<Me> {
    let may = |capability: &Capability| caller.may(*capability).is_ok();
    let capabilities =
        Capability::ALL.iter().filter(|each| may(each)).map(|capability| capability.code()).collect();
    Json(Me {
        account: caller.actor.id.clone(),
        role: caller.actor.role,
        scopes: caller.scopes.clone(),
        data_scope: caller.data_scope.clone(),
        token_id: caller.token_id,
        expires_on: caller.expires_on,
        capabilities,
    })
}

pub(super) async fn list(
    State(api): State<Api>,
    Asked(asked): Asked<ShortAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    const ORDER: Order = Order { id: "account", by: &["account", "title", "kind"] };
    let users = office::users(api.office()).await?;
    let position = api.office().repository.log().length().await;
    let position = position.map_err(crate::processes::ProcessError::from)?;
    let asked = ShortAsked { sort: asked.sort.or_else(|| Some("account".to_owned())), ..asked };
    Page::of_short(users, &asked, ORDER, position)?.answer(&headers)
}

/// An account to open.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    account: ActorId,
    kind: UserKind,
    /// What it is called at the office.
    title: String,
    /// Of which communities it sees people.
    data_scope: DataScope,
    /// The first roles; none for a consumer.
    #[serde(default)]
    roles: Vec<Role>,
}

pub(super) async fn open(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Sent(sent): Sent<NewAccount>,
) -> Result<Json<Done>, Problem> {
    let NewAccount { account, kind, title, data_scope, roles } = sent;
    let id = account.clone();
    office::open_user(api.office(), &desk, NewUser { account, kind, title, data_scope, roles }).await?;
    Done::with(&api, id).await
}

/// A change of a user.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// Gives a role.
    GrantRole {
        /// Which.
        role: Role,
    },
    /// Takes a role back.
    WithdrawRole {
        /// Which.
        role: Role,
    },
    /// Says of which communities the user sees people.
    SetDataScope {
        /// Which.
        data_scope: DataScope,
    },
    /// Takes the second factor from somebody who lost it.
    RemoveSecondFactor {
        /// Why.
        reason: String,
    },
    /// Lets the user in through a provider of identities too.
    LinkIdentity {
        /// The URL by which the provider names itself.
        issuer: String,
        /// The provider's name of the user (`sub`); a keyed hash of it is kept.
        subject: String,
    },
    /// Lets them in through it no longer.
    UnlinkIdentity {
        /// Why.
        reason: String,
    },
    /// Keeps the user out.
    Lock {
        /// Why.
        reason: String,
    },
    /// Lets the user in again.
    Unlock {},
    /// Makes a token worthless.
    RevokeToken {
        /// Which.
        token_id: Uuid,
        /// Why.
        reason: String,
    },
}

pub(super) async fn change(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(account): Named<ActorId>,
    Sent(sent): Sent<Change>,
) -> Result<Json<Done>, Problem> {
    let command = match sent {
        Change::GrantRole { role } => UserCommand::GrantRole { role },
        Change::WithdrawRole { role } => UserCommand::WithdrawRole { role },
        Change::SetDataScope { data_scope } => UserCommand::SetDataScope { data_scope },
        Change::RemoveSecondFactor { reason } => {
            office::remove_second_factor(api.office(), &desk, &account, reason).await?;
            return Done::with(&api, account).await;
        }
        Change::LinkIdentity { issuer, subject } => {
            office::link_identity(api.office(), &desk, &account, &issuer, &subject).await?;
            return Done::with(&api, account).await;
        }
        Change::UnlinkIdentity { reason } => {
            office::unlink_identity(api.office(), &desk, &account, reason).await?;
            return Done::with(&api, account).await;
        }
        Change::Lock { reason } => UserCommand::LockUser { reason },
        Change::Unlock {} => UserCommand::UnlockUser,
        Change::RevokeToken { token_id, reason } => UserCommand::RevokeToken { token_id, reason },
    };
    office::change_user(api.office(), &desk, &account, command).await?;
    Done::with(&api, account).await
}

/// A token to make.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// In which role it acts.
    role: Role,
    /// What it may do of that.
    scopes: BTreeSet<Scope>,
    /// What it is for.
    purpose: String,
    /// How many days it lives, at most 366.
    days: u16,
}

/// A token that was made.
#[derive(Serialize, JsonSchema)]
pub struct TokenView {
    token_id: Uuid,
    /// The token; it is shown this once, and a repeat of the request does not show it again.
    token: String,
    expires_on: NaiveDate,
}

pub(super) async fn issue(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(account): Named<ActorId>,
    Sent(sent): Sent<NewToken>,
) -> Result<Json<TokenView>, Problem> {
    let NewToken { role, scopes, purpose, days } = sent;
    let wanted = TokenWanted { account, role, scopes, purpose, days };
    let made = office::issue_token(api.office(), &desk, wanted).await?;
    Ok(Json(TokenView { token_id: made.token_id, token: made.token, expires_on: made.expires_on }))
}
