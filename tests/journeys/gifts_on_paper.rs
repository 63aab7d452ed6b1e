//! Receipts and lists of a campaign on paper: voided receipts keep their number, goods are no money.

use std::collections::BTreeMap;

use calamine::Data;
use serde_json::{Value, json};
use tests::counter::Counter;

use super::giving::{CAMPAIGN, CLERK, FINANCE, office_with_a_campaign, receipt, record, record_goods};
use super::printing::{printed, row, rows, text};

/// Receipts 1 (voided), 2 (of which money went back since), 3 in place of 1, and 4 for goods.
async fn campaign_with_receipts() -> Counter {
    let counter = office_with_a_campaign().await;
    let named = record(&counter, "J-1", "1409.50", "named", "王小明");
    let masked = record(&counter, "J-2", "20.00", "masked", "赵小强");
    record(&counter, "J-3", "10.00", "anonymous", "孙小红");
    let goods = record_goods(&counter);
    counter.do_well(&receipt(&["issue", &named]));
    counter.do_well(&receipt(&["issue", &masked]));
    counter.do_well(&receipt(&["void", "1", "--reason", "名称有误"]));
    assert_eq!(counter.do_well(&receipt(&["issue", &named]))["number"], 3);
    assert_eq!(counter.do_well(&receipt(&["issue", &goods]))["number"], 4);
    let refund = ["donation", "refund", &masked, "--campaign", CAMPAIGN, "--amount", "5.00", "--as", FINANCE];
    counter.do_well(&refund);
    counter
}

/// The facts of a printed receipt, by label.
fn form(counter: &Counter, number: &str) -> BTreeMap<String, String> {
    let of = ["receipt", "--campaign", CAMPAIGN, "--number", number, "--as", FINANCE];
    let (book, _) = printed(counter, &of, &format!("{number}.xlsx"));
    let lines = rows(&book).into_iter().filter(|row| row.len() == 2);
    lines.map(|row| (row[0].to_string(), row[1].to_string())).collect()
}

#[tokio::test]
async fn a_voided_receipt_and_one_for_goods_say_so_on_paper() {
    let counter = campaign_with_receipts().await;
    let voided = form(&counter, "1");
    assert!(voided["作废"].ends_with("名称有误"), "{voided:?}");
    assert_eq!((&*voided["票据编号"], &*voided["重开票据"]), ("No. 00000001", "No. 00000003"));
    let next = form(&counter, "3");
    assert_eq!((&*next["代替作废票据"], &*next["捐赠人"]), ("No. 00000001", "王小明"));
    assert!(!next.contains_key("作废") && next["捐赠金额（元）"] == "1409.5", "{next:?}");
    assert_eq!(form(&counter, "2")["开具后退还（元）"], "5");
    let goods = form(&counter, "4");
    assert_eq!((&*goods["捐赠实物"], &*goods["公允价值（元）"]), ("棉被 20 床", "3000"));
    assert_eq!((&*goods["计价依据"], &*goods["捐赠人"]), ("发票", "某公司"));
    for number in ["1", "2", "3", "4"] {
        let file = counter.path(&format!("{number}.xlsx")).to_str().unwrap().to_owned();
        counter.do_well(&["print", "verify", &file, "--as", FINANCE]);
    }
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn lists_keep_numbers_without_gaps_and_goods_apart_and_can_be_made_again_later() {
    let counter = campaign_with_receipts().await;
    let (register, _) = printed(&counter, &["receipts", "--campaign", CAMPAIGN], "receipts.xlsx");
    let cells = rows(&register);
    let lines: Vec<_> = cells.iter().filter(|row| row[..].first().is_some_and(is_serial)).collect();
    assert_eq!(lines.len(), 4, "{cells:?}");
    let sums = row(&cells, "有效合计");
    assert_eq!(sums[1..], [text("2 张"), Data::Float(1_409.5), Data::Float(3_000.0)], "{cells:?}");
    assert!(format!("{cells:?}").contains("待作废重开") && !format!("{cells:?}").contains("王小明"));

    let (list, _) = printed(&counter, &["donations", "--campaign", CAMPAIGN], "donations.pdf");
    let (book, _) = printed(&counter, &["donations", "--campaign", CAMPAIGN], "donations.xlsx");
    let cells = rows(&book);
    assert_eq!(row(&cells, "捐赠合计（元）")[1], Data::Float(1_434.5));
    assert_eq!(row(&cells, "实物捐赠（另计，元）")[1], Data::Float(3_000.0));
    let said = format!("{cells:?}");
    assert!(said.contains("王小明") && said.contains("赵＊强") && said.contains("匿名"), "{said}");
    assert!(!said.contains("孙小红") && !said.contains("赵小强"), "{said}");

    record(&counter, "J-4", "30.00", "named", "周明");
    for file in [&register, &list, &book] {
        let verified = counter.do_well(&["print", "verify", file]);
        assert_eq!(verified["again"]["identical"], json!(true), "{verified}");
    }
}

fn is_serial(cell: &Data) -> bool {
    cell.to_string().starts_with("0000")
}

#[tokio::test]
async fn a_campaign_says_what_waits_for_whom() {
    let counter = campaign_with_receipts().await;
    let remit = ["campaign", "remit", CAMPAIGN, "--recipient", "市慈善基金会", "--amount", "100.00"];
    let proposed = counter.do_well(&[&remit[..], &["--as", CLERK]].concat());
    let shown = counter.do_well(&["campaign", "show", CAMPAIGN]);
    let waiting = shown["waiting"].as_array().unwrap();
    let of = |what: &str| waiting.iter().find(|each| each["waits"] == what).cloned().unwrap_or(Value::Null);
    let remittance = of("remittance");
    assert_eq!(remittance["remittance_id"], proposed["remittance_id"], "{shown}");
    assert_eq!(
        (&remittance["roles"], &remittance["not_by"], &remittance["amount"]),
        (&json!(["approver"]), &json!("wang.fang"), &json!(10_000))
    );
    let receipt = of("receipt");
    assert_eq!((&receipt["receipt_number"], &receipt["refunded"]), (&json!(2), &json!(500)), "{shown}");
    assert_eq!(receipt["roles"], json!(["finance"]));
    let listed = counter.do_well(&["todo", "list"]);
    let listed =
        |kind: &str| listed.as_array().unwrap().iter().find(|one| one["kind"] == kind).cloned().unwrap();
    assert_eq!(listed("remittance_to_approve")["not_by"], "wang.fang");
    assert_eq!(listed("publication_due")["due_on"], "2024-02-29");
    assert!(listed("receipt_to_void")["about"]["zh"].as_str().unwrap().contains("00000002"));
    let id = proposed["remittance_id"].as_str().unwrap();
    let approve =
        ["campaign", "reject-remittance", CAMPAIGN, id, "--reason", "改期", "--as", "approver:chen.jing"];
    counter.do_well(&approve);
    let shown = counter.do_well(&["campaign", "show", CAMPAIGN]);
    assert_eq!(shown["waiting"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(shown["remittances"][id]["proposed_by"], "wang.fang", "{shown}");
    // the same day the same sum is proposed again: another proposal, and asked twice still one
    let propose = || counter.do_well(&[&remit[..], &["--as", CLERK]].concat())["remittance_id"].clone();
    let again = propose();
    assert_ne!(again, proposed["remittance_id"], "what was rejected is decided");
    assert_eq!(propose(), again);
    let shown = counter.do_well(&["campaign", "show", CAMPAIGN]);
    assert_eq!(shown["waiting"].as_array().unwrap().len(), 2, "{shown}");
}
