//! Evidence bundles of a real log: verified when they are whole, refused with the place when anything is changed.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use api::audit::verify::Known;
use tests::ledger_binary;

use crate::evidence::{Bundle, DECIDED, Evidence, NAMED, SIZE, fault};

#[tokio::test]
async fn a_bundle_of_all_events_and_one_of_some_are_verified() {
    let evidence = Evidence::new().await;
    let whole = evidence.whole().await.verify();
    assert_eq!(whole.faults, []);
    assert_eq!((whole.whole, whole.size, whole.events, whole.opened), (true, SIZE, SIZE, 2));
    assert_eq!(whole.consistent_with, [2, 3, 5]);
    assert_eq!(whole.witnesses[0].name, "witness.example");

    let partial = evidence.partial().await.verify();
    assert_eq!(partial.faults, []);
    assert_eq!((partial.whole, partial.size, partial.events, partial.opened), (false, SIZE, 3, 2));
    assert_eq!(partial.consistent_with, [3]);
    assert!(NAMED.len() as u64 == partial.opened && partial.key_from_bundle);
    assert_eq!((partial.rules[0].events, partial.rules[0].covered), (1, true));
}

/// Changes a bundle, and lets the sums fit.
fn change(bundle: &Bundle, how: impl FnOnce(&Bundle)) -> Bundle {
    let copy = bundle.copy();
    how(&copy);
    copy.fit();
    copy
}

#[tokio::test]
async fn a_file_that_is_missing_is_named() {
    let evidence = Evidence::new().await;
    for bundle in [evidence.whole().await, evidence.partial().await] {
        for name in bundle.names() {
            let copy = bundle.copy();
            copy.remove(&name);
            let faults = copy.verify().faults;
            let named = faults
                .iter()
                .any(|fault| fault.file == name && ["file_missing", "sums_missing"].contains(&fault.code));
            assert!(named, "{name}: {faults:#?}");
        }
    }
}

#[tokio::test]
async fn a_file_that_was_taken_out_of_the_list_too_is_missed_where_something_needs_it() {
    let evidence = Evidence::new().await;
    let (whole, partial) = (evidence.whole().await, evidence.partial().await);
    for (bundle, file, code, position) in [
        (&whole, "log.vkey", "key_unreadable", None),
        (&whole, "checkpoint", "checkpoint_missing", None),
        (&whole, "tile/entries/000.p/5", "entries_missing", None),
        (&whole, "tile/0/000.p/5", "tile_missing", None),
        (&partial, "entries/2", "entry_missing", Some(2)),
        (&partial, "proofs/2.tlog-proof", "proof_missing", Some(2)),
        (&partial, "consistency/3-5", "proof_missing", None),
    ] {
        let fault = change(bundle, |copy| copy.remove(file)).fault(code);
        assert_eq!((fault.file.as_str(), fault.position), (file, position), "{file}");
    }
    let without = change(&partial, |copy| copy.remove("checkpoints/3"));
    assert_eq!(without.fault("file_strange").file, "consistency/3-5");
    let empty = change(&partial, |copy| {
        for name in copy.names().iter().filter(|name| name.contains('/')) {
            copy.remove(name);
        }
        copy.remove("opened.jsonl");
    });
    assert_eq!(empty.fault("bundle_empty").file, "checkpoint");
}

#[tokio::test]
async fn files_that_were_swapped_are_refused() {
    let evidence = Evidence::new().await;
    let (whole, partial) = (evidence.whole().await, evidence.partial().await);
    let swap = |bundle: &Bundle, one: &str, other: &str| {
        change(bundle, |copy| {
            copy.write(one, &bundle.read(other));
            copy.write(other, &bundle.read(one));
        })
    };
    let fault = swap(&partial, "entries/1", "entries/2").fault("inclusion_invalid");
    assert_eq!((fault.file.as_str(), fault.position), ("proofs/1.tlog-proof", Some(1)));
    let fault = swap(&partial, "proofs/1.tlog-proof", "proofs/2.tlog-proof").fault("proof_misplaced");
    assert_eq!((fault.file.as_str(), fault.position), ("proofs/1.tlog-proof", Some(1)));
    let fault = swap(&whole, "checkpoints/2", "checkpoints/3").fault("checkpoint_misplaced");
    assert_eq!(fault.file, "checkpoints/2");
    let fault = swap(&whole, "log.vkey", "witness.vkey").fault("key_unreadable");
    assert_eq!(fault.file, "log.vkey");
    // both speak for the log, the older one for fewer events than are there
    assert!(!swap(&whole, "checkpoint", "checkpoints/3").verify().faults.is_empty());
}

