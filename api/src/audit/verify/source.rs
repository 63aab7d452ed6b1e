//! Where the files of a bundle are read from: a directory, or an archive. Nothing is followed out of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::Faults;
use super::archive::Archive;
use crate::audit::Fault;

/// The most bytes of one file: a whole bundle of entries is below 17 MB.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How deep folders may lie.
const DEPTH_MAX: usize = 12;

/// An open bundle.
#[derive(Debug)]
pub enum Source {
    /// The files of a directory.
    Directory(PathBuf),
    /// The members of a file.
    Archive(Archive),
}

impl Source {
    /// Opens a bundle and lists its files. What is no plain file, or too large, is a fault and not listed.
    pub fn open(path: &Path, faults: &mut Faults) -> (Source, BTreeSet<String>) {
        let mut names = BTreeSet::new();
        if fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
            match Archive::read(path, FILE_BYTES_MAX, |fault| faults.add(fault)) {
                Ok(archive) => {
                    names.extend(archive.names().cloned());
                    return (Source::Archive(archive), names);
                }
                Err(error) => faults.add(unreadable("", &error)),
            }
        } else {
            list(path, "", 0, &mut names, faults);
        }
        (Source::Directory(path.to_owned()), names)
    }

    /// A file that was listed.
    pub fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        match self {
            Source::Directory(directory) => fs::read(directory.join(name)),
            Source::Archive(archive) => archive.get(name),
        }
    }
}

fn list(directory: &Path, prefix: &str, depth: usize, names: &mut BTreeSet<String>, faults: &mut Faults) {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => return faults.add(unreadable(prefix, &error)),
    };
    for entry in entries.flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < DEPTH_MAX => {
                list(&entry.path(), &format!("{name}/"), depth + 1, names, faults);
            }
            Ok(kind) if kind.is_file() && entry.metadata().is_ok_and(|meta| meta.len() <= FILE_BYTES_MAX) => {
                names.insert(name);
            }
            _ => faults.add(Fault::of(
                "file_strange",
                name,
                "既不是普通文件，或者过大",
                "is no plain file, or too large",
            )),
        }
    }
}

fn unreadable(file: &str, error: &io::Error) -> Fault {
    Fault::of("file_unreadable", file, format!("无法读出：{error}"), format!("cannot be read: {error}"))
}
