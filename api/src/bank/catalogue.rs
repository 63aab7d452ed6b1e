//! The layouts that can be chosen: those of this program, and those in the office's own folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::codes::ReasonFaults;
use super::fault::Fault;
use super::layout::Layout;
use crate::lang::io_trouble;

/// The layout of files that no bank prescribes: CSV in UTF-8, as this program always wrote them.
pub const PLAIN: &str = "plain_csv";

/// The layouts of this program. Payers in them are synthetic: an office copies the one of its bank into its own folder
/// and writes its own account there.
const OWN: [&str; 5] = [
    include_str!("layouts/plain_csv.toml"),
    include_str!("layouts/text_gbk.toml"),
    include_str!("layouts/fixed_gb18030.toml"),
    include_str!("layouts/sheet_xlsx.toml"),
    include_str!("layouts/pain_001.toml"),
];

/// The largest file that is read as a layout, in bytes.
const LAYOUT_BYTES_MAX: u64 = 256 * 1024;

/// Layouts by their codes; the office's own replace those of this program.
#[derive(Clone, Debug)]
pub struct Catalogue {
    layouts: Vec<Layout>,
    /// The codes of those of the office's own folder.
    offices: Vec<String>,
}

impl Catalogue {
    /// The layouts of this program.
    ///
    /// # Errors
    /// [`Fault`] in one of them, which a test excludes.
    pub fn own() -> Result<Catalogue, Fault> {
        let layouts = OWN.iter().map(|text| Layout::parse(text)).collect::<Result<_, _>>()?;
        Ok(Catalogue { layouts, offices: Vec::new() })
    }

    /// The layouts of this program and those of a folder: every `*.toml` in it is one.
    ///
    /// # Errors
    /// [`Fault`] that names the file: it cannot be read, or is no layout, or has the code of another in the folder.
    pub fn with_folder(folder: &Path) -> Result<Catalogue, Fault> {
        let mut catalogue = Catalogue::own()?;
        for path in toml_files(folder)? {
            let layout = read(&path)?;
            if catalogue.is_the_offices(&layout.code) {
                let code = &layout.code;
                return Err(Fault::new(
                    "layout_twice",
                    format!("{}：格式代码 {code} 已在另一文件中使用", path.display()),
                    format!("{}: another file has the code {code} already", path.display()),
                ));
            }
            catalogue.offices.push(layout.code.clone());
            catalogue.layouts.retain(|known| known.code != layout.code);
            catalogue.layouts.push(layout);
        }
        Ok(catalogue)
    }

    /// What the banks' own reason codes say of accounts, in all layouts.
    pub fn faults(&self) -> ReasonFaults {
        let reasons = self.layouts.iter().flat_map(|layout| &layout.reasons);
        reasons.filter_map(|reason| Some((reason.code.as_str(), reason.at_fault?))).collect()
    }

    /// A bank's reason in Chinese and English, by whichever layout knows it.
    pub fn explained(&self, code: &str) -> (&str, &str) {
        let known = self.layouts.iter().find_map(|layout| layout.reason(code));
        known.unwrap_or(("（格式中未说明，请询问银行）", "(no layout explains it: ask the bank)"))
    }

    /// The layout of a code.
    ///
    /// # Errors
    /// [`Fault`] where there is none.
    pub fn layout(&self, code: &str) -> Result<&Layout, Fault> {
        self.layouts.iter().find(|layout| layout.code == code).ok_or_else(|| {
            let known: Vec<&str> = self.layouts.iter().map(|layout| layout.code.as_str()).collect();
            Fault::new(
                "layout_unknown",
                format!("没有格式 {code}；可用：{}", known.join("、")),
                format!("there is no layout {code}; there are {}", known.join(", ")),
            )
        })
    }

    /// Whether a code is of a layout in the office's own folder.
    pub fn is_the_offices(&self, code: &str) -> bool {
        self.offices.iter().any(|known| known == code)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Layout> {
        self.layouts.iter()
    }
}

/// Reads a layout from its file.
///
/// # Errors
/// [`Fault`] that names the file.
pub fn read(path: &Path) -> Result<Layout, Fault> {
    Layout::parse(&text_of(path)?).map_err(|fault| fault.in_file(path))
}

/// Every `*.toml` of a folder, by name.
///
/// # Errors
/// [`Fault`] that names the folder.
pub fn toml_files(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let unreadable = |error: &std::io::Error| {
        let place = folder.display();
        Fault::new(
            "layouts_unreadable",
            format!("格式目录 {place} 无法读取：{}", io_trouble(error)),
            format!("the folder of layouts {place} cannot be read: {error}"),
        )
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(&error))? {
        let path = entry.map_err(|error| unreadable(&error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The text of a file that may be a layout.
///
/// # Errors
/// [`Fault`] that names the file: it cannot be read, or is too large to be one.
pub fn text_of(path: &Path) -> Result<String, Fault> {
    let place = path.display();
    let size = fs::metadata(path).map(|facts| facts.len()).unwrap_or_default();
    if size > LAYOUT_BYTES_MAX {
        return Err(Fault::new(
            "layout_too_large",
            format!("{place} 不是格式文件：超过 256 KB"),
            format!("{place} is no layout: it is larger than 256 KB"),
        ));
    }
    fs::read_to_string(path).map_err(|error| {
        Fault::new(
            "layout_unreadable",
            format!("{place} 无法读取：{}", io_trouble(&error)),
            format!("{place} cannot be read: {error}"),
        )
    })
}
