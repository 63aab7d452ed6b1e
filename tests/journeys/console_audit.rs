//! The audit room and the dashboards: who looks on, and what they see.

use std::sync::Arc;
use std::time::Duration;

use api::replay::{Clocks, Search, Subject, nothing_sealed, replay_found};
use axum::Extension;
use axum::http::StatusCode;
use tests::counter::{Counter, PERSON};

use crate::paying::{prepare, settled};
use crate::visitors::{ADMIN, Browser, Got, PASSWORD, office_with_a_console};

/// An account for an auditor, of everybody or of some communities.
pub fn auditor(counter: &Counter, account: &str, community: Option<&str>) {
    let add = ["user", "add", account, "--title", "审计", "--role", "auditor", "--as", ADMIN];
    let community = community.map_or(Vec::new(), |community| vec!["--community", community]);
    counter.do_well(&[&add[..], &community].concat());
    let set = counter.ask_with(&["user", "password", account, "--as", ADMIN], PASSWORD);
    assert_eq!(set.status, 0, "{set:?}");
}

/// Pays a month at the command line. Gives the run.
fn pay(counter: &Counter) -> String {
    let run = prepare(counter);
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    counter.do_well(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    let out = counter.path("paid.csv");
    counter.do_well(&["run", "release", &run, "--out", out.to_str().unwrap(), "--as", "finance:liu.yang"]);
    let results = counter.file("results.csv", &settled(&std::fs::read_to_string(&out).unwrap()));
    counter.do_well(&["run", "settle", &run, "--results", &results, "--as", "finance:liu.yang"]);
    run
}

#[tokio::test]
async fn an_auditor_replays_compares_determines_anew_and_takes_evidence_along() {
    let (counter, case, app, router) = office_with_a_console().await;
    auditor(&counter, "zhou.zheng", None);
    let run = pay(&counter);
    let router = router.layer(Extension(Arc::new(app.outside())));
    let mut browser = Browser::signed_in(&router, "zhou.zheng").await;
    assert!(browser.get("/audit").await.text().contains("只读"));
    let replay = browser.get(&format!("/audit/replay?of=case&id={case}&effective=2023-12-01&known=")).await;
    assert!(
        replay.location.starts_with(&format!("/cases/{case}?effective=2023-12-01&known=")),
        "{}",
        replay.text()
    );
    let wrong = browser.get("/audit/replay?of=case&id=1").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

    let today = api::processes::office_day(chrono::Utc::now());
    let days = format!("/audit/compare?of=case&id={case}&one=2020-01-01&other={today}");
    let compared = browser.get(&days).await;
    assert!(compared.text().contains("不同") && compared.text().contains("wang.fang"), "{}", compared.text());
    let same = browser.get(&days.replace("2020-01-01", &today.to_string())).await;
    assert!(!same.text().contains("不同<") && same.text().contains("没有新的记录"), "{}", same.text());

    let anew = browser.get(&format!("/audit/runs?run={run}")).await;
    assert!(anew.text().contains("每一笔都一致"), "{}", anew.text());
    let flags = flags_once_found(&mut browser).await;
    assert!(flags.status == StatusCode::OK && flags.text().contains("receipt_gap"), "{}", flags.text());
    let looked = browser.get("/audit/disclosures").await;
    assert!(
        looked.text().contains("liu.yang") && looked.text().contains(&run),
        "the bank's file opened accounts"
    );
    let trail = browser.get(&format!("/audit/trail?run={run}")).await;
    let named = "批次审批 <small class=\"quiet\"><code>PaymentRunApproved</code>";
    assert!(trail.text().contains(named) && trail.text().contains("发放批次 "), "{}", trail.text());

    auditor(&counter, "wu.jing", Some("天通苑社区"));
    let mut elsewhere = Browser::signed_in(&router, "wu.jing").await;
    let sums = "/books/entries?account=in_transit";
    let [all, some] = [browser.get(sums).await, elsewhere.get(sums).await];
    assert!(all.text().contains("发放明细 "), "{}", all.text());
    assert!(some.text().contains("发放明细") && !some.text().contains("发放明细 "), "{}", some.text());

    let proofs = browser.get("/audit/proofs").await;
    assert!(proofs.text().contains("检查点") && proofs.text().contains("从未"), "{}", proofs.text());
    let checked = browser.post("/audit/proofs/verification", &[]).await;
    assert!(checked.text().contains("成立") && !checked.text().contains("从未"), "{}", checked.text());
    let bundle = browser.post("/audit/bundle", &[("of", "case"), ("id", &case.to_string())]).await;
    assert_eq!(bundle.status, StatusCode::OK, "{}", String::from_utf8_lossy(&bundle.bytes));
    let file = counter.path("evidence.tar");
    std::fs::write(&file, &bundle.bytes).unwrap();
    counter.do_well(&["audit", "verify", file.to_str().unwrap()]);
    let none = browser.post("/audit/bundle", &[("of", "case"), ("id", &run)]).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    app.close().await.unwrap();
}

/// The page of the red flags asks again by itself until they are found.
async fn flags_once_found(browser: &mut Browser) -> Got {
    loop {
        let page = browser.get("/audit/flags").await;
        if !page.asks_again {
            return page;
        }
        assert!(page.text().contains("正在通读全部事件"), "{}", page.text());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_audit_room_is_for_auditors_and_an_auditor_of_some_communities_sees_those() {
    let (counter, case, app, router) = office_with_a_console().await;
    auditor(&counter, "zhou.zheng", Some("天通苑社区"));
    let paths =
        ["/audit", "/audit/flags", "/audit/runs", "/audit/proofs", "/audit/trail", "/audit/disclosures"];
    for account in ["wang.fang", "chen.jing", "liu.yang", "sun.lei"] {
        let mut browser = Browser::signed_in(&router, account).await;
        for path in paths {
            assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{account} {path}");
        }
        assert_eq!(browser.post("/audit/bundle", &[("id", "1")]).await.status, StatusCode::FORBIDDEN);
    }
    let mut browser = Browser::signed_in(&router, "zhou.zheng").await;
    let replay = browser.get(&format!("/audit/replay?of=case&id={case}")).await;
    assert_eq!(replay.status, StatusCode::NOT_FOUND, "of another community");
    assert!(browser.get("/audit/trail").await.text().contains("scope_narrow"));
    let trail = browser.get(&format!("/audit/trail?case={case}")).await;
    assert_eq!(trail.status, StatusCode::NOT_FOUND);
    let bundle = browser.post("/audit/bundle", &[("of", "case"), ("id", &case.to_string())]).await;
    assert_eq!(bundle.status, StatusCode::NOT_FOUND);
    app.close().await.unwrap();
}

#[tokio::test]
async fn a_dashboard_draws_what_its_tables_say_and_tells_no_small_number_of_people() {
    let (counter, _, app, router) = office_with_a_console().await;
    pay(&counter);
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let page = clerk.get("/dashboards").await;
    assert!(page.text().contains("200.00") && page.text().contains("<svg"), "{}", page.text());
    assert!(page.text().contains("100.0%"), "both months arrived in full");
    assert!(page.text().contains("少于 5") && page.text().contains("龙泽苑东社区"), "{}", page.text());
    let other = clerk.get("/dashboards?year=2020").await;
    assert!(other.text().contains("本年没有到账的发放"), "{}", other.text());
    let wrong = clerk.get("/dashboards?year=many").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut elsewhere = Browser::signed_in(&router, "zhao.min").await;
    assert!(!elsewhere.get("/dashboards").await.text().contains("龙泽苑东社区"));
    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    assert_eq!(admin.get("/dashboards").await.status, StatusCode::FORBIDDEN);
    app.close().await.unwrap();
}

#[tokio::test]
async fn a_persons_history_at_the_console_is_the_one_that_the_log_tells() {
    let (counter, _, app, router) = office_with_a_console().await;
    pay(&counter);
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let page = clerk.post("/find", &[("text", PERSON)]).await.location;
    let subject = Subject::Person(page["/people/".len()..].parse().unwrap());
    let day = "2999-01-01".parse().unwrap();
    let clocks = Clocks { effective: day, known: day };
    let mut told = Vec::new();
    for search in [Search::Log, Search::Trail] {
        let mut items = Vec::new();
        let take = |item| items.push(item);
        replay_found(app.office(), (subject, search), clocks, &nothing_sealed, take).await.unwrap();
        told.push(items);
    }
    assert!(told[0].len() > 10, "{:?}", told[0]);
    assert_eq!(told[0], told[1]);
    let history = clerk.get(&format!("{page}/history")).await;
    assert!(history.text().contains("高龄老年人津贴"), "{}", history.text());
    app.close().await.unwrap();
}
