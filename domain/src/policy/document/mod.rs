//! docs/POLICY.md: what the rule book holds and how questions are written, generated from the code itself.

use std::fmt::Write;

use super::engine::exclusions;
use super::{Parameter, Reason, Row, RuleBook, Status, facts};
use crate::calendar::WorkingDays;
use crate::program::Program;

/// The document, Chinese first.
pub fn policy_markdown(rules: &RuleBook) -> String {
    let mut page = String::from(HEAD);
    programs(&mut page, rules);
    parameters(&mut page, rules);
    switches(&mut page);
    excluded(&mut page);
    reasons(&mut page);
    page.push_str(include_str!("contract.md"));
    vocabulary(&mut page);
    working_days(&mut page, WorkingDays::published());
    page
}

const HEAD: &str = "# 政策规则 · Policy\n\n\
    本页由规则库生成,请勿手工修改;数值在 `domain/src/policy/parameters/`,修改后以 `UPDATE_DOCS=1 cargo test -p domain --test policy_document` 更新。\n\
    This page is generated from the rule book; do not edit it.\n\n\
    **状态**:有依据 = 已见文件或报道;示意 = 占位值,不是法定标准,启用前须由主管部门确认。\n\
    *Sourced* was read in a notice or a report of it; *illustrative* is a placeholder, not law.\n\n";

fn programs(page: &mut String, rules: &RuleBook) {
    page.push_str(
        "## 救助项目 · Programs\n\n| 项目 | 代码 | 自 | 条件 | 金额 | 依据 |\n|---|---|---|---|---|---|\n",
    );
    for program in Program::ALL {
        if let Some(rule) = rules.program(*program) {
            let _ = writeln!(
                page,
                "| {} {} | `{program}` | {} | {}<br>{} | {} | {} |",
                program.zh(),
                program.en(),
                rule.from,
                rule.conditions_zh,
                rule.conditions_en,
                rule.amount_zh,
                rule.basis
            );
        }
    }
    page.push('\n');
}

fn parameters(page: &mut String, rules: &RuleBook) {
    page.push_str("## 政策参数 · Parameters\n\n每行自该月起施行,至下一行之前。金额单位为元/人/月(名称另有说明的除外)。\n\n");
    page.push_str("| 参数 | 自 | 数值 | 公布 | 来源 | 状态 |\n|---|---|---|---|---|---|\n");
    for parameter in Parameter::ALL {
        let Some(dated) = rules.parameter(*parameter) else { continue };
        for (index, row) in dated.rows.iter().enumerate() {
            let name = if index == 0 {
                format!("{} {} `{}`", dated.zh, dated.en, parameter.key())
            } else {
                String::new()
            };
            let announced = row.announced.map(|day| day.to_string()).unwrap_or_default();
            let (value, source) = (dated.unit.show(row.value), source(row));
            let _ = writeln!(
                page,
                "| {name} | {} | {value} | {announced} | {source} | {} |",
                row.from,
                status(row)
            );
        }
    }
    page.push('\n');
}

fn source(row: &Row) -> String {
    if row.note.is_empty() { row.source.clone() } else { format!("{};{}", row.source, row.note) }
}

const fn status(row: &Row) -> &'static str {
    match row.status {
        Status::Sourced => "有依据",
        Status::Illustrative => "**示意**",
    }
}

