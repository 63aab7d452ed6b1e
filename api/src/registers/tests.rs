//! Rows against each other, and the forms of the registers themselves.

use std::collections::HashSet;

use chrono::NaiveDate;
use rstest::rstest;

use super::*;

/// Three persons of one household; the ID numbers are of nobody.
const PERSONS: [[&str; 8]; 3] = [
    [
        "HLG-1",
        "户主",
        "王国华",
        "990114195003070019",
        "本市户籍",
        "云杉里社区",
        "云杉里1号楼1单元101室",
        "2022-11-01",
    ],
    ["HLG-1", "配偶", "李秀英", "990114195204110020", "本市户籍", "", "", ""],
    ["HLG-1", "子女", "王磊", "990114197805020013", "本市户籍", "", "", ""],
];

fn id(birth_date: &str, serial: &str) -> String {
    synthetic::citizen_id(&format!("990114{birth_date}{serial}")).unwrap().as_str().to_owned()
}

fn persons_rows() -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = PERSONS.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
    for (row, (born, serial)) in
        rows.iter_mut().zip([("19500307", "001"), ("19520411", "002"), ("19780502", "001")])
    {
        row[3] = id(born, serial);
    }
    rows
}

fn raw(rows: &[Vec<String>]) -> Vec<RawRow> {
    rows.iter().zip(3..).map(|(row, number)| RawRow::from_texts(number, row.clone())).collect()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 12, 31).unwrap()
}

/// Row, column code and kind of each problem.
fn problems<R: Checked>(
    rows: &[Vec<String>],
    context: &DryRunContext,
) -> Vec<(u32, &'static str, ProblemCode)> {
    let report = dry_run::<R>(raw(rows), context).report();
    assert_eq!(report.good + report.bad, rows.len());
    report.problems.iter().map(|problem| (problem.row, problem.field, problem.code)).collect()
}

fn person_problems(change: impl FnOnce(&mut Vec<Vec<String>>)) -> Vec<(u32, &'static str, ProblemCode)> {
    let mut rows = persons_rows();
    change(&mut rows);
    problems::<persons::Row>(&rows, &DryRunContext::new(today()))
}

#[test]
fn a_good_household_has_no_problem() {
    assert_eq!(person_problems(|_| {}), []);
}

#[test]
fn the_old_and_the_new_form_of_a_number_are_one_person() {
    let twin = |rows: &mut Vec<Vec<String>>| {
        let eighteen = rows[1][3].clone();
        rows[2][3] = format!("{}{}", &eighteen[..6], &eighteen[8..17]);
    };
    assert_eq!(person_problems(twin), [(5, "id_number", ProblemCode::DuplicatePerson)]);
    let small_x = |rows: &mut Vec<Vec<String>>| {
        // born on a day whose check character is X
        let with_x =
            (1..28).map(|day| id(&format!("196001{day:02}"), "003")).find(|id| id.ends_with('X')).unwrap();
        rows[1][3].clone_from(&with_x);
        rows[2][3] = with_x.to_lowercase();
    };
    assert_eq!(person_problems(small_x), [(5, "id_number", ProblemCode::DuplicatePerson)]);
}

#[test]
fn a_household_has_exactly_one_head() {
    let none = person_problems(|rows| rows.remove(0).clear());
    assert_eq!(
        none,
        [(3, "household_number", ProblemCode::NoHead), (4, "household_number", ProblemCode::NoHead)]
    );
    let two = person_problems(|rows| {
        rows[2] = rows[0].clone();
        rows[2][3] = id("19780502", "001");
    });
    let found: Vec<u32> =
        two.iter().filter(|(.., code)| *code == ProblemCode::TwoHeads).map(|(row, ..)| *row).collect();
    assert_eq!(found, [3, 4, 5]);
}

#[test]
fn what_belongs_to_the_household_stands_in_its_head_s_row_alone() {
    let member = person_problems(|rows| rows[1][5] = "云杉里社区".to_owned());
    assert_eq!(member, [(4, "community", ProblemCode::Unexpected)]);
    let head = person_problems(|rows| rows[0][6].clear());
    assert!(head.contains(&(3, "address", ProblemCode::Required)), "{head:?}");
}

#[rstest]
#[case::required(1, "hukou", "", ProblemCode::Required)]
#[case::not_a_word(1, "hukou", "火星户籍", ProblemCode::UnknownChoice)]
#[case::in_future(0, "registered_on", "2024-01-01", ProblemCode::DateInFuture)]
#[case::before_birth(0, "registered_on", "1949-10-01", ProblemCode::BeforeBirth)]
#[case::too_early(0, "registered_on", "1899-12-31", ProblemCode::DateOutOfRange)]
#[case::short_account(1, "account", "1234567", ProblemCode::AccountInvalid)]
#[case::letters_in_account(1, "account", "6222-0000-0000", ProblemCode::AccountInvalid)]
#[case::holder_without_account(1, "account_holder", "990114195003070019", ProblemCode::Unexpected)]
#[case::income(0, "income", "一般收入:两千", ProblemCode::ListInvalid)]
#[case::cash(0, "cash_assets", "-1", ProblemCode::AmountNegative)]
#[case::homes(0, "homes", "1.5", ProblemCode::CountInvalid)]
#[case::area(0, "total_area", "58.555", ProblemCode::CountInvalid)]
#[case::grade(1, "disabilities", "肢体5", ProblemCode::ListInvalid)]
#[case::flag(1, "employed", "也许", ProblemCode::FlagInvalid)]
#[case::until_without_hardship(1, "hardship_until", "2023-05-01", ProblemCode::Unexpected)]
#[case::no_such_check_character(1, "id_number", "990114195204110022", ProblemCode::IdNumberInvalid)]
fn a_cell_is_refused_with_its_reason(
    #[case] row: usize,
    #[case] field: &'static str,
    #[case] value: &str,
    #[case] expected: ProblemCode,
) {
    let index = persons::TEMPLATE.index(field).unwrap();
    let found = person_problems(|rows| {
        rows[row].resize(persons::TEMPLATE.columns.len(), String::new());
        rows[row][index] = value.to_owned();
    });
    assert!(found.contains(&(3 + row as u32, field, expected)), "{found:?}");
}

