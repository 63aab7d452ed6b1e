//! What happens on each day of the year, from the five registers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use domain::benefit_case::Outcome;
use domain::calendar::BenefitMonth;
use domain::identifiers::CitizenId;
use domain::program::Program;

use super::generator::{CAMPAIGNS, CampaignPlan, Registers};
use crate::processes::households;
use crate::registers::{applications, care_assessments, changes, donations, persons};

/// The year that is played.
pub const YEAR: i32 = 2023;

/// The elderly subsidies are paid by the end of a month for the next one (京民养老发〔2019〕160号).
const ELDERLY: &[Program] =
    &[Program::ElderlyServiceSubsidy, Program::ElderlyCareSubsidy, Program::AdvancedAgeAllowance];
/// 低保 and the other monthly aid is paid by the 10th.
const MONTHLY: &[Program] = &[
    Program::SubsistenceAllowance,
    Program::ExtremelyPoorSupport,
    Program::LowIncomeIllnessSubsidy,
    Program::ChildrenInDifficulty,
    Program::DisabilityLivingSubsidy,
    Program::DisabilityCareSubsidy,
    Program::SpecialFamilySupport,
];
/// Temporary aid is paid when it was decided.
const TEMPORARY: &[Program] = &[Program::TemporaryAssistance];

/// Something that someone does on a day. Acts of one kind are done at the same time by several people, kinds one
/// after the other, in this order.
#[derive(Clone)]
pub enum Act {
    /// Opens the funds and takes the year's appropriation.
    Funds,
    /// Registers a household.
    Household(Vec<persons::Row>),
    /// Records an assessment.
    Care(care_assessments::Row),
    /// Records a change; ends the cases that it ends.
    Change(changes::Row),
    /// 咨询.
    Consult(applications::Row),
    /// 受理.
    Apply(applications::Row),
    /// 核对.
    CheckMeans(applications::Row),
    /// 入户.
    Visit(applications::Row),
    /// 审核.
    Review(applications::Row, Outcome),
    /// 公示.
    PostNotice(applications::Row),
    /// 审批.
    Decide(applications::Row, Outcome),
    /// Opens a campaign.
    OpenCampaign(CampaignPlan),
    /// Takes a gift in.
    Donate(donations::Row),
    /// Ends a campaign and publishes its results.
    CloseCampaign(CampaignPlan),
    /// Pays a month of a group of programs.
    Pay(RunGroup, BenefitMonth),
    /// Opens the recovery of what was paid too much up to a month, and takes in what was promised.
    Recover(BenefitMonth),
}

/// Programs that are paid together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunGroup {
    /// The three elderly subsidies, ahead of their month.
    Elderly,
    /// The other monthly aid.
    Monthly,
    /// 临时救助.
    Temporary,
}

impl RunGroup {
    /// Its programs.
    pub const fn programs(self) -> &'static [Program] {
        match self {
            RunGroup::Elderly => ELDERLY,
            RunGroup::Monthly => MONTHLY,
            RunGroup::Temporary => TEMPORARY,
        }
    }

    /// The fund that pays it.
    pub const fn fund(self) -> &'static str {
        match self {
            RunGroup::Elderly => "老年人福利补贴资金",
            RunGroup::Monthly | RunGroup::Temporary => "社会救助资金",
        }
    }

    /// The day on which it is paid for a month.
    fn day(self, month: BenefitMonth) -> NaiveDate {
        let (month, day) = match self {
            RunGroup::Elderly => (month.plus(-1), 25),
            RunGroup::Monthly => (month, 8),
            RunGroup::Temporary => (month, 28),
        };
        month.first_day() + Days::new(day - 1)
    }
}

/// The acts of every day, in the order of kinds.
pub type Plan = BTreeMap<NaiveDate, BTreeMap<u8, Vec<Act>>>;

/// What happens on each day.
pub fn plan(registers: Registers) -> Plan {
    let mut plan = Planner::default();
    // an assessment from before someone was registered is recorded once they are
    let mut registered: HashMap<CitizenId, NaiveDate> = HashMap::new();
    for household in households(&registers.persons) {
        let part = household.first().and_then(|head| head.household.as_ref());
        let Some(day) = part.map(|part| part.registered_on) else { continue };
        registered.extend(household.iter().map(|row| (row.id_number.clone(), day)));
        plan.on(day, Act::Household(household));
    }
    for row in registers.care_assessments {
        let known = registered.get(&row.id_number).copied().unwrap_or(row.assessed_on);
        plan.on(row.assessed_on.max(known), Act::Care(row));
    }
    for row in registers.changes {
        plan.on(row.reported_on, Act::Change(row));
    }
    for row in &registers.applications {
        plan.application(row);
    }
    plan.campaigns();
    for row in registers.donations {
        plan.on(row.received_on, Act::Donate(row));
    }
    plan.runs(&registers.applications);
    let first = plan.days.keys().next().copied().unwrap_or_default();
    plan.on(first, Act::Funds);
    plan.days
}

