//! Sealing and opening with keys in memory.

use chrono::NaiveDate;
use domain::identifiers::BankAccount;
use domain::personal::{Opened, PersonName, Personal, Sealed, seal};
use proptest::prelude::*;
use uuid::Uuid;

use super::data_keys::{DataKey, KeyState};
use super::*;

fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

fn scope(person_number: u128, class: RetentionClass, label: &'static str) -> SealScope {
    SealScope { person: person(person_number), class, label }
}

fn clear(opening: Opening) -> Vec<u8> {
    match opening {
        Opening::Clear(bytes) => bytes,
        Opening::Erased { on } => panic!("erased on {on}"),
    }
}

#[test]
fn a_name_is_sealed_shortly_and_opened_again() {
    let keys = DataKeys::random(&[person(1)]).unwrap();
    let name = Personal::new(PersonName("张三丰".to_owned()));
    let sealed = seal(&keys, person(1), &name).unwrap();
    assert!(sealed.ciphertext().starts_with("s1.c."));
    assert_eq!(sealed.ciphertext().len(), 5 + ((12 + 16 + 11 + 16_usize) * 4).div_ceil(3));
    assert_eq!(sealed.open(person(1), &keys).unwrap(), Opened::Clear(name));
}

#[test]
fn the_same_value_never_looks_the_same() {
    let keys = DataKeys::random(&[person(1)]).unwrap();
    let place = scope(1, RetentionClass::CaseWork, "name");
    assert_ne!(keys.seal(place, b"x").unwrap(), keys.seal(place, b"x").unwrap());
}

#[test]
fn a_ciphertext_opens_only_where_it_was_sealed() {
    let keys = DataKeys::random(&[person(1), person(2)]).unwrap();
    let sealed = keys.seal(scope(1, RetentionClass::CaseWork, "name"), b"x").unwrap();
    let vouchers = sealed.replace("s1.c.", "s1.v.");
    let moved = [
        (scope(2, RetentionClass::CaseWork, "name"), &sealed),
        (scope(1, RetentionClass::CaseWork, "address"), &sealed),
        (scope(1, RetentionClass::Vouchers, "name"), &sealed),
        (scope(1, RetentionClass::Vouchers, "name"), &vouchers),
    ];
    for (place, text) in moved {
        let refused = OpenError::Tampered { person: place.person, label: place.label };
        assert_eq!(keys.open(place, text).err(), Some(refused), "{place:?}");
    }
}

#[test]
fn an_erased_key_says_when_and_seals_nothing_more() {
    let mut keys = DataKeys::random(&[person(1)]).unwrap();
    let name = Personal::new(PersonName("张三丰".to_owned()));
    let sealed = seal(&keys, person(1), &name).unwrap();
    let on = NaiveDate::from_ymd_opt(2024, 3, 1).unwrap();
    keys.insert(DataKey { person: person(1), class: RetentionClass::CaseWork, state: KeyState::Erased(on) });
    assert_eq!(sealed.open(person(1), &keys).unwrap(), Opened::Erased { on });
    assert_eq!(seal(&keys, person(1), &name).unwrap_err(), OpenError::Erased { person: person(1), on });
    assert!(keys.seal(scope(1, RetentionClass::Vouchers, "donor_name"), b"x").is_ok(), "vouchers are kept");
    assert!(keys.has(person(1)));
}

#[test]
fn an_account_outlives_the_erasure_of_case_work_and_is_sealed_for_vouchers_alone() {
    let mut keys = DataKeys::random(&[person(1)]).unwrap();
    let account = Personal::new(BankAccount::parse("9901140000000019").unwrap());
    let sealed = seal(&keys, person(1), &account).unwrap();
    assert!(sealed.ciphertext().starts_with("s1.v."));
    let on = NaiveDate::from_ymd_opt(2024, 3, 1).unwrap();
    keys.insert(DataKey { person: person(1), class: RetentionClass::CaseWork, state: KeyState::Erased(on) });
    assert_eq!(sealed.open(person(1), &keys).unwrap(), Opened::Clear(account));
    let elsewhere = keys.seal(scope(1, RetentionClass::Vouchers, "name"), b"\"9901140000000019\"").unwrap();
    assert!(Sealed::<BankAccount>::from_ciphertext(elsewhere).open(person(1), &keys).is_err());
}

#[test]
fn a_person_without_keys_can_neither_seal_nor_open() {
    let keys = DataKeys::random(&[person(1)]).unwrap();
    let sealed = keys.seal(scope(1, RetentionClass::CaseWork, "name"), b"x").unwrap();
    let stranger = scope(9, RetentionClass::CaseWork, "name");
    assert!(matches!(keys.seal(stranger, b"x"), Err(OpenError::KeyMissing { .. })));
    assert!(matches!(keys.open(stranger, &sealed), Err(OpenError::KeyMissing { .. })));
}

