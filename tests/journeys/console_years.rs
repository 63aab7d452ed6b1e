//! The end of a fund's year at the console: finance closes it, another person carries it over.

use axum::http::StatusCode;
use tests::counter::Counter;

use crate::visitors::{ADMIN, Browser, Got, PASSWORD, office_with_a_console};

const FUND: &str = "高龄津贴专项";

/// The row of a year on the fund's page.
fn row(page: &Got, year: &str) -> String {
    let (_, row) = page.text().split_once(&format!("\">{year}</a></td>")).unwrap_or_else(|| panic!("{year}"));
    row.split_once("</tr>").unwrap().0.to_owned()
}

fn may_close(page: &Got, year: &str) -> bool {
    page.text().contains(&format!("<option value=\"{year}\">{year}</option>"))
}

/// A fund of 2024, and somebody who has both roles and may still not carry over what they closed.
fn fund_and_somebody_of_both_roles(counter: &Counter) {
    let open = ["fund", "open", FUND, "--source", "budget", "--on", "2024-05-06", "--as", "finance:liu.yang"];
    counter.do_well(&open);
    let both = ["user", "add", "gao.feng", "--title", "财务", "--role", "finance", "--role", "approver"];
    counter.do_well(&[&both[..], &["--as", ADMIN]].concat());
    let set = counter.ask_with(&["user", "password", "gao.feng", "--as", ADMIN], PASSWORD);
    assert_eq!(set.status, 0, "{set:?}");
}

