//! An implementation that is not ours reads what the witness cosigned.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use signed_note::{Note, StandardVerifier, VerifierList};
use tests::paper_log::PaperLog;

use crate::office::SecondOffice;

/// A verifier of `signed_note` for text that is signed as a plain note.
fn verifiers(key: &str) -> VerifierList {
    VerifierList::new(vec![Box::new(StandardVerifier::new(key).unwrap())])
}

#[test]
fn the_cosigned_checkpoint_is_a_note_that_others_read() {
    let (office, log) = (SecondOffice::new(), PaperLog::new("street.example/1", 300));
    let witness = office.start(&[log.key()]);
    let line = witness.cosigned(&log, 0);
    let whole = format!("{}{line}\n", log.checkpoint());
    let note = Note::from_bytes(whole.as_bytes()).unwrap();
    let (held, unknown) = note.verify(&verifiers(&log.key().to_string())).unwrap();
    assert_eq!((held.len(), unknown.len()), (1, 1));
    assert_eq!(held[0].name(), "street.example/1");
    assert_eq!(unknown[0].name(), witness.key().name());
    assert_eq!(note.text(), log.checkpoint().text.as_bytes());
    assert_eq!(note.to_bytes(), whole.as_bytes());
}

#[test]
fn the_cosignature_is_over_the_bytes_of_the_specification() {
    let (office, log) = (SecondOffice::new(), PaperLog::new("street.example/1", 300));
    let witness = office.start(&[log.key()]);
    let line = witness.cosigned(&log, 0);
    let (at, signature) = line.signature.split_first_chunk::<8>().unwrap();
    let at = u64::from_be_bytes(*at);
    // the same key as one of plain notes, with the id that such a key has
    let key = witness.key().to_string();
    let public = STANDARD.decode(key.splitn(3, '+').nth(2).unwrap()).unwrap();
    assert_eq!(public[0], 4);
    let plain = [&[1], &public[1..]].concat();
    let name = witness.key().name().to_owned();
    let id = &Sha256::digest([name.as_bytes(), b"\n", &plain].concat())[..4];
    let plain_key = format!("{name}+{}+{}", hex::encode(id), STANDARD.encode(&plain));
    let text = format!("cosignature/v1\ntime {at}\n{}", log.checkpoint().text);
    let signed = format!("{text}\n— {name} {}\n", STANDARD.encode([id, signature].concat()));
    let held =
        |signed: &str| Note::from_bytes(signed.as_bytes()).unwrap().verify(&verifiers(&plain_key)).is_ok();
    assert!(held(&signed));
    assert!(!held(&signed.replacen(&format!("time {at}"), &format!("time {}", at + 1), 1)));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(now - at < 60, "{at}");
}
