//! Finding `postgres` and `initdb`: an explicit setting, PATH, the folders that distributions use.

use std::fs;
use std::path::{Path, PathBuf};

use super::account::ServerAccount;
use super::error::EmbeddedPostgresError;

/// The oldest major version that will do.
const OLDEST: u32 = 14;

/// Folders of distributions; one `*` stands for a version, the newest of which is tried first.
const USUAL: [&str; 12] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/usr/lib/postgresql*/bin",
    "/usr/lib64/pgsql*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/opt/homebrew/opt/postgresql/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/opt/local/lib/postgresql*/bin",
    "/usr/bin",
];

/// One installation of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The path of one of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The path of a client program such as `psql`: beside the server, else as PATH finds it.
    pub fn client(&self, name: &str) -> PathBuf {
        let beside = self.program(name);
        if beside.is_file() { beside } else { PathBuf::from(name) }
    }

    /// Its major version.
    pub fn major(&self) -> u32 {
        self.major
    }
}

/// The binaries for a cluster of major version `wanted`, or for a new one.
pub(super) fn find(
    explicit: Option<&Path>,
    wanted: Option<(PathBuf, u32)>,
    account: &ServerAccount,
) -> Result<Binaries, EmbeddedPostgresError> {
    let folders = match explicit {
        Some(path) => vec![path.to_owned(), path.join("bin"), path.parent().unwrap_or(path).to_owned()],
        None => on_path().chain(USUAL.iter().flat_map(|pattern| expand(pattern))).collect(),
    };
    choose(folders.iter().filter_map(|folder| probe(folder, *account)).collect(), wanted)
}

fn choose(found: Vec<Binaries>, wanted: Option<(PathBuf, u32)>) -> Result<Binaries, EmbeddedPostgresError> {
    let versions = || found.iter().map(|each| each.major.to_string()).collect::<Vec<_>>().join(", ");
    let missing = || match found.is_empty() {
        true => String::new(),
        false => format!(" (found only {})", versions()),
    };
    let chosen = match &wanted {
        Some((_, cluster)) => found.iter().find(|each| each.major == *cluster),
        None => found.iter().find(|each| each.major >= OLDEST),
    };
    match (chosen, wanted) {
        (Some(binaries), _) => Ok(binaries.clone()),
        (None, Some((path, cluster))) if !found.is_empty() => {
            Err(EmbeddedPostgresError::OtherVersion { path, cluster, found: versions() })
        }
        (None, _) => Err(EmbeddedPostgresError::BinariesMissing { looked: missing() }),
    }
}

/// Folders on PATH, through symbolic links: the server finds its share folder from its real place.
fn on_path() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    folders.into_iter()
}

/// The folders that match a pattern with at most one `*`, the highest version first.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let names = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|name| {
            Some((version_of(name.strip_prefix(prefix)?), format!("{parent}/{name}{after}").into()))
        })
        .collect();
    found.sort_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The installation in a folder, if it is complete and the account can run it.
fn probe(folder: &Path, account: ServerAccount) -> Option<Binaries> {
    let server = folder.join("postgres").canonicalize().ok()?;
    let folder = server.parent()?.to_owned();
    if !folder.join("initdb").is_file() {
        return None;
    }
    let output = account.command(&server).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    Some(Binaries { folder, major: version_of(version) }).filter(|found| found.major > 0)
}

/// The first run of digits: `15.18 (Debian …)` is 15, `-16` is 16, `17beta1` is 17.
fn version_of(text: &str) -> u32 {
    let digits = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(majors: &[u32]) -> Vec<Binaries> {
        majors.iter().map(|major| Binaries { folder: format!("/pg/{major}").into(), major: *major }).collect()
    }

    #[test]
    fn a_new_cluster_takes_the_first_version_that_is_new_enough() {
        assert_eq!(choose(installed(&[13, 15, 17]), None).unwrap().major(), 15);
    }

    #[test]
    fn an_old_cluster_takes_its_own_version() {
        assert_eq!(choose(installed(&[17, 15]), Some(("/data".into(), 15))).unwrap().major(), 15);
        let error = choose(installed(&[17, 16]), Some(("/data".into(), 15))).unwrap_err().to_string();
        assert!(error.contains("install PostgreSQL 15") && error.contains("17, 16"), "{error}");
    }

    #[test]
    fn missing_binaries_are_one_line_that_says_what_to_install() {
        let error =
            find(Some(Path::new("/nowhere")), None, &ServerAccount::Ourselves).unwrap_err().to_string();
        assert_eq!(error.lines().count(), 1);
        for word in ["请安装", "apt install postgresql", "dnf install", "brew install", "DATABASE_URL"] {
            assert!(error.contains(word), "{word} is missing in: {error}");
        }
        assert!(choose(installed(&[13]), None).unwrap_err().to_string().contains("found only 13"));
    }

    #[test]
    fn versions_are_read_from_names_and_output() {
        assert_eq!(version_of("15.18 (Debian 15.18-0+deb12u1)"), 15);
        assert_eq!(version_of("-16"), 16);
        assert_eq!(version_of("17beta1"), 17);
        assert_eq!(version_of("bin"), 0);
    }
}
