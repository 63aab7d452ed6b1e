//! A real loss: the log is no longer what was signed. Two administrators go on, and everybody sees it for good.

use std::fs;
use std::path::PathBuf;

use api::breaks::{self, Ground};
use api::processes::{Desk, Step};
use chrono::Utc;
use domain::actor::{Actor, ActorId, Role};
use domain::log_break::{LogBreakCommand, Loss, STREAM_ID};
use serde_json::{Value, json};
use tests::counter::{Answer, Counter, PERSON, applications, persons};
use uuid::Uuid;

const WHY: &str = "磁盘损坏，只有昨夜的备份";

async fn office() -> Counter {
    let counter = Counter::open().await;
    import(&counter, "persons", &persons());
    counter
}

fn import(counter: &Counter, kind: &str, content: &str) {
    let file = counter.file(kind, content);
    counter.do_well(&["import", "apply", kind, &file, "--as", "clerk:wang.fang"]);
}

fn try_import(counter: &Counter) -> Answer {
    let file = counter.file("persons", &persons());
    counter.ask(&["import", "apply", "persons", &file, "--as", "clerk:wang.fang"])
}

/// Writes a bundle of everything, and gives its checkpoint.
fn checkpoint(counter: &Counter, name: &str) -> String {
    let bundle = counter.path(name).to_str().unwrap().to_owned();
    counter.do_well(&["audit", "bundle", "--all", "--out", &bundle]);
    format!("{bundle}/checkpoint")
}

