//! The facts that a determination looks at, in the form of the `ledger assess` contract (docs/POLICY.md).
//!
//! The same types stand, sealed, in determinations: what was stored can be fed to `ledger assess` again.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::personal::{PersonalField, RetentionClass};
use crate::program::Program;

/// One question: which of `programs` pay how much in `months`, on these facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Echoed; 1 to 64 characters.
    pub id: String,
    /// What is asked; at least one.
    pub programs: Vec<Program>,
    /// For which months; 1 to 120.
    pub months: Vec<BenefitMonth>,
    /// Rates announced after this day are not known yet; `None` is today's knowledge.
    pub known_at: Option<NaiveDate>,
    /// Which way open points of the rules are taken.
    pub options: Options,
    /// The person.
    pub applicant: Applicant,
    /// The household, for programs that look at it.
    pub household: Option<HouseholdFacts>,
    /// How the person stands in the program.
    pub enrollment: Enrollment,
    /// What was asked for once.
    pub request: Request,
    /// What was paid, by program and month; adds a balance to the answer.
    pub paid: Option<BTreeMap<Program, BTreeMap<BenefitMonth, Money>>>,
}

/// A fact that holds between two days, both included; `None` is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated<T> {
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// What holds.
    #[serde(flatten)]
    pub fact: T,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $code)] $variant),+
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The code that files and events use.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }

            /// The value of a code.
            pub fn from_code(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }
    )+};
}

