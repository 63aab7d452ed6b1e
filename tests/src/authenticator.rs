//! A person's authenticator: codes of RFC 6238 from the secret that was shown, written apart from the ledger's own.

use sha1::{Digest, Sha1};

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code that a phone shows whose clock is off by so many periods of thirty seconds.
///
/// # Panics
/// When the secret is none.
pub fn code_of(secret: &str, periods: i64) -> String {
    let key = bytes_of(secret);
    let counter = chrono::Utc::now().timestamp() / 30 + periods;
    let hash = hmac(&key, &counter.to_be_bytes());
    let offset = (hash[19] % 16) as usize;
    let word = u32::from_be_bytes(hash[offset..offset + 4].try_into().unwrap()) % (1 << 31);
    format!("{:06}", word % 1_000_000)
}

fn bytes_of(secret: &str) -> Vec<u8> {
    let bits: String =
        secret.chars().map(|letter| format!("{:05b}", LETTERS.find(letter).unwrap())).collect();
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

/// RFC 2104.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 20] {
    let padded = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha1::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha1::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}
