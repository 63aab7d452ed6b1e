//! A campaign from its first gift to the aid it paid, through the real program.

use std::fs;

use api::processes::{Desk, decide, find_case, open_fund, recommend};
use api::registers::{RawRow, RegisterRow, applications::Row};
use chrono::{Datelike, Utc};
use domain::benefit_case::Outcome;
use domain::fund::{FundCharter, FundSource, Restriction};
use serde_json::{Value, json};
use tests::counter::{Answer, Counter, PERSON, applications, persons};
use tests::personas;

pub const FUND: &str = "首善有我捐赠资金";
pub const CAMPAIGN: &str = "首善有我";
pub const CLERK: &str = "clerk:wang.fang";
pub const FINANCE: &str = "finance:liu.yang";
pub const APPROVER: &str = "approver:chen.jing";

/// Gifts of 230 yuan, of which 30 went back.
pub const STATEMENT: &str = "微信支付账单明细,,,,,,,,,,\n\
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n\
2023-10-20 12:00:01,二维码收款,李娜,捐款,收入,¥150.00,/,已收钱,53010000001\t,1,/\n\
2023-10-21 12:00:01,二维码收款,赵强,捐款,收入,¥80.00,/,已收钱,53010000002\t,2,/\n\
2023-10-22 08:00:00,零钱提现,某银行,/,/,¥45.00,某银行,提现已到账,53010000003\t,3,/\n\
2023-10-23 12:00:01,二维码收款-退款,赵强,捐款,支出,¥30.00,零钱,已退款,53010000002\t,2,/\n";

/// An office with one person on the roll, a fund of donations and a campaign of two months.
pub async fn office_with_a_campaign() -> Counter {
    let counter = Counter::open().await;
    for (kind, content) in [("persons", persons()), ("applications", applications())] {
        let file = counter.file(kind, &content);
        counter.do_well(&["import", "apply", kind, &file, "--as", CLERK]);
    }
    let app = counter.app().await;
    let office = app.office();
    let desk = |actor| Desk::new(actor, Utc::now());
    let cells = [PERSON, "HLG-1", "高龄老年人津贴", "2023-10-09", "2023-10-09"].map(str::to_owned);
    let row = Row::read(&RawRow::from_texts(1, cells)).unwrap();
    let case = find_case(office, &row).await.unwrap();
    recommend(office, &desk(personas::reviewer()), case, Outcome::Approved).await.unwrap();
    decide(office, &desk(personas::approver()), case, Outcome::Approved).await.unwrap();
    let charter = FundCharter {
        fund_id: office.fund_id(FUND),
        name: FUND.to_owned(),
        source: FundSource::Donations,
        restriction: Restriction::Restricted,
        opened_on: "2023-10-01".parse().unwrap(),
        programs: vec![],
    };
    open_fund(office, &desk(personas::finance()), charter).await.unwrap();
    app.close().await.unwrap();
    let opened = counter.do_well(&[
        "campaign",
        "open",
        CAMPAIGN,
        "--organiser",
        "某街道慈善组织",
        "--filing-number",
        "京募备2023-1001",
        "--purpose",
        "高龄老人津贴补充",
        "--fund",
        FUND,
        "--opens-on",
        "2023-10-01",
        "--closes-on",
        "2023-11-30",
        "--as",
        CLERK,
    ]);
    assert_eq!(opened["done"], "opened");
    counter
}

pub fn record(counter: &Counter, number: &str, amount: &str, publicity: &str, donor: &str) -> String {
    let gift = ask_to_record(counter, number, amount, publicity, donor);
    assert_eq!(gift.status, 0, "{gift:?}");
    gift.json["donation_id"].as_str().unwrap().to_owned()
}

fn ask_to_record(counter: &Counter, number: &str, amount: &str, publicity: &str, donor: &str) -> Answer {
    counter.ask_with(
        &[
            "donation",
            "record",
            "--campaign",
            CAMPAIGN,
            "--number",
            number,
            "--amount",
            amount,
            "--method",
            "cash",
            "--publicity",
            publicity,
            "--received-on",
            "2023-10-15",
            "--as",
            CLERK,
        ],
        donor,
    )
}

