//! Given, when, then.

use cqrs_es::test::AggregateTestExecutor;
use rstest::rstest;

use crate::aggregate::Decider;
use crate::explain::Explain;
use crate::policy::{AssistanceMode, AssistanceRequest, ChosenSet};

use super::*;

fn contributors(names: &[&str]) -> Contributors {
    let mut all = Contributors::default();
    names.iter().for_each(|name| all.add(&id(name)));
    all
}

fn receive(program: Program) -> Command {
    let (request, chosen_set) = (None, None);
    Command::ReceiveApplication {
        subject: subject(program),
        applied_on: day("2023-09-01"),
        request,
        chosen_set,
    }
}

fn post(notice_days: u32, earliest_decision_on: &str) -> Command {
    let earliest_decision_on = day(earliest_decision_on);
    Command::PostNotice { posted_on: day("2023-09-11"), notice_days, earliest_decision_on }
}

fn refuses(case: AggregateTestExecutor<BenefitCase>, who: &str, command: Command, error: Error) {
    case.when(does(who, command)).then_expect_error(error);
}

#[test]
fn a_clerk_receives_what_was_asked_about() {
    let program = Program::SubsistenceAllowance;
    let asked =
        Event::ConsultationHeld { subject: subject(program), held_on: day("2023-08-30"), by: id("li") };
    given(&[asked]).when(does("li", receive(program))).then_expect_events(vec![applied(program)]);
}

#[test]
fn another_program_than_the_one_asked_about_needs_its_own_case() {
    let program = Program::SubsistenceAllowance;
    let asked =
        Event::ConsultationHeld { subject: subject(program), held_on: day("2023-08-30"), by: id("li") };
    refuses(given(&[asked]), "li", receive(Program::ExtremelyPoorSupport), Error::SubjectMismatch);
}

#[test]
fn an_application_received_twice_is_received_once() {
    let program = Program::SubsistenceAllowance;
    given(&[applied(program)]).when(does("li", receive(program))).then_expect_events(vec![]);
}

#[rstest]
#[case(None, None, None, None)]
#[case(Some(0), Some(1), None, None)]
#[case(Some(21), Some(1), None, None)]
#[case(Some(1), Some(4), None, None)]
#[case(None, None, Some(0), Some(AssistanceMode::SmallQuick))]
fn temporary_assistance_must_say_what_is_asked(
    #[case] persons: Option<u32>,
    #[case] tier: Option<u32>,
    #[case] amount: Option<i32>,
    #[case] mode: Option<AssistanceMode>,
) {
    let (mode, amount) = (mode.unwrap_or(AssistanceMode::Tier), amount.map(Money::from_fen));
    let asked = AssistanceRequest { mode, on: day("2023-09-01"), persons, tier, amount };
    let command = Command::ReceiveApplication {
        subject: subject(Program::TemporaryAssistance),
        applied_on: day("2023-09-01"),
        request: Some(asked),
        chosen_set: None,
    };
    refuses(given(&[]), "li", command, Error::RequestMissing);
}

#[test]
fn only_programs_of_a_set_let_the_applicant_choose() {
    let command = Command::ReceiveApplication {
        subject: subject(Program::AdvancedAgeAllowance),
        applied_on: day("2023-09-01"),
        request: None,
        chosen_set: Some(ChosenSet::Elderly),
    };
    refuses(given(&[]), "li", command, Error::ChosenSetNotForeseen);
}

#[test]
fn a_home_visit_takes_two_different_people() {
    let case = given(&[applied(Program::SubsistenceAllowance)]);
    let visitors = vec![id("li"), id("li")];
    let command = Command::RecordHomeVisit { visitors, note: note(), visited_on: day("2023-09-06") };
    refuses(case, "li", command, Error::TwoVisitorsNeeded);
}

#[test]
fn a_reviewer_recommends_only_what_was_checked_and_visited() {
    let command = || Command::Recommend { outcome: Outcome::Approved, reviewed_on: day("2023-09-08") };
    let program = Program::SubsistenceAllowance;
    refuses(given(&[applied(program)]), "wang", command(), Error::MeansCheckMissing);
    refuses(given(&[applied(program), checked()]), "wang", command(), Error::HomeVisitMissing);
    given(&[applied(program), checked(), visited()])
        .when(does("wang", command()))
        .then_expect_events(vec![recommended(Outcome::Approved)]);
}

