//! The log asks: what a ledger gets from witnesses that help, refuse, are slow, lie or are not there.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use api::witness::{WitnessAddress, WitnessClient, WitnessError};
use eventlog::merkle::key::{Algorithm, SignerKey, VerifierKey};
use eventlog::merkle::note::SignatureLine;
use tests::paper_log::PaperLog;

use crate::office::{SecondOffice, Witness};

const ORIGIN: &str = "天通苑南街道/1";

/// A log's request as the ledger makes it, in a task of its own; the sizes for which it had to make proofs are noted.
async fn submit(
    log: &PaperLog,
    address: &WitnessAddress,
    known: u64,
) -> (Result<SignatureLine, WitnessError>, Vec<u64>) {
    let (log, address) = (log.clone(), address.clone());
    let asking = tokio::spawn(async move {
        let proofs = Mutex::new(Vec::new());
        let client = WitnessClient::try_new().unwrap();
        let checkpoint = log.checkpoint().to_string();
        let consistency = async |old| {
            proofs.lock().unwrap().push(old);
            Ok(log.consistency(old, log.size()))
        };
        let answer = client.submit(&address, checkpoint.as_bytes(), known, consistency).await;
        (answer, proofs.into_inner().unwrap())
    });
    asking.await.unwrap()
}

fn address_of(witness: &Witness) -> WitnessAddress {
    format!("http://{}={}", witness.address, witness.key()).parse().unwrap()
}

#[tokio::test]
async fn a_log_gets_its_cosignature_and_asks_again_when_it_forgot() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    let address = address_of(&witness);
    let (line, proofs) = submit(&log, &address, 0).await;
    assert!(witness.key().verify(&log.checkpoint().text, &line.unwrap()).is_some());
    assert_eq!(proofs, Vec::<u64>::new());
    log.grow(7);
    assert!(submit(&log, &address, 5).await.0.is_ok());
    log.grow(12);
    let (line, proofs) = submit(&log, &address, 0).await;
    assert!(line.is_ok());
    assert_eq!(proofs, [7], "told by the witness");
    // the same once more, as after a crash before it was stored
    assert!(submit(&log, &address, 12).await.0.is_ok());
}

#[tokio::test]
async fn a_second_history_is_an_alarm() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    let address = address_of(&witness);
    submit(&log, &address, 0).await.0.unwrap();
    let mut rewritten = log.rewritten(2, b"x");
    for known in [0, 4, 9] {
        let refused = submit(&rewritten, &address, known).await.0.unwrap_err();
        assert!(matches!(refused, WitnessError::Forked) && refused.is_alarm(), "{refused}");
    }
    rewritten.grow(20);
    let refused = submit(&rewritten, &address, 0).await.0.unwrap_err();
    assert!(matches!(refused, WitnessError::Forked) && refused.is_alarm(), "{refused}");
    for known in [0, 4, 6, 9] {
        let refused = submit(&log.rolled_back(6), &address, known).await.0.unwrap_err();
        assert!(matches!(refused, WitnessError::Ahead { cosigned: 9, size: 6 }), "{refused}");
        assert!(refused.is_alarm());
    }
}

#[tokio::test]
async fn what_a_setting_can_mend_is_no_alarm() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    let stranger = log.signed_by_a_stranger();
    let refused = submit(&stranger, &address_of(&witness), 0).await.0.unwrap_err();
    assert!(matches!(refused, WitnessError::UnknownKey) && !refused.is_alarm(), "{refused}");
    let other = PaperLog::new("回龙观街道/1", 3);
    let refused = submit(&other, &address_of(&witness), 0).await.0.unwrap_err();
    assert!(matches!(refused, WitnessError::UnknownLog) && !refused.is_alarm(), "{refused}");
    // a key that is not this witness's: its cosignature is not taken
    let expected = signer().verifier().clone();
    let address = format!("http://{}={expected}", witness.address).parse().unwrap();
    let refused = submit(&log, &address, 0).await.0.unwrap_err();
    assert!(matches!(refused, WitnessError::Signature), "{refused}");
}

