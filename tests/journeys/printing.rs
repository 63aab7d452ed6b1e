//! Papers through the command line: what is printed is what the ledger says, and names are not opened unseen.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use api::processes::{
    Desk, check_means, hold_consultation, open_campaign, open_fund, post_notice, receive_application,
    receive_donation, recommend, visit_home,
};
use api::registers::{RawRow, RegisterRow, applications, donations};
use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::Utc;
use domain::benefit_case::Outcome;
use domain::campaign::CampaignTerms;
use domain::fund::{FundCharter, FundSource, Restriction};
use serde_json::{Value, json};
use sqlx::query_scalar;
use tests::counter::{Counter, PERSON};
use tests::personas;

use super::paying::{FUND, office_with_a_case, prepare, settled};

/// An office whose run of November was paid.
async fn paid_office() -> (Counter, String) {
    let (counter, _) = office_with_a_case().await;
    let run = prepare(&counter);
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    counter.do_well(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    let out = counter.path("bank.csv");
    counter.do_well(&["run", "release", &run, "--out", out.to_str().unwrap(), "--as", "finance:liu.yang"]);
    let results = counter.file("results.csv", &settled(&fs::read_to_string(&out).unwrap()));
    counter.do_well(&["run", "settle", &run, "--results", &results, "--as", "finance:liu.yang"]);
    (counter, run)
}

/// Prints a paper; its file and what the program said.
pub fn printed(counter: &Counter, arguments: &[&str], name: &str) -> (String, Value) {
    let out = counter.path(name).to_str().unwrap().to_owned();
    let said = counter.do_well(&[&["print"], arguments, &["--out", &out]].concat());
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    (out, said)
}

/// The rows of a workbook, each without its empty cells.
pub fn rows(path: &str) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = open_workbook(path).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    let full = |row: &[Data]| row.iter().filter(|cell| !matches!(cell, Data::Empty)).cloned().collect();
    sheet.rows().map(full).collect()
}

pub fn row<'r>(rows: &'r [Vec<Data>], first: &str) -> &'r [Data] {
    let found = rows.iter().find(|row| row.first() == Some(&text(first)));
    found.unwrap_or_else(|| panic!("no row {first}: {rows:?}"))
}

pub fn text(text: &str) -> Data {
    Data::String(text.to_owned())
}

/// Fen of an answer as the number that a cell holds.
pub fn yuan(fen: &Value) -> Data {
    Data::Float(format!("{}e-2", fen.as_i64().unwrap()).parse().unwrap())
}

fn count(count: &Value) -> Data {
    Data::Float(count.to_string().parse().unwrap())
}

/// The text of a PDF by another program, where it is installed.
pub fn text_of_pdf(path: &str) -> Option<String> {
    assert!(fs::read(path).unwrap().starts_with(b"%PDF-"));
    let output = Command::new("pdftotext").args(["-layout", path, "-"]).output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap())
}

async fn disclosures(counter: &Counter) -> Vec<Value> {
    let payloads: Vec<String> = query_scalar(
        "select payload::text from log_events where event_type = 'PersonalDataDisclosed' order by position",
    )
    .fetch_all(counter.ledger.owner())
    .await
    .unwrap();
    payloads.iter().map(|payload| serde_json::from_str(payload).unwrap()).collect()
}

