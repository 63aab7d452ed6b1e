//! Whether a layout says everything that its form needs, and nothing that its form cannot have.

use std::collections::BTreeSet;

use super::{Field, Form, Layout, Receiving, ReturnValue, Sending, TextCode, Trailer, Value};
use crate::bank::fault::Fault;

/// The most lines of one workbook to the bank.
const SHEET_LINES_MAX: u64 = 50_000;

impl Layout {
    pub(super) fn check(&self) -> Result<(), Fault> {
        let is_code = |char: char| matches!(char, 'a'..='z' | '0'..='9' | '_');
        if self.code.is_empty() || self.code.len() > 40 || !self.code.chars().all(is_code) {
            return Err(fault(
                "code",
                "代码应为1至40个小写字母、数字或下划线",
                "has 1 to 40 of a-z, 0-9 and underscore",
            ));
        }
        if self.lines_max == Some(0) {
            return Err(fault("lines_max", "每文件行数至少为1", "is at least 1"));
        }
        if let Some(own) = &self.own_bank {
            let digits =
                |prefix: &String| !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
            if own.prefixes.is_empty() || !own.prefixes.iter().all(digits) {
                return Err(fault(
                    "own_bank.prefixes",
                    "应为账号开头的数字",
                    "are digits with which accounts begin",
                ));
            }
        }
        match self.form {
            Form::Iso20022 => self.check_iso(),
            Form::Delimited | Form::Fixed | Form::Spreadsheet => {
                let missing = |field| fault(field, "此格式须有这一节", "this form needs this section");
                self.check_sending(self.send.as_ref().ok_or_else(|| missing("send"))?)?;
                self.check_receiving(self.receive.as_ref().ok_or_else(|| missing("receive"))?)?;
                self.check_sheets()
            }
        }
    }

    fn check_iso(&self) -> Result<(), Fault> {
        if self.send.is_some() || self.receive.is_some() {
            return Err(fault(
                "form",
                "ISO 20022 的文件格式是固定的",
                "files of ISO 20022 have no sections of their own",
            ));
        }
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let payer = &self.payer;
        if payer.name.trim().is_empty() || payer.name.chars().count() > 140 {
            return Err(fault("payer.name", "付款人名称应为1至140字", "has 1 to 140 characters"));
        }
        if !(8..=34).contains(&payer.account.len()) || !digits(&payer.account) {
            return Err(fault("payer.account", "付款账号应为8至34位数字", "has 8 to 34 digits"));
        }
        if payer.bank_number.len() != 12 || !digits(&payer.bank_number) {
            return Err(fault("payer.bank_number", "开户行行号应为12位数字", "has 12 digits"));
        }
        Ok(())
    }

    /// A workbook is held in memory while it is written, so it is not large; what only text files have, it has not.
    fn check_sheets(&self) -> Result<(), Fault> {
        let (Some(send), Some(receive)) = (&self.send, &self.receive) else { return Ok(()) };
        let titled = receive.columns.iter().any(|column| column.title.is_some());
        if titled && receive.header_lines == 0 {
            return Err(fault(
                "receive.header_lines",
                "写了 title 就至少有一行表头",
                "is at least 1 where columns have titles",
            ));
        }
        if self.form != Form::Spreadsheet {
            let titles = send.line.iter().any(|field| field.title.is_some());
            if titles || send.sheet.is_some() || receive.sheet.is_some() {
                let (zh, en) =
                    ("sheet 与发出的 title 只用于 spreadsheet 格式", "belongs to spreadsheets only");
                return Err(fault("sheet", zh, en));
            }
            if titled && self.form == Form::Fixed {
                let (zh, en) = ("定长格式没有列标题", "a fixed layout has no heads of columns");
                return Err(fault("receive.columns", zh, en));
            }
            return Ok(());
        }
        if self.lines_max.is_none_or(|lines| lines > SHEET_LINES_MAX) {
            return Err(fault(
                "lines_max",
                "工作簿须写明每文件行数，不超过50000",
                "is said, and at most 50,000",
            ));
        }
        for (path, code) in [("send.encoding", send.encoding), ("receive.encoding", receive.encoding)] {
            if code != TextCode::Utf8 {
                return Err(fault(path, "工作簿没有编码可选", "a workbook has no other encoding"));
            }
        }
        for (path, sheet) in [("send.sheet", &send.sheet), ("receive.sheet", &receive.sheet)] {
            if sheet.as_deref().is_some_and(|name| !is_sheet_name(name)) {
                return Err(fault(
                    path,
                    "工作表名应为1至31个字，不含 []:*?/\\",
                    "has 1 to 31 characters, none of []:*?/\\",
                ));
            }
        }
        Ok(())
    }

