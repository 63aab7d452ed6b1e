//! The words that stand for the domain's codes in a register.

use domain::benefit_case::Outcome;
use domain::campaign::{DonationMethod, Publicity};
use domain::policy::{
    AssistanceMode, CareLevel, ChildCategory, ChosenSet, DisabilityKind, Hardship, Hukou, IncomeKind,
    MemberStatus, OtherBenefit, Relation, Residence, SelfCare, SpecialFamilyChild, StudentLevel,
};
use domain::program::Program;

use crate::lang::Lang;

/// A value that stands in a register as one of a few words.
pub trait Named: Copy + PartialEq + 'static {
    /// Every value with its Chinese word and its code; the word is what is written, both are read.
    const NAMES: &'static [(Self, &'static str, &'static str)];
    /// The Chinese words, for the template.
    const WORDS: &'static [&'static str];

    /// The value of a word or code.
    fn from_word(word: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, zh, code)| *zh == word || *code == word).map(|(value, ..)| *value)
    }

    /// The name on a page: the Chinese word, or the code as it is read aloud.
    fn said(self, lang: Lang) -> String {
        let found = Self::NAMES.iter().find(|(value, ..)| *value == self);
        found.map_or_else(String::new, |(_, zh, code)| lang.pick((*zh).to_owned(), code.replace('_', " ")))
    }

    /// The Chinese word.
    fn word(self) -> &'static str {
        Self::NAMES.iter().find(|(value, ..)| *value == self).map_or("", |(_, zh, _)| zh)
    }
}

macro_rules! named {
    ($($name:ident { $($variant:ident = $zh:literal, $code:literal;)+ })+) => {$(
        impl Named for $name {
            const NAMES: &'static [(Self, &'static str, &'static str)] = &[$(($name::$variant, $zh, $code)),+];
            const WORDS: &'static [&'static str] = &[$($zh),+];
        }
    )+};
}

