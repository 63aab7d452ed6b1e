//! Every stage against every command: the table of the aggregate's page, held to the code.

use rstest::rstest;

use crate::aggregate::Decider;
use crate::explain::Explain;
use crate::policy::SuspensionReason;

use super::super::{Action, Stage};
use super::*;

/// One history for each stage, in the order of the table's columns. The program is 低保, but 高龄津贴 on the roll,
/// as only the elderly subsidies are suspended.
fn histories() -> Vec<(Stage, Vec<Event>)> {
    let program = Program::SubsistenceAllowance;
    let consulted =
        Event::ConsultationHeld { subject: subject(program), held_on: day("2023-08-30"), by: id("li") };
    let missing = Event::MaterialsRequested {
        materials: vec!["户口簿".to_owned()],
        due_on: day("2024-07-15"),
        by: id("li"),
    };
    let due = Event::RecertificationDue { due_on: day("2024-09-20"), by: id("system") };
    let gone = closed(ClosureReason::NoLongerEligible);
    vec![
        (Stage::Unopened, vec![]),
        (Stage::Consulted, vec![consulted]),
        (Stage::Received, vec![applied(program)]),
        (Stage::AwaitingMaterials, vec![applied(program), missing]),
        (Stage::Recommended, proposed()[..4].to_vec()),
        (Stage::OnNotice, proposed()),
        (Stage::Objected, with(proposed(), [objected()])),
        (Stage::Refused, refused()),
        (Stage::Enrolled, enrolled_elder()),
        (Stage::RecertificationDue, with(enrolled_elder(), [due])),
        (Stage::Suspended, with(enrolled_elder(), [suspended()])),
        (Stage::Closed, with(enrolled_elder(), [gone.clone()])),
        (Stage::UnderAppeal, with(refused(), [appealed("2023-10-01")])),
        (Stage::Discontinued, vec![applied(program), gone]),
    ]
}

/// The command of an action as the persona would give it, with values that fit every stage.
fn command(action: Action) -> (&'static str, Command) {
    let opened = subject(Program::SubsistenceAllowance);
    let (applied_on, late) = (day("2023-09-02"), day("2024-06-01"));
    let reason = SuspensionReason::Unreachable;
    match action {
        Action::HoldConsultation => {
            ("li", Command::HoldConsultation { subject: opened, held_on: applied_on })
        }
        Action::ReceiveApplication => {
            let (request, chosen_set) = (None, None);
            ("li", Command::ReceiveApplication { subject: opened, applied_on, request, chosen_set })
        }
        Action::RequestMaterials => (
            "li",
            Command::RequestMaterials { materials: vec!["病历".to_owned()], due_on: day("2024-07-31") },
        ),
        Action::SupplyMaterials => ("li", Command::SupplyMaterials { supplied_on: late }),
        Action::CheckMeans => {
            let (finding, report) = (MeansFinding::Corrected, "H-9".to_owned());
            ("li", Command::CheckMeans { finding, checked_on: late, report })
        }
        Action::RecordHomeVisit => {
            let visitors = vec![id("li"), id("chen")];
            ("li", Command::RecordHomeVisit { visitors, note: note(), visited_on: late })
        }
        Action::Recommend => ("wang", Command::Recommend { outcome: Outcome::Refused, reviewed_on: late }),
        Action::WithdrawReview => ("wang", Command::WithdrawReview { withdrawn_on: late }),
        Action::PostNotice => {
            let (posted_on, earliest_decision_on) = (late, day("2024-06-11"));
            ("li", Command::PostNotice { posted_on, notice_days: 7, earliest_decision_on })
        }
        Action::RaiseObjection => ("li", Command::RaiseObjection { note: note(), raised_on: late }),
        Action::ResolveObjection => {
            let outcome = ObjectionOutcome::Dismissed;
            ("li", Command::ResolveObjection { objection: 1, outcome, resolved_on: late })
        }
        Action::DecideEligibility => ("sun", refuse("2024-06-30")),
        Action::DetermineEntitlement => ("zhao", determined()),
        Action::NoteRecertificationDue => {
            ("system", Command::NoteRecertificationDue { due_on: day("2024-08-20") })
        }
        Action::Recertify => {
            ("wang", Command::Recertify { recertified_on: late, next_due_on: day("2025-06-01") })
        }
        Action::Suspend => ("li", Command::Suspend { reason, since: late }),
        Action::Resume => ("li", Command::Resume { confirmed_on: late }),
        Action::HoldPayment => ("li", hold(HeldMonths::All, "2024-06-01")),
        Action::LiftPaymentHold => {
            ("wang", Command::LiftPaymentHold { months: HeldMonths::All, lifted_on: late })
        }
        Action::Close => ("li", Command::Close { reason: ClosureReason::Withdrawn, closed_on: late }),
        Action::FileAppeal => {
            ("li", Command::FileAppeal { note: note(), served_on: late, filed_on: day("2024-06-02") })
        }
        Action::DecideAppeal => {
            ("sun", Command::DecideAppeal { outcome: Outcome::Approved, decided_on: late })
        }
    }
}

fn folded(history: &[Event]) -> BenefitCase {
    let mut case = BenefitCase::default();
    history.iter().for_each(|event| case.try_evolve(event).unwrap());
    case
}