codes! {
    /// 户籍.
    Hukou { /// 本市户籍.
        Local = "local", /// 居住证.
        ResidencePermit = "residence_permit", /// Neither.
        Other = "other" }
    /// 残疾类别.
    DisabilityKind { /// 视力.
        Vision = "vision", /// 听力.
        Hearing = "hearing", /// 言语.
        Speech = "speech", /// 肢体.
        Limb = "limb", /// 智力.
        Intellectual = "intellectual", /// 精神.
        Mental = "mental" }
    /// 老年人能力评估等级.
    CareLevel { /// 能力完好.
        None = "none", /// 轻度失能.
        Mild = "mild", /// 中度失能.
        Moderate = "moderate", /// 重度失能.
        Severe = "severe" }
    /// 自理能力 of 特困人员.
    SelfCare { /// 全自理.
        Independent = "independent", /// 半护理.
        Partial = "partial", /// 全护理.
        Dependent = "dependent" }
    /// A recognised status, never inferred from income.
    Hardship { /// 低保.
        Subsistence = "subsistence", /// 低收入.
        LowIncome = "low_income", /// 计划生育特殊家庭.
        SpecialFamily = "special_family", /// 特困.
        ExtremelyPoor = "extremely_poor" }
    /// Full-time education.
    StudentLevel { /// Secondary, incl. 中职.
        Secondary = "secondary", /// Tertiary.
        Tertiary = "tertiary" }
    /// 困境儿童 category.
    ChildCategory { /// 孤儿.
        Orphan = "orphan", /// 弃婴.
        Abandoned = "abandoned", /// 艾滋病病毒感染儿童.
        Aids = "aids", /// 事实无人抚养儿童.
        Unsupported = "unsupported" }
    /// What happened to the only child of a 计划生育特殊家庭.
    SpecialFamilyChild { /// 伤残.
        Disabled = "disabled", /// 死亡.
        Deceased = "deceased" }
    /// Where an elderly person lives.
    Residence { /// At home.
        Home = "home", /// 机构.
        Institution = "institution" }
    /// How a member of a household is related to the applicant.
    Relation { /// 本人.
        Oneself = "self", /// 配偶.
        Spouse = "spouse", /// 子女.
        Child = "child", /// Someone else.
        Other = "other" }
    /// Whether a member counts.
    MemberStatus { /// Counts.
        Normal = "normal", /// 服刑.
        Prison = "prison", /// 强制戒毒.
        CompulsoryDetox = "compulsory_detox", /// 宣告失踪.
        DeclaredMissing = "declared_missing", /// 宗教教职人员离家.
        ClergyAway = "clergy_away", /// 独立生活的成年子女.
        IndependentAdult = "independent_adult", /// 监外执行, 保外就医: counts.
        ReleasedOutside = "released_outside" }
    /// Kinds of income; only ordinary income counts.
    IncomeKind { /// Counts.
        Ordinary = "ordinary", /// 残疾人两项补贴.
        DisabilitySubsidy = "disability_subsidy", /// 优待抚恤金.
        VeteranPreference = "veteran_preference", /// 计划生育奖励扶助金.
        FamilyPlanningReward = "family_planning_reward", /// 奖学金.
        Scholarship = "scholarship", /// 见义勇为奖励.
        BraveryAward = "bravery_award", /// 社会救助金.
        SocialAssistance = "social_assistance" }
    /// Which of two sets of subsidies was chosen (养老或残疾).
    ChosenSet { /// The two elderly ones.
        Elderly = "elderly", /// The two disability ones.
        Disability = "disability" }
    /// Why payment was suspended.
    SuspensionReason { /// Unreachable for six months running.
        Unreachable = "unreachable" }
    /// How temporary assistance is given.
    AssistanceMode { /// 1 to 3 months of the standard for each person.
        Tier = "tier", /// 小额快救, from 2026-01.
        SmallQuick = "small_quick" }
    /// Who sent a bill of the care voucher.
    CareBillKind { /// Care at home.
        Home = "home", /// Care in an institution.
        Institution = "institution" }
    /// When an age is attained.
    AgeAttained { /// On the birthday.
        OnBirthday = "on_birthday", /// The day after.
        DayAfter = "day_after" }
    /// The birthday of someone born on 29 February, in a common year.
    LeapBirthday { /// 28 February (民法典 art. 202).
        Feb28 = "feb28", /// 1 March.
        Mar01 = "mar01" }
    /// From which month an attained age counts.
    AgeIn { /// The month of attainment.
        BirthdayMonth = "birthday_month", /// The month after.
        NextMonth = "next_month" }
    /// The first month that is not paid after an end.
    Stop { /// The month after the event.
        MonthAfter = "month_after", /// The month of the event.
        EventMonth = "event_month" }
    /// How an amount is rounded.
    Rounding { /// To the fen.
        Exact = "exact", /// Up to the yuan.
        CeilYuan = "ceil_yuan" }
    /// Whether 484号 deductions are taken once or for each patient.
    DeductionScope { /// Once.
        PerHousehold = "per_household", /// For each patient.
        PerPatient = "per_patient" }
    /// 分类救助上浮.
    Uplift { /// None.
        None = "none", /// 35%.
        Percent35 = "35" }
    /// 渐退.
    ExitSchedule { /// None.
        None = "none", /// 100,100,80,80,60,60%.
        Draft = "draft", /// 100,50%.
        Rule2006 = "2006" }
    /// Ceiling of cash assets.
    CashCeiling { /// None.
        None = "none", /// 24 months of the standard per head.
        Months24 = "24" }
    /// A switch.
    Switch { /// Off.
        Off = "off", /// On.
        On = "on" }
    /// From which month a new member counts.
    MemberJoin { /// The month after.
        NextMonth = "next_month", /// The month itself.
        SameMonth = "same_month" }
    /// Whether 特困 care money is paid.
    CareShare { /// At its minimum.
        Minimum = "minimum", /// Not at all.
        None = "none" }
    /// A benefit that something else pays.
    OtherBenefit { /// 最低生活保障.
        SubsistenceAllowance = "subsistence_allowance", /// 特困.
        ExtremelyPoorSupport = "extremely_poor_support", /// 低收入认定.
        LowIncomeRecognition = "low_income_recognition", /// 低收入重病.
        LowIncomeIllnessSubsidy = "low_income_illness_subsidy", /// 困境儿童.
        ChildrenInDifficulty = "children_in_difficulty", /// 临时救助.
        TemporaryAssistance = "temporary_assistance", /// 养老服务补贴.
        ElderlyServiceSubsidy = "elderly_service_subsidy", /// 失能护理补贴.
        ElderlyCareSubsidy = "elderly_care_subsidy", /// 高龄津贴.
        AdvancedAgeAllowance = "advanced_age_allowance", /// 残疾人生活补贴.
        DisabilityLivingSubsidy = "disability_living_subsidy", /// 残疾人护理补贴.
        DisabilityCareSubsidy = "disability_care_subsidy", /// 特扶.
        SpecialFamilySupport = "special_family_support", /// 助餐.
        ElderlyMealSubsidy = "elderly_meal_subsidy", /// 消费券.
        ElderlyCareVoucher = "elderly_care_voucher", /// 工伤生活护理费.
        WorkInjuryNursing = "work_injury_nursing", /// 见义勇为致残护理补贴.
        HeroicInjuryNursing = "heroic_injury_nursing", /// 返城知青护理费.
        ReturnedYouthNursing = "returned_youth_nursing", /// 困境家庭入住机构补贴.
        InstitutionSubsidy = "institution_subsidy", /// 因公致残.
        DutyInjuryAllowance = "duty_injury_allowance", /// 离休.
        RetiredCadreAllowance = "retired_cadre_allowance" }
}

