//! What keeps a paper from being printed.

use domain::explain::Explain;

/// Characters that the font has no shape for, and where they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Where: `标题`, `第 17 行 姓名`.
    pub place: String,
    /// Which characters, each once.
    pub characters: String,
}

/// What keeps a paper from being printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// The font lacks characters.
    #[error("the font lacks characters: {}", told(.0))]
    CharactersMissing(Vec<Missing>),
    /// The rows do not add up to what the ledger says of the whole.
    #[error("the rows do not add up to what the ledger says of the whole; run ledger check")]
    SumsDiffer,
    /// A row has another number of values than its table has columns.
    #[error("a row has another number of values than its table has columns")]
    RowUneven,
    /// The page could not be set.
    #[error("the page could not be set: {0}")]
    Typesetting(String),
    /// The workbook could not be written.
    #[error("the workbook could not be written: {0}")]
    Workbook(String),
}

/// How many places are told.
const TOLD_MAX: usize = 20;

fn told(missing: &[Missing]) -> String {
    let each = |missing: &Missing| {
        let codes = missing.characters.chars().map(|letter| format!("{letter} U+{:04X}", u32::from(letter)));
        format!("{}: {}", missing.place, codes.collect::<Vec<_>>().join(" "))
    };
    let mut lines: Vec<String> = missing.iter().take(TOLD_MAX).map(each).collect();
    if missing.len() > TOLD_MAX {
        lines.push(format!("… +{}", missing.len() - TOLD_MAX));
    }
    lines.join("; ")
}

impl Explain for PrintError {
    fn code(&self) -> &'static str {
        match self {
            PrintError::CharactersMissing(_) => "characters_missing",
            PrintError::SumsDiffer => "sums_differ",
            PrintError::RowUneven => "row_uneven",
            PrintError::Typesetting(_) => "typesetting_failed",
            PrintError::Workbook(_) => "workbook_failed",
        }
    }

    fn zh(&self) -> String {
        match self {
            PrintError::CharactersMissing(missing) => {
                format!("字库缺少下列字符，无法打印：{}。可改用 --format xlsx", told(missing))
            }
            PrintError::SumsDiffer => "明细与台账合计不符，不予打印。请运行 ledger check".to_owned(),
            PrintError::RowUneven => "表格行与列数不符".to_owned(),
            PrintError::Typesetting(reason) => format!("排版失败：{reason}"),
            PrintError::Workbook(reason) => format!("无法生成工作簿：{reason}"),
        }
    }

    fn field(&self) -> &'static str {
        "paper"
    }
}
