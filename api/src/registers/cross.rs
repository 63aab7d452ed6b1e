//! What no row shows by itself: twins, households without a head, strangers, days that have not come.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use chrono::NaiveDate;
use domain::identifiers::CitizenId;
use domain::policy::Relation;

use super::changes::{self, Change, Kind};
use super::dry_run::{Checked, DryRunContext, Findings, GoodRow};
use super::persons::Account;
use super::problem::{Problem, ProblemCode};
use super::{RegisterRow, applications, care_assessments, donations, persons};

impl Checked for persons::Row {
    fn check(rows: &[GoodRow<Self>], context: &DryRunContext) -> Vec<Problem> {
        let mut findings = Findings::new(Self::KIND);
        let mut seen = HashSet::new();
        let mut heads: HashMap<&str, u32> = HashMap::new();
        for good in rows.iter().filter(|good| good.row.relation == Relation::Oneself) {
            *heads.entry(&good.row.household_number).or_default() += 1;
        }
        let members: HashSet<(&str, &CitizenId)> =
            rows.iter().map(|good| (good.row.household_number.as_str(), &good.row.id_number)).collect();
        for GoodRow { number, row } in rows {
            if !seen.insert(&row.id_number) {
                findings.add(*number, "id_number", ProblemCode::DuplicatePerson);
            }
            match heads.get(row.household_number.as_str()) {
                None => findings.add(*number, "household_number", ProblemCode::NoHead),
                Some(1) => {}
                Some(_) => findings.add(*number, "household_number", ProblemCode::TwoHeads),
            }
            person_days(&mut findings, context, *number, row);
            let holder = row.account.as_ref().and_then(|account| account.holder.as_ref());
            if holder.is_some_and(|holder| !members.contains(&(row.household_number.as_str(), holder))) {
                findings.add(*number, "account_holder", ProblemCode::UnknownHolder);
            }
        }
        findings.done()
    }
}

fn person_days(findings: &mut Findings, context: &DryRunContext, number: u32, row: &persons::Row) {
    let days = [
        ("id_number", Some(row.birth_date)),
        ("registered_on", row.household.as_ref().map(|part| part.registered_on)),
        ("joined_on", row.joined_on),
        ("disabled_since", row.disabilities.first().and_then(|entry| entry.since)),
    ];
    for (field, day) in days {
        within_life(findings, context, number, field, (Some(row.birth_date), day));
    }
}

/// Notes a day that has not come or is before the person was born.
fn within_life(
    findings: &mut Findings,
    context: &DryRunContext,
    number: u32,
    field: &'static str,
    (born, day): (Option<NaiveDate>, Option<NaiveDate>),
) {
    let Some(day) = day else { return };
    if day > context.today() {
        findings.add(number, field, ProblemCode::DateInFuture);
    }
    if born.is_some_and(|born| day < born) {
        findings.add(number, field, ProblemCode::BeforeBirth);
    }
}

/// Notes a row that says the same as an earlier one.
fn no_twin<T: Eq + Hash>(
    findings: &mut Findings,
    seen: &mut HashSet<T>,
    number: u32,
    field: &'static str,
    content: T,
) {
    if !seen.insert(content) {
        findings.add(number, field, ProblemCode::DuplicateRow);
    }
}

impl Checked for applications::Row {
    fn check(rows: &[GoodRow<Self>], context: &DryRunContext) -> Vec<Problem> {
        let mut findings = Findings::new(Self::KIND);
        let mut seen = HashSet::new();
        for GoodRow { number, row } in rows {
            let person = context.person(&row.applicant);
            match person {
                None => findings.add(*number, "applicant", ProblemCode::UnknownPerson),
                Some(person) if person.household_number != row.household_number => {
                    findings.add(*number, "household_number", ProblemCode::OtherHousehold);
                }
                Some(_) => {}
            }
            let born = person.map(|person| person.birth_date);
            let steps = &row.steps;
            let days = [
                ("consulted_on", steps.consulted_on),
                ("applied_on", Some(steps.applied_on)),
                ("means_checked_on", steps.means_checked_on),
                ("visited_on", steps.visited_on),
                ("reviewed_on", steps.reviewed_on),
                ("notice_posted_on", steps.notice_posted_on),
                ("decided_on", steps.decision.map(|decision| decision.decided_on)),
                ("assistance_on", row.request.map(|request| request.on)),
            ];
            for (field, day) in days {
                within_life(&mut findings, context, *number, field, (born, day));
            }
            let content = (&row.applicant, row.program, steps.applied_on);
            no_twin(&mut findings, &mut seen, *number, "", content);
        }
        findings.done()
    }
}

impl Checked for care_assessments::Row {
    fn check(rows: &[GoodRow<Self>], context: &DryRunContext) -> Vec<Problem> {
        let mut findings = Findings::new(Self::KIND);
        let mut seen = HashSet::new();
        for GoodRow { number, row } in rows {
            let person = context.person(&row.id_number);
            if person.is_none() {
                findings.add(*number, "id_number", ProblemCode::UnknownPerson);
            }
            let born = person.map(|person| person.birth_date);
            within_life(&mut findings, context, *number, "assessed_on", (born, Some(row.assessed_on)));
            no_twin(&mut findings, &mut seen, *number, "", (&row.id_number, row.assessed_on));
        }
        findings.done()
    }
}

impl Checked for changes::Row {
    fn check(rows: &[GoodRow<Self>], context: &DryRunContext) -> Vec<Problem> {
        let mut findings = Findings::new(Self::KIND);
        let mut seen = HashSet::new();
        let joining: HashSet<&CitizenId> = rows
            .iter()
            .filter(|good| good.row.change.kind() == Kind::MemberJoined)
            .map(|good| &good.row.id_number)
            .collect();
        let is_known = |id: &CitizenId| context.person(id).is_some() || joining.contains(id);
        for GoodRow { number, row } in rows {
            match &row.change {
                Change::MemberJoined(new) if !context.has_household(&new.household_number) => {
                    findings.add(*number, "household_number", ProblemCode::UnknownHousehold);
                }
                Change::AccountChanged(Account { holder: Some(holder), .. }) if !is_known(holder) => {
                    findings.add(*number, "account_holder", ProblemCode::UnknownHolder);
                }
                _ => {}
            }
            if !is_known(&row.id_number) {
                findings.add(*number, "id_number", ProblemCode::UnknownPerson);
            }
            let born = Some(row.id_number.birth_date());
            within_life(&mut findings, context, *number, "effective_on", (born, Some(row.effective_on)));
            within_life(&mut findings, context, *number, "reported_on", (born, Some(row.reported_on)));
            no_twin(
                &mut findings,
                &mut seen,
                *number,
                "",
                (&row.id_number, row.change.kind(), row.effective_on),
            );
        }
        findings.done()
    }
}

impl Checked for donations::Row {
    fn check(rows: &[GoodRow<Self>], context: &DryRunContext) -> Vec<Problem> {
        let mut findings = Findings::new(Self::KIND);
        let mut seen = HashSet::new();
        for GoodRow { number, row } in rows {
            within_life(&mut findings, context, *number, "received_on", (None, Some(row.received_on)));
            no_twin(&mut findings, &mut seen, *number, "number", row.number.as_str());
        }
        findings.done()
    }
}
