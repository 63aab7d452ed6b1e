//! How far a demonstration came: kept beside the data, so that a killed one goes on where it stopped.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::cli::screen::Screen;
use crate::settings::Settings;

const FILE: &str = "demo.json";

/// How far a demonstration came.
#[derive(Debug)]
pub struct Progress {
    file: PathBuf,
    kept: Kept,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    seed: u64,
    finished: bool,
    /// The last day that was played to its end.
    done: Option<NaiveDate>,
}

impl Progress {
    /// Reads how far the demonstration in `data` came; nothing for an empty or missing directory.
    ///
    /// # Errors
    /// When the directory holds something else, or a demonstration of another seed.
    pub fn open(data: &Path, seed: u64) -> anyhow::Result<Progress> {
        let file = data.join(FILE);
        let kept = match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                refuse_foreign(data)?;
                let progress = Progress { file, kept: Kept { seed, finished: false, done: None } };
                fs::create_dir_all(data)?;
                progress.keep()?;
                return Ok(progress);
            }
            Err(error) => return Err(error.into()),
        };
        let progress = Progress { file, kept };
        let known = progress.kept.seed;
        anyhow::ensure!(
            known == seed,
            "该目录中的演示使用种子 {known}；请用 --seed {known}，或用 --fresh 重来。 This directory holds a demonstration of seed {known}: use --seed {known}, or --fresh to start anew."
        );
        Ok(progress)
    }

    /// Whether the year was played to its end.
    pub fn is_finished(&self) -> bool {
        self.kept.finished
    }

    /// Whether a day was played to its end before.
    pub fn is_done(&self, day: NaiveDate) -> bool {
        self.kept.done.is_some_and(|done| day <= done)
    }

    /// Keeps that a day was played to its end.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn day_done(&mut self, day: NaiveDate) -> io::Result<()> {
        self.kept.done = Some(day);
        self.keep()
    }

    /// Keeps that the year was played to its end.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(&mut self) -> io::Result<()> {
        self.kept.finished = true;
        self.keep()
    }

    /// Writes aside and renames, so that a kill leaves the old file or the new one.
    fn keep(&self) -> io::Result<()> {
        let aside = self.file.with_extension("json.next");
        fs::write(&aside, serde_json::to_vec(&self.kept)?)?;
        fs::rename(aside, &self.file)
    }
}

/// A directory with somebody's ledger must not be played into.
fn refuse_foreign(data: &Path) -> anyhow::Result<()> {
    let foreign = fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
    anyhow::ensure!(
        !foreign,
        "{0} 不是演示目录，不会写入；请另指定 --data。 {0} holds something else and is left alone: name another directory with --data.",
        data.display()
    );
    Ok(())
}

/// Throws a demonstration's directory away. Only a directory that a demonstration made.
///
/// # Errors
/// When the directory is not a demonstration's, is in use, or the database is somebody else's server.
pub async fn throw_away(settings: &Settings, screen: &Screen) -> anyhow::Result<()> {
    let data = settings.data_dir();
    let Some(server) = settings.private_server() else {
        anyhow::bail!("--fresh 不会清空外部数据库。 --fresh does not empty an external database.");
    };
    if !data.exists() {
        return Ok(());
    }
    anyhow::ensure!(
        data.join(FILE).is_file() || fs::read_dir(data)?.next().is_none(),
        "{0} 不是演示目录，不会清空。 {0} is no demonstration's directory and is left alone.",
        data.display()
    );
    screen.say("清空演示数据……", "throwing the demonstration's data away …")?;
    crate::embedded_postgres::EmbeddedPostgres::remove(&server).await?;
    if data.exists() {
        fs::remove_dir_all(data)?;
    }
    Ok(())
}
