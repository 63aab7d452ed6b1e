//! Files from the bank: what they say, and what is wrong with bad ones.

use domain::bank_return::UnmatchedReason as Reason;
use rstest::rstest;

use super::*;
use crate::bank::catalogue::PLAIN;
use crate::bank::reading::{Said, Scope};

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

fn first(layout: &Layout, bytes: &[u8]) -> BankLine {
    lines_of(layout, bytes).unwrap().remove(0)
}

#[test]
fn a_plain_line_names_payment_result_and_reference() {
    let text =
        format!("payment,result,reference\n{},settled,B-1\n{},returned,AC01\n", payment(1), payment(2));
    let lines = lines_of(&layout(PLAIN), text.as_bytes()).unwrap();
    assert_eq!(
        (lines[0].row, lines[0].said, lines[0].payment_id()),
        (2, Some(Said::Settled), Some(payment(1)))
    );
    assert_eq!(lines[0].bank_reference.as_deref(), Some("B-1"));
    assert_eq!((lines[1].said, lines[1].reason.as_deref()), (Some(Said::Returned), Some("AC01")));
}

#[test]
fn a_delimited_file_is_read_to_its_totals() {
    let line = |number, case, result, reason| {
        format!(
            "{number}|{}|张示例|1395.00|{}|{result}|{reason}|8801\r\n",
            account(case),
            end_to_end_id(payment(case))
        )
    };
    let lines = [line(1, 1, "S", ""), line(2, 2, "F", "E001")].concat();
    let file = |totals: &str| gbk(&format!("head\r\n{lines}{totals}"));
    let layout = layout("text_gbk");
    let read = lines_of(&layout, &file("END|2|2790.00\r\n")).unwrap();
    assert_eq!((read[1].said, read[1].reason.as_deref()), (Some(Said::Returned), Some("E001")));
    assert_eq!(layout.reason("E001").unwrap().0, "账号不存在");
    assert_eq!(read[0].amount, Some(Money::from_fen(139_500)));
    for (totals, code) in [
        ("", "file_truncated"),
        ("END|3|2790.00\r\n", "sums_differ"),
        ("END|2|2790.01\r\n", "sums_differ"),
        ("END|2|2790.00\r\n1|x\r\n", "lines_after_end"),
    ] {
        assert_eq!(lines_of(&layout, &file(totals)).unwrap_err().code, code, "{totals}");
    }
}

#[rstest]
#[case::negative("-1395.00", "1395.00")]
#[case::three_places("1395.005", "4185.005")]
#[case::no_number("一千", "2790.00")]
fn a_bad_amount_is_a_problem_of_its_line_and_the_bank_s_sum_is_over_it_too(
    #[case] amount: &str,
    #[case] total: &str,
) {
    let line = |case: u128, amount: &str| {
        let id = end_to_end_id(payment(case));
        format!("{case}|{}|张示例|{amount}|{id}|S||8801\r\n", account(case))
    };
    let lines = [line(1, "1395.00"), line(2, amount), line(3, "1395.00")].concat();
    let file = |total: &str| gbk(&format!("head\r\n{lines}END|3|{total}\r\n"));
    let layout = layout("text_gbk");
    let problems: Vec<_> = lines_of(&layout, &file(total)).unwrap().iter().map(|line| line.problem).collect();
    assert_eq!(problems, [None, Some(Reason::AmountMalformed), None]);
    if amount != "一千" {
        assert_eq!(lines_of(&layout, &file("0.01")).unwrap_err().code, "sums_differ");
    }
}

#[rstest]
#[case::without_a_column("张示例")]
#[case::with_every_column("张示例某")]
fn a_file_in_utf_8_is_told_from_one_in_gbk(#[case] name: &str) {
    let line = format!("1|{}|{name}|1395.00|{}|S||8801\r\n", account(1), end_to_end_id(payment(1)));
    let text = format!("head\r\n{line}END|1|1395.00\r\n");
    let layout = layout("text_gbk");
    assert!(lines_of(&layout, &gbk(&text)).is_ok());
    let fault = lines_of(&layout, text.as_bytes()).unwrap_err();
    assert_eq!((fault.code, fault.row), ("wrong_encoding", 2), "{fault}");
}

