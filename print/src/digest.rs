//! The digest of what a paper says.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::paper::Sheet;

/// SHA-256, in hexadecimal digits, of the sheet as JSON in the order of its fields.
pub(crate) fn of(sheet: &Sheet) -> String {
    whole(sheet)
}

/// The first half of the digest of a part, in hexadecimal digits.
pub(crate) fn short(part: &impl Serialize) -> String {
    let mut digest = whole(part);
    digest.truncate(SHORT);
    digest
}

const SHORT: usize = 32;

fn whole(said: &impl Serialize) -> String {
    // a sheet holds texts and whole numbers alone, which JSON has all of
    let json = serde_json::to_vec(said).unwrap_or_default();
    hex::encode(Sha256::digest(json))
}
