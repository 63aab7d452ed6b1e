//! Which payment a line speaks of, and whether it is news.

use std::collections::{BTreeMap, BTreeSet};

use domain::bank_return::UnmatchedReason as Reason;
use domain::identifiers::BankAccount;
use domain::personal::BlindIndex;
use proptest::prelude::*;

use super::*;
use crate::bank::matching::{Matcher, Survey, Verdict};
use crate::bank::reading::{Said, Scope};
use crate::bank::run_book::{Entry, RunBook, Stand};

const FEN: i32 = 139_500;

/// A keyed hash, as far as these tests care.
fn index(case: u128) -> BlindIndex {
    BlindIndex::from_hex(format!("{:032x}{:032x}", case + 1, 0))
}

/// Payments 1 to `count`, pending, on accounts of their own; the last one has the account of the first.
fn book(count: u128) -> RunBook {
    let entry = |case| Entry {
        payment_id: payment(case),
        amount: Money::from_fen(FEN),
        stand: Stand::Pending,
        bank_reference: None,
    };
    let mut book = RunBook::new((1..=count).map(entry).collect());
    let accounts = (1..=count).map(|case| (payment(case), index(if case == count { 1 } else { case })));
    book.bring_accounts(accounts);
    book
}

fn line(row: u64, case: u128, said: Said) -> BankLine {
    BankLine {
        row,
        said: Some(said),
        amount: Some(Money::from_fen(FEN)),
        end_to_end_id: Some(end_to_end_id(payment(case))),
        ..BankLine::default()
    }
}

fn by_account(row: u64, said: Said) -> BankLine {
    let account = BankAccount::parse("99011400000001").ok();
    BankLine { end_to_end_id: None, account, ..line(row, 1, said) }
}

fn matcher(book: &RunBook) -> Matcher<'_> {
    Matcher::new(book, "abcdef0123456789ff", Survey::default(), BTreeSet::new())
}

fn reason(verdict: Verdict) -> Option<Reason> {
    match verdict {
        Verdict::Unmatched(line) => Some(line.reason),
        _ => None,
    }
}

/// What each line means on the second reading, which counts the same as the first.
fn read_twice(book: &RunBook, lines: &[BankLine]) -> Vec<Verdict> {
    let mut first = matcher(book);
    for line in lines {
        first.line(line, None).unwrap();
    }
    let counted = first.matching;
    let mut second = Matcher::new(book, "ab", first.into_survey(), BTreeSet::new());
    let verdicts = lines.iter().map(|line| second.line(line, None).unwrap()).collect();
    assert_eq!(second.matching, counted, "both readings count the same");
    verdicts
}

#[test]
fn a_result_is_news_once() {
    let book = book(3);
    let mut matcher = matcher(&book);
    let Verdict::Settle(news) = matcher.line(&line(1, 1, Said::Settled), None).unwrap() else { panic!() };
    assert_eq!((news.payment_id, news.words.as_str()), (payment(1), "status:abcdef0123456789:1"));
    assert_eq!(matcher.line(&line(2, 1, Said::Settled), None), Ok(Verdict::Nothing));
    let Verdict::Return(news) = matcher.line(&line(3, 2, Said::Returned), None).unwrap() else { panic!() };
    assert_eq!(news.words, "MS03");
    assert_eq!(matcher.line(&line(4, 3, Said::Waiting), None), Ok(Verdict::Nothing));
    let m = matcher.matching;
    assert_eq!((m.settled_count, m.returned_count, m.repeated_count, m.waiting_count), (1, 1, 1, 1));
    assert_eq!(m.line_count(), Some(4));
}

#[test]
fn what_contradicts_is_an_exception() {
    let book = book(3);
    let mut matcher = matcher(&book);
    let mut say = |line: BankLine| reason(matcher.line(&line, None).unwrap());
    let with =
        |line: BankLine, reference: &str| BankLine { bank_reference: Some(reference.to_owned()), ..line };
    assert_eq!(say(with(line(1, 1, Said::Settled), "B1")), None);
    assert_eq!(say(with(line(2, 1, Said::Settled), "B2")), Some(Reason::SettledTwice));
    assert_eq!(say(line(3, 1, Said::Settled)), None, "a status without a booking contradicts nothing");
    assert_eq!(say(line(4, 1, Said::Returned)), Some(Reason::ReturnedAfterSettlement));
    assert_eq!(say(line(5, 2, Said::Returned)), None);
    assert_eq!(say(line(6, 2, Said::Settled)), Some(Reason::SettledAfterReturn));
    let other = BankLine { amount: Some(Money::from_fen(1)), ..line(7, 2, Said::Settled) };
    assert_eq!(say(other), Some(Reason::AmountDiffers));
    assert_eq!(say(line(8, 99, Said::Settled)), Some(Reason::ReferenceUnknown));
    assert_eq!(say(BankLine { said: None, ..line(9, 3, Said::Settled) }), Some(Reason::ResultUnknown));
}

