//! Where things stand in a bundle. The layout is fixed, so that other people's verifiers can read it.

pub const LOG_KEY: &str = "log.vkey";
pub const WITNESS_KEYS: &str = "witness.vkey";
pub const CHECKPOINT: &str = "checkpoint";
pub const OPENED: &str = "opened.jsonl";
pub const REPORT: &str = "report.jsonl";
pub const README: &str = "README.md";
pub const SUMS: &str = "SHA256SUMS";
pub const PROOF_EXTENSION: &str = ".tlog-proof";

/// The folders.
pub const FOLDERS: [&str; 6] = ["checkpoints/", "tile/", "proofs/", "entries/", "consistency/", "policy/"];

/// Whether a bundle may have a file of this name.
pub fn knows(name: &str) -> bool {
    [LOG_KEY, WITNESS_KEYS, CHECKPOINT, OPENED, REPORT, README, SUMS].contains(&name)
        || FOLDERS.iter().any(|folder| name.starts_with(folder))
}

/// Whether a name stays inside of the bundle.
pub fn is_plain(name: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part != "." && part != "..";
    !name.contains('\\') && name.split('/').all(part)
}

/// A retained checkpoint.
pub fn checkpoint(size: u64) -> String {
    format!("checkpoints/{size}")
}

/// An entry's leaf.
pub fn entry(position: u64) -> String {
    format!("entries/{position}")
}

/// An entry's proof.
pub fn proof(position: u64) -> String {
    format!("proofs/{position}{PROOF_EXTENSION}")
}

/// That an older tree is the beginning of this one.
pub fn consistency(old: u64, new: u64) -> String {
    format!("consistency/{old}-{new}")
}

/// A file of policy parameters.
pub fn policy(name: &str) -> String {
    format!("policy/{name}")
}

/// How the name of a file of published rates begins.
pub const PUBLISHED: &str = "policy/published-";

/// A file of rates that the office published, by the position of the publication: their order is that of the log.
pub fn published(position: u64) -> String {
    format!("{PUBLISHED}{position:012}.toml")
}
