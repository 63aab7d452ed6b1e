//! Funds, books and campaigns at the console.

use axum::http::StatusCode;
use chrono::{Days, Utc};

use crate::paying::FUND;
use crate::visitors::{Browser, office_with_a_console};

/// The day at the office, and one some days away.
fn day(ahead: u64) -> String {
    let today = api::processes::office_day(Utc::now());
    (today + Days::new(ahead)).to_string()
}

/// A fund of donations and a campaign that begins today, opened at the console. Gives the campaign's page.
async fn campaign(clerk: &mut Browser, finance: &mut Browser) -> String {
    let open = [("name", "爱心助老"), ("source", "donations"), ("restriction", "restricted")];
    assert_eq!(clerk.post("/money/funds", &open).await.status, StatusCode::FORBIDDEN);
    let fund = finance.post("/money/funds", &open).await.location;
    let fund = fund.trim_start_matches("/funds/");
    let (from, to) = (day(0), day(60));
    let mut terms = vec![
        ("campaign_name", "爱心助老募捐"),
        ("organiser", "某街道慈善组织"),
        ("filing_number", "京募备2026-1001"),
        ("purpose", "高龄老人津贴补充"),
        ("fund", fund),
        ("opens_on", from.as_str()),
    ];
    let short = clerk.post("/money/campaigns", &terms).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text().contains("value=\"爱心助老募捐\""), "what was typed is kept: {}", short.text());
    terms.push(("closes_on", to.as_str()));
    let opened = clerk.post("/money/campaigns", &terms).await;
    assert!(opened.location.starts_with("/campaigns/"), "{}", opened.text());
    opened.location
}

#[tokio::test]
async fn a_gift_gets_its_receipt_a_remittance_its_second_person_and_no_page_names_the_donor() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let page = campaign(&mut clerk, &mut finance).await;
    let gift = |number, donor, publicity, amount| {
        let fields: [(&str, &str); 5] = [
            ("number", number),
            ("donor", donor),
            ("publicity", publicity),
            ("amount", amount),
            ("method", "cash"),
        ];
        fields
    };
    let nameless = clerk.post(&format!("{page}/gift"), &gift("J-1", "", "公开", "150")).await;
    assert!(nameless.text().contains("donor_missing"), "{}", nameless.text());
    let taken = clerk.post(&format!("{page}/gift"), &gift("J-1", "李小娜", "部分公开", "150.00")).await;
    assert_eq!(taken.location, format!("{page}/gifts"), "{}", taken.text());
    clerk.post(&format!("{page}/gift"), &gift("J-2", "", "匿名", "50")).await;
    let gifts = finance.get(&format!("{page}/gifts")).await;
    assert!(gifts.text().contains("150.00") && !gifts.text().contains("李"), "{}", gifts.text());
    let list = clerk.get(&format!("{page}/list.csv")).await;
    assert!(list.text().contains("李＊娜") && list.text().contains("匿名"), "{}", list.text());

    let (_, id) = gifts.text().split_once("name=\"gift\" value=\"").unwrap();
    let id = id[..36].to_owned();
    let issue = format!("{page}/issue-receipt");
    assert_eq!(clerk.post(&issue, &[("gift", &id)]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(finance.post(&issue, &[("gift", &id)]).await.status, StatusCode::SEE_OTHER);
    let pdf = finance.post(&format!("{page}/receipts/1"), &[]).await;
    assert!(pdf.bytes.starts_with(b"%PDF"), "{:?}", pdf.status);
    let void = [("number", "1"), ("reason", "金额写错")];
    assert_eq!(finance.post(&format!("{page}/void-receipt"), &void).await.status, StatusCode::SEE_OTHER);
    assert!(finance.get(&format!("{page}/gifts")).await.text().contains("作废"));

    let remit = [("recipient", "区慈善协会"), ("amount", "60")];
    assert_eq!(finance.post(&format!("{page}/remit"), &remit).await.location, page);
    let shown = approver.get(&page).await;
    let (_, id) = shown.text().split_once("name=\"remittance\" value=\"").unwrap();
    let approve = [("remittance", &id[..36]), ("reference", "V-1")];
    let own = finance.post(&format!("{page}/approve-remittance"), &approve).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text());
    assert_eq!(approver.post(&format!("{page}/approve-remittance"), &approve).await.location, page);
    let shown = clerk.get(&page).await;
    assert!(shown.text().contains("30.0%"), "{}", shown.text());
    assert!(shown.text().contains("区慈善协会（V-1）"), "where each yuan went");
    assert_eq!(clerk.post(&format!("{page}/publish"), &[]).await.location, page);
    assert!(clerk.get(&format!("{page}/history")).await.status == StatusCode::OK);
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_sum_leads_to_its_postings_and_an_appropriation_into_the_books() {
    let (_counter, _, app, router) = office_with_a_console().await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let fund = format!("/funds/{}", app.office().fund_id(FUND));
    let step = format!("{fund}/appropriate");
    let wrong = finance.post(&step, &[("amount", "many"), ("document", "昌财〔2026〕7号")]).await;
    assert!(wrong.text().contains("value=\"many\"") && wrong.text().contains("amount_malformed"));
    let right = [("amount", "1,200.50"), ("document", "昌财〔2026〕7号"), ("level", "district")];
    assert_eq!(finance.post(&step, &right).await.location, fund);
    assert!(finance.get(&fund).await.text().contains("101,200.50"));
    let books = finance.get("/books").await;
    assert!(books.text().contains("借贷平衡") && books.text().contains("101,200.50"), "{}", books.text());
    let postings = finance.get("/books/entries?account=appropriation_income").await;
    assert!(postings.text().contains("1,200.50") && postings.text().contains(&format!("{fund}/history")));
    let backwards = finance.get("/books?from=2024-02-01&on=2024-01-31").await;
    assert!(backwards.text().contains("起始日期晚于截止日期"), "{}", backwards.text());
    let early = finance.get("/books?at=0").await;
    assert!(early.text().contains("还没有记账"), "{}", early.text());
    assert_eq!(finance.get("/books/entries?account=gold").await.status, StatusCode::NOT_FOUND);
    let open = finance.post(&format!("{fund}/close-year"), &[("year", "2099")]).await;
    assert!(open.status.is_client_error(), "a year is closed once it is over");

    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    let mut nobody = Browser::new(&router);
    for path in ["/money", "/books", "/books/entries?account=deposits", &fund] {
        assert_eq!(admin.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(nobody.get(path).await.location, "/sign-in", "{path}");
    }
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let clerks = clerk.post(&step, &right).await;
    assert_eq!(clerks.status, StatusCode::FORBIDDEN, "{}", clerks.text());
    app.close().await.unwrap();
}