#[test]
fn a_notice_runs_seven_days_after_the_day_of_posting() {
    let history = &proposed()[..4];
    refuses(given(history), "li", post(6, "2023-09-19"), Error::NoticeTooShort);
    refuses(given(history), "li", post(7, "2023-09-18"), Error::NoticeEndInvalid);
    given(history).when(does("li", post(7, "2023-09-19"))).then_expect_events(vec![posted()]);
}

#[test]
fn a_childs_identity_is_never_posted() {
    let program = Program::ChildrenInDifficulty;
    let history = [applied(program), checked(), visited(), recommended(Outcome::Approved)];
    refuses(given(&history), "li", post(7, "2023-09-19"), Error::NoticeNotForeseen);
    given(&history).when(does("zhao", approve("2023-09-19"))).then_expect_events(vec![decided(
        Outcome::Approved,
        "2023-09-19",
        "zhao",
    )]);
}

#[test]
fn an_approver_decides_when_the_notice_has_ended() {
    let until = day("2023-09-19");
    refuses(given(&proposed()[..4]), "zhao", approve("2023-09-20"), Error::NoticeMissing);
    refuses(given(&proposed()), "zhao", approve("2023-09-18"), Error::NoticeRunning { until });
    given(&proposed()).when(does("zhao", approve("2023-09-19"))).then_expect_events(vec![decided(
        Outcome::Approved,
        "2023-09-19",
        "zhao",
    )]);
}

#[test]
fn an_objection_stops_the_decision_and_one_that_stands_sends_the_case_back() {
    let objected = with(proposed(), [objected()]);
    refuses(given(&objected), "zhao", approve("2023-09-20"), Error::ObjectionOpen);
    let upheld = with(objected.clone(), [resolved(ObjectionOutcome::Upheld)]);
    refuses(given(&upheld), "zhao", approve("2023-09-20"), Error::NotRecommended);
    given(&with(objected, [resolved(ObjectionOutcome::Dismissed)]))
        .when(does("zhao", approve("2023-09-20")))
        .then_expect_events(vec![decided(Outcome::Approved, "2023-09-20", "zhao")]);
}

#[test]
fn whoever_took_part_does_not_decide_whatever_role_they_now_have() {
    for name in ["li", "chen", "wang"] {
        let mut context = persona(name);
        context.actor.role = Role::Approver;
        let instruction = Instruction { context, command: approve("2023-09-20") };
        given(&proposed()).when(instruction).then_expect_error(Error::FourEyes);
    }
}

#[test]
fn whoever_recorded_the_households_facts_does_not_decide() {
    let mut command = approve("2023-09-20");
    if let Command::DecideEligibility { facts_recorded_by, .. } = &mut command {
        *facts_recorded_by = contributors(&["zhou", "zhao"]);
    }
    refuses(given(&proposed()), "zhao", command, Error::FourEyes);
}

#[rstest]
#[case(RulesAnswer::Ineligible(determination()), Error::RulesSayIneligible)]
#[case(RulesAnswer::NotAsked, Error::RulesNotAsked)]
fn nobody_approves_against_or_without_the_rules(#[case] answer: RulesAnswer, #[case] error: Error) {
    let mut command = approve("2023-09-20");
    if let Command::DecideEligibility { rules, .. } = &mut command {
        *rules = answer;
    }
    refuses(given(&proposed()), "zhao", command, error);
}

#[test]
fn a_refusal_gives_its_reasons() {
    let mut command = refuse("2023-09-20");
    if let Command::DecideEligibility { reasons, .. } = &mut command {
        reasons.clear();
    }
    refuses(given(&proposed()), "zhao", command, Error::ReasonsInvalid);
}

#[test]
fn a_decision_given_twice_is_given_once() {
    given(&enrolled()).when(does("sun", approve("2023-09-20"))).then_expect_events(vec![]);
    refuses(given(&enrolled()), "sun", refuse("2023-09-20"), Error::AlreadyDecided);
}