/// Which way open points of the rules are taken; the defaults are those of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// When an age is attained.
    pub age_attained: AgeAttained,
    /// Birthdays on 29 February.
    pub leap_birthday: LeapBirthday,
    /// From which month an age counts.
    pub age_in: AgeIn,
    /// The first month not paid.
    pub stop: Stop,
    /// Rounding.
    pub rounding: Rounding,
    /// 484号 deductions.
    pub deduction_scope: DeductionScope,
    /// 上浮.
    pub uplift: Uplift,
    /// 渐退.
    pub exit_schedule: ExitSchedule,
    /// Cash assets.
    pub cash_ceiling: CashCeiling,
    /// 单人户.
    pub single_person: Switch,
    /// 补差 for children.
    pub child_top_up: Switch,
    /// New members.
    pub member_join: MemberJoin,
    /// 特困 care.
    pub care_share: CareShare,
    /// Overridden rates.
    pub params: Params,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            age_attained: AgeAttained::OnBirthday,
            leap_birthday: LeapBirthday::Feb28,
            age_in: AgeIn::BirthdayMonth,
            stop: Stop::MonthAfter,
            rounding: Rounding::Exact,
            deduction_scope: DeductionScope::PerHousehold,
            uplift: Uplift::None,
            exit_schedule: ExitSchedule::None,
            cash_ceiling: CashCeiling::None,
            single_person: Switch::Off,
            child_top_up: Switch::Off,
            member_join: MemberJoin::NextMonth,
            care_share: CareShare::Minimum,
            params: Params::default(),
        }
    }
}

/// Rates that replace those of the rule book for every month of the question, in fen per month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// LOWINC.
    pub low_income_line: Option<Money>,
    /// DIBAO.
    pub subsistence_standard: Option<Money>,
    /// 护理补贴, high.
    pub disability_care_high: Option<Money>,
    /// 护理补贴, low.
    pub disability_care_low: Option<Money>,
    /// CHILD.
    pub child_support: Option<Money>,
    /// 特困 basic living.
    pub extremely_poor_basic: Option<Money>,
}

/// A disability on a certificate: grade 1 is the heaviest, 4 the lightest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disability {
    /// 类别.
    pub kind: DisabilityKind,
    /// 等级, 1 to 4.
    pub grade: u8,
}

/// The care level since a day; `None` is always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareLevelSince {
    /// The level.
    pub level: CareLevel,
    /// From which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
}

/// A recognised status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HardshipStatus {
    /// Which.
    pub kind: Hardship,
}

/// A benefit from elsewhere in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherBenefitPaid {
    /// Which.
    pub kind: OtherBenefit,
    /// How much a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// Full-time education.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Student {
    /// Where.
    pub level: StudentLevel,
}

