//! The registers of the year, as files, read the way an import reads them.

use std::path::Path;

use chrono::NaiveDate;

use super::generator::{self, DEFAULT_SEED, Registers};
use crate::cli::screen::Screen;
use crate::registers::reading::{Limits, read_register};
use crate::registers::{
    Checked, DryRunContext, RegisterKind, applications, care_assessments, changes, donations, dry_run,
    persons,
};

/// After the year: no day of the registers lies in the future then.
const TODAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2024, 1, 31);

/// Writes the registers of a seed into the data directory and reads them back. Those of the default seed are the
/// committed files.
///
/// # Errors
/// When a file cannot be written or read, or a row has a fault.
pub fn registers(data: &Path, seed: u64, screen: &Screen) -> anyhow::Result<Registers> {
    let folder = data.join("registers").join(seed.to_string());
    screen.say(
        format!("读取登记表：{}", folder.display()),
        format!("reading the registers in {}", folder.display()),
    )?;
    write(&folder, seed)?;
    let mut context = DryRunContext::new(TODAY.unwrap_or_default());
    let persons: Vec<persons::Row> = read(&folder, RegisterKind::Persons, &context)?;
    context.know_all(&persons);
    let changes: Vec<changes::Row> = read(&folder, RegisterKind::Changes, &context)?;
    Ok(Registers {
        applications: read::<applications::Row>(&folder, RegisterKind::Applications, &context)?,
        care_assessments: read::<care_assessments::Row>(&folder, RegisterKind::CareAssessments, &context)?,
        donations: read::<donations::Row>(&folder, RegisterKind::Donations, &context)?,
        persons,
        changes,
    })
}

fn write(folder: &Path, seed: u64) -> anyhow::Result<()> {
    if seed != DEFAULT_SEED {
        return Ok(generator::write_files(&generator::generate(seed), folder)?);
    }
    std::fs::create_dir_all(folder)?;
    for kind in RegisterKind::ALL {
        let (name, bytes) = generator::embedded(kind);
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

fn read<R: Checked>(folder: &Path, kind: RegisterKind, context: &DryRunContext) -> anyhow::Result<Vec<R>> {
    let (name, _) = generator::embedded(kind);
    let file = folder.join(name);
    let found = read_register(&file, kind, &Limits::default())?;
    let checked = dry_run::<R>(found.rows, context);
    if let Some(bad) = checked.bad.first() {
        anyhow::bail!("{}: row {}: {}", file.display(), bad.raw.number, bad.reasons());
    }
    Ok(checked.good.into_iter().map(|good| good.row).collect())
}
