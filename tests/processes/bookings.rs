//! What stands on the office's account: bookings beside status reports, files of one run told apart, and statements about
//! several runs.

use api::bank::catalogue::Catalogue;
use api::bank::writing::{end_to_end_id, message_id};
use domain::bank_return::UnmatchedReason as Reason;
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use projections::payment_registers::PaymentRow;
use projections::payment_registers::queries::{LinePage, PageStart, lines_page};
use projections::runner::Until;
use tests::office::{Broken, ZHAO};

use crate::arrived_late::{approve, correct_the_account, release, supplement};
use crate::bank_returns::{AtTheBank, at_the_bank, at_the_bank_in, reasons};

/// A statement of the office's account with these debits: the payment, its amount, and the bank's reference.
fn statement(debits: &[(PaymentId, Money, &str)]) -> String {
    let entry = |(payment_id, amount, reference): &(PaymentId, Money, &str)| {
        let id = end_to_end_id(*payment_id);
        format!(
            "<Ntry><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
             <BookgDt><Dt>2023-02-28</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls>\
             <Refs><EndToEndId>{id}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>\n"
        )
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><Othr>\
         <Id>99011400000000000001</Id></Othr></Id></Acct>\n{}</Stmt></BkToCstmrStmt></Document>\n",
        debits.iter().map(entry).collect::<String>()
    )
}

async fn lines_of(bank: &AtTheBank, run: RunId) -> Vec<PaymentRow> {
    bank.small.office.runner.catch_up(Until::Head).await.unwrap();
    let page = LinePage { start: PageStart::First, limit: 100 };
    lines_page(&bank.small.office.pool, run, page).await.unwrap()
}

#[tokio::test]
async fn a_statement_after_a_status_report_names_the_booking_and_the_next_one_is_paid_twice() {
    let bank = at_the_bank("pain_001").await;
    bank.take(&bank.report(&[bank.says(0, "ACSC", "")])).await.unwrap();
    let (id, amount) = (bank.lines[0].payment_id, bank.lines[0].amount);
    let settled = bank.count("PaymentSettled").await;
    let first = bank.take(&statement(&[(id, amount, "BOOK-1")])).await.unwrap();
    assert_eq!((first.matching.repeated_count, reasons(&first)), (1, vec![]));
    assert_eq!(bank.count("BookingNamed").await, 1);
    assert_eq!(lines_of(&bank, bank.run).await[0].bank_reference.as_deref(), Some("BOOK-1"));
    let second = bank.take(&statement(&[(id, amount, "BOOK-2")])).await.unwrap();
    assert_eq!(reasons(&second), [Reason::SettledTwice]);
    assert_eq!((bank.count("BookingNamed").await, bank.count("PaymentSettled").await), (1, settled));
    bank.adds_up(&second).await;
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_report_that_refuses_one_of_two_files_returns_the_payments_of_that_one() {
    let mut layout = Catalogue::own().unwrap().layout("pain_001").unwrap().clone();
    layout.lines_max = Some(3);
    let bank = at_the_bank_in(layout, "2023-02-27").await;
    let (one, two) = (message_id(bank.run, 1), message_id(bank.run, 2));
    let refusal = bank.report(&[]).replace(&one, &two).replace(
        "</OrgnlMsgId>",
        "</OrgnlMsgId><OrgnlNbOfTxs>2</OrgnlNbOfTxs><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>",
    );
    let taken = bank.take(&refusal).await.unwrap();
    assert_eq!((taken.results.returned_count, taken.pending_count), (2, 3), "{taken:?}");
    let text = String::from_utf8(bank.bytes.clone()).unwrap();
    let (_, second_file) = text.split_once(&two).unwrap();
    for line in lines_of(&bank, bank.run).await {
        let is_in_it = second_file.contains(&end_to_end_id(line.payment_id));
        assert_eq!(line.returned_reason.is_some(), is_in_it, "{line:?}");
    }
    bank.adds_up(&taken).await;
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn however_many_results_contradict_each_other_they_are_kept() {
    let bank = at_the_bank("pain_001").await;
    let wrong = |place: usize| {
        let mut says = bank.says(place % 5, "ACSC", "");
        says.amount = "0.01".to_owned();
        says
    };
    let taken = bank.take(&bank.report(&(0..25).map(wrong).collect::<Vec<_>>())).await.unwrap();
    assert_eq!(reasons(&taken), vec![Reason::AmountDiffers; 25]);
    bank.adds_up(&taken).await;
    bank.small.ledger.finish().await;
}

/// A month came back, and another run pays it to another account: a statement with a debit of each run.
async fn two_runs_in_one_statement() -> (AtTheBank, RunId, String) {
    let bank = at_the_bank("pain_001").await;
    let last = bank.line_of(ZHAO, "2023-03").await;
    bank.take(&bank.report(&[bank.says(last, "RJCT", "AC04")])).await.unwrap();
    correct_the_account(&bank).await;
    let (next, _) = supplement(&bank).await;
    approve(&bank, next).await.unwrap();
    release(&bank, next).await.unwrap();
    let again = lines_of(&bank, next).await.remove(0);
    let first = bank.lines.iter().find(|line| line.payment_id != bank.lines[last].payment_id).unwrap();
    let text = statement(&[(first.payment_id, first.amount, "B-1"), (again.payment_id, again.amount, "B-2")]);
    (bank, next, text)
}

#[tokio::test]
async fn a_statement_about_two_runs_is_taken_in_for_both_and_leaves_nothing_to_do() {
    let (bank, next, text) = two_runs_in_one_statement().await;
    let taken = bank.take(&text).await.unwrap();
    assert_eq!((taken.matching.settled_count, reasons(&taken)), (1, vec![Reason::OtherRun]));

    let other = bank.take_for(next, text.as_bytes()).await.unwrap();
    assert_eq!((other.matching.settled_count, other.matching.repeated_count), (1, 1), "{other:?}");
    let known = bank.take(&text).await.unwrap();
    assert_eq!((known.known_before, reasons(&known)), (true, vec![]), "closed with the other run");
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn what_an_interrupted_taking_had_kept_for_another_run_is_closed_when_it_is_finished() {
    let (bank, next, text) = two_runs_in_one_statement().await;
    bank.take_interrupted(&text).await;
    bank.take_for(next, text.as_bytes()).await.unwrap();
    let finished = bank.take(&text).await.unwrap();
    assert_eq!((finished.known_before, finished.matching.unmatched_count), (false, 1));
    assert_eq!(reasons(&finished), vec![], "and it is said at once");
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}
