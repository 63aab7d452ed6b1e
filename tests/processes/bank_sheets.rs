//! Workbooks to the bank and back: what Excel does to a file is found, and nothing of a bad one is taken.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use api::bank::catalogue::Catalogue;
use api::bank::fault::Fault;
use api::bank::reading::{BankLine, Expected, Said, read};
use api::bank::writing::end_to_end_id;
use api::registers::reading::Refusal;
use api::workbook::{Ended, Reading, Request, read_sheet, rows_of};
use domain::bank_return::UnmatchedReason as Reason;
use domain::ids::RunId;
use domain::money::Money;
use rstest::rstest;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use tests::office::Broken;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::bank_returns::{AtTheBank, at_the_bank};

const HEADS: [&str; 9] = [
    "序号",
    "收款账号",
    "收款户名",
    "金额（元）",
    "业务编号",
    "处理结果",
    "失败原因",
    "银行流水号",
    "入账日期",
];
const ACCOUNT: &str = "9901140000000000019";
const REFERENCE: &str = "5eda190500738776aa2b1c1b537a727a";
const READER: &str = env!("CARGO_BIN_EXE_register-reader");

fn lines_of(bytes: &[u8]) -> Result<Vec<BankLine>, Fault> {
    let catalogue = Catalogue::own().unwrap();
    let layout = catalogue.layout("sheet_xlsx").unwrap();
    let (run_id, program) = (RunId::new(Uuid::from_u128(1)), Some(Path::new(READER)));
    let expected = Expected { layout, run_id, files: &[], program };
    let mut lines = Vec::new();
    read(bytes, expected, &mut |line| {
        lines.push(line);
        Ok(())
    })?;
    Ok(lines)
}

/// A line of a return as the bank writes it.
struct Says<'a> {
    account: &'a str,
    yuan: f64,
    reference: &'a str,
    result: &'a str,
    reason: &'a str,
}

const ARRIVED: Says<'static> =
    Says { account: ACCOUNT, yuan: 1395.0, reference: REFERENCE, result: "成功", reason: "" };

fn write(sheet: &mut Worksheet, row: u32, says: &Says<'_>) {
    let texts = [(1, says.account), (2, "张示例"), (4, says.reference), (5, says.result), (6, says.reason)];
    sheet.write_number(row, 0, f64::from(row - 1)).unwrap();
    for (column, text) in texts {
        sheet.write_string(row, column, text).unwrap();
    }
    sheet.write_number(row, 3, says.yuan).unwrap();
    sheet.write_string(row, 7, format!("20230720{row:05}")).unwrap();
    sheet.write_string(row, 8, "2023-07-20").unwrap();
}

/// A workbook of these lines with its totals, and what else is done to it.
fn workbook(lines: &[Says<'_>], change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("代发结果").unwrap();
    sheet.merge_range(0, 0, 0, 8, "代发结果明细表", &Format::new()).unwrap();
    for (column, head) in (0_u16..).zip(HEADS) {
        sheet.write_string(1, column, head).unwrap();
    }
    for (row, says) in (2_u32..).zip(lines) {
        write(sheet, row, says);
    }
    let last = 2 + u32::try_from(lines.len()).unwrap();
    sheet.write_string(last, 0, "合计").unwrap();
    sheet.write_number(last, 1, f64::from(last - 2)).unwrap();
    sheet.write_number(last, 3, lines.iter().map(|says| says.yuan).sum::<f64>()).unwrap();
    change(sheet);
    workbook.save_to_buffer().unwrap()
}

fn with_part(bytes: &[u8], name: &str, change: impl Fn(String) -> Vec<u8>) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let mut entry = old.by_index(index).unwrap();
        let entry_name = entry.name().unwrap().into_owned();
        let mut part = Vec::new();
        entry.read_to_end(&mut part).unwrap();
        if entry_name == name {
            part = change(String::from_utf8(part).unwrap());
        }
        new.start_file(&entry_name, SimpleFileOptions::default()).unwrap();
        new.write_all(&part).unwrap();
    }
    new.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_says_what_a_text_would() {
    let back = Says {
        account: "6222990114000000002",
        yuan: 250.05,
        reference: "5eda045054e684bf93adae37a2d3b53c",
        result: "失败",
        reason: "E003",
    };
    let lines = lines_of(&workbook(&[ARRIVED, back], |_| ())).unwrap();
    assert_eq!((lines[0].row, lines[0].said, lines[0].problem), (3, Some(Said::Settled), None));
    assert_eq!(lines[0].account.as_ref().unwrap().as_str(), ACCOUNT);
    assert_eq!(
        (lines[0].end_to_end_id.as_deref(), lines[0].amount),
        (Some(REFERENCE), Some(Money::from_fen(139_500)))
    );
    assert_eq!(lines[0].bank_reference.as_deref(), Some("2023072000002"));
    assert_eq!((lines[1].said, lines[1].reason.as_deref()), (Some(Said::Returned), Some("E003")));
    assert_eq!(
        (lines[1].amount, lines[1].booked_on),
        (Some(Money::from_fen(25_005)), "2023-07-20".parse().ok())
    );
}

