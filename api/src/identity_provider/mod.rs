//! 统一身份认证: asks the office's provider of identities who a visitor is (OpenID Connect Core 1.0: authorization code flow
//! with PKCE). What it says is a subject and whether it asked for a second factor; who that is here, and what they may, is
//! the ledger's own matter ([`crate::processes::users`]).
//!
//! | What | Against what |
//! |---|---|
//! | `state`, bound to a cookie that lives ten minutes and is good once | a sign-in that somebody else began |
//! | PKCE, S256 | a code that was caught on its way |
//! | `nonce` | an ID token that was made for another sign-in |
//! | signature by a key of the provider; no `none`, no shared secret | an ID token that the provider did not make |
//! | issuer, audience and authorized party, to the letter | a token of another provider, or for another program |
//! | end and time of making, a minute of difference between the clocks | an old token |
//! | `iss` of the answer, where it is given (RFC 9207) | a mix-up of providers |
//!
//! The provider is asked over https with a time and a size that it must keep, and never follows us elsewhere: redirects are
//! not followed. Its metadata and keys are remembered for ten minutes. When a signature is by none of them they are read anew
//! at once, and then not again for ten seconds: a provider that changed its key keeps nobody waiting, and who sends tokens of
//! unknown keys does not make us ask it each time.

mod attempt;
mod reach;
mod settings;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use domain::explain::Explain;
use domain::identity_provider::ProviderRefusal;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJwsSigningAlgorithm,
    CoreProviderMetadata,
};
use openidconnect::{
    AuthType, AuthenticationMethodReference, AuthorizationCode, ClaimsVerificationError, CsrfToken,
    DiscoveryError, Nonce, PkceCodeChallenge, PkceCodeVerifier, RequestTokenError, TokenResponse,
};
use tokio::sync::Mutex;

use crate::outgoing::innermost;

pub use attempt::Attempt;
use reach::{Reach, ReachError};
pub use settings::{ProviderGiven, ProviderSettings, ProviderSettingsError, ProviderWord, RETURN_PATH};

/// How long the provider's metadata and keys are remembered.
const REMEMBERED: Duration = Duration::from_secs(600);

/// How long a provider that did not answer is not asked again, so that visitors do not wait one after another.
const NOT_ASKED_AGAIN: Duration = Duration::from_secs(2);

/// How long nothing is read anew for another key that is not among what is remembered.
const KEYS_NOT_ASKED_AGAIN: Duration = Duration::from_secs(10);

/// By how much the clocks may differ, in seconds.
const SKEW_SECONDS: i64 = 60;

/// How long before now an ID token may have been made, in minutes: the sign-in itself takes no longer.
const AGE_MINUTES_MAX: i64 = 10;

/// The longest subject (OpenID Connect Core 1.0, 2).
const SUBJECT_LENGTH_MAX: usize = 255;

/// What may have signed an ID token: nothing with a shared secret, and not nothing.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Who the provider says a visitor is. Not to be written anywhere but into the hash by which users are found.
pub struct Shown {
    /// The provider's own name of them.
    pub subject: String,
    /// Whether it asked for a second factor (RFC 8176: `mfa` or `otp`).
    pub second_factor: bool,
}

/// The office's provider of identities. Cheap to clone.
#[derive(Clone)]
pub struct IdentityProvider {
    settings: Arc<ProviderSettings>,
    reach: Reach,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    metadata: Option<(CoreProviderMetadata, Instant)>,
    failed: Option<(ProviderRefusal, Instant)>,
    /// When it was read anew for a key that was not among it.
    keys_asked_at: Option<Instant>,
}

/// Why the provider's metadata is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// To begin or to go on: what is remembered will do.
    AsRemembered,
    /// A signature is by none of the keys that are remembered.
    NewKeys,
}

