//! 退汇: what a bank's own codes say of the account, as its layout says.

use api::processes::payment_run;
use domain::bank_return::LineResolution;
use domain::payment_run::RunException;
use tests::office::{Broken, ZHAO, at_work};
use tests::personas;

use crate::arrived_late::{LATER, exceptions, supplement};
use crate::bank_returns::{AtTheBank, at_the_bank, at_the_bank_for};

/// The month came back with a code, and was given up.
async fn given_up_after(code: &str) -> AtTheBank {
    let bank = at_the_bank("plain_csv").await;
    let returned = bank.lines[bank.line_of(ZHAO, "2023-03").await].payment_id;
    bank.take(&format!("payment,result,reference\n{returned},returned,{code}\n")).await.unwrap();
    let finance = at_work(personas::finance(), LATER);
    payment_run::cancel_payment(&bank.small.office, &finance, returned, "本人要求").await.unwrap();
    bank
}

#[tokio::test]
async fn an_account_that_a_bank_s_own_code_calls_closed_takes_nothing_more() {
    let bank = given_up_after("E003").await;
    let (run, lines) = supplement(&bank).await;
    assert_eq!(lines, 0);
    assert_eq!(exceptions(&bank, run).await, [RunException::AccountUnchanged]);
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_code_that_says_nothing_of_the_account_leaves_it_usable_once_the_payment_is_given_up() {
    let bank = given_up_after("E004").await;
    assert_eq!(supplement(&bank).await.1, 1);
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn nothing_is_said_to_have_arrived_before_the_bank_was_to_pay() {
    let bank = at_the_bank_for("pain_001", "2023-03-02").await;
    let mut strange = bank.says(0, "RJCT", "AC04");
    strange.amount = "0.01".to_owned();
    let taken = bank.take(&bank.report(&[strange])).await.unwrap();
    let payment_id = bank.lines[0].payment_id;
    let refused = bank.resolve(&taken, 1, LineResolution::Settled { payment_id }).await.unwrap_err();
    assert_eq!(refused.code(), "before_execution");
    bank.resolve(&taken, 1, LineResolution::Returned { payment_id }).await.unwrap();
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn an_account_from_which_money_came_back_after_it_had_settled_takes_nothing_more() {
    let bank = at_the_bank("plain_csv").await;
    let place = bank.line_of(ZHAO, "2023-03").await;
    let settled = bank.lines.iter().map(|line| format!("{},settled,B-1\n", line.payment_id));
    let head = "payment,result,reference\n";
    bank.take(&format!("{head}{}", settled.collect::<String>())).await.unwrap();
    let payment_id = bank.lines[place].payment_id;
    let late = bank.take(&format!("{head}{payment_id},returned,AC04\n")).await.unwrap();
    bank.resolve(&late, late.unmatched[0].row, LineResolution::Recovered { payment_id }).await.unwrap();
    let (run, lines) = supplement(&bank).await;
    assert_eq!(lines, 0, "the month is due again, and its account closed");
    assert_eq!(exceptions(&bank, run).await, [RunException::AccountUnchanged]);
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}
