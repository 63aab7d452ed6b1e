//! The import of a register, killed in its midst.

use api::demo::generator;
use api::registers::RegisterKind;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::house::House;
use crate::kill::{Ended, Moment, Victim, round};
use crate::witness::Witness;
use crate::year::open;

/// Enough of the register's events for every kill to come before its end.
const EVENTS_MIN: u64 = 6_000;
const KILLS: u64 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_three_times_imports_everyone_once() {
    let mut chance = Chance::new();
    let (mut house, mut witness) = (House::new(), Witness::default());
    let (name, bytes) = generator::embedded(RegisterKind::Persons);
    let file = house.data().with_file_name(name);
    std::fs::write(&file, bytes).unwrap();
    let arguments = ["import", "apply", "persons", file.to_str().unwrap(), "--as", "clerk:wang.fang"];
    for number in 0..KILLS {
        let share = EVENTS_MIN / KILLS;
        let length = i64::try_from(number * share + chance.below(share)).unwrap();
        let (moment, victim) = (Moment::near(&mut chance, length, &[None]), chance.one_of(&Victim::ALL));
        if let Ended::ByItself(answer) = round(&mut house, &mut witness, &arguments, moment, victim).await {
            panic!("the import ended before its kill: {answer:?}");
        }
    }
    let finished = house.do_well(&arguments);
    let repeated = house.do_well(&arguments);
    let rows = finished["report"]["rows"].as_u64().unwrap();
    assert_eq!(count(&finished, "new") + count(&finished, "repeated"), rows);
    assert_eq!(repeated["imported"], json!({ "new": 0, "repeated": rows, "refused": [] }));
    house.do_well(&["check"]);

    let (server, mut log) = open(&house).await;
    witness.testify(&mut log).await;
    for event_type in ["IdentityClaimed", "MemberJoined"] {
        let query = sqlx::query_as(include_str!("sql/count_events.sql")).bind(event_type);
        let (events, things): (i64, i64) = query.fetch_one(&mut log).await.unwrap();
        assert_eq!((events.unsigned_abs(), things.unsigned_abs()), (rows, rows), "{event_type}");
    }
    drop(log);
    server.stop().await.unwrap();
}

fn count(answer: &Value, what: &str) -> u64 {
    answer["imported"][what].as_u64().unwrap()
}
