//! 变更登记表: what happened to people after they were registered.

use std::fmt;

use chrono::NaiveDate;
use domain::household::Destination;
use domain::identifiers::CitizenId;
use domain::personal::PersonName;
use domain::policy::{Dated, Disability, Hukou, Income, MemberStatus, Relation};

use super::codes::Named;
use super::fields::Fields;
use super::lists;
use super::persons::Account;
use super::template::{Column, Format};
use super::{Problem, ProblemCode, RawRow, RegisterKind, RegisterRow, Template};

/// The form of the register.
pub const TEMPLATE: Template =
    Template { kind: RegisterKind::Changes, sheet: "变更登记表", version: 1, columns: COLUMNS };

const COLUMNS: &[Column] = &[
    Column::always(
        "id_number",
        "公民身份号码",
        Format::IdNumber,
        "990114194001010018",
        "发生变更的人；收入变更填户主",
    ),
    Column::always("kind", "变更类型", Format::Choice(Kind::WORDS), "死亡", ""),
    Column::always("effective_on", "发生日期", Format::Date, "2023-05-20", "死亡、迁出、生效之日"),
    Column::always("reported_on", "报告日期", Format::Date, "2023-05-25", "街道得知之日"),
    Column::sometimes("account", "新银行账号", Format::Account, "", "账户变更时填写"),
    Column::sometimes("account_holder", "账户持有人身份号码", Format::IdNumber, "", "账户不是本人时填写"),
    Column::sometimes("income", "家庭月收入", Format::List, "", "收入变更时填写，替换原收入；0.00表示无收入"),
    Column::sometimes("household_number", "户号", Format::Text(32), "", "成员加入时填写"),
    Column::sometimes("relation", "与户主关系", Format::Choice(Relation::WORDS), "", "成员加入时填写"),
    Column::sometimes("name", "姓名", Format::Text(50), "", "成员加入时填写"),
    Column::sometimes("hukou", "户籍", Format::Choice(Hukou::WORDS), "", "成员加入时填写"),
    Column::sometimes(
        "member_status",
        "成员状态",
        Format::Choice(MemberStatus::WORDS),
        "",
        "成员状态变更时填写",
    ),
    Column::sometimes("disabilities", "残疾类别等级", Format::List, "", "残疾证变更时填写，替换原有各项"),
];

/// 变更类型.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 死亡.
    Death,
    /// 迁出本市.
    MovedOutOfRegion,
    /// 迁往本市其他街道.
    MovedWithinRegion,
    /// 街道内搬迁.
    MovedWithinStreet,
    /// 账户变更.
    AccountChanged,
    /// 收入变更.
    IncomeChanged,
    /// 成员加入.
    MemberJoined,
    /// 成员离开.
    MemberLeft,
    /// 失联停发.
    Suspended,
    /// 确认健在.
    ConfirmedAlive,
    /// 残疾证变更.
    DisabilityCertified,
    /// 成员状态变更.
    StatusChanged,
}

impl Named for Kind {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &[
        (Kind::Death, "死亡", "death"),
        (Kind::MovedOutOfRegion, "迁出本市", "moved_out_of_region"),
        (Kind::MovedWithinRegion, "迁往本市其他街道", "moved_within_region"),
        (Kind::MovedWithinStreet, "街道内搬迁", "moved_within_street"),
        (Kind::AccountChanged, "账户变更", "account_changed"),
        (Kind::IncomeChanged, "收入变更", "income_changed"),
        (Kind::MemberJoined, "成员加入", "member_joined"),
        (Kind::MemberLeft, "成员离开", "member_left"),
        (Kind::Suspended, "失联停发", "suspended"),
        (Kind::ConfirmedAlive, "确认健在", "confirmed_alive"),
        (Kind::DisabilityCertified, "残疾证变更", "disability_certified"),
        (Kind::StatusChanged, "成员状态变更", "status_changed"),
    ];
    const WORDS: &'static [&'static str] = &[
        "死亡",
        "迁出本市",
        "迁往本市其他街道",
        "街道内搬迁",
        "账户变更",
        "收入变更",
        "成员加入",
        "成员离开",
        "失联停发",
        "确认健在",
        "残疾证变更",
        "成员状态变更",
    ];
}

