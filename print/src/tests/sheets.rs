//! What papers say, and what they refuse to say.

use domain::money::Money;

use super::{day, paper, roster, row};
use crate::{
    Fact, MonthReport, Notice, NoticeRow, PrintError, ProgramSum, RunSum, RunVoucher, Section, Sheet, Value,
    VoucherEntry, YearReport,
};

pub(super) fn fen(fen: i32) -> Money {
    Money::from_fen(fen)
}

pub(super) fn fact<'s>(sheet: &'s Sheet, label: &str) -> &'s Value {
    let facts = sheet.sections.iter().filter_map(|section| match section {
        Section::Facts(facts) | Section::Form(facts) => Some(facts),
        _ => None,
    });
    &facts.flatten().find(|fact: &&Fact| fact.label == label).unwrap().value
}

#[test]
fn a_roster_whose_lines_are_not_what_the_run_says_is_not_printed() {
    let rows = || vec![row("王秀英", 100), row("赵铁柱", 200)];
    assert!(roster(rows()).sheet().is_ok());
    let mut wrong_sum = roster(rows());
    wrong_sum.sum = fen(301);
    let mut wrong_count = roster(rows());
    wrong_count.count = 3;
    for wrong in [wrong_sum, wrong_count] {
        assert_eq!(wrong.sheet(), Err(PrintError::SumsDiffer));
    }
}

#[test]
fn a_voucher_whose_entries_are_not_what_the_run_says_is_not_printed() {
    let voucher = |count, sum| RunVoucher {
        office: String::new(),
        run: "R".into(),
        month: "2023-07".into(),
        fund: "区级财政".into(),
        stage: "已发放".into(),
        execution_on: "2023-07-28".into(),
        file_sha256: "00".repeat(32),
        entries: [("已到账", 2, 300), ("已退汇", 1, 100)]
            .map(|(status, count, sum)| VoucherEntry {
                program: "高龄老年人津贴".into(),
                kind: "当期".into(),
                status: status.into(),
                count,
                sum: fen(sum),
            })
            .to_vec(),
        count,
        sum,
        prepared_by: None,
        approved_by: None,
        released_by: None,
    };
    let sheet = voucher(3, fen(400)).sheet().unwrap();
    assert_eq!(fact(&sheet, "合计大写"), &Value::from("人民币肆元整"));
    assert_eq!(voucher(3, fen(401)).sheet(), Err(PrintError::SumsDiffer));
    assert_eq!(voucher(4, fen(400)).sheet(), Err(PrintError::SumsDiffer));
}

#[test]
fn a_month_report_holds_ordered_to_be_settled_returned_and_pending() {
    let report = |pending| MonthReport {
        office: String::new(),
        month: "2023-07".into(),
        programs: vec![],
        runs: vec![RunSum {
            run: "R".into(),
            stage: "已发放".into(),
            count: 3,
            ordered: fen(600),
            settled: fen(300),
            returned: fen(100),
            pending,
        }],
    };
    assert!(report(fen(200)).sheet().is_ok());
    assert_eq!(report(fen(199)).sheet(), Err(PrintError::SumsDiffer));
}

#[test]
fn a_year_report_holds_programs_and_months_to_the_same_sum() {
    let program = ProgramSum {
        program: "高龄老年人津贴".into(),
        households: 1,
        persons: 1,
        payments: 2,
        settled: fen(300),
        arrears: fen(0),
        returned: fen(0),
        recovery_opened: fen(0),
        recovery_received: fen(0),
    };
    let report = |month, settled| YearReport {
        office: String::new(),
        year: 2023,
        groups: vec![],
        donated: fen(0),
        programs: vec![program.clone()],
        months: vec![("2023-07".into(), 2, month)],
        campaigns: vec![],
        settled,
    };
    assert!(report(fen(300), fen(300)).sheet().is_ok());
    assert_eq!(report(fen(299), fen(300)).sheet(), Err(PrintError::SumsDiffer));
    assert_eq!(report(fen(301), fen(301)).sheet(), Err(PrintError::SumsDiffer));
}

#[test]
fn the_digest_is_of_what_is_said_and_of_nothing_else() {
    let notice = |name: &str| Notice {
        office: String::new(),
        day: day("2023-01-12"),
        objections_to: String::new(),
        rows: vec![NoticeRow {
            masked_name: name.into(),
            community: "龙华园".into(),
            program: "最低生活保障".into(),
            persons: 3,
            posted_on: day("2023-01-10"),
            until: day("2023-01-17"),
        }],
    };
    let one = paper(notice("王*英").sheet());
    let mut later = one.clone();
    later.trace.position += 1;
    later.trace.printed_by.clear();
    assert_eq!(one.digest(), later.digest());
    assert_ne!(one.digest(), paper(notice("王*明").sheet()).digest());
    assert!(one.foot()[2].contains(&one.digest()));
}