impl Known {
    /// What is remembered, where it need not be read anew.
    fn that_will_do(&self, wanted: Wanted) -> Option<&CoreProviderMetadata> {
        let (metadata, read_at) = self.metadata.as_ref()?;
        let fresh = match wanted {
            Wanted::AsRemembered => read_at.elapsed() < REMEMBERED,
            Wanted::NewKeys => {
                self.keys_asked_at.is_some_and(|asked_at| asked_at.elapsed() < KEYS_NOT_ASKED_AGAIN)
            }
        };
        fresh.then_some(metadata)
    }
}

impl IdentityProvider {
    /// The provider of these settings. Nothing is asked yet: a provider that is down keeps no server from starting.
    ///
    /// # Errors
    /// When the suite of TLS is not usable.
    pub fn try_new(settings: ProviderSettings) -> Result<IdentityProvider, rustls::Error> {
        let reach = Reach::try_new(settings.authorities.clone())?;
        Ok(IdentityProvider { settings: Arc::new(settings), reach, known: Arc::default() })
    }

    /// The URL by which it names itself.
    pub fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// Whether its word is taken that it asked for a second factor.
    pub fn word(&self) -> ProviderWord {
        self.settings.word
    }

    /// Where the visitor is sent.
    ///
    /// # Errors
    /// [`ProviderRefusal::ProviderUnreachable`], [`ProviderRefusal::ProviderNotTrusted`].
    pub async fn begin(&self, attempt: &Attempt) -> Result<String, ProviderRefusal> {
        let metadata = self.metadata(Wanted::AsRemembered).await?;
        let client = CoreClient::from_provider_metadata(
            metadata,
            self.settings.client.clone(),
            self.settings.secret.clone(),
        )
        .set_redirect_uri(self.settings.redirect.clone());
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let (state, nonce) = (attempt.state.clone(), attempt.nonce.clone());
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state.clone()),
                move || Nonce::new(nonce.clone()),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    /// Whom the provider gives for the code.
    ///
    /// # Errors
    /// [`ProviderRefusal`].
    pub async fn finish(
        &self,
        attempt: &Attempt,
        code: String,
        now: DateTime<Utc>,
    ) -> Result<Shown, ProviderRefusal> {
        let metadata = self.metadata(Wanted::AsRemembered).await?;
        let token = self.exchange(&metadata, attempt, code).await?;
        match self.shown(&metadata, &token, attempt, now) {
            Err(ProviderRefusal::IdTokenSignatureWrong) => {
                // the provider may have taken another key since
                let metadata = self.metadata(Wanted::NewKeys).await?;
                self.shown(&metadata, &token, attempt, now)
            }
            answered => answered,
        }
    }

