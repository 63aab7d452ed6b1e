//! The project's own text files.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project; the path is relative to its root.
pub struct TextFile {
    pub path: String,
    pub text: String,
}

impl TextFile {
    /// Whether the file holds nothing but tests and what they need.
    pub fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap();
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.contains("/benches/")
            || name == "tests.rs"
            || name.ends_with("_tests.rs")
    }
}

pub struct Repository(Vec<TextFile>);

impl Repository {
    pub fn read() -> Repository {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut files = Vec::new();
        collect(root, root, &mut files);
        assert!(files.len() > 50, "the project was not found at {}", root.display());
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Repository(files)
    }

    pub fn files(&self) -> impl Iterator<Item = &TextFile> {
        self.0.iter()
    }

    pub fn rust(&self) -> impl Iterator<Item = &TextFile> {
        self.0.iter().filter(|file| file.path.ends_with(".rs"))
    }

    pub fn sql(&self) -> impl Iterator<Item = &TextFile> {
        self.0.iter().filter(|file| file.path.ends_with(".sql"))
    }

    pub fn manifests(&self) -> impl Iterator<Item = &TextFile> {
        self.0.iter().filter(|file| file.path.ends_with("/Cargo.toml"))
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<TextFile>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let relative = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let hidden = relative.starts_with('.') && ![".ci", ".cargo", ".config"].contains(&relative.as_str());
        if hidden || ["target", "ledger-data", "Cargo.lock"].contains(&relative.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.push(TextFile { path: relative, text });
        }
    }
}
