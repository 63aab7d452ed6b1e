//! The registers as files.

use std::fs;
use std::io;
use std::path::Path;

use super::Registers;
use crate::registers::workbook::{self, WorkbookError};
use crate::registers::{RegisterKind, RegisterRow};

/// Why the files could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A workbook could not be made.
    #[error("a register could not be made: {0}")]
    Workbook(#[from] WorkbookError),
    /// The folder or a file could not be written.
    #[error("a register could not be written: {0}")]
    Io(#[from] io::Error),
}

/// A register of the default seed: its file's name and bytes, as they lie in `data/registers/2023`.
pub const fn embedded(kind: RegisterKind) -> (&'static str, &'static [u8]) {
    match kind {
        RegisterKind::Persons => (PERSONS, include_bytes!("../../../../data/registers/2023/persons.xlsx")),
        RegisterKind::Applications => {
            (APPLICATIONS, include_bytes!("../../../../data/registers/2023/applications.xlsx"))
        }
        RegisterKind::CareAssessments => {
            (CARE_ASSESSMENTS, include_bytes!("../../../../data/registers/2023/care_assessments.csv"))
        }
        RegisterKind::Changes => (CHANGES, include_bytes!("../../../../data/registers/2023/changes.csv")),
        RegisterKind::Donations => {
            (DONATIONS, include_bytes!("../../../../data/registers/2023/donations.xlsx"))
        }
    }
}

const PERSONS: &str = "persons.xlsx";
const APPLICATIONS: &str = "applications.xlsx";
const CARE_ASSESSMENTS: &str = "care_assessments.csv";
const CHANGES: &str = "changes.csv";
const DONATIONS: &str = "donations.xlsx";

/// Writes the five files into a folder, which is made if needed. The same registers give the same bytes.
///
/// # Errors
/// [`FileError`].
pub fn write_files(registers: &Registers, folder: &Path) -> Result<(), FileError> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(PERSONS), workbook::register(&registers.persons)?)?;
    fs::write(folder.join(APPLICATIONS), workbook::register(&registers.applications)?)?;
    fs::write(folder.join(CARE_ASSESSMENTS), csv(&registers.care_assessments)?)?;
    fs::write(folder.join(CHANGES), csv(&registers.changes)?)?;
    fs::write(folder.join(DONATIONS), workbook::register(&registers.donations)?)?;
    Ok(())
}

fn csv<R: RegisterRow>(rows: &[R]) -> Result<Vec<u8>, FileError> {
    Ok(workbook::register_csv(rows)?)
}
