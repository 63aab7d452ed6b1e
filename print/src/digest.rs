//! The digest of what a paper says.

use sha2::{Digest, Sha256};

use crate::paper::Sheet;

/// SHA-256, in hexadecimal digits, of the sheet as JSON in the order of its fields.
pub(crate) fn of(sheet: &Sheet) -> String {
    // a sheet holds texts and whole numbers alone, which JSON has all of
    let json = serde_json::to_vec(sheet).unwrap_or_default();
    hex::encode(Sha256::digest(json))
}
