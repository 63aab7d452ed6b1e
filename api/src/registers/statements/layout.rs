//! The layout of a statement: which column means what, as data. An office adds its own without code.

use domain::campaign::PaymentChannel;
use serde::Deserialize;

use crate::bank::fault::Fault;
use crate::bank::layout::toml_fault_in_chinese;

/// Which columns and words a platform's export has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// What people call it.
    pub name: String,
    /// Whose export it is.
    pub channel: PaymentChannel,
    /// How a line starts that ends the table: sums, remarks.
    #[serde(default)]
    pub end: Vec<String>,
    /// Words of the column of direction that say that money came in; a gift has one of them.
    #[serde(default)]
    pub incoming: Vec<String>,
    /// The columns by their heads.
    pub columns: Columns,
    /// What a line is, by the words of its kind's column.
    pub kinds: Kinds,
    /// What the file says of itself after the table.
    #[serde(default)]
    pub footer: Footer,
}

/// The heads of the columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// When; the day counts.
    pub time: String,
    /// 交易单号; of a refund that of the gift.
    pub transaction: String,
    /// What the line is.
    pub kind: String,
    /// How much, in yuan.
    pub amount: String,
    /// 收/支, where a word of the kind is used of money that went out too.
    pub direction: Option<String>,
    /// 退款单号.
    pub refund_number: Option<String>,
    /// How much was refunded, where it has a column of its own.
    pub refund_amount: Option<String>,
    /// 手续费.
    pub fee: Option<String>,
    /// Who paid.
    pub payer: Option<String>,
}

/// Where the rows after the table say how many lines it has, and how much; a file that has no such row is not compared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// The head under which the number of lines stands.
    pub lines_under: Option<String>,
    /// The head under which the sum of the gifts stands, in yuan.
    pub amount_under: Option<String>,
    /// The head under which the sum of the refunds stands, in yuan.
    pub refunds_under: Option<String>,
    /// The words after which the number of gifts stands.
    pub gifts_after: Option<String>,
    /// The words after which the number of refunds stands.
    pub refunds_after: Option<String>,
}

/// Words of the kind's column. `*` before a word stands for anything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// Money that came in.
    pub gift: Vec<String>,
    /// Money that went back.
    pub refund: Vec<String>,
    /// Nothing to do with gifts.
    pub passed_over: Vec<String>,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Gift,
    Refund,
    PassedOver,
}

/// The layouts that the program brings, as TOML.
const BUILT_IN: [&str; 3] = [
    include_str!("layouts/wechat_merchant.toml"),
    include_str!("layouts/wechat_app.toml"),
    include_str!("layouts/alipay_merchant.toml"),
];

impl Layout {
    /// Reads a layout.
    ///
    /// # Errors
    /// When the text is not TOML of this form; the message names line and field.
    pub fn parse(text: &str) -> Result<Layout, toml::de::Error> {
        toml::from_str(text)
    }

    /// Reads a layout, for people.
    ///
    /// # Errors
    /// [`Fault`] with the line, or without one where `direction` and `incoming` do not stand together.
    pub fn read(text: &str) -> Result<Layout, Fault> {
        let layout = Layout::parse(text).map_err(|error| {
            let before = error.span().and_then(|span| text.as_bytes().get(..span.start)).unwrap_or_default();
            let row = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
            let what = error.message();
            Fault::new("layout_unreadable", toml_fault_in_chinese(what), what).at(row)
        })?;
        // one without the other would take every line or none, and nobody would be told
        if layout.columns.direction.is_some() == layout.incoming.is_empty() {
            let zh = "direction（收/支列）与 incoming（表示收入的值）须同时写明";
            let en =
                "`direction` and `incoming` stand together: the column, and its words for money that came in";
            return Err(Fault::new("layout_unreadable", zh, en));
        }
        Ok(layout)
    }

    /// The layouts that the program brings.
    pub fn built_in() -> Vec<Layout> {
        BUILT_IN.iter().filter_map(|text| Layout::parse(text).ok()).collect()
    }

    /// The heads that a file of this layout has.
    pub(super) fn heads(&self) -> Vec<&str> {
        let Columns { time, transaction, kind, amount, direction, refund_number, refund_amount, fee, payer } =
            &self.columns;
        let optional = [direction, refund_number, refund_amount, fee, payer].into_iter().flatten();
        [time, transaction, kind, amount].into_iter().chain(optional).map(String::as_str).collect()
    }

    /// The heads that are shown where a line is wrong; who paid is nobody's business there.
    pub(super) fn shown_heads(&self) -> Vec<String> {
        let payer = self.columns.payer.as_deref();
        self.heads().into_iter().filter(|head| Some(*head) != payer).map(str::to_owned).collect()
    }

    /// What a line is; none where no list has its word.
    pub(super) fn kind(&self, word: &str) -> Option<Kind> {
        let has = |words: &[String]| words.iter().any(|known| fits(known, word));
        let Kinds { gift, refund, passed_over } = &self.kinds;
        // refunds first: 转账-退款 is no 转账
        match () {
            () if has(refund) => Some(Kind::Refund),
            () if has(gift) => Some(Kind::Gift),
            () if has(passed_over) => Some(Kind::PassedOver),
            () => None,
        }
    }
}

fn fits(known: &str, word: &str) -> bool {
    known.strip_prefix('*').map_or(known == word, |end| word.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_that_the_program_brings_can_be_read() {
        assert_eq!(Layout::built_in().len(), BUILT_IN.len());
    }
}
