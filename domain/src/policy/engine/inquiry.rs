//! One month of a question: the facts that hold in it and the rates that apply to it.

use chrono::NaiveDate;

use super::{Verdict, age};
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::policy::{
    Applicant, AssessError, Assessment, CareLevel, Disability, DisabilityKind, Hardship, HouseholdFacts,
    OtherBenefitPaid, Parameter, Row, RuleBook, Status, Step, Stop, StudentLevel, Unit,
};

/// One month of a question.
#[derive(Clone, Copy)]
pub struct Inquiry<'a> {
    /// The question.
    pub question: &'a Assessment,
    /// The rates.
    pub rules: &'a RuleBook,
    /// The month.
    pub month: BenefitMonth,
}

impl<'a> Inquiry<'a> {
    /// The person.
    pub fn applicant(self) -> &'a Applicant {
        &self.question.applicant
    }

    /// The household.
    ///
    /// # Errors
    /// [`AssessError::MissingFact`].
    pub fn household(self) -> Result<&'a HouseholdFacts, AssessError> {
        self.question.household.as_ref().ok_or(AssessError::MissingFact { field: "household" })
    }

    /// The person's birthday.
    ///
    /// # Errors
    /// [`AssessError::MissingFact`].
    pub fn birth_date(self) -> Result<NaiveDate, AssessError> {
        self.applicant().birth_date.ok_or(AssessError::MissingFact { field: "applicant.birth_date" })
    }

    /// Whether the applicant's age counts as `years` or more.
    ///
    /// # Errors
    /// [`AssessError::MissingFact`].
    pub fn reached(self, years: i32) -> Result<bool, AssessError> {
        Ok(age::reached(self.birth_date()?, years, self.month, &self.question.options))
    }

    /// Whether the applicant's age still counts as below `years`.
    ///
    /// # Errors
    /// [`AssessError::MissingFact`].
    pub fn still_below(self, years: i32) -> Result<bool, AssessError> {
        Ok(age::still_below(self.birth_date()?, years, self.month, &self.question.options))
    }

    /// Whether something that ended on `day` no longer counts in this month.
    pub fn ended(self, day: Option<NaiveDate>) -> bool {
        day.is_some_and(|day| match self.question.options.stop {
            Stop::MonthAfter => self.month > BenefitMonth::of(day),
            Stop::EventMonth => self.month >= BenefitMonth::of(day),
        })
    }

    /// Whether a recognised status holds.
    pub fn has_hardship(self, kind: Hardship) -> bool {
        self.hardships().any(|one| one == kind)
    }

    /// The recognised statuses that hold.
    pub fn hardships(self) -> impl Iterator<Item = Hardship> + 'a {
        let holds = self.applicant().hardship.iter().filter(move |one| one.holds_in(self.month));
        holds.map(|one| one.fact.kind)
    }

    /// The disabilities that hold.
    pub fn disabilities(self) -> impl Iterator<Item = Disability> + 'a {
        let holds = self.applicant().disabilities.iter().filter(move |one| one.holds_in(self.month));
        holds.map(|one| one.fact)
    }

    /// Whether a disability of one of `kinds` with a grade from 1 to `lightest` holds.
    pub fn is_disabled(self, kinds: &[DisabilityKind], lightest: u8) -> bool {
        self.disabilities().any(|one| one.grade <= lightest && kinds.contains(&one.kind))
    }

    /// Whether disabilities of two or more different kinds hold (多重残疾).
    pub fn is_multiply_disabled(self) -> bool {
        let mut kinds = self.disabilities().map(|one| one.kind);
        let first = kinds.next();
        kinds.any(|kind| Some(kind) != first)
    }

    /// The care level of the month: the latest assessment not after its last day.
    pub fn care_level(self) -> CareLevel {
        let begun = |since: Option<NaiveDate>| since.is_none_or(|day| BenefitMonth::of(day) <= self.month);
        let assessed = self.applicant().care_level.iter().filter(|one| begun(one.since));
        // of several on the same day the last one listed; no day is before every day
        assessed.max_by_key(|one| one.since).map_or(CareLevel::None, |one| one.level)
    }

    /// The benefits that something else pays in the month.
    pub fn other_benefits(self) -> impl Iterator<Item = OtherBenefitPaid> + 'a {
        let holds = self.applicant().other_benefits.iter().filter(move |one| one.holds_in(self.month));
        holds.map(|one| one.fact)
    }

    /// Whether the applicant is in full-time education on a level that fits.
    pub fn is_student(self, fits: impl Fn(StudentLevel) -> bool) -> bool {
        self.applicant().student.iter().any(|one| one.holds_in(self.month) && fits(one.fact.level))
    }

    /// The subsistence standard (DIBAO) of the month.
    ///
    /// # Errors
    /// [`AssessError::RateUnknown`].
    pub fn standard(self, verdict: &mut Verdict) -> Result<Money, AssessError> {
        self.rate(Parameter::SubsistenceStandard, verdict)
    }

    /// A rate of the month in yuan, as the question pins it or else as the rule book has it.
    ///
    /// # Errors
    /// [`AssessError::RateUnknown`].
    pub fn rate(self, parameter: Parameter, verdict: &mut Verdict) -> Result<Money, AssessError> {
        match self.pinned(parameter) {
            Some(amount) => {
                verdict.cite(|| self.pinned_step(parameter, amount));
                Ok(amount)
            }
            None => Ok(Money::try_from_fen(self.number(parameter, verdict)?)?),
        }
    }

    /// A share or count of the month.
    ///
    /// # Errors
    /// [`AssessError::RateUnknown`].
    pub fn number(self, parameter: Parameter, verdict: &mut Verdict) -> Result<i64, AssessError> {
        let row = self.rules.row(parameter, self.month, self.question.known_at);
        let row = row.ok_or(AssessError::RateUnknown { parameter: parameter.key(), month: self.month })?;
        verdict.cite(|| self.row_step(parameter, row));
        Ok(row.value)
    }

    /// The rate that the question pins for every month.
    pub fn pinned(self, parameter: Parameter) -> Option<Money> {
        let params = &self.question.options.params;
        match parameter {
            Parameter::SubsistenceStandard => params.subsistence_standard,
            Parameter::LowIncomeLine => params.low_income_line,
            Parameter::ChildSupport => params.child_support,
            Parameter::DisabilityCareHigh => params.disability_care_high,
            Parameter::DisabilityCareLow => params.disability_care_low,
            _ => None,
        }
    }

    fn names(self, parameter: Parameter) -> (&'a str, &'a str, Unit) {
        match self.rules.parameter(parameter) {
            Some(dated) => (&dated.zh, &dated.en, dated.unit),
            None => (parameter.key(), parameter.key(), Unit::Yuan),
        }
    }

    fn pinned_step(self, parameter: Parameter, amount: Money) -> Step {
        let (zh, en, _) = self.names(parameter);
        Step {
            zh: format!("{zh}:{amount}(指定值)"),
            en: format!("{en}: {amount} (pinned)"),
            source: "options.params".to_owned(),
            amount: Some(amount),
        }
    }

    fn row_step(self, parameter: Parameter, row: &Row) -> Step {
        let (zh, en, unit) = self.names(parameter);
        let value = unit.show(row.value);
        let doubt = if row.status == Status::Illustrative { ",示意值" } else { "" };
        let announced = row.announced.map(|day| format!(",{day}公布")).unwrap_or_default();
        Step {
            zh: format!("{zh}:{value}"),
            en: format!("{en}: {value}"),
            source: format!("{}({}起{announced}{doubt})", row.source, row.from),
            amount: match unit {
                Unit::Yuan => Money::try_from_fen(row.value).ok(),
                Unit::Percent | Unit::Months => None,
            },
        }
    }
}
