use rstest::rstest;

use super::*;

fn value(parameter: Parameter, month: &str, known_at: Option<&str>) -> Option<i64> {
    let known_at = known_at.map(|day| day.parse().unwrap());
    RuleBook::published().row(parameter, month.parse().unwrap(), known_at).map(|row| row.value)
}

#[test]
fn the_published_files_are_a_rule_book() {
    let book = RuleBook::from_toml(PUBLISHED).unwrap();
    assert!(book.version().starts_with("2023-10-24-"), "{}", book.version());
    assert_eq!(book.version(), RuleBook::published().version());
}

#[rstest]
#[case("2014-12", None, None)]
#[case("2015-01", None, Some(71_000))]
#[case("2023-06", None, Some(132_000))]
#[case("2023-07", None, Some(139_500))]
#[case("2023-07", Some("2023-10-18"), Some(132_000))]
#[case("2023-07", Some("2023-10-19"), Some(139_500))]
#[case("2024-07", Some("2023-10-18"), Some(145_000))]
#[case("2099-12", None, Some(145_000))]
fn a_standard_is_asked_by_month_and_knowledge(
    #[case] month: &str,
    #[case] known_at: Option<&str>,
    #[case] fen: Option<i64>,
) {
    assert_eq!(value(Parameter::SubsistenceStandard, month, known_at), fen);
}

#[test]
fn a_value_is_written_plainly_and_shown_with_its_thousands() {
    assert_eq!([Unit::Yuan.show(139_500), Unit::Yuan.show_grouped(139_500)], ["1395.00", "1,395.00"]);
    assert_eq!([Unit::Percent.show_grouped(80), Unit::Months.show_grouped(12)], ["80%", "12"]);
}

const WHAT_IF: &str = r#"
[[parameter]]
key = "child_support"
zh = "困境儿童生活费标准"
en = "Child support"
unit = "yuan"
[[parameter.row]]
from = "2023-07"
value = "2700.00"
announced = "2023-11-01"
source = "试算"
status = "illustrative"
"#;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn draft(text: &str, announcement: Announcement) -> Result<RateDraft, RuleBookError> {
    RuleBook::published().draft("draft.toml", text, announcement)
}

#[test]
fn a_draft_adds_a_row_and_changes_the_version() {
    let draft = draft(WHAT_IF, Announcement::InTheText).unwrap();
    let month = "2023-07".parse().unwrap();
    let known = |day: &str| draft.book.row(Parameter::ChildSupport, month, Some(day.parse().unwrap()));
    assert_eq!(draft.book.row(Parameter::ChildSupport, month, None).unwrap().value, 270_000);
    assert_eq!(known("2023-11-01").unwrap().value, 270_000);
    assert_ne!(known("2023-10-31").unwrap().value, 270_000);
    assert_eq!(draft.book.row(Parameter::SubsistenceStandard, month, None).unwrap().value, 139_500);
    assert!(draft.book.version().starts_with("2023-11-01-"), "{}", draft.book.version());
    assert_eq!((draft.first_month(), draft.announced_on()), (Some(month), Some(day("2023-11-01"))));
    let [change] = &draft.changes[..] else { panic!("one row changes") };
    assert_eq!(
        change.before,
        RuleBook::published().row(Parameter::ChildSupport, month, None).map(|r| r.value)
    );
}

#[test]
fn a_whole_file_with_one_new_row_changes_that_row_alone() {
    let whole = PUBLISHED.iter().find(|(name, _)| *name == "subsistence_standard.toml").unwrap().1;
    let row = "[[parameter.row]]\nfrom = \"2026-07\"\nvalue = \"1520.00\"\nsource = \"试算\"\nstatus = \"illustrative\"\n";
    let draft = draft(&format!("{whole}\n{row}"), Announcement::Or(day("2026-11-28"))).unwrap();
    assert_eq!(draft.changes.len(), 1);
    assert_eq!(draft.changes[0].row.announced, Some(day("2026-11-28")));
    assert_eq!(draft.changes[0].before, Some(145_000));
    let same = RuleBook::published().draft("same.toml", whole, Announcement::Or(day("2026-11-28")));
    assert_eq!(same.unwrap_err(), RuleBookError::ChangesNothing { file: "same.toml".to_owned() });
}

