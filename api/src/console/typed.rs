//! What was typed into a form, read field by field.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::NaiveDate;
use domain::money::Money;
use serde::Deserialize;

use super::answers::Refusal;
use crate::lang::Lang;

/// The fields of a form by their names. A box that is not ticked is not there.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// The fields of a form that was read in another way.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Typed {
        Typed(pairs.into_iter().collect())
    }

    /// The text of a field, without blanks around it; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Something that has a text form.
    pub fn read<T: FromStr>(&self, lang: Lang, name: &str) -> Result<T, Refusal> {
        self.text(name).parse().map_err(|_| unreadable(lang, name))
    }

    /// The same, where it may be left empty.
    pub fn read_if<T: FromStr>(&self, lang: Lang, name: &str) -> Result<Option<T>, Refusal> {
        if self.text(name).is_empty() { Ok(None) } else { self.read(lang, name).map(Some) }
    }

    /// A day; `default` where it was left empty.
    pub fn day(&self, lang: Lang, name: &str, default: NaiveDate) -> Result<NaiveDate, Refusal> {
        if self.text(name).is_empty() {
            return Ok(default);
        }
        self.text(name).parse().map_err(|_| {
            let (zh, en) = ("日期应为 2026-11-28 这样。", "A day is like 2026-11-28.");
            Refusal::typed("date_malformed", lang, zh, en)
        })
    }

    /// An amount in yuan with two places.
    pub fn money(&self, lang: Lang, name: &str) -> Result<Money, Refusal> {
        let text = self.text(name);
        let whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let text = if whole { format!("{text}.00") } else { text.replace(',', "") };
        Money::parse_yuan(&text).map_err(|_| {
            let (zh, en) = ("金额应为元，如 120.00。", "An amount is in yuan, such as 120.00.");
            Refusal::typed("amount_malformed", lang, zh, en)
        })
    }
}

fn unreadable(lang: Lang, name: &str) -> Refusal {
    let (zh, en) = (format!("“{name}”无法识别，请检查。"), format!("{name} cannot be read."));
    Refusal::typed("fields_invalid", lang, &zh, &en)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        Typed(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn an_amount_is_yuan_with_or_without_fen_and_never_rounded() {
        let money =
            |text| typed(&[("amount", text)]).money(Lang::Zh, "amount").map_err(|refusal| refusal.code);
        assert_eq!(money(" 120 "), Ok(Money::from_fen(12_000)));
        assert_eq!(money("1,120.50"), Ok(Money::from_fen(112_050)));
        assert_eq!(money("0.005"), Err("amount_malformed"));
        assert_eq!(money(""), Err("amount_malformed"));
    }

    #[test]
    fn a_day_left_empty_is_the_default_and_a_wrong_one_is_said() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
        assert_eq!(typed(&[]).day(Lang::Zh, "on", today).map_err(|refusal| refusal.code), Ok(today));
        let wrong = typed(&[("on", "2026-13-01")]).day(Lang::Zh, "on", today);
        assert_eq!(wrong.map_err(|refusal| refusal.code), Err("date_malformed"));
    }
}
