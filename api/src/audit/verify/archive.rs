//! Reads a bundle that is one archive, without unpacking it. How it is written is said in [`crate::audit::archive`].

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use tar::{EntryType, Header};

use crate::audit::archive::header;
use crate::audit::{Fault, layout};

/// The bytes of a header, and what contents are filled up to.
const BLOCK: u64 = 512;
/// The most members: a bundle of all events of a log of 500 million has fewer.
const MEMBERS_MAX: usize = 4_000_000;
const EMPTY: [u8; BLOCK as usize] = [0; BLOCK as usize];
const OTHERWISE: Why = ("文件头写法有误", "has a header that is spelt otherwise");

/// An open archive: where each of its files lies.
#[derive(Debug)]
pub struct Archive {
    file: File,
    members: BTreeMap<String, Member>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    at: u64,
    length: u64,
}

/// What is wrong, in Chinese and English.
type Why = (&'static str, &'static str);

impl Archive {
    /// Lists the members of at most `bytes_max` bytes each. What is no plain file of a bundle is said and left out; where
    /// the archive breaks off, reading ends.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn read(path: &Path, bytes_max: u64, mut fault: impl FnMut(Fault)) -> io::Result<Archive> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut archive = Archive { file, members: BTreeMap::new() };
        let label = path.file_name().unwrap_or_default().to_string_lossy();
        let mut at = 0;
        while let Some(bytes) = archive.block(at).filter(|bytes| *bytes != EMPTY) {
            let found = Header::from_byte_slice(&bytes);
            let name = String::from_utf8_lossy(&found.path_bytes()).into_owned();
            let member = found.entry_size().ok().map(|length| Member { at: at + BLOCK, length });
            let end = member.and_then(end_of).filter(|end| *end <= length);
            match (archive.refused(found, &name, member, bytes_max), member) {
                (Some(why), _) => fault(strange(at, &name, why)),
                (None, Some(member)) if end.is_some() => drop(archive.members.insert(name, member)),
                (None, _) => {}
            }
            match end {
                Some(end) if archive.members.len() < MEMBERS_MAX => at = end,
                Some(_) => {
                    fault(strange(at, &label, ("文件过多", "holds too many files")));
                    return Ok(archive);
                }
                None => {
                    fault(cut(at, length, &label));
                    return Ok(archive);
                }
            }
        }
        // an archive ends with two empty blocks
        match archive.block(at).and(archive.block(at + BLOCK)) {
            None => fault(cut(at, length, &label)),
            Some(EMPTY) if at + 2 * BLOCK == length => {}
            Some(_) => fault(strange(at, &label, ("结尾之后还有内容", "goes on behind its end"))),
        }
        Ok(archive)
    }

    /// The names of the files.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.members.keys()
    }

    /// A file's bytes.
    pub fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        let Member { at, length } = self.members.get(name).copied().ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes)
    }

    fn block(&self, at: u64) -> Option<[u8; BLOCK as usize]> {
        let mut bytes = EMPTY;
        self.file.read_exact_at(&mut bytes, at).ok().map(|()| bytes)
    }

    /// What is wrong with a member.
    fn refused(&self, found: &Header, name: &str, member: Option<Member>, bytes_max: u64) -> Option<Why> {
        if let Some(why) = strange_kind(found.entry_type()) {
            return Some(why);
        }
        if !layout::is_plain(name) {
            return Some(("文件名不允许", "has a name that no file of a bundle has"));
        }
        let Some(member) = member else { return Some(OTHERWISE) };
        if header(name, member.length).map_or(true, |own| own.as_bytes() != found.as_bytes()) {
            return Some(OTHERWISE);
        }
        if member.length > bytes_max {
            return Some(("过大", "is too large"));
        }
        if self.members.contains_key(name) {
            return Some(("同名文件重复", "is there twice"));
        }
        (!self.is_filled_up(member)).then_some(("填充字节不为零", "is filled up with something"))
    }

    /// Whether nothing stands between the end of a file and the next header. What is cut off there is said elsewhere.
    fn is_filled_up(&self, Member { at, length }: Member) -> bool {
        let mut rest = vec![0; ((BLOCK - length % BLOCK) % BLOCK) as usize];
        self.file.read_exact_at(&mut rest, at + length).is_err() || rest.iter().all(|byte| *byte == 0)
    }
}

fn strange_kind(kind: EntryType) -> Option<Why> {
    Some(match kind {
        EntryType::Regular => return None,
        EntryType::Link | EntryType::Symlink => ("是链接", "is a link"),
        EntryType::Directory => ("是文件夹", "is a folder"),
        EntryType::GNUSparse => ("是稀疏文件", "is a sparse file"),
        EntryType::Char | EntryType::Block | EntryType::Fifo => ("是设备", "is a device"),
        _ => ("是扩展文件头", "is an extended header"),
    })
}

/// Where the next header begins; nothing behind what any file can hold.
fn end_of(member: Member) -> Option<u64> {
    member.at.checked_add(member.length.checked_next_multiple_of(BLOCK)?)
}

fn cut(at: u64, length: u64, label: &str) -> Fault {
    Fault::of(
        "archive_cut",
        label,
        format!("档案只有 {length} 字节，在第 {at} 字节起的文件中中断"),
        format!("has {length} bytes and breaks off in what begins at byte {at}"),
    )
}

fn strange(at: u64, name: &str, (zh, en): Why) -> Fault {
    let (zh, en) = (format!("{zh}（档案第 {at} 字节）"), format!("{en} (at byte {at} of the archive)"));
    Fault::of("archive_strange", name, zh, en)
}
