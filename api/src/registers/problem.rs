//! What can be wrong with a row, said so that a clerk can mend it.

use serde::Serialize;

/// One thing that is wrong. Never holds the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The row's number as the clerk sees it; 0 for the whole file.
    pub row: u32,
    /// The head of the column; empty for the whole row.
    pub column: &'static str,
    /// The column's code; empty for the whole row.
    pub field: &'static str,
    /// The stable code.
    pub code: ProblemCode,
    /// What is wrong and what to do, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident, $zh:literal, $en:literal;)+) => {
        /// The kinds of problems of a row.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ProblemCode {
            $($(#[$doc])* $name),+
        }

        impl ProblemCode {
            /// Every kind.
            pub const ALL: &'static [ProblemCode] = &[$(ProblemCode::$name),+];

            /// What is wrong and what to do, in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(ProblemCode::$name => $zh),+ }
            }

            /// The same in English.
            pub const fn en(self) -> &'static str {
                match self { $(ProblemCode::$name => $en),+ }
            }
        }
    };
}

problems! {
    /// Nothing where something must stand.
    Required, "必填项为空，请填写", "this cell must be filled in";
    /// Something where nothing may stand.
    Unexpected, "此行不应填写该项，请清空", "this cell must be empty in this row";
    /// Too many characters.
    TooLong, "内容过长，请缩短", "the text is too long";
    /// Control or invisible characters.
    BadCharacters, "含有换行、控制字符或不可见字符，请重新录入", "the text holds control or invisible characters";
    /// A name that is none.
    NameInvalid, "姓名不规范，请核对（仅限汉字、字母和间隔号）", "the name holds characters that no name has";
    /// A formula.
    Formula, "单元格是公式，请粘贴为数值或文本", "the cell is a formula; paste its value";
    /// `#N/A` and the like.
    CellFault, "单元格为错误值（如#N/A），请改正", "the cell shows an error such as #N/A";
    /// An ID number or account typed as a number.
    NumericCell, "单元格是数字格式，超过15位的数字会丢失，请改为文本格式后重新录入",
        "the cell is a number, of which Excel keeps 15 digits only; format it as text and enter it again";
    /// Not an ID number.
    IdNumberInvalid, "公民身份号码有误（位数、日期或校验码不符）", "the ID number is wrong (length, date or check character)";
    /// Not an account.
    AccountInvalid, "银行账号应为8至32位数字", "a bank account has 8 to 32 digits";
    /// Not a day.
    DateInvalid, "日期有误，请按2023-07-01填写", "this is no date; write it as 2023-07-01";
    /// A day outside 1900 to 2099.
    DateOutOfRange, "日期超出范围（1900年至2099年）", "the date is outside 1900 to 2099";
    /// A day that has not come.
    DateInFuture, "日期晚于今天", "the date lies in the future";
    /// A day before the person was born.
    BeforeBirth, "日期早于出生日期", "the date is before the person was born";
    /// Days in the wrong order.
    DatesOutOfOrder, "日期先后顺序不对", "the dates are in the wrong order";
    /// Not an amount.
    AmountInvalid, "金额有误，应为不超过两位小数的数字（元）", "this is no amount of yuan with at most two places";
    /// Below zero.
    AmountNegative, "金额不能为负数", "the amount is negative";
    /// Zero where money is given.
    AmountZero, "金额必须大于零", "the amount must be more than nothing";
    /// Not a whole number in range.
    CountInvalid, "数值有误或超出范围，应为整数", "this is no whole number in range";
    /// Not 是 or 否.
    FlagInvalid, "请填写“是”或“否”", "write 是 or 否";
    /// None of the words.
    UnknownChoice, "不在可选范围内，请按模板说明填写", "this is none of the words of the template";
    /// A list entry that cannot be read.
    ListInvalid, "多项内容格式有误，请按模板说明填写", "an entry of the list cannot be read; see the template's note";
    /// The same person twice.
    DuplicatePerson, "同一人员在表中重复（含15位与18位号码）", "the person stands in the file twice (15- and 18-digit forms are the same)";
    /// The same row twice.
    DuplicateRow, "与前面的行重复", "the row repeats an earlier one";
    /// A household without a head.
    NoHead, "该户没有户主（或户主行有误）", "the household has no head, or its row is wrong";
    /// A household with two heads.
    TwoHeads, "该户有两个及以上户主", "the household has two heads or more";
    /// Nobody with this ID number.
    UnknownPerson, "查无此人，请先登记人员家庭", "nobody with this ID number is in the register";
    /// No household with this number.
    UnknownHousehold, "查无此户，请先登记人员家庭", "no household with this number is in the register";
    /// The person belongs to another household.
    OtherHousehold, "该人员不属于所填的户", "the person belongs to another household";
    /// The account's holder is not in the register.
    UnknownHolder, "账户持有人不在登记人员中", "the holder of the account is not in the register";
    /// People of a community that whoever imports does not see.
    OutsideScope, "该行涉及的社区不在您的数据范围内", "the row is of a community that is not yours to see";
}

impl ProblemCode {
    /// The stable code, in snake case.
    pub fn code(self) -> String {
        let name = format!("{self:?}");
        let mut code = String::with_capacity(name.len() + 4);
        for (place, letter) in name.chars().enumerate() {
            if letter.is_ascii_uppercase() && place > 0 {
                code.push('_');
            }
            code.push(letter.to_ascii_lowercase());
        }
        code
    }

    /// The problem at a place.
    pub fn at(self, row: u32, column: &'static str, field: &'static str) -> Problem {
        Problem { row, column, field, code: self, zh: self.zh(), en: self.en() }
    }
}
