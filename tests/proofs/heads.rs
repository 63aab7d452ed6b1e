//! Bundles whose checkpoints are of somebody else, of another history or signed in two ways.

use std::collections::BTreeSet;

use api::audit::bundle::{Contents, write};
use api::audit::verify::Known;
use domain::policy::RuleBooks;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use ed25519_dalek::{SigningKey, VerifyingKey};
use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::hash::NodeHash;
use eventlog::merkle::key::{Algorithm, SignerKey};
use eventlog::merkle::note::{Note, SignatureLine};
use eventlog::merkle::sealer::Sealer;

use sha2::Sha512;

use crate::evidence::{Bundle, Evidence, SIZE, fault};
use crate::sealed::SealedLog;

/// Puts another checkpoint into a bundle, wherever the old one stands.
fn replace(bundle: &Bundle, note: &str) -> Bundle {
    let (copy, old) = (bundle.copy(), bundle.text("checkpoint"));
    for name in bundle.names().iter().filter(|name| *name == "checkpoint" || name.starts_with("proofs/")) {
        copy.write(name, bundle.text(name).replace(&old, note).as_bytes());
    }
    copy.fit();
    copy
}

fn head(bundle: &Bundle) -> Checkpoint {
    Checkpoint::parse(&Note::parse(&bundle.read("checkpoint")).unwrap().text).unwrap()
}

#[tokio::test]
async fn a_checkpoint_of_another_log_or_key_is_refused() {
    let evidence = Evidence::new().await;
    let key = evidence.key().await;
    for bundle in [evidence.whole().await, evidence.partial().await] {
        let signed = |checkpoint: Checkpoint, key: &SignerKey| {
            replace(&bundle, &checkpoint.sign([key, &evidence.witness], 1_800_000_000).to_string())
        };
        let elsewhere = Checkpoint { origin: "another/sha256".to_owned(), ..head(&bundle) };
        assert_eq!(signed(elsewhere, &key).fault("checkpoint_of_another_log").file, "checkpoint");
        let by_stranger = signed(head(&bundle), &evidence.stranger());
        assert_eq!(by_stranger.fault("signature_invalid").file, "checkpoint");
        let unsigned =
            replace(&bundle, &Note { text: head(&bundle).to_string(), signatures: vec![] }.to_string());
        assert_eq!(unsigned.fault("note_unreadable").file, "checkpoint");
        let no_root = format!("{}\n5\nAAAA\n", evidence.store.origin());
        let signatures = vec![key.sign(&no_root, 0)];
        let no_root = replace(&bundle, &Note { text: no_root, signatures }.to_string());
        assert_eq!(no_root.fault("checkpoint_unreadable").file, "checkpoint");
    }
}

#[tokio::test]
async fn a_truly_signed_checkpoint_of_another_root_or_size_proves_nothing() {
    let evidence = Evidence::new().await;
    let key = evidence.key().await;
    let (whole, partial) = (evidence.whole().await, evidence.partial().await);
    let signed = |bundle: &Bundle, size: u64, root: NodeHash| {
        let checkpoint = Checkpoint { size, root, ..head(bundle) };
        replace(bundle, &checkpoint.sign([&key, &evidence.witness], 1_800_000_000).to_string())
    };
    let (root, other) = (head(&whole).root, NodeHash([1; 32]));
    assert_eq!(signed(&whole, SIZE, other).fault("root_wrong").file, "checkpoint");
    assert_eq!(signed(&whole, SIZE, other).fault("log_forked").file, "checkpoints/5");
    assert_eq!(signed(&whole, SIZE - 1, root).fault("tile_strange").file, "tile/0/000.p/5");
    assert_eq!(signed(&whole, SIZE - 1, root).fault("checkpoint_newer").file, "checkpoints/5");
    for (size, code) in
        [(SIZE, "inclusion_invalid"), (SIZE - 1, "inclusion_invalid"), (1 << 62, "inclusion_invalid")]
    {
        let fault = signed(&partial, size, other).fault(code);
        assert_eq!((fault.file.as_str(), fault.position), ("proofs/1.tlog-proof", Some(1)));
    }
    // whoever names an enormous size does not keep the verifier busy
    let endless = signed(&whole, (1 << 63) - 1, other);
    assert_eq!(endless.fault("entries_missing").file, "tile/entries/000");
}

