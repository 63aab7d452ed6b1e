//! Files to the bank: their bytes, and what they refuse to say.

use super::*;
use crate::bank::catalogue::PLAIN;
use crate::registers::Cell;
use crate::workbook::{Request, SheetRow, rows_of};

fn gb18030(bytes: &[u8]) -> String {
    encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).unwrap().into_owned()
}

#[test]
fn a_plain_file_is_what_it_always_was() {
    let bytes = written(&layout(PLAIN), &["", ""]).unwrap();
    let expected = format!(
        "H,{run},2023-07-20\nP,{one},{first},1395.00\nP,{two},{second},1395.00\nT,2,2790.00\n",
        run = run(),
        one = payment(1),
        two = payment(2),
        first = account(1),
        second = account(2),
    );
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn a_delimited_file_has_its_head_and_is_in_gbk() {
    let text = gb18030(&written(&layout("text_gbk"), &["张示例"]).unwrap());
    let expected = format!(
        "DF01|DF0001|{OFFICE}|20230720|1|1|1395.00\r\n1|{}|张示例|1395.00|最低生活保障|{}\r\n",
        account(1),
        end_to_end_id(payment(1))
    );
    assert_eq!(text, expected);
}

#[test]
fn fields_of_fixed_width_count_bytes_of_the_encoding() {
    let bytes = written(&layout("fixed_gb18030"), &["张示例", "欧阳示范"]).unwrap();
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let widths: Vec<usize> = lines.iter().map(|line| line.len()).collect();
    // with the carriage return
    assert_eq!(widths, [1 + 12 + 8 + 8 + 16 + 1, 1 + 8 + 32 + 60 + 14 + 1, 1 + 8 + 32 + 60 + 14 + 1]);
    assert!(lines[0].ends_with(b"000000020000000000279000\r"), "{}", gb18030(lines[0]));
    assert!(lines[2].ends_with(b"00000000139500\r") && lines[2].starts_with(b"100000002"));
}

#[test]
fn a_name_that_the_encoding_lacks_is_refused_and_never_written_otherwise() {
    // 𬤊 (U+2C90A) is a character of names that GBK does not have
    let fault = written(&layout("text_gbk"), &["张示例", "李𬤊"]).unwrap_err();
    assert_eq!((fault.code, fault.field.as_str()), ("text_unwritable", "name"));
    assert!(fault.en.contains(&payment(2).to_string()) && fault.en.contains("character 2"), "{fault}");
    assert!(!fault.en.contains('𬤊') && !fault.zh.contains('李'), "no name in a refusal");
    let text = gb18030(&written(&layout("fixed_gb18030"), &["李𬤊"]).unwrap());
    assert!(text.contains("李𬤊"), "GB18030 has every character");
}

#[test]
fn what_would_end_a_field_or_a_line_is_refused() {
    for name in ["张|示例", "张\r\n示例", "张\u{0}"] {
        let fault = written(&layout("text_gbk"), &[name]).unwrap_err();
        assert_eq!((fault.code, fault.field.as_str()), ("text_unwritable", "name"), "{name:?}");
    }
    let long = "长".repeat(31);
    assert_eq!(written(&layout("fixed_gb18030"), &[&long]).unwrap_err().code, "text_unwritable");
    assert_eq!(written(&layout("pain_001"), &["张\u{1}"]).unwrap_err().code, "text_unwritable");
}

fn rows(bytes: &[u8]) -> Vec<SheetRow> {
    rows_of(bytes, &Request { sheet: Some("代发明细".to_owned()), head_rows: 0, rows_max: 100 }).unwrap()
}

#[test]
fn accounts_and_names_of_a_workbook_are_texts_and_amounts_are_numbers() {
    let bytes = written(&layout("sheet_xlsx"), &["张示例", "=1+1"]).unwrap();
    let rows = rows(&bytes);
    let text = |text: &str| Cell::Text(text.to_owned());
    let number = |number: &str| Cell::Number(number.to_owned());
    let head = [text("协议号"), text("DF0003"), text("2023-07-20"), number("2"), number("2790")];
    assert_eq!(rows[0].cells, head);
    let line = |case: u128, name: &str| {
        let reference = end_to_end_id(payment(case));
        let number_of = number(&case.to_string());
        vec![
            number_of,
            text(&account(case)),
            text(name),
            number("1395"),
            text("最低生活保障"),
            text(&reference),
        ]
    };
    assert_eq!(rows[2].cells, line(1, "张示例"));
    assert_eq!(rows[3].cells, line(2, "=1+1"), "a name is never a formula");
    assert_eq!((rows[1].cells[1].shown(), rows.len()), ("收款账号".to_owned(), 4));
}

#[test]
fn a_workbook_tells_the_day_of_the_approval_and_no_other_moment() {
    let bytes = written(&layout("sheet_xlsx"), &["张示例"]).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut core = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("docProps/core.xml").unwrap(), &mut core).unwrap();
    assert_eq!(core.matches("2023-07-18T00:00:00Z").count(), 2, "{core}");
    for part in 0..archive.len() {
        let written_at = archive.by_index(part).unwrap().last_modified().map(|moment| moment.year());
        assert!(written_at.is_none_or(|year| year == 1980), "{written_at:?}");
    }
}

