//! The ends of years: what was closed, by whom it was carried over, and that nothing is booked into it afterwards.

use api::processes::{carry_over, close_year, reopen_year};
use tests::office::{Broken, FUND, SmallOffice, at_work, codes};
use tests::personas;

/// The year 2023 of the fund that pays is closed and carried over; gives the positions of both.
async fn carried_over() -> (SmallOffice, u64, u64) {
    let small = SmallOffice::open().await;
    let fund = small.office.fund_id(FUND);
    close_year(&small.office, &at_work(personas::finance(), "2024-01-08"), fund, 2023).await.unwrap();
    let approver = at_work(personas::approver(), "2024-01-09");
    carry_over(&small.office, &approver, fund, 2023, "昌财结转〔2024〕1号").await.unwrap();
    assert_eq!(small.broken().await, Broken::new());
    let (closed, carried) = (small.first("FundYearClosed").await, small.first("FundYearCarriedOver").await);
    (small, closed, carried)
}

#[tokio::test]
async fn a_closing_that_the_books_do_not_bear_out_is_named() {
    let (mut small, closed, carried) = carried_over().await;
    let unspent = small.text("payload #>> '{FundYearClosed,unspent}'", closed).await;
    small.forge(closed, &format!("\"unspent\":{unspent}"), "\"unspent\":7").await;
    let broken = small.broken().await;
    assert_eq!(broken["closed_years"], [closed, carried]);
    assert_eq!(codes(&broken), ["closed_years"]);
}

#[tokio::test]
async fn a_closed_year_whose_income_was_changed_afterwards_is_named_at_its_closing() {
    let (mut small, closed, _) = carried_over().await;
    let appropriated = small.first("MoneyAppropriated").await;
    small.forge(appropriated, "\"amount\":1000000", "\"amount\":1000001").await;
    let broken = small.broken().await;
    assert_eq!(broken["closed_years"], [closed]);
    assert_eq!(codes(&broken), ["closed_years", "projections"]);
}

#[tokio::test]
async fn money_that_was_booked_into_a_closed_year_is_named() {
    let (mut small, ..) = carried_over().await;
    let appropriated = small.first("MoneyAppropriated").await;
    let fund = small.office.fund_id(FUND).to_string();
    let late = small.append_copy(appropriated, &fund, "1号", "2号").await;
    assert_eq!(small.broken().await["closed_years"], [late]);
}

#[tokio::test]
async fn a_year_that_one_person_closed_and_carried_over_is_named() {
    let (mut small, closed, carried) = carried_over().await;
    let (finance, approver) = (personas::finance().id, personas::approver().id);
    for column in ["payload", "metadata"] {
        small
            .damage(&format!(
                "update log_events set {column} = replace({column}::text, '{approver}', '{finance}')::json
              where position = {carried} and {column}::text like '%{approver}%'"
            ))
            .await;
    }
    let broken = small.broken().await;
    assert_eq!(broken["closed_years"], [closed, carried]);
}

#[tokio::test]
async fn a_carry_over_of_another_sum_is_named_with_its_closing() {
    let (mut small, closed, carried) = carried_over().await;
    let sum = small.text("payload #>> '{FundYearCarriedOver,carried}'", carried).await;
    small.forge(carried, &format!("\"carried\":{sum}"), "\"carried\":7").await;
    assert_eq!(small.broken().await["closed_years"], [closed, carried]);
}

#[tokio::test]
async fn a_closing_that_was_wrong_and_was_reopened_is_mended() {
    let mut small = SmallOffice::open().await;
    let fund = small.office.fund_id(FUND);
    let finance = |on| at_work(personas::finance(), on);
    let account = close_year(&small.office, &finance("2024-01-08"), fund, 2023).await.unwrap();
    assert_eq!(account.years[&2023].facts.unspent, account.balance);
    let closed = small.first("FundYearClosed").await;
    let unspent = account.balance.fen();
    small.forge(closed, &format!("\"unspent\":{unspent}"), "\"unspent\":7").await;
    assert_eq!(small.broken().await["closed_years"], [closed]);
    let reopened = reopen_year(&small.office, &finance("2024-01-09"), fund, 2023, "数据有误").await.unwrap();
    assert_eq!((reopened.years.len(), reopened.balance), (0, account.balance));
    assert_eq!(small.broken().await, Broken::new());
}
