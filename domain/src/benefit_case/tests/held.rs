//! A case on a day, by its known events.

use super::*;
use crate::benefit_case::{Stage, held_on};
use crate::policy::SuspensionReason;

fn on_the_roll() -> Vec<(chrono::NaiveDate, Event)> {
    let subject = subject(Program::AdvancedAgeAllowance);
    let received = Event::ApplicationReceived {
        subject,
        applied_on: day("2024-01-02"),
        request: None,
        chosen_set: None,
        by: id("li"),
    };
    let requested = Event::MaterialsRequested {
        materials: vec!["身份证".to_owned()],
        due_on: day("2024-01-20"),
        by: id("li"),
    };
    let supplied = Event::MaterialsSupplied { supplied_on: day("2024-01-08"), by: id("li") };
    let decided = Event::EligibilityDecided {
        outcome: Outcome::Approved,
        decided_on: day("2024-01-15"),
        reasons: vec![],
        rule_version: "v1".to_owned(),
        determination: None,
        by: id("zhao"),
    };
    [("2024-01-02", received), ("2024-01-04", requested), ("2024-01-08", supplied), ("2024-01-15", decided)]
        .map(|(recorded_on, event)| (day(recorded_on), event))
        .to_vec()
}

fn stages(known: &[(chrono::NaiveDate, Event)], days: &[&str]) -> Vec<Stage> {
    days.iter().map(|on| held_on(known.iter().map(|(on, event)| (*on, event)), day(on)).stage()).collect()
}

#[test]
fn a_notice_to_mend_holds_from_its_recording_and_not_from_its_last_day() {
    let found =
        stages(&on_the_roll(), &["2024-01-01", "2024-01-03", "2024-01-05", "2024-01-08", "2024-01-15"]);
    assert_eq!(
        found,
        [Stage::Unopened, Stage::Received, Stage::AwaitingMaterials, Stage::Received, Stage::Enrolled]
    );
}

#[test]
fn a_case_stands_on_its_last_day_and_an_appeal_against_an_end_ahead_waits_for_it() {
    let mut known = on_the_roll();
    let closed_on = day("2024-06-30");
    let closed = Event::CaseClosed { reason: ClosureReason::MovedOut, closed_on, by: id("li") };
    let note = Sealed::from_ciphertext("note");
    let appealed = Event::AppealFiled { note, filed_on: day("2024-06-10"), by: id("li") };
    known.extend([(day("2024-06-01"), closed), (day("2024-06-10"), appealed)]);
    let found = stages(&known, &["2024-06-09", "2024-06-30", "2024-07-01"]);
    assert_eq!(found, [Stage::Enrolled, Stage::Enrolled, Stage::UnderAppeal]);
}

#[test]
fn a_suspension_that_came_late_holds_from_its_own_day() {
    let mut known = on_the_roll();
    let suspended = Event::CaseSuspended {
        reason: SuspensionReason::Unreachable,
        since: day("2024-03-01"),
        by: id("li"),
    };
    known.push((day("2024-05-20"), suspended));
    assert_eq!(stages(&known, &["2024-02-29", "2024-03-01"]), [Stage::Enrolled, Stage::Suspended]);
}