#[test]
fn a_draft_may_leave_out_what_the_book_knows() {
    let short = WHAT_IF.replace("zh = \"困境儿童生活费标准\"\nen = \"Child support\"\nunit = \"yuan\"\n", "");
    assert_eq!(draft(&short, Announcement::InTheText).unwrap().changes.len(), 1);
    let error = RuleBook::from_toml(&[("draft.toml", &short)]).unwrap_err();
    assert_eq!(error.to_string(), "draft.toml, line 3: child_support: parameter: has no zh, en or unit");
}

#[rstest]
#[case("\"child_support\"", "\"child\"", "line 3: child: is no parameter")]
#[case("\"2700.00\"", "\"2700\"", "line 9: child_support: 2023-07: has a value that does not fit the unit")]
#[case(
    "\"2700.00\"",
    "\"270000000.00\"",
    "line 9: child_support: 2023-07: has a value out of range (0 to 100000000.00 yuan, 0 to 1000%, 0 to 1200 months)"
)]
#[case("\"2023-07\"", "\"2023-7\"", "line 8: child_support: 2023-7: is not a month such as 2023-07")]
#[case("\"2023-11-01\"", "\"yesterday\"", "line 10: child_support: yesterday: is not a date")]
#[case(
    "\"illustrative\"",
    "\"sure\"",
    "line 8: child_support: 2023-07: has no status: sourced or illustrative"
)]
#[case("\"试算\"", "\"\"", "line 8: child_support: 2023-07: has no source")]
#[case("\"yuan\"", "\"euro\"", "line 6: child_support: euro: is no unit: yuan, percent or months")]
#[case("\"yuan\"", "\"percent\"", "line 3: child_support: unit: is another unit than the parameter has")]
#[case(
    "announced = \"2023-11-01\"",
    "",
    "line 8: child_support: 2023-07: has no day of announcement (announced)"
)]
fn a_fault_is_located(#[case] good: &str, #[case] bad: &str, #[case] message: &str) {
    let error = draft(&WHAT_IF.replace(good, bad), Announcement::InTheText).unwrap_err();
    assert_eq!(error.to_string(), format!("draft.toml, {message}"));
}

#[rstest]
#[case("2023-07", "2023-11-01", "not_ascending")]
#[case("2023-06", "2023-11-01", "not_ascending")]
#[case("2023-08", "2023-11-02", "announcement_differs")]
fn a_second_row_follows_the_first(#[case] from: &str, #[case] announced: &str, #[case] code: &str) {
    use crate::explain::Explain;
    let row = WHAT_IF.split_once("[[parameter.row]]").unwrap().1;
    let row = row.replace("2023-07", from).replace("2023-11-01", announced);
    let error = draft(&format!("{WHAT_IF}[[parameter.row]]{row}"), Announcement::InTheText).unwrap_err();
    assert_eq!((error.code(), error.line()), (code, Some(14)));
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let error = draft("[[parameter]]\nkey = \"a\"\nvalue = 1", Announcement::InTheText).unwrap_err();
    assert_eq!(error.line(), Some(3), "{error}");
    let program = draft(
        "[[program]]\ncode = \"x\"\nfrom = \"2023-01\"\nbasis = \"\"\nconditions_zh = \"\"\nconditions_en = \"\"\namount_zh = \"\"",
        Announcement::InTheText,
    );
    assert_eq!(program.unwrap_err().line(), Some(2));
}

fn published(position: u64, month: &str, value: &str, announced: &str) -> PublishedRates {
    let text = WHAT_IF.replace("2023-07", month).replace("2700.00", value).replace("2023-11-01", announced);
    PublishedRates { position, recorded_on: day(announced), document: format!("文{position}"), text }
}

/// Three documents: a raise, a correction of it for the same month, and a raise of a later month.
fn three() -> [PublishedRates; 3] {
    [
        published(10, "2023-07", "2700.00", "2023-11-01"),
        published(20, "2023-07", "2690.00", "2023-11-08"),
        published(30, "2024-01", "2750.00", "2023-12-01"),
    ]
}

