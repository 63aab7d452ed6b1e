//! Damaged files of every kind: an answer or a fault, never a panic, and never more lines than the file can hold.

use proptest::prelude::*;

use super::*;
use crate::bank::catalogue::PLAIN;

/// A right file of each reader.
fn right(kind: usize) -> (&'static str, Vec<u8>) {
    match kind {
        0 => {
            ("pain_001", pain_002(&[(1, "ACSC", "1395.00", ""), (2, "RJCT", "1395.00", "AC01")]).into_bytes())
        }
        1 => {
            let entries = [entry("DBIT", "1395.00", 1, "B1", ""), entry("CRDT", "1395.00", 2, "B2", "AC01")];
            ("pain_001", camt_053(OFFICE, &entries.concat()).into_bytes())
        }
        2 => (PLAIN, format!("h\n{},settled,B1\n", payment(1)).into_bytes()),
        3 => {
            let (reference, account) = (end_to_end_id(payment(1)), account(1));
            let text = format!("h\r\n1|{account}|张示例|1395.00|{reference}|S||1\r\nEND|1|1395.00\r\n");
            ("text_gbk", encoding_rs::GBK.encode(&text).0.into_owned())
        }
        _ => ("fixed_gb18030", format!("h\r\n{:<122}\r\n", "100000001").into_bytes()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_damaged_file_is_read_or_refused(
        kind in 0..5_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 1..12),
    ) {
        let (code, mut bytes) = right(kind);
        for (place, change, byte) in changes {
            let at = place.index(bytes.len().max(1));
            match change {
                0 => bytes.truncate(at),
                1 => bytes.insert(at.min(bytes.len()), byte),
                2 => if at < bytes.len() { bytes[at] = byte },
                _ => {
                    let piece = bytes[at.min(bytes.len())..].to_vec();
                    bytes.extend(piece);
                }
            }
            bytes.truncate(200_000);
        }
        if let Ok(lines) = lines_of(&layout(code), &bytes) {
            prop_assert!(lines.len() <= bytes.len());
        }
    }

    #[test]
    fn noise_is_read_or_refused(kind in 0..5_usize, noise in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let (code, _) = right(kind);
        let _ = lines_of(&layout(code), &noise);
    }
}
