//! 人员家庭登记表: persons, grouped into households by the office's own number.
//!
//! The head's row also carries what belongs to the household: community, address, income, property.

mod circumstances;
mod columns;

use std::fmt;

use chrono::NaiveDate;
use domain::identifiers::{BankAccount, CitizenId};
use domain::personal::{Address, PersonName};
use domain::policy::{Circumstances, Dated, Disability, Hukou, Income, MemberStatus, Property, Relation};

use super::codes::Named;
use super::fields::Fields;
use super::lists;
use super::{Problem, ProblemCode, RawRow, RegisterKind, RegisterRow};

pub use columns::TEMPLATE;

/// One person.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// 户号, the office's own; groups rows to households.
    pub household_number: String,
    /// Relation to the head.
    pub relation: Relation,
    /// 姓名.
    pub name: PersonName,
    /// 公民身份号码.
    pub id_number: CitizenId,
    /// 出生日期, from the ID number.
    pub birth_date: NaiveDate,
    /// 户籍.
    pub hukou: Hukou,
    /// Since when the person lives with the household; `None` is always.
    pub joined_on: Option<NaiveDate>,
    /// Where benefits go; `None` until one is named.
    pub account: Option<Account>,
    /// Whether the member counts.
    pub member_status: MemberStatus,
    /// Entries of the disability certificate.
    pub disabilities: Vec<Dated<Disability>>,
    /// Everything else a determination must know.
    pub circumstances: Circumstances,
    /// What belongs to the household; in its head's row only.
    pub household: Option<HouseholdPart>,
}

/// An account and whose it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The account.
    pub number: BankAccount,
    /// ID number of its holder; `None` is the person.
    pub holder: Option<CitizenId>,
}

/// What belongs to a household.
#[derive(Clone, PartialEq, Eq)]
pub struct HouseholdPart {
    /// 社区.
    pub community: String,
    /// 住址.
    pub address: Address,
    /// 登记日期.
    pub registered_on: NaiveDate,
    /// Income a month.
    pub income: Vec<Income>,
    /// Property.
    pub property: Property,
}

/// Shows the household's number only.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "persons::Row({}, {:?})", self.household_number, self.relation)
    }
}

impl RegisterRow for Row {
    const KIND: RegisterKind = RegisterKind::Persons;

    fn read(raw: &RawRow) -> Result<Row, Vec<Problem>> {
        let mut fields = Fields::new(&TEMPLATE, raw);
        let row = read_row(&mut fields);
        fields.finish(row)
    }

    fn write(&self) -> Vec<String> {
        let holder = self.account.as_ref().and_then(|account| account.holder.as_ref());
        let mut cells = vec![
            self.household_number.clone(),
            self.relation.word().to_owned(),
            self.name.0.clone(),
            self.id_number.as_str().to_owned(),
            self.hukou.word().to_owned(),
            self.household.as_ref().map(|part| part.community.clone()).unwrap_or_default(),
            self.household.as_ref().map(|part| part.address.0.clone()).unwrap_or_default(),
            lists::write_day(self.household.as_ref().map(|part| part.registered_on)),
            lists::write_day(self.joined_on),
            self.account.as_ref().map(|account| account.number.as_str().to_owned()).unwrap_or_default(),
            holder.map(|holder| holder.as_str().to_owned()).unwrap_or_default(),
        ];
        cells.extend(write_property(self.household.as_ref()));
        let status = if self.member_status == MemberStatus::Normal { "" } else { self.member_status.word() };
        cells.push(status.to_owned());
        cells.push(lists::write_certificate(&self.disabilities));
        cells.push(lists::write_day(self.disabilities.first().and_then(|entry| entry.since)));
        cells.extend(circumstances::write(&self.circumstances));
        cells
    }
}

fn read_row(fields: &mut Fields<'_>) -> Option<Row> {
    let household_number = fields.text("household_number", 32);
    let relation = fields.choice::<Relation>("relation");
    let name = fields.name("name");
    let id_number = fields.id_number("id_number");
    let hukou = fields.choice("hukou");
    let joined_on = fields.date("joined_on");
    let account = read_account(fields);
    let member_status = fields.choice("member_status").unwrap_or(MemberStatus::Normal);
    let since = fields.date("disabled_since");
    let disabilities = lists::certificate(fields.list("disabilities", lists::disability), since);
    let circumstances = circumstances::read(fields);
    let household = match relation {
        Some(Relation::Oneself) => Some(read_household(fields)?),
        Some(_) => {
            fields.nothing_in(columns::OF_HOUSEHOLD);
            None
        }
        None => None,
    };
    let id_number = id_number?;
    Some(Row {
        household_number: household_number?,
        relation: relation?,
        name: name?,
        birth_date: id_number.birth_date(),
        id_number,
        hukou: hukou?,
        joined_on,
        account: account?,
        member_status,
        disabilities,
        circumstances: circumstances?,
        household,
    })
}

/// `None` where a cell cannot be read, `Some(None)` where no account is named.
fn read_account(fields: &mut Fields<'_>) -> Option<Option<Account>> {
    if fields.is_empty("account") {
        fields.nothing_in(&["account_holder"]);
        return Some(None);
    }
    let number = fields.account("account");
    let holder = fields.id_number("account_holder");
    Some(Some(Account { number: number?, holder }))
}

fn read_household(fields: &mut Fields<'_>) -> Option<HouseholdPart> {
    let community = fields.text("community", 40);
    let community = fields.need("community", community);
    let address = fields.text("address", 200);
    let address = fields.need("address", address);
    let registered_on = fields.date("registered_on");
    let registered_on = fields.need("registered_on", registered_on);
    let income = fields.list("income", lists::income);
    let property = Property {
        motor_vehicles: fields.count("motor_vehicles", 0, 99).unwrap_or(0),
        disabled_motorcycles: fields.count("disabled_motorcycles", 0, 99).unwrap_or(0),
        homes: fields.count("homes", 0, 99).unwrap_or(0),
        total_area: read_area(fields, "total_area"),
        usable_area_per_head: read_area(fields, "usable_area_per_head"),
        luxury: fields.flag("luxury").unwrap_or(false),
        cash_assets: fields.money("cash_assets"),
    };
    Some(HouseholdPart {
        community: community?,
        address: Address(address?),
        registered_on: registered_on?,
        income,
        property,
    })
}

/// Square metres with at most two places, as hundredths.
fn read_area(fields: &mut Fields<'_>, code: &'static str) -> Option<u32> {
    let text = fields.text(code, 9)?;
    let area = super::fields::parse_money(&text).ok().and_then(|area| u32::try_from(area.fen()).ok());
    if area.is_none_or(|area| area > 99_999_999) {
        fields.problem(code, ProblemCode::CountInvalid);
        return None;
    }
    area
}

fn write_property(household: Option<&HouseholdPart>) -> [String; 8] {
    let Some(part) = household else { return Default::default() };
    let property = &part.property;
    let area =
        |area: Option<u32>| area.map(|area| format!("{}.{:02}", area / 100, area % 100)).unwrap_or_default();
    [
        lists::write_income(&part.income),
        property.motor_vehicles.to_string(),
        property.disabled_motorcycles.to_string(),
        property.homes.to_string(),
        area(property.total_area),
        area(property.usable_area_per_head),
        lists::write_flag(property.luxury),
        property.cash_assets.map(|cash| cash.to_string()).unwrap_or_default(),
    ]
}