#[test]
fn an_unreachable_elder_is_suspended_and_resumed_when_confirmed_alive() {
    let suspend = |since: &str| Command::Suspend { reason: SuspensionReason::Unreachable, since: day(since) };
    let resume = || Command::Resume { confirmed_on: day("2024-02-10") };
    let resumed = Event::CaseResumed { confirmed_on: day("2024-02-10"), by: id("li") };
    given(&enrolled_elder()).when(does("li", suspend("2023-10-01"))).then_expect_events(vec![suspended()]);
    let history = with(enrolled_elder(), [suspended()]);
    given(&history).when(does("li", suspend("2023-10-01"))).then_expect_events(vec![]);
    refuses(given(&history), "li", suspend("2023-11-01"), Error::AlreadySuspended);
    given(&history).when(does("li", resume())).then_expect_events(vec![resumed.clone()]);
    given(&with(history, [resumed])).when(does("li", resume())).then_expect_events(vec![]);
    refuses(given(&enrolled()), "li", suspend("2023-10-01"), Error::SuspensionNotForeseen);
}

#[test]
fn a_payment_is_held_by_one_person_and_let_go_by_another() {
    let july = HeldMonths::Month("2024-07".parse().unwrap());
    let lift = |months, on: &str| Command::LiftPaymentHold { months, lifted_on: day(on) };
    let (reason, note, held_on) = (HoldReason::FactsInDoubt, None, day("2024-06-03"));
    let held = Event::PaymentHeld { months: july, reason, note, held_on, by: id("li") };
    given(&enrolled()).when(does("li", hold(july, "2024-06-03"))).then_expect_events(vec![held.clone()]);
    let history = with(enrolled(), [held]);
    given(&history).when(does("li", hold(july, "2024-06-03"))).then_expect_events(vec![]);
    refuses(given(&history), "chen", hold(july, "2024-06-03"), Error::AlreadyHeld);
    refuses(given(&history), "wang", lift(HeldMonths::All, "2024-06-10"), Error::NotHeld);
    refuses(given(&history), "li", lift(july, "2024-06-10"), Error::LiftedByHolder);
    refuses(given(&history), "wang", lift(july, "2024-06-02"), Error::DateTooEarly);
    let lifted = Event::PaymentHoldLifted { months: july, lifted_on: day("2024-06-10"), by: id("wang") };
    given(&history).when(does("wang", lift(july, "2024-06-10"))).then_expect_events(vec![lifted.clone()]);
    let history = with(history, [lifted]);
    given(&history).when(does("wang", lift(july, "2024-06-10"))).then_expect_events(vec![]);
    refuses(given(&history), "li", hold(july, "2024-06-09"), Error::DateTooEarly);
}

#[test]
fn a_hold_for_another_reason_says_which_and_an_ended_case_can_be_held() {
    let other = |note| Command::HoldPayment {
        months: HeldMonths::All,
        reason: HoldReason::Other,
        note,
        held_on: day("2024-06-03"),
    };
    refuses(given(&enrolled()), "li", other(None), Error::HoldNoteMissing);
    let ended = with(enrolled_elder(), [closed(ClosureReason::NoLongerEligible)]);
    given(&ended).when(does("li", other(Some(note())))).then_expect_events(vec![Event::PaymentHeld {
        months: HeldMonths::All,
        reason: HoldReason::Other,
        note: Some(note()),
        held_on: day("2024-06-03"),
        by: id("li"),
    }]);
}

#[test]
fn a_review_sets_the_next_one_within_a_year() {
    let recertify = |next: &str| {
        let next_due_on = day(next);
        Command::Recertify { recertified_on: day("2024-03-01"), next_due_on }
    };
    refuses(given(&enrolled()), "wang", recertify("2025-03-02"), Error::RecertificationTooLate);
    refuses(given(&enrolled()), "wang", recertify("2024-03-01"), Error::RecertificationTooLate);
    given(&enrolled()).when(does("wang", recertify("2025-03-01"))).then_expect_events(vec![
        Event::Recertified {
            recertified_on: day("2024-03-01"),
            next_due_on: day("2025-03-01"),
            by: id("wang"),
        },
    ]);
}

#[test]
fn what_is_given_once_is_completed_and_nothing_else_is() {
    let complete = || Command::Close { reason: ClosureReason::Completed, closed_on: day("2023-09-30") };
    refuses(given(&enrolled()), "li", complete(), Error::NotOneOff);
    refuses(given(&proposed()), "li", complete(), Error::NotEnrolled);
}

