//! The account under which the server runs: PostgreSQL refuses to run as root.

use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User, geteuid};

use super::error::{At, Attempt, EmbeddedPostgresError};

/// Environment that the tools of PostgreSQL need; nothing else is handed on, least of all `PG…` settings.
const KEPT_ENVIRONMENT: [&str; 5] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TZDIR"];

/// Who runs the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerAccount {
    /// The ordinary user who runs the program.
    Ourselves,
    /// We are root: the server runs as somebody else.
    Other { uid: u32, gid: u32 },
}

impl ServerAccount {
    /// The account for a cluster: its owner's, if it exists; else ours; else, for root, the account of the folder
    /// in which it will be, or `postgres`, or `nobody`.
    pub(super) fn choose(cluster: &Path) -> Result<ServerAccount, EmbeddedPostgresError> {
        let folder = cluster.parent().filter(|_| geteuid().is_root()).unwrap_or(cluster);
        let found = cluster.metadata().or_else(|_| folder.metadata());
        let owner = found.ok().map(|found| (found.uid(), found.gid()));
        match (geteuid().is_root(), owner) {
            (false, Some((uid, _))) if uid != geteuid().as_raw() => {
                Err(EmbeddedPostgresError::BelongsToOther { path: cluster.to_owned(), owner: name_of(uid) })
            }
            (false, _) => Ok(ServerAccount::Ourselves),
            (true, Some((uid, gid))) if uid != 0 => Ok(ServerAccount::Other { uid, gid }),
            (true, _) => ["postgres", "nobody"]
                .into_iter()
                .find_map(|name| User::from_name(name).ok().flatten())
                .map(|user| ServerAccount::Other { uid: user.uid.as_raw(), gid: user.gid.as_raw() })
                .ok_or(EmbeddedPostgresError::NoAccount),
        }
    }

    /// A command that runs under the account, in `/`, with a bare environment and without input.
    pub(super) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        command.envs(KEPT_ENVIRONMENT.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))));
        if let ServerAccount::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes the account the owner of what we made.
    pub(super) fn own(self, path: &Path) -> Result<(), EmbeddedPostgresError> {
        match self {
            ServerAccount::Ourselves => Ok(()),
            ServerAccount::Other { uid, gid } => chown(path, Some(uid), Some(gid)).at(Attempt::Hand, path),
        }
    }

    /// Whether the account can enter a folder, tried by a process of that account.
    pub(super) fn can_enter(self, folder: &Path) -> bool {
        match self {
            ServerAccount::Ourselves => true,
            ServerAccount::Other { .. } => {
                let mut probe = self.command("/bin/sh");
                probe.args(["-c", "exit 0"]).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
                probe.status().is_ok_and(|status| status.success())
            }
        }
    }
}

pub(super) fn name_of(uid: u32) -> String {
    let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    user.map_or_else(|| uid.to_string(), |user| user.name)
}
