//! Who signs: keys of logs and of witnesses, as lines that other people's tools read (`signed-note`, `tlog-cosignature`).
//!
//! A public key is `name+id+base64`, a private one `PRIVATE+KEY+name+id+base64`; the first byte of the base64 names the
//! algorithm. A log signs the text of a checkpoint; a witness signs it together with the second at which it looked.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::note::{Note, SignatureLine, is_name};

const PRIVATE: &str = "PRIVATE+KEY+";

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 over the text: a log's signature.
    Ed25519,
    /// Ed25519 over the text and the time: a witness's cosignature.
    Cosignature,
}

impl Algorithm {
    const fn byte(self) -> u8 {
        match self {
            Algorithm::Ed25519 => 1,
            Algorithm::Cosignature => 4,
        }
    }

    fn of(byte: u8) -> Option<Algorithm> {
        [Algorithm::Ed25519, Algorithm::Cosignature].into_iter().find(|known| known.byte() == byte)
    }
}

/// Text that is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not `name+id+base64`.
    #[error("not a key of the form name+id+base64")]
    Format,
    /// Another algorithm than Ed25519.
    #[error("a key of an unknown algorithm")]
    Algorithm,
    /// The id in it is that of another key.
    #[error("the key's id belongs to another key")]
    Id,
    /// The machine has no random bytes.
    #[error("the machine has no randomness")]
    NoRandomness,
}

/// A public key. Equal keys have the same name, algorithm and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    algorithm: Algorithm,
    key: VerifyingKey,
}

impl VerifierKey {
    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The first four bytes of SHA-256 over name, line end, algorithm and key.
    pub fn id(&self) -> [u8; 4] {
        let digest = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', self.algorithm.byte()])
            .chain_update(self.key.as_bytes())
            .finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// The signature of this key in a note, checked: nothing when there is none that holds, or several that differ.
    pub fn signed(&self, note: &Note) -> Option<Signed> {
        let mut mine = self.lines(note);
        let first = mine.next()?;
        if mine.any(|other| other != first) {
            return None;
        }
        self.verify(&note.text, first)
    }

    /// The lines of a note that say to be of this key; none is checked.
    pub fn lines<'n>(&self, note: &'n Note) -> impl Iterator<Item = &'n SignatureLine> {
        let id = self.id();
        note.signatures.iter().filter(move |line| line.name == self.name && line.key_id == id)
    }

    /// Checks one signature line of this key's over a text.
    pub fn verify(&self, text: &str, line: &SignatureLine) -> Option<Signed> {
        if line.name != self.name || line.key_id != self.id() {
            return None;
        }
        let (at, signature) = match self.algorithm {
            Algorithm::Ed25519 => (None, &line.signature[..]),
            Algorithm::Cosignature => {
                let (at, signature) = line.signature.split_first_chunk::<8>()?;
                let at = u64::from_be_bytes(*at);
                (Some(i64::try_from(at).ok().map(|_| at)?), signature)
            }
        };
        let signature = Signature::from_slice(signature).ok()?;
        self.key.verify_strict(&signed_bytes(text, at), &signature).ok()?;
        Some(Signed { at })
    }
}

/// A signature that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// When a witness looked, in seconds since 1970; logs do not say.
    pub at: Option<u64>,
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<VerifierKey, KeyError> {
        let (name, id, algorithm, key) = parts(text.trim())?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| KeyError::Format)?;
        let verifier = VerifierKey { name: name.to_owned(), algorithm, key };
        if verifier.id() == id { Ok(verifier) } else { Err(KeyError::Id) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[self.algorithm.byte()], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(bytes))
    }
}

/// A private key. `Debug` shows the public one.
#[derive(Clone)]
pub struct SignerKey {
    key: SigningKey,
    verifier: VerifierKey,
}

impl SignerKey {
    /// A new random one.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`], and [`KeyError::Format`] for a name with spaces or a plus.
    pub fn random(name: &str, algorithm: Algorithm) -> Result<SignerKey, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|_| KeyError::NoRandomness)?;
        SignerKey::from_seed(name, algorithm, &seed)
    }

    /// The key of 32 secret bytes.
    ///
    /// # Errors
    /// [`KeyError::Format`] for a name with spaces or a plus.
    pub fn from_seed(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<SignerKey, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Format);
        }
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey { name: name.to_owned(), algorithm, key: key.verifying_key() };
        Ok(SignerKey { key, verifier })
    }

    /// The public key.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs a text; a witness's key signs that it looked `at`, in seconds since 1970.
    pub fn sign(&self, text: &str, at: u64) -> SignatureLine {
        let at = (self.verifier.algorithm == Algorithm::Cosignature).then_some(at);
        let signature = self.key.sign(&signed_bytes(text, at)).to_bytes();
        let stamp = at.map(u64::to_be_bytes).unwrap_or_default();
        let stamp = if at.is_some() { &stamp[..] } else { &[] };
        SignatureLine {
            name: self.verifier.name.clone(),
            key_id: self.verifier.id(),
            signature: [stamp, &signature].concat(),
        }
    }

    /// The line that is kept in a file of mode 0600.
    pub fn to_secret_line(&self) -> Zeroizing<String> {
        let seed = Zeroizing::new(self.key.to_bytes());
        let bytes = Zeroizing::new([&[self.verifier.algorithm.byte()], &seed[..]].concat());
        let encoded = Zeroizing::new(STANDARD.encode(&*bytes));
        let id = hex::encode(self.verifier.id());
        Zeroizing::new(format!("{PRIVATE}{}+{id}+{}", self.verifier.name, *encoded))
    }
}

