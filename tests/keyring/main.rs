//! The keyring over a real database: made once, shared, erased, rotated; and no clear value anywhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

use chrono::NaiveDate;
use domain::ids::PersonId;
use domain::personal::{OpenError, Opened, PersonName, Personal, RetentionClass, Sealed, seal};
use eventlog::keyring::{CLASSES, Keyring, KeyringError, MasterKey, MasterKeyError};
use tests::TestLedger;
use uuid::Uuid;

const NAME: &str = "张三丰";

fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn name() -> Personal<PersonName> {
    Personal::new(PersonName(NAME.to_owned()))
}

async fn sealed_name(keyring: &Keyring, number: u128) -> Sealed<PersonName> {
    keyring.ensure_keys(&[person(number)]).await.unwrap();
    seal(keyring, person(number), &name()).unwrap()
}

async fn reopened(ledger: &TestLedger, master: &MasterKey) -> Result<Keyring, KeyringError> {
    Keyring::open(ledger.service().clone(), master.clone()).await
}

#[tokio::test]
async fn another_program_opens_what_one_sealed() {
    let ledger = TestLedger::start().await;
    let sealed = sealed_name(ledger.keyring(), 1).await;
    let other = reopened(&ledger, ledger.master_key()).await.unwrap();
    assert!(matches!(sealed.open(person(1), &other), Err(OpenError::KeyMissing { .. })), "not loaded yet");
    other.load(&[person(1)]).await.unwrap();
    assert_eq!(sealed.open(person(1), &other).unwrap(), Opened::Clear(name()));
}

#[tokio::test]
async fn keys_are_made_once_even_by_programs_that_make_them_at_the_same_time() {
    let ledger = TestLedger::start().await;
    let persons: Vec<PersonId> = (0..500).map(person).collect();
    let backwards: Vec<PersonId> = persons.iter().rev().copied().collect();
    let other = reopened(&ledger, ledger.master_key()).await.unwrap();
    let (one, two) = tokio::join!(ledger.keyring().ensure_keys(&persons), other.ensure_keys(&backwards));
    one.unwrap();
    two.unwrap();
    for &who in &persons {
        let sealed = seal(ledger.keyring(), who, &name()).unwrap();
        assert_eq!(sealed.open(who, &other).unwrap(), Opened::Clear(name()));
    }
}

#[tokio::test]
async fn load_all_loads_everybody() {
    let ledger = TestLedger::start().await;
    let persons: Vec<PersonId> = (0..12_345).map(person).collect();
    ledger.keyring().ensure_keys(&persons).await.unwrap();
    ledger.keyring().erase(person(7), &CLASSES, day("2024-05-01")).await.unwrap();
    let other = reopened(&ledger, ledger.master_key()).await.unwrap();
    other.load_all().await.unwrap();
    assert!(persons.iter().all(|&who| other.has(who)));
    assert!(!other.has(person(99_999)));
}

