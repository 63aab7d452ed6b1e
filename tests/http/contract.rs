//! A fuzzer of contracts (schemathesis) reads the document and asks the real server, as every role: nothing fails inside, no
//! status is undocumented, answers have the shape that the document says.
//!
//! The fuzzer comes from the package registry, once, into `target/schemathesis`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use domain::user::DataScope;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::client::{Doors, ROLES};
use crate::things::{Things, things};

/// The exact fuzzer, so that a new one is a change to be reviewed.
const FUZZER: &str = "schemathesis==4.32.5";
/// Examples of one operation.
const EXAMPLES: &str = "4";
/// The same examples each time.
const SEED: &str = "20230701";
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// The fuzzer's program, installed where it is not there yet, or where its folder was moved since, whose path is in it.
async fn fuzzer() -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/schemathesis");
    let program = home.join("bin/schemathesis");
    let works =
        Command::new(&program).arg("--version").output().await.is_ok_and(|said| said.status.success());
    if !works {
        let made = Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home).status().await;
        assert!(made.is_ok_and(|made| made.success()), "python3 with venv is needed for {FUZZER}");
        let installed =
            Command::new(home.join("bin/pip")).args(["install", "--quiet", FUZZER]).status().await.unwrap();
        assert!(installed.success(), "{FUZZER} cannot be had: the package registry (PyPI) must be reachable");
    }
    program
}

/// The document with real identifiers as examples in its paths, and without the parameter that makes a request wait.
fn document(things: &Things) -> Value {
    let mut document = api::http::document();
    for (path, methods) in document["paths"].as_object_mut().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        let filled = things.put_into(path);
        let filled = filled.split('?').next().unwrap();
        for operation in methods.as_object_mut().unwrap().values_mut() {
            let parameters = operation["parameters"].as_array_mut().unwrap();
            parameters.retain(|parameter| parameter["name"] != "wait");
            for parameter in parameters.iter_mut().filter(|parameter| parameter["in"] == "path") {
                let part = format!("{{{}}}", parameter["name"].as_str().unwrap());
                let place = path.split('/').position(|each| each == part).unwrap();
                parameter["example"] = json!(filled.split('/').nth(place).unwrap());
            }
        }
    }
    document
}

/// What the fuzzer found as one role; nothing where everything holds.
async fn fuzzed(
    program: &Path,
    document: &Path,
    (doors, name, token): (&Doors, &str, &str),
) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(program)
        .arg("run")
        .arg(document)
        .args(["--url", &format!("http://{}", doors.address)])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--checks", CHECKS, "--phases", "examples,fuzzing", "--mode", "all"])
        .args(["--max-examples", EXAMPLES, "--seed", SEED, "--workers", "2"])
        .args(["--request-timeout", "20", "--suppress-health-check", "all", "--warnings", "off"])
        .args(["--continue-on-failure", "--no-color"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let troubled = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| format!("as {name}:\n{said}{troubled}\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fuzzer_finds_no_failure_and_no_undocumented_answer_in_any_role() {
    let program = fuzzer().await;
    let doors = Doors::open().await;
    let things = things(&doors).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    std::fs::write(&path, document(&things).to_string()).unwrap();
    let mut found = String::new();
    for (name, role) in ROLES {
        let token = doors.token(&format!("fuzz.{name}"), role, DataScope::Everywhere).await;
        if let Some(trouble) = fuzzed(&program, &path, (&doors, name, &token)).await {
            let _ = write!(found, "{trouble}");
        }
    }
    assert!(found.is_empty(), "{found}");
}