#[tokio::test]
async fn a_file_that_breaks_off_is_refused_wherever_it_does() {
    let evidence = Evidence::new().await;
    for bundle in [evidence.whole().await, evidence.partial().await] {
        let copy = bundle.copy();
        for name in bundle.names().iter().filter(|name| !["README.md", "report.jsonl"].contains(&&***name)) {
            let bytes = bundle.read(name);
            for end in (0..bytes.len()).step_by(11).chain([bytes.len() - 1]) {
                copy.write(name, &bytes[..end]);
                if name != "SHA256SUMS" {
                    copy.fit();
                }
                let accepted = copy.verify().faults.is_empty();
                // whoever leaves out whole lines or files of these says less, and nothing that is not so
                let less = ["opened.jsonl", "witness.vkey"].contains(&&**name);
                let at_a_line = end == 0 || bytes[end - 1] == b'\n';
                assert!(!accepted || less && at_a_line, "{name} cut off at {end}");
            }
            copy.write(name, &bytes);
            copy.fit();
        }
    }
}

#[tokio::test]
async fn a_file_that_was_added_is_refused() {
    let evidence = Evidence::new().await;
    let (whole, partial) = (evidence.whole().await, evidence.partial().await);
    let unlisted = partial.copy();
    unlisted.write("note.txt", b"x");
    assert_eq!(unlisted.fault("file_unlisted").file, "note.txt");
    for (bundle, file, code) in [
        (&partial, "note.txt", "file_strange"),
        (&partial, "deep/er/note.txt", "file_strange"),
        (&partial, "consistency/2-5", "file_strange"),
        (&partial, "consistency/3-6", "file_strange"),
        (&partial, "entries/01", "file_strange"),
        (&partial, "proofs/1", "file_strange"),
        (&partial, "entries/7", "proof_missing"),
        (&partial, "checkpoints/4", "note_unreadable"),
        (&whole, "entries/1", "file_strange"),
        (&whole, "tile/0/001", "tile_strange"),
        (&whole, "tile/0/000", "tile_strange"),
        (&whole, "tile/9/000", "tile_strange"),
        (&whole, "tile/entries/000.p/4", "tile_strange"),
    ] {
        let fault = change(bundle, |copy| copy.write(file, b"x")).fault(code);
        let about = if code == "proof_missing" { "proofs/7.tlog-proof" } else { file };
        assert_eq!(fault.file, about, "{file}");
    }
}

#[tokio::test]
async fn what_is_no_plain_file_is_refused_and_not_followed() {
    let evidence = Evidence::new().await;
    let (partial, whole) = (evidence.partial().await, evidence.whole().await);
    let replaced = |name: &str, how: &dyn Fn(&Path)| {
        let copy = partial.copy();
        copy.remove(name);
        how(&copy.path.join(name));
        fault(&copy.verify(), "file_strange").file
    };
    let elsewhere = partial.beside("elsewhere");
    fs::write(&elsewhere, partial.read("entries/1")).unwrap();
    for name in ["entries/1", "checkpoint", "log.vkey", "SHA256SUMS"] {
        assert_eq!(replaced(name, &|path| symlink(&elsewhere, path).unwrap()), name);
        assert_eq!(replaced(name, &|path| symlink("/dev/zero", path).unwrap()), name);
        let huge = |path: &std::path::Path| File::create(path).unwrap().set_len(1 << 42).unwrap();
        assert_eq!(replaced(name, &huge), name);
        let folder = partial.copy();
        folder.remove(name);
        fs::create_dir(folder.path.join(name)).unwrap();
        let faults = folder.verify().faults;
        assert!(faults.iter().any(|fault| fault.file == name), "{name}: {faults:#?}");
    }
    // a link that leads back does not lead on
    symlink(&whole.path, whole.path.join("policy/again")).unwrap();
    assert_eq!(whole.fault("file_strange").file, "policy/again");
    // no directory at all
    let gone = Bundle::verify_at(&partial.beside("gone"));
    assert_eq!(fault(&gone, "sums_missing").file, "SHA256SUMS");
}