#[test]
fn a_line_of_fixed_width_is_cut_by_bytes() {
    let name = gbk("张示例");
    let mut bytes = b"head\r\n100000001".to_vec();
    bytes.extend(format!("{:<32}", account(1)).bytes());
    bytes.extend(name.iter().copied().chain(std::iter::repeat_n(b' ', 60 - name.len())));
    bytes.extend(b"00000000139500011001\r\n");
    let line = first(&layout("fixed_gb18030"), &bytes);
    assert_eq!(line.problem, None, "{line:?}");
    assert_eq!((line.said, line.reason.as_deref()), (Some(Said::Returned), Some("1001")));
    assert_eq!(line.amount, Some(Money::from_fen(139_500)));
}

#[rstest]
#[case("9|{a}|x|-1.00|{e}|S||1", Reason::AmountMalformed)]
#[case("9|{a}|x|1.005|{e}|S||1", Reason::AmountMalformed)]
#[case("9|{a}|x|1,395.00|{e}|S||1", Reason::AmountMalformed)]
#[case("9|{a}|x|１.00|{e}|S||1", Reason::AmountMalformed)]
#[case("9|{a}|x||{e}|S||1", Reason::AmountMalformed)]
#[case("9|12|x|1395.00|{e}|S||1", Reason::AccountMalformed)]
#[case("9|{a}|x|1395.00|{e}|?||1", Reason::ResultUnknown)]
#[case("9|{a}|x|1395.00|{e}|S", Reason::LineMalformed)]
#[case("9|{a}|x|1395.00|{e}|S||1|more", Reason::LineMalformed)]
fn a_bad_line_is_handed_on_with_its_problem(#[case] line: &str, #[case] problem: Reason) {
    let line = line.replace("{a}", &account(1)).replace("{e}", &end_to_end_id(payment(1)));
    let good = format!("9|{}|x|1395.00|{}|S||1", account(2), end_to_end_id(payment(2)));
    let mut layout = layout("text_gbk");
    layout.receive.as_mut().unwrap().trailer = None;
    let lines = lines_of(&layout, &gbk(&format!("head\n{line}\n{good}\n"))).unwrap();
    assert_eq!(lines.len(), 2, "the next line is read");
    assert_eq!((lines[0].problem, lines[1].problem), (Some(problem), None));
}

/// The head of a plain file.
const HEAD: &[u8] = b"payment,result,reference\n";

#[test]
fn a_text_in_another_encoding_or_without_lines_is_refused() {
    let file = |bytes: &[u8]| lines_of(&layout(PLAIN), bytes).unwrap_err();
    let wrong = file(&[HEAD, &gbk("张,settled,1\n")].concat());
    assert_eq!((wrong.code, wrong.row), ("wrong_encoding", 2));
    assert_eq!(file(HEAD).code, "no_results");
    assert_eq!(file(&[HEAD, &vec![b'x'; 20_000]].concat()).code, "line_too_long");
    let head = file(b"payment,reference,result\n");
    assert_eq!((head.code, head.row, head.field.as_str()), ("wrong_columns", 1, "2"));
}

#[test]
fn a_status_report_says_what_became_of_each_transaction() {
    let text =
        pain_002(&[(1, "ACSC", "1395.00", ""), (2, "RJCT", "1395.00", "AC04"), (3, "ACSP", "1.00", "")]);
    let lines = lines_of(&layout("pain_001"), text.as_bytes()).unwrap();
    let said: Vec<_> = lines.iter().map(|line| line.said.unwrap()).collect();
    assert_eq!(said, [Said::Settled, Said::Returned, Said::Waiting]);
    assert_eq!((lines[1].reason.as_deref(), lines[1].payment_id()), (Some("AC04"), Some(payment(2))));
    assert_eq!(lines[0].bank_reference, None, "a status is no booking");
}

#[test]
fn a_file_that_the_bank_refused_whole_speaks_of_the_run() {
    let text = pain_002(&[]).replace(
        "</OrgnlMsgNmId>",
        "</OrgnlMsgNmId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>",
    );
    let line = first(&layout("pain_001"), text.as_bytes());
    assert_eq!(
        (line.scope, line.said, line.reason.as_deref()),
        (Scope::File(1), Some(Said::Returned), Some("FF01"))
    );
    let taken = pain_002(&[]).replace("</OrgnlMsgNmId>", "</OrgnlMsgNmId><GrpSts>ACTC</GrpSts>");
    assert_eq!(lines_of(&layout("pain_001"), taken.as_bytes()).unwrap_err().code, "no_results");
}