/// 计划生育特殊家庭.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialFamily {
    /// What happened to the child.
    pub child: SpecialFamilyChild,
    /// Grade of the child's disability, 1 to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_grade: Option<u8>,
    /// The wife's birthday.
    pub wife_birth_date: NaiveDate,
    /// Whether there is another child.
    #[serde(default)]
    pub other_child: bool,
}

/// The person a program is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicant {
    /// Birthday.
    pub birth_date: Option<NaiveDate>,
    /// Day of death.
    pub died_on: Option<NaiveDate>,
    /// Day on which the hukou left Beijing.
    pub left_region_on: Option<NaiveDate>,
    /// 户籍.
    pub hukou: Hukou,
    /// Certificates.
    pub disabilities: Vec<Dated<Disability>>,
    /// Assessments.
    pub care_level: Vec<CareLevelSince>,
    /// 自理能力.
    pub self_care: SelfCare,
    /// 重病.
    pub severe_illness: bool,
    /// Recognised statuses.
    pub hardship: Vec<Dated<HardshipStatus>>,
    /// Benefits from elsewhere.
    pub other_benefits: Vec<Dated<OtherBenefitPaid>>,
    /// Education.
    pub student: Vec<Dated<Student>>,
    /// At work.
    pub employed: bool,
    /// Stable income without work.
    pub stable_income: bool,
    /// Own income a month.
    pub own_income: Money,
    /// 困境儿童 category.
    pub child_category: Option<ChildCategory>,
    /// 特扶.
    pub special_family: Option<SpecialFamily>,
    /// 基本养老服务对象.
    pub basic_eldercare_target: bool,
    /// At home or not.
    pub residence: Residence,
}

impl Default for Applicant {
    fn default() -> Applicant {
        Applicant {
            birth_date: None,
            died_on: None,
            left_region_on: None,
            hukou: Hukou::Local,
            disabilities: Vec::new(),
            care_level: Vec::new(),
            self_care: SelfCare::Independent,
            severe_illness: false,
            hardship: Vec::new(),
            other_benefits: Vec::new(),
            student: Vec::new(),
            employed: false,
            stable_income: false,
            own_income: Money::ZERO,
            child_category: None,
            special_family: None,
            basic_eldercare_target: false,
            residence: Residence::Home,
        }
    }
}

/// A member of the household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberFacts {
    /// Relation to the applicant.
    pub relation: Relation,
    /// Birthday.
    pub birth_date: Option<NaiveDate>,
    /// In full-time education.
    pub full_time_student: bool,
    /// 重病.
    pub severe_illness: bool,
    /// 重残.
    pub severe_disability: bool,
    /// Whether the member counts.
    pub status: MemberStatus,
}

/// Income of the whole household a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Income {
    /// How much, in fen a month.
    pub amount: Money,
    /// Which kind.
    pub kind: IncomeKind,
}

/// What the household owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Property {
    /// Motor vehicles, incl. ordinary motorcycles.
    pub motor_vehicles: u32,
    /// Disabled persons' motorcycles, which do not count.
    pub disabled_motorcycles: u32,
    /// Homes, rented public ones included.
    pub homes: u32,
    /// Building area in hundredths of a square metre.
    pub total_area: Option<u32>,
    /// Usable area per head in hundredths of a square metre.
    pub usable_area_per_head: Option<u32>,
    /// Luxury goods.
    pub luxury: bool,
    /// Cash and deposits, in fen.
    pub cash_assets: Option<Money>,
}

/// The household as the means test sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseholdFacts {
    /// 1 to 20, the applicant included.
    pub members: Vec<Dated<MemberFacts>>,
    /// Income, summed.
    pub monthly_income: Vec<Dated<Income>>,
    /// Property.
    pub property: Property,
    /// 单亲.
    pub single_parent: bool,
    /// Age of the 法定抚养人, in years.
    pub supporter_age: Option<u32>,
    /// A supporter who could pay.
    pub able_supporter: bool,
}