#[derive(Default)]
struct Planner {
    days: Plan,
}

impl Planner {
    fn on(&mut self, day: NaiveDate, act: Act) {
        self.days.entry(day).or_default().entry(act.order()).or_default().push(act);
    }

    fn application(&mut self, row: &applications::Row) {
        let steps = &row.steps;
        let mut step = |day: Option<NaiveDate>, act: fn(applications::Row) -> Act| {
            if let Some(day) = day {
                self.on(day, act(row.clone()));
            }
        };
        step(steps.consulted_on, Act::Consult);
        step(Some(steps.applied_on), Act::Apply);
        step(steps.means_checked_on, Act::CheckMeans);
        step(steps.visited_on, Act::Visit);
        step(steps.notice_posted_on, Act::PostNotice);
        let outcome = steps.decision.map_or(Outcome::Approved, |decision| decision.outcome);
        if let Some(day) = steps.reviewed_on {
            self.on(day, Act::Review(row.clone(), outcome));
        }
        if let Some(decision) = steps.decision {
            self.on(decision.decided_on, Act::Decide(row.clone(), decision.outcome));
        }
    }

    fn campaigns(&mut self) {
        for campaign in CAMPAIGNS {
            self.on(campaign.opens_on, Act::OpenCampaign(campaign));
            self.on(campaign.closes_on, Act::CloseCampaign(campaign));
        }
    }

    /// Two runs a month; temporary aid is paid in the months in which some was decided.
    fn runs(&mut self, applications: &[applications::Row]) {
        let Ok(first) = BenefitMonth::try_new(YEAR, 1) else { return };
        for month in first.through(first.plus(11)) {
            for group in [RunGroup::Elderly, RunGroup::Monthly] {
                self.on(group.day(month), Act::Pay(group, month));
            }
            self.on(month.last_day(), Act::Recover(month));
        }
        let temporary = applications.iter().filter(|row| TEMPORARY.contains(&row.program));
        let decided = temporary
            .filter_map(|row| row.steps.decision)
            .map(|decision| BenefitMonth::of(decision.decided_on));
        for month in decided.collect::<BTreeSet<_>>() {
            self.on(RunGroup::Temporary.day(month), Act::Pay(RunGroup::Temporary, month));
        }
    }
}

impl Act {
    /// Kinds come one after the other on a day.
    const fn order(&self) -> u8 {
        match self {
            Act::Funds => 0,
            Act::Household(_) => 1,
            Act::Care(_) => 2,
            Act::Change(_) => 3,
            Act::Consult(_) => 4,
            Act::Apply(_) => 5,
            Act::CheckMeans(_) => 6,
            Act::Visit(_) => 7,
            Act::Review(..) => 8,
            Act::PostNotice(_) => 9,
            Act::Decide(..) => 10,
            Act::OpenCampaign(_) => 11,
            Act::Donate(_) => 12,
            Act::CloseCampaign(_) => 13,
            Act::Pay(..) => 14,
            Act::Recover(_) => 15,
        }
    }

    /// Its name, for what went wrong.
    pub const fn name(&self) -> &'static str {
        match self {
            Act::Funds => "设立资金 · opening the funds",
            Act::Household(_) => "登记家庭 · registering a household",
            Act::Care(_) => "登记评估 · recording an assessment",
            Act::Change(_) => "登记变更 · recording a change",
            Act::Consult(_) => "咨询 · a consultation",
            Act::Apply(_) => "受理 · an application",
            Act::CheckMeans(_) => "核对 · a means check",
            Act::Visit(_) => "入户 · a home visit",
            Act::Review(..) => "审核 · a review",
            Act::PostNotice(_) => "公示 · a notice",
            Act::Decide(..) => "审批 · a decision",
            Act::OpenCampaign(_) => "开始募捐 · opening a campaign",
            Act::Donate(_) => "收到捐赠 · a gift",
            Act::CloseCampaign(_) => "结束募捐 · closing a campaign",
            Act::Pay(..) => "发放 · a payment run",
            Act::Recover(_) => "追缴 · a recovery",
        }
    }

    /// Whether acts of this kind touch one stream and so wait for each other.
    pub const fn one_by_one(&self) -> bool {
        matches!(self, Act::Donate(_) | Act::Pay(..) | Act::OpenCampaign(_) | Act::CloseCampaign(_))
    }
}
