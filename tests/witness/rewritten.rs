//! A superuser of an office rewrites its history: everything is hashed anew and signed with the real key, and nothing
//! in the office's own hands shows it. The witness and an auditor with yesterday's checkpoint both refuse it.

use std::fs;

use serde_json::Value;
use sqlx::Executor;
use tests::counter::{Counter, applications, persons};

use crate::office::{SecondOffice, Witness};

const CLERK: [&str; 2] = ["--as", "clerk:li.na"];

/// An office that a second one watches.
struct Watched {
    counter: Counter,
    witness: Witness,
    second: SecondOffice,
    address: String,
}

impl Watched {
    async fn open() -> Watched {
        let counter = Counter::open().await;
        let key = counter.do_well(&["signing", "show"])["keys"][0].as_str().unwrap().parse().unwrap();
        let second = SecondOffice::new();
        let witness = second.start(&[&key]);
        let address = format!("http://{}={}", witness.address, witness.key());
        Watched { counter, witness, second, address }
    }

    fn do_well(&self, arguments: &[&str]) -> Value {
        self.counter.do_well(&[arguments, &["--witness", &self.address]].concat())
    }

    fn import(&self, kind: &str, content: &str) {
        let file = self.counter.file(&format!("{kind}.csv"), content);
        self.do_well(&[&["import", "apply", kind, &file], &CLERK[..]].concat());
    }

    fn bundle(&self, name: &str) -> String {
        let out = self.counter.path(name).to_str().unwrap().to_owned();
        self.do_well(&["audit", "bundle", "--all", "--out", &out]);
        out
    }

    /// The database loses the cosignatures; the file outside has them, and they are put back.
    async fn a_removed_cosignature_is_missed(&self) {
        let superuser = self.counter.ledger.superuser().await;
        let moved =
            "with gone as (delete from log_signatures returning *) select suite, size, line from gone";
        let lines: Vec<(String, i64, String)> = sqlx::query_as(moved).fetch_all(&superuser).await.unwrap();
        assert!(!lines.is_empty());
        let check = self.counter.ask(&["check", "--witness", &self.address]);
        assert_eq!(check.status, 1, "{check:?}");
        assert!(check.json.to_string().contains("lost the cosignature"), "{check:?}");
        for (suite, size, line) in lines {
            let put = sqlx::query("insert into log_signatures (suite, size, line) values ($1, $2, $3)");
            put.bind(suite).bind(size).bind(line).execute(&superuser).await.unwrap();
        }
        superuser.close().await;
        self.do_well(&["check"]);
    }

    /// Makes everything anew, as somebody can who has the database, the key and the files.
    async fn rewrite(&mut self) {
        self.counter.ledger.break_on_purpose();
        let superuser = self.counter.ledger.superuser().await;
        let mut connection = superuser.acquire().await.unwrap();
        for statement in [
            "set session_replication_role = replica",
            "update log_events set payload = replace(payload::text, '2022-11-01', '2022-10-01')::json where position = 0",
            "delete from log_signatures",
            "delete from log_checkpoints",
            "delete from log_tiles",
        ] {
            connection.execute(statement).await.unwrap();
        }
        drop(connection);
        superuser.close().await;
        fs::remove_dir_all(self.counter.path("data.checkpoints")).unwrap();
    }
}

fn codes(answer: &Value) -> Vec<&str> {
    answer["faults"].as_array().unwrap().iter().map(|fault| fault["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_history_that_was_rewritten_and_signed_with_the_real_key_is_refused_by_witness_and_auditor() {
    let mut office = Watched::open().await;
    office.import("persons", &persons());
    let before = office.bundle("before");
    let verified = office.counter.do_well(&["audit", "verify", &before]);
    assert_eq!(verified["witnesses"][0]["name"], crate::office::NAME, "{verified}");
    office.a_removed_cosignature_is_missed().await;
    let yesterday = format!("{before}/checkpoint");

    office.import("applications", &applications());
    let honest = office.bundle("honest");
    assert_eq!(codes(&office.counter.do_well(&["audit", "verify", &honest, &yesterday])), [""; 0]);

    office.rewrite().await;
    let after = office.bundle("after");
    // in itself the forged bundle is without fault: the key is the real one
    let alone = office.counter.do_well(&["audit", "verify", &after]);
    assert_eq!(alone["witnesses"].as_array().unwrap().len(), 0, "no witness cosigns it");
    let refused = office.counter.ask(&["audit", "verify", &after, &yesterday]);
    assert_eq!(refused.status, 1);
    assert!(codes(&refused.json).contains(&"log_forked"), "{}", refused.json);
    assert!(!office.witness.remarks().is_empty(), "the witness says so loudly");
    assert!(!office.second.evidence().is_empty(), "and keeps what the log signed");
}