#[test]
fn a_wrapped_key_opens_only_for_its_person_class_and_master_key() {
    let (master, other) = (MasterKey::random().unwrap(), MasterKey::random().unwrap());
    let wrapped = DataKey::wrap_new(&master, person(1), RetentionClass::CaseWork).unwrap();
    let unwrapped = |master, number, class| store::unwrap_data_key(master, person(number), class, &wrapped);
    assert!(unwrapped(&master, 1, RetentionClass::CaseWork).is_some());
    assert!(unwrapped(&other, 1, RetentionClass::CaseWork).is_none());
    assert!(unwrapped(&master, 2, RetentionClass::CaseWork).is_none());
    assert!(unwrapped(&master, 1, RetentionClass::Vouchers).is_none());
}

#[test]
fn no_key_is_printed() {
    let keys = DataKeys::random(&[person(1)]).unwrap();
    assert_eq!(format!("{keys:?}"), "DataKeys(1)");
}

#[test]
fn the_key_of_one_value_opens_that_value_alone() {
    let keys = DataKeys::random(&[person(1)]).unwrap();
    let place = scope(1, RetentionClass::CaseWork, "note");
    let (one, other) = (keys.seal(place, b"one").unwrap(), keys.seal(place, b"other").unwrap());
    let key = keys.value_key(place, &one).unwrap();
    assert_eq!(key.open_text(place, &one).unwrap(), b"one");
    assert_eq!(key.open_text(place, &other), None, "another value of the same place");
    assert_eq!(key.open_text(scope(1, RetentionClass::CaseWork, "name"), &one), None, "another place");
    assert_eq!(key.open_text(scope(2, RetentionClass::CaseWork, "note"), &one), None, "another person");
    let read = ValueKey::parse(&key.disclose()).unwrap();
    assert_eq!(read.open_text(place, &one).unwrap(), b"one");
    assert!(keys.value_key(scope(1, RetentionClass::CaseWork, "name"), &one).is_none());
    assert!(keys.value_key(scope(9, RetentionClass::CaseWork, "note"), &one).is_none());
    assert_eq!(format!("{key:?}"), "ValueKey(…)");
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens_to_the_same_bytes(bytes: Vec<u8>, number: u128) {
        let keys = DataKeys::random(&[person(number)]).unwrap();
        for class in CLASSES {
            let sealed = keys.seal(scope(number, class, "note"), &bytes).unwrap();
            prop_assert_eq!(clear(keys.open(scope(number, class, "note"), &sealed).unwrap()), bytes.clone());
        }
    }

    #[test]
    fn no_changed_letter_goes_unseen(bytes: Vec<u8>, at: prop::sample::Index, letter in "[A-Za-z0-9_.-]") {
        let keys = DataKeys::random(&[person(1)]).unwrap();
        let place = scope(1, RetentionClass::CaseWork, "note");
        let sealed = keys.seal(place, &bytes).unwrap();
        let at = at.index(sealed.len());
        let changed = format!("{}{}{}", &sealed[..at], letter, &sealed[at + 1..]);
        prop_assume!(changed != sealed);
        prop_assert!(keys.open(place, &changed).is_err());
    }

    #[test]
    fn any_text_in_place_of_a_ciphertext_is_refused(text: String) {
        let keys = DataKeys::random(&[person(1)]).unwrap();
        let sealed: Sealed<PersonName> = Sealed::from_ciphertext(text);
        prop_assert!(sealed.open(person(1), &keys).is_err());
    }
}

#[test]
fn a_secret_of_the_office_opens_only_under_its_label_and_key() {
    let key = suite::SecretKey::random().unwrap();
    let sealed = suite::seal_secret(&key, "second factor|wang.fang", b"twenty secret bytes!").unwrap();
    assert!(!sealed.windows(6).any(|six| six == b"secret"));
    let open = |key, label: &str, sealed: &[u8]| suite::open_secret(key, label, sealed);
    assert_eq!(open(&key, "second factor|wang.fang", &sealed).as_deref(), Some(&b"twenty secret bytes!"[..]));
    assert_eq!(open(&key, "second factor|li.na", &sealed), None, "it was moved");
    let another = suite::SecretKey::random().unwrap();
    assert_eq!(open(&another, "second factor|wang.fang", &sealed), None);
    let mut changed = sealed.clone();
    changed[20] ^= 1;
    assert_eq!(open(&key, "second factor|wang.fang", &changed), None);
}