/// A booking on the office's account that pays, with the bank's reference or without.
fn booking(row: u64, case: u128, reference: &str) -> BankLine {
    let bank_reference = Some(reference.to_owned()).filter(|text| !text.is_empty());
    BankLine { is_booking: true, bank_reference, ..line(row, case, Said::Settled) }
}

#[test]
fn a_statement_names_the_booking_of_what_had_settled_and_a_second_one_is_paid_twice() {
    let entry = |case| Entry {
        payment_id: payment(case),
        amount: Money::from_fen(FEN),
        stand: Stand::Settled,
        bank_reference: Some("status:0123:1".to_owned()),
    };
    let book = RunBook::new(vec![entry(1), entry(2), entry(3)]);
    let lines = [
        booking(1, 1, "B1"),
        line(2, 1, Said::Settled),
        booking(3, 1, "B1"),
        booking(4, 2, ""),
        booking(5, 2, ""),
        booking(6, 3, "B3"),
        booking(7, 3, ""),
    ];
    let said: Vec<_> = read_twice(&book, &lines)
        .into_iter()
        .map(|verdict| match verdict {
            Verdict::Name(news) => format!("{} {}", news.words, news.is_repeat),
            Verdict::Nothing => "nothing".to_owned(),
            other => format!("{:?}", reason(other).unwrap()),
        })
        .collect();
    let expected =
        ["B1 true", "nothing", "SettledTwice", "nothing", "SettledTwice", "B3 true", "SettledTwice"];
    assert_eq!(said, expected);
}

#[test]
fn a_statement_that_comes_again_after_its_return_was_known_contradicts_nothing() {
    let entry = |case| Entry {
        payment_id: payment(case),
        amount: Money::from_fen(FEN),
        stand: Stand::Returned,
        bank_reference: None,
    };
    let book = RunBook::new(vec![entry(1), entry(2), entry(3)]);
    let back = |row, case| BankLine { is_booking: true, ..line(row, case, Said::Returned) };
    let pair = [booking(1, 1, "B1"), back(2, 1), back(3, 2), booking(4, 2, "B2"), booking(5, 3, "B3")];
    let said: Vec<_> = read_twice(&book, &pair).into_iter().map(reason).collect();
    assert_eq!(said, [None, None, None, None, Some(Reason::SettledAfterReturn)]);
}

#[test]
fn a_report_on_a_whole_file_counts_each_payment_once_however_often_it_is_taken() {
    let count = |stands: [Stand; 3], said: Said| {
        let entries = (1..=3).zip(stands).map(|(case, stand)| Entry {
            payment_id: payment(case),
            amount: Money::from_fen(FEN),
            stand,
            bank_reference: None,
        });
        let book = RunBook::new(entries.collect());
        let mut matcher = matcher(&book);
        let whole = BankLine { amount: None, scope: Scope::File(1), ..line(1, 1, said) };
        matcher.whole((&whole, 1), &mut |_| Ok::<_, domain::money::MoneyError>(())).unwrap();
        matcher.matching.line_count()
    };
    use Stand::{Pending, Returned, Settled};
    for stands in [
        [Pending; 3],
        [Returned, Returned, Pending],
        [Settled, Settled, Pending],
        [Settled, Returned, Returned],
    ] {
        for said in [Said::Settled, Said::Returned] {
            assert_eq!(count(stands, said), Some(3), "{stands:?} {said:?}");
        }
    }
}

#[test]
fn two_bookings_of_one_payment_in_one_statement_are_paid_twice_though_none_has_a_reference() {
    let book = book(3);
    let verdicts = read_twice(&book, &[booking(1, 1, ""), booking(2, 1, ""), booking(3, 2, "B")]);
    assert!(matches!(&verdicts[0], Verdict::Settle(_)), "{verdicts:?}");
    assert_eq!(reason(verdicts[1].clone()), Some(Reason::SettledTwice));
}

