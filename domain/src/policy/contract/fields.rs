//! Reading values of the contract out of JSON, with the place of every fault.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::json::Json;
use crate::calendar::BenefitMonth;
use crate::money::Money;

/// What is wrong, and where. Holds no value of the line.
#[derive(Debug)]
pub struct Fault {
    /// From the innermost key outwards.
    path: Vec<String>,
    message: Cow<'static, str>,
}

impl Fault {
    /// A fault of the value at hand.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Fault {
        Fault { path: Vec::new(), message: message.into() }
    }

    /// The fault as seen from the container that holds the value under `key`.
    #[must_use]
    pub fn inside(mut self, key: impl Into<String>) -> Fault {
        self.path.push(key.into());
        self
    }

    /// A fault of the value under `key`.
    pub fn at(key: &str, message: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(message).inside(key)
    }

    /// The dotted path and the message.
    pub fn into_parts(mut self) -> (String, String) {
        self.path.reverse();
        (self.path.join("."), self.message.into_owned())
    }
}

/// What reading gives.
pub type Read<T> = Result<T, Fault>;

/// The fields of an object, none unknown and none twice; `null` counts as absent.
#[derive(Clone, Copy)]
pub struct Fields<'j, 'a> {
    entries: &'j [(Json<'a>, Json<'a>)],
}

impl<'j, 'a> Fields<'j, 'a> {
    /// Opens an object that may have the keys `known`.
    pub fn open(json: &'j Json<'a>, known: &[&str]) -> Read<Fields<'j, 'a>> {
        let entries = object(json)?;
        for (index, (key, _)) in entries.iter().enumerate() {
            let key = key_text(key)?;
            if !known.contains(&key) {
                return Err(Fault::at(&shortened(key), "is not a field of the contract"));
            }
            refuse_repeated(&entries[..index], key)?;
        }
        Ok(Fields { entries })
    }

    /// A field that may be absent.
    pub fn optional<T>(self, key: &str, read: impl FnOnce(&'j Json<'a>) -> Read<T>) -> Read<Option<T>> {
        let found = self.entries.iter().find(|(name, _)| matches!(name, Json::Text(name) if name == key));
        match found {
            None | Some((_, Json::Null)) => Ok(None),
            Some((_, value)) => read(value).map(Some).map_err(|fault| fault.inside(key)),
        }
    }

    /// A field that must be there.
    pub fn required<T>(self, key: &str, read: impl FnOnce(&'j Json<'a>) -> Read<T>) -> Read<T> {
        self.optional(key, read)?.ok_or_else(|| Fault::at(key, "is required"))
    }

    /// A field with a default.
    pub fn or<T>(self, key: &str, default: T, read: impl FnOnce(&'j Json<'a>) -> Read<T>) -> Read<T> {
        Ok(self.optional(key, read)?.unwrap_or(default))
    }

    /// A list of entries; absent is empty.
    pub fn list<T>(self, key: &str, read: impl Fn(&'j Json<'a>) -> Read<T>) -> Read<Vec<T>> {
        self.or(key, Vec::new(), |json| list(json, read))
    }

    /// A switch; absent is off.
    pub fn flag(self, key: &str) -> Read<bool> {
        self.or(key, false, flag)
    }
}

fn object<'j, 'a>(json: &'j Json<'a>) -> Read<&'j [(Json<'a>, Json<'a>)]> {
    match json {
        Json::Object(entries) => Ok(entries),
        _ => Err(Fault::new("is not an object")),
    }
}

fn key_text<'j>(key: &'j Json<'_>) -> Read<&'j str> {
    match key {
        Json::Text(key) => Ok(key),
        _ => Err(Fault::new("has a key that is not text")),
    }
}

fn refuse_repeated(before: &[(Json, Json)], key: &str) -> Read<()> {
    let repeated = before.iter().any(|(earlier, _)| matches!(earlier, Json::Text(earlier) if earlier == key));
    if repeated { Err(Fault::at(key, "stands twice")) } else { Ok(()) }
}

/// A key as it may stand in a message.
fn shortened(key: &str) -> String {
    key.chars().filter(|char| !char.is_control()).take(40).collect()
}

/// An object whose keys are values themselves, such as months; no key twice, `null` counts as absent.
pub fn entries<K, V>(
    json: &Json,
    read_key: impl Fn(&str) -> Read<K>,
    read: impl Fn(&Json) -> Read<V>,
) -> Read<Vec<(K, V)>> {
    let object = object(json)?;
    let mut entries = Vec::new();
    for (index, (key, value)) in object.iter().enumerate() {
        let text = key_text(key)?;
        let key = read_key(text).map_err(|fault| fault.inside(shortened(text)))?;
        refuse_repeated(&object[..index], text)?;
        if *value != Json::Null {
            entries.push((key, read(value).map_err(|fault| fault.inside(text))?));
        }
    }
    Ok(entries)
}