/// A second signature of the same key over the same text, made with another nonce: both hold.
fn sign_again(key: &SignerKey, text: &str, seed: &[u8; 32]) -> SignatureLine {
    let own = SigningKey::from_bytes(seed);
    let mut expanded = ExpandedSecretKey::from(seed);
    expanded.hash_prefix[0] ^= 1;
    let verifying = VerifyingKey::from(&own);
    let signature = raw_sign::<Sha512>(&expanded, text.as_bytes(), &verifying).to_bytes().to_vec();
    SignatureLine { signature, ..key.sign(text, 0) }
}

#[tokio::test]
async fn two_signatures_of_one_key_that_disagree_are_refused() {
    let evidence = Evidence::new().await;
    let (bundle, seed) = (evidence.partial().await, [11; 32]);
    let key = SignerKey::from_seed(&evidence.store.origin(), Algorithm::Ed25519, &seed).unwrap();
    let text = head(&bundle).to_string();
    let (one, other) = (key.sign(&text, 0), sign_again(&key, &text, &seed));
    let cosigned = evidence.witness.sign(&text, 1_800_000_000);
    let bundle = {
        bundle.remove("checkpoints/3");
        bundle.remove("consistency/3-5");
        bundle.write("log.vkey", format!("{}\n", key.verifier()).as_bytes());
        bundle
    };
    let with = |signatures: &[&SignatureLine]| {
        let signatures = signatures.iter().map(|line| (*line).clone()).collect();
        replace(&bundle, &Note { text: text.clone(), signatures }.to_string())
    };
    assert_eq!(with(&[&one, &cosigned]).verify().faults, []);
    assert_eq!(with(&[&other, &cosigned]).verify().faults, [], "each alone holds");
    let fault = with(&[&one, &other, &cosigned]).fault("signatures_disagree");
    assert_eq!(fault.file, "checkpoint");
    let again = evidence.witness.sign(&text, 1_800_000_001);
    assert_eq!(with(&[&one, &cosigned, &again]).fault("cosignature_invalid").file, "checkpoint");
}

#[tokio::test]
async fn a_cosignature_that_is_wrong_or_missing_is_refused() {
    let evidence = Evidence::new().await;
    let key = evidence.key().await;
    let bundle = evidence.partial().await;
    let text = head(&bundle).to_string();
    let cosigned = |signatures: Vec<SignatureLine>| {
        let signatures = [vec![key.sign(&text, 0)], signatures].concat();
        replace(&bundle, &Note { text: text.clone(), signatures }.to_string())
    };
    let good = evidence.witness.sign(&text, 1_800_000_000);
    let mut later = good.clone();
    later.signature[7] ^= 1;
    let elsewhere = evidence.witness.sign(&text.replace("5\n", "6\n"), 1_800_000_000);
    let seed = SignerKey::from_seed("witness.example", Algorithm::Cosignature, &[8; 32]).unwrap();
    let another = seed.sign(&text, 1_800_000_000);
    assert_eq!(cosigned(vec![good]).verify().faults, []);
    for signatures in [vec![], vec![later], vec![elsewhere], vec![another]] {
        assert_eq!(cosigned(signatures).fault("cosignature_invalid").file, "checkpoint");
    }
    // an event that was recorded after a witness is said to have seen it
    let early = cosigned(vec![evidence.witness.sign(&text, 1_000_000_000)]);
    assert_eq!(early.fault("time_after_witness").position, Some(1));
    let not_a_witness = bundle.copy();
    not_a_witness.write("witness.vkey", &bundle.read("log.vkey"));
    not_a_witness.fit();
    assert_eq!(not_a_witness.fault("key_unreadable").file, "witness.vkey");
}

