//! One sign-in that is underway. Everything that the provider is sent follows from one secret in the browser, so that
//! nothing of it is kept here.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A sign-in that is underway.
pub struct Attempt {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

impl Attempt {
    /// The one of this secret.
    pub fn of(secret: &str) -> Attempt {
        let [state, nonce, verifier] = ["state", "nonce", "pkce"].map(|label| derived(secret, label));
        Attempt { state, nonce, verifier }
    }

    /// Whether the provider answers to this one. Takes as long whatever differs.
    pub fn is_answered_by(&self, state: &str) -> bool {
        Sha256::digest(state) == Sha256::digest(&self.state)
    }
}

/// 43 characters, as PKCE wants them (RFC 7636, 4.1). The secret is random, so that a hash of it tells nothing of the others.
fn derived(secret: &str, label: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{label}|{secret}")))
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_follows_from_the_secret_and_differs_from_it_and_from_each_other() {
        let (one, same, other) = (Attempt::of("secret"), Attempt::of("secret"), Attempt::of("secreu"));
        assert!(one.is_answered_by(&same.state) && !one.is_answered_by(&other.state));
        assert!(!one.is_answered_by("") && !one.is_answered_by("secret"));
        let all = [&one.state, &one.nonce, &one.verifier];
        assert!(all.iter().all(|each| each.len() == 43), "{all:?}");
        assert!(one.state != one.nonce && one.nonce != one.verifier && one.verifier != one.state);
    }
}
