//! The means test: who counts, what counts as income, and what the household may not own.

use super::{Inquiry, Verdict, age};
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::policy::{
    AssessError, CashCeiling, Dated, HouseholdFacts, IncomeKind, MemberFacts, MemberJoin, MemberStatus,
    Parameter, Property, Reason, Relation,
};

/// The household in one month.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// What is known of it.
    pub household: &'a HouseholdFacts,
    /// The standard of the month (DIBAO).
    pub standard: Money,
    /// How many members count.
    pub members: i64,
    /// The month.
    pub inquiry: Inquiry<'a>,
}

impl<'a> Means<'a> {
    /// Looks at the household in the month of `inquiry`.
    ///
    /// # Errors
    /// [`AssessError`] when there is no household or no standard.
    pub fn of(inquiry: Inquiry<'a>, verdict: &mut Verdict) -> Result<Means<'a>, AssessError> {
        let household = inquiry.household()?;
        let standard = inquiry.standard(verdict)?;
        let members = household.members.iter().filter(|member| counts(member, inquiry)).count();
        Ok(Means { household, standard, members: i64::try_from(members).unwrap_or(0), inquiry })
    }

    /// The members that count.
    pub fn counted(self) -> impl Iterator<Item = &'a MemberFacts> {
        let counted = self.household.members.iter().filter(move |member| counts(member, self.inquiry));
        counted.map(|member| &member.fact)
    }

    /// The standard for all counted members; compared whole, never per head.
    ///
    /// # Errors
    /// [`AssessError::AmountOutOfRange`].
    pub fn limit(self, verdict: &mut Verdict) -> Result<Money, AssessError> {
        let limit = self.standard.times(self.members)?;
        verdict.note(Some(limit), || {
            let (standard, members) = (self.standard, self.members);
            (
                format!("标准{standard}×{members}人={limit}"),
                format!("standard {standard} × {members} members = {limit}"),
            )
        });
        Ok(limit)
    }

    /// Ordinary income of the month, summed.
    ///
    /// # Errors
    /// [`AssessError::AmountOutOfRange`].
    pub fn ordinary_income(self, verdict: &mut Verdict) -> Result<Money, AssessError> {
        let holds = self.household.monthly_income.iter().filter(|one| one.holds_in(self.inquiry.month));
        let ordinary = holds.filter(|one| one.fact.kind == IncomeKind::Ordinary);
        let income = Money::sum(ordinary.map(|one| one.fact.amount))?;
        verdict.note(Some(income), || {
            (format!("家庭月收入(可计入部分):{income}"), format!("ordinary monthly income: {income}"))
        });
        Ok(income)
    }

    /// Adds the reason when no member counts: the applicant's own end where it has passed.
    pub fn bar_without_members(self, verdict: &mut Verdict) {
        if self.members == 0 {
            let applicant = self.inquiry.applicant();
            let died = self.inquiry.ended(applicant.died_on);
            let left = self.inquiry.ended(applicant.left_region_on);
            verdict.bar_if(died, Reason::Deceased);
            verdict.bar_if(left, Reason::MovedOut);
            verdict.bar_if(!died && !left, Reason::NoCountedMember);
        }
    }

    /// Adds every property bar (经济状况认定指导意见, from 2013-06-01).
    ///
    /// # Errors
    /// [`AssessError::AmountOutOfRange`].
    pub fn bar_by_property(self, verdict: &mut Verdict) -> Result<(), AssessError> {
        let property = &self.household.property;
        verdict.bar_if(property.motor_vehicles >= 1, Reason::MotorVehicle);
        verdict.bar_if(property.homes >= 2 && !is_small(property), Reason::SecondHome);
        verdict.bar_if(property.luxury, Reason::LuxuryGoods);
        if let (CashCeiling::Months24, Some(cash)) =
            (self.inquiry.question.options.cash_ceiling, property.cash_assets)
        {
            let months = self.inquiry.number(Parameter::CashCeilingMonths, verdict)?;
            let ceiling = self.standard.times(months)?.times(self.members)?;
            verdict.bar_if(cash > ceiling, Reason::CashOverCeiling);
        }
        Ok(())
    }

    /// Whether a counted member is severely ill or disabled, and how many are.
    pub fn patients(self) -> i64 {
        let patients = self.counted().filter(|member| member.severe_illness || member.severe_disability);
        i64::try_from(patients.count()).unwrap_or(0)
    }

    /// Whether a counted child is at most 16 in completed years on the month's first day, or a full-time student.
    pub fn has_dependent_child(self) -> bool {
        let (first_day, options) = (self.inquiry.month.first_day(), &self.inquiry.question.options);
        let young = |member: &MemberFacts| {
            member.birth_date.is_some_and(|birth| age::attained_on(birth, 17, options) > first_day)
        };
        self.counted()
            .any(|member| member.relation == Relation::Child && (member.full_time_student || young(member)))
    }
}

/// Whether a member counts in the month of `inquiry`.
pub fn counts(member: &Dated<MemberFacts>, inquiry: Inquiry) -> bool {
    let joined = member.since.is_none_or(|day| match inquiry.question.options.member_join {
        MemberJoin::NextMonth => BenefitMonth::of(day) < inquiry.month,
        MemberJoin::SameMonth => BenefitMonth::of(day) <= inquiry.month,
    });
    let applicant = inquiry.applicant();
    let gone = member.fact.relation == Relation::Oneself
        && (inquiry.ended(applicant.died_on) || inquiry.ended(applicant.left_region_on));
    let status = matches!(member.fact.status, MemberStatus::Normal | MemberStatus::ReleasedOutside);
    status && joined && !gone && !inquiry.ended(member.until)
}

/// Two homes do not bar when together they are below 50 m² or below 10 m² usable a head; an unknown area is not small.
fn is_small(property: &Property) -> bool {
    property.total_area.is_some_and(|area| area < 50_00)
        || property.usable_area_per_head.is_some_and(|area| area < 10_00)
}
