//! Suite `s1`: AES-256-GCM-SIV (RFC 8452) and HMAC-SHA256. Another suite would get another name beside this one.
//!
//! Each value is sealed under a key of its own, which follows from the person's data key, the place and the nonce, and
//! with a commitment to that key. So one value can be opened for somebody who verifies it, and nothing else with it.
//! docs/PROOFS.md gives the bytes.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::ids::PersonId;
use domain::personal::{BlindIndex, RetentionClass, SealScope};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::error::MasterKeyError;

/// The suite's name, bound into everything that it seals.
pub(super) const NAME: &str = "s1";

const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
const COMMITMENT_LEN: usize = 16;

/// 32 bytes that are wiped when they are dropped, and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct SecretKey([u8; 32]);

impl SecretKey {
    pub(super) const fn new(bytes: [u8; 32]) -> SecretKey {
        SecretKey(bytes)
    }

    /// A new random key.
    pub(super) fn random() -> Result<SecretKey, MasterKeyError> {
        let mut key = SecretKey([0; 32]);
        getrandom::fill(&mut key.0).map_err(|_| MasterKeyError::NoRandomness)?;
        Ok(key)
    }

    /// A key for one purpose: HMAC-SHA256 of the purpose's label under this key.
    pub(super) fn derive(&self, label: &str) -> SecretKey {
        SecretKey(authenticate(self, &[label.as_bytes()]))
    }

    pub(super) fn reveal(&self) -> &[u8; 32] {
        &self.0
    }

    /// Nonce, ciphertext and tag; nothing without randomness.
    fn encrypt(&self, bound: &[u8], clear: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).ok()?;
        let payload = Payload { msg: clear, aad: bound };
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), payload).ok()?;
        Some([&nonce[..], &sealed].concat())
    }

    fn decrypt(&self, bound: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        self.cipher().decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: bound }).ok()
    }

    fn cipher(&self) -> Aes256GcmSiv {
        Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(self.0))
    }
}

/// The key of the blind index.
pub(super) struct IndexKey(SecretKey);

impl IndexKey {
    pub(super) const fn new(key: SecretKey) -> IndexKey {
        IndexKey(key)
    }

    pub(super) fn secret(&self) -> &SecretKey {
        &self.0
    }

    /// The hash of a value of the kind that the label names.
    pub(super) fn hash(&self, label: &str, normalized: &str) -> BlindIndex {
        BlindIndex::from_hex(hex::encode(authenticate(&self.0, &[label.as_bytes(), normalized.as_bytes()])))
    }
}

impl std::fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IndexKey(…)")
    }
}

/// The text that stands in an event for a clear value. Nothing without randomness.
pub(super) fn seal(key: &SecretKey, scope: SealScope, clear: &[u8]) -> Option<String> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).ok()?;
    seal_with(key, scope, nonce, clear)
}

/// The same with a nonce that must never be used twice under one key.
fn seal_with(key: &SecretKey, scope: SealScope, nonce: [u8; NONCE_LEN], clear: &[u8]) -> Option<String> {
    let key = ValueKey::of(key, scope, &nonce);
    let payload = Payload { msg: clear, aad: &bound_value(scope) };
    let sealed = key.0.cipher().encrypt(&Nonce::from(nonce), payload).ok()?;
    let mut text = prefix(scope.class).to_owned();
    URL_SAFE_NO_PAD.encode_string([&nonce[..], &key.commitment(), &sealed].concat(), &mut text);
    Some(text)
}

/// The bytes of a sealed text, if it has the form that [`seal`] gives a value of the class.
pub(super) fn parse(class: RetentionClass, text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(prefix(class))?).ok()?;
    (bytes.len() >= NONCE_LEN + COMMITMENT_LEN + TAG_LEN).then_some(bytes)
}

/// The clear value of sealed bytes, unless they were changed or sealed for another place.
pub(super) fn open(key: &SecretKey, scope: SealScope, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, _) = sealed.split_first_chunk::<NONCE_LEN>()?;
    ValueKey::of(key, scope, nonce).open(scope, sealed)
}

/// The key of one sealed value. It opens that value, and proves what was in it.
#[derive(Clone)]
pub struct ValueKey(SecretKey);

impl ValueKey {
    /// The key of the value that was sealed with a nonce.
    pub(super) fn of(data_key: &SecretKey, scope: SealScope, nonce: &[u8; NONCE_LEN]) -> ValueKey {
        ValueKey(SecretKey(authenticate(data_key, &[b"value key", &bound_value(scope), nonce])))
    }

    /// The key of a sealed text, given the data key.
    pub(super) fn of_sealed(data_key: &SecretKey, scope: SealScope, sealed: &[u8]) -> Option<ValueKey> {
        let (nonce, _) = sealed.split_first_chunk::<NONCE_LEN>()?;
        Some(ValueKey::of(data_key, scope, nonce))
    }