named! {
    Relation { Oneself = "户主", "self"; Spouse = "配偶", "spouse"; Child = "子女", "child"; Other = "其他", "other"; }
    Hukou { Local = "本市户籍", "local"; ResidencePermit = "居住证", "residence_permit"; Other = "其他", "other"; }
    MemberStatus {
        Normal = "正常", "normal"; Prison = "服刑", "prison"; CompulsoryDetox = "强制戒毒", "compulsory_detox";
        DeclaredMissing = "宣告失踪", "declared_missing"; ClergyAway = "宗教教职", "clergy_away";
        IndependentAdult = "独立生活成年子女", "independent_adult"; ReleasedOutside = "监外执行", "released_outside";
    }
    IncomeKind {
        Ordinary = "一般收入", "ordinary"; DisabilitySubsidy = "残疾人两项补贴", "disability_subsidy";
        VeteranPreference = "优待抚恤金", "veteran_preference";
        FamilyPlanningReward = "计划生育奖励扶助金", "family_planning_reward";
        Scholarship = "奖学金", "scholarship"; BraveryAward = "见义勇为奖励", "bravery_award";
        SocialAssistance = "社会救助金", "social_assistance";
    }
    DisabilityKind {
        Vision = "视力", "vision"; Hearing = "听力", "hearing"; Speech = "言语", "speech"; Limb = "肢体", "limb";
        Intellectual = "智力", "intellectual"; Mental = "精神", "mental";
    }
    CareLevel { None = "能力完好", "none"; Mild = "轻度失能", "mild"; Moderate = "中度失能", "moderate"; Severe = "重度失能", "severe"; }
    SelfCare { Independent = "全自理", "independent"; Partial = "半护理", "partial"; Dependent = "全护理", "dependent"; }
    Hardship {
        Subsistence = "低保", "subsistence"; LowIncome = "低收入", "low_income";
        SpecialFamily = "计生特殊家庭", "special_family"; ExtremelyPoor = "特困", "extremely_poor";
    }
    StudentLevel { Secondary = "中学", "secondary"; Tertiary = "大学", "tertiary"; }
    ChildCategory {
        Orphan = "孤儿", "orphan"; Abandoned = "弃婴", "abandoned"; Aids = "艾滋病病毒感染儿童", "aids";
        Unsupported = "事实无人抚养儿童", "unsupported";
    }
    SpecialFamilyChild { Disabled = "伤残", "disabled"; Deceased = "死亡", "deceased"; }
    Residence { Home = "居家", "home"; Institution = "机构", "institution"; }
    ChosenSet { Elderly = "老年补贴", "elderly"; Disability = "残疾补贴", "disability"; }
    AssistanceMode { Tier = "按标准", "tier"; SmallQuick = "小额快救", "small_quick"; }
    Outcome { Approved = "同意", "approved"; Refused = "不同意", "refused"; }
    Publicity { Named = "公开", "named"; Masked = "部分公开", "masked"; Anonymous = "匿名", "anonymous"; }
    DonationMethod { Cash = "现金", "cash"; Transfer = "转账", "transfer"; MobilePayment = "扫码", "mobile_payment"; }
    Program {
        SubsistenceAllowance = "最低生活保障", "subsistence_allowance";
        ExtremelyPoorSupport = "特困人员救助供养", "extremely_poor_support";
        LowIncomeRecognition = "低收入家庭认定", "low_income_recognition";
        LowIncomeIllnessSubsidy = "低收入重病生活补贴", "low_income_illness_subsidy";
        ChildrenInDifficulty = "困境儿童生活费", "children_in_difficulty";
        TemporaryAssistance = "临时救助", "temporary_assistance";
        ElderlyServiceSubsidy = "困难老年人养老服务补贴", "elderly_service_subsidy";
        ElderlyCareSubsidy = "失能老年人护理补贴", "elderly_care_subsidy";
        AdvancedAgeAllowance = "高龄老年人津贴", "advanced_age_allowance";
        DisabilityLivingSubsidy = "困难残疾人生活补贴", "disability_living_subsidy";
        DisabilityCareSubsidy = "重度残疾人护理补贴", "disability_care_subsidy";
        SpecialFamilySupport = "计划生育特殊家庭扶助", "special_family_support";
        ElderlyMealSubsidy = "老年人助餐补贴", "elderly_meal_subsidy";
        ElderlyCareVoucher = "养老服务消费券", "elderly_care_voucher";
    }
    OtherBenefit {
        SubsistenceAllowance = "最低生活保障", "subsistence_allowance";
        ExtremelyPoorSupport = "特困人员救助供养", "extremely_poor_support";
        LowIncomeRecognition = "低收入家庭认定", "low_income_recognition";
        LowIncomeIllnessSubsidy = "低收入重病生活补贴", "low_income_illness_subsidy";
        ChildrenInDifficulty = "困境儿童生活费", "children_in_difficulty";
        TemporaryAssistance = "临时救助", "temporary_assistance";
        ElderlyServiceSubsidy = "困难老年人养老服务补贴", "elderly_service_subsidy";
        ElderlyCareSubsidy = "失能老年人护理补贴", "elderly_care_subsidy";
        AdvancedAgeAllowance = "高龄老年人津贴", "advanced_age_allowance";
        DisabilityLivingSubsidy = "困难残疾人生活补贴", "disability_living_subsidy";
        DisabilityCareSubsidy = "重度残疾人护理补贴", "disability_care_subsidy";
        SpecialFamilySupport = "计划生育特殊家庭扶助", "special_family_support";
        ElderlyMealSubsidy = "老年人助餐补贴", "elderly_meal_subsidy";
        ElderlyCareVoucher = "养老服务消费券", "elderly_care_voucher";
        WorkInjuryNursing = "工伤生活护理费", "work_injury_nursing";
        HeroicInjuryNursing = "见义勇为致残护理补贴", "heroic_injury_nursing";
        ReturnedYouthNursing = "返城知青护理费", "returned_youth_nursing";
        InstitutionSubsidy = "困境家庭入住机构补贴", "institution_subsidy";
        DutyInjuryAllowance = "因公致残护理费", "duty_injury_allowance";
        RetiredCadreAllowance = "离休人员护理费", "retired_cadre_allowance";
    }
}