#[tokio::test]
async fn names_that_lead_out_of_the_bundle_are_not_read() {
    let bundle = Evidence::new().await.partial().await;
    fs::write(bundle.beside("x"), b"x").unwrap();
    let sums = bundle.text("SHA256SUMS");
    let line = sums.lines().count() + 1;
    let digest = hex::encode([7; 32]);
    for added in [
        format!("{digest}  ../x\n"),
        format!("{digest}  entries/../../x\n"),
        format!("{digest}  /etc/passwd\n"),
        format!("{digest}  ./checkpoint\n"),
        format!("{digest}  entries//1\n"),
        format!("{digest}  ..\\x\n"),
        format!("{digest}  SHA256SUMS\n"),
        format!("{digest}  \n"),
        format!("{digest} checkpoint\n"),
        format!("{}  checkpoint2\n", digest.to_uppercase().replace('7', "A")),
        format!("{}  checkpoint2\n", &digest[1..]),
        "龙\n".to_owned(),
        "\n".to_owned(),
        sums.lines().next().unwrap().to_owned() + "\n",
        sums.lines().next().unwrap().to_owned(),
    ] {
        bundle.write("SHA256SUMS", format!("{sums}{added}").as_bytes());
        let fault = bundle.fault("sums_unreadable");
        assert!(fault.en.contains(&format!("line {line}")), "{added}: {fault:?}");
    }
    bundle.write("SHA256SUMS", format!("{sums}{digest}  entries/nowhere\n").as_bytes());
    assert_eq!(bundle.fault("file_missing").file, "entries/nowhere");
    bundle.write("SHA256SUMS", &[0xff, 0xfe]);
    assert_eq!(bundle.fault("sums_missing").file, "SHA256SUMS");
}

#[tokio::test]
async fn another_persons_or_another_places_value_is_refused() {
    let bundle = Evidence::new().await.partial().await;
    let lines = bundle.text("opened.jsonl");
    let (first, second) = lines.split_once('\n').unwrap();
    for (changed, code, position) in [
        (lines.replace("王秀英", "王秀兰"), "opened_wrong", Some(NAMED[0])),
        (lines.replace("\"position\":1", "\"position\":3"), "opened_unreadable", None),
        (first.replace("\"position\":1", "\"position\":3") + "\n", "opened_wrong", Some(DECIDED)),
        (first.replace("\"position\":1", "\"position\":4") + "\n", "opened_strange", Some(4)),
        (lines.replace("/name", "/nick"), "opened_wrong", Some(NAMED[0])),
        (lines.replace("case_work", "vouchers"), "opened_wrong", Some(NAMED[0])),
        (lines.replace("\"label\":\"name\"", "\"label\":\"note\""), "opened_wrong", Some(NAMED[0])),
        (lines.replace("\"label\":\"name\"", "\"label\":\"nick\""), "opened_wrong", Some(NAMED[0])),
        (lines.replace("abcdef01", "abcdef02"), "opened_wrong", Some(NAMED[0])),
        (lines.replace("abcdef01", "ABCDEF01"), "opened_unreadable", None),
        (format!("{first}\n{first}\n"), "opened_unreadable", None),
        (format!("{second}{first}\n"), "opened_unreadable", None),
        (lines.replace("{\"position", "{ \"position"), "opened_unreadable", None),
        (lines.replace("{\"position", "{\"more\":1,\"position"), "opened_unreadable", None),
    ] {
        assert_ne!(changed, lines);
        let fault = change(&bundle, |copy| copy.write("opened.jsonl", changed.as_bytes())).fault(code);
        assert_eq!((fault.file.as_str(), fault.position), ("opened.jsonl", position), "{changed}");
        assert!(!fault.en.contains("王") && !fault.zh.contains("王"), "a value is shown");
    }
}

#[tokio::test]
async fn parameters_that_no_decision_names_are_refused() {
    let evidence = Evidence::new().await;
    let partial = evidence.partial().await;
    let changed = change(&partial, |copy| copy.write("policy/first.toml", b"from = '2024-01'\n"));
    assert_eq!(changed.fault("policy_strange").file, "policy/");
    let without = change(&partial, |copy| {
        copy.remove("policy/first.toml");
        copy.remove("policy/second.toml");
    });
    let verified = without.verify();
    assert_eq!((verified.faults.len(), verified.rules[0].covered), (0, false), "which are covered is said");
    let elsewhere = evidence.bundle([1, 2], &[]).await.verify();
    assert_eq!((elsewhere.faults.len(), elsewhere.rules.len()), (0, 0));
}