/// Two files of two payments each, as they went to the bank.
fn two_files() -> [BankFile; 2] {
    let file = || BankFile { sha256: String::new(), line_count: 2, control_sum: Money::from_fen(279_000) };
    [file(), file()]
}

#[test]
fn a_report_on_one_of_several_files_speaks_of_that_one() {
    let told = |number: u32| {
        let message = |number| message_id(run(), number);
        pain_002(&[])
            .replace("</OrgnlMsgNmId>", "</OrgnlMsgNmId><GrpSts>RJCT</GrpSts>")
            .replace(&message(1), &message(number))
    };
    let read = |text: String| lines_for(&layout("pain_001"), text.as_bytes(), &two_files());
    assert_eq!(read(told(2)).unwrap()[0].scope, Scope::File(2));
    assert_eq!(read(told(3)).unwrap_err().code, "file_of_another_run", "there were two");
    let cut = told(1).replace(&message_id(run(), 1), &message_id(run(), 1)[..33]);
    assert_eq!(read(cut).unwrap_err().code, "file_of_another_run");
}

#[rstest]
#[case::whole("<OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>2790.00000</OrgnlCtrlSum>", None)]
#[case::count("<OrgnlNbOfTxs>7</OrgnlNbOfTxs>", Some("OrgnlNbOfTxs"))]
#[case::sum("<OrgnlCtrlSum>9.99</OrgnlCtrlSum>", Some("OrgnlCtrlSum"))]
#[case::by_status(
    "<NbOfTxsPerSts><DtldNbOfTxs>2</DtldNbOfTxs><DtldSts>ACSC</DtldSts><DtldCtrlSum>2790.00</DtldCtrlSum></NbOfTxsPerSts>",
    None
)]
#[case::sum_by_status(
    "<NbOfTxsPerSts><DtldNbOfTxs>2</DtldNbOfTxs><DtldSts>ACSC</DtldSts><DtldCtrlSum>1.00</DtldCtrlSum></NbOfTxsPerSts>",
    Some("DtldCtrlSum/ACSC")
)]
#[case::count_by_status(
    "<NbOfTxsPerSts><DtldNbOfTxs>3</DtldNbOfTxs><DtldSts>ACSC</DtldSts></NbOfTxsPerSts>",
    Some("NbOfTxsPerSts/ACSC")
)]
fn numbers_and_sums_of_a_report_are_those_of_the_file_and_of_its_lines(
    #[case] told: &str,
    #[case] field: Option<&str>,
) {
    let text = pain_002(&[(1, "ACSC", "1395.00", ""), (2, "ACSC", "1395.00", "")])
        .replace("</OrgnlMsgNmId>", &format!("</OrgnlMsgNmId>{told}"));
    let outcome = lines_for(&layout("pain_001"), text.as_bytes(), &two_files());
    let refused = outcome.err().map(|fault| (fault.code, fault.field));
    assert_eq!(refused, field.map(|field| ("sums_differ", field.to_owned())));
}

#[rstest]
#[case::two_of_the_sum("2790.00", "", true)]
#[case::less_than_they_pay("2789.99", "", false)]
#[case::fees_taken_off_without_a_word("2791.00", "", true)]
#[case::with_charges(
    "2791.00",
    "<Chrgs><TtlChrgsAndTaxAmt Ccy=\"CNY\">1.00</TtlChrgsAndTaxAmt></Chrgs>",
    true
)]
fn the_transactions_of_an_entry_add_up_to_it(#[case] sum: &str, #[case] more: &str, #[case] is_right: bool) {
    let transaction = |case| {
        let id = end_to_end_id(payment(case));
        format!("<TxDtls><Refs><EndToEndId>{id}</EndToEndId></Refs><Amt Ccy=\"CNY\">1395.00</Amt></TxDtls>")
    };
    let entry = format!(
        "<Ntry><Amt Ccy=\"CNY\">{sum}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>{more}<NtryDtls>{}{}</NtryDtls></Ntry>",
        transaction(1),
        transaction(2)
    );
    let read = lines_of(&layout("pain_001"), camt_053(OFFICE, &entry).as_bytes());
    match read {
        Ok(lines) => assert!(is_right && lines.len() == 2, "{lines:?}"),
        Err(fault) => {
            assert!(!is_right, "{fault}");
            assert_eq!((fault.code, fault.row, fault.field.as_str()), ("sums_differ", 1, "Ntry/Amt"));
        }
    }
}