/// An older checkpoint of a history that was rewritten since, both truly signed.
#[tokio::test]
async fn a_fork_that_is_signed_with_the_real_key_is_shown_by_an_older_checkpoint() {
    let evidence = Evidence::new().await;
    let key = evidence.key().await;
    let origin = evidence.store.origin();
    for (size, of_some) in [(2, "consistency_invalid"), (3, "log_forked"), (5, "log_forked")] {
        let forked = Checkpoint { origin: origin.clone(), size, root: NodeHash([3; 32]) };
        let note = forked.sign([&key], 0).to_string().into_bytes();
        let known = Known { keys: vec![], checkpoints: vec![("yesterday".into(), note.clone())] };
        let whole = evidence.whole().await;
        assert_eq!(fault(&whole.verify_knowing(&known), "log_forked").file, "yesterday");
        // with the checkpoint and the proof in the bundle, or the checkpoint in the auditor's hand
        let inside = evidence.bundle([1], &[note]).await;
        let about = match of_some {
            "log_forked" => format!("checkpoints/{size}"),
            _ => format!("consistency/{size}-5"),
        };
        assert_eq!(inside.fault(of_some).file, about);
        let without = evidence.bundle([1], &[evidence.older(size).await]).await;
        let refused = fault(&without.verify_knowing(&known), of_some);
        assert!(refused.file == "yesterday" || refused.en.contains("yesterday"), "{refused:?}");
        assert_eq!(without.verify().faults, []);
    }
    let elsewhere = Checkpoint { origin: "another/sha256".to_owned(), size: 3, root: NodeHash([3; 32]) };
    let elsewhere = elsewhere.sign([&evidence.stranger()], 0).to_string().into_bytes();
    for (note, code) in [(elsewhere, "checkpoint_of_another_log"), (vec![0xff; 99], "note_unreadable")] {
        let known = Known { keys: vec![], checkpoints: vec![("mine".into(), note)] };
        let verified = evidence.whole().await.verify_knowing(&known);
        assert_eq!((fault(&verified, code).file, verified.faults.len()), ("mine".to_owned(), 1));
    }
    let newer = Checkpoint { origin, size: 9, root: NodeHash([3; 32]) }.sign([&key], 0).to_string();
    let known = Known { keys: vec![], checkpoints: vec![("tomorrow".into(), newer.into_bytes())] };
    for bundle in [evidence.whole().await, evidence.partial().await] {
        assert_eq!(fault(&bundle.verify_knowing(&known), "checkpoint_newer").file, "tomorrow");
    }
}

#[tokio::test]
async fn an_older_checkpoint_without_a_proof_or_with_a_broken_one_is_not_called_a_fork() {
    let evidence = Evidence::new().await;
    let known = Known { keys: vec![], checkpoints: vec![("mine".into(), evidence.older(2).await)] };
    let partial = evidence.partial().await;
    assert_eq!(fault(&partial.verify_knowing(&known), "proof_missing").file, "consistency/2-5");
    assert_eq!(evidence.whole().await.verify_knowing(&known).consistent_with, [2, 2, 3, 5]);
    let proof = partial.text("consistency/3-5");
    for broken in ["", "AAAA\n", &proof[1..], &proof[45..], &proof.repeat(40), &proof.replace('\n', "\n\n")] {
        let copy = partial.copy();
        copy.write("consistency/3-5", broken.as_bytes());
        copy.fit();
        let faults = copy.verify().faults;
        let codes: BTreeSet<&str> = faults.iter().map(|fault| fault.code).collect();
        assert!(faults.iter().all(|fault| fault.file == "consistency/3-5"), "{faults:#?}");
        assert!(codes.is_subset(&BTreeSet::from(["consistency_invalid", "proof_unreadable"])), "{codes:?}");
        assert_eq!(codes.len(), 1, "{broken:?}");
    }
}

#[tokio::test]
async fn a_bundle_after_the_key_was_rotated_and_the_old_one_retired_is_verified() {
    let sealed = SealedLog::of(&[2, 3]).await;
    let file = sealed.key_file().await;
    let old = file.read().unwrap().remove(0);
    let yesterday = sealed.store().await.newest_checkpoint().await.unwrap().unwrap().note.into_bytes();
    file.rotate().unwrap();
    for retire in [false, true] {
        if retire {
            file.retire(&hex::encode(old.verifier().id())).unwrap();
        }
        let mut sealer: Sealer<_> = sealed.sealer().await.unwrap();
        sealed.append(2).await;
        sealer.seal().await.unwrap().unwrap();
        let keys: Vec<_> = sealer.keys().iter().map(|key| key.verifier().clone()).collect();
        let (store, folder) = (sealed.store().await, tempfile::tempdir().unwrap());
        let checkpoint = store.newest_checkpoint().await.unwrap().unwrap();
        for (name, positions) in [("whole", 0..checkpoint.size), ("some", 1..2)] {
            let positions = positions.collect();
            let contents = Contents {
                rules: &RuleBooks::default(),
                positions: &positions,
                checkpoint: &checkpoint,
                keys: &keys,
                brought: &[],
                open: &[],
                report: &[],
            };
            let path = folder.path().join(name);
            write(&path, &store, sealed.ledger.keyring(), &contents).await.unwrap();
            assert_eq!(Bundle::verify_at(&path).faults, [], "{name}, {retire}");
            let both = vec![keys[0].clone(), old.verifier().clone()];
            let known = Known { keys: both, checkpoints: vec![("old".into(), yesterday.clone())] };
            let verified = api::audit::verify::verify(&path, &known);
            let missing = if name == "some" { 1 } else { 0 };
            assert_eq!(verified.faults.len(), missing, "{:#?}", verified.faults);
        }
    }
}
