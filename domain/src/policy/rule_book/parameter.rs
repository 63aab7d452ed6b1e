//! The names of the rates and shares that change over time.

macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)+) => {
        /// A rate, share or count that the rule book dates.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Parameter {
            $($(#[$doc])* $name),+
        }

        impl Parameter {
            /// Every parameter, in the order of the documentation.
            pub const ALL: &'static [Parameter] = &[$(Parameter::$name),+];

            /// The key in the TOML files.
            pub const fn key(self) -> &'static str {
                match self { $(Parameter::$name => $key),+ }
            }

            /// The parameter of a key.
            pub fn from_key(key: &str) -> Option<Parameter> {
                match key { $($key => Some(Parameter::$name),)+ _ => None }
            }
        }
    };
}

parameters! {
    /// 最低生活保障标准.
    SubsistenceStandard = "subsistence_standard";
    /// 最低工资标准.
    MinimumWage = "minimum_wage";
    /// 低收入家庭认定标准.
    LowIncomeLine = "low_income_line";
    /// 低收入重病生活补贴占低保标准的比例.
    LowIncomeIllnessShare = "low_income_illness_share";
    /// 困境儿童生活费标准.
    ChildSupport = "child_support";
    /// 特别扶助金(独生子女伤残).
    SpecialFamilyDisabled = "special_family_disabled";
    /// 特别扶助金(独生子女死亡).
    SpecialFamilyDeceased = "special_family_deceased";
    /// 养老服务补贴(低保).
    ElderlyServiceSubsistence = "elderly_service_subsistence";
    /// 养老服务补贴(低收入).
    ElderlyServiceLowIncome = "elderly_service_low_income";
    /// 养老服务补贴(计生特殊家庭).
    ElderlyServiceSpecialFamily = "elderly_service_special_family";
    /// 失能护理补贴(一档).
    ElderlyCareHigh = "elderly_care_high";
    /// 失能护理补贴(二档).
    ElderlyCareMiddle = "elderly_care_middle";
    /// 失能护理补贴(三档).
    ElderlyCareLow = "elderly_care_low";
    /// 高龄津贴(80至89周岁).
    AdvancedAge80 = "advanced_age_80";
    /// 高龄津贴(90至99周岁).
    AdvancedAge90 = "advanced_age_90";
    /// 高龄津贴(100周岁及以上).
    AdvancedAge100 = "advanced_age_100";
    /// 残疾人生活补贴(低保,重度).
    DisabilityLivingSubsistenceX = "disability_living_subsistence_x";
    /// 残疾人生活补贴(低保,其他).
    DisabilityLivingSubsistenceY = "disability_living_subsistence_y";
    /// 残疾人生活补贴(低收入,其他).
    DisabilityLivingLowIncomeY = "disability_living_low_income_y";
    /// 残疾人生活补贴(无业或在学,其他).
    DisabilityLivingOtherY = "disability_living_other_y";
    /// 残疾人护理补贴(一档).
    DisabilityCareHigh = "disability_care_high";
    /// 残疾人护理补贴(二档).
    DisabilityCareLow = "disability_care_low";
    /// 基本生活标准占低保标准的比例.
    ExtremelyPoorBasicShare = "extremely_poor_basic_share";
    /// 照料护理标准占最低工资的比例(全自理).
    ExtremelyPoorCareIndependent = "extremely_poor_care_independent";
    /// 照料护理标准占最低工资的比例(半护理).
    ExtremelyPoorCarePartial = "extremely_poor_care_partial";
    /// 照料护理标准占最低工资的比例(全护理).
    ExtremelyPoorCareDependent = "extremely_poor_care_dependent";
    /// 助餐补贴(每人每日).
    MealPerDay = "meal_per_day";
    /// 消费券抵扣比例(居家).
    VoucherHomeShare = "voucher_home_share";
    /// 消费券抵扣比例(机构).
    VoucherInstitutionShare = "voucher_institution_share";
    /// 消费券每月上限(各类).
    VoucherCap = "voucher_cap";
    /// 重病重残核减占低保标准的比例.
    DeductionSevereShare = "deduction_severe_share";
    /// 法定抚养人60周岁以上再核减的比例.
    DeductionSupporterShare = "deduction_supporter_share";
    /// 单亲家庭核减占低保标准的比例.
    DeductionSingleParentShare = "deduction_single_parent_share";
    /// 分类救助上浮占低保标准的比例.
    UpliftShare = "uplift_share";
    /// 货币财产上限(人均低保标准的月数).
    CashCeilingMonths = "cash_ceiling_months";
    /// 小额快救上限(低保标准的月数).
    SmallQuickMonths = "small_quick_months";
    /// 发放批次须两人审批的合计金额.
    SecondApprovalAbove = "second_approval_above";
    /// 应发金额较上月变动须提示的比例.
    AmountChangeShare = "amount_change_share";
    /// 应发金额较上月变动须提示的金额.
    AmountChangeFloor = "amount_change_floor";
    /// 小额核销上限.
    RecoveryWaiverLimit = "recovery_waiver_limit";
    /// 分期抵扣上限(占当月应发额的比例).
    RecoveryWithholdingShare = "recovery_withholding_share";
}