#[test]
fn only_the_one_transaction_of_an_entry_has_its_amount() {
    let transaction = |case| {
        let id = end_to_end_id(payment(case));
        format!("<TxDtls><Refs><EndToEndId>{id}</EndToEndId></Refs></TxDtls>")
    };
    let entry = |transactions: &str| {
        format!(
            "<Ntry><Amt Ccy=\"CNY\">1395.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls>{transactions}</NtryDtls></Ntry>"
        )
    };
    let two = entry(&[transaction(1), transaction(2)].concat());
    let lines =
        lines_of(&layout("pain_001"), camt_053(OFFICE, &[two, entry(&transaction(3))].concat()).as_bytes());
    let told: Vec<_> =
        lines.unwrap().iter().map(|line| (line.row, line.amount.map(Money::fen), line.problem)).collect();
    let malformed = Some(Reason::AmountMalformed);
    assert_eq!(told, [(1, None, malformed), (2, None, malformed), (3, Some(139_500), None)]);
}

#[test]
fn a_statement_says_what_was_booked() {
    let fee = "<Ntry><Amt Ccy=\"CNY\">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts></Ntry>";
    let pending = entry("DBIT", "1395.00", 4, "B4", "").replace("BOOK", "PDNG");
    let entries = [
        entry("DBIT", "1395.00", 1, "B1", ""),
        entry("DBIT", "1395.00", 2, "B2", ""),
        entry("CRDT", "1395.00", 2, "B3", "AC01"),
        fee.to_owned(),
        pending,
    ];
    let lines = lines_of(&layout("pain_001"), camt_053(OFFICE, &entries.concat()).as_bytes()).unwrap();
    let told: Vec<_> =
        lines.iter().map(|line| (line.row, line.said.unwrap(), line.payment_id().unwrap())).collect();
    let expected =
        [(1, Said::Settled, payment(1)), (2, Said::Settled, payment(2)), (3, Said::Returned, payment(2))];
    assert_eq!(told, expected);
    assert_eq!(
        (lines[0].bank_reference.as_deref(), lines[0].amount),
        (Some("B1"), Some(Money::from_fen(139_500)))
    );
    assert_eq!(lines[0].booked_on, "2023-07-20".parse().ok());
}

#[test]
fn balances_and_counts_of_a_statement_must_add_up() {
    let balance = |kind: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        )
    };
    let statement = |closing: &str, count: &str| {
        let summary =
            format!("<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries></TtlNtries></TxsSummry>");
        let parts = [
            balance("OPBD", "2000.00"),
            balance("CLBD", closing),
            summary,
            entry("DBIT", "1395.00", 1, "B1", ""),
        ];
        camt_053(OFFICE, &parts.concat())
    };
    let read = |text: String| lines_of(&layout("pain_001"), text.as_bytes());
    assert_eq!(read(statement("605.00", "1")).unwrap().len(), 1);
    assert_eq!(read(statement("605.01", "1")).unwrap_err().code, "sums_differ");
    assert_eq!(read(statement("605.00", "2")).unwrap_err().code, "sums_differ");
}