impl FromStr for SignerKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<SignerKey, KeyError> {
        let line = text.trim().strip_prefix(PRIVATE).ok_or(KeyError::Format)?;
        let (name, id, algorithm, seed) = parts(line)?;
        let signer = SignerKey::from_seed(name, algorithm, &Zeroizing::new(seed))?;
        if signer.verifier.id() == id { Ok(signer) } else { Err(KeyError::Id) }
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.verifier)
    }
}

type Parts<'t> = (&'t str, [u8; 4], Algorithm, [u8; 32]);

fn parts(text: &str) -> Result<Parts<'_>, KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Format);
    };
    let id = hex::decode(id).ok().and_then(|id| id.try_into().ok()).ok_or(KeyError::Format)?;
    let bytes = Zeroizing::new(STANDARD.decode(key).map_err(|_| KeyError::Format)?);
    let (algorithm, key) = bytes.split_first().ok_or(KeyError::Format)?;
    let algorithm = Algorithm::of(*algorithm).ok_or(KeyError::Algorithm)?;
    let key = key.try_into().map_err(|_| KeyError::Format)?;
    if is_name(name) { Ok((name, id, algorithm, key)) } else { Err(KeyError::Format) }
}

/// What is signed: the text, behind two lines of its own where a time belongs to it.
fn signed_bytes(text: &str, at: Option<u64>) -> Vec<u8> {
    match at {
        None => text.as_bytes().to_vec(),
        Some(at) => format!("cosignature/v1\ntime {at}\n{text}").into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, algorithm: Algorithm, seed: u8) -> SignerKey {
        SignerKey::from_seed(name, algorithm, &[seed; 32]).unwrap()
    }

    fn note(text: &str, lines: &[SignatureLine]) -> Note {
        Note { text: text.to_owned(), signatures: lines.to_vec() }
    }

    #[test]
    fn keys_read_back_and_do_not_show_their_secret() {
        for algorithm in [Algorithm::Ed25519, Algorithm::Cosignature] {
            let signer = key("office/1", algorithm, 7);
            let secret = signer.to_secret_line();
            let read: SignerKey = secret.parse().unwrap();
            assert_eq!(read.verifier(), signer.verifier());
            let public = signer.verifier().to_string();
            assert_eq!(public.parse(), Ok(signer.verifier().clone()));
            assert_eq!(format!("{signer:?}"), format!("SignerKey({public})"));
        }
    }

    #[test]
    fn text_that_is_not_a_key_is_refused() {
        let good = key("office/1", Algorithm::Ed25519, 7).verifier().to_string();
        let (id, other) = (good.split('+').nth(1).unwrap(), key("office/1", Algorithm::Ed25519, 8));
        let encoded = |bytes: &[u8]| format!("office/1+{id}+{}", STANDARD.encode(bytes));
        for (text, refused) in [
            (String::new(), KeyError::Format),
            ("office/1".to_owned(), KeyError::Format),
            (good.replace("office/1", "of fice"), KeyError::Format),
            (good.replace(id, "00"), KeyError::Format),
            (good.replace(id, &hex::encode(other.verifier().id())), KeyError::Id),
            (encoded(&[1; 32]), KeyError::Format),
            (encoded(&[2; 33]), KeyError::Algorithm),
            (encoded(&[]), KeyError::Format),
        ] {
            assert_eq!(text.parse::<VerifierKey>(), Err(refused), "{text}");
        }
        assert_eq!(good.parse::<SignerKey>().unwrap_err(), KeyError::Format);
    }

    #[test]
    fn a_signature_holds_for_its_text_and_key_alone() {
        let (signer, other) =
            (key("office/1", Algorithm::Ed25519, 7), key("office/1", Algorithm::Ed25519, 8));
        let line = signer.sign("a\n1\nb\n", 99);
        let signed = note("a\n1\nb\n", std::slice::from_ref(&line));
        assert_eq!(signer.verifier().signed(&signed), Some(Signed { at: None }));
        assert_eq!(other.verifier().signed(&signed), None);
        assert_eq!(signer.verifier().signed(&note("a\n2\nb\n", std::slice::from_ref(&line))), None);
        let mut forged = line.clone();
        forged.signature[3] ^= 1;
        assert_eq!(signer.verifier().signed(&note("a\n1\nb\n", &[forged.clone()])), None);
        assert_eq!(
            signer.verifier().signed(&note("a\n1\nb\n", &[line.clone(), forged])),
            None,
            "they disagree"
        );
        let unknown = other.sign("whatever\n", 0);
        assert!(signer.verifier().signed(&note("a\n1\nb\n", &[unknown, line])).is_some());
    }

    #[test]
    fn a_cosignature_says_when() {
        let witness = key("witness", Algorithm::Cosignature, 3);
        let line = witness.sign("a\n1\nb\n", 1_700_000_000);
        let signed = witness.verifier().signed(&note("a\n1\nb\n", std::slice::from_ref(&line)));
        assert_eq!(signed, Some(Signed { at: Some(1_700_000_000) }));
        let mut later = line;
        later.signature[7] ^= 1;
        assert_eq!(witness.verifier().signed(&note("a\n1\nb\n", &[later])), None);
    }
}
