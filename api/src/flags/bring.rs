//! What an auditor brings: the office cannot vouch for it itself, so it is no event of the office's log.
//!
//! The bank's statement of a campaign's account says what really came in. Who is related to an official, and whether the
//! relation was filed, is kept by the personnel office: an audit that took it from the audited log would find only what
//! the office admitted.

use std::io::Read;

use chrono::NaiveDate;
use domain::identifiers::CitizenId;
use domain::money::Money;
use domain::personal::{BlindIndex, PersonalField};

use super::Indexer;

/// The files that were brought.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// The bank's statements of the campaigns' accounts.
    pub statements: Option<Vec<StatementLine>>,
    /// The relatives of officials, and the officials themselves.
    pub relatives: Vec<Relative>,
}

/// A line of a bank statement: what came in, or went back when negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// The campaign, by its name or its id.
    pub campaign: String,
    /// The day of the booking.
    pub on: NaiveDate,
    /// In fen.
    pub amount: Money,
}

/// Someone related to an official.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// The official's account.
    pub account: String,
    /// The keyed hash of the relative's ID number; the number itself is not kept.
    pub index: BlindIndex,
    /// How they are related; `本人` for the official.
    pub relation: String,
    /// The day on which the relation was filed (备案).
    pub filed_on: Option<NaiveDate>,
}

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {en}")]
pub struct FileError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, in Chinese.
    pub zh: &'static str,
    /// What is wrong, in English.
    pub en: &'static str,
}

/// Reads `campaign,date,amount`: the campaign's name or id, the day, and yuan (negative for what went back).
///
/// # Errors
/// [`FileError`] for the first line that cannot be read.
pub fn read_statements(file: impl Read) -> Result<Vec<StatementLine>, FileError> {
    read(file, ["campaign", "date", "amount"], |line, [campaign, on, amount]| {
        let wrong = |zh, en| FileError { line, zh, en };
        let on = on.parse().map_err(|_| wrong("日期应写作 2023-05-08", "the date is written 2023-05-08"))?;
        let (sign, digits) = amount.strip_prefix('-').map_or((1, amount), |digits| (-1, digits));
        let amount = Money::parse_yuan(digits)
            .and_then(|amount| amount.times(sign))
            .map_err(|_| wrong("金额应写作 50.00（元）", "the amount is written 50.00, in yuan"))?;
        let campaign = filled(campaign).ok_or(wrong("缺少募捐活动", "the campaign is missing"))?;
        Ok(StatementLine { campaign, on, amount })
    })
}

/// Reads `account,id_number,relation,filed_on`: the official's account, the relative's ID number, the relation, and the
/// day of its filing, empty where it was not filed.
///
/// # Errors
/// [`FileError`] for the first line that cannot be read.
pub fn read_relatives(file: impl Read, indexer: &dyn Indexer) -> Result<Vec<Relative>, FileError> {
    let heads = ["account", "id_number", "relation", "filed_on"];
    read(file, heads, |line, [account, id_number, relation, filed_on]| {
        let wrong = |zh, en| FileError { line, zh, en };
        let id_number = CitizenId::parse(id_number)
            .map_err(|_| wrong("身份证号有误", "the ID number is not a valid one"))?;
        let filed_on = match filed_on {
            "" => None,
            day => Some(
                day.parse()
                    .map_err(|_| wrong("备案日期应写作 2023-05-08", "the day is written 2023-05-08"))?,
            ),
        };
        Ok(Relative {
            account: filled(account).ok_or(wrong("缺少经办账号", "the official's account is missing"))?,
            index: indexer.index(CitizenId::LABEL, id_number.as_str()),
            relation: filled(relation).ok_or(wrong("缺少关系", "the relation is missing"))?,
            filed_on,
        })
    })
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty() && text.chars().count() <= 80).then(|| text.to_owned())
}

fn read<T, const N: usize>(
    file: impl Read,
    heads: [&str; N],
    mut row: impl FnMut(u64, [&str; N]) -> Result<T, FileError>,
) -> Result<Vec<T>, FileError> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(file);
    let mut rows = Vec::new();
    let mut is_head = true;
    for record in reader.into_records() {
        let record = record.map_err(|error| FileError {
            line: error.position().map_or(1, csv::Position::line),
            zh: "不是 UTF-8 的 CSV",
            en: "is not CSV in UTF-8",
        })?;
        let line = record.position().map_or(1, csv::Position::line);
        let cells: Vec<&str> = record.iter().map(|cell| cell.trim_start_matches('\u{feff}')).collect();
        let cells: [&str; N] = cells.try_into().map_err(|_| FileError {
            line,
            zh: "列数不对，请对照表头",
            en: "has another number of columns than its head",
        })?;
        if is_head {
            is_head = false;
            if cells != heads {
                let (zh, en) = ("表头与说明不符", "the head is not the one of this file");
                return Err(FileError { line, zh, en });
            }
            continue;
        }
        rows.push(row(line, cells)?);
    }
    if is_head {
        return Err(FileError { line: 1, zh: "文件为空", en: "the file is empty" });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_read_with_refunds() {
        let file = "campaign,date,amount\n首善有我,2023-05-08,50.00\n首善有我,2023-05-09,-10.00\n";
        let lines = read_statements(file.as_bytes()).unwrap();
        assert_eq!(lines.iter().map(|line| line.amount.fen()).collect::<Vec<_>>(), [5000, -1000]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (file, line, part) in [
            ("", 1, "empty"),
            ("campaign,amount\n", 1, "columns"),
            ("campaign,day,amount\n", 1, "head"),
            ("campaign,date,amount\na,2023-02-30,1.00\n", 2, "date"),
            ("campaign,date,amount\na,2023-02-03,1.00\nb,2023-02-03,1.234\n", 3, "amount"),
            ("campaign,date,amount\n,2023-02-03,1.00\n", 2, "campaign"),
            ("campaign,date,amount\na,2023-02-03\n", 2, "columns"),
        ] {
            let error = read_statements(file.as_bytes()).unwrap_err();
            assert_eq!(error.line, line, "{file}");
            assert!(error.en.contains(part), "{file}: {error}");
        }
        let not_utf8 = read_statements(&b"campaign,date,amount\n\xff,2023-02-03,1\n"[..]).unwrap_err();
        assert!(not_utf8.en.contains("UTF-8"));
    }

    struct PlainIndex;

    impl Indexer for PlainIndex {
        fn index(&self, label: &str, normal: &str) -> BlindIndex {
            BlindIndex::from_hex(format!("{label}|{normal}"))
        }
    }

    #[test]
    fn relatives_are_read_by_the_hash_of_their_number_in_its_normal_form() {
        let file = "\u{feff}account,id_number,relation,filed_on\nli.na,990114400101001,母亲,2023-09-01\nli.na,99011419400101001x,父亲,\n";
        let error = read_relatives(file.as_bytes(), &PlainIndex).unwrap_err();
        assert_eq!((error.line, error.en), (3, "the ID number is not a valid one"));
        let file = "account,id_number,relation,filed_on\nli.na,990114400101001,母亲,2023-09-01\n";
        let relatives = read_relatives(file.as_bytes(), &PlainIndex).unwrap();
        assert_eq!(relatives[0].index.as_str(), "id_number|990114194001010018");
        assert_eq!(relatives[0].filed_on, NaiveDate::from_ymd_opt(2023, 9, 1));
        let file = "account,id_number,relation,filed_on\nli.na,990114400101001,母亲,1 September\n";
        assert_eq!(read_relatives(file.as_bytes(), &PlainIndex).unwrap_err().line, 2);
    }
}