#[rstest]
#[case::other_run(pain_002(&[(1, "ACSC", "1.00", "")]).replace("0b9f41b1", "1b9f41b1"), "file_of_another_run")]
#[case::other_office(camt_053("99011400000000000002", &entry("DBIT", "1.00", 1, "B", "")), "file_of_another_office")]
#[case::other_message("<Document><FIToFIPmtStsRpt/></Document>".to_owned(), "unknown_message")]
#[case::html("<html><body>503</body></html>".to_owned(), "unknown_message")]
#[case::encoding(pain_002(&[]).replace("UTF-8", "GBK"), "wrong_encoding")]
#[case::empty_root("<?xml version=\"1.0\"?>".to_owned(), "file_truncated")]
#[case::not_xml("payment,result".to_owned(), "file_truncated")]
#[case::mismatched("<Document><CstmrPmtStsRpt></Document>".to_owned(), "xml_malformed")]
#[case::two_roots(format!("{}<Document/>", pain_002(&[(1, "ACSC", "1.00", "")])), "xml_malformed")]
#[case::deep(format!("<Document><CstmrPmtStsRpt>{}", "<a>".repeat(50)), "xml_malformed")]
#[case::long_token(format!("<Document><{}", "a".repeat(100_000)), "xml_malformed")]
#[case::bomb(
    "<!DOCTYPE Document [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><Document>&b;</Document>".to_owned(),
    "xml_entities"
)]
#[case::external(
    "<!DOCTYPE Document SYSTEM \"file:///etc/passwd\"><Document/>".to_owned(),
    "xml_entities"
)]
#[case::entity(pain_002(&[]).replace("R1", "&xxe;"), "xml_entities")]
fn a_file_that_is_damaged_or_not_ours_is_refused_with_the_place(#[case] text: String, #[case] code: &str) {
    let fault = lines_of(&layout("pain_001"), text.as_bytes()).unwrap_err();
    assert_eq!(fault.code, code, "{fault}");
    assert!(!fault.zh.is_empty());
}

#[test]
fn a_message_in_another_encoding_than_its_own_is_refused_as_such() {
    let text =
        pain_002(&[(1, "ACSC", "1395.00", "")]).replace("<TxSts>", "<AddtlInf>已付款</AddtlInf><TxSts>");
    assert!(text.contains("已付款") && lines_of(&layout("pain_001"), text.as_bytes()).is_ok());
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    let wide = |swap: bool| -> Vec<u8> {
        let bytes = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    };
    let marked = [&b"\xff\xfe"[..], &wide(false)].concat();
    for bytes in [gbk, wide(false), wide(true), marked] {
        let fault = lines_of(&layout("pain_001"), &bytes).unwrap_err();
        assert_eq!(fault.code, "wrong_encoding", "{fault}");
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let text = pain_002(&[(1, "ACSC", "1395.00", ""), (2, "RJCT", "1395.00", "AC01")]);
    for end in (1..text.len() - 1).filter(|end| text.is_char_boundary(*end)) {
        let outcome = lines_of(&layout("pain_001"), &text.as_bytes()[..end]);
        assert!(outcome.is_err(), "cut at {end}: {outcome:?}");
    }
}

#[rstest]
#[case("-1395.00")]
#[case("1395.005")]
#[case("1e3")]
#[case("")]
#[case("0.00")]
fn a_bad_amount_in_xml_is_a_problem_of_its_line(#[case] amount: &str) {
    let text = pain_002(&[(1, "ACSC", amount, ""), (2, "ACSC", "1395.00", "")]);
    let lines = lines_of(&layout("pain_001"), text.as_bytes()).unwrap();
    assert_eq!((lines[0].problem, lines[1].problem), (Some(Reason::AmountMalformed), None));
    let entries = [entry("DBIT", "1395.00", 2, "B", "")].concat();
    let euros = camt_053(OFFICE, &entries).replace("<Refs>", "<Amt Ccy=\"EUR\">1395.00</Amt><Refs>");
    assert_eq!(first(&layout("pain_001"), euros.as_bytes()).problem, Some(Reason::AmountMalformed));
}

#[test]
fn what_may_be_an_account_or_a_name_is_never_kept_as_a_reference() {
    let text = "6222021234567890128,settled,1\n张示例,settled,6222021234567890128\n\
                1,returned,6222021234567890128\nP,1,6222021234567890128,1.00\n";
    let lines = lines_of(&layout(PLAIN), &[HEAD, text.as_bytes()].concat()).unwrap();
    assert!(lines[..2].iter().all(|line| line.end_to_end_id.is_none()), "{lines:?}");
    assert!(
        lines[2..].iter().all(|line| line.reason.is_none() && line.bank_reference.is_none()),
        "{lines:?}"
    );
}
