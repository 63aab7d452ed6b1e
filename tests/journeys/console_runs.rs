//! The console's page of a run: filtered and sorted lines, payments that are held and let go, what came back, and what is
//! taken back.

use std::pin::pin;

use api::app::App;
use api::processes::{Desk, office_day, payment_run};
use axum::Router;
use axum::http::StatusCode;
use chrono::{TimeDelta, Utc};
use domain::benefit_case::{HeldMonths, HoldReason};
use domain::calendar::BenefitMonth;
use domain::ids::CaseId;
use serde_json::json;
use tests::personas;

use crate::paying::FUND;
use crate::visitors::{Browser, office_with_a_console};

/// A run of November 2023 that the clerk prepared.
async fn prepared(clerk: &mut Browser, fund: &str) -> String {
    prepared_for(clerk, fund, "2023-11").await
}

/// The run of a month that the clerk prepared.
async fn prepared_for(clerk: &mut Browser, fund: &str, month: &str) -> String {
    let plan = [("month", month), ("program", "advanced_age_allowance"), ("fund", fund), ("number", "1")];
    clerk.post("/runs", &plan).await.location
}

/// A run of November that was released in a layout, with the clerk and finance at its page.
async fn released(app: &App, router: &Router, layout: &str) -> (String, Browser, Browser) {
    let fund = app.office().fund_id(FUND).to_string();
    let mut clerk = Browser::signed_in(router, "wang.fang").await;
    let mut approver = Browser::signed_in(router, "chen.jing").await;
    let mut finance = Browser::signed_in(router, "liu.yang").await;
    let run = prepared(&mut clerk, &fund).await;
    assert_eq!(clerk.post(&format!("{run}/submit"), &[]).await.location, run);
    assert_eq!(approver.post(&format!("{run}/approve"), &[]).await.location, run);
    finance.post(&format!("{run}/files"), &[("layout", layout), ("execution_on", "")]).await;
    (run, clerk, finance)
}

fn pick(case: CaseId, month: &str) -> String {
    format!("{case}|{month}")
}

