//! Why a month is not payable.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($name:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        /// Why a month is not payable, by the code that the contract fixes.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        pub enum Reason {
            $(#[doc = $en] #[serde(rename = $code)] $name),+
        }

        impl Reason {
            /// Every reason, in the order in which they are given.
            pub const ALL: &'static [Reason] = &[$(Reason::$name),+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Reason::$name => $code),+ }
            }

            /// The reason in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(Reason::$name => $zh),+ }
            }

            /// The reason in English.
            pub const fn en(self) -> &'static str {
                match self { $(Reason::$name => $en),+ }
            }
        }
    };
}

reasons! {
    UnderAge = "under_age", "未达到规定年龄", "The age is not reached.";
    OverAge = "over_age", "超过规定年龄", "The age is passed.";
    NotLocalHukou = "not_local_hukou", "户籍不符合要求", "The hukou does not fit.";
    Deceased = "deceased", "已去世", "The person died.";
    MovedOut = "moved_out", "户籍已迁出本市", "The hukou left Beijing.";
    BeforeApplication = "before_application", "早于申请当月", "Before the month of the application.";
    BeforeStart = "before_start", "早于决定次月", "Before the month after the decision.";
    Suspended = "suspended", "停发期间", "Payment is suspended.";
    NotInForce = "not_in_force", "政策尚未施行", "The program is not yet in force.";
    IncomeNotBelowStandard = "income_not_below_standard", "收入不低于低保标准", "The income is not below the standard.";
    IncomeNotBelowLine = "income_not_below_line", "收入不低于低收入标准", "The income is not below the low-income line.";
    IncomeBelowStandard = "income_below_standard", "收入低于低保标准,应申请低保", "The income is below the standard.";
    MotorVehicle = "motor_vehicle", "拥有机动车", "The household has a motor vehicle.";
    SecondHome = "second_home", "拥有两套及以上住房", "The household has a second home.";
    LuxuryGoods = "luxury_goods", "拥有高档非必需消费品", "The household has luxury goods.";
    CashOverCeiling = "cash_over_ceiling", "货币财产超过上限", "Cash assets are over the ceiling.";
    NoCountedMember = "no_counted_member", "没有计入的家庭成员", "No member of the household counts.";
    NoHardshipStatus = "no_hardship_status", "没有认定的困难身份", "There is no recognised hardship status.";
    NoQualifyingCondition = "no_qualifying_condition", "没有符合的残疾、失能、疾病或子女情形", "No disability, care level, illness, child or child grade fits.";
    HasLabourCapacity = "has_labour_capacity", "有劳动能力", "The person can work.";
    AbleSupporter = "able_supporter", "法定义务人有履行能力", "A supporter can pay.";
    Employed = "employed", "已就业或有稳定收入", "There is work or a stable income.";
    OtherChild = "other_child", "另有子女", "There is another child.";
    ExcludedByOtherBenefit = "excluded_by_other_benefit", "已享受不可兼得的待遇", "Another benefit excludes it.";
    HigherBenefitTaken = "higher_benefit_taken", "就高享受其他待遇", "A higher benefit is taken instead.";
    OtherSetChosen = "other_set_chosen", "已选择另一类补贴", "The other set of subsidies was chosen.";
    ExitEnded = "exit_ended", "渐退期已满", "The exit schedule has ended.";
    NotRequested = "not_requested", "当月没有申请", "Nothing was requested for the month.";
    SpendTooLow = "spend_too_low", "消费金额不足", "The spend is too low.";
    NotTarget = "not_target", "不是基本养老服务对象", "Not a target of basic eldercare.";
    NotHomeLiving = "not_home_living", "不是居家养老", "Does not live at home.";
}

/// A set of reasons, each once, in the order of [`Reason::ALL`].
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Reasons(u32);

impl Reasons {
    /// None.
    pub const NONE: Reasons = Reasons(0);

    /// Adds one.
    pub const fn insert(&mut self, reason: Reason) {
        self.0 |= 1 << reason as u32;
    }

    /// Whether it holds one.
    pub const fn contains(self, reason: Reason) -> bool {
        self.0 & (1 << reason as u32) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of both.
    pub const fn union(self, other: Reasons) -> Reasons {
        Reasons(self.0 | other.0)
    }

    /// Each, in order.
    pub fn iter(self) -> impl Iterator<Item = Reason> + Clone {
        Reason::ALL.iter().copied().filter(move |reason| self.contains(*reason))
    }
}

impl FromIterator<Reason> for Reasons {
    fn from_iter<I: IntoIterator<Item = Reason>>(reasons: I) -> Reasons {
        let mut set = Reasons::NONE;
        reasons.into_iter().for_each(|reason| set.insert(reason));
        set
    }
}

impl fmt::Debug for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Reason::code)).finish()
    }
}