/// One change.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// To whom it happened; for an income, the household's head.
    pub id_number: CitizenId,
    /// What.
    pub change: Change,
    /// The day from which it holds.
    pub effective_on: NaiveDate,
    /// The day on which the office was told.
    pub reported_on: NaiveDate,
}

/// What happened.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// 死亡.
    Death,
    /// 迁移.
    Moved(Destination),
    /// 账户变更.
    AccountChanged(Account),
    /// 收入变更: replaces what held before; empty is no income.
    IncomeChanged(Vec<Income>),
    /// 成员加入: birth, marriage, return. The row's ID number is the new member's.
    MemberJoined(Joining),
    /// 成员离开, other than by death.
    MemberLeft,
    /// 失联停发: payment stops from the day on.
    Suspended,
    /// 确认健在: payment resumes.
    ConfirmedAlive,
    /// 残疾证变更: replaces all entries; empty is a revoked certificate.
    DisabilityCertified(Vec<Dated<Disability>>),
    /// 成员状态变更.
    StatusChanged(MemberStatus),
}

/// A new member.
#[derive(Clone, PartialEq, Eq)]
pub struct Joining {
    /// 户号 of the household.
    pub household_number: String,
    /// Relation to its head; never the head.
    pub relation: Relation,
    /// 姓名.
    pub name: PersonName,
    /// 户籍.
    pub hukou: Hukou,
}

impl Change {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Change::Death => Kind::Death,
            Change::Moved(Destination::OutOfRegion) => Kind::MovedOutOfRegion,
            Change::Moved(Destination::WithinRegion) => Kind::MovedWithinRegion,
            Change::Moved(Destination::WithinStreet) => Kind::MovedWithinStreet,
            Change::AccountChanged(_) => Kind::AccountChanged,
            Change::IncomeChanged(_) => Kind::IncomeChanged,
            Change::MemberJoined(_) => Kind::MemberJoined,
            Change::MemberLeft => Kind::MemberLeft,
            Change::Suspended => Kind::Suspended,
            Change::ConfirmedAlive => Kind::ConfirmedAlive,
            Change::DisabilityCertified(_) => Kind::DisabilityCertified,
            Change::StatusChanged(_) => Kind::StatusChanged,
        }
    }
}

/// Shows the kind and days only.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "changes::Row({:?}, {}, {})", self.change.kind(), self.effective_on, self.reported_on)
    }
}

impl RegisterRow for Row {
    const KIND: RegisterKind = RegisterKind::Changes;

    fn read(raw: &RawRow) -> Result<Row, Vec<Problem>> {
        let mut fields = Fields::new(&TEMPLATE, raw);
        let row = read_row(&mut fields);
        fields.finish(row)
    }

    fn write(&self) -> Vec<String> {
        let mut cells = vec![
            self.id_number.as_str().to_owned(),
            self.change.kind().word().to_owned(),
            self.effective_on.to_string(),
            self.reported_on.to_string(),
        ];
        cells.extend(write_values(&self.change));
        cells
    }
}

fn read_row(fields: &mut Fields<'_>) -> Option<Row> {
    let id_number = fields.id_number("id_number");
    let kind = fields.choice::<Kind>("kind");
    let effective_on = fields.date("effective_on");
    let reported_on = fields.date("reported_on");
    let kind = kind?;
    leave_others_empty(fields, kind);
    let change = read_change(fields, kind, effective_on);
    // nothing is told before it happens
    if effective_on.zip(reported_on).is_some_and(|(effective, told)| told < effective) {
        fields.problem("reported_on", ProblemCode::DatesOutOfOrder);
    }
    Some(Row {
        id_number: id_number?,
        change: change?,
        effective_on: effective_on?,
        reported_on: reported_on?,
    })
}

