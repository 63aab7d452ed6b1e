//! Receipts, the register of receipts, and the list of gifts.

use domain::money::Money;

use super::day;
use super::sheets::{fact, fen};
use crate::{
    DonationList, Given, GoodsGift, MoneyGift, PrintError, Receipt, ReceiptRegister, ReceiptRow, Section,
    Sheet, Standing, Value, VoidedOn,
};

fn receipt(given: Given) -> Receipt {
    Receipt {
        office: String::new(),
        organiser: "街道办事处".into(),
        campaign: "首善有我".into(),
        purpose: "扶老助困".into(),
        number: 7,
        donation: "D".into(),
        donor: "匿名".into(),
        given,
        amount: fen(5_050),
        received_on: day("2023-01-04"),
        issued_on: day("2023-01-04"),
        refunded: Money::ZERO,
        voided: None,
        replaces: None,
        replaced_by: None,
    }
}

fn money() -> Given {
    Given::Money { method: "扫码".into() }
}

fn labels(sheet: &Sheet) -> Vec<&str> {
    let Section::Form(form) = &sheet.sections[0] else { panic!("no form") };
    form.iter().map(|fact| &*fact.label).collect()
}

#[test]
fn a_receipt_says_the_amount_twice_and_what_was_given_back_since() {
    let sheet = receipt(money()).sheet();
    assert_eq!(fact(&sheet, "捐赠金额（元）"), &Value::Money(fen(5_050)));
    assert_eq!(fact(&sheet, "金额大写"), &Value::from("人民币伍拾元伍角整"));
    assert_eq!(fact(&sheet, "票据编号"), &Value::from("No. 00000007"));
    assert!(!labels(&sheet).contains(&"开具后退还（元）") && !labels(&sheet).contains(&"作废"));
    let refunded = Receipt { refunded: fen(50), ..receipt(money()) };
    assert_eq!(fact(&refunded.sheet(), "开具后退还（元）"), &Value::Money(fen(50)));
}

#[test]
fn a_voided_receipt_says_so_keeps_its_number_and_names_the_one_in_its_place() {
    let voided = Some(VoidedOn { day: day("2023-01-09"), reason: "金额有误".into() });
    let sheet = Receipt { voided, replaced_by: Some(9), ..receipt(money()) }.sheet();
    assert_eq!(sheet.title, "接受捐赠票据（作废）");
    assert_eq!(fact(&sheet, "票据编号"), &Value::from("No. 00000007"));
    assert_eq!(fact(&sheet, "作废"), &Value::from("2023-01-09　金额有误"));
    assert_eq!(fact(&sheet, "重开票据"), &Value::from("No. 00000009"));
    let Some(Section::Note(note)) = sheet.sections.last() else { panic!("no note") };
    assert!(note.contains("不得再作为捐赠凭证"), "{note}");
    let next = Receipt { number: 9, replaces: Some(7), ..receipt(money()) }.sheet();
    assert_eq!((&*next.title, fact(&next, "代替作废票据")), ("接受捐赠票据", &Value::from("No. 00000007")));
}

#[test]
fn a_receipt_of_goods_says_their_fair_value_and_what_it_rests_on() {
    let goods = Given::Goods { item: "棉被 20 床".into(), valuation: "发票".into() };
    let sheet = receipt(goods).sheet();
    assert_eq!(fact(&sheet, "捐赠实物"), &Value::from("棉被 20 床"));
    assert_eq!(fact(&sheet, "公允价值（元）"), &Value::Money(fen(5_050)));
    assert_eq!(fact(&sheet, "计价依据"), &Value::from("发票"));
    assert!(!labels(&sheet).contains(&"捐赠金额（元）"));
}

fn row(number: u32, standing: Standing, (money, goods): (i32, i32)) -> ReceiptRow {
    ReceiptRow {
        number,
        issued_on: day("2023-01-04"),
        item: "货币资金".into(),
        money: fen(money),
        goods: fen(goods),
        state: String::new(),
        standing,
        linked: String::new(),
    }
}

#[test]
fn a_register_adds_up_what_stands_with_goods_apart_and_has_no_gap() {
    let register = |rows: Vec<ReceiptRow>| ReceiptRegister {
        office: String::new(),
        campaign: "首善有我".into(),
        organiser: "街道办事处".into(),
        last: 4,
        rows,
    };
    let rows = || {
        vec![
            row(1, Standing::Stands, (5_000, 0)),
            row(2, Standing::Voided, (7_000, 0)),
            row(3, Standing::Stands, (0, 300_000)),
            row(4, Standing::ToBeVoided, (2_000, 0)),
        ]
    };
    let sheet = register(rows()).sheet().unwrap();
    let Some(Section::Table { total, rows: lines, .. }) = sheet.sections.get(1) else { panic!("no table") };
    assert_eq!((&total[3], &total[4]), (&Value::Money(fen(5_000)), &Value::Money(fen(300_000))));
    assert_eq!(lines[1][0], Value::from("00000002"));
    assert_eq!(fact(&sheet, "作废"), &Value::from("1 张"));
    assert_eq!(fact(&sheet, "待作废（开票后退款）"), &Value::from("1 张"));
    let gap = rows().into_iter().filter(|row| row.number != 2).collect();
    assert_eq!(register(gap).sheet(), Err(PrintError::SumsDiffer));
}

#[test]
fn a_list_of_gifts_adds_up_to_what_the_campaign_says_and_goods_are_no_money() {
    let list = |total, goods_value| DonationList {
        office: String::new(),
        campaign: "首善有我".into(),
        organiser: "街道办事处".into(),
        filing_number: String::new(),
        money: vec![MoneyGift {
            donor: "王＊明".into(),
            received_on: day("2023-01-04"),
            method: "扫码".into(),
            amount: fen(5_000),
            refunded: fen(1_000),
        }],
        goods: vec![GoodsGift {
            donor: "匿名".into(),
            received_on: day("2023-01-05"),
            item: "棉被 20 床".into(),
            valuation: "发票".into(),
            value: fen(300_000),
        }],
        total,
        goods_value,
        remitted: Money::ZERO,
    };
    let sheet = list(fen(4_000), fen(300_000)).sheet().unwrap();
    assert_eq!(fact(&sheet, "捐赠合计（元）"), &Value::Money(fen(4_000)));
    assert_eq!(fact(&sheet, "实物捐赠（另计，元）"), &Value::Money(fen(300_000)));
    assert_eq!(list(fen(304_000), fen(300_000)).sheet(), Err(PrintError::SumsDiffer));
    assert_eq!(list(fen(4_000), Money::ZERO).sheet(), Err(PrintError::SumsDiffer));
}
