//! Two file locks: one for starting and stopping, held alone; one for using, held together.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use super::account::ServerAccount;
use super::error::{At, Attempt, EmbeddedPostgresError};
use super::home::Home;

/// How long another program may take to start or stop the server.
const PATIENCE: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_millis(20);

/// A lock held alone until it is dropped.
#[derive(Debug)]
pub(super) struct Exclusive {
    _lock: Flock<File>,
}

/// Waits for the lock on starting and stopping in the folder `folder`.
pub(super) fn start_in(folder: &Path) -> Result<Exclusive, EmbeddedPostgresError> {
    let path = folder.join("start.lock");
    let mut file = open(&path)?;
    let begun = Instant::now();
    loop {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => return Ok(Exclusive { _lock: lock }),
            Err((again, Errno::EWOULDBLOCK | Errno::EINTR)) if begun.elapsed() < PATIENCE => file = again,
            Err((_, Errno::EWOULDBLOCK | Errno::EINTR)) => return Err(EmbeddedPostgresError::Busy { path }),
            Err((_, errno)) => return Err(errno.into()).at(Attempt::Lock, &path),
        }
        sleep(PAUSE);
    }
}

/// Waits for the lock on starting and stopping the server of `home`.
pub(super) fn start(home: &Home) -> Result<Exclusive, EmbeddedPostgresError> {
    start_in(&home.server_dir)
}

/// The shared lock of a program that uses the server. Joined and left only under [`start`].
#[derive(Debug)]
pub(super) struct InUse {
    lock: Flock<File>,
    probe: File,
}

impl InUse {
    /// Joins the users of the server.
    pub(super) fn join(home: &Home, account: &ServerAccount) -> Result<InUse, EmbeddedPostgresError> {
        let path = home.server_dir.join("in-use.lock");
        let (file, probe) = (open(&path)?, open(&path)?);
        account.own(&path)?;
        let lock = Flock::lock(file, FlockArg::LockShared)
            .map_err(|(_, errno)| errno.into())
            .at(Attempt::Lock, &path)?;
        Ok(InUse { lock, probe })
    }

    /// Leaves the users of the server; says whether nobody is left.
    pub(super) fn leave_as_last(self) -> bool {
        let InUse { lock, probe } = self;
        drop(lock);
        Flock::lock(probe, FlockArg::LockExclusiveNonblock).is_ok()
    }

    /// Whether nobody else uses the server. Asked under [`start`], because a share that cannot be upgraded is
    /// lost for a moment before it is taken again.
    pub(super) fn is_alone(&self) -> bool {
        let alone = self.lock.relock(FlockArg::LockExclusiveNonblock).is_ok();
        alone & self.lock.relock(FlockArg::LockShared).is_ok()
    }
}

fn open(path: &Path) -> Result<File, EmbeddedPostgresError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(path).at(Attempt::Lock, path)
}