#[test]
fn what_a_cell_cannot_hold_is_refused_with_the_payment() {
    for name in ["张\u{0}", "张\n示例", &"长".repeat(1_001)] {
        let fault = written(&layout("sheet_xlsx"), &["张示例", name]).unwrap_err();
        assert_eq!((fault.code, fault.field.as_str()), ("text_unwritable", "name"));
        assert!(fault.en.contains(&payment(2).to_string()), "{fault}");
    }
}

#[test]
fn markup_in_a_name_stays_text_in_xml() {
    let bytes = written(&layout("pain_001"), &["张<b>&'\""]).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("<Nm>张&lt;b&gt;&amp;&apos;&quot;</Nm>"), "{text}");
}

#[test]
fn a_message_has_its_counts_sums_and_ids() {
    let text = String::from_utf8(written(&layout("pain_001"), &["张示例", "欧阳示范"]).unwrap()).unwrap();
    let message = message_id(run(), 1);
    assert_eq!(message.len(), 35);
    assert_eq!(end_to_end_id(payment(1)).len(), 32);
    assert_eq!(text.matches("<NbOfTxs>2</NbOfTxs><CtrlSum>2790.00</CtrlSum>").count(), 2);
    assert_eq!(text.matches("<CdtTrfTxInf>").count(), 2);
    assert!(text.contains(&format!("<MsgId>{message}</MsgId><CreDtTm>2023-07-18T00:00:00+08:00</CreDtTm>")));
    assert!(text.contains("<ReqdExctnDt><Dt>2023-07-20</Dt></ReqdExctnDt>"));
}

#[test]
fn the_same_lines_give_the_same_bytes() {
    for code in [PLAIN, "text_gbk", "fixed_gb18030", "sheet_xlsx", "pain_001"] {
        let names = ["张示例", "欧阳示范"];
        assert_eq!(written(&layout(code), &names), written(&layout(code), &names), "{code}");
    }
}

/// The order in which the schema of pain.001.001.09 wants the children of each element that is written.
const ORDER: &[(&str, &[&str])] = &[
    ("CstmrCdtTrfInitn", &["GrpHdr", "PmtInf"]),
    ("GrpHdr", &["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]),
    (
        "PmtInf",
        &[
            "PmtInfId",
            "PmtMtd",
            "NbOfTxs",
            "CtrlSum",
            "ReqdExctnDt",
            "Dbtr",
            "DbtrAcct",
            "DbtrAgt",
            "CdtTrfTxInf",
        ],
    ),
    ("CdtTrfTxInf", &["PmtId", "Amt", "Cdtr", "CdtrAcct", "Purp", "RmtInf"]),
    ("DbtrAcct", &["Id", "Ccy"]),
    ("ClrSysMmbId", &["ClrSysId", "MmbId"]),
];

#[test]
fn elements_stand_in_the_order_of_the_schema() {
    let bytes = written(&layout("pain_001"), &["张示例", "欧阳示范"]).unwrap();
    let mut reader = quick_xml::Reader::from_reader(bytes.as_slice());
    let (mut buffer, mut path, mut last) = (Vec::new(), Vec::<String>::new(), vec![0_usize]);
    loop {
        match reader.read_event_into(&mut buffer).unwrap() {
            quick_xml::events::Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                let order =
                    path.last().and_then(|parent| ORDER.iter().find(|(element, _)| element == parent));
                if let Some((parent, children)) = order {
                    let place = children.iter().position(|child| *child == name);
                    let place = place.unwrap_or_else(|| panic!("{name} is no child of {parent}"));
                    let before = last.last_mut().unwrap();
                    assert!(place >= *before, "{name} comes too late in {parent}");
                    *before = place;
                }
                path.push(name);
                last.push(0);
            }
            quick_xml::events::Event::End(_) => {
                path.pop();
                last.pop();
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    assert!(path.is_empty());
}

/// Where no validator is installed, the order of elements is what the tests hold.
#[test]
fn a_message_is_valid_by_the_published_schema_where_xmllint_is_installed() {
    if std::process::Command::new("xmllint").arg("--version").output().is_err() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("message.xml");
    std::fs::write(&file, written(&layout("pain_001"), &["张示例", "张<b>&'\""]).unwrap()).unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bank/tests/pain.001.001.09.xsd");
    let checked =
        std::process::Command::new("xmllint").args(["--noout", "--schema", schema]).arg(&file).output();
    let checked = checked.unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