    async fn exchange(
        &self,
        metadata: &CoreProviderMetadata,
        attempt: &Attempt,
        code: String,
    ) -> Result<CoreIdToken, ProviderRefusal> {
        let by_form = metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            self.settings.client.clone(),
            self.settings.secret.clone(),
        )
        .set_redirect_uri(self.settings.redirect.clone())
        .set_auth_type(if by_form { AuthType::RequestBody } else { AuthType::BasicAuth });
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|_| {
            tracing::warn!("the identity provider names no token endpoint");
            ProviderRefusal::ProviderUnreachable
        })?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let answer = request.set_pkce_verifier(verifier).request_async(&self.reach).await;
        let tokens = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => {
                // by its code alone: what else it says may name somebody
                tracing::info!(
                    error = said.error().as_ref(),
                    "the identity provider gives nothing for a code"
                );
                ProviderRefusal::ProviderCodeRefused
            }
            RequestTokenError::Request(error) => {
                tracing::warn!(%error, "the identity provider does not answer");
                error.refusal()
            }
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => ProviderRefusal::IdTokenUnreadable,
        })?;
        tokens.id_token().cloned().ok_or(ProviderRefusal::IdTokenUnreadable)
    }

    fn shown(
        &self,
        metadata: &CoreProviderMetadata,
        token: &CoreIdToken,
        attempt: &Attempt,
        now: DateTime<Utc>,
    ) -> Result<Shown, ProviderRefusal> {
        let client = CoreClient::from_provider_metadata(metadata.clone(), self.settings.client.clone(), None);
        let skew = TimeDelta::seconds(SKEW_SECONDS);
        let made = move |made: DateTime<Utc>| {
            let late = made > now + skew || made < now - TimeDelta::minutes(AGE_MINUTES_MAX) - skew;
            if late { Err("made at another time".to_owned()) } else { Ok(()) }
        };
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now - skew)
            .set_issue_time_verifier_fn(made);
        let claims = token.claims(&verifier, &Nonce::new(attempt.nonce.clone())).map_err(|e| refusal(&e))?;
        if claims.authorized_party().is_some_and(|party| *party != self.settings.client) {
            return Err(ProviderRefusal::IdTokenAudienceWrong);
        }
        let subject = claims.subject().to_string();
        if subject.is_empty() || subject.len() > SUBJECT_LENGTH_MAX || subject.contains(char::is_control) {
            return Err(ProviderRefusal::IdTokenUnreadable);
        }
        let strong = |method: &AuthenticationMethodReference| matches!(method.as_str(), "mfa" | "otp");
        let second_factor = claims.auth_method_refs().is_some_and(|methods| methods.iter().any(strong));
        Ok(Shown { subject, second_factor })
    }

    /// What the provider says of itself, read anew where what is remembered will not do. One asks, the others wait for it.
    async fn metadata(&self, wanted: Wanted) -> Result<CoreProviderMetadata, ProviderRefusal> {
        let mut known = self.known.lock().await;
        if let Some(metadata) = known.that_will_do(wanted) {
            return Ok(metadata.clone());
        }
        if let Some((refusal, failed_at)) = known.failed
            && failed_at.elapsed() < NOT_ASKED_AGAIN
        {
            return Err(refusal);
        }
        if wanted == Wanted::NewKeys {
            known.keys_asked_at = Some(Instant::now());
        }
        let read = CoreProviderMetadata::discover_async(self.settings.issuer.clone(), &self.reach).await;
        let read = read.map_err(|error| (discovery_refusal(&error), innermost(&error)));
        let safe = |metadata| {
            reach::is_safe(metadata).map_err(|error| (ProviderRefusal::ProviderUnreachable, error))
        };
        match read.and_then(safe) {
            Ok(metadata) => {
                (known.metadata, known.failed) = (Some((metadata.clone(), Instant::now())), None);
                Ok(metadata)
            }
            Err((refusal, error)) => {
                tracing::warn!(%error, code = refusal.code(), "the identity provider cannot be used");
                known.failed = Some((refusal, Instant::now()));
                Err(refusal)
            }
        }
    }
}

fn discovery_refusal(error: &DiscoveryError<ReachError>) -> ProviderRefusal {
    match error {
        DiscoveryError::Request(error) => error.refusal(),
        _ => ProviderRefusal::ProviderUnreachable,
    }
}

fn refusal(error: &ClaimsVerificationError) -> ProviderRefusal {
    match error {
        ClaimsVerificationError::Expired(_) => ProviderRefusal::IdTokenExpired,
        ClaimsVerificationError::InvalidAudience(_) => ProviderRefusal::IdTokenAudienceWrong,
        ClaimsVerificationError::InvalidIssuer(_) => ProviderRefusal::IdTokenIssuerWrong,
        ClaimsVerificationError::InvalidNonce(_) => ProviderRefusal::IdTokenNonceWrong,
        ClaimsVerificationError::SignatureVerification(_) => ProviderRefusal::IdTokenSignatureWrong,
        _ => ProviderRefusal::IdTokenUnreadable,
    }
}

impl fmt::Debug for IdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityProvider").field("settings", &self.settings).finish_non_exhaustive()
    }
}