/// Written by another program than ours, as Excel 97 to 2003 has it: a merged title, and days that are dates.
#[test]
fn an_old_workbook_says_the_same() {
    let lines = lines_of(include_bytes!("samples/return.xls")).unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0].said, lines[0].amount), (Some(Said::Settled), Some(Money::from_fen(139_500))));
    assert_eq!(lines[0].account.as_ref().unwrap().as_str(), ACCOUNT);
    assert_eq!((lines[1].reason.as_deref(), lines[1].amount), (Some("E003"), Some(Money::from_fen(25_005))));
    assert_eq!(lines[1].booked_on, "2023-07-21".parse().ok());
}

#[test]
fn an_old_workbook_that_is_damaged_is_read_or_refused() {
    let good = include_bytes!("samples/return.xls");
    for end in (512..good.len()).step_by(397) {
        let outcome = lines_of(&good[..end]);
        assert!(outcome.is_err(), "cut at {end}: {outcome:?}");
    }
    for at in (512..good.len()).step_by(211) {
        let mut bytes = good.to_vec();
        bytes[at] ^= 0xFF;
        if let Err(fault) = lines_of(&bytes) {
            assert!(!fault.zh.is_empty(), "{at}");
        }
    }
}

type Change = fn(&mut Worksheet);

#[rstest]
#[case::formula_for_an_amount(|sheet: &mut Worksheet| { sheet.write_formula(2, 3, Formula::new("=1395").set_result("1395")).unwrap(); }, "formula_cell", 3, "D3")]
#[case::formula_for_a_total(|sheet: &mut Worksheet| { sheet.write_formula(3, 3, Formula::new("=SUM(D3:D3)").set_result("1395")).unwrap(); }, "formula_cell", 4, "D4")]
#[case::account_as_a_number(|sheet: &mut Worksheet| { sheet.write_number(2, 1, 9_901_140_000_000_000_019.0).unwrap(); }, "number_for_text", 3, "B3")]
#[case::reference_as_a_number(|sheet: &mut Worksheet| { sheet.write_number(2, 4, 39.0).unwrap(); }, "number_for_text", 3, "E3")]
#[case::another_head(|sheet: &mut Worksheet| { sheet.write_string(1, 3, "应发金额").unwrap(); }, "wrong_columns", 2, "D2")]
#[case::no_head(|sheet: &mut Worksheet| { sheet.clear_cell(1, 8); }, "wrong_columns", 2, "I2")]
#[case::merged_lines(|sheet: &mut Worksheet| { sheet.merge_range(2, 5, 3, 5, "成功", &Format::new()).unwrap(); }, "merged_cells", 0, "")]
#[case::another_sheet(|sheet: &mut Worksheet| { sheet.set_name("Sheet1").unwrap(); }, "wrong_sheet", 0, "")]
#[case::another_count(|sheet: &mut Worksheet| { sheet.write_number(3, 1, 2).unwrap(); }, "sums_differ", 4, "count")]
#[case::another_sum(|sheet: &mut Worksheet| { sheet.write_number(3, 3, 1395.01).unwrap(); }, "sums_differ", 4, "sum")]
#[case::no_totals(|sheet: &mut Worksheet| { for column in [0, 1, 3] { sheet.clear_cell(3, column); } }, "file_truncated", 3, "")]
#[case::after_the_totals(|sheet: &mut Worksheet| { sheet.write_string(4, 0, "制表人").unwrap(); }, "lines_after_end", 5, "")]
fn what_is_wrong_with_a_workbook_is_said_with_its_cell(
    #[case] change: Change,
    #[case] code: &str,
    #[case] row: u64,
    #[case] field: &str,
) {
    assert_eq!(lines_of(&workbook(&[ARRIVED], |_| ())).unwrap().len(), 1);
    let fault = lines_of(&workbook(&[ARRIVED], change)).unwrap_err();
    assert_eq!((fault.code, fault.row, fault.field.as_str()), (code, row, field), "{fault}");
    assert!(!fault.zh.contains(ACCOUNT) && !fault.en.contains(ACCOUNT));
}

