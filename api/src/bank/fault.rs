//! What is wrong with a file, and where.

use std::fmt;
use std::path::Path;

use domain::money::MoneyError;

use crate::lang::Lang;

/// A file, or a layout, that cannot be used: nothing of it is taken. Holds no value of the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// Where: the line of a text, the number of the transaction in XML; 0 for the whole.
    pub row: u64,
    /// Which field, as a dotted path; empty for the whole.
    pub field: String,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Fault {
    /// A fault of the whole file.
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
        Fault { row: 0, field: String::new(), code, zh: zh.into(), en: en.into() }
    }

    /// The fault, at a row.
    pub fn at(self, row: u64) -> Fault {
        Fault { row, ..self }
    }

    /// The fault, in a field.
    pub fn of(self, field: impl Into<String>) -> Fault {
        Fault { field: field.into(), ..self }
    }

    /// The fault, of a file that is named.
    pub fn in_file(self, path: &Path) -> Fault {
        let place = path.display();
        let (zh, en) = (format!("{place}：{}", self.zh), format!("{place}: {}", self.en));
        Fault { zh, en, ..self }
    }

    /// What is wrong and where, for people.
    pub fn text(&self, lang: Lang) -> String {
        let place = match (self.row, self.field.as_str(), lang) {
            (0, "", _) => String::new(),
            (0, field, _) => format!("{field}: "),
            (row, "", Lang::Zh) => format!("第 {row} 行："),
            (row, "", Lang::En) => format!("row {row}: "),
            (row, field, Lang::Zh) => format!("第 {row} 行 {field}："),
            (row, field, Lang::En) => format!("row {row}, {field}: "),
        };
        format!("{place}{}", lang.pick(&self.zh, &self.en))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for Fault {}

impl From<MoneyError> for Fault {
    fn from(_: MoneyError) -> Fault {
        Fault::new("amount_out_of_range", "金额合计超出允许范围", "a sum of the file is out of range")
    }
}
