//! The columns of 人员家庭登记表.

use domain::policy::{
    ChildCategory, Hardship, Hukou, MemberStatus, Relation, Residence, SelfCare, SpecialFamilyChild,
    StudentLevel,
};

use crate::registers::codes::Named;
use crate::registers::template::{Column, Format, RegisterKind, Template};

const HEAD: &str = "只在户主行填写";

/// The form of the register.
pub const TEMPLATE: Template =
    Template { kind: RegisterKind::Persons, sheet: "人员家庭登记表", version: 1, columns: COLUMNS };

/// The columns that belong to the household and stand in its head's row.
pub(super) const OF_HOUSEHOLD: &[&str] = &[
    "community",
    "address",
    "registered_on",
    "income",
    "motor_vehicles",
    "disabled_motorcycles",
    "homes",
    "total_area",
    "usable_area_per_head",
    "luxury",
    "cash_assets",
];

const COLUMNS: &[Column] = &[
    Column::always("household_number", "户号", Format::Text(32), "HLG-0001", "街道自编，同一户各行相同"),
    Column::always("relation", "与户主关系", Format::Choice(Relation::WORDS), "户主", "每户有且只有一个户主"),
    Column::always("name", "姓名", Format::Text(50), "张伟", "与身份证一致，间隔号用·"),
    Column::always("id_number", "公民身份号码", Format::IdNumber, "990114194001010018", "出生日期取自号码"),
    Column::always("hukou", "户籍", Format::Choice(Hukou::WORDS), "本市户籍", ""),
    Column::sometimes("community", "社区", Format::Text(40), "龙泽苑东社区", "户主行必填；只在户主行填写"),
    Column::sometimes("address", "住址", Format::Text(200), "1号楼2单元301室", "户主行必填；只在户主行填写"),
    Column::sometimes("registered_on", "登记日期", Format::Date, "2022-11-01", "户主行必填；只在户主行填写"),
    Column::sometimes("joined_on", "加入日期", Format::Date, "2023-03-01", "后来加入本户的成员填写"),
    Column::sometimes("account", "银行账号", Format::Account, "9901140000000000019", "补贴发放账户"),
    Column::sometimes("account_holder", "账户持有人身份号码", Format::IdNumber, "", "账户不是本人时填写"),
    Column::sometimes("income", "家庭月收入", Format::List, "一般收入:2400.00", HEAD),
    Column::sometimes("motor_vehicles", "机动车数", Format::Count, "0", HEAD),
    Column::sometimes("disabled_motorcycles", "残疾人机动车数", Format::Count, "0", HEAD),
    Column::sometimes("homes", "住房套数", Format::Count, "1", HEAD),
    Column::sometimes("total_area", "住房总面积", Format::Text(9), "58.50", "平方米；只在户主行填写"),
    Column::sometimes(
        "usable_area_per_head",
        "人均使用面积",
        Format::Text(9),
        "19.50",
        "平方米；只在户主行填写",
    ),
    Column::sometimes("luxury", "高档消费品", Format::Flag, "否", HEAD),
    Column::sometimes("cash_assets", "货币财产", Format::Money, "8000.00", HEAD),
    Column::sometimes("member_status", "成员状态", Format::Choice(MemberStatus::WORDS), "正常", "空为正常"),
    Column::sometimes(
        "disabilities",
        "残疾类别等级",
        Format::List,
        "肢体1；听力2",
        "残疾人证所载，多重残疾分项填写",
    ),
    Column::sometimes("disabled_since", "残疾人证日期", Format::Date, "2020-05-01", ""),
    Column::sometimes("self_care", "自理能力", Format::Choice(SelfCare::WORDS), "全自理", "空为全自理"),
    Column::sometimes("severe_illness", "重病", Format::Flag, "否", ""),
    Column::sometimes("severe_disability", "重残", Format::Flag, "否", ""),
    Column::sometimes("hardship", "困难身份", Format::Choice(Hardship::WORDS), "低保", "已认定的身份"),
    Column::sometimes("hardship_since", "困难身份起", Format::Date, "2023-02-01", ""),
    Column::sometimes("hardship_until", "困难身份止", Format::Date, "", ""),
    Column::sometimes("other_benefits", "已享受其他待遇", Format::List, "工伤生活护理费", "需要时后加:金额"),
    Column::sometimes("student", "在校", Format::Choice(StudentLevel::WORDS), "中学", "全日制在校"),
    Column::sometimes("student_until", "毕业日期", Format::Date, "2024-06-30", ""),
    Column::sometimes("employed", "就业", Format::Flag, "否", ""),
    Column::sometimes("stable_income", "稳定收入", Format::Flag, "否", ""),
    Column::sometimes("own_income", "本人月收入", Format::Money, "0.00", ""),
    Column::sometimes("child_category", "困境儿童类别", Format::Choice(ChildCategory::WORDS), "", ""),
    Column::sometimes(
        "special_child",
        "特殊家庭子女",
        Format::Choice(SpecialFamilyChild::WORDS),
        "",
        "计生特殊家庭",
    ),
    Column::sometimes("special_child_grade", "子女残疾等级", Format::Count, "", "子女伤残时填写"),
    Column::sometimes("wife_birth_date", "女方出生日期", Format::Date, "", "计生特殊家庭必填"),
    Column::sometimes("other_child", "另有子女", Format::Flag, "", "计生特殊家庭"),
    Column::sometimes("eldercare_target", "基本养老服务对象", Format::Flag, "否", ""),
    Column::sometimes("residence", "居住方式", Format::Choice(Residence::WORDS), "居家", "空为居家"),
    Column::sometimes("single_parent", "单亲", Format::Flag, "否", ""),
    Column::sometimes("supporter_age", "法定抚养人年龄", Format::Count, "", ""),
    Column::sometimes("able_supporter", "抚养人有能力", Format::Flag, "否", ""),
];
