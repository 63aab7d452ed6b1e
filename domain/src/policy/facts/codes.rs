//! The words of the contract: every enumeration with its codes.

use serde::{Deserialize, Serialize};

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
