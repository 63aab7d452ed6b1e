//! JSON as the contract needs it: keys keep their order and repetitions, numbers keep whether they are integers,
//! and no depth of nesting can exhaust the stack.

use std::borrow::Cow;

/// Containers nested deeper than this are read but not kept; the contract needs six levels.
const DEPTH_KEPT: usize = 16;

/// A JSON value.
#[derive(Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number without fraction and exponent that fits.
    Integer(i64),
    /// Any other number.
    Number,
    /// A string.
    Text(Cow<'a, str>),
    /// A string with a surrogate that has no partner: JSON, but no text.
    BrokenText,
    /// A list.
    List(Vec<Json<'a>>),
    /// An object, in its order, repeated keys included.
    Object(Vec<(Json<'a>, Json<'a>)>),
    /// A container that is nested too deeply to be kept.
    TooDeep,
}

/// The text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotJson;

/// Reads one JSON value and nothing after it.
///
/// # Errors
/// [`NotJson`], also for bytes that are not UTF-8.
pub fn read(bytes: &[u8]) -> Result<Json<'_>, NotJson> {
    let text = std::str::from_utf8(bytes).map_err(|_| NotJson)?;
    let mut scanner = Scanner { text, at: 0 };
    let value = scanner.value()?;
    scanner.space();
    if scanner.at == text.len() { Ok(value) } else { Err(NotJson) }
}

/// A container that is still open.
enum Open<'a> {
    List(Vec<Json<'a>>),
    Object(Vec<(Json<'a>, Json<'a>)>, Json<'a>),
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Reads a value with a stack of its own instead of the thread's.
    fn value(&mut self) -> Result<Json<'a>, NotJson> {
        let mut open: Vec<Open<'a>> = Vec::new();
        loop {
            self.space();
            let complete = match self.peek() {
                Some(b'[') => {
                    self.at += 1;
                    self.space();
                    if self.take(b']') {
                        Some(Json::List(Vec::new()))
                    } else {
                        open.push(Open::List(Vec::new()));
                        None
                    }
                }
                Some(b'{') => {
                    self.at += 1;
                    self.space();
                    if self.take(b'}') {
                        Some(Json::Object(Vec::new()))
                    } else {
                        open.push(Open::Object(Vec::new(), self.key()?));
                        None
                    }
                }
                _ => Some(self.scalar()?),
            };
            if let Some(value) = complete
                && let Some(whole) = self.close(&mut open, value)?
            {
                return Ok(whole);
            }
        }
    }

    /// Puts a complete value where it belongs, closing as many containers as end here; the whole when none is left.
    fn close(&mut self, open: &mut Vec<Open<'a>>, mut value: Json<'a>) -> Result<Option<Json<'a>>, NotJson> {
        loop {
            let deep = open.len() > DEPTH_KEPT;
            let Some(container) = open.pop() else { return Ok(Some(value)) };
            self.space();
            value = match container {
                Open::List(mut values) => {
                    values.push(value);
                    if self.take(b',') {
                        open.push(Open::List(values));
                        return Ok(None);
                    }
                    self.expect(b']')?;
                    Json::List(values)
                }
                Open::Object(mut entries, key) => {
                    entries.push((key, value));
                    if self.take(b',') {
                        self.space();
                        let key = self.key()?;
                        open.push(Open::Object(entries, key));
                        return Ok(None);
                    }
                    self.expect(b'}')?;
                    Json::Object(entries)
                }
            };
            if deep {
                value = Json::TooDeep;
            }
        }
    }

    fn key(&mut self) -> Result<Json<'a>, NotJson> {
        self.expect(b'"')?;
        let key = self.string()?;
        self.space();
        self.expect(b':')?;
        Ok(key)
    }

    fn scalar(&mut self) -> Result<Json<'a>, NotJson> {
        let rest = &self.text[self.at..];
        let word = |word: &str| rest.starts_with(word);
        let (value, length) = match rest.as_bytes().first() {
            Some(b'"') => {
                self.at += 1;
                return self.string();
            }
            Some(b'-' | b'0'..=b'9') => number(rest)?,
            _ if word("null") => (Json::Null, 4),
            _ if word("true") => (Json::Bool(true), 4),
            _ if word("false") => (Json::Bool(false), 5),
            _ => return Err(NotJson),
        };
        self.at += length;
        Ok(value)
    }

    /// Reads a string after its opening quotation mark.
    fn string(&mut self) -> Result<Json<'a>, NotJson> {
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Json::Text(Cow::Borrowed(text)));
                }
                Some(b'\\') => return self.escaped(start),
                Some(0x20..) => self.at += 1,
                _ => return Err(NotJson),
            }
        }
    }

    /// Reads on from the first escape of a string that began at `start`.
    fn escaped(&mut self, start: usize) -> Result<Json<'a>, NotJson> {
        // UTF-16, so that surrogates of two escapes find each other
        let mut units: Vec<u16> = self.text[start..self.at].encode_utf16().collect();
        loop {
            let rest = &self.text[self.at..];
            let Some(first) = rest.chars().next() else { return Err(NotJson) };
            self.at += first.len_utf8();
            match first {
                '"' => break,
                '\\' => units.push(self.escape()?),
                '\0'..='\x1f' => return Err(NotJson),
                other => units.extend(other.encode_utf16(&mut [0; 2]).iter()),
            }
        }
        Ok(String::from_utf16(&units).map_or(Json::BrokenText, |text| Json::Text(Cow::Owned(text))))
    }

    fn escape(&mut self) -> Result<u16, NotJson> {
        let kind = self.peek().ok_or(NotJson)?;
        self.at += 1;
        match kind {
            b'"' | b'\\' | b'/' => Ok(u16::from(kind)),
            b'b' => Ok(8),
            b'f' => Ok(12),
            b'n' => Ok(10),
            b'r' => Ok(13),
            b't' => Ok(9),
            b'u' => {
                let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or(NotJson)?;
                self.at += 4;
                digits.iter().try_fold(0_u16, |unit, digit| {
                    let digit = char::from(*digit).to_digit(16).ok_or(NotJson)?;
                    Ok(unit << 4 | digit as u16)
                })
            }
            _ => Err(NotJson),
        }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.take(byte) { Ok(()) } else { Err(NotJson) }
    }
}

/// A number at the beginning of `text`, and its length.
fn number(text: &str) -> Result<(Json<'static>, usize), NotJson> {
    let bytes = text.as_bytes();
    let digits =
        |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(bytes[0] == b'-');
    let whole = digits(sign);
    if whole == 0 || (whole > 1 && bytes[sign] == b'0') {
        return Err(NotJson);
    }
    let mut end = sign + whole;
    let integer = end;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        end += 1 + fraction;
        if fraction == 0 {
            return Err(NotJson);
        }
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + signed);
        end += 1 + signed + exponent;
        if exponent == 0 {
            return Err(NotJson);
        }
    }
    let value = match text[..integer].parse() {
        Ok(value) if end == integer => Json::Integer(value),
        _ => Json::Number,
    };
    Ok((value, end))
}

#[cfg(test)]
mod tests;