#[tokio::test]
async fn finance_closes_a_year_another_person_carries_it_over_and_it_takes_nothing_more() {
    let (counter, _, app, router) = office_with_a_console().await;
    fund_and_somebody_of_both_roles(&counter);
    let page = format!("/funds/{}", app.office().fund_id(FUND));
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let mut both = Browser::signed_in(&router, "gao.feng").await;
    assert_eq!(both.post("/role", &[("role", "finance")]).await.status, StatusCode::SEE_OTHER);

    let step = |name: &str| format!("{page}/{name}");
    let income = [("amount", "150.00"), ("document", "昌财〔2024〕2号"), ("on", "2024-05-07")];
    assert_eq!(finance.post(&step("appropriate"), &income).await.location, page);
    let early =
        [("amount", "40"), ("document", "昌财〔2024〕8号"), ("on", "2024-12-20"), ("budget_year", "2025")];
    assert_eq!(finance.post(&step("appropriate"), &early).await.location, page);
    let shown = finance.get(&page).await;
    assert!(may_close(&shown, "2024") && may_close(&shown, "2025") && !may_close(&shown, "2026"));
    let trial = format!("/books?fund={}&from=2024-01-01&on=2024-12-31", &page["/funds/".len()..]);
    assert!(shown.text().replace("&#38;", "&").contains(&trial), "{}", shown.text());
    let year = [("year", "2024")];
    let refused = approver.post(&step("close-year"), &year).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    let early = finance.post(&step("close-year"), &[("year", "2026")]).await;
    assert!(early.text().contains("year_not_over"), "{}", early.text());

    // closed, sent back by the approver with a reason, closed again by another
    assert_eq!(finance.post(&step("close-year"), &year).await.location, page);
    let shown = approver.get(&page).await;
    let closed = row(&shown, "2024");
    let facts = ["150.00", "190.00", "liu.yang", "待结转", "/carry-over", "/reopen-year"];
    assert!(facts.iter().all(|part| closed.contains(part)), "{closed}");
    let why = [("year", "2024"), ("reason", "拨款文号待核")];
    assert_eq!(approver.post(&step("reopen-year"), &why).await.location, page);
    assert!(may_close(&finance.get(&page).await, "2024"), "it is open again");
    assert_eq!(both.post(&step("close-year"), &year).await.location, page);
    let closed = both.get(&page).await;
    assert!(row(&closed, "2024").contains("gao.feng") && !row(&closed, "2024").contains("/carry-over"));

    let document = [("year", "2024"), ("document", "昌财结转〔2025〕1号")];
    let finances = finance.post(&step("carry-over"), &document).await;
    assert_eq!(finances.status, StatusCode::FORBIDDEN, "{}", finances.text());
    assert_eq!(both.post("/role", &[("role", "approver")]).await.status, StatusCode::SEE_OTHER);
    let own = both.post(&step("carry-over"), &document).await;
    assert!(own.status == StatusCode::FORBIDDEN && own.text().contains("four_eyes"), "{}", own.text());
    let next = finance.post(&step("close-year"), &[("year", "2025")]).await;
    assert!(next.text().contains("earlier_year_not_carried"), "{}", next.text());
    assert_eq!(approver.post(&step("carry-over"), &document).await.location, page);
    let carried = row(&finance.get(&page).await, "2024");
    assert!(carried.contains("chen.jing 昌财结转〔2025〕1号") && !carried.contains("<form"), "{carried}");

    // nothing more is booked into it; the next year begins with what was left
    let late = [("amount", "1"), ("document", "昌财〔2024〕9号"), ("on", "2024-12-31")];
    let late = finance.post(&step("appropriate"), &late).await;
    assert!(late.text().contains("year_closed") && late.text().contains("value=\"昌财〔2024〕9号\""));
    let books = finance.get(&trial).await;
    assert!(books.text().contains("借贷平衡") && books.text().contains("150.00"), "{}", books.text());
    let next = finance.get(&format!("/books?fund={}&from=2025-01-01", &page["/funds/".len()..])).await;
    assert!(next.text().contains("累计盈余—限定用途") && next.text().contains("190.00"), "{}", next.text());
    assert_eq!(finance.post(&step("close-year"), &[("year", "2025")]).await.location, page);
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_closed_year_waits_on_the_desk_of_who_may_carry_it_over_and_of_nobody_else() {
    const WAITING: &str = "已结账年度待结转";
    let (counter, _, app, router) = office_with_a_console().await;
    fund_and_somebody_of_both_roles(&counter);
    let page = format!("/funds/{}", app.office().fund_id(FUND));
    let step = |name: &str| format!("{page}/{name}");
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let mut both = Browser::signed_in(&router, "gao.feng").await;
    let year = [("year", "2024")];
    assert!(!approver.get("/").await.text().contains(WAITING), "no year is closed");
    assert_eq!(finance.post(&step("close-year"), &year).await.location, page);
    let desk = approver.get("/").await;
    assert!(desk.text().contains(WAITING) && desk.text().contains(&format!("href=\"{page}\"")));
    assert!(desk.text().contains("2024 年，liu.yang 于"), "{}", desk.text());
    assert!(!finance.get("/").await.text().contains(WAITING), "another person carries it over");
    let why = [("year", "2024"), ("reason", "拨款文号待核")];
    assert_eq!(approver.post(&step("reopen-year"), &why).await.location, page);
    assert!(!approver.get("/").await.text().contains(WAITING), "it is open again");

    assert_eq!(both.post("/role", &[("role", "finance")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(both.post(&step("close-year"), &year).await.location, page);
    assert_eq!(both.post("/role", &[("role", "approver")]).await.status, StatusCode::SEE_OTHER);
    assert!(!both.get("/").await.text().contains(WAITING), "who closed it may not");
    assert!(approver.get("/").await.text().contains("2024 年，gao.feng 于"));
    let listed = counter.do_well(&["todo", "list"]);
    let listed = listed.as_array().unwrap().iter().find(|one| one["kind"] == "year_to_carry_over").unwrap();
    assert_eq!((&listed["of"], &listed["not_by"]), (&page["/funds/".len()..].into(), &"gao.feng".into()));
    let document = [("year", "2024"), ("document", "昌财结转〔2025〕1号")];
    assert_eq!(approver.post(&step("carry-over"), &document).await.location, page);
    assert!(!approver.get("/").await.text().contains(WAITING), "it was carried over");
    app.close().await.unwrap();
}
