//! Whatever is asked, in whatever order.

use proptest::prelude::*;

use crate::aggregate::Decider;
use crate::personal::RetentionClass;
use crate::policy::MemberStatus;

use super::super::Member;
use super::*;

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let days = (0..700_u64).prop_map(|days| day("2022-12-01") + chrono::Days::new(days));
    let one =
        (0..16_usize, 1..6_u128, 1..6_u128, days, 0..40_u64).prop_map(|(kind, whose, other, on, late)| {
            let person_id = person(whose);
            let text = on.to_string();
            match kind {
                0 => register(member(HEAD, Relation::Oneself, None)),
                1 | 2 => Command::AddMember { member: member(whose, relation(whose), Some(&text)) },
                3 => Command::RemoveMember { person_id, left_on: on },
                4 => dies(whose, &text, &(on + chrono::Days::new(late)).to_string()),
                5 => moves(whose, &text),
                6 => changes_account(whose, other),
                7 => Command::ChangeMemberStatus { person_id, status: MemberStatus::Prison, since: on },
                8 => Command::DeclareIncome { income: wages(late as i32), since: on },
                9 => asks_to_erase(whose, RetentionClass::Vouchers),
                10 => asks_to_erase(whose, RetentionClass::CaseWork),
                11 => Command::RejectErasure { person_id, reason: text, rejected_on: day("2023-12-31") },
                12 => erases(whose),
                13 => restricts(whose),
                _ => Command::LiftRestriction { person_id, reason: text, lifted_on: day("2023-12-31") },
            }
        });
    prop::collection::vec(one, 1..80)
}

fn relation(number: u128) -> Relation {
    if number == HEAD { Relation::Oneself } else { Relation::Other }
}

/// The stays of a person follow one another, and only the last may be open.
fn stays_in_order(member: &Member) -> bool {
    member.stays.windows(2).all(|pair| pair[0].until.is_some() && pair[1].since > pair[0].until)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_decided_event_is_possible_and_telling_it_again_changes_nothing(commands in commands()) {
        let mut household = Household::default();
        let (reviewer, approver) = (li(Role::Reviewer), zhao(Role::Approver));
        for command in std::iter::once(register(member(HEAD, Relation::Oneself, None))).chain(commands) {
            let decides = matches!(command, Command::ErasePerson { .. } | Command::RejectErasure { .. });
            let context = if decides { &approver } else { &reviewer };
            let Ok(events) = household.decide(command.clone(), context) else { continue };
            for event in &events {
                household.try_evolve(event).expect("a decided event is possible");
            }
            prop_assert_eq!(household.decide(command, context), Ok(vec![]));
        }
        let known = household.registered().unwrap();
        prop_assert!(known.members.values().all(stays_in_order));
        prop_assert!(known.members.contains_key(&known.head));
        let json = serde_json::to_string(&household).unwrap();
        prop_assert_eq!(serde_json::from_str::<Household>(&json).unwrap(), household);
    }
}