/// The copy of the checkpoints, and every file that lies beside it.
fn copies(counter: &Counter) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(counter.path("data.checkpoints")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn propose(counter: &Counter, account: &str) -> Answer {
    counter.ask(&["proofs", "propose", "--why", WHY, "--as", account])
}

fn accept(counter: &Counter, account: &str) -> Answer {
    counter.ask(&["proofs", "accept", "--as", account])
}

/// Two administrators go on.
fn go_on(counter: &Counter) -> Value {
    let proposed = propose(counter, "administrator:root");
    assert_eq!(proposed.status, 0, "{proposed:?}");
    let accepted = accept(counter, "administrator:second");
    assert_eq!(accepted.status, 0, "{accepted:?}");
    accepted.json
}

fn codes(verified: &Answer) -> Vec<String> {
    let faults = verified.json["faults"].as_array().unwrap();
    faults.iter().map(|fault| fault["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_office_goes_on_after_an_old_backup_when_two_administrators_say_so_and_everybody_sees_it() {
    let counter = office().await;
    let early = checkpoint(&counter, "early");
    let backup = counter.ledger.dump().await;
    import(&counter, "applications", &applications());
    let lost = checkpoint(&counter, "lost");
    let copied = fs::read(&copies(&counter)[0]).unwrap();
    counter.ledger.restore(&backup);

    let refused = try_import(&counter);
    assert_eq!((refused.status, refused.code()), (3, "log_behind_copy"), "{refused:?}");
    assert_eq!(accept(&counter, "administrator:second").code(), "break_unknown");
    assert_eq!(propose(&counter, "clerk:wang.fang").code(), "role_not_allowed");
    let status = counter.ask(&["proofs", "status"]);
    assert_eq!((status.status, &status.json["loss"]["kind"]), (1, &json!("behind")), "{status:?}");
    assert_eq!(propose(&counter, "administrator:root").status, 0);
    assert_eq!(propose(&counter, "administrator:second").code(), "break_pending");
    // one person alone does not go on
    assert_eq!(try_import(&counter).code(), "log_behind_copy");
    assert_eq!(accept(&counter, "administrator:root").code(), "four_eyes");
    assert_eq!(accept(&counter, "approver:zhao.min").code(), "role_not_allowed");
    assert_eq!(try_import(&counter).code(), "log_behind_copy");

    let accepted = accept(&counter, "administrator:second");
    assert_eq!(accepted.status, 0, "{accepted:?}");
    let aside = accepted.json["old_copy"].as_str().unwrap();
    assert_eq!(fs::read(aside).unwrap(), copied, "the old copy is kept as it was");
    assert_eq!(copies(&counter).len(), 2);
    import(&counter, "applications", &applications());
    counter.do_well(&["check"]);
    let status = counter.do_well(&["proofs", "status"]);
    assert_eq!((&status["loss"], status["breaks"].as_array().unwrap().len()), (&Value::Null, 2));
    assert_eq!(accept(&counter, "administrator:second").code(), "break_unknown");
    assert_eq!(propose(&counter, "administrator:root").code(), "nothing_lost");

    it_is_in_every_bundle(&counter, &early, &lost);
}

/// Also in one of a person, who had nothing to do with it.
fn it_is_in_every_bundle(counter: &Counter, early: &str, lost: &str) {
    let person = counter.ask_with(&["person", "find", "--as", "reviewer:li.qiang"], PERSON);
    let person = person.json["person_id"].as_str().unwrap().to_owned();
    let about: [(&str, Vec<&str>); 2] = [("some.tar", vec!["--person", &person]), ("all", vec!["--all"])];
    for (name, about) in about {
        let out = counter.path(name).to_str().unwrap().to_owned();
        counter.do_well(&[&["audit", "bundle", "--out", &out, "--since", early][..], &about].concat());
        let verified = counter.do_well(&["audit", "verify", &out]);
        let declared = &verified["breaks"][0]["LogBreakAccepted"];
        assert_eq!(verified["breaks"].as_array().unwrap().len(), 1, "{verified}");
        assert_eq!(
            (&declared["why"], &declared["proposed_by"], &declared["by"]),
            (&json!(WHY), &json!("root"), &json!("second"))
        );
        let signed = fs::read_to_string(lost).unwrap();
        let signed: Vec<&str> = signed.lines().take(3).collect();
        assert!(
            declared["loss"]["signed"]["checkpoint"].as_str().unwrap().starts_with(&signed.join("\n")),
            "{declared}"
        );
        // what was signed before the backup holds; whoever saw more sees that it is gone
        counter.do_well(&["audit", "verify", &out, early]);
        let seen = counter.ask(&["audit", "verify", &out, lost]);
        let told = codes(&seen);
        let gone = ["checkpoint_newer", "log_forked", "proof_missing"];
        assert!(
            seen.status == 1 && told.iter().any(|code| gone.contains(&code.as_str())),
            "{name}: {told:?}"
        );
        assert_eq!(seen.json["breaks"].as_array().unwrap().len(), 1);
    }
}

/// The superuser changes an event that was signed.
async fn rewrite(counter: &Counter) {
    let superuser = counter.ledger.superuser().await;
    for statement in [
        "alter table log_events disable trigger all",
        "update log_events set payload = (payload::text || ' ')::json where position = 1",
        "alter table log_events enable trigger all",
    ] {
        sqlx::query(statement).execute(&superuser).await.unwrap();
    }
    superuser.close().await;
}

#[tokio::test]
async fn another_history_is_gone_on_with_as_loudly() {
    let counter = office().await;
    let seen = checkpoint(&counter, "seen");
    rewrite(&counter).await;
    assert_eq!(try_import(&counter).code(), "log_beside_copy");
    let accepted = go_on(&counter);
    assert_eq!(accepted["loss"]["kind"], "beside");
    assert!(accepted["loss"]["kept"]["size"].as_u64().unwrap() < 2, "{accepted}");
    import(&counter, "applications", &applications());
    counter.do_well(&["check"]);
    let now = checkpoint(&counter, "now");
    let bundle = now.strip_suffix("/checkpoint").unwrap();
    let verified = counter.do_well(&["audit", "verify", bundle]);
    assert_eq!(verified["breaks"][0]["LogBreakAccepted"]["loss"]["kind"], "beside");
    let refused = counter.ask(&["audit", "verify", bundle, &seen]);
    assert!(codes(&refused).contains(&"log_forked".to_owned()), "{refused:?}");
}

#[tokio::test]
async fn a_copy_that_is_gone_is_begun_again_when_two_administrators_say_so() {
    let counter = office().await;
    fs::remove_dir_all(counter.path("data.checkpoints")).unwrap();
    assert_eq!(try_import(&counter).code(), "checkpoint_copy_missing");
    let accepted = go_on(&counter);
    assert_eq!((&accepted["loss"]["kind"], &accepted["loss"]["signed"]), (&json!("copy_lost"), &Value::Null));
    assert_eq!(accepted["old_copy"], Value::Null);
    import(&counter, "applications", &applications());
    counter.do_well(&["check"]);
    assert_eq!(copies(&counter).len(), 1);
    // and what is lost now is seen again
    rewrite(&counter).await;
    assert_eq!(try_import(&counter).code(), "log_beside_copy");
    go_on(&counter);
    assert_eq!(try_import(&counter).status, 0);
}

/// What a killed program left: the event, with or without the note outside of the database.
async fn accept_by_half(counter: &Counter) -> (PathBuf, Loss) {
    let app = counter.look().await;
    let ground = Ground { tree: app.tree(), owner: app.owner(), copy: app.copy() };
    let loss = breaks::look(app.office(), ground).await.unwrap().unwrap();
    let actor = Actor { id: ActorId::parse("second").unwrap(), role: Role::Administrator };
    let desk = Desk::new(actor, Utc::now());
    let command = LogBreakCommand::AcceptBreak { loss: Box::new(loss.clone()), accepted_on: desk.today() };
    let step = Step::LogBreak(STREAM_ID.to_owned(), command);
    app.office().together(&desk, Uuid::new_v4(), [step]).await.unwrap();
    let note = app.copy().beside("accepting");
    app.close().await.unwrap();
    (note, loss)
}

#[tokio::test]
async fn a_break_that_was_accepted_by_half_is_finished_by_the_next_start_and_an_event_alone_is_not_believed()
{
    let counter = office().await;
    rewrite(&counter).await;
    assert_eq!(propose(&counter, "administrator:root").status, 0);
    let (note, loss) = accept_by_half(&counter).await;
    // whoever can write to the database can have the event, and nothing comes of it
    assert_eq!(try_import(&counter).code(), "log_beside_copy");
    let mut other = loss.clone();
    other.found.size += 1;
    for strange in [String::new(), "{".to_owned(), serde_json::to_string(&other).unwrap()] {
        fs::write(&note, strange).unwrap();
        assert_eq!(try_import(&counter).code(), "log_beside_copy");
    }
    fs::write(&note, serde_json::to_string(&loss).unwrap()).unwrap();
    assert_eq!(try_import(&counter).status, 0);
    assert!(!note.exists() && copies(&counter).len() == 2, "{:?}", copies(&counter));
    counter.do_well(&["check"]);
}