/// Twenty quilts of 3,000 yuan by a company.
pub fn record_goods(counter: &Counter) -> String {
    let goods = ask_to_record_goods(counter, "W-1", "某公司");
    assert_eq!(goods.status, 0, "{goods:?}");
    goods.json["donation_id"].as_str().unwrap().to_owned()
}

fn ask_to_record_goods(counter: &Counter, number: &str, donor: &str) -> Answer {
    counter.ask_with(
        &[
            "donation",
            "record-goods",
            "--campaign",
            CAMPAIGN,
            "--number",
            number,
            "--description",
            "棉被",
            "--quantity",
            "20",
            "--unit",
            "床",
            "--fair-value",
            "3000.00",
            "--valuation",
            "invoice",
            "--publicity",
            "named",
            "--received-on",
            "2023-10-16",
            "--as",
            CLERK,
        ],
        donor,
    )
}

/// Two months of the allowance are paid out of the fund.
pub fn pay(counter: &Counter) -> String {
    let month = ["run", "prepare", "--month", "2023-11", "--programs", "advanced_age_allowance"];
    let prepared = counter.do_well(&[&month[..], &["--fund", FUND, "--as", CLERK]].concat());
    let run = prepared["run_id"].as_str().unwrap().to_owned();
    counter.do_well(&["run", "submit", &run, "--as", CLERK]);
    counter.do_well(&["run", "approve", &run, "--as", APPROVER]);
    let out = counter.path("bank.csv");
    counter.do_well(&["run", "release", &run, "--out", out.to_str().unwrap(), "--as", FINANCE]);
    let bank_file = fs::read_to_string(&out).unwrap();
    let lines = bank_file.lines().filter_map(|line| line.strip_prefix("P,")?.split(',').next());
    let results: String = lines.map(|payment| format!("{payment},settled,R-1\n")).collect();
    let results = counter.file("results.csv", &format!("payment,result,reference\n{results}"));
    counter.do_well(&["run", "settle", &run, "--results", &results, "--as", FINANCE]);
    run
}

pub fn receipt<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["donation", "receipt"], rest, &["--campaign", CAMPAIGN, "--as", FINANCE]].concat()
}