#[tokio::test]
async fn an_erased_person_shows_the_day_to_every_program_and_never_gets_a_key_again() {
    let ledger = TestLedger::start().await;
    let sealed = sealed_name(ledger.keyring(), 1).await;
    let other = reopened(&ledger, ledger.master_key()).await.unwrap();
    ledger.keyring().erase(person(1), &CLASSES, day("2024-05-01")).await.unwrap();
    ledger.keyring().erase(person(1), &CLASSES, day("2024-06-30")).await.unwrap();
    ledger.keyring().ensure_keys(&[person(1)]).await.unwrap();
    other.ensure_keys(&[person(1)]).await.unwrap();
    for keyring in [ledger.keyring(), &other] {
        let opened = sealed.open(person(1), keyring).unwrap();
        assert_eq!(opened, Opened::Erased { on: day("2024-05-01") });
        assert!(matches!(seal(keyring, person(1), &name()), Err(OpenError::Erased { .. })));
    }
    let left: i64 = sqlx::query_scalar("select count(*) from app_data_keys where wrapped is not null")
        .fetch_one(ledger.service())
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn case_work_is_erased_while_vouchers_are_kept() {
    let ledger = TestLedger::start().await;
    let sealed = sealed_name(ledger.keyring(), 1).await;
    ledger.keyring().erase(person(1), &[RetentionClass::CaseWork], day("2024-05-01")).await.unwrap();
    assert_eq!(sealed.open(person(1), ledger.keyring()).unwrap(), Opened::Erased { on: day("2024-05-01") });
    let donor = Personal::new(domain::personal::DonorName(NAME.to_owned()));
    let receipt = seal(ledger.keyring(), person(1), &donor).unwrap();
    assert_eq!(receipt.open(person(1), ledger.keyring()).unwrap(), Opened::Clear(donor));
}

#[tokio::test]
async fn a_person_erased_before_any_key_was_made_gets_none() {
    let ledger = TestLedger::start().await;
    ledger.keyring().erase(person(1), &CLASSES, day("2024-05-01")).await.unwrap();
    ledger.keyring().ensure_keys(&[person(1)]).await.unwrap();
    assert!(seal(ledger.keyring(), person(1), &name()).is_err());
}

#[tokio::test]
async fn a_wrong_master_key_is_seen_at_once() {
    let ledger = TestLedger::start().await;
    let error = reopened(&ledger, &MasterKey::random().unwrap()).await.unwrap_err();
    assert!(matches!(error, KeyringError::WrongMasterKey), "{error}");
}

#[tokio::test]
async fn a_lost_master_key_file_is_not_replaced_by_a_new_one() {
    let ledger = TestLedger::start().await;
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("keys/master.key");
    let error = Keyring::open_with_file(ledger.service().clone(), &file).await.unwrap_err();
    assert!(matches!(error, KeyringError::MasterKey(MasterKeyError::Missing { .. })), "{error}");
    assert!(!file.exists());
    ledger.master_key().write_new(&file).unwrap();
    Keyring::open_with_file(ledger.service().clone(), &file).await.unwrap();
}

#[tokio::test]
async fn the_master_key_is_replaced_and_every_value_and_index_stays() {
    let ledger = TestLedger::start().await;
    let sealed = sealed_name(ledger.keyring(), 1).await;
    ledger.keyring().ensure_keys(&(2..6_000).map(person).collect::<Vec<_>>()).await.unwrap();
    ledger.keyring().erase(person(2), &CLASSES, day("2024-05-01")).await.unwrap();
    let index = ledger.keyring().blind_index("id_number", "990114199001011234");
    let new = MasterKey::random().unwrap();
    Keyring::rewrap(ledger.owner(), ledger.master_key(), &new).await.unwrap();
    assert!(matches!(reopened(&ledger, ledger.master_key()).await, Err(KeyringError::WrongMasterKey)));
    let renewed = reopened(&ledger, &new).await.unwrap();
    renewed.load_all().await.unwrap();
    assert_eq!(sealed.open(person(1), &renewed).unwrap(), Opened::Clear(name()));
    assert_eq!(renewed.blind_index("id_number", "990114199001011234"), index);
    let late = ledger.keyring().ensure_keys(&[person(77_777)]).await.unwrap_err();
    assert!(matches!(late, KeyringError::MasterKeyReplaced), "{late}");
    assert!(Keyring::rewrap(ledger.owner(), ledger.master_key(), &new).await.is_err());
}

#[tokio::test]
async fn stored_keys_that_were_swapped_are_refused() {
    let ledger = TestLedger::start().await;
    ledger.keyring().ensure_keys(&[person(1), person(2)]).await.unwrap();
    let superuser = ledger.superuser().await;
    let swap = "update app_data_keys as kept set wrapped = other.wrapped from app_data_keys as other
        where kept.person_id <> other.person_id and kept.class = other.class";
    sqlx::query(swap).execute(&superuser).await.unwrap();
    let error = ledger.keyring().load(&[person(1)]).await.unwrap_err();
    assert!(matches!(error, KeyringError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn the_service_may_destroy_keys_but_neither_change_nor_remove_them() {
    let ledger = TestLedger::start().await;
    ledger.keyring().ensure_keys(&[person(1)]).await.unwrap();
    let forbidden = [
        "update app_data_keys set wrapped = '\\x00'",
        "update app_data_keys set erased_on = null",
        "delete from app_data_keys",
        "truncate app_data_keys",
        "update app_keyring set generation = 2",
        "delete from app_keyring",
        "insert into app_data_keys (person_id, class, suite, erased_on) values (gen_random_uuid(), 'vouchers', 's1', '2024-01-01')",
    ];
    for statement in forbidden {
        let error = sqlx::query(statement).execute(ledger.service()).await.unwrap_err();
        let code = error.as_database_error().and_then(|error| error.code()).unwrap().into_owned();
        assert_eq!(code, "42501", "{statement}");
    }
}

#[tokio::test]
async fn an_id_number_is_found_without_being_stored() {
    let ledger = TestLedger::start().await;
    let index = |label, digits| ledger.keyring().blind_index(label, digits);
    assert_eq!(index("id_number", "990114199001011234"), index("id_number", "990114199001011234"));
    assert_ne!(index("id_number", "990114199001011234"), index("account", "990114199001011234"));
    let elsewhere = TestLedger::start().await;
    let foreign = elsewhere.keyring().blind_index("id_number", "990114199001011234");
    assert_ne!(index("id_number", "990114199001011234"), foreign, "each ledger has an index key of its own");
}

#[tokio::test]
async fn neither_a_value_nor_a_key_stands_in_the_dump() {
    let ledger = TestLedger::start().await;
    let sealed = sealed_name(ledger.keyring(), 1).await;
    sqlx::query("create table holds (name text)").execute(ledger.owner()).await.unwrap();
    sqlx::query("insert into holds values ($1)")
        .bind(sealed.ciphertext())
        .execute(ledger.owner())
        .await
        .unwrap();
    let dump = ledger.dump().await;
    assert!(dump.mentions(sealed.ciphertext()), "the dump is complete");
    assert!(!dump.mentions(NAME));
}