#[tokio::test]
async fn the_key_that_the_auditor_knows_is_what_counts() {
    let evidence = Evidence::new().await;
    let (bundle, key) = (evidence.partial().await, evidence.key().await.verifier().clone());
    let known = |keys: &[_]| Known { keys: keys.to_vec(), checkpoints: Vec::new() };
    let verified = bundle.verify_knowing(&known(std::slice::from_ref(&key)));
    assert!(verified.faults.is_empty() && !verified.key_from_bundle);
    let stranger = evidence.stranger().verifier().clone();
    assert!(bundle.verify_knowing(&known(&[stranger.clone(), key.clone()])).faults.is_empty());
    let verified = bundle.verify_knowing(&known(&[stranger]));
    assert_eq!(fault(&verified, "key_unknown").file, "log.vkey");
    assert_eq!(fault(&verified, "signature_invalid").file, "checkpoint");
    let replaced = change(&bundle, |copy| copy.write("log.vkey", b""));
    assert_eq!(fault(&replaced.verify_knowing(&known(&[key])), "key_unreadable").file, "log.vkey");
}

/// What the program says, and with which exit code.
fn ledger(arguments: &[&OsStr]) -> (Option<i32>, serde_json::Value) {
    let ran =
        Command::new(ledger_binary()).args(["--json", "audit", "verify"]).args(arguments).output().unwrap();
    (ran.status.code(), serde_json::from_slice(&ran.stdout).unwrap())
}

#[tokio::test]
async fn the_program_says_with_its_exit_code_whether_a_bundle_holds() {
    let evidence = Evidence::new().await;
    let (bundle, key) = (evidence.partial().await, evidence.key().await.verifier().to_string());
    let (path, yesterday) = (bundle.path.as_os_str(), bundle.beside("yesterday"));
    fs::write(&yesterday, evidence.older(3).await).unwrap();
    let given = [path, yesterday.as_os_str(), OsStr::new("--key"), OsStr::new(&key)];
    let (code, said) = ledger(&given);
    assert_eq!(
        (code, &said["events"], &said["key_from_bundle"]),
        (Some(0), &3.into(), &false.into()),
        "{said}"
    );
    bundle.write("entries/2", b"x");
    let (code, said) = ledger(&given);
    let faults = said["faults"].as_array().unwrap();
    let told = faults.iter().map(|fault| (fault["code"].as_str().unwrap(), fault["position"].as_u64()));
    assert_eq!(
        (code, told.collect::<Vec<_>>()),
        (Some(1), vec![("file_differs", None), ("inclusion_invalid", Some(2))])
    );
    let nothing = bundle.beside("nothing");
    assert_eq!(ledger(&[nothing.as_os_str()]).0, Some(1));
}

/// A bundle comes from a stranger, and so do the names in it.
#[tokio::test]
async fn names_of_a_bundle_do_not_write_on_the_screen() {
    let bundle = Evidence::new().await.partial().await;
    bundle.write("\u{1b}[2J\r✓ verified\n\u{202e}", b"x");
    let ran = Command::new(ledger_binary()).args(["audit", "verify"]).arg(&bundle.path).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(!said.contains(['\u{1b}', '\r', '\u{202e}']), "{said:?}");
    assert!(said.lines().all(|line| !line.starts_with("✓ verified")), "{said}");
}

/// Codes in a text: words that a mark stands before and behind.
fn codes(text: &str, mark: char) -> BTreeSet<&str> {
    let is_code = |word: &&str| {
        word.contains('_')
            && !word.starts_with('_')
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    text.split(mark).filter(is_code).collect()
}

#[test]
fn every_code_of_a_fault_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let documented = fs::read_to_string(root.join("docs/PROOFS.md")).unwrap();
    let (_, table) = documented.split_once("## What `ledger audit verify` says").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let files = fs::read_dir(root.join("api/src/audit/verify")).unwrap();
    let sources: String = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert_eq!(codes(table, '`'), codes(&sources, '"'));
}
