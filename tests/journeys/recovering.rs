//! A death reported late, through the command line: the arithmetic, a plan that another person approves, heirs who repay
//! what they inherited, and the rest given up.

use std::fs;

use serde_json::{Value, json};
use tests::counter::{Counter, PERSON};

use crate::paying::{office_with_a_case, prepare, settled};

/// October and November are paid.
async fn office_that_paid() -> (Counter, String) {
    let (counter, case) = office_with_a_case().await;
    let run = prepare(&counter);
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    counter.do_well(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    let out = counter.path("bank.csv");
    counter.do_well(&["run", "release", &run, "--out", out.to_str().unwrap(), "--as", "finance:liu.yang"]);
    let results = counter.file("results.csv", &settled(&fs::read_to_string(&out).unwrap()));
    counter.do_well(&["run", "settle", &run, "--results", &results, "--as", "finance:liu.yang"]);
    (counter, case.to_string())
}

/// Then the family reports a death of October.
async fn office_with_a_late_death() -> (Counter, String) {
    let (counter, case) = office_that_paid().await;
    tell(&counter, "死亡,2023-10-20,2024-01-05");
    (counter, case)
}

/// What happened to the person, on which day, reported when.
fn tell(counter: &Counter, change: &str) {
    let heads = "公民身份号码,变更类型,发生日期,报告日期\n";
    let changes = counter.file("changes.csv", &format!("{heads}{PERSON},{change}\n"));
    counter.do_well(&["import", "apply", "changes", &changes, "--as", "clerk:wang.fang"]);
}

fn balance(counter: &Counter, person: &Value) -> Value {
    let arguments = ["recovery", "balance", "--person", person.as_str().unwrap()];
    counter.do_well(&arguments)["open"].clone()
}

#[tokio::test]
async fn heirs_repay_what_they_inherited_and_two_people_give_up_the_rest() {
    let (counter, case) = office_with_a_late_death().await;
    let finance = ["--as", "finance:liu.yang"];
    let ask = |arguments: &[&str]| counter.do_well(&[&["recovery"], arguments, &finance].concat());
    let netted = ask(&["propose", "--case", &case]);
    let months: Vec<_> =
        netted["months"].as_array().unwrap().iter().map(|m| (&m["month"], &m["difference_fen"])).collect();
    assert_eq!(months, [(&json!("2023-10"), &json!(0)), (&json!("2023-11"), &json!(-10_000))], "{netted}");
    assert_eq!(
        (&netted["causes"][0]["event"], &netted["net_fen"]),
        (&json!("DeathRecorded"), &json!(-10_000))
    );
    let refused =
        counter.ask(&[&["recovery", "plan", "--case", &case, "--way", "repayment"], &finance[..]].concat());
    assert_eq!((refused.status, refused.code()), (1, "beneficiary_deceased"), "{refused:?}");
    let proposed = ask(&["plan", "--case", &case, "--way", "heirs", "--estate", "60.00"]);
    let plan = proposed["plan"]["plan_id"].as_str().unwrap();
    let person = &proposed["plan"]["beneficiary"];
    assert_eq!((&proposed["plan"]["total_fen"], balance(&counter, person)), (&json!(6_000), json!(10_000)));
    let own = counter.ask(&["recovery", "approve", plan, "--as", "approver:liu.yang"]);
    assert_eq!((own.status, own.code()), (1, "four_eyes"), "{own:?}");
    counter.do_well(&["recovery", "approve", plan, "--as", "approver:chen.jing"]);
    let too_much = counter
        .ask(&[&["recovery", "receive", "--case", &case, "--amount", "100.01"], &finance[..]].concat());
    assert_eq!((too_much.status, too_much.code()), (1, "recovery_above_open"), "{too_much:?}");
    assert_eq!(ask(&["receive", "--case", &case, "--amount", "60.00"])["open_fen"], 4_000);
    ask(&["end", plan, "--reason", "遗产已清偿完毕"]);
    let waiver = ["plan", "--case", &case, "--way", "waive-small", "--reason", "追缴成本高于金额"];
    let second = ask(&waiver)["plan"]["plan_id"].as_str().unwrap().to_owned();
    counter.do_well(&["recovery", "approve", &second, "--as", "approver:chen.jing"]);
    assert_eq!(balance(&counter, person), json!(0));
    let listed = counter.do_well(&["recovery", "list"]);
    let stages: Vec<_> = listed["plans"].as_array().unwrap().iter().map(|plan| &plan["stage"]).collect();
    assert_eq!(stages, [&json!("ended"), &json!("completed")], "{listed}");
    assert_eq!((&listed["open_fen"], &listed["unplanned"]), (&json!(0), &json!([])));
    let told = counter.do_well(&["replay", "--case", &case]).to_string();
    assert!(told.contains("RecoveryPlanApproved") && told.contains("RecoveryWaived"), "{told}");
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn what_was_asked_back_of_somebody_who_turned_up_is_withdrawn_by_an_approver() {
    let (counter, case) = office_that_paid().await;
    tell(&counter, "失联停发,2023-11-01,2024-01-05");
    let plan = ["recovery", "plan", "--case", &case, "--way", "repayment", "--as", "finance:liu.yang"];
    let proposed = counter.do_well(&plan);
    let plan = proposed["plan"]["plan_id"].as_str().unwrap();
    counter.do_well(&["recovery", "approve", plan, "--as", "approver:chen.jing"]);
    let withdraw = |by: &str| counter.ask(&["recovery", "withdraw", "--case", &case, "--as", by]);
    let early = withdraw("approver:chen.jing");
    assert_eq!((early.status, early.code()), (1, "nothing_to_withdraw"), "{early:?}");
    tell(&counter, "确认健在,2023-12-20,2024-01-06");
    let own = withdraw("finance:liu.yang");
    assert_eq!((own.status, own.code()), (1, "role_not_allowed"), "{own:?}");
    let done = withdraw("approver:chen.jing");
    assert_eq!(done.status, 0, "{done:?}");
    assert_eq!(
        (&done.json["withdrawn_fen"], &done.json["payments"][0]["month"]),
        (&json!(10_000), &json!("2023-11"))
    );
    assert_eq!(balance(&counter, &proposed["plan"]["beneficiary"]), json!(0));
    assert_eq!(counter.do_well(&["recovery", "show", plan])["plan"]["stage"], "completed");
    let told = counter.do_well(&["replay", "--case", &case]).to_string();
    assert!(told.contains("RecoveryWithdrawn"), "{told}");
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_way_without_what_it_needs_is_wrong_usage() {
    let (counter, case) = office_with_a_late_death().await;
    for (way, code) in [("heirs", "estate"), ("withholding", "per_month"), ("waive-small", "reason")] {
        let asked = ["recovery", "plan", "--case", &case, "--way", way, "--as", "finance:liu.yang"];
        let answer = counter.ask(&asked);
        assert_eq!((answer.status, answer.code()), (2, code), "{answer:?}");
    }
    let instalments = ["--way", "repayment", "--per-month", "50.00", "--as", "finance:liu.yang"];
    let idle = counter.ask(&[&["recovery", "plan", "--case", &case], &instalments[..]].concat());
    assert_eq!((idle.status, idle.code()), (2, "per_month"), "nothing that was said is left out: {idle:?}");
    let unknown = counter.ask(&["recovery", "show", &case]);
    assert_eq!((unknown.status, unknown.code()), (1, "unknown_object"), "{unknown:?}");
}