#[tokio::test]
async fn a_proof_that_cannot_be_made_is_said() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    log.grow(10);
    let client = WitnessClient::try_new().unwrap();
    let checkpoint = log.checkpoint().to_string();
    let refused = client
        .submit(&address_of(&witness), checkpoint.as_bytes(), 0, async |_| anyhow::bail!("no tiles"))
        .await
        .unwrap_err();
    assert!(matches!(refused, WitnessError::Proof(_)), "{refused}");
    let refused =
        client.submit(&address_of(&witness), b"no note", 0, async |_| Ok(vec![])).await.unwrap_err();
    assert!(matches!(refused, WitnessError::Checkpoint(_)), "{refused}");
}

fn signer() -> SignerKey {
    SignerKey::from_seed("impostor.example", Algorithm::Cosignature, &[9; 32]).unwrap()
}

/// A server that gives every connection one answer, whatever it asks.
fn impostor(answer: Vec<u8>) -> WitnessAddress {
    impostor_of(signer().verifier(), answer)
}

fn impostor_of(key: &VerifierKey, answer: Vec<u8>) -> WitnessAddress {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            if answer.is_empty() {
                // says nothing and stays
                thread::sleep(Duration::from_secs(60));
            }
            let _ = stream.write_all(&answer);
        }
    });
    format!("http://{address}={key}").parse().unwrap()
}

fn http(status: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn answers_that_are_no_answers_are_refused() {
    let log = PaperLog::new(ORIGIN, 9);
    let sizes = "text/x.tlog.size";
    let other_text = signer().sign(&log.checkpoint_at(8).text, 1);
    let by_another = SignerKey::from_seed("impostor.example", Algorithm::Cosignature, &[8; 32]).unwrap();
    let by_another = by_another.sign(&log.checkpoint().text, 1);
    for (answer, expected) in [
        (http("200 OK", "text/plain", ""), "Answer"),
        (http("200 OK", "text/plain", "<html>\n"), "Answer"),
        (http("200 OK", "text/plain", &"x".repeat(100_000)), "Answer"),
        (http("200 OK", "text/plain", &format!("{other_text}\n")), "Signature"),
        (http("200 OK", "text/plain", &format!("{by_another}\n")), "Signature"),
        (http("409 Conflict", "text/plain", "5\n"), "Answer"),
        (http("409 Conflict", sizes, "5"), "Answer"),
        (http("409 Conflict", sizes, "05\n"), "Answer"),
        (http("409 Conflict", sizes, "-1\n"), "Answer"),
        (http("409 Conflict", sizes, "5\n"), "Forked"),
        (http("409 Conflict", sizes, "10\n"), "Ahead"),
        (http("302 Found", "text/plain", ""), "Status"),
        (http("500 Internal Server Error", "text/plain", ""), "Status"),
        (b"SSH-2.0-OpenSSH\r\n".to_vec(), "Unreachable"),
    ] {
        let shown = String::from_utf8_lossy(&answer).into_owned();
        let refused = submit(&log, &impostor(answer), 0).await.0.unwrap_err();
        assert!(format!("{refused:?}").starts_with(expected), "{refused:?} to {shown:.200}");
    }
    // lines of other keys beside the right one do no harm
    let lines = format!("{by_another}\n{}\n", signer().sign(&log.checkpoint().text, 7));
    let line = submit(&log, &impostor(http("200 OK", "text/plain", &lines)), 0).await.0.unwrap();
    assert_eq!(line, signer().sign(&log.checkpoint().text, 7));
}

#[tokio::test]
async fn a_silent_witness_is_given_up_and_an_absent_one_at_once() {
    let log = PaperLog::new(ORIGIN, 9);
    let begun = Instant::now();
    let refused = submit(&log, &impostor(Vec::new()), 0).await.0.unwrap_err();
    assert!(matches!(refused, WitnessError::TimedOut), "{refused}");
    assert!(begun.elapsed() < Duration::from_secs(8));
    let nobody = format!("http://127.0.0.1:1={}", signer().verifier()).parse().unwrap();
    let refused = submit(&log, &nobody, 0).await.0.unwrap_err();
    assert!(matches!(refused, WitnessError::Unreachable(_)), "{refused}");
    // over https, a server that speaks http is no witness
    let plain = impostor(http("200 OK", "text/plain", "")).to_string().replacen("http:", "https:", 1);
    let refused = submit(&log, &plain.parse().unwrap(), 0).await.0.unwrap_err();
    assert!(matches!(refused, WitnessError::Unreachable(_)), "{refused}");
}