#[rstest]
#[case::negative(|sheet: &mut Worksheet| { sheet.write_number(2, 3, -1395).unwrap(); }, Reason::AmountMalformed)]
#[case::three_places(|sheet: &mut Worksheet| { sheet.write_number(2, 3, 1395.005).unwrap(); }, Reason::AmountMalformed)]
#[case::enormous(|sheet: &mut Worksheet| { sheet.write_number(2, 3, 1e300).unwrap(); }, Reason::AmountMalformed)]
#[case::error_cell(|sheet: &mut Worksheet| { sheet.write_string(2, 3, "#N/A").unwrap(); }, Reason::AmountMalformed)]
#[case::short_account(|sheet: &mut Worksheet| { sheet.write_string(2, 1, "12").unwrap(); }, Reason::AccountMalformed)]
#[case::unknown_result(|sheet: &mut Worksheet| { sheet.write_string(2, 5, "？").unwrap(); }, Reason::ResultUnknown)]
#[case::a_cell_too_many(|sheet: &mut Worksheet| { sheet.write_string(2, 9, "x").unwrap(); }, Reason::LineMalformed)]
fn a_bad_line_of_a_workbook_stops_nothing(#[case] change: Change, #[case] problem: Reason) {
    let second = Says { reference: "5eda045054e684bf93adae37a2d3b53c", ..ARRIVED };
    let bytes = workbook(&[ARRIVED, second], |sheet| {
        change(sheet);
        // what the lines add up to is another matter here
        for column in [0, 1, 3] {
            sheet.clear_cell(4, column);
        }
        sheet.write_string(4, 0, "合计").unwrap();
    });
    let catalogue = Catalogue::own().unwrap();
    let mut layout = catalogue.layout("sheet_xlsx").unwrap().clone();
    let trailer = layout.receive.as_mut().unwrap().trailer.as_mut().unwrap();
    (trailer.count_field, trailer.sum_field) = (None, None);
    let expected = Expected {
        layout: &layout,
        run_id: RunId::new(Uuid::from_u128(1)),
        files: &[],
        program: Some(Path::new(READER)),
    };
    let mut problems = Vec::new();
    read(bytes.as_slice(), expected, &mut |line| {
        problems.push(line.problem);
        Ok(())
    })
    .unwrap();
    assert_eq!(problems, [Some(problem), None]);
}

/// What Excel computes is off by a part of a fen that it shows nobody.
#[test]
fn the_trace_of_a_binary_fraction_is_no_money() {
    let tenths = Says { yuan: 0.1 + 0.2, ..ARRIVED };
    assert_eq!(lines_of(&workbook(&[tenths], |_| ())).unwrap()[0].amount, Some(Money::from_fen(30)));
}

#[test]
fn a_workbook_that_is_cut_anywhere_is_refused() {
    let bytes = workbook(&[ARRIVED], |_| ());
    for end in (1..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        let outcome = lines_of(&bytes[..end]);
        assert!(outcome.is_err(), "cut at {end}: {outcome:?}");
    }
}

#[rstest]
#[case::web_page(b"<html><table><tr><td>6222</td></tr></table></html>".to_vec(), "not_a_workbook")]
#[case::text("序号\t账号\n".into(), "not_a_workbook")]
#[case::empty_zip(ZipWriter::new(Cursor::new(Vec::new())).finish().unwrap().into_inner(), "not_a_workbook")]
#[case::says_two_gigabytes(declared(0x7FFF_FFFF), "too_large_unpacked")]
#[case::of_an_encrypted_workbook(encrypted(), "password_protected")]
fn what_is_no_workbook_of_a_bank_is_refused(#[case] bytes: Vec<u8>, #[case] code: &str) {
    assert_eq!(lines_of(&bytes).unwrap_err().code, code);
}

/// A workbook whose first part says that it unpacks to so many bytes.
fn declared(size: u32) -> Vec<u8> {
    let mut bytes = workbook(&[ARRIVED], |_| ());
    let entry = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
    bytes
}

fn encrypted() -> Vec<u8> {
    let name = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes);
    [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1].into_iter().chain(name).collect()
}