    fn check_sending(&self, send: &Sending) -> Result<(), Fault> {
        self.check_delimiter("send.delimiter", send.delimiter)?;
        for (section, fields) in [("header", &send.header), ("line", &send.line), ("trailer", &send.trailer)]
        {
            for (number, field) in fields.iter().enumerate() {
                self.check_field(&format!("send.{section}[{}]", number + 1), section, field)?;
            }
        }
        let values: BTreeSet<Value> = send.line.iter().filter_map(|field| field.value).collect();
        for needed in [Value::Account, Value::Amount] {
            if !values.contains(&needed) {
                return Err(fault(
                    "send.line",
                    "每行须有账号与金额",
                    "each line has an account and an amount",
                ));
            }
        }
        Ok(())
    }

    fn check_field(&self, path: &str, section: &str, field: &Field) -> Result<(), Fault> {
        if field.value.is_some() == field.text.is_some() {
            return Err(fault(path, "value 与 text 须有且只有一个", "has a value or a text, and not both"));
        }
        if (self.form == Form::Fixed) != field.width.is_some_and(|width| width > 0) {
            return Err(fault(
                path,
                "定长格式的每个字段须有 width，其他格式不得有",
                "has a width in fixed layouts only",
            ));
        }
        let of_a_line = field.value.is_some_and(|value| value >= Value::Number);
        let of_a_file = matches!(field.value, Some(Value::Count | Value::Sum));
        if (section != "line" && of_a_line) || (section == "line" && of_a_file) {
            return Err(fault(path, "这个值不能用在这一节", "this value does not belong to this section"));
        }
        Ok(())
    }

    fn check_receiving(&self, receive: &Receiving) -> Result<(), Fault> {
        self.check_delimiter("receive.delimiter", receive.delimiter)?;
        let mut seen = BTreeSet::new();
        for (number, column) in receive.columns.iter().enumerate() {
            let path = format!("receive.columns[{}]", number + 1);
            if (self.form == Form::Fixed) != column.width.is_some_and(|width| width > 0) {
                return Err(fault(
                    &path,
                    "定长格式的每一列须有 width，其他格式不得有",
                    "has a width in fixed layouts only",
                ));
            }
            if column.value != ReturnValue::Ignored && !seen.insert(column.value) {
                return Err(fault(&path, "同一列值出现两次", "stands twice"));
            }
        }
        let has = |value| seen.contains(&value);
        if !has(ReturnValue::Result) {
            return Err(fault("receive.columns", "须有处理结果列", "have a result"));
        }
        let by_account = has(ReturnValue::Account) && has(ReturnValue::Amount);
        if !by_account && !has(ReturnValue::Reference) {
            return Err(fault(
                "receive.columns",
                "须有端到端标识号，或账号与金额",
                "have a reference, or an account and an amount",
            ));
        }
        let results = [&receive.settled, &receive.returned, &receive.waiting].into_iter().flatten();
        let mut known = BTreeSet::new();
        if receive.settled.is_empty() || receive.returned.is_empty() {
            return Err(fault(
                "receive.settled",
                "须列明到账与退汇的结果代码",
                "and returned name at least one result",
            ));
        }
        if results.into_iter().any(|result| !known.insert(result)) {
            return Err(fault("receive.settled", "同一结果代码出现两次", "a result stands twice"));
        }
        let empty = |trailer: &Trailer| trailer.begins_with.is_empty();
        if receive.trailer.as_ref().is_some_and(empty) {
            return Err(fault("receive.trailer.begins_with", "不能为空", "is not empty"));
        }
        Ok(())
    }

    fn check_delimiter(&self, path: &str, delimiter: Option<char>) -> Result<(), Fault> {
        let fits = match (self.form, delimiter) {
            (Form::Delimited, Some(char)) => char.is_ascii_punctuation() || char == '\t',
            (Form::Delimited, None) => false,
            (_, delimiter) => delimiter.is_none(),
        };
        if fits {
            Ok(())
        } else {
            Err(fault(path, "分隔符应为一个 ASCII 标点或制表符", "is one ASCII punctuation mark or a tab"))
        }
    }
}

/// What Excel takes as the name of a sheet.
fn is_sheet_name(name: &str) -> bool {
    let wrong = |char: char| char.is_control() || "[]:*?/\\".contains(char);
    (1..=31).contains(&name.encode_utf16().count())
        && !name.contains(wrong)
        && !name.starts_with('\'')
        && !name.ends_with('\'')
}

fn fault(field: &str, zh: &str, en: &str) -> Fault {
    Fault::new("layout_incomplete", zh, en).of(field)
}
