//! A bundle as one archive: the same files, the same bytes each time, verified without being unpacked; and archives
//! that no program of ours would write.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use api::audit::Fault;
use api::audit::verify::{Known, Verified, verify};
use tar::{Builder, EntryType, Header};
use tests::ledger_binary;

use crate::evidence::{Bundle, Evidence, fault};

const BLOCK: usize = 512;

/// The archive of a bundle's files, in the order in which they are listed.
pub fn archive(bundle: &Bundle) -> Vec<u8> {
    let listed = bundle.text("SHA256SUMS");
    let mut archive = Builder::new(Vec::new());
    for name in listed.lines().map(|line| &line[66..]).chain(["SHA256SUMS"]) {
        add(&mut archive, name, &bundle.read(name), |_| {});
    }
    archive.into_inner().unwrap()
}

/// Adds a member, whose header `change` may make another one.
fn add(archive: &mut Builder<Vec<u8>>, name: &str, bytes: &[u8], change: impl FnOnce(&mut Header)) {
    let mut header = Header::new_ustar();
    header.set_path(name).unwrap();
    header.set_mode(0o644);
    for set in [Header::set_uid, Header::set_gid, Header::set_mtime, Header::set_size] {
        set(&mut header, 0);
    }
    header.set_size(bytes.len() as u64);
    header.set_entry_type(EntryType::Regular);
    change(&mut header);
    header.set_cksum();
    archive.append(&header, bytes).unwrap();
}

/// Verifies the bytes as a file beside the bundle.
fn verify_bytes(bundle: &Bundle, bytes: &[u8]) -> Verified {
    let path = bundle.beside("bundle.tar");
    fs::write(&path, bytes).unwrap();
    verify(&path, &Known::default())
}

fn refused(bundle: &Bundle, bytes: &[u8], code: &str) -> Fault {
    fault(&verify_bytes(bundle, bytes), code)
}

#[tokio::test]
async fn an_archive_holds_what_a_directory_does_and_is_the_same_bytes_each_time() {
    let evidence = Evidence::new().await;
    for positions in [vec![1, 2, 3], vec![0, 1, 2, 3, 4]] {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut written = Vec::new();
        for name in ["plain", "one.tar", "other.tar"] {
            written.push(evidence.write(&at(name), positions.clone()).await);
        }
        assert_eq!((written[0].files, written[0].events), (written[1].files, written[1].events));
        let (one, other) = (fs::read(at("one.tar")).unwrap(), fs::read(at("other.tar")).unwrap());
        assert!(one == other, "two archives of one bundle differ");
        let verified = verify(&at("one.tar"), &Known::default());
        assert_eq!((verified.faults, verified.events), (vec![], positions.len() as u64));

        fs::create_dir(at("unpacked")).unwrap();
        run(Command::new("tar").arg("xf").arg(at("one.tar")).arg("-C").arg(at("unpacked")));
        run(Command::new("diff").arg("-r").arg(at("plain")).arg(at("unpacked")));
        let left: Vec<PathBuf> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left.len(), 4, "no draft is left: {left:?}");
    }
}

fn run(command: &mut Command) {
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stdout));
}

