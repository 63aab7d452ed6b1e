//! A bundle as one file: a `tar` archive (POSIX `ustar`) with the same files, nothing else, and one spelling.
//!
//! Every member is a plain file with mode 0644, owner and time 0, so that the same bundle is the same bytes wherever it
//! is written. A reader compares each header with the one that this program would have written, byte for byte: links,
//! folders, devices, sparse files and extended headers have no such header.

use std::io;
use std::path::Path;

use tar::{EntryType, Header};

/// Whether a bundle of this name is an archive.
pub(super) fn is_named(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tar")
}

/// The one header of a file.
pub(super) fn header(name: &str, length: u64) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(name)?;
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(length);
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    Ok(header)
}
