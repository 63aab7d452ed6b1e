//! The layouts of statements that are known: the office's own, of a folder, before those that the program brings.

use std::path::Path;

use super::Layout;
use crate::bank::catalogue::{text_of, toml_files};
use crate::bank::fault::Fault;

/// Layouts of statements by their names; the office's own replace those of the program.
#[derive(Clone, Debug)]
pub struct StatementLayouts {
    /// The office's own first: a file is of the first layout whose heads stand in it.
    layouts: Vec<Layout>,
    /// How many of them are the office's.
    offices: usize,
}

impl Default for StatementLayouts {
    /// Those that the program brings.
    fn default() -> StatementLayouts {
        StatementLayouts { layouts: Layout::built_in(), offices: 0 }
    }
}

impl StatementLayouts {
    /// Those of a folder, in which every `*.toml` is one, and those of the program.
    ///
    /// # Errors
    /// [`Fault`] that names the file: it cannot be read, or is no layout, or has the name of another in the folder.
    pub fn with_folder(folder: &Path) -> Result<StatementLayouts, Fault> {
        let mut own: Vec<Layout> = Vec::new();
        for path in toml_files(folder)? {
            let place = path.display();
            let layout = Layout::read(&text_of(&path)?).map_err(|fault| fault.in_file(&path))?;
            if own.iter().any(|known| known.name == layout.name) {
                let name = &layout.name;
                return Err(Fault::new(
                    "layout_twice",
                    format!("{place}：格式名称“{name}”已在另一文件中使用"),
                    format!("{place}: another file has the name {name} already"),
                ));
            }
            own.push(layout);
        }
        let offices = own.len();
        let brought = Layout::built_in().into_iter();
        let left: Vec<Layout> =
            brought.filter(|layout| own.iter().all(|known| known.name != layout.name)).collect();
        own.extend(left);
        Ok(StatementLayouts { layouts: own, offices })
    }

    /// All of them, in the order in which a file is tried.
    pub fn all(&self) -> &[Layout] {
        &self.layouts
    }

    /// The office's own, and those that the program brings.
    pub fn apart(&self) -> (&[Layout], &[Layout]) {
        self.layouts.split_at(self.offices)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::registers::statements::read_statement;

    const OWN: &str = "name = \"某平台收款\"\nchannel = \"alipay\"\n[columns]\ntime = \"日期\"\ntransaction = \"流水号\"\n\
        kind = \"类型\"\namount = \"金额\"\n[kinds]\ngift = [\"入账\"]\nrefund = [\"*退款\"]\npassed_over = []\n";
    const FILE: &str = "日期,流水号,类型,金额\n2023-10-05,T-1,入账,30.00\n";

    #[test]
    fn layouts_of_a_folder_come_before_those_of_the_program_and_replace_them_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let brought = StatementLayouts::default();
        assert_eq!(read_statement(FILE.as_bytes(), brought.all()).unwrap_err().code, "head_missing");
        fs::write(folder.path().join("own.toml"), OWN).unwrap();
        fs::write(folder.path().join("wechat.toml"), OWN.replace("某平台收款", &brought.all()[0].name))
            .unwrap();
        fs::write(folder.path().join("readme.txt"), "no layout").unwrap();
        let layouts = StatementLayouts::with_folder(folder.path()).unwrap();
        assert_eq!((layouts.apart().0.len(), layouts.all().len()), (2, brought.all().len() + 1));
        assert_eq!(read_statement(FILE.as_bytes(), layouts.all()).unwrap().layout, "某平台收款");
    }

    #[test]
    fn a_folder_with_a_wrong_layout_is_refused_with_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        fs::write(&path, OWN.replace("amount =", "amont =")).unwrap();
        let fault = StatementLayouts::with_folder(folder.path()).unwrap_err();
        assert_eq!((fault.code, fault.row), ("layout_unreadable", 7));
        assert!(fault.zh.contains("own.toml") && fault.zh.contains("没有字段 amont"), "{}", fault.zh);
        fs::write(&path, OWN).unwrap();
        fs::write(folder.path().join("same.toml"), OWN).unwrap();
        assert_eq!(StatementLayouts::with_folder(folder.path()).unwrap_err().code, "layout_twice");
        let missing = folder.path().join("none");
        assert_eq!(StatementLayouts::with_folder(&missing).unwrap_err().code, "layouts_unreadable");
    }
}
