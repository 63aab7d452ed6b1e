//! Which subject is which user.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::actor::ActorId;
use crate::personal::BlindIndex;

/// The aggregate IdentityProvider (统一身份认证).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// The users, by the keyed hash of their subject.
    pub(super) subjects: BTreeMap<BlindIndex, ActorId>,
}

impl IdentityProvider {
    /// The name of the stream of a provider.
    pub fn stream_id(issuer: &str) -> String {
        let name = format!("identity provider|{issuer}");
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
    }

    /// Which user a subject is.
    pub fn account_of(&self, subject: &BlindIndex) -> Option<&ActorId> {
        self.subjects.get(subject)
    }
}

impl fmt::Display for IdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a provider with {} linked subjects", self.subjects.len())
    }
}
