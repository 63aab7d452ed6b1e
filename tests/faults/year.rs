//! The demonstration's year, killed at random points until it is over.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Duration;

use api::embedded_postgres::{EmbeddedPostgres, ServerSettings};
use serde_json::Value;
use sqlx::{ConnectOptions, PgConnection};

use crate::chance::Chance;
use crate::house::House;
use crate::kill::{Ended, Moment, Victim, round};
use crate::planted;
use crate::witness::{Contents, Witness, contents, difference};

/// How often something is killed at least.
const KILLS_MIN: u64 = 20;

/// Kills while the log grows, evenly over its length, and kills while the program starts.
const KILLS_AT_WORK: u64 = 21;
const KILLS_AT_START: u64 = 3;

/// In the midst of what a kill comes.
const MIDST: [Option<&str>; 9] = [
    None,
    None,
    None,
    Some("PaymentOrdered"),
    Some("PaymentSettled"),
    Some("PaymentRunReleased"),
    Some("FundsCommitted"),
    Some("EligibilityDecided"),
    Some("DonationCredited"),
];

/// Steps that follow at once from another, and must be done although a kill comes between the two.
const BETWEEN: [&str; 2] = ["RecoveryOpened", "FundsSpent"];

#[tokio::test(flavor = "multi_thread")]
async fn a_year_that_is_killed_twenty_times_ends_like_one_that_is_not() {
    let mut chance = Chance::new();
    let mut calm = House::new();
    let calm_answer = calm.do_well(&["demo"]);
    let (calm_server, mut calm_log) = open(&calm).await;
    let expected = contents(&mut calm_log).await;
    let mut moments = moments(&mut chance, calm_answer["played"]["events"].as_i64().unwrap());
    for event_type in BETWEEN {
        let query = sqlx::query_scalar(include_str!("sql/first_position.sql")).bind(event_type);
        strike_after(&mut moments, event_type, query.fetch_one(&mut calm_log).await.unwrap());
    }
    drop(calm_log);
    calm_server.stop().await.unwrap();

    let (mut house, mut witness) = (House::new(), Witness::default());
    let played = play(&mut chance, &mut house, &mut witness, moments).await;
    assert_eq!(report(&played), report(&calm_answer));
    assert_eq!(played["played"]["payments"], calm_answer["played"]["payments"]);
    assert_eq!(names(&house.data().join("bank")), names(&calm.data().join("bank")));
    let verdicts = house.do_well(&["check"]);
    assert!(!verdicts.as_array().unwrap().is_empty());

    let (server, mut log) = open(&house).await;
    witness.testify(&mut log).await;
    assert_same(&expected, &contents(&mut log).await);
    planted::are_found(&mut house, &mut log, &expected).await;
    drop(log);
    server.stop().await.unwrap();
}

/// Plays and kills until the year is over; its answer.
async fn play(chance: &mut Chance, house: &mut House, witness: &mut Witness, moments: Vec<Moment>) -> Value {
    let mut kills = 0;
    for moment in moments {
        let victim = chance.one_of(&Victim::ALL);
        let done_before = done(house);
        match round(house, witness, &["demo"], moment, victim).await {
            Ended::Killed => kills += 1,
            Ended::ByItself(answer) => panic!("after {kills} kills: {answer:?}"),
        }
        assert!(done(house) >= done_before, "the days that were kept as played are forgotten");
    }
    assert!(kills >= KILLS_MIN, "{kills} kills");
    house.do_well(&["demo"])
}

/// When to kill, from the start of the year to its end.
fn moments(chance: &mut Chance, length: i64) -> Vec<Moment> {
    let share = u64::try_from(length).unwrap() * 96 / 100 / KILLS_AT_WORK;
    let mut moments: Vec<Moment> = (0..KILLS_AT_WORK)
        .map(|number| {
            let length = number * share + chance.below(share);
            Moment::near(chance, i64::try_from(length).unwrap(), &MIDST)
        })
        .collect();
    for _ in 0..KILLS_AT_START {
        let starting = Moment::Starting(Duration::from_millis(chance.below(2_000)));
        let place = usize::try_from(chance.below(KILLS_AT_WORK)).unwrap();
        moments.insert(place, starting);
    }
    moments
}

/// Adds a kill at once after the first event of a type, which is near `position`.
fn strike_after(moments: &mut Vec<Moment>, event_type: &'static str, position: i64) {
    const EARLIER: i64 = 150;
    let length = position - EARLIER;
    let later = |moment: &Moment| matches!(moment, Moment::At { length: other, .. } if *other > length);
    let place = moments.iter().position(later).unwrap_or(moments.len());
    moments.insert(place, Moment::At { length, newest: Some(event_type), later: Duration::ZERO });
}

/// The last day that the demonstration keeps as played.
fn done(house: &House) -> Option<String> {
    let kept: Value = serde_json::from_slice(&fs::read(house.data().join("demo.json")).ok()?).unwrap();
    kept["done"].as_str().map(str::to_owned)
}

/// The year's report without the length of the log: a calculation that was cut off is done again.
fn report(answer: &Value) -> Value {
    let mut report = answer["report"].clone();
    assert!(report.as_object_mut().unwrap().remove("position").is_some(), "{answer}");
    report
}

/// The files in a folder: accounts in clear may not stay behind.
fn names(folder: &Path) -> BTreeSet<OsString> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

fn assert_same(expected: &Contents, found: &Contents) {
    let differing = difference(expected, found);
    assert!(differing.is_empty(), "{differing:#?}");
}

/// The server of a house that nobody works in, and its superuser.
pub async fn open(house: &House) -> (EmbeddedPostgres, PgConnection) {
    let pg_bin = std::env::var_os("LEDGER_PG_BIN").map(Into::into);
    let settings = ServerSettings { data_dir: house.data().to_owned(), pg_bin };
    let server = EmbeddedPostgres::start(&settings).await.unwrap();
    let options = server.superuser("ledger").options([("search_path", "ledger,pg_temp")]);
    let connection = options.connect().await.unwrap();
    (server, connection)
}
