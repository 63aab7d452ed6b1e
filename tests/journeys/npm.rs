//! Programs of others from npm, which are brought once into the folder of what is built.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the modules of a package, named with its version; it is brought if it is not here yet.
pub fn brought(package: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm").join(package);
    fs::create_dir_all(&folder).unwrap();
    // Tests are processes of their own: one brings it, the others wait.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let done = folder.join("done");
    if !done.exists() {
        install(&folder, package);
        fs::write(done, package).unwrap();
    }
    folder.join("node_modules")
}

fn install(folder: &Path, package: &str) {
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
    let output = npm.arg(folder).arg(package).output().expect("install npm: it brings what tests use");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
