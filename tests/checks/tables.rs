//! Read tables: a row that the log does not say is found.

use tests::office::{SmallOffice, codes};

async fn names_the_tables(small: &SmallOffice, tables: &[&str]) {
    let verdicts = small.verdicts().await;
    let found = verdicts.iter().find(|verdict| verdict.invariant.code == "projections").unwrap();
    let words = found.findings.iter().map(|finding| finding.en.split(' ').next().unwrap());
    assert_eq!(words.collect::<Vec<_>>(), tables, "{found:?}");
}

#[tokio::test]
async fn a_row_that_was_changed_is_found() {
    let mut small = SmallOffice::open().await;
    small.damage("update read_payments set amount_fen = amount_fen + 1").await;
    names_the_tables(&small, &["read_payments"]).await;
    assert!(codes(&small.broken().await).contains(&"projections"));
}

#[tokio::test]
async fn a_row_that_was_removed_is_found() {
    let mut small = SmallOffice::open().await;
    small.damage("delete from read_book_days where account = 'deposits'").await;
    names_the_tables(&small, &["read_book_days"]).await;
    assert_eq!(codes(&small.broken().await), ["projections"]);
}

#[tokio::test]
async fn events_that_were_taken_in_twice_are_found() {
    let mut small = SmallOffice::open().await;
    small.damage("update read_positions set position = position - 2 where name = 'books'").await;
    assert!(codes(&small.broken().await).is_empty(), "the last events book nothing: the replay agrees");
    small.damage("update read_positions set position = 0 where name = 'books'").await;
    names_the_tables(&small, &["read_book_days", "read_book_spans"]).await;
}