/// A suspension; with `until`, the person was confirmed alive on that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// From which day.
    pub since: NaiveDate,
    /// Confirmed alive on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Why.
    pub reason: SuspensionReason,
}

/// 渐退 after an income above the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The first month of the schedule.
    pub first_month: BenefitMonth,
    /// What was paid before.
    pub previous_amount: Money,
}

/// How the person stands in the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enrollment {
    /// Day of the application; `None` is on the roll already.
    pub applied_on: Option<NaiveDate>,
    /// Day of the decision; `None` is on the roll already.
    pub decided_on: Option<NaiveDate>,
    /// Suspensions.
    pub suspended: Vec<Suspension>,
    /// The set that was chosen.
    pub chosen_set: Option<ChosenSet>,
    /// 渐退.
    pub exit: Option<Exit>,
}

/// 临时救助.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AssistanceRequest {
    /// How.
    pub mode: AssistanceMode,
    /// When.
    pub on: NaiveDate,
    /// For how many persons, 1 to 20.
    pub persons: Option<u32>,
    /// Months of the standard for each, 1 to 3.
    pub tier: Option<u32>,
    /// Asked amount, for small_quick.
    pub amount: Option<Money>,
}

/// One payment for a lunch or dinner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meal {
    /// When.
    pub date: NaiveDate,
    /// How much.
    pub spend: Money,
}

/// A bill of the care voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CareBill {
    /// For which month.
    pub month: BenefitMonth,
    /// From whom.
    pub kind: CareBillKind,
    /// How much.
    pub amount: Money,
}

/// What was asked for once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// 临时救助.
    pub temporary_assistance: Option<AssistanceRequest>,
    /// 助餐.
    pub meals: Vec<Meal>,
    /// 消费券.
    pub care_bills: Vec<CareBill>,
}

/// A person's certificates at one time (残疾人证), sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisabilityCertificate(pub Vec<Dated<Disability>>);

impl PersonalField for DisabilityCertificate {
    const LABEL: &'static str = "disabilities";
}

impl PersonalField for CareLevel {
    const LABEL: &'static str = "care_level";
}

/// What else a determination must know of a person, as one sealed record from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// 自理能力.
    pub self_care: SelfCare,
    /// 重病.
    pub severe_illness: bool,
    /// 重残.
    pub severe_disability: bool,
    /// Recognised statuses.
    pub hardship: Vec<Dated<HardshipStatus>>,
    /// Benefits from elsewhere.
    pub other_benefits: Vec<Dated<OtherBenefitPaid>>,
    /// Education.
    pub student: Vec<Dated<Student>>,
    /// At work.
    pub employed: bool,
    /// Stable income without work.
    pub stable_income: bool,
    /// Own income a month, in fen.
    pub own_income: Money,
    /// 困境儿童 category.
    pub child_category: Option<ChildCategory>,
    /// 特扶.
    pub special_family: Option<SpecialFamily>,
    /// 基本养老服务对象.
    pub basic_eldercare_target: bool,
    /// At home or not.
    pub residence: Residence,
    /// 单亲.
    pub single_parent: bool,
    /// Age of the 法定抚养人.
    pub supporter_age: Option<u32>,
    /// A supporter who could pay.
    pub able_supporter: bool,
}

impl PersonalField for Circumstances {
    const LABEL: &'static str = "circumstances";
}

/// Why an amount is what it is: the question as a line of the `ledger assess` contract, and the steps of the
/// answer. Sealed with each decision and payment, and kept as long as vouchers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Determination {
    /// The facts, as a contract line.
    pub facts: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl PersonalField for Determination {
    const LABEL: &'static str = "determination";
    const CLASS: RetentionClass = RetentionClass::Vouchers;
}

/// One step of a determination, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// The law, article and date; empty where it is plain arithmetic.
    pub source: String,
    /// The amount after this step, where there is one.
    pub amount: Option<Money>,
}
