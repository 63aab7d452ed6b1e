//! A printed file is brought back: is it what the ledger said when it was printed?

use std::fs;
use std::io::{Cursor, Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tests::counter::{Answer, Counter};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::paying::{office_with_a_case, prepare, settled};
use super::printing::printed;

const FINANCE: [&str; 2] = ["--as", "finance:liu.yang"];
const BEGIN: &str = "ledger-paper:1:";

fn verify(counter: &Counter, file: &str) -> Answer {
    counter.ask(&[&["print", "verify", file], &FINANCE[..]].concat())
}

/// Whether the file is byte for byte the paper made again.
fn is_identical(counter: &Counter, file: &str) {
    let answer = verify(counter, file);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert_eq!(answer.json["again"]["identical"], json!(true), "{answer:?}");
    assert_eq!(answer.json["again"]["again_sha256"], answer.json["sha256"], "{answer:?}");
}

/// The codes of the doubts about a file.
fn doubts(counter: &Counter, file: &str) -> Vec<(String, String)> {
    let answer = verify(counter, file);
    assert_eq!(answer.status, 1, "{answer:?}");
    let doubts = answer.json["again"]["doubts"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    doubts.iter().map(|doubt| (text(&doubt["code"]), text(&doubt["zh"]))).collect()
}

fn codes(counter: &Counter, file: &str) -> Vec<String> {
    doubts(counter, file).into_iter().map(|(code, _)| code).collect()
}

/// Where a text ends that stands in the bytes from a place on.
fn at(bytes: &[u8], from: usize, text: &[u8]) -> usize {
    let found = bytes[from..].windows(text.len()).position(|window| window == text);
    from + found.unwrap() + text.len()
}

/// A file that says something else of itself than it did.
fn claiming(counter: &Counter, file: &str, name: &str, change: impl FnOnce(&mut Value)) -> String {
    let bytes = fs::read(file).unwrap();
    let at = bytes.windows(BEGIN.len()).position(|window| window == BEGIN.as_bytes()).unwrap() + BEGIN.len();
    let end = bytes[at..].iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-_".contains(byte)));
    let said = URL_SAFE_NO_PAD.decode(&bytes[at..at + end.unwrap()]).unwrap();
    let mut said: Value = serde_json::from_slice(&said).unwrap();
    change(&mut said);
    let said = URL_SAFE_NO_PAD.encode(said.to_string());
    counter.file(name, &format!("%PDF-1.7\n({BEGIN}{said})"))
}

/// A workbook in which a text was replaced, as by hand.
fn altered(counter: &Counter, file: &str, (from, to): (&str, &str)) -> String {
    let mut archive = ZipArchive::new(Cursor::new(fs::read(file).unwrap())).unwrap();
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        written.start_file(part.name().unwrap().into_owned(), SimpleFileOptions::default()).unwrap();
        let text = if part.name().unwrap() == "docProps/core.xml" { text } else { text.replace(from, to) };
        written.write_all(text.as_bytes()).unwrap();
    }
    let path = counter.path("altered.xlsx");
    fs::write(&path, written.finish().unwrap().into_inner()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The run of November: its roster before the approval, after its release, and its voucher before the bank answered.
async fn printed_along_the_way() -> (Counter, String, Vec<String>) {
    let (counter, _) = office_with_a_case().await;
    let run = prepare(&counter);
    let approver = ["--as", "approver:chen.jing"];
    let mut files = Vec::new();
    let roster = ["roster", "--run", &run];
    files.push(printed(&counter, &[&roster[..], &approver].concat(), "before.xlsx").0);
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    counter.do_well(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    let out = counter.path("bank.csv");
    counter.do_well(&[&["run", "release", &run, "--out", out.to_str().unwrap()], &FINANCE[..]].concat());
    files.push(printed(&counter, &[&roster[..], &FINANCE].concat(), "roster.pdf").0);
    files.push(printed(&counter, &[&roster[..], &FINANCE, &["--whole"]].concat(), "whole.xlsx").0);
    files.push(printed(&counter, &["voucher", "--run", &run, "--office", "某街道办事处"], "voucher.pdf").0);
    files.push(printed(&counter, &["month-report", "--month", "2023-11"], "month.xlsx").0);
    let results = counter.file("results.csv", &settled(&fs::read_to_string(&out).unwrap()));
    counter.do_well(&[&["run", "settle", &run, "--results", &results], &FINANCE[..]].concat());
    (counter, run, files)
}

#[tokio::test]
async fn a_paper_is_made_again_as_it_was_although_the_ledger_went_on() {
    let (counter, run, files) = printed_along_the_way().await;
    for file in &files {
        is_identical(&counter, file);
    }
    let (now, _) = printed(&counter, &["voucher", "--run", &run], "now.pdf");
    is_identical(&counter, &now);
    assert_ne!(fs::read(&now).unwrap(), fs::read(&files[3]).unwrap(), "the bank's answer shows");
    let nobody = counter.ask(&["print", "verify", &files[1]]);
    assert_eq!((nobody.status, nobody.code()), (2, "actor_required"), "{nobody:?}");
    let clerk = counter.ask(&["print", "verify", &files[1], "--as", "clerk:wang.fang"]);
    assert_eq!((clerk.status, clerk.code()), (1, "role_not_allowed"), "{clerk:?}");
    assert_eq!(counter.ask(&["print", "verify", &files[3]]).status, 0, "a voucher of a run names nobody");
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn what_was_changed_by_hand_is_found_where_it_stands() {
    let (counter, _, files) = printed_along_the_way().await;
    let workbook = altered(&counter, &files[2], ("9901140000000000019", "9901140000000000099"));
    let found = doubts(&counter, &workbook);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0 == "bytes_differ" && found[0].1.contains("单元格 J"), "{found:?}");
    assert!(!found[0].1.contains("99011400"), "an account is not told: {found:?}");
    let saved_again = doubts(&counter, &altered(&counter, &files[2], ("none", "none")));
    assert!(saved_again[0].1.contains("各处内容相同"), "{saved_again:?}");

    let mut bytes = fs::read(&files[3]).unwrap();
    let page = at(&bytes, 0, b"/Contents ");
    let digits = bytes[page..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let contents = [b"\n", &bytes[page..page + digits], b" 0 obj"].concat();
    let stream = at(&bytes, at(&bytes, 0, &contents), b"stream\n");
    bytes[stream + 20] ^= 1;
    let pdf = counter.path("altered.pdf");
    fs::write(&pdf, bytes).unwrap();
    let found = doubts(&counter, pdf.to_str().unwrap());
    assert!(found.len() == 1 && found[0].0 == "bytes_differ", "{found:?}");
    assert!(found[0].1.contains("第 1 页"), "{found:?}");

    let digest = |said: &mut Value| said["digest"] = json!("0".repeat(64));
    let other = claiming(&counter, &files[3], "digest.pdf", digest);
    assert_eq!(codes(&counter, &other), ["says_otherwise", "bytes_differ"]);
    let unknown = |said: &mut Value| said["run"] = json!("00000000-0000-4000-8000-000000000009");
    assert_eq!(codes(&counter, &claiming(&counter, &files[3], "run.pdf", unknown)), ["not_made_again"]);
}

#[tokio::test]
async fn a_file_of_another_ledger_or_of_no_ledger_is_not_taken_for_one_of_ours() {
    let (counter, _, files) = printed_along_the_way().await;
    let origin = |said: &mut Value| said["trace"]["origin"] = json!("benefits-ledger/elsewhere/sha256");
    let file = claiming(&counter, &files[3], "origin.pdf", origin);
    assert_eq!(codes(&counter, &file), ["other_ledger"]);
    let position = |said: &mut Value| said["trace"]["position"] = json!(1_000_000);
    let file = claiming(&counter, &files[3], "position.pdf", position);
    assert_eq!(codes(&counter, &file), ["position_beyond_log"]);
    let root = |said: &mut Value| said["trace"]["checkpoint"]["root"] = json!("ab".repeat(32));
    let file = claiming(&counter, &files[3], "root.pdf", root);
    assert_eq!(codes(&counter, &file), ["checkpoint_differs"]);
    let size = |said: &mut Value| said["trace"]["checkpoint"]["size"] = json!(1_000_000);
    let file = claiming(&counter, &files[3], "size.pdf", size);
    assert_eq!(codes(&counter, &file), ["checkpoint_differs"]);

    for (content, code) in [
        ("一页纸", "no_paper"),
        ("PK\u{3}\u{4} no workbook", "no_paper"),
        ("%PDF-1.7\nsomething", "imprint_missing"),
        ("%PDF-1.7\n(ledger-paper:1:e30)", "imprint_unreadable"),
    ] {
        let answer = verify(&counter, &counter.file("other", content));
        assert_eq!((answer.status, answer.code()), (1, code), "{answer:?}");
    }
    let missing = verify(&counter, counter.path("nowhere.pdf").to_str().unwrap());
    assert_eq!((missing.status, missing.code()), (1, "file_unreadable"), "{missing:?}");
}