#[test]
fn a_reference_that_is_none_of_ours_is_not_made_good_by_account_and_amount() {
    let book = book(3);
    let mut matcher = matcher(&book);
    let strange = BankLine { is_strangely_named: true, ..by_account(1, Said::Settled) };
    let said = reason(matcher.line(&strange, Some(&index(2))).unwrap());
    assert_eq!((said, matcher.strangers()), (Some(Reason::ReferenceUnknown), 1));
    let wrong = BankLine { amount: Some(Money::from_fen(1)), ..line(2, 2, Said::Settled) };
    assert_eq!(reason(matcher.line(&wrong, None).unwrap()), Some(Reason::AmountDiffers));
    assert_eq!(matcher.strangers(), 1, "a wrong amount is one of the run's");
    let malformed = BankLine { problem: Some(Reason::LineMalformed), ..line(3, 2, Said::Settled) };
    assert_eq!(reason(matcher.line(&malformed, None).unwrap()), Some(Reason::LineMalformed));
    assert_eq!(matcher.strangers(), 2, "perhaps it is the office's own file");
}

#[test]
fn a_file_that_is_refused_whole_returns_its_own_payments() {
    let mut book = book(4);
    book.bring_files((1..=4).map(|case| (payment(case), if case <= 2 { 1 } else { 2 })));
    let whole = BankLine { amount: None, scope: Scope::File(2), ..line(1, 1, Said::Returned) };
    let mut returned = Vec::new();
    matcher(&book)
        .whole((&whole, 2), &mut |verdict| {
            let Verdict::Return(news) = verdict else { panic!("{verdict:?}") };
            returned.push(news.payment_id);
            Ok::<_, domain::money::MoneyError>(())
        })
        .unwrap();
    returned.sort_unstable();
    let mut own = vec![payment(3), payment(4)];
    own.sort_unstable();
    assert_eq!(returned, own);
}

#[test]
fn without_a_reference_account_and_amount_must_fit_one_payment() {
    let book = book(4);
    let mut matcher = matcher(&book);
    let mut say = |line: &BankLine, case| matcher.line(line, Some(&index(case))).unwrap();
    assert!(
        matches!(say(&by_account(1, Said::Settled), 2), Verdict::Settle(news) if news.payment_id == payment(2))
    );
    assert_eq!(reason(say(&by_account(2, Said::Settled), 1)), Some(Reason::Ambiguous));
    assert_eq!(reason(say(&by_account(3, Said::Settled), 77)), Some(Reason::ReferenceUnknown));
    let of_other = line(4, 3, Said::Settled);
    assert_eq!(reason(say(&of_other, 2)), Some(Reason::AccountDiffers));
}

#[test]
fn account_and_amount_make_no_bad_reference_good_and_say_nothing_in_a_file_that_may_be_of_another_run() {
    let book = book(4);
    let cut = BankLine { end_to_end_id: Some("5ee276a0".into()), ..by_account(1, Said::Settled) };
    assert_eq!(reason(matcher(&book).line(&cut, Some(&index(2))).unwrap()), Some(Reason::ReferenceUnknown));
    let mut other = matcher(&book).by_reference_only(true);
    let strange = other.line(&by_account(1, Said::Settled), Some(&index(2))).unwrap();
    assert_eq!(reason(strange), Some(Reason::ReferenceUnknown));
    assert!(matches!(other.line(&line(2, 2, Said::Settled), None).unwrap(), Verdict::Settle(_)));
}

#[test]
fn a_second_booking_out_after_money_came_back_in_one_statement_is_an_exception() {
    let book = book(3);
    let booking = |line: BankLine, reference: &str| BankLine {
        is_booking: true,
        bank_reference: Some(reference.to_owned()),
        ..line
    };
    let out = |row, reference| booking(line(row, 1, Said::Settled), reference);
    let back = |row| booking(line(row, 1, Said::Returned), "C1");
    for lines in [[out(1, "D1"), back(2), out(3, "D2")], [back(1), out(2, "D1"), out(3, "D2")]] {
        let verdicts = read_twice(&book, &lines);
        assert_eq!(reason(verdicts[2].clone()), Some(Reason::SettledAfterReturn), "{verdicts:?}");
        let exceptions = verdicts.into_iter().filter_map(reason).count();
        assert_eq!(exceptions, 1);
    }
}

#[test]
fn a_payment_booked_out_and_in_again_in_one_statement_came_back() {
    let book = book(3);
    let booking = |line: BankLine| BankLine { is_booking: true, ..line };
    for lines in [
        [booking(line(1, 1, Said::Settled)), booking(line(2, 1, Said::Returned))],
        [booking(line(1, 1, Said::Returned)), booking(line(2, 1, Said::Settled))],
    ] {
        let verdicts = read_twice(&book, &lines);
        let returns = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Return(_))).count();
        assert!(returns == 1 && verdicts.contains(&Verdict::Nothing), "{verdicts:?}");
    }
}