#[tokio::test]
async fn a_printed_roster_says_what_the_run_says_and_is_a_disclosure_by_somebody_who_may() {
    let (counter, run) = paid_office().await;
    let out = counter.path("no.pdf");
    let asked = ["print", "roster", "--run", &run, "--out", out.to_str().unwrap()];
    let nobody = counter.ask(&asked);
    assert_eq!((nobody.status, nobody.code()), (2, "actor_required"), "{nobody:?}");
    let clerk = counter.ask(&[&asked[..], &["--as", "clerk:wang.fang"]].concat());
    assert_eq!((clerk.status, clerk.code()), (1, "role_not_allowed"), "{clerk:?}");
    assert!(!Path::new(&out).exists() && disclosures(&counter).await.is_empty());

    let finance = ["roster", "--run", &run, "--as", "finance:liu.yang"];
    let (book, said) = printed(&counter, &finance, "roster.xlsx");
    let shown = counter.do_well(&["run", "show", &run]);
    let cells = rows(&book);
    let ordered = &shown["run"]["ordered_fen"];
    assert_eq!(row(&cells, &format!("{FUND}发放花名册")).len(), 1, "the fund that paid is in the title");
    let total = [text("合计"), text("2 笔"), yuan(ordered)];
    assert_eq!(row(&cells, "合计"), total);
    assert_eq!(row(&cells, "合计金额（元）"), [text("合计金额（元）"), yuan(ordered)]);
    let lines: Vec<_> = cells.iter().filter(|row| row.len() == 11 && row[0] != text("序号")).collect();
    assert_eq!(lines.len(), 2, "{cells:?}");
    for line in lines {
        assert_eq!((&line[1], &line[2]), (&text("王秀英"), &text("990114********0018")));
        assert_eq!((&line[9], &line[10]), (&text("9901***********0019"), &text("已到账")));
    }
    let (whole, _) = printed(&counter, &[&finance[..], &["--whole"]].concat(), "whole.xlsx");
    assert!(rows(&whole).iter().flatten().any(|cell| *cell == text(PERSON)));

    let (pdf, on_paper) = printed(&counter, &finance, "roster.pdf");
    assert_eq!((&on_paper["digest"], &on_paper["pages"]), (&said["digest"], &json!(1)));
    if let Some(read) = text_of_pdf(&pdf) {
        assert!(read.contains("王秀英") && read.contains(on_paper["digest"].as_str().unwrap()), "{read}");
        assert!(read.contains(&format!("日志位置：{}", on_paper["trace"]["position"])), "{read}");
    }
    let recorded = disclosures(&counter).await;
    assert_eq!(recorded.len(), 3, "{recorded:?}");
    assert_eq!(recorded[0]["PersonalDataDisclosed"]["recipient"], "liu.yang");
    let opened = &recorded[0]["PersonalDataDisclosed"]["opened"];
    assert_eq!(opened[0]["labels"], json!(["account", "id_number", "name"]), "{opened}");
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_roster_is_printed_for_the_approval_too_and_a_voucher_only_after_the_release() {
    let (counter, _) = office_with_a_case().await;
    let run = prepare(&counter);
    let (book, _) =
        printed(&counter, &["roster", "--run", &run, "--as", "approver:chen.jing"], "before.xlsx");
    assert_eq!(row(&rows(&book), "批次状态")[1], text("已核算"));
    assert_eq!(row(&rows(&book), "合计")[1], text("2 笔"));
    let out = counter.path("voucher.pdf");
    let early = counter.ask(&["print", "voucher", "--run", &run, "--out", out.to_str().unwrap()]);
    assert_eq!((early.status, early.code()), (1, "run_not_released"), "{early:?}");
    assert!(!out.exists());
}

#[tokio::test]
async fn vouchers_and_reports_say_what_the_command_line_says() {
    let (counter, run) = paid_office().await;
    let shown = counter.do_well(&["run", "show", &run]);
    let (voucher, said) = printed(&counter, &["voucher", "--run", &run], "voucher.xlsx");
    let cells = rows(&voucher);
    assert_eq!(row(&cells, &format!("{FUND}付款凭证（批次）")).len(), 1, "{cells:?}");
    assert_eq!(row(&cells, "合计"), [text("合计"), count(&json!(2)), yuan(&shown["run"]["ordered_fen"])]);
    assert_eq!(row(&cells, "银行文件摘要")[1].to_string(), shown["run"]["file_sha256"].as_str().unwrap());
    assert!(said["trace"]["checkpoint"]["root"].as_str().unwrap().len() == 64, "{said}");

    let payment: String = query_scalar("select min(payment_id::text) from read_payments")
        .fetch_one(counter.ledger.service())
        .await
        .unwrap();
    let (one, _) =
        printed(&counter, &["voucher", "--payment", &payment, "--as", "finance:liu.yang"], "payment.xlsx");
    let cells = rows(&one);
    assert_eq!(row(&cells, &format!("{FUND}付款凭证")).len(), 1, "{cells:?}");
    assert_eq!(row(&cells, "受益人")[1], text("王秀英"));
    assert_eq!(row(&cells, "收款账号")[1], text("9901***********0019"));
    assert_eq!(row(&cells, "金额大写")[1], text("人民币壹佰元整"));

    let report = counter.do_well(&["report", "--year", "2023"]);
    let (year, _) = printed(&counter, &["year-report", "--year", "2023"], "year.xlsx");
    let cells = rows(&year);
    assert_eq!(row(&cells, "救助资金到账（元）")[1], yuan(&report["settled"]));
    let program = &report["programs"][0];
    let line = row(&cells, "高龄老年人津贴");
    assert_eq!(
        line[2..5],
        [
            count(&program["reached"]["persons"]),
            count(&program["total"]["payments"]),
            yuan(&program["total"]["settled"])
        ]
    );
    for month in program["months"].as_array().unwrap() {
        let line = row(&cells, month["month"].as_str().unwrap());
        assert_eq!(line[1..], [count(&month["payments"]), yuan(&month["settled"])]);
    }

    let report = counter.do_well(&["report", "--month", "2023-11"]);
    let (month, said) = printed(&counter, &["month-report", "--month", "2023-11"], "month.xlsx");
    let cells = rows(&month);
    assert_eq!(row(&cells, "到账金额（元）")[1], yuan(&report["settled"]));
    assert_eq!(
        row(&cells, &run)[2..4],
        [count(&report["runs"][0]["ordered_count"]), yuan(&report["runs"][0]["ordered_fen"])]
    );
    assert_eq!(said["trace"]["position"], report["position"]);
    let (pdf, on_paper) = printed(&counter, &["month-report", "--month", "2023-11"], "month.pdf");
    assert_eq!(on_paper["digest"], said["digest"]);
    if let Some(read) = text_of_pdf(&pdf) {
        assert!(
            read.contains(&run) && read.contains("200.00") && read.contains("第 1 页，共 1 页"),
            "{read}"
        );
    }
    assert_eq!(disclosures(&counter).await.len(), 1);
}

#[tokio::test]
async fn a_public_notice_names_nobody_in_clear_and_holds_for_its_days_alone() {
    let (counter, _) = office_with_a_case().await;
    let app = counter.app().await;
    let (office, desk) = (app.office(), |actor| Desk::new(actor, "2023-10-10T02:00:00Z".parse().unwrap()));
    let clerk = desk(personas::clerk());
    let posted = clerk.today().to_string();
    let cells = [PERSON, "HLG-1", "最低生活保障", &posted, &posted].map(str::to_owned);
    let asked = applications::Row::read(&RawRow::from_texts(1, cells)).unwrap();
    hold_consultation(office, &clerk, &asked).await.unwrap();
    let case = receive_application(office, &clerk, &asked).await.unwrap();
    check_means(office, &clerk, case).await.unwrap();
    let visitors = vec![personas::clerk().id, personas::second_clerk().id];
    visit_home(office, &clerk, case, visitors, "与申报一致").await.unwrap();
    recommend(office, &desk(personas::reviewer()), case, Outcome::Approved).await.unwrap();
    post_notice(office, &clerk, case).await.unwrap();
    app.close().await.unwrap();

    let of = ["notice", "--program", "subsistence_allowance", "--day", "2023-10-12"];
    let notice = [&of[..], &["--objections-to", "电话 010-00000000"]].concat();
    let (book, _) = printed(&counter, &notice, "notice.xlsx");
    let cells = rows(&book);
    let line = cells.iter().find(|row| row.len() == 7 && row[1] == text("王*英")).expect("no line");
    assert_eq!((&line[2], &line[3]), (&text("龙泽苑东社区"), &text("最低生活保障")));
    assert_eq!((&line[4], &line[5]), (&Data::Float(1.0), &text(&posted)));
    let all: String = cells.iter().flatten().map(ToString::to_string).collect();
    assert!(!all.contains("王秀英") && !all.contains(PERSON) && !all.contains("99011400"), "{all}");
    assert!(all.contains("010-00000000"));
    let of_case = case.subject.case_id.to_string();
    printed(&counter, &["notice", "--case", &of_case, "--day", "2023-10-17"], "case.pdf");
    let out = counter.path("other.pdf");
    for other in [["--day", "2023-10-18"], ["--program", "advanced_age_allowance"]] {
        let none = counter.ask(&["print", "notice", other[0], other[1], "--out", out.to_str().unwrap()]);
        assert_eq!((none.status, none.code()), (1, "unknown_object"), "{none:?}");
    }
    assert!(disclosures(&counter).await.is_empty());
}

#[tokio::test]
async fn a_receipt_names_the_donor_who_gave_a_name_and_keeps_the_other_anonymous() {
    let counter = Counter::open().await;
    let app = counter.app().await;
    let office = app.office();
    let (clerk, finance) =
        (Desk::new(personas::clerk(), Utc::now()), Desk::new(personas::finance(), Utc::now()));
    let today = finance.today();
    let fund_id = office.fund_id("慈善捐赠资金");
    let charter = FundCharter {
        fund_id,
        name: "慈善捐赠资金".to_owned(),
        source: FundSource::Donations,
        restriction: Restriction::Restricted,
        opened_on: today,
        programs: vec![],
    };
    open_fund(office, &finance, charter).await.unwrap();
    let terms = CampaignTerms {
        campaign_id: office.campaign_id("首善有我"),
        name: "首善有我".to_owned(),
        organiser: "街道办事处".to_owned(),
        filing_number: None,
        purpose: "扶老助困".to_owned(),
        fund_id,
        opens_on: today,
        closes_on: today,
    };
    open_campaign(office, &clerk, terms).await.unwrap();
    let day = today.to_string();
    for (number, donor, publicity) in [("J-1", "慕容雪晴", "公开"), ("J-2", "诸葛明", "匿名")] {
        let cells = [number, "首善有我", donor, publicity, "50.50", "扫码", &day, "是"].map(str::to_owned);
        let gift = donations::Row::read(&RawRow::from_texts(1, cells)).unwrap();
        receive_donation(office, &finance, &gift).await.unwrap();
    }
    app.close().await.unwrap();

    let receipt = |number: &'static str| {
        ["receipt", "--campaign", "首善有我", "--number", number, "--as", "finance:liu.yang"]
    };
    let (first, _) = printed(&counter, &receipt("1"), "first.xlsx");
    let cells = rows(&first);
    assert_eq!(row(&cells, "捐赠人")[1], text("慕容雪晴"));
    assert_eq!(row(&cells, "金额大写")[1], text("人民币伍拾元伍角整"));
    assert_eq!(row(&cells, "捐赠金额（元）")[1], Data::Float(50.5));
    let (second, _) = printed(&counter, &receipt("2"), "second.xlsx");
    assert_eq!(row(&rows(&second), "捐赠人")[1], text("匿名"));
    // at the screen as on paper: who wishes no name is not opened
    let show = ["donation", "receipt", "show", "2", "--campaign", "首善有我", "--as", "finance:liu.yang"];
    assert_eq!(counter.do_well(&show)["donor"], json!({ "is": "anonymous" }));
    let recorded = disclosures(&counter).await;
    assert_eq!(recorded.len(), 1, "{recorded:?}");
    let out = counter.path("third.pdf");
    let third = counter.ask(&[&["print"], &receipt("3")[..], &["--out", out.to_str().unwrap()]].concat());
    assert_eq!((third.status, third.code()), (1, "unknown_object"), "{third:?}");
}