fn child_support(books: &RuleBook, month: &str, known_at: Option<&str>) -> i64 {
    let known_at = known_at.map(day);
    books.row(Parameter::ChildSupport, month.parse().unwrap(), known_at).unwrap().value
}

#[test]
fn each_publication_makes_an_edition_and_earlier_ones_stay() {
    let books = RuleBooks::of(three()).unwrap();
    assert_eq!(books.before(10).version(), RuleBook::published().version());
    assert_eq!(child_support(books.before(11), "2024-02", None), 270_000);
    assert_eq!(child_support(books.before(21), "2024-02", None), 269_000);
    assert_eq!(child_support(books.newest(), "2024-02", None), 275_000);
    assert_eq!(child_support(books.newest(), "2023-09", None), 269_000);
    assert_eq!(child_support(books.newest(), "2024-02", Some("2023-11-07")), 270_000);
    assert_eq!(books.known_on(day("2023-11-07")).newest().version(), books.before(11).version());
    assert_eq!(books.publications_of(books.before(21).version()).unwrap().len(), 2);
    assert!(books.named("2023-10-24-000000000000").is_none());
}

#[test]
fn a_decision_is_asked_of_the_edition_it_names_if_that_one_had_just_stood() {
    let books = RuleBooks::of(three()).unwrap();
    let first = books.before(10).version().to_owned();
    // the publication at 10 came between asking the rules and recording the answer at 12
    assert_eq!(books.as_decided(&first, 12).version(), first);
    // by 25 two publications had come: the decision cannot have missed both
    assert_eq!(books.as_decided(&first, 25).version(), books.before(25).version());
    assert_eq!(books.as_decided("2020-01-01-unknown", 25).version(), books.before(25).version());
}

#[test]
fn what_the_office_published_stands_in_place_of_what_the_program_brought() {
    let text = "[[parameter]]\nkey = \"subsistence_standard\"\n[[parameter.row]]\nfrom = \"2023-07\"\nvalue = \"1400.00\"\nannounced = \"2023-10-19\"\nsource = \"x\"\nstatus = \"sourced\"\n";
    let own = PublishedRates {
        position: 3,
        recorded_on: day("2023-10-20"),
        document: String::new(),
        text: text.to_owned(),
    };
    let books = RuleBooks::of([own]).unwrap();
    let month = "2023-08".parse().unwrap();
    assert_eq!(books.newest().row(Parameter::SubsistenceStandard, month, None).unwrap().value, 140_000);
}

proptest::proptest! {
    /// In whichever order publications are read, at once or one by one, the books are the same.
    #[test]
    fn the_order_of_reading_does_not_matter(
        order in proptest::sample::subsequence(vec![0_usize, 1, 2, 3, 4, 5], 0..=6),
        shuffled in proptest::strategy::Strategy::prop_shuffle(proptest::strategy::Just(vec![0_usize, 1, 2, 3, 4, 5])),
        split in 0_usize..=6,
    ) {
        let of = |at: usize| {
            let (month, day) = (1 + at % 3, 1 + at);
            published(at as u64 * 7, &format!("2024-0{month}"), &format!("27{at}0.00"), &format!("2023-11-0{day}"))
        };
        let chosen: Vec<usize> = shuffled.into_iter().filter(|at| order.contains(at)).collect();
        let split = split.min(chosen.len());
        let sorted = RuleBooks::of(order.iter().map(|at| of(*at))).unwrap();
        let first = RuleBooks::of(chosen[..split].iter().map(|at| of(*at))).unwrap();
        let books = first.with(chosen[split..].iter().map(|at| of(*at)).collect()).unwrap();
        proptest::prop_assert_eq!(books.newest().version(), sorted.newest().version());
        for position in 0..50 {
            proptest::prop_assert_eq!(books.before(position).version(), sorted.before(position).version());
        }
        for month in ["2024-01", "2024-02", "2024-03", "2024-04"] {
            for known in 1..9 {
                let known = format!("2023-11-0{known}");
                proptest::prop_assert_eq!(
                    child_support(books.newest(), month, Some(&known)),
                    child_support(sorted.newest(), month, Some(&known))
                );
            }
        }
    }
}
