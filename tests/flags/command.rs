//! The street in a real database, sealed with real keys, and the real command.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use api::flags::StatementLine;
use domain::aggregate::{Context, LedgerEvent};
use domain::any_event::AnyEvent;
use domain::personal::testing::OpenKeyring;
use eventlog::append::{NewEvent, StreamAppend, StreamId};
use eventlog::appender::Appender;
use eventlog::bulk::BulkOptions;
use eventlog::keyring::CLASSES;
use eventlog::metadata::Metadata;
use eventlog::read::Log;
use projections::install::install;
use serde_json::Value;
use sqlx::ConnectOptions;
use tests::{TestLedger, ledger_binary};
use uuid::Uuid;

use crate::book::{Placed, Written};
use crate::judged::{Planted, Raised, judge, make_up};
use crate::street::{StaffRow, Street, day};

const CLEAN: usize = 230;
const EACH: usize = 1;

#[tokio::test(flavor = "multi_thread")]
async fn the_command_finds_in_a_database_what_was_hidden_there() {
    let mut ledger = TestLedger::start_simulated().await;
    ledger.break_on_purpose();
    let (planted, staff, statements) = fill(&ledger).await;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("keys")).unwrap();
    ledger.master_key().write_new(&folder.path().join("keys/master.key")).unwrap();
    fs::write(folder.path().join("staff.csv"), staff_file(&staff)).unwrap();
    fs::write(folder.path().join("statements.csv"), statements_file(&statements)).unwrap();
    let url = url(&ledger).await;
    let brought = ["--staff", "staff.csv", "--statements", "statements.csv"];
    let (status, all) = ask(folder.path(), &url, &brought);
    assert_eq!(status, 1, "{all}");
    assert_eq!(all["on"], "2023-12-29");
    judge(&planted, &raised(&all), CLEAN);
    let erased = all["rules"].as_array().unwrap().iter().find(|rule| rule["code"] == "wrong_amount").unwrap();
    assert!(erased["unjudged"].as_u64().unwrap() > 0, "payments of erased persons are counted: {erased}");
    let told = tell(folder.path(), &url, &["--rule", "notice", "--lang", "en"]);
    for part in [
        "As of 2023-12-29",
        "✗ Missing or short public notice",
        "posted on 2023-09-07 for 3 days of 7",
        "[case ",
    ] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    let (status, one) = ask(folder.path(), &url, &["--rule", "notice", "--rule", "late_step"]);
    assert_eq!(status, 1, "{one}");
    assert!(raised(&one).iter().all(|flag| ["notice", "late_step"].contains(&flag.code.as_str())), "{one}");
    let (status, none) = ask(folder.path(), &url, &["--rule", "undeclared_relative"]);
    assert_eq!((status, none["flags"].as_array().unwrap().len()), (0, 0), "nothing was brought");
    fs::write(folder.path().join("strange.csv"), "campaign,date,amount\n某活动,2023-06-01,88.00\n").unwrap();
    let (_, strange) =
        ask(folder.path(), &url, &["--statements", "strange.csv", "--rule", "statement_disagrees"]);
    assert!(
        raised(&strange).iter().any(|flag| flag.text.contains("booked 88.00 yuan for “某活动”")),
        "{strange}"
    );
    let (status, refused) = ask(folder.path(), &url, &["--staff", "statements.csv"]);
    assert_eq!((status, refused["error"]["code"].as_str()), (1, Some("file_malformed")));
    let (status, _) = ask(folder.path(), &url, &["--rule", "no_such_rule"]);
    assert_eq!(status, 2);
}

/// Writes the street through the bulk door, a part of a day at a time.
async fn fill(ledger: &TestLedger) -> (Vec<Planted>, Vec<StaffRow>, Vec<StatementLine>) {
    let keyring = ledger.keyring();
    // the first street only says who needs keys
    let open = OpenKeyring::default();
    let mut first = Street::new(7, &open, keyring);
    make_up(&mut first, CLEAN, EACH);
    let persons = first.persons.clone();
    keyring.ensure_keys(&persons).await.unwrap();
    let mut street = Street::new(7, keyring, keyring);
    let planted = make_up(&mut street, CLEAN, EACH);
    let Street { book, staff, statements, erased, .. } = street;
    // as in a ledger in use: the read tables were made before anything was wrong
    install(ledger.owner(), &Log::new(ledger.service().clone())).await.unwrap();
    let appender = Appender::start(ledger.database()).await.unwrap();
    for part in book.place() {
        let now = part.first().map(|placed| placed.recorded_at);
        let (first_position, streams) = (part[0].position, streams(part));
        let options = BulkOptions { chunk_events: usize::MAX, now, ..BulkOptions::default() };
        let appended = appender.append_bulk(streams, &options).await.unwrap();
        assert_eq!(appended.first_position, Some(first_position), "the book knows the positions");
    }
    for person in erased {
        keyring.erase(person, &CLASSES, day("2023-12-04")).await.unwrap();
    }
    (planted, staff, statements)
}