#[test]
fn an_appeal_comes_within_sixty_days_and_another_approver_decides_it() {
    let file = |filed_on: &str| {
        let filed_on = day(filed_on);
        Command::FileAppeal { note: note(), served_on: day("2023-09-22"), filed_on }
    };
    let settle = || Command::DecideAppeal { outcome: Outcome::Approved, decided_on: day("2023-12-01") };
    refuses(given(&refused()), "li", file("2023-11-22"), Error::AppealTooLate);
    given(&refused()).when(does("li", file("2023-11-21"))).then_expect_events(vec![appealed("2023-11-21")]);
    let history = with(refused(), [appealed("2023-11-21")]);
    refuses(given(&history), "zhao", settle(), Error::FourEyes);
    let upheld =
        Event::AppealDecided { outcome: Outcome::Approved, decided_on: day("2023-12-01"), by: id("sun") };
    given(&history).when(does("sun", settle())).then_expect_events(vec![upheld.clone()]);
    given(&with(history, [upheld])).when(does("sun", settle())).then_expect_events(vec![]);
}

#[test]
fn an_enrollment_goes_on_as_if_it_had_never_ended_when_the_appeal_succeeds() {
    let approved = Outcome::Approved;
    let ended = with(enrolled_elder(), [closed(ClosureReason::NoLongerEligible), appealed("2024-02-01")]);
    let reopened = with(
        ended,
        [
            Event::AppealDecided { outcome: approved, decided_on: day("2024-03-01"), by: id("sun") },
            Event::ReviewRecommended { outcome: approved, reviewed_on: day("2024-03-05"), by: id("wang") },
            decided(approved, "2024-03-08", "sun"),
        ],
    );
    let mut case = BenefitCase::default();
    reopened.iter().for_each(|event| case.try_evolve(event).unwrap());
    let (enrolled, closing) = case.enrollment().unwrap();
    assert_eq!(closing, None);
    assert_eq!(enrolled.decision.decided_on, day("2023-09-20"));
    assert_eq!(enrolled.latest_decision.decided_on, day("2024-03-08"));
}

#[rstest]
#[case("audit")]
#[case("admin")]
#[case("bank")]
fn who_only_reads_pays_or_manages_records_nothing(#[case] name: &str) {
    let error = Error::RoleNotAllowed { role: persona(name).actor.role };
    refuses(given(&[]), name, receive(Program::SubsistenceAllowance), error);
    refuses(given(&proposed()), name, approve("2023-09-20"), error);
}

#[test]
fn a_code_is_the_name_of_its_refusal_and_each_says_what_to_do() {
    let all = [Error::FourEyes, Error::NoticeRunning { until: day("2023-09-19") }, Error::AppealAlreadyFiled];
    for error in all {
        let name = format!("{error:?}");
        let name = name.split_whitespace().next().unwrap();
        assert_eq!(error.code().replace('_', ""), name.to_lowercase());
        assert!(!error.zh().is_empty() && !error.to_string().is_empty());
    }
    assert!(Error::NoticeRunning { until: day("2023-09-19") }.zh().contains("2023-09-19"));
}

#[test]
fn a_state_reads_back_from_json() {
    for history in
        [proposed(), enrolled_elder(), refused(), with(enrolled(), [closed(ClosureReason::Deceased)])]
    {
        let mut case = BenefitCase::default();
        history.iter().for_each(|event| case.try_evolve(event).unwrap());
        let json = serde_json::to_string(&case).unwrap();
        assert_eq!(serde_json::from_str::<BenefitCase>(&json).unwrap(), case);
    }
}

#[test]
fn who_recommended_takes_it_back_until_the_next_person_acts() {
    let withdraw = || Command::WithdrawReview { withdrawn_on: day("2023-09-09") };
    let withdrawn = Event::ReviewWithdrawn { withdrawn_on: day("2023-09-09"), by: id("wang") };
    let reviewed = proposed()[..4].to_vec();
    let back = with(reviewed.clone(), [withdrawn.clone()]);
    given(&reviewed).when(does("wang", withdraw())).then_expect_events(vec![withdrawn]);
    given(&back).when(does("wang", withdraw())).then_expect_events(vec![]);
    refuses(given(&back), "li", post(7, "2023-09-19"), Error::NotRecommended);
    refuses(given(&proposed()), "wang", withdraw(), Error::StepPassed);
    let (outcome, reviewed_on) = (Outcome::Approved, day("2023-09-08"));
    let by_another = Event::ReviewRecommended { outcome, reviewed_on, by: id("he") };
    let of_another = with(proposed()[..3].to_vec(), [by_another]);
    refuses(given(&of_another), "wang", withdraw(), Error::ReviewOfAnother);
}