/// A switch: its key, its words (the default first), and what it settles.
type Switch = (&'static str, Words, &'static str, &'static str);

/// Gives the words of an enumeration.
type Words = fn() -> String;

macro_rules! switch {
    ($key:ident, $name:ident, $zh:literal, $en:literal) => {
        (stringify!($key), || words(facts::$name::ALL.iter().map(|word| word.code())), $zh, $en)
    };
}

const SWITCHES: [Switch; 13] = [
    switch!(age_attained, AgeAttained, "年满之日:生日当日或次日", "when an age is attained"),
    switch!(
        leap_birthday,
        LeapBirthday,
        "2月29日出生者在平年的生日",
        "the birthday of 29 February in a common year"
    ),
    switch!(age_in, AgeIn, "达到下限自当月或次月起算", "from which month a lower bound counts"),
    switch!(stop, Stop, "终止自次月或当月起", "the first month that is not paid after an end"),
    switch!(
        rounding,
        Rounding,
        "低保金额:到分,或向上取整到元",
        "to the fen, or up to the yuan (subsistence allowance)"
    ),
    switch!(
        deduction_scope,
        DeductionScope,
        "重病重残核减:按户或按人",
        "deductions once or for each patient"
    ),
    switch!(uplift, Uplift, "分类救助上浮(示意)", "uplift (illustrative)"),
    switch!(
        exit_schedule,
        ExitSchedule,
        "渐退:无、征求意见稿100/100/80/80/60/60%、2006年规定100/50%",
        "shares of the previous amount after an income above the standard"
    ),
    switch!(cash_ceiling, CashCeiling, "货币财产上限(示意)", "ceiling of cash assets (illustrative)"),
    switch!(single_person, Switch, "重残成年人单人户", "a severely disabled adult assessed alone"),
    switch!(child_top_up, Switch, "困境儿童补差", "top-up beside other benefits of a child"),
    switch!(member_join, MemberJoin, "新增成员自次月或当月计入", "from which month a new member counts"),
    switch!(care_share, CareShare, "特困照料护理:按下限计发或不计", "care money at its floor or not at all"),
];

fn words(codes: impl Iterator<Item = &'static str>) -> String {
    codes.map(|code| format!("`{code}`")).collect::<Vec<_>>().join(" ")
}

fn switches(page: &mut String) {
    page.push_str("## 口径开关 · Switches (`options`)\n\n规定不明之处以开关表示,首个为默认。The first word is the default.\n\n");
    page.push_str("| 开关 | 取值 | 含义 |\n|---|---|---|\n");
    for (key, words, zh, en) in SWITCHES {
        let _ = writeln!(page, "| `{key}` | {} | {zh} {en} |", words());
    }
    page.push_str(
        "| `params` | `low_income_line` `subsistence_standard` `disability_care_high` `disability_care_low` \
         `child_support` `extremely_poor_basic` | 以指定金额代替该标准 pins a rate for every month |\n\n",
    );
}

fn excluded(page: &mut String) {
    page.push_str("## 不可兼得 · Exclusions\n\n| 项目 | 同月已享受下列待遇的不发 |\n|---|---|\n");
    for program in Program::ALL {
        let barring = exclusions::barring(*program);
        if !barring.is_empty() {
            let _ =
                writeln!(page, "| {} | {} |", program.zh(), words(barring.iter().map(|kind| kind.code())));
        }
    }
    page.push_str(
        "\n特困身份(`hardship` 为 `extremely_poor`)视同特困供养;养老补贴与残疾人补贴两类择一(`chosen_set`);与因公致残、离休待遇就高;孤儿、弃婴领取困境儿童生活费期间不发残疾人生活补贴;\
         `child_top_up` 开启时困境儿童生活费减去已领的低保与残疾人生活补贴。\n\
         Of the elderly and the disability subsidies one set is chosen; of a duty-injury or retired-cadre allowance and a subsidy the higher is taken.\n\n",
    );
}

fn reasons(page: &mut String) {
    page.push_str("## 不予发放的原因 · Reasons\n\n| 代码 | 原因 | Reason |\n|---|---|---|\n");
    for reason in Reason::ALL {
        let _ = writeln!(page, "| `{}` | {} | {} |", reason.code(), reason.zh(), reason.en());
    }
    page.push('\n');
}

/// Where a word stands, and the words; the default is first where there is one.
const VOCABULARY: [(&str, Words); 15] = {
    macro_rules! of {
        ($name:ident) => {
            || words(facts::$name::ALL.iter().map(|word| word.code()))
        };
    }
    [
        ("hukou", of!(Hukou)),
        ("disabilities.kind", of!(DisabilityKind)),
        ("care_level.level", of!(CareLevel)),
        ("self_care", of!(SelfCare)),
        ("hardship.kind", of!(Hardship)),
        ("other_benefits.kind", of!(OtherBenefit)),
        ("student.level", of!(StudentLevel)),
        ("child_category", of!(ChildCategory)),
        ("special_family.child", of!(SpecialFamilyChild)),
        ("residence", of!(Residence)),
        ("members.relation", of!(Relation)),
        ("members.status", of!(MemberStatus)),
        ("monthly_income.kind", of!(IncomeKind)),
        ("temporary_assistance.mode", of!(AssistanceMode)),
        ("care_bills.kind", of!(CareBillKind)),
    ]
};

fn vocabulary(page: &mut String) {
    page.push_str("\n## 代码 · Words\n\n| 字段 | 取值 |\n|---|---|\n");
    for (field, words) in VOCABULARY {
        let _ = writeln!(page, "| `{field}` | {} |", words());
    }
}

fn working_days(page: &mut String, days: &WorkingDays) {
    page.push_str("\n## 工作日 · Working days\n\n未列年份没有公布的安排,推算期限时报错而不猜测。A year that is not listed has no answer.\n\n");
    page.push_str("| 年份 | 放假 | 调休上班 | 来源 |\n|---|---|---|---|\n");
    for (number, year) in days.years() {
        let off: Vec<String> =
            year.holidays.iter().map(|one| format!("{} {}至{}", one.name, one.from, one.to)).collect();
        let work: Vec<String> = year.work.iter().map(ToString::to_string).collect();
        let _ = writeln!(page, "| {number} | {} | {} | {} |", off.join("<br>"), work.join(" "), year.source);
    }
}