#[test]
fn a_file_refused_whole_returns_whatever_is_pending() {
    let book = book(3);
    let mut matcher = matcher(&book);
    let whole = BankLine {
        scope: Scope::File(1),
        amount: None,
        reason: Some("FF01".into()),
        ..line(1, 1, Said::Returned)
    };
    let mut verdicts = Vec::new();
    matcher
        .whole((&whole, 1), &mut |verdict| {
            verdicts.push(verdict);
            Ok::<_, domain::money::MoneyError>(())
        })
        .unwrap();
    assert_eq!(verdicts.len(), 3);
    assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Return(news) if news.words == "FF01")));
}

#[test]
fn a_file_refused_whole_after_a_payment_of_it_arrived_is_an_exception_besides() {
    let book = book(3);
    let mut matcher = matcher(&book);
    matcher.line(&line(1, 1, Said::Settled), None).unwrap();
    let whole = BankLine { scope: Scope::File(1), amount: None, ..line(2, 1, Said::Returned) };
    let (mut exceptions, mut returned) = (Vec::new(), 0);
    matcher
        .whole((&whole, 1), &mut |verdict| {
            returned += usize::from(matches!(verdict, Verdict::Return(_)));
            exceptions.extend(reason(verdict));
            Ok::<_, domain::money::MoneyError>(())
        })
        .unwrap();
    assert_eq!((exceptions, returned), (vec![Reason::ReturnedAfterSettlement], 2));
    assert_eq!(matcher.matching.line_count(), Some(4));
}

#[test]
fn a_row_that_was_kept_before_is_not_kept_again() {
    let book = book(3);
    let mut matcher = Matcher::new(&book, "ab", Survey::default(), BTreeSet::from([5]));
    assert_eq!(matcher.line(&line(5, 99, Said::Settled), None), Ok(Verdict::Kept));
    assert_eq!(matcher.matching.unmatched_count, 1);
}

fn lines() -> impl Strategy<Value = Vec<(u128, u8, Option<u8>)>> {
    prop::collection::vec((1..8_u128, 0..3_u8, prop::option::of(0..3_u8)), 1..60)
}

proptest! {
    /// Whatever a file says in whatever order: every line has one place, no payment has more than one result, the second
    /// reading says what the first counted, and taking it again has no news.
    #[test]
    fn every_line_has_one_place_and_every_payment_one_result(drawn in lines(), is_booking: bool) {
        let book = book(6);
        let lines: Vec<BankLine> = (1..).zip(&drawn).map(|(row, (case, said, reference))| {
            let said = [Said::Settled, Said::Returned, Said::Waiting][usize::from(*said)];
            let bank_reference = reference.map(|number| format!("B{number}"));
            BankLine { is_booking, bank_reference, ..line(row, *case, said) }
        }).collect();
        let mut first = matcher(&book);
        for line in &lines {
            first.line(line, None).unwrap();
        }
        let counted = first.matching;
        prop_assert_eq!(counted.line_count(), Some(lines.len() as u64));
        let mut second = Matcher::new(&book, "abcdef0123456789ff", first.into_survey(), BTreeSet::new());
        let mut results: BTreeMap<PaymentId, Entry> = BTreeMap::new();
        for line in &lines {
            let (stand, news) = match second.line(line, None).unwrap() {
                Verdict::Settle(news) => (Stand::Settled, news),
                Verdict::Return(news) => (Stand::Returned, news),
                _ => continue,
            };
            let bank_reference = (stand == Stand::Settled).then_some(news.words);
            let entry = Entry { payment_id: news.payment_id, amount: news.amount, stand, bank_reference };
            prop_assert!(results.insert(news.payment_id, entry).is_none(), "two results for one payment");
        }
        prop_assert_eq!(second.matching, counted);
        let pending = |case| Entry {
            payment_id: payment(case), amount: Money::from_fen(FEN), stand: Stand::Pending, bank_reference: None,
        };
        let known = (1..=6).map(|case| results.remove(&payment(case)).unwrap_or_else(|| pending(case)));
        let after = RunBook::new(known.collect());
        let mut again = matcher(&after);
        for line in &lines {
            again.line(line, None).unwrap();
        }
        prop_assert_eq!(again.matching.settled_count + again.matching.returned_count, 0);
    }
}
