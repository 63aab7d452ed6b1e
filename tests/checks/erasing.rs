//! Erasing a person (个人信息保护法 art. 47): the values are gone for ever, history, totals and proofs stay.

use domain::household::{Household, HouseholdCommand};
use domain::personal::Opened;
use eventlog::keyring::CLASSES;
use tests::personas;

use crate::office::{Broken, SmallOffice, WANG, at_work, day, id_number};

/// The balance of every account.
async fn totals(small: &SmallOffice) -> Vec<(String, i64)> {
    sqlx::query_as("select account, debit_fen - credit_fen from read_book_accounts order by account")
        .fetch_all(small.ledger.owner())
        .await
        .unwrap()
}

#[tokio::test]
async fn an_erased_person_is_gone_and_history_and_totals_stay() {
    let small = SmallOffice::open().await;
    let before = totals(&small).await;
    let (person_id, household_id) = small.office.find(&id_number(WANG)).await.unwrap();
    let desk = at_work(personas::reviewer(), "2023-03-01");
    let basis = "个人信息保护法第四十七条".to_owned();
    let erase = HouseholdCommand::ErasePerson { person_id, basis, erased_on: desk.today() };
    let (id, request) =
        (household_id.to_string(), desk.request(small.office.derived("erase", "1"), &"erase"));
    small.office.repository.execute::<Household>(&id, erase, &desk.context(), &request).await.unwrap();
    small.office.keyring.erase(person_id, &CLASSES, desk.today()).await.unwrap();

    let household = small.office.repository.load::<Household>(household_id).await.unwrap().state;
    let member = household.member(person_id).unwrap();
    let name = member.name.open(person_id, &*small.office.keyring).unwrap();
    assert_eq!(name, Opened::Erased { on: day("2023-03-01") });
    assert_eq!(small.broken().await, Broken::new(), "an erased person breaks nothing");
    assert_eq!(totals(&small).await, before);
}