/// The reader alone dies of it.
#[test]
fn a_workbook_that_asks_for_all_memory_is_refused() {
    let good = workbook(&[ARRIVED], |_| ());
    let hungry = with_part(&good, "xl/sharedStrings.xml", |_| {
        let namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        format!("<sst xmlns=\"{namespace}\">{}</sst>", "<si><t>a</t></si>".repeat(1_500_000)).into_bytes()
    });
    let reading = Reading { memory_bytes_max: 96 * 1024 * 1024, ..Reading::by(Some(Path::new(READER))) };
    let request = Request { sheet: None, head_rows: 2, rows_max: 100 };
    let mut rows = 0;
    let mut each = |_| {
        rows += 1;
        Ok::<_, ()>(())
    };
    let refused = read_sheet(hungry.as_slice(), &request, &reading, &mut each);
    assert!(matches!(refused, Err(Ended::Refused(Refusal::TooMuchMemory))), "{refused:?}");
    read_sheet(good.as_slice(), &request, &reading, &mut each).unwrap();
    assert_eq!(rows, 4, "the good one is read within the same limits");
    let small = Reading { file_bytes_max: 1_000, ..reading };
    let refused = read_sheet(good.as_slice(), &request, &small, &mut |_| Ok::<_, ()>(()));
    assert!(matches!(refused, Err(Ended::Refused(Refusal::TooLarge { .. }))), "{refused:?}");
}

/// A return of every line of the run: the first came back.
fn answer(bank: &AtTheBank) -> Vec<u8> {
    let references: Vec<String> = bank.lines.iter().map(|line| end_to_end_id(line.payment_id)).collect();
    let accounts = accounts(&bank.bytes);
    let says = |(place, reference): (usize, &String)| {
        let (result, reason) = if place == 0 { ("失败", "E001") } else { ("成功", "") };
        let yuan = bank.lines[place].amount.to_string().parse().unwrap();
        let account = &accounts.iter().find(|(known, _)| known == reference).unwrap().1;
        (account.clone(), yuan, reference.clone(), result, reason)
    };
    let says: Vec<_> = references.iter().enumerate().map(says).collect();
    let lines: Vec<Says<'_>> = says
        .iter()
        .map(|(account, yuan, reference, result, reason)| Says {
            account,
            yuan: *yuan,
            reference,
            result,
            reason,
        })
        .collect();
    workbook(&lines, |_| ())
}

/// References and accounts as the file to the bank has them.
fn accounts(bytes: &[u8]) -> Vec<(String, String)> {
    let request = Request { sheet: Some("代发明细".to_owned()), head_rows: 0, rows_max: 100 };
    let rows = rows_of(bytes, &request).unwrap();
    rows[2..].iter().map(|row| (row.cells[5].shown(), row.cells[1].shown())).collect()
}

#[tokio::test]
async fn a_run_is_paid_by_a_workbook_and_its_answer_taken_in_once() {
    let mut bank = at_the_bank("sheet_xlsx").await;
    bank.small.office.program = Some(READER.into());
    let (released, same) = bank.release().await.unwrap();
    assert_eq!(bank.bytes, same, "written again, the same bytes");
    let file = &released.delivery.files[0];
    assert_eq!((file.line_count, accounts(&same).len()), (5, 5));
    let answer = answer(&bank);
    let taken = bank.take_bytes(&answer).await.unwrap();
    assert_eq!((taken.matching.settled_count, taken.matching.returned_count), (4, 1));
    assert!(taken.unmatched.is_empty() && bank.is_reconciled().await);
    bank.adds_up(&taken).await;
    let end = bank.small.end().await;
    let again = bank.take_bytes(&answer).await.unwrap();
    assert!(again.known_before);
    assert_eq!(
        (again.matching, bank.small.end().await),
        (taken.matching, end),
        "the same file twice changes nothing"
    );
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn nothing_of_a_bad_workbook_is_taken() {
    let mut bank = at_the_bank("sheet_xlsx").await;
    bank.small.office.program = Some(READER.into());
    let answer = answer(&bank);
    let end = bank.small.end().await;
    let refused = bank.take_bytes(&answer[..answer.len() / 2]).await.unwrap_err();
    assert_eq!(refused.code(), "damaged");
    assert_eq!((bank.small.end().await, bank.small.broken().await), (end, Broken::new()));
    bank.take_bytes(&answer).await.unwrap();
    assert!(bank.is_reconciled().await);
    bank.small.ledger.finish().await;
}
