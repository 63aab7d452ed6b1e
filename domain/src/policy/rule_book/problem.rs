//! Why a text is not a rule book, or no draft of new rates: always with the file, the line and the place.

use std::fmt;

use crate::explain::Explain;

/// Why a text is not a rule book.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleBookError {
    /// Not TOML, or not these fields.
    #[error("{file}, line {line}: {message}")]
    Syntax {
        /// Which file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What the TOML reader says.
        message: String,
    },
    /// A value that cannot stand.
    #[error("{file}, line {line}: {at}: {problem}")]
    Invalid {
        /// Which file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The key, and the row by its month.
        at: String,
        /// What is wrong.
        problem: RuleProblem,
    },
    /// A parameter or program that no file has.
    #[error("the rule book has no {key}")]
    Missing {
        /// Its key.
        key: &'static str,
    },
    /// A draft has no rate that does not already stand.
    #[error("{file}: every rate of it stands already; nothing would change")]
    ChangesNothing {
        /// Which file.
        file: String,
    },
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        /// What is wrong with a value of the rule book.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum RuleProblem {
            $($(#[$doc])* $name),+
        }

        impl RuleProblem {
            /// Every problem.
            pub const ALL: &'static [RuleProblem] = &[$(RuleProblem::$name),+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(RuleProblem::$name => $code),+ }
            }

            /// In Chinese, after the place.
            pub const fn zh(self) -> &'static str {
                match self { $(RuleProblem::$name => $zh),+ }
            }

            /// In English, after the place.
            pub const fn en(self) -> &'static str {
                match self { $(RuleProblem::$name => $en),+ }
            }
        }
    };
}

problems! {
    /// No such key.
    UnknownParameter = "parameter_unknown", "没有这个政策参数", "is no parameter";
    /// No such code.
    UnknownProgram = "program_unknown", "没有这个救助项目", "is no program";
    /// Twice in the files.
    StandsTwice = "stands_twice", "重复出现", "stands twice";
    /// A draft changes rates, not programs.
    ProgramInDraft = "program_in_draft", "新参数文件只能改参数，不能改救助项目", "cannot be changed by a draft of rates";
    /// Not `2023-07`.
    NotAMonth = "month_malformed", "不是月份，应写作 2023-07", "is not a month such as 2023-07";
    /// Not `2023-10-19`.
    NotADate = "date_malformed", "不是日期，应写作 2023-10-19", "is not a date";
    /// No such unit.
    UnknownUnit = "unit_unknown", "没有这个单位，应为 yuan、percent 或 months", "is no unit: yuan, percent or months";
    /// A draft gives a parameter another unit.
    OtherUnit = "unit_differs", "与该参数现有单位不同", "is another unit than the parameter has";
    /// The book needs names and a unit; a draft may leave them out.
    NotNamed = "name_missing", "缺少 zh、en 或 unit", "has no zh, en or unit";
    /// A parameter without rows.
    NoRows = "rows_missing", "没有任何一行数值", "is missing";
    /// Months do not ascend.
    NotAscending = "not_ascending", "起始月份没有晚于上一行", "is not later than the row before it";
    /// Every value has a source.
    NoSource = "source_missing", "没有依据（source）", "has no source";
    /// `2700` for yuan, `5.5` for percent.
    ValueMalformed = "value_malformed", "数值与单位不符（元须写两位小数，百分比与月数须为整数）", "has a value that does not fit the unit";
    /// Beyond what a rate can be.
    ValueOutOfRange = "value_out_of_range", "数值超出允许范围（0至100000000.00元，0至1000%，0至1200个月）", "has a value out of range (0 to 100000000.00 yuan, 0 to 1000%, 0 to 1200 months)";
    /// No such status.
    UnknownStatus = "status_unknown", "没有状态，应为 sourced 或 illustrative", "has no status: sourced or illustrative";
    /// What is published was announced on a day.
    NotAnnounced = "announcement_missing", "没有公布日期（announced）", "has no day of announcement (announced)";
    /// One document is announced on one day.
    OtherAnnouncement = "announcement_differs", "公布日期与同一文件的其他行不同", "was announced on another day than the other rows of the document";
    /// A row of the same month and announcement has another value.
    Contradicts = "contradicts_row", "同月、同日公布的标准已有另一数值", "has another value already, from that month and announced on that day";
}

impl fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.en())
    }
}

impl RuleBookError {
    /// The line at fault, from 1; none where it is the whole.
    pub const fn line(&self) -> Option<usize> {
        match self {
            RuleBookError::Syntax { line, .. } | RuleBookError::Invalid { line, .. } => Some(*line),
            RuleBookError::Missing { .. } | RuleBookError::ChangesNothing { .. } => None,
        }
    }
}

impl Explain for RuleBookError {
    fn code(&self) -> &'static str {
        match self {
            RuleBookError::Syntax { .. } => "rates_unreadable",
            RuleBookError::Invalid { problem, .. } => problem.code(),
            RuleBookError::Missing { .. } => "rates_missing",
            RuleBookError::ChangesNothing { .. } => "rates_unchanged",
        }
    }

    fn zh(&self) -> String {
        match self {
            RuleBookError::Syntax { file, line, message } => {
                format!("{file} 第{line}行：不是参数文件的格式：{message}")
            }
            RuleBookError::Invalid { file, line, at, problem } => {
                format!("{file} 第{line}行：{at}：{}", problem.zh())
            }
            RuleBookError::Missing { key } => format!("政策规则缺少 {key}"),
            RuleBookError::ChangesNothing { file } => format!("{file}：各行均已施行，没有可变更的内容"),
        }
    }

    fn field(&self) -> &'static str {
        "text"
    }
}