#[tokio::test]
async fn a_clerk_filters_lines_holds_one_and_another_clerk_lets_it_go() {
    let (counter, case, app, router) = office_with_a_console().await;
    let fund = app.office().fund_id(FUND).to_string();
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut other = Browser::signed_in(&router, "he.ping").await;
    let run = prepared(&mut clerk, &fund).await;
    let all = clerk.get(&run).await;
    assert!(all.text().contains("与上月比较") && all.text().contains("name=\"pick\""), "{}", all.text());
    let arrears = clerk.get(&format!("{run}?kind=arrears")).await;
    assert!(arrears.text().contains(">2023-10</td>") && !arrears.text().contains(">2023-11</td>"));
    assert!(arrears.text().contains("<strong>100.00</strong>"), "the sum is of what the filter shows");
    let none = clerk.get(&format!("{run}?state=settled&page=9")).await;
    assert!(none.text().contains("没有符合条件的明细"));
    let nonsense = clerk.get(&format!("{run}?kind=%27--&order=x&page=4000000000")).await;
    assert_eq!(nonsense.status, StatusCode::OK);

    let held = pick(case, "2023-10");
    let holds = format!("{run}/holds");
    let nothing = clerk.post(&holds, &[("reason", "account_in_doubt")]).await;
    assert!(nothing.text().contains("nothing_chosen"), "{}", nothing.text());
    let hold = [("pick", held.as_str()), ("reason", "account_in_doubt"), ("note", "")];
    assert_eq!(clerk.post(&holds, &hold).await.location, format!("{run}?held=1"));
    assert_eq!(clerk.post(&format!("{run}/calculate"), &[]).await.location, run);
    let page = clerk.get(&run).await;
    assert!(
        page.text().contains("已登记暂缓发放") && page.text().contains("人民币壹佰元整"),
        "{}",
        page.text()
    );

    let lifts = format!("{run}/lifts");
    let own = clerk.post(&lifts, &[("pick", held.as_str())]).await;
    assert!(own.text().contains("lifted_by_holder"), "{}", own.text());
    assert_eq!(other.post(&lifts, &[("pick", held.as_str())]).await.location, run);
    assert_eq!(clerk.post(&format!("{run}/calculate"), &[]).await.location, run);
    assert!(clerk.get(&run).await.text().contains("人民币贰佰元整"));
    let everything = [("all", "yes"), ("f_kind", "ordinary"), ("reason", "facts_in_doubt"), ("note", "")];
    assert_eq!(clerk.post(&holds, &everything).await.location, format!("{run}?held=1"));

    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    assert_eq!(finance.post(&holds, &hold).await.status, StatusCode::FORBIDDEN);
    let mut elsewhere = Browser::signed_in(&router, "zhao.min").await;
    assert!(elsewhere.post(&holds, &hold).await.text().contains("nothing_chosen"), "not theirs to hold");
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_submitted_run_is_taken_back_and_a_returned_payment_is_paid_again_or_given_up() {
    let (counter, _, app, router) = office_with_a_console().await;
    let fund = app.office().fund_id(FUND).to_string();
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let run = prepared(&mut clerk, &fund).await;
    let step = |name: &str| format!("{run}/{name}");
    assert_eq!(clerk.post(&step("submit"), &[]).await.location, run);
    assert_eq!(finance.post(&step("withdraw"), &[("reason", "x")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(clerk.post(&step("withdraw"), &[("reason", "账户有误")]).await.location, run);
    assert!(clerk.get(&run).await.text().contains("已退回"));
    assert_eq!(clerk.post(&step("calculate"), &[]).await.location, run);
    assert_eq!(clerk.post(&step("submit"), &[]).await.location, run);
    assert_eq!(approver.post(&step("approve"), &[]).await.location, run);
    let release = [("layout", "plain_csv"), ("execution_on", "")];
    let file = finance.post(&step("files"), &release).await;
    assert!(finance.get(&run).await.text().contains("银行已回 0 / 2 笔"));
    let mut results = "payment,result,reference\n".to_owned();
    let payments: Vec<&str> =
        file.text().lines().filter_map(|line| line.strip_prefix("P,")?.split(',').next()).collect();
    results.push_str(&format!("{},settled,R-1\n{},returned,AC04\n", payments[0], payments[1]));
    let taken = finance.upload(&step("results"), "plain_csv", &results).await;
    assert!(taken.location.starts_with(&format!("{run}?taken=")), "{}", taken.text());
    assert!(finance.get(&taken.location).await.text().contains("到账 1 笔，退汇 1 笔"));
    let again = finance.upload(&step("results"), "plain_csv", &results).await.location;
    assert!(finance.get(&again).await.text().contains("该文件此前已读入"));
    let progress = finance.get(&step("progress")).await;
    assert!(progress.text().contains("\"answered\":2") && progress.text().contains("\"ordered\":2"));

    let page = clerk.get(&run).await;
    assert!(
        page.text().contains("退汇与回盘异常") && page.text().contains("建补充批次重发"),
        "{}",
        page.text()
    );
    assert!(!page.text().contains("确认作废"), "giving up is finance's");
    let cancel = format!("{run}/payments/{}/cancel", payments[1]);
    assert_eq!(clerk.post(&cancel, &[("reason", "x")]).await.status, StatusCode::FORBIDDEN);
    let hasty = finance.post(&cancel, &[("reason", "本人放弃")]).await;
    assert!(hasty.text().contains("confirmation_missing"));
    let settled = format!("{run}/payments/{}/cancel", payments[0]);
    let sure = [("reason", "本人放弃"), ("confirm", "yes")];
    assert_ne!(finance.post(&settled, &sure).await.location, run, "what arrived is not given up");
    let plan = [
        ("month", "2023-11"),
        ("program", "advanced_age_allowance"),
        ("fund", fund.as_str()),
        ("number", "2"),
    ];
    let again = clerk.post("/runs", &plan).await.location;
    assert!(clerk.get(&again).await.text().contains("重发"));
    let cancelled = finance.post(&cancel, &sure).await;
    assert_eq!(cancelled.location, run, "{}", cancelled.text());
    assert!(!finance.get(&run).await.text().contains("退汇与回盘异常"), "nothing came back any more");
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn the_open_lines_of_a_file_that_was_a_mistake_are_dismissed_together() {
    let (counter, _, app, router) = office_with_a_console().await;
    let (run, mut clerk, mut finance) = released(&app, &router, "text_gbk").await;
    let step = |name: &str| format!("{run}/{name}");
    let page = finance.get(&run).await;
    let answers = page.text().split("银行回盘文件").nth(1).unwrap();
    assert!(answers.find("text_gbk") < answers.find("plain_csv"), "the layout of the release comes first");
    let strange = |number: u64| format!("00000000-0000-8000-8000-{number:012},settled,R-{number}\n");
    let lines: String = (1..=2).map(strange).collect();
    let results = format!("payment,result,reference\n{lines}");
    let taken = finance.upload(&step("results"), "plain_csv", &results).await.location;
    assert!(finance.get(&taken).await.text().contains("异常 2 行"));
    let page = finance.get(&run).await;
    let forms = page.text().split("action=\"").filter_map(|rest| rest.split('"').next());
    let file = forms.filter(|path| path.contains("/unmatched/")).min_by_key(|path| path.len()).unwrap();
    assert!(page.text().contains("回盘第 2 行") && page.text().contains("整份文件无须处理"));
    let desk = finance.get("/").await;
    assert!(desk.text().contains("回盘第 2 行，金额不明"), "{}", desk.text());
    assert!(finance.post(file, &[("note", "读错了文件")]).await.text().contains("confirmation_missing"));
    let sure = [("note", "读错了文件"), ("confirm", "yes")];
    assert_eq!(clerk.post(file, &sure).await.status, StatusCode::FORBIDDEN);
    assert_eq!(finance.post(file, &sure).await.location, run);
    assert!(!finance.get(&run).await.text().contains("回盘第"));
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

/// This month is paid; the next month's run is calculated ahead, as tomorrow's night would, with one payment held. The month
/// after, the clerk and the fund.
pub async fn foreseen(app: &App, router: &Router, case: CaseId) -> (BenefitMonth, Browser, String) {
    let (office, fund) = (app.office(), app.office().fund_id(FUND).to_string());
    let mut clerk = Browser::signed_in(router, "wang.fang").await;
    let mut approver = Browser::signed_in(router, "chen.jing").await;
    let mut finance = Browser::signed_in(router, "liu.yang").await;
    let this = BenefitMonth::of(office_day(Utc::now()));
    let run = prepared_for(&mut clerk, &fund, &this.to_string()).await;
    let step = |name: &str| format!("{run}/{name}");
    assert_eq!(clerk.post(&step("submit"), &[]).await.location, run);
    assert_eq!(approver.post(&step("approve"), &[]).await.location, run);
    finance.post(&step("files"), &[("layout", "plain_csv"), ("execution_on", "")]).await;
    assert!(!clerk.get("/runs").await.text().contains("下批预核"));
    let desk = Desk::new(personas::clerk(), Utc::now());
    let (months, why) = (HeldMonths::Month(this.next()), (HoldReason::AccountInDoubt, None));
    payment_run::hold(office, &desk, case, months, why).await.unwrap();
    let tomorrow = Utc::now() + TimeDelta::days(1);
    assert_eq!(payment_run::forecast_next(office, tomorrow).await.unwrap(), 1);
    (this.next(), clerk, fund)
}

#[tokio::test]
async fn the_next_run_is_seen_with_what_stands_in_its_way_before_anybody_opens_it() {
    let (counter, case, app, router) = office_with_a_console().await;
    let (month, mut clerk, fund) = foreseen(&app, &router, case).await;
    let list = clerk.get("/runs").await;
    let mut paths = list.text().split("href=\"").filter_map(|rest| rest.split('"').next());
    let next = paths.find(|path| path.ends_with("/forecast")).unwrap().to_owned();
    assert!(list.text().contains("下批预核") && list.text().contains(&month.to_string()));
    for account in ["wang.fang", "chen.jing", "liu.yang"] {
        let page = Browser::signed_in(&router, account).await.get(&next).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.text().contains("尚未建批") && page.text().contains("已登记暂缓发放"),
            "{}",
            page.text()
        );
        assert!(!page.text().contains("解除所选暂缓"), "that is for an open run");
    }
    let mut elsewhere = Browser::signed_in(&router, "zhao.min").await;
    assert!(!elsewhere.get(&next).await.text().contains(&case.to_string()), "not theirs to see");
    let run = next.trim_start_matches("/runs/").trim_end_matches("/forecast");
    let told = counter.do_well(&["run", "forecast", run]);
    assert_eq!(told["notes"][0]["exception"], "payment_held", "{told}");
    assert_eq!(counter.do_well(&["run", "forecast"])[0]["run_id"], run);

    let opened = prepared_for(&mut clerk, &fund, &month.to_string()).await;
    assert_eq!(format!("{opened}/forecast"), next);
    assert_eq!(clerk.get(&next).await.status, StatusCode::NOT_FOUND, "it has a page of its own now");
    assert!(!clerk.get("/runs").await.text().contains("下批预核"));
    app.close().await.unwrap();
    assert_eq!(counter.do_well(&["run", "forecast"]), json!([]));
    let gone = counter.ask(&["run", "forecast", run]);
    assert_eq!(gone.json["error"]["code"], "unknown_object", "{gone:?}");
    counter.do_well(&["check"]);
}

/// Lines of a file that takes a moment to be read.
const MANY: usize = 200_000;

#[tokio::test(flavor = "multi_thread")]
async fn while_a_file_is_read_for_the_first_time_the_page_counts_its_lines() {
    let (_counter, _, app, router) = office_with_a_console().await;
    let (run, _, mut finance) = released(&app, &router, "plain_csv").await;
    let step = |name: &str| format!("{run}/{name}");
    assert!(finance.get(&step("progress")).await.text().contains("银行已回 0 / 2 笔"), "nothing is read yet");

    let mut results = "payment,result,reference\n".to_owned();
    for number in 0..MANY {
        results.push_str(&format!("{number:032x},settled,R-{number}\n"));
    }
    let (path, progress) = (step("results"), step("progress"));
    let mut hands = Browser::signed_in(&router, "liu.yang").await;
    let mut taking = pin!(hands.upload(&path, "plain_csv", &results));
    let mut counts = Vec::new();
    let refused = loop {
        let words = tokio::select! {
            taken = &mut taking => break taken,
            words = finance.get(&progress) => words,
        };
        let said = words.text().split_once("已读 ").and_then(|(_, rest)| rest.split_once(" 行"));
        counts.extend(said.map(|(count, _)| count.replace(',', "").parse::<u64>().unwrap()));
    };
    assert!(counts.iter().any(|count| (1..=MANY as u64).contains(count)), "{counts:?}");
    assert!(counts.is_sorted(), "{counts:?}");
    assert!(refused.text().contains("too_many_unmatched"), "{}", refused.text());
    assert!(finance.get(&step("progress")).await.text().contains("银行已回 0 / 2 笔"), "it is over");
    app.close().await.unwrap();
}
