//! Layouts: those of this program can be used; what is wrong with another is said with the place.

use rstest::rstest;

use super::*;
use crate::bank::catalogue::PLAIN;
use crate::lang::Lang;

const GOOD: &str = r#"code = "mine"
zh = "本行"
en = "Mine"
form = "delimited"
[send]
delimiter = "|"
line = [{ value = "account" }, { value = "amount" }]
[receive]
delimiter = "|"
columns = [{ value = "account" }, { value = "amount" }, { value = "result" }]
settled = ["0"]
returned = ["1"]
"#;

#[test]
fn the_layouts_of_this_program_can_be_used() {
    let catalogue = Catalogue::own().unwrap();
    let codes: Vec<&str> = catalogue.iter().map(|layout| layout.code.as_str()).collect();
    assert_eq!(codes, [PLAIN, "text_gbk", "fixed_gb18030", "sheet_xlsx", "pain_001"]);
    for layout in catalogue.iter() {
        let bytes = written(layout, &["张示例", "欧阳示范"]).unwrap();
        assert!(!bytes.is_empty(), "{}", layout.code);
    }
    assert_eq!(catalogue.layout("none").unwrap_err().code, "layout_unknown");
}

#[rstest]
#[case::not_toml("code = \"mine\"", "code = mine", 1, "")]
#[case::unknown_key("form =", "colour = 1\nform =", 4, "")]
#[case::unknown_value("\"amount\" }]\n[rec", "\"amuont\" }]\n[rec", 7, "")]
#[case::code("\"mine\"", "\"My Bank\"", 0, "code")]
#[case::no_delimiter("[send]\ndelimiter = \"|\"", "[send]", 0, "send.delimiter")]
#[case::letter_as_delimiter(
    "[receive]\ndelimiter = \"|\"",
    "[receive]\ndelimiter = \"x\"",
    0,
    "receive.delimiter"
)]
#[case::no_account(
    "{ value = \"account\" }, { value = \"amount\" }]\n[rec",
    "{ value = \"amount\" }]\n[rec",
    0,
    "send.line"
)]
#[case::width("line = [{ value = \"account\"", "line = [{ value = \"account\", width = 3", 0, "send.line[1]")]
#[case::both(
    "line = [{ value = \"account\"",
    "line = [{ value = \"account\", text = \"x\"",
    0,
    "send.line[1]"
)]
#[case::count_in_a_line("line = [", "line = [{ value = \"count\" }, ", 0, "send.line[1]")]
#[case::name_in_a_head("line = [", "header = [{ value = \"name\" }]\nline = [", 0, "send.header[1]")]
#[case::no_result(", { value = \"result\" }", "", 0, "receive.columns")]
#[case::nothing_to_match_by(
    "columns = [{ value = \"account\" }",
    "columns = [{ value = \"ignored\" }",
    0,
    "receive.columns"
)]
#[case::twice("returned = [\"1\"]", "returned = [\"0\"]", 0, "receive.settled")]
#[case::no_lines("form =", "lines_max = 0\nform =", 0, "lines_max")]
#[case::iso_with_sections("\"delimited\"", "\"iso20022\"", 0, "form")]
fn what_is_wrong_with_a_layout_is_said_with_the_place(
    #[case] good: &str,
    #[case] bad: &str,
    #[case] row: u64,
    #[case] field: &str,
) {
    Layout::parse(GOOD).unwrap();
    assert!(GOOD.contains(good), "{good}");
    let fault = Layout::parse(&GOOD.replacen(good, bad, 1)).unwrap_err();
    assert_eq!((fault.row, fault.field.as_str()), (row, field), "{fault}");
    assert!(!fault.text(Lang::Zh).is_empty());
}

const SHEET: &str = r#"code = "mine"
zh = "本行"
en = "Mine"
form = "spreadsheet"
lines_max = 5000
[send]
sheet = "代发"
line = [{ value = "account", title = "账号" }, { value = "amount" }]
[receive]
header_lines = 1
columns = [{ value = "account", title = "账号" }, { value = "amount" }, { value = "result" }]
settled = ["0"]
returned = ["1"]
"#;

#[rstest]
#[case::no_lines_max("lines_max = 5000\n", "", "lines_max")]
#[case::too_many("5000", "50001", "lines_max")]
#[case::encoding("[receive]", "[receive]\nencoding = \"GBK\"", "receive.encoding")]
#[case::name_of_a_sheet("\"代发\"", "\"代发/退汇\"", "send.sheet")]
#[case::long_name_of_a_sheet(
    "\"代发\"",
    "\"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二\"",
    "send.sheet"
)]
#[case::titles_without_a_row("header_lines = 1", "header_lines = 0", "receive.header_lines")]
#[case::delimiter("[send]", "[send]\ndelimiter = \",\"", "send.delimiter")]
#[case::width("{ value = \"amount\" }]\n[rec", "{ value = \"amount\", width = 4 }]\n[rec", "send.line[2]")]
#[case::text_form("\"spreadsheet\"", "\"fixed\"", "send.line[1]")]
fn what_is_wrong_with_a_layout_of_workbooks_is_said(
    #[case] good: &str,
    #[case] bad: &str,
    #[case] field: &str,
) {
    Layout::parse(SHEET).unwrap();
    assert!(SHEET.contains(good), "{good}");
    let fault = Layout::parse(&SHEET.replacen(good, bad, 1)).unwrap_err();
    assert_eq!(fault.field, field, "{fault}");
}

#[test]
fn only_workbooks_have_sheets_and_titles() {
    for (good, bad) in [
        ("line = [{ value = \"account\"", "line = [{ title = \"账号\", value = \"account\""),
        ("[receive]", "[receive]\nsheet = \"结果\""),
    ] {
        assert_eq!(Layout::parse(&GOOD.replacen(good, bad, 1)).unwrap_err().field, "sheet", "{bad}");
    }
}

#[test]
fn the_offices_own_layouts_replace_those_of_this_program() {
    let folder = tempfile::tempdir().unwrap();
    let own = GOOD.replace("\"mine\"", "\"text_gbk\"");
    std::fs::write(folder.path().join("a.toml"), &own).unwrap();
    let catalogue = Catalogue::with_folder(folder.path()).unwrap();
    assert_eq!(catalogue.layout("text_gbk").unwrap().en, "Mine");
    assert_eq!(catalogue.iter().count(), 5);
    std::fs::write(folder.path().join("b.toml"), &own).unwrap();
    assert_eq!(Catalogue::with_folder(folder.path()).unwrap_err().code, "layout_twice");
    std::fs::write(folder.path().join("b.toml"), "code = 1").unwrap();
    let fault = Catalogue::with_folder(folder.path()).unwrap_err();
    assert!(fault.en.contains("b.toml") && fault.row == 1, "{fault}");
}
