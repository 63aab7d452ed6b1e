//! The vectors of docs/PROOFS.md: a stranger's program must open these sealed texts, and refuse them elsewhere.

use domain::personal::{Address, BirthDate, Note, PersonName, PersonalField};
use domain::policy::Determination;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    name: String,
    person: Uuid,
    class: RetentionClass,
    label: String,
    /// What the person's data key is; a bundle never shows it.
    data_key_hex: String,
    nonce_hex: String,
    associated_data_hex: String,
    value_key_base64: String,
    commitment_hex: String,
    clear: String,
    sealed: String,
}

/// Name, class, label and the clear JSON text.
const CASES: [(&str, RetentionClass, &str, &str); 5] = [
    ("Chinese text", RetentionClass::CaseWork, PersonName::LABEL, "\"王秀英\""),
    ("beyond the basic plane", RetentionClass::CaseWork, Address::LABEL, "\"𠮷祥里1号楼\""),
    ("an empty text", RetentionClass::CaseWork, Note::LABEL, "\"\""),
    ("a day", RetentionClass::CaseWork, BirthDate::LABEL, "\"1935-01-01\""),
    (
        "kept for the vouchers",
        RetentionClass::Vouchers,
        Determination::LABEL,
        "{\"amount\":9007199254740991}",
    ),
];

fn vector((place, case): (usize, (&str, RetentionClass, &'static str, &str))) -> Vector {
    let (name, class, label, clear) = case;
    let person = PersonId::new(Uuid::from_u128(0x5f1c_6a0e_6f0e_5d0b_9c39_0a4f_6f1f_0b12));
    let (scope, key) = (SealScope { person, class, label }, SecretKey([0x40 + place as u8; 32]));
    let nonce = [place as u8; NONCE_LEN];
    let value_key = ValueKey::of(&key, scope, &nonce);
    Vector {
        name: name.to_owned(),
        person: person.uuid(),
        class,
        label: label.to_owned(),
        data_key_hex: hex::encode(key.0),
        nonce_hex: hex::encode(nonce),
        associated_data_hex: hex::encode(bound_value(scope)),
        value_key_base64: value_key.disclose().to_string(),
        commitment_hex: hex::encode(value_key.commitment()),
        clear: clear.to_owned(),
        sealed: seal_with(&key, scope, nonce, clear.as_bytes()).unwrap(),
    }
}

#[test]
fn the_published_vectors_are_what_the_program_seals() {
    let ours: Vec<Vector> = CASES.into_iter().enumerate().map(vector).collect();
    if std::env::var_os("LEDGER_WRITE_VECTORS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/keyring/vectors/sealed.json");
        std::fs::write(path, serde_json::to_string_pretty(&ours).unwrap() + "\n").unwrap();
    }
    let published: Vec<Vector> = serde_json::from_str(include_str!("vectors/sealed.json")).unwrap();
    assert_eq!(ours, published);
}

#[test]
fn each_vector_opens_with_its_own_key_alone() {
    let published: Vec<Vector> = serde_json::from_str(include_str!("vectors/sealed.json")).unwrap();
    let keys: Vec<_> =
        published.iter().map(|vector| ValueKey::parse(&vector.value_key_base64).unwrap()).collect();
    for (vector, (_, class, label, _)) in published.iter().zip(CASES) {
        let scope = SealScope { person: PersonId::new(vector.person), class, label };
        for (key, owner) in keys.iter().zip(&published) {
            let opened = key.open_text(scope, &vector.sealed);
            assert_eq!(opened.is_some(), owner == vector, "{} with the key of {}", vector.name, owner.name);
            assert!(opened.is_none_or(|opened| opened == vector.clear.as_bytes()));
        }
    }
}