fn streams(part: Vec<Placed>) -> Vec<StreamAppend> {
    let mut streams: Vec<StreamAppend> = Vec::new();
    for placed in part {
        let stream = StreamId::new(placed.written.stream_type, placed.written.stream_id.clone());
        let event = new_event(&placed.written, placed.recorded_at.date_naive());
        match streams.last_mut().filter(|last| last.stream == stream) {
            Some(last) => last.events.push(event),
            None => streams.push(StreamAppend { stream, expected: placed.sequence - 1, events: vec![event] }),
        }
    }
    streams
}

fn new_event(written: &Written, today: chrono::NaiveDate) -> NewEvent {
    fn of(event: &impl LedgerEvent, metadata: String) -> NewEvent {
        NewEvent::try_new(event, metadata).unwrap()
    }
    let context = Context { actor: written.actor.clone(), today };
    let metadata = Metadata::new(&context, Uuid::from_u128(1)).to_json().unwrap();
    match &written.event {
        AnyEvent::Household(event) => of(event, metadata),
        AnyEvent::Identity(event) => of(event, metadata),
        AnyEvent::BenefitCase(event) => of(event, metadata),
        AnyEvent::PaymentRun(event) => of(event, metadata),
        AnyEvent::Payment(event) => of(event, metadata),
        AnyEvent::BankReturn(event) => of(event, metadata),
        AnyEvent::RecoveryPlan(event) => of(event, metadata),
        AnyEvent::Campaign(event) => of(event, metadata),
        AnyEvent::Fund(event) => of(event, metadata),
        AnyEvent::Disclosure(event) => of(event, metadata),
        AnyEvent::Gazette(event) => of(event, metadata),
        AnyEvent::LogBreak(event) => of(event, metadata),
        AnyEvent::Todo(event) => of(event, metadata),
        AnyEvent::User(event) => of(event, metadata),
        AnyEvent::Webhook(event) => of(event, metadata),
        AnyEvent::IdentityProvider(event) => of(event, metadata),
    }
}

fn staff_file(staff: &[StaffRow]) -> String {
    let mut file = String::from("account,id_number,relation,filed_on\n");
    for row in staff {
        let filed_on = row.filed_on.map(|day| day.to_string()).unwrap_or_default();
        writeln!(file, "{},{},{},{filed_on}", row.account, row.number, row.relation).unwrap();
    }
    file
}

fn statements_file(lines: &[StatementLine]) -> String {
    let mut file = String::from("campaign,date,amount\n");
    for line in lines {
        writeln!(file, "{},{},{}", line.campaign, line.on, line.amount).unwrap();
    }
    file
}

async fn url(ledger: &TestLedger) -> String {
    let server = ledger.server().postgres();
    let name: String =
        sqlx::query_scalar("select current_database()::text").fetch_one(ledger.owner()).await.unwrap();
    let mut url = server.superuser(&name).to_url_lossy();
    url.set_password(Some(server.superuser_password())).unwrap();
    url.to_string()
}

fn run(folder: &Path, url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(ledger_binary());
    command.args(["audit", "flags", "--data"]).arg(folder).args(arguments).current_dir(folder);
    command.env("DATABASE_URL", url).env_remove("LEDGER_MASTER_KEY");
    command.output().unwrap()
}

/// What the command says to people.
fn tell(folder: &Path, url: &str, arguments: &[&str]) -> String {
    String::from_utf8(run(folder, url, arguments).stdout).unwrap()
}

fn ask(folder: &Path, url: &str, arguments: &[&str]) -> (i32, Value) {
    let output = run(folder, url, &[arguments, &["--json"]].concat());
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), json)
}

fn raised(report: &Value) -> Vec<Raised> {
    let flags = report["flags"].as_array().unwrap();
    let ids = |flag: &Value| {
        let subject = flag["subject"].as_object().unwrap();
        subject.values().map(|id| id.as_str().unwrap().parse().unwrap()).collect()
    };
    let text = |flag: &Value, field: &str| flag[field].as_str().unwrap().to_owned();
    flags
        .iter()
        .map(|flag| Raised { code: text(flag, "code"), ids: ids(flag), text: text(flag, "en") })
        .collect()
}
