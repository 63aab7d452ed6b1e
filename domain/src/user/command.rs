//! What can be asked of a user.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{DataScope, Scope, SignInDoor, SignInProof, UserKind};
use crate::actor::{ActorId, Role};
use crate::personal::BlindIndex;

/// A command to a user (用户).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserCommand {
    /// Opens an account.
    OpenUser {
        /// Its name, which names the stream too.
        account: ActorId,
        /// A person or another system.
        kind: UserKind,
        /// What it is called at the office.
        title: String,
        /// Of which communities it sees people.
        data_scope: DataScope,
    },
    /// Gives a person a role.
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
        /// From now on.
        data_scope: DataScope,
    },
    /// Records that a password was set. Its hash is kept elsewhere.
    RecordPassword,
    /// Records that the user proved to have a second factor. Its secret is kept elsewhere.
    RecordSecondFactor,
    /// Forgets the second factor of somebody who lost it.
    RemoveSecondFactor {
        /// Why.
        reason: String,
    },
    /// Lets the user in as a subject of a provider of identities too. The caller links the subject in the same append.
    LinkIdentity {
        /// Of which provider.
        issuer: String,
        /// The keyed hash of the subject.
        subject: BlindIndex,
    },
    /// Lets them in as that no longer.
    UnlinkIdentity {
        /// Which, as it was seen; none where there was none.
        subject: Option<BlindIndex>,
        /// Why.
        reason: String,
    },
    /// Keeps the user out.
    LockUser {
        /// Why.
        reason: String,
    },
    /// Lets the user in again.
    UnlockUser,
    /// Records that a token was made. Its hash is kept elsewhere.
    IssueToken(TokenTerms),
    /// Makes a token worthless.
    RevokeToken {
        /// Which.
        token_id: Uuid,
        /// Why.
        reason: String,
    },
    /// Records a sign-in.
    RecordSignIn {
        /// How many were refused since the one before.
        refused_before: u32,
        /// By which door.
        door: SignInDoor,
        /// By what besides that.
        proof: Option<SignInProof>,
    },
    /// Records sign-ins that were refused in a row.
    RecordRefusals {
        /// How many.
        count: u32,
    },
}

/// What a token may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenTerms {
    /// Names it; no secret.
    pub token_id: Uuid,
    /// In which role it acts.
    pub role: Role,
    /// What of that role's doings it may do.
    pub scopes: BTreeSet<Scope>,
    /// What it is for.
    pub purpose: String,
    /// Its last day.
    pub expires_on: NaiveDate,
}

impl UserCommand {
    /// The name of the command, for refusals.
    pub const fn name(&self) -> &'static str {
        match self {
            UserCommand::OpenUser { .. } => "OpenUser",
            UserCommand::GrantRole { .. } => "GrantRole",
            UserCommand::WithdrawRole { .. } => "WithdrawRole",
            UserCommand::SetDataScope { .. } => "SetDataScope",
            UserCommand::RecordPassword => "RecordPassword",
            UserCommand::RecordSecondFactor => "RecordSecondFactor",
            UserCommand::RemoveSecondFactor { .. } => "RemoveSecondFactor",
            UserCommand::LinkIdentity { .. } => "LinkIdentity",
            UserCommand::UnlinkIdentity { .. } => "UnlinkIdentity",
            UserCommand::LockUser { .. } => "LockUser",
            UserCommand::UnlockUser => "UnlockUser",
            UserCommand::IssueToken(_) => "IssueToken",
            UserCommand::RevokeToken { .. } => "RevokeToken",
            UserCommand::RecordSignIn { .. } => "RecordSignIn",
            UserCommand::RecordRefusals { .. } => "RecordRefusals",
        }
    }

    /// Whether what open sessions rest on is another afterwards, so that they end.
    pub const fn ends_sessions(&self) -> bool {
        matches!(
            self,
            UserCommand::GrantRole { .. }
                | UserCommand::WithdrawRole { .. }
                | UserCommand::RecordPassword
                | UserCommand::RecordSecondFactor
                | UserCommand::RemoveSecondFactor { .. }
                | UserCommand::UnlinkIdentity { .. }
                | UserCommand::LockUser { .. }
        )
    }

    /// Whether users do this to their own account too, in whatever role.
    pub const fn is_own_business(&self) -> bool {
        matches!(
            self,
            UserCommand::RecordPassword | UserCommand::RecordSecondFactor | UserCommand::RevokeToken { .. }
        )
    }

    /// The roles that do this to the accounts of others.
    pub const fn allowed_roles(&self) -> &'static [Role] {
        match self {
            UserCommand::RecordSignIn { .. } | UserCommand::RecordRefusals { .. } => &[Role::System],
            // who sets it sees its secret: nobody does that for another
            UserCommand::RecordSecondFactor => &[],
            _ => &[Role::Administrator],
        }
    }
}