/// The value columns of a kind.
const fn values_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::AccountChanged => &["account", "account_holder"],
        Kind::IncomeChanged => &["income"],
        Kind::MemberJoined => &["household_number", "relation", "name", "hukou"],
        Kind::StatusChanged => &["member_status"],
        Kind::DisabilityCertified => &["disabilities"],
        _ => &[],
    }
}

fn leave_others_empty(fields: &mut Fields<'_>, kind: Kind) {
    let own = values_of(kind);
    for column in COLUMNS.iter().skip(4).filter(|column| !own.contains(&column.code)) {
        fields.nothing_in(&[column.code]);
    }
}

fn read_change(fields: &mut Fields<'_>, kind: Kind, effective_on: Option<NaiveDate>) -> Option<Change> {
    Some(match kind {
        Kind::Death => Change::Death,
        Kind::MovedOutOfRegion => Change::Moved(Destination::OutOfRegion),
        Kind::MovedWithinRegion => Change::Moved(Destination::WithinRegion),
        Kind::MovedWithinStreet => Change::Moved(Destination::WithinStreet),
        Kind::AccountChanged => {
            let number = fields.account("account");
            let number = fields.need("account", number);
            let holder = fields.id_number("account_holder");
            Change::AccountChanged(Account { number: number?, holder })
        }
        Kind::IncomeChanged => {
            let income = fields.list("income", lists::income);
            fields.need("income", income.first());
            Change::IncomeChanged(income.into_iter().filter(|income| income.amount.is_positive()).collect())
        }
        Kind::MemberJoined => Change::MemberJoined(read_joining(fields)?),
        Kind::MemberLeft => Change::MemberLeft,
        Kind::Suspended => Change::Suspended,
        Kind::ConfirmedAlive => Change::ConfirmedAlive,
        Kind::DisabilityCertified => Change::DisabilityCertified(lists::certificate(
            fields.list("disabilities", lists::disability),
            effective_on,
        )),
        Kind::StatusChanged => {
            let status = fields.choice("member_status");
            Change::StatusChanged(fields.need("member_status", status)?)
        }
    })
}

fn read_joining(fields: &mut Fields<'_>) -> Option<Joining> {
    let household_number = fields.text("household_number", 32);
    let household_number = fields.need("household_number", household_number);
    let relation = fields.choice::<Relation>("relation");
    let relation = fields.need("relation", relation);
    let name = fields.name("name");
    let name = fields.need("name", name);
    let hukou = fields.choice("hukou");
    let hukou = fields.need("hukou", hukou);
    if relation == Some(Relation::Oneself) {
        fields.problem("relation", ProblemCode::TwoHeads);
    }
    Some(Joining { household_number: household_number?, relation: relation?, name: name?, hukou: hukou? })
}

fn write_values(change: &Change) -> [String; 9] {
    let mut cells: [String; 9] = Default::default();
    match change {
        Change::AccountChanged(account) => {
            cells[0] = account.number.as_str().to_owned();
            cells[1] = account.holder.as_ref().map(|holder| holder.as_str().to_owned()).unwrap_or_default();
        }
        Change::IncomeChanged(income) if income.is_empty() => cells[2] = "0.00".to_owned(),
        Change::IncomeChanged(income) => cells[2] = lists::write_income(income),
        Change::MemberJoined(joining) => {
            cells[3].clone_from(&joining.household_number);
            cells[4] = joining.relation.word().to_owned();
            cells[5].clone_from(&joining.name.0);
            cells[6] = joining.hukou.word().to_owned();
        }
        Change::StatusChanged(status) => cells[7] = status.word().to_owned(),
        Change::DisabilityCertified(entries) => cells[8] = lists::write_certificate(entries),
        _ => {}
    }
    cells
}