fn fen(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

fn assert_ties(trace: &Value) {
    let sum = fen(&trace["aid"]) + fen(&trace["remitted"]) + fen(&trace["left"]);
    assert_eq!(fen(&trace["received"]) - fen(&trace["refunded"]), sum, "{trace}");
}

#[tokio::test]
async fn a_line_that_stands_twice_in_a_statement_is_new_once() {
    let counter = office_with_a_campaign().await;
    let lines: Vec<&str> = STATEMENT.lines().collect();
    // a gift and a refund that the platform exported twice
    let doubled = format!("{STATEMENT}{}\n{}\n", lines[2], lines[5]);
    let statement = counter.file("wechat.csv", &doubled);
    let import = ["donation", "import", &statement, "--campaign", CAMPAIGN, "--as", FINANCE];
    let imported = &counter.do_well(&import)["imported"];
    let found = ["gifts", "received", "refunds", "refunded", "known"].map(|name| fen(&imported[name]));
    assert_eq!(found, [2, 23_000, 1, 3_000, 2], "{imported}");
    let known = imported["lines"].as_array().unwrap().iter().filter(|line| line["outcome"]["is"] == "known");
    assert_eq!(known.map(|line| fen(&line["line"])).collect::<Vec<_>>(), [7, 8]);
    let again = &counter.do_well(&import)["imported"];
    assert_eq!((&again["gifts"], &again["refunds"], &again["known"]), (&json!(0), &json!(0), &json!(5)));
}

#[tokio::test]
async fn gifts_come_from_the_counter_and_a_statement_pay_aid_and_are_followed_to_it() {
    let counter = office_with_a_campaign().await;
    let first = record(&counter, "J-1", "120.00", "named", "王小明");
    let statement = counter.file("wechat.csv", STATEMENT);
    let import = ["donation", "import", &statement, "--campaign", CAMPAIGN, "--as", FINANCE];
    let imported = counter.do_well(&import);
    assert_eq!(
        (&imported["imported"]["gifts"], &imported["imported"]["received"]),
        (&json!(2), &json!(23_000))
    );
    assert_eq!((&imported["imported"]["refunds"], &imported["passed_over"]), (&json!(1), &json!(1)));
    let again = counter.do_well(&import);
    assert_eq!((&again["imported"]["gifts"], &again["imported"]["known"]), (&json!(0), &json!(3)));

    pay(&counter);
    let trace = counter.do_well(&["campaign", "trace", CAMPAIGN]);
    assert_ties(&trace);
    assert_eq!(
        (fen(&trace["received"]), fen(&trace["refunded"]), fen(&trace["aid"])),
        (35_000, 3_000, 20_000)
    );
    let aid = &trace["uses"][0][0];
    assert_eq!((&aid["program"], &aid["community"]), (&json!("advanced_age_allowance"), &Value::Null));
    assert!(!trace.to_string().contains("龙泽苑"), "one person helped is no crowd");
    // the gift that came first is used first, and whole
    let told = counter.do_well(&["donation", "trace", &first]);
    assert_eq!((fen(&told["gift"]["left"]), fen(&told["gift"]["received"])), (0, 12_000), "{told}");

    // more than is left is neither remitted nor refunded
    let remit = ["campaign", "remit", CAMPAIGN, "--recipient", "市慈善基金会", "--amount", "130.00"];
    let short = counter.ask(&[&remit[..], &["--as", CLERK]].concat());
    assert_eq!((short.status, short.code()), (1, "fund_short"), "{short:?}");
    let remit = ["campaign", "remit", CAMPAIGN, "--recipient", "市慈善基金会", "--amount", "100.00"];
    let proposed = counter.do_well(&[&remit[..], &["--as", CLERK]].concat());
    let id = proposed["remittance_id"].as_str().unwrap();
    let approve = ["campaign", "approve-remittance", CAMPAIGN, id, "--reference", "HK-1", "--as"];
    let own = counter.ask(&[&approve[..], &["approver:wang.fang"]].concat());
    assert_eq!((own.status, own.code()), (1, "four_eyes"), "{own:?}");
    counter.do_well(&[&approve[..], &[APPROVER]].concat());
    counter.do_well(&[&approve[..], &[APPROVER]].concat());
    let trace = counter.do_well(&["campaign", "trace", CAMPAIGN]);
    assert_ties(&trace);
    assert_eq!((fen(&trace["remitted"]), fen(&trace["left"])), (10_000, 2_000));
    counter.do_well(&["replay", "--campaign", CAMPAIGN]);
    counter.do_well(&["replay", "--fund", FUND]);
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn receipts_are_numbered_named_in_capitals_voided_and_lists_name_donors_as_they_wish() {
    let counter = office_with_a_campaign().await;
    let named = record(&counter, "J-1", "1409.50", "named", "王小明");
    let masked = record(&counter, "J-2", "20.00", "masked", "赵小强");
    record(&counter, "J-3", "10.00", "anonymous", "孙小红");
    record_goods(&counter);
    assert_eq!(counter.do_well(&receipt(&["issue", &named]))["number"], 1);
    assert_eq!(counter.do_well(&receipt(&["issue", &masked]))["number"], 2);
    assert_eq!(counter.do_well(&receipt(&["issue", &named]))["number"], 1, "a gift has one receipt");
    let shown = counter.do_well(&receipt(&["show", "1"]));
    assert_eq!(shown["amount_in_capitals"], "人民币壹仟肆佰零玖元伍角整");
    assert_eq!((&shown["serial"], &shown["donor"]["name"]), (&json!("00000001"), &json!("王小明")));
    counter.do_well(&receipt(&["void", "1", "--reason", "名称有误"]));
    assert_eq!(counter.do_well(&receipt(&["issue", &named]))["number"], 3);
    let list = counter.do_well(&receipt(&["list"]));
    let numbers: Vec<i64> = list.as_array().unwrap().iter().map(|entry| fen(&entry["number"])).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert!(!list[0]["voided"].is_null() && !list.to_string().contains("王小明"));

    publishes(&counter, &masked);
}

/// Progress while the campaign lasts, the results after its end, each with its list; then nothing goes back.
fn publishes(counter: &Counter, masked: &str) {
    let out = counter.path("list.csv");
    let publish = ["campaign", "publish", CAMPAIGN, "--out", out.to_str().unwrap(), "--as", CLERK];
    let progress = counter.do_well(&publish);
    assert_eq!((&progress["kind"], fen(&progress["list"]["total"])), (&json!("progress"), 143_950));
    let text = fs::read_to_string(&out).unwrap();
    let says = ["王小明", "赵＊强", "匿名", "某公司", "捐赠合计（元）,1439.50", "实物捐赠价值（元）,3000.00"];
    assert!(says.iter().all(|part| text.contains(part)), "{text}");
    assert!(!text.contains("孙小红") && !text.contains("赵小强"), "{text}");

    counter.do_well(&["campaign", "close", CAMPAIGN, "--closed-on", "2023-11-30", "--as", CLERK]);
    let due = counter.ask(&["campaign", "deadlines"]);
    assert_eq!(
        (due.status, &due.json[0]["due_on"], &due.json[0]["late"]),
        (1, &json!("2024-02-29"), &json!(true))
    );
    let results = counter.do_well(&publish);
    assert_eq!(results["kind"], "results");
    let refused = counter.ask(&[
        "donation",
        "refund",
        masked,
        "--campaign",
        CAMPAIGN,
        "--amount",
        "1.00",
        "--as",
        FINANCE,
    ]);
    assert_eq!((refused.status, refused.code()), (1, "wrong_stage"), "{refused:?}");
    let shown = counter.do_well(&["campaign", "show", CAMPAIGN]);
    assert_eq!((fen(&shown["total"]), fen(&shown["in_kind_value"])), (143_950, 300_000));
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_campaign_does_not_begin_before_the_fund_of_its_gifts() {
    let counter = office_with_a_campaign().await;
    let open =
        ["campaign", "open", "中秋助老", "--organiser", "某街道慈善组织", "--purpose", "高龄老人津贴补充"];
    let of = |opens_on| ["--fund", FUND, "--opens-on", opens_on, "--closes-on", "2023-11-30", "--as", CLERK];
    let refused = counter.ask(&[&open[..], &of("2023-09-30")].concat());
    assert_eq!(
        (refused.code(), &refused.json["error"]["field"]),
        ("day_too_early", &json!("opens_on")),
        "{refused:?}"
    );
    counter.do_well(&[&open[..], &of("2023-10-01")].concat());
}

#[tokio::test]
async fn bad_lines_of_a_statement_are_located_and_stop_it_unless_the_good_ones_are_wanted() {
    let counter = office_with_a_campaign().await;
    let bad = STATEMENT.replace("¥80.00", "¥80.005").replace("2023-10-20", "2023-09-20");
    let statement = counter.file("wechat.csv", &bad);
    let import = ["donation", "import", &statement, "--campaign", CAMPAIGN, "--as", FINANCE];
    let stopped = counter.ask(&import);
    assert_eq!((stopped.status, &stopped.json["done"]), (1, &json!("checked")), "{stopped:?}");
    let problem = &stopped.json["problems"][0];
    assert_eq!((&problem["line"], &problem["code"]), (&json!(4), &json!("amount_invalid")));
    assert_eq!(counter.do_well(&["campaign", "show", CAMPAIGN])["donation_count"], 0);
    // who would take it is told which lines would be refused, and nothing is recorded
    let outlook = counter.ask(&[&import[..], &["--check"]].concat());
    let refused = |answer: &Answer, of: &str| -> Vec<String> {
        let lines = answer.json[of]["lines"].as_array().unwrap().iter();
        lines.map(|line| line["outcome"]["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(refused(&outlook, "outlook"), ["outside_period", "donation_unknown"], "{outlook:?}");
    let cut: String = STATEMENT.split_inclusive('\n').take(3).collect();
    let cut = counter.file("cut.csv", &format!("{cut}2023-10-21 12:00:01\n"));
    let found = counter.ask(&["donation", "import", &cut, "--campaign", CAMPAIGN, "--check"]);
    assert_eq!((found.status, &found.json["problems"][0]["code"]), (1, &json!("line_cut")), "{found:?}");
    // without its gift the refund has no place, and the other gift lies before the campaign: each says so
    let kept = counter.ask(&[&import[..], &["--keep-good"]].concat());
    assert_eq!((kept.status, refused(&kept, "imported")), (1, refused(&outlook, "outlook")));
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_donor_is_not_erased_while_the_law_keeps_the_voucher_and_the_day_is_named() {
    let counter = office_with_a_campaign().await;
    record(&counter, "J-1", "120.00", "named", "王小明");
    let gifts = counter.do_well(&["donation", "list", "--campaign", CAMPAIGN]);
    let donor = gifts["money"][0]["donor"].as_str().unwrap();
    let erase = ["person", "erase", donor, "--basis", "个人信息保护法第四十七条"];
    let outlook = counter.ask(&[&erase[..], &["--dry-run"]].concat());
    let from = format!("{}-01-01", Utc::now().year() + 31);
    assert_eq!((outlook.status, &outlook.json["erasable_from"]), (1, &json!(from)), "{outlook:?}");
    let refused = counter.ask(&[&erase[..], &["--as", CLERK]].concat());
    assert_eq!((refused.status, refused.code()), (1, "retention_runs"), "{refused:?}");
    assert!(refused.json.to_string().contains(&from), "{refused:?}");
    let stranger = "00000000-0000-4000-8000-000000000001";
    let unknown = counter.ask(&["person", "erase", stranger, "--basis", "依法", "--as", CLERK]);
    assert_eq!((unknown.status, unknown.code()), (1, "unknown_object"), "{unknown:?}");
}

#[tokio::test]
async fn another_donor_under_a_known_number_is_another_gift_and_refused() {
    let counter = office_with_a_campaign().await;
    let first = record(&counter, "J-1", "120.00", "anonymous", "王小明");
    assert_eq!(record(&counter, "J-1", "120.00", "anonymous", "王小明"), first, "a repeat");
    let nobody = record(&counter, "J-2", "30.00", "anonymous", "");
    assert_eq!(record(&counter, "J-2", "30.00", "anonymous", ""), nobody, "a repeat");
    for (number, amount, donor) in
        [("J-1", "120.00", "赵小强"), ("J-1", "120.00", ""), ("J-2", "30.00", "赵小强")]
    {
        let other = ask_to_record(&counter, number, amount, "anonymous", donor);
        assert_eq!((other.status, other.code()), (1, "donation_differs"), "{number}, {donor}: {other:?}");
    }

    let goods = record_goods(&counter);
    assert_eq!(record_goods(&counter), goods, "a repeat");
    let other = ask_to_record_goods(&counter, "W-1", "另一公司");
    assert_eq!((other.status, other.code()), (1, "donation_differs"), "{other:?}");

    // a register that says the same as the counter is a repeat, and one that names somebody else is refused
    let heads = "登记号,募捐活动,捐赠人,是否公开,金额,捐赠方式,收款日期,开具票据";
    let register = |name: &str, donor: &str| {
        let row = format!("J-1,{CAMPAIGN},{donor},匿名,120.00,现金,2023-10-15,否");
        counter.file(name, &format!("{heads}\n{row}\n"))
    };
    let same = register("same.csv", "王小明");
    counter.do_well(&["import", "apply", "donations", &same, "--as", CLERK]);
    let other = register("other.csv", "赵小强");
    let other = counter.ask(&["import", "apply", "donations", &other, "--as", CLERK]);
    let code = &other.json["imported"]["refused"][0]["code"];
    assert_eq!((other.status, code), (1, &json!("donation_differs")), "{other:?}");

    let shown = counter.do_well(&["campaign", "show", CAMPAIGN]);
    assert_eq!((&shown["donation_count"], fen(&shown["total"])), (&json!(2), 15_000), "{shown}");
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn blanks_around_a_number_or_a_name_make_no_other_gift_or_fund() {
    let counter = office_with_a_campaign().await;
    let gift = record(&counter, "1", "120.00", "anonymous", "王小明");
    assert_eq!(record(&counter, " 1 ", "120.00", "anonymous", "王小明"), gift);
    let longest = "9".repeat(32);
    record(&counter, &longest, "20.00", "anonymous", "");
    for number in ["", "  ", &format!("{longest}9")] {
        let refused = ask_to_record(&counter, number, "10.00", "anonymous", "");
        assert_eq!((refused.status, refused.code()), (1, "number_invalid"), "{number:?}: {refused:?}");
        let refused = ask_to_record_goods(&counter, number, "某公司");
        assert_eq!((refused.status, refused.code()), (1, "number_invalid"), "{number:?}: {refused:?}");
    }
    let goods = record_goods(&counter);
    let again = ask_to_record_goods(&counter, " W-1 ", "某公司");
    assert_eq!((again.status, &again.json["donation_id"]), (0, &json!(goods)), "{again:?}");

    let app = counter.app().await;
    assert_eq!(app.office().fund_id(&format!(" {FUND}\u{3000}")), app.office().fund_id(FUND));
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_refused_publication_leaves_the_file_as_it_was() {
    let counter = office_with_a_campaign().await;
    record(&counter, "J-1", "120.00", "named", "王小明");
    let out = counter.path("list.csv");
    let publish = |actor| {
        counter.ask(&["campaign", "publish", CAMPAIGN, "--out", out.to_str().unwrap(), "--as", actor])
    };
    let refused = publish(FINANCE);
    assert_eq!((refused.status, refused.code(), out.exists()), (1, "role_not_allowed", false), "{refused:?}");
    assert_eq!(publish(CLERK).status, 0);
    let published = fs::read(&out).unwrap();
    record(&counter, "J-2", "30.00", "named", "赵小强");
    let refused = publish(FINANCE);
    assert_eq!((refused.status, refused.code()), (1, "role_not_allowed"), "{refused:?}");
    assert_eq!(fs::read(&out).unwrap(), published);
    let folder = fs::read_dir(out.parent().unwrap()).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names.filter(|name| name.contains("list.csv") && name != "list.csv").collect();
    assert_eq!(left, Vec::<String>::new(), "a draft is not left behind");
    assert_eq!(publish(CLERK).status, 0);
    let text = fs::read_to_string(&out).unwrap();
    assert!(text.starts_with('\u{feff}') && text.contains("赵小强"), "{text}");
}

#[tokio::test]
async fn a_receipt_that_certifies_more_than_is_left_is_voided_before_the_next_is_issued() {
    let counter = office_with_a_campaign().await;
    let gift = record(&counter, "J-1", "120.00", "named", "王小明");
    let issue = receipt(&["issue", &gift]);
    assert_eq!(counter.do_well(&issue)["done"], "issued");
    let refund = ["donation", "refund", &gift, "--campaign", CAMPAIGN, "--amount", "20.00", "--as", FINANCE];
    counter.do_well(&refund);
    let stands = counter.ask(&issue);
    assert_eq!(
        (stands.status, &stands.json["done"], &stands.json["number"]),
        (1, &json!("to_be_voided"), &json!(1)),
        "{stands:?}"
    );
    counter.do_well(&receipt(&["void", "1", "--reason", "部分退还"]));
    let next = counter.do_well(&issue);
    assert_eq!((&next["done"], &next["number"]), (&json!("issued"), &json!(2)), "{next}");
}
