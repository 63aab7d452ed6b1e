//! The accessibility checker: axe, from its npm package.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::person::Person;

const PACKAGE: &str = "axe-core@4.14.1";

/// Runs the checker and answers what is serious, with the places.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const serious = found => found.impact === 'serious' || found.impact === 'critical';
    const place = node => node.target.join(' ') + ' (' + (node.failureSummary || '').replace(/\\s+/g, ' ') + ')';
    const told = found => found.id + ': ' + found.nodes.map(place).join('; ');
    axe.run(document, { resultTypes: ['violations'] })
        .then(result => done(result.violations.filter(serious).map(told)))
        .catch(error => done(['the checker failed: ' + error]));";

/// The checker's script, which is brought here if it is not here yet.
fn script() -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm");
    let script = folder.join("node_modules/axe-core/axe.min.js");
    fs::create_dir_all(&folder).unwrap();
    // Tests are processes of their own: one brings it, the others wait.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    if !script.exists() {
        install(&folder);
    }
    fs::read_to_string(script).unwrap()
}

fn install(folder: &PathBuf) {
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
    let output =
        npm.arg(folder).arg(PACKAGE).output().expect("install npm: it brings the accessibility checker");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What of the page that somebody looks at would shut people out.
pub async fn serious(person: &Person) -> Vec<String> {
    person.asks(&script()).await;
    let answer = person.asks_and_waits(RUN, Value::Null).await;
    serde_json::from_value(answer).unwrap()
}
