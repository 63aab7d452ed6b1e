//! What each program asks for before a decision and after it.

use crate::policy::{AssistanceMode, AssistanceRequest};
use crate::program::Program;

use super::{EnrolledCase, ReviewedCase};

/// The procedure of one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// 核对.
    pub means_check: Need,
    /// 入户调查.
    pub home_visit: Need,
    /// 公示.
    pub notice: Notice,
    /// The longest time between two reviews (复核), in months.
    pub recertification_months: u32,
    /// 停发(暂停).
    pub suspension: Suspending,
    /// The first month.
    pub start: Start,
    /// How often.
    pub frequency: Frequency,
    /// Whether the applicant chooses between the elderly and the disability set.
    pub set_choice: Need,
}

/// Whether something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It is.
    Needed,
    /// It is not; doing it is no fault.
    NotNeeded,
}

/// Whether a proposal is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// For at least so many calendar days, the day of posting not counted.
    Posted {
        /// Calendar days.
        days: u32,
    },
    /// It is not, to protect a child's identity or because the rules ask for none.
    NotPosted,
}

/// Whether payment can be suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspending {
    /// When the person was unreachable for six months running.
    WhenUnreachable,
    /// The rules know no suspension.
    NotForeseen,
}

/// From which month an approved case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The month of the application.
    ApplicationMonth,
    /// The month after the decision.
    MonthAfterDecision,
    /// The month of the event that is asked for.
    RequestMonth,
}

/// How often a case is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// Every month.
    Monthly,
    /// Once.
    Once,
}

/// 公示 of 7 days (民发〔2021〕57号; 民发〔2021〕43号).
const SEVEN_DAYS: Notice = Notice::Posted { days: 7 };

/// The procedure of `program`, as far as it depends on what was asked for.
///
/// - 低保, 特困, 低收入: 核对, 入户, 公示 of 7 days (国务院令第649号; 民发〔2021〕57号; 民发〔2021〕43号); start the month
///   after the decision; reviewed at least yearly (half-yearly where income is unstable, which the next due day of
///   each review can ask for).
/// - 困境儿童: 核对 and 入户, never a public posting of a child's identity (京民儿福发〔2023〕246号; 个人信息保护法
///   art. 28); start the month after the decision.
/// - 临时救助: 核对, but none for 小额快救, which is given within 3 days (京政发〔2015〕26号; national from 2026-01).
/// - the elderly and disability subsidies: 审核 alone; start the month of the application (京民养老发〔2019〕160号;
///   国发〔2015〕52号). Their recheck at least every quarter compares registers for the whole roll at once and is no
///   step of a case; the case itself is reviewed yearly. The three elderly ones are suspended when the person is
///   unreachable for six months.
/// - the others: 审核 alone, by documents. Their first month is not settled by the rules that were read; 重病 counts
///   as 低保 does, the rest from the month of the application.
pub fn procedure(program: Program, request: Option<&AssistanceRequest>) -> Procedure {
    match program {
        Program::SubsistenceAllowance | Program::ExtremelyPoorSupport | Program::LowIncomeRecognition => {
            INVESTIGATED
        }
        Program::ChildrenInDifficulty => Procedure { notice: Notice::NotPosted, ..INVESTIGATED },
        Program::TemporaryAssistance => match request.map(|request| request.mode) {
            Some(AssistanceMode::SmallQuick) => ONE_OFF,
            Some(AssistanceMode::Tier) | None => Procedure { means_check: Need::Needed, ..ONE_OFF },
        },
        Program::ElderlyServiceSubsidy | Program::ElderlyCareSubsidy => {
            Procedure { suspension: Suspending::WhenUnreachable, set_choice: Need::Needed, ..BY_DOCUMENTS }
        }
        Program::AdvancedAgeAllowance => {
            Procedure { suspension: Suspending::WhenUnreachable, ..BY_DOCUMENTS }
        }
        Program::DisabilityLivingSubsidy | Program::DisabilityCareSubsidy => {
            Procedure { set_choice: Need::Needed, ..BY_DOCUMENTS }
        }
        Program::LowIncomeIllnessSubsidy => Procedure { start: Start::MonthAfterDecision, ..BY_DOCUMENTS },
        Program::SpecialFamilySupport | Program::ElderlyMealSubsidy | Program::ElderlyCareVoucher => {
            BY_DOCUMENTS
        }
    }
}

const BY_DOCUMENTS: Procedure = Procedure {
    means_check: Need::NotNeeded,
    home_visit: Need::NotNeeded,
    notice: Notice::NotPosted,
    recertification_months: 12,
    suspension: Suspending::NotForeseen,
    start: Start::ApplicationMonth,
    frequency: Frequency::Monthly,
    set_choice: Need::NotNeeded,
};

const INVESTIGATED: Procedure = Procedure {
    means_check: Need::Needed,
    home_visit: Need::Needed,
    notice: SEVEN_DAYS,
    start: Start::MonthAfterDecision,
    ..BY_DOCUMENTS
};

const ONE_OFF: Procedure =
    Procedure { start: Start::RequestMonth, frequency: Frequency::Once, ..BY_DOCUMENTS };

impl ReviewedCase {
    /// What the program asks of this case.
    pub fn procedure(&self) -> Procedure {
        procedure(self.file.subject.program, self.application.request.as_ref())
    }
}

impl EnrolledCase {
    /// What the program asks of this case.
    pub fn procedure(&self) -> Procedure {
        procedure(self.file.subject.program, self.application.request.as_ref())
    }
}