#[tokio::test]
async fn nothing_that_is_there_is_written_over() {
    let evidence = Evidence::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (file, taken) = (folder.path().join("a.tar"), folder.path().join("b.tar"));
    fs::write(&file, b"mine").unwrap();
    fs::create_dir(&taken).unwrap();
    for path in [&file, &taken] {
        let error = evidence.try_write(path, vec![1]).await.unwrap_err();
        assert!(error.to_string().contains("exists already"), "{error}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[tokio::test]
async fn what_no_bundle_has_is_refused_with_its_name_and_place() {
    let bundle = Evidence::new().await.partial().await;
    let good = archive(&bundle);
    assert_eq!(verify_bytes(&bundle, &good).faults, []);
    let end = good.len() - 2 * BLOCK;
    type Change = fn(&mut Header);
    let kinds: [(&str, &str, Change); 10] = [
        ("entries/9", "is a link", |header| header.set_entry_type(EntryType::Link)),
        ("entries/9", "is a link", |header| header.set_entry_type(EntryType::Symlink)),
        ("entries", "is a folder", |header| header.set_entry_type(EntryType::Directory)),
        ("entries/9", "is a sparse file", |header| header.set_entry_type(EntryType::GNUSparse)),
        ("entries/9", "is a device", |header| header.set_entry_type(EntryType::Char)),
        ("entries/9", "is an extended header", |header| header.set_entry_type(EntryType::XHeader)),
        ("entries/9", "is an extended header", |header| header.set_entry_type(EntryType::GNULongName)),
        ("entries/9", "is spelt otherwise", |header| header.set_mtime(1)),
        ("entries/9", "is spelt otherwise", |header| header.set_mode(0o755)),
        ("entries/9", "is spelt otherwise", |header| header.set_uid(1000)),
    ];
    for (name, why, change) in kinds {
        let mut more = Builder::new(good[..end].to_vec());
        add(&mut more, name, b"x", change);
        let fault = refused(&bundle, &more.into_inner().unwrap(), "archive_strange");
        assert_eq!(fault.file, name);
        assert!(fault.en.contains(why) && fault.en.contains("at byte "), "{fault:?}");
    }
}

#[tokio::test]
async fn names_that_lead_out_of_the_archive_are_refused() {
    let bundle = Evidence::new().await.partial().await;
    fs::write(bundle.beside("x"), b"x").unwrap();
    let good = archive(&bundle);
    for name in
        ["../x", "entries/../../x", "/etc/passwd", "./checkpoint", "entries//1", "..\\x", "entries/", ""]
    {
        let mut more = Builder::new(good[..good.len() - 2 * BLOCK].to_vec());
        // what `set_path` would refuse is put there by hand
        add(&mut more, "a", b"x", |header| {
            header.as_mut_bytes()[..100].fill(0);
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        });
        let fault = refused(&bundle, &more.into_inner().unwrap(), "archive_strange");
        assert_eq!((fault.file.as_str(), fault.en.contains("has a name")), (name, true), "{fault:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_there_twice_or_too_large_is_refused() {
    let bundle = Evidence::new().await.partial().await;
    let good = archive(&bundle);
    let end = good.len() - 2 * BLOCK;
    let mut twice = Builder::new(good[..end].to_vec());
    add(&mut twice, "checkpoint", b"another", |_| {});
    let again = refused(&bundle, &twice.into_inner().unwrap(), "archive_strange");
    assert_eq!((again.file.as_str(), again.en.contains("is there twice")), ("checkpoint", true));

    let claims = |size: u64| {
        let mut large = Builder::new(good[..end].to_vec());
        add(&mut large, "entries/9", b"", |header| header.set_size(size));
        large.into_inner().unwrap()
    };
    // it is said to be there, and is not
    for size in [1 << 20, 1 << 33, (1 << 33) - 1, u64::MAX >> 1] {
        let verified = verify_bytes(&bundle, &claims(size));
        let codes: Vec<&str> = verified.faults.iter().map(|fault| fault.code).collect();
        assert!(codes.contains(&"archive_cut"), "{size}: {codes:?}");
        assert_eq!(codes.contains(&"archive_strange"), size > 1 << 26, "{size}: {codes:?}");
    }
    // it is there, as a hole in the file system, and not read
    let path = bundle.beside("hole.tar");
    fs::write(&path, claims((1 << 33) - BLOCK as u64)).unwrap();
    File::options().write(true).open(&path).unwrap().set_len(1 << 34).unwrap();
    let hole = fault(&verify(&path, &Known::default()), "archive_strange");
    assert!(hole.file == "entries/9" && hole.en.contains("too large"), "{hole:?}");
}

#[tokio::test]
async fn an_archive_that_breaks_off_or_goes_on_is_refused_wherever_it_does() {
    let bundle = Evidence::new().await.partial().await;
    let good = archive(&bundle);
    for end in (0..good.len()).step_by(97).chain([good.len() - 1, good.len() - BLOCK]) {
        let fault = refused(&bundle, &good[..end], "archive_cut");
        assert!(fault.file == "bundle.tar" && fault.en.contains(&format!("has {end} bytes")), "{fault:?}");
    }
    for behind in [&[0][..], &[7], &[0; 512], &[7; 1024]] {
        let fault = refused(&bundle, &[&good, behind].concat(), "archive_strange");
        assert!(fault.en.contains("goes on behind its end"), "{fault:?}");
    }
    assert_eq!(refused(&bundle, b"", "sums_missing").file, "SHA256SUMS");
    assert_eq!(refused(&bundle, &fs::read(ledger_binary()).unwrap(), "sums_missing").file, "SHA256SUMS");
}

#[tokio::test]
async fn every_byte_of_an_archive_is_protected() {
    let bundle = Evidence::new().await.partial().await;
    let mut bytes = archive(&bundle);
    let path = bundle.beside("bundle.tar");
    // all of what a tar header says, and every seventh byte of what the files hold
    let is_head =
        |place: usize| place % BLOCK < 345 && bytes[place - place % BLOCK + 257..].starts_with(b"ustar");
    let places: Vec<usize> = (0..bytes.len()).filter(|place| is_head(*place) || place % 7 == 0).collect();
    for place in places {
        bytes[place] ^= 1 << (place % 8);
        write(&path, &bytes);
        assert!(!verify(&path, &Known::default()).faults.is_empty(), "byte {place}");
        bytes[place] ^= 1 << (place % 8);
    }
    assert_eq!(verify_bytes(&bundle, &bytes).faults, []);
}

fn write(path: &Path, bytes: &[u8]) {
    File::create(path).unwrap().write_all(bytes).unwrap();
}

#[tokio::test]
async fn the_program_verifies_an_archive_and_says_what_is_wrong_with_one() {
    let bundle = Evidence::new().await.partial().await;
    let (mut bytes, path) = (archive(&bundle), bundle.beside("bundle.tar"));
    fs::write(&path, &bytes).unwrap();
    let verify = || Command::new(ledger_binary()).args(["audit", "verify"]).arg(&path).output().unwrap();
    assert_eq!(verify().status.code(), Some(0));
    bytes.truncate(5 * BLOCK);
    fs::write(&path, &bytes).unwrap();
    let said = verify();
    let text = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.status.code(), Some(1));
    assert!(text.contains("✗ bundle.tar") && text.contains("[archive_cut]"), "{text}");
}