fn known() -> DryRunContext {
    let run = dry_run::<persons::Row>(raw(&persons_rows()), &DryRunContext::new(today()));
    let mut context = DryRunContext::new(today());
    context.know_all(run.good.iter().map(|good| &good.row));
    context
}

#[test]
fn an_application_needs_a_known_person_of_the_household() {
    let application = |id: String, household: &str, applied_on: &str| {
        let cells = [&id, household, "高龄老年人津贴", "", applied_on];
        cells.map(str::to_owned).to_vec()
    };
    let rows = [
        application(id("19500307", "001"), "HLG-1", "2023-05-08"),
        application(id("19500307", "001"), "HLG-1", "2023/5/8"),
        application(id("19500307", "001"), "HLG-2", "2023-06-08"),
        application(id("19330307", "001"), "HLG-1", "2023-06-08"),
        application(id("19520411", "002"), "HLG-1", "2024-06-08"),
    ];
    let expected = [
        (4, "", ProblemCode::DuplicateRow),
        (5, "household_number", ProblemCode::OtherHousehold),
        (6, "applicant", ProblemCode::UnknownPerson),
        (7, "applied_on", ProblemCode::DateInFuture),
    ];
    assert_eq!(problems::<applications::Row>(&rows, &known()), expected);
}

#[test]
fn the_steps_of_an_application_are_in_order() {
    let index = |code: &str| applications::TEMPLATE.index(code).unwrap();
    let mut row = vec![String::new(); applications::TEMPLATE.columns.len()];
    for (code, value) in [
        ("applicant", id("19500307", "001").as_str()),
        ("household_number", "HLG-1"),
        ("program", "subsistence_allowance"),
        ("applied_on", "2023-01-04"),
        ("visited_on", "2023-01-03"),
        ("decided_on", "2023-01-20"),
        ("assistance_tier", "2"),
    ] {
        row[index(code)] = value.to_owned();
    }
    let expected = [
        (3, "outcome", ProblemCode::Required),
        (3, "visited_on", ProblemCode::DatesOutOfOrder),
        (3, "assistance_tier", ProblemCode::Unexpected),
    ];
    assert_eq!(problems::<applications::Row>(&[row], &known()), expected);
}

#[test]
fn a_change_carries_only_what_its_kind_needs() {
    let change = |id: String, kind: &str, days: [&str; 2], rest: &[&str]| {
        let cells = [id.as_str(), kind, days[0], days[1]];
        cells.iter().chain(rest).map(|cell| (*cell).to_owned()).collect::<Vec<_>>()
    };
    let head = || id("19500307", "001");
    let rows = [
        change(head(), "死亡", ["2023-05-20", "2023-05-10"], &[]),
        change(head(), "死亡", ["2023-05-20", "2023-05-25"], &["99011412345678"]),
        change(head(), "账户变更", ["2023-05-20", "2023-05-25"], &[]),
        change(head(), "失联停发", ["2023-06-01", "2023-05-20"], &[]),
        change(
            id("20230601", "001"),
            "成员加入",
            ["2023-06-01", "2023-06-09"],
            &["", "", "", "HLG-9", "子女", "王悦", "本市户籍"],
        ),
        change(id("20230602", "001"), "死亡", ["2023-06-01", "2023-06-09"], &[]),
    ];
    let expected = [
        (3, "reported_on", ProblemCode::DatesOutOfOrder),
        (4, "account", ProblemCode::Unexpected),
        (5, "account", ProblemCode::Required),
        (6, "reported_on", ProblemCode::DatesOutOfOrder),
        (7, "household_number", ProblemCode::UnknownHousehold),
        (8, "id_number", ProblemCode::UnknownPerson),
        (8, "effective_on", ProblemCode::BeforeBirth),
    ];
    assert_eq!(problems::<changes::Row>(&rows, &known()), expected);
}

#[test]
fn every_template_is_whole() {
    for kind in RegisterKind::ALL {
        let template = kind.template();
        assert_eq!(RegisterKind::from_code(kind.code()), Some(kind));
        let codes: HashSet<_> = template.columns.iter().map(|column| column.code).collect();
        let heads: HashSet<_> = template.columns.iter().map(|column| column.head).collect();
        assert_eq!((codes.len(), heads.len()), (template.columns.len(), template.columns.len()), "{kind:?}");
        for column in template.columns.iter().filter(|column| column.need == Need::Always) {
            assert!(!column.example.is_empty(), "{kind:?} {} has no example", column.code);
            if column.format == Format::IdNumber {
                assert!(
                    domain::identifiers::CitizenId::parse(column.example).is_ok(),
                    "{kind:?} {}",
                    column.code
                );
            }
        }
    }
}

#[test]
fn the_words_of_programs_are_their_names() {
    use domain::program::Program;
    for program in Program::ALL.iter().copied() {
        assert_eq!((program.word(), Program::from_word(program.code())), (program.zh(), Some(program)));
    }
}

#[test]
fn problem_codes_are_stable_words() {
    assert_eq!(ProblemCode::NumericCell.code(), "numeric_cell");
    for code in ProblemCode::ALL.iter().copied() {
        assert_eq!(serde_json::to_value(code).unwrap(), code.code());
    }
}
