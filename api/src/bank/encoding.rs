//! Text in a bank's encoding. What the encoding cannot say is refused: `encoding_rs` would write `&#…;` instead, and the
//! bank would pay to a name that nobody has.

use encoding_rs::{Encoding, GB18030, GBK};

use super::layout::TextCode;

/// Why a text cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// A character, by its place from 1, that the encoding lacks.
    Character(usize),
    /// A character, by its place from 1, that would end the field or the line.
    Structure(usize),
    /// It has more bytes than the field.
    TooLong(usize),
}

/// Appends `text` in the encoding.
///
/// # Errors
/// [`Unwritable::Character`].
pub fn encode(text: &str, code: TextCode, out: &mut Vec<u8>) -> Result<(), Unwritable> {
    let encoding = match code {
        TextCode::Utf8 => {
            out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        TextCode::Gbk => GBK,
        TextCode::Gb18030 => GB18030,
    };
    if text.is_ascii() {
        out.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    for (place, char) in text.chars().enumerate() {
        let mut buffer = [0; 4];
        let (bytes, _, unmappable) = encoding.encode(char.encode_utf8(&mut buffer));
        if unmappable {
            return Err(Unwritable::Character(place + 1));
        }
        out.extend_from_slice(&bytes);
    }
    Ok(())
}

/// The text of bytes in the encoding; none where they are not in it.
pub fn decode(bytes: &[u8], code: TextCode) -> Option<std::borrow::Cow<'_, str>> {
    let encoding: &'static Encoding = match code {
        TextCode::Utf8 => return std::str::from_utf8(bytes).ok().map(std::borrow::Cow::Borrowed),
        TextCode::Gbk | TextCode::Gb18030 => GB18030,
    };
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}