#[test]
fn each_history_of_the_table_stands_where_its_column_says() {
    for (stage, history) in histories() {
        assert_eq!(folded(&history).stage(), stage);
    }
    let stages: Vec<_> = histories().into_iter().map(|(stage, _)| stage).collect();
    assert_eq!(stages, Stage::ALL);
}

#[test]
fn every_stage_and_action_has_a_code_and_two_names() {
    for stage in Stage::ALL {
        assert!(!stage.code().is_empty() && !stage.zh().is_empty() && !stage.en().is_empty());
    }
    for action in Action::ALL {
        assert!(!action.code().is_empty() && !action.zh().is_empty() && !action.en().is_empty());
    }
}

#[test]
fn what_is_accepted_is_offered_and_what_is_refused_for_its_stage_is_not() {
    for (stage, history) in histories() {
        let case = folded(&history);
        for action in Action::ALL {
            let (who, command) = command(*action);
            let accepted = case.decide(command, &persona(who)).is_ok_and(|events| !events.is_empty());
            let offered = case.next_actions().contains(action);
            assert!(offered || !accepted, "{stage} {}", action.code());
        }
    }
}

#[rstest]
#[rustfmt::skip]
// columns, by stage                                    unop cons rece mate reco noti obje refu enro rdue susp clos appe disc
#[case(Action::HoldConsultation,                       "ok   open open open open open open open open open open open open open")]
#[case(Action::ReceiveApplication,                     "ok   ok   open open open open open open open open open end  open end")]
#[case(Action::RequestMaterials,                       "none appl ok   ok   step step step done done done done end  done end")]
#[case(Action::SupplyMaterials,                        "none appl mat- ok   mat- mat- mat- done done done done end  done end")]
#[case(Action::CheckMeans,                             "none appl ok   ok   step step step done ok   ok   ok   end  done end")]
#[case(Action::RecordHomeVisit,                        "none appl ok   ok   step step step done ok   ok   ok   end  done end")]
#[case(Action::Recommend,                              "none appl ok   mat! ok   step step done done done done end  done end")]
#[case(Action::WithdrawReview,                         "none appl rec- rec- ok   step step done done done done end  done end")]
#[case(Action::PostNotice,                             "none appl rec- rec- ok   step step done done done done end  done end")]
#[case(Action::RaiseObjection,                         "none appl not- not- not- ok   ok   done done done done end  done end")]
#[case(Action::ResolveObjection,                       "none appl obj- obj- obj- obj- ok   done done done done end  done end")]
#[case(Action::DecideEligibility,                      "none appl rec- rec- ok   ok   obj! done done done done end  done end")]
#[case(Action::DetermineEntitlement,                   "none roll roll roll roll roll roll roll ok   ok   ok   end  roll end")]
#[case(Action::NoteRecertificationDue,                 "none roll roll roll roll roll roll roll ok   ok   ok   end  roll end")]
#[case(Action::Recertify,                              "none roll roll roll roll roll roll roll ok   ok   ok   end  roll end")]
#[case(Action::Suspend,                                "none roll roll roll roll roll roll roll ok   ok   sus! end  roll end")]
#[case(Action::Resume,                                 "none roll roll roll roll roll roll roll sus- sus- ok   end  roll end")]
#[case(Action::HoldPayment,                            "none roll roll roll roll roll roll roll ok   ok   ok   ok   roll end")]
#[case(Action::LiftPaymentHold,                        "none roll roll roll roll roll roll roll hld- hld- hld- hld- roll end")]
#[case(Action::Close,                                  "none ok   ok   ok   ok   ok   ok   done ok   ok   ok   end  done end")]
#[case(Action::FileAppeal,                             "none app- app- app- app- app- app- ok   app- app- app- ok   app! app-")]
#[case(Action::DecideAppeal,                           "none fil- fil- fil- fil- fil- fil- fil- fil- fil- fil- fil- ok   fil-")]
fn every_stage_answers(#[case] action: Action, #[case] answers: &str) {
    let mut found = Vec::new();
    for (_, history) in histories() {
        let (who, command) = command(action);
        found.push(match folded(&history).decide(command, &persona(who)) {
            Ok(_) => "ok",
            Err(error) => error.code(),
        });
    }
    let expected: Vec<_> = answers.split_whitespace().map(code).collect();
    assert_eq!(found, expected);
}

/// The codes behind the short words of the table.
fn code(word: &str) -> &str {
    match word {
        "none" => "case_not_opened",
        "open" => "case_already_opened",
        "appl" => "application_missing",
        "done" => "already_decided",
        "roll" => "not_enrolled",
        "end" => "case_ended",
        "step" => "step_passed",
        "mat-" => "nothing_requested",
        "mat!" => "materials_missing",
        "rec-" => "not_recommended",
        "not-" => "notice_not_posted",
        "obj-" => "objection_unknown",
        "obj!" => "objection_open",
        "sus!" => "already_suspended",
        "sus-" => "not_suspended",
        "hld-" => "not_held",
        "app-" => "nothing_to_appeal",
        "app!" => "appeal_already_filed",
        "fil-" => "appeal_not_filed",
        _ => word,
    }
}