    /// Reads 32 bytes in base64.
    pub fn parse(text: &str) -> Option<ValueKey> {
        let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
        bytes.as_slice().try_into().ok().map(|key| ValueKey(SecretKey(key)))
    }

    /// 32 bytes in base64. Every call gives the value out.
    pub fn disclose(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.reveal()))
    }

    /// What was sealed as `text` at a place; nothing when it was sealed with another key, for another place or changed.
    pub fn open_text(&self, scope: SealScope, text: &str) -> Option<Vec<u8>> {
        self.open(scope, &parse(scope.class, text)?)
    }

    fn commitment(&self) -> [u8; COMMITMENT_LEN] {
        let mut commitment = [0; COMMITMENT_LEN];
        commitment.copy_from_slice(&authenticate(&self.0, &[b"commitment"])[..COMMITMENT_LEN]);
        commitment
    }

    fn open(&self, scope: SealScope, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let (commitment, sealed) = rest.split_first_chunk::<COMMITMENT_LEN>()?;
        if *commitment != self.commitment() {
            return None;
        }
        let payload = Payload { msg: sealed, aad: &bound_value(scope) };
        self.0.cipher().decrypt(&Nonce::from(*nonce), payload).ok()
    }
}

impl std::fmt::Debug for ValueKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValueKey(…)")
    }
}

/// A key under a key. `purpose` says what for, and binds it.
pub(super) fn wrap(under: &SecretKey, purpose: &[u8], key: &SecretKey) -> Result<Vec<u8>, MasterKeyError> {
    under.encrypt(purpose, &key.0).ok_or(MasterKeyError::NoRandomness)
}

/// The key inside, unless it was changed, moved or wrapped under another.
pub(super) fn unwrap(under: &SecretKey, purpose: &[u8], wrapped: &[u8]) -> Option<SecretKey> {
    let clear = Zeroizing::new(under.decrypt(purpose, wrapped)?);
    clear.as_slice().try_into().ok().map(SecretKey)
}

/// What a wrapped data key is bound to.
pub(super) fn bound_key(person: PersonId, class: RetentionClass) -> Vec<u8> {
    [b"data key|s1|", class.as_str().as_bytes(), b"|", person.uuid().as_bytes()].concat()
}

/// What the wrapped key of the blind index is bound to.
pub(super) const BOUND_INDEX_KEY: &[u8] = b"index key|s1|";

/// Seals a secret of the office itself, such as one that a server must send or compare. Nothing without randomness.
pub(super) fn seal_secret(under: &SecretKey, label: &str, clear: &[u8]) -> Option<Vec<u8>> {
    under.derive(SECRETS).encrypt(&bound_secret(label), clear)
}

/// The secret inside, unless it was changed, moved to another place or sealed under another key.
pub(super) fn open_secret(under: &SecretKey, label: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    under.derive(SECRETS).decrypt(&bound_secret(label), sealed)
}

/// Names the key of the office's secrets, which follows from that of the blind index and outlives rotations as it does.
const SECRETS: &str = "secrets|s1";

fn bound_secret(label: &str) -> Vec<u8> {
    [b"secret|s1|", label.as_bytes()].concat()
}

/// What a sealed value is bound to. The label stands last; what is before it has a fixed length for each class.
fn bound_value(scope: SealScope) -> Vec<u8> {
    let class = scope.class.as_str().as_bytes();
    [b"value|s1|", class, b"|", scope.person.uuid().as_bytes(), scope.label.as_bytes()].concat()
}

const fn prefix(class: RetentionClass) -> &'static str {
    match class {
        RetentionClass::CaseWork => "s1.c.",
        RetentionClass::Vouchers => "s1.v.",
    }
}

/// HMAC-SHA256 over parts, each with its length in front, so that no two lists of parts are the same bytes.
fn authenticate(key: &SecretKey, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&(*padded(key)).into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A key as long as a block of SHA-256: HMAC itself fills a shorter one up with zeros.
fn padded(key: &SecretKey) -> Zeroizing<[u8; 64]> {
    let mut block = Zeroizing::new([0; 64]);
    block[..key.0.len()].copy_from_slice(&key.0);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_is_the_standard_one() {
        // RFC 4231, test case 1, with its 20-byte key filled up by hand; parts are framed by us, so by hand here.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&(*padded(&SecretKey(key))).into());
        mac.update(b"Hi There");
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex::encode(mac.finalize().into_bytes()), expected);
    }

    #[test]
    fn parts_are_framed() {
        let key = IndexKey::new(SecretKey([7; 32]));
        assert_ne!(key.hash("ab", "c"), key.hash("a", "bc"));
        assert_eq!(key.hash("id_number", "1").as_str().len(), 64);
    }

    #[test]
    fn purposes_give_different_keys() {
        let root = SecretKey([7; 32]);
        assert_ne!(root.derive("one").reveal(), root.derive("two").reveal());
        assert_ne!(root.derive("one").reveal(), root.reveal());
    }
}

#[cfg(test)]
#[path = "suite_vectors.rs"]
mod vectors;
