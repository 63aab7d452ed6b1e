//! Why a file as a whole was not taken.

use domain::explain::Explain;
use serde::{Deserialize, Serialize};

/// Why a file as a whole was not taken. Holds no content of the file but heads of the template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The file is not there or may not be read.
    #[error("the file cannot be opened")]
    CannotOpen,
    /// The reading process cannot be started.
    #[error("the reading process cannot be started")]
    CannotStart,
    /// No bytes, or nothing but blanks.
    #[error("the file is empty")]
    Empty,
    /// Heads, but no rows.
    #[error("the register has no rows")]
    NoRows,
    /// More bytes than are taken.
    #[error("the file is larger than {most_mebibytes} MiB")]
    TooLarge {
        /// The most that is taken.
        most_mebibytes: u64,
    },
    /// It unpacks to more than is taken, or to hundreds of parts.
    #[error("the workbook unpacks to far more than a register needs")]
    TooLargeUnpacked,
    /// More rows than are taken.
    #[error("the register has more than {most} rows; split it")]
    TooManyRows {
        /// The most that is taken.
        most: u32,
    },
    /// The reader ran out of memory.
    #[error("reading the file takes too much memory")]
    TooMuchMemory,
    /// The reader ran out of time.
    #[error("reading the file takes too long")]
    TooSlow,
    /// The workbook is encrypted.
    #[error("the workbook is protected by a password; remove it and save again")]
    PasswordProtected,
    /// Excel 97–2003.
    #[error("this is an old Excel file (.xls); save it as .xlsx")]
    OldExcel,
    /// It has macros.
    #[error("the workbook has macros; save it as .xlsx")]
    HasMacros,
    /// A zip of something else.
    #[error("this is no Excel workbook")]
    NotAWorkbook,
    /// Neither a workbook nor text.
    #[error("this is neither an Excel workbook nor a CSV file")]
    NotARegister,
    /// Cut off, changed, or written wrongly.
    #[error("the file is damaged")]
    Damaged,
    /// The workbook has no sheet of the register's name.
    #[error("the workbook has no sheet named {sheet}")]
    WrongSheet {
        /// The sheet that is needed.
        sheet: String,
    },
    /// Merged cells.
    #[error("cells are merged at {cells}; unmerge them")]
    MergedCells {
        /// Where the first are, such as `A3:A4`.
        cells: String,
    },
    /// A column that must be there is not.
    #[error("columns are missing: {heads}")]
    MissingColumns {
        /// Their heads.
        heads: String,
    },
    /// A head that the template does not know.
    #[error("columns are unknown: {columns}")]
    UnknownColumns {
        /// Their letters.
        columns: String,
    },
    /// The same head twice.
    #[error("the column {head} is there twice")]
    DuplicateColumn {
        /// The head.
        head: String,
    },
    /// A row that is wider than the heads.
    #[error("row {row} has more cells than there are heads; a text with a comma needs quotes")]
    TooManyCells {
        /// The row as the clerk sees it.
        row: u32,
    },
    /// Neither UTF-8 nor GB18030.
    #[error("the text is neither UTF-8 nor GB18030 (GBK)")]
    UnknownEncoding,
}

impl Explain for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Refusal::CannotOpen => "cannot_open",
            Refusal::CannotStart => "cannot_start",
            Refusal::Empty => "empty",
            Refusal::NoRows => "no_rows",
            Refusal::TooLarge { .. } => "too_large",
            Refusal::TooLargeUnpacked => "too_large_unpacked",
            Refusal::TooManyRows { .. } => "too_many_rows",
            Refusal::TooMuchMemory => "too_much_memory",
            Refusal::TooSlow => "too_slow",
            Refusal::PasswordProtected => "password_protected",
            Refusal::OldExcel => "old_excel",
            Refusal::HasMacros => "has_macros",
            Refusal::NotAWorkbook => "not_a_workbook",
            Refusal::NotARegister => "not_a_register",
            Refusal::Damaged => "damaged",
            Refusal::WrongSheet { .. } => "wrong_sheet",
            Refusal::MergedCells { .. } => "merged_cells",
            Refusal::MissingColumns { .. } => "missing_columns",
            Refusal::UnknownColumns { .. } => "unknown_columns",
            Refusal::DuplicateColumn { .. } => "duplicate_column",
            Refusal::TooManyCells { .. } => "too_many_cells",
            Refusal::UnknownEncoding => "unknown_encoding",
        }
    }

    fn zh(&self) -> String {
        match self {
            Refusal::CannotOpen => "无法打开文件。".to_owned(),
            Refusal::CannotStart => "无法启动读取进程。".to_owned(),
            Refusal::Empty => "文件是空的。".to_owned(),
            Refusal::NoRows => "登记表只有表头，没有数据。".to_owned(),
            Refusal::TooLarge { most_mebibytes } => format!("文件超过{most_mebibytes}MB，请拆分后导入。"),
            Refusal::TooLargeUnpacked => "工作簿解压后过大，不是正常的登记表。".to_owned(),
            Refusal::TooManyRows { most } => format!("登记表超过{most}行，请拆分后导入。"),
            Refusal::TooMuchMemory => "读取文件占用内存过多，已停止。".to_owned(),
            Refusal::TooSlow => "读取文件耗时过长，已停止。".to_owned(),
            Refusal::PasswordProtected => "工作簿有密码保护，请取消密码后另存。".to_owned(),
            Refusal::OldExcel => "这是旧版Excel文件（.xls），请另存为.xlsx。".to_owned(),
            Refusal::HasMacros => "工作簿含有宏，请另存为.xlsx。".to_owned(),
            Refusal::NotAWorkbook => "这不是Excel工作簿。".to_owned(),
            Refusal::NotARegister => "这既不是Excel工作簿，也不是CSV文件。".to_owned(),
            Refusal::Damaged => "文件已损坏，请重新保存后导入。".to_owned(),
            Refusal::WrongSheet { sheet } => format!("工作簿中没有名为“{sheet}”的工作表，请使用模板。"),
            Refusal::MergedCells { cells } => format!("有合并的单元格（{cells}），请取消合并。"),
            Refusal::MissingColumns { heads } => format!("缺少列：{heads}。"),
            Refusal::UnknownColumns { columns } => {
                format!("第{columns}列的列名不在模板中，请核对或删除该列。")
            }
            Refusal::DuplicateColumn { head } => format!("列“{head}”重复。"),
            Refusal::TooManyCells { row } => format!("第{row}行的单元格多于表头；含逗号的内容请加引号。"),
            Refusal::UnknownEncoding => "文字编码无法识别，请另存为UTF-8或GBK。".to_owned(),
        }
    }
}