/// A list, with the index of an entry at fault.
pub fn list<'j, 'a, T>(json: &'j Json<'a>, read: impl Fn(&'j Json<'a>) -> Read<T>) -> Read<Vec<T>> {
    let Json::List(values) = json else { return Err(Fault::new("is not a list")) };
    let one = |(index, value): (usize, &'j Json<'a>)| {
        read(value).map_err(|fault: Fault| fault.inside(index.to_string()))
    };
    values.iter().enumerate().map(one).collect()
}

/// `true` or `false`.
pub fn flag(json: &Json) -> Read<bool> {
    match json {
        Json::Bool(value) => Ok(*value),
        _ => Err(Fault::new("is not true or false")),
    }
}

/// A string.
pub fn text<'j>(json: &'j Json<'_>) -> Read<&'j str> {
    match json {
        Json::Text(text) => Ok(text),
        _ => Err(Fault::new("is not a string")),
    }
}

/// A JSON integer within `least` and `most`.
pub fn integer(json: &Json, least: i64, most: i64) -> Read<i64> {
    match json {
        Json::Integer(value) if (least..=most).contains(value) => Ok(*value),
        Json::Integer(_) => Err(Fault::new(format!("is not from {least} to {most}"))),
        _ => Err(Fault::new("is not an integer")),
    }
}

/// A count from 0 on.
pub fn count(json: &Json) -> Read<u32> {
    integer(json, 0, i64::from(u32::MAX)).map(|value| u32::try_from(value).unwrap_or(u32::MAX))
}

/// A small number within `least` and `most`.
pub fn small(json: &Json, least: u8, most: u8) -> Read<u8> {
    let value = integer(json, i64::from(least), i64::from(most))?;
    Ok(u8::try_from(value).unwrap_or(most))
}

/// Yuan with two places.
pub fn money(json: &Json) -> Read<Money> {
    Money::parse_yuan(text(json)?).map_err(|_| Fault::new("is not yuan with two places, such as \"1395.00\""))
}

/// A month from 2013-01 to 2099-12.
pub fn month(json: &Json) -> Read<BenefitMonth> {
    month_text(text(json)?)
}

/// A month from 2013-01 to 2099-12.
pub fn month_text(text: &str) -> Read<BenefitMonth> {
    let month = text.parse::<BenefitMonth>().ok().filter(|month| (2013..=2099).contains(&month.year()));
    month.ok_or_else(|| Fault::new("is not a month from 2013-01 to 2099-12"))
}

/// A real day from 1900-01-01 to 2099-12-31, written `2023-10-15`.
pub fn date(json: &Json) -> Read<NaiveDate> {
    let text = text(json)?;
    parse_date(text).ok_or_else(|| Fault::new("is not a day from 1900-01-01 to 2099-12-31"))
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |part: &[u8]| {
        part.iter()
            .try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let year = number(&bytes[..4])?;
    let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(&bytes[5..7])?, number(&bytes[8..])?);
    day.filter(|_| (1900..=2099).contains(&year))
}

/// Square metres with at most two places, as hundredths.
pub fn area(json: &Json) -> Read<u32> {
    let text = text(json)?;
    parse_area(text)
        .ok_or_else(|| Fault::new("is not square metres with at most two places, such as \"48.5\""))
}

fn parse_area(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 6) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let hundredths = match fraction {
        None => 0,
        Some(part) if digits(part, 2) => part.parse::<u32>().ok()? * if part.len() == 1 { 10 } else { 1 },
        Some(_) => return None,
    };
    Some(whole.parse::<u32>().ok()? * 100 + hundredths)
}

/// One of the words of an enumeration.
pub fn code<T>(json: &Json, from_code: impl Fn(&str) -> Option<T>) -> Read<T> {
    from_code(text(json)?).ok_or_else(|| Fault::new("is not one of the contract's words"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0", Some(0))]
    #[case("48", Some(4_800))]
    #[case("48.5", Some(4_850))]
    #[case("48.05", Some(4_805))]
    #[case("999999.99", Some(99_999_999))]
    #[case("1000000", None)]
    #[case("048", None)]
    #[case("48.", None)]
    #[case("48.123", None)]
    #[case(".5", None)]
    #[case("-1", None)]
    #[case("４８", None)]
    fn an_area_is_plain(#[case] text: &str, #[case] hundredths: Option<u32>) {
        assert_eq!(parse_area(text), hundredths);
    }

    #[rstest]
    #[case("2024-02-29", true)]
    #[case("2023-02-29", false)]
    #[case("1900-01-01", true)]
    #[case("1899-12-31", false)]
    #[case("2099-12-31", true)]
    #[case("2100-01-01", false)]
    #[case("2023-1-01", false)]
    #[case("2023-10-15T00:00:00", false)]
    #[case("２０２３-10-15", false)]
    #[case("+023-10-15", false)]
    fn a_date_is_a_real_day(#[case] text: &str, #[case] real: bool) {
        assert_eq!(parse_date(text).is_some(), real);
    }
}
