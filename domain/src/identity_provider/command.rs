//! What can be asked of a provider of identities.

use super::ProviderRefusal;
use crate::actor::{ActorId, Role};
use crate::personal::BlindIndex;

/// A command to a provider of identities (统一身份认证).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityProviderCommand {
    /// From now on the subject is this user.
    LinkSubject {
        /// Of which provider.
        issuer: String,
        /// The keyed hash of the subject.
        subject: BlindIndex,
        /// Which user.
        account: ActorId,
    },
    /// The subject is this user no longer.
    ReleaseSubject {
        /// The keyed hash of the subject.
        subject: BlindIndex,
        /// Which user.
        account: ActorId,
    },
    /// Records refused sign-ins.
    RecordRefusals {
        /// Of which provider.
        issuer: String,
        /// Why.
        refusal: ProviderRefusal,
        /// Who it would have been, where that was proved.
        account: Option<ActorId>,
        /// How many on this day so far.
        count: u32,
    },
}

impl IdentityProviderCommand {
    /// The roles that may ask.
    pub const fn allowed_roles(&self) -> &'static [Role] {
        match self {
            IdentityProviderCommand::RecordRefusals { .. } => &[Role::System],
            _ => &[Role::Administrator],
        }
    }
}
