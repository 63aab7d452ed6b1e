//! The household as the means test sees it.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use crate::calendar::BenefitMonth;
use crate::household::{IncomeRecord, Member, RegisteredHousehold, Stay};
use crate::personal::Opener;
use crate::policy::{
    Circumstances, Dated, HouseholdFacts, Income, MemberFacts, MemberStatus, Relation, Student,
};
use crate::timeline::Timeline;

use super::super::FactsError;
use super::{months_of, open, open_all};

/// A household with what the means test needs of each member opened.
pub struct OpenedHousehold<'a> {
    household: &'a RegisteredHousehold,
    members: Vec<OpenedMember<'a>>,
}

struct OpenedMember<'a> {
    member: &'a Member,
    relation: Relation,
    birth_date: NaiveDate,
    circumstances: Timeline<Circumstances>,
}

impl<'a> OpenedHousehold<'a> {
    /// Opens every member.
    ///
    /// # Errors
    /// [`FactsError::Erased`] when one of them was erased, [`FactsError::Unopened`].
    pub fn open(
        household: &'a RegisteredHousehold,
        applicant: &Member,
        opener: &dyn Opener,
    ) -> Result<OpenedHousehold<'a>, FactsError> {
        let one = |member: &'a Member| {
            let person = member.person_id;
            if let Some(on) = member.erased_on() {
                return Err(FactsError::Erased { person, on });
            }
            Ok(OpenedMember {
                member,
                relation: relation_to(applicant, member),
                birth_date: open(&member.birth_date, person, opener)?.0,
                circumstances: open_all(&member.circumstances, person, opener)?,
            })
        };
        let members = household.members.values().map(one).collect::<Result<_, FactsError>>()?;
        Ok(OpenedHousehold { household, members })
    }

    /// Adds the months from which an undated fact of the household is another.
    pub fn add_changes(&self, changes: &mut BTreeSet<BenefitMonth>) {
        changes.extend(months_of(&self.household.income));
        changes.extend(months_of(&self.household.property));
        for member in &self.members {
            changes.extend(months_of(&member.circumstances));
            let studies = member.circumstances.iter().flat_map(|(_, record)| &record.student);
            for study in studies {
                changes.extend(study.since.map(BenefitMonth::of));
                changes.extend(study.until.map(|until| BenefitMonth::of(until).next()));
            }
        }
    }

    /// The facts of a month that ends on `day`, and of those after it until something changes.
    ///
    /// # Errors
    /// [`FactsError::IncomeUnknown`] when no income is recorded: silence is not an income of nothing.
    pub fn facts(
        &self,
        applicant: Option<&Circumstances>,
        day: NaiveDate,
    ) -> Result<HouseholdFacts, FactsError> {
        let month = BenefitMonth::of(day);
        let record = self.household.income.at(day).ok_or(FactsError::IncomeUnknown { month })?;
        Ok(HouseholdFacts {
            members: self.members.iter().flat_map(|member| member.entries(day)).collect(),
            monthly_income: incomes(record),
            property: self.household.property.at(day).copied().unwrap_or_default(),
            single_parent: applicant.is_some_and(|record| record.single_parent),
            supporter_age: applicant.and_then(|record| record.supporter_age),
            able_supporter: applicant.is_some_and(|record| record.able_supporter),
        })
    }
}

impl OpenedMember<'_> {
    /// The member, once for each time during which nothing changed whether they count.
    fn entries(&self, day: NaiveDate) -> Vec<Dated<MemberFacts>> {
        let circumstances = self.circumstances.at(day);
        let month = BenefitMonth::of(day);
        let studies = |study: &Dated<Student>| {
            study.since.is_none_or(|since| since <= day)
                && study.until.is_none_or(|until| BenefitMonth::of(until) >= month)
        };
        let facts = |status: MemberStatus| MemberFacts {
            relation: self.relation,
            birth_date: Some(self.birth_date),
            full_time_student: circumstances.is_some_and(|record| record.student.iter().any(studies)),
            severe_illness: circumstances.is_some_and(|record| record.severe_illness),
            severe_disability: circumstances.is_some_and(|record| record.severe_disability),
            status,
        };
        let ended_on = [self.member.died_on(), self.member.left_region_on()].into_iter().flatten().min();
        let mut entries = Vec::new();
        for stay in &self.member.stays {
            let until = [stay.until, ended_on].into_iter().flatten().min();
            let stay = Stay { since: stay.since, until };
            for (status, time) in status_runs(&self.member.status) {
                if let Some(Stay { since, until }) = common(stay, time) {
                    entries.push(Dated { since, until, fact: facts(status) });
                }
            }
        }
        entries
    }
}

/// The times during which a member counts or does not. Two statuses in a row that both count are one time, so that
/// the change between them is no gap.
fn status_runs(statuses: &Timeline<MemberStatus>) -> Vec<(MemberStatus, Stay)> {
    let mut runs = vec![(MemberStatus::Normal, Stay { since: None, until: None })];
    for (day, status) in statuses.iter() {
        if let Some((current, time)) = runs.last_mut()
            && counts(*current) != counts(*status)
        {
            time.until = day.checked_sub_days(Days::new(1));
            runs.push((*status, Stay { since: Some(day), until: None }));
        }
    }
    runs
}

fn counts(status: MemberStatus) -> bool {
    matches!(status, MemberStatus::Normal | MemberStatus::ReleasedOutside)
}

/// The days that both times have, if any.
fn common(first: Stay, second: Stay) -> Option<Stay> {
    let since = first.since.max(second.since);
    let until = [first.until, second.until].into_iter().flatten().min();
    let empty = matches!((since, until), (Some(since), Some(until)) if until < since);
    (!empty).then_some(Stay { since, until })
}

fn incomes(record: &IncomeRecord) -> Vec<Dated<Income>> {
    record.income.iter().map(|income| Dated { since: None, until: None, fact: *income }).collect()
}

/// The relation of `member` to `applicant`; the register knows only the relations of both to the head.
fn relation_to(applicant: &Member, member: &Member) -> Relation {
    if applicant.person_id == member.person_id {
        return Relation::Oneself;
    }
    match (applicant.relation, member.relation) {
        (Relation::Oneself, to_head) => to_head,
        (Relation::Spouse, Relation::Oneself) => Relation::Spouse,
        (Relation::Spouse, Relation::Child) => Relation::Child,
        _ => Relation::Other,
    }
}
