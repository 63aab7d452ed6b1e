//! The processor time of the private servers of these benchmarks: what others do on the machine does not change it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use nix::unistd::{SysconfVar, sysconf};

/// Below which the servers work.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Says where the servers' data lies.
pub fn watch(folder: &Path) {
    FOLDER.set(folder.canonicalize().unwrap()).unwrap();
}

/// What every process of the servers worked so far, those included that ended.
pub fn server_time() -> Duration {
    let folder = FOLDER.get().unwrap();
    let ticks_a_second = sysconf(SysconfVar::CLK_TCK).unwrap().unwrap().cast_unsigned();
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let servers = processes.filter(|process| {
        fs::read_link(process.join("cwd")).is_ok_and(|works_in| works_in.starts_with(folder))
    });
    let ticks: u64 = servers.filter_map(|process| ticks_of(&process)).sum();
    Duration::from_millis(ticks * 1_000 / ticks_a_second)
}

/// Of the process itself and of its children that ended: a server's children have none.
fn ticks_of(process: &Path) -> Option<u64> {
    let text = fs::read_to_string(process.join("stat")).ok()?;
    let (_, after_name) = text.rsplit_once(')')?;
    // the 14th to the 17th field of all; what stands after the name begins with the third
    after_name.split_whitespace().skip(11).take(4).map(|ticks| ticks.parse::<u64>().ok()).sum()
}
