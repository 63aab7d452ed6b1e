//! CSV as offices save it: UTF-8 with and without a mark, GBK from older systems, Excel's Unicode text.

use api::registers::RegisterKind;
use api::registers::reading::{Refusal, TextEncoding};
use rstest::rstest;

use crate::harness::{DONATION, heads, line, read, refusal, text};

const KIND: RegisterKind = RegisterKind::Donations;

fn register() -> String {
    line(&heads(KIND)) + &line(&DONATION)
}

fn gb18030() -> Vec<u8> {
    encoding_rs::GB18030.encode(&register()).0.into_owned()
}

fn utf16() -> Vec<u8> {
    let tabbed = register().replace(',', "\t");
    b"\xFF\xFE".iter().copied().chain(tabbed.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

#[rstest]
#[case::utf8(register().into_bytes(), TextEncoding::Utf8)]
#[case::utf8_with_mark(format!("\u{feff}{}", register()).into_bytes(), TextEncoding::Utf8Bom)]
#[case::gbk(gb18030(), TextEncoding::Gb18030)]
#[case::unicode_text(utf16(), TextEncoding::Utf16)]
#[case::semicolons(register().replace(',', ";").into_bytes(), TextEncoding::Utf8)]
#[case::carriage_returns(register().replace('\n', "\r\n").into_bytes(), TextEncoding::Utf8)]
fn text_is_read_whatever_its_encoding(#[case] bytes: Vec<u8>, #[case] encoding: TextEncoding) {
    let register = read(KIND, &bytes).unwrap();
    assert_eq!(register.encoding, Some(encoding));
    assert_eq!(register.rows[0].cells[2], text("李娜"));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let mut bytes = register().into_bytes();
    bytes.extend(b"\xFF\xFF\xFF\xFF\n");
    assert_eq!(refusal(&bytes), Refusal::UnknownEncoding);
}

#[test]
fn blank_lines_do_not_shift_the_row_numbers() {
    let file = format!("{}\n,,,,,,,\n{}\n\n", line(&heads(KIND)), line(&DONATION));
    let rows = read(KIND, file.as_bytes()).unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4]);
}
