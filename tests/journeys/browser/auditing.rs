//! An auditor looks back, repeats what was paid and takes evidence along, while a clerk works at the desk beside.

use domain::program::Program;
use serde_json::json;
use tests::counter::Counter;
use tests::office::{Known, SmallOffice, WANG, application, id_number};
use thirtyfour::Key;

use super::hall::Hall;
use super::person::Person;
use crate::console_audit::auditor;
use crate::visitors::open_accounts;

/// Whose money goes to the account of somebody else of the office.
const MA: Known = Known {
    household: "HLG-4",
    name: "马建国",
    id_number: "99011419550606001",
    account: WANG.account,
    address: "龙博苑3号楼2单元201室",
};

/// An office that paid a month years ago, its case of [`WANG`], and everybody's accounts.
async fn old_office() -> (Counter, String) {
    let small = SmallOffice::open().await;
    small.register(MA).await;
    let row = application(WANG, Program::AdvancedAgeAllowance);
    let case = api::processes::find_case(&small.office, &row).await.unwrap().subject.case_id;
    let SmallOffice { ledger, office } = small;
    drop(office);
    let counter = Counter::over(ledger).await;
    open_accounts(&counter);
    auditor(&counter, "zhou.zheng", None);
    (counter, case.to_string())
}

const OPEN: &str = "打开姓名、身份号码、账户";

/// What is masked of a person is opened for a reason, by who may. Where that is.
async fn looks_at(clerk: &Person, approver: &Person, known: Known) -> String {
    clerk.types("/").await;
    clerk.types(id_number(known).as_str().to_owned() + Key::Enter).await;
    clerk.sees("逐月发放").await;
    clerk.does_not_see(known.name).await;
    assert!(!clerk.may(OPEN).await, "a clerk works with what is masked");
    let person = clerk.path().await;
    approver.opens(&person).await;
    approver.unfolds(OPEN).await;
    approver.fills("用途", "核对来访本人的银行账号").await;
    approver.presses(OPEN).await;
    approver.sees(known.name).await;
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_looks_back_repeats_a_run_and_takes_evidence_along_while_a_clerk_works() {
    let (counter, case) = old_office().await;
    let hall = Hall::open(counter);
    let clerk = hall.signs_in("wang.fang").await;
    let approver = hall.signs_in("chen.jing").await;
    let auditor = hall.signs_in("zhou.zheng").await;
    let person = looks_at(&clerk, &approver, WANG).await;

    replays(&auditor, &case).await;
    holds_payment(&clerk, &case).await;
    compares(&auditor).await;
    repeats_the_run(&auditor).await;
    reads_the_flags(&auditor).await;
    takes_evidence_along(&auditor, &hall, &case).await;
    sees_who_looked(&auditor, &person).await;

    clerk.opens("/audit").await;
    clerk.sees("无权").await;
    for each in [clerk, approver, auditor] {
        each.goes().await;
    }
    hall.close();
}

/// From the audit room to the case, and along its days.
async fn replays(auditor: &Person, case: &str) {
    auditor.follows("审计室").await;
    auditor.chooses("对象", "个案").await;
    auditor.fills("编号", case).await;
    auditor.presses("重放").await;
    auditor.sees("目前没有您这个岗位可以办理的步骤").await;
    auditor.sees("逐月发放").await;
    auditor.slides("截至所知", Key::Home + "").await;
    auditor.sees("正在查看当时的情况").await;
    auditor.sees("当时还没有记录").await;
    let day_by_day = [("2023-01-05", "受理"), ("2023-01-10", "审核"), ("2023-01-19", "享受中")];
    for (day, stage) in day_by_day {
        auditor.slides("截至所知", Key::Right + "").await;
        auditor.sees(&format!("截至所知 {day}")).await;
        auditor.sees(&format!("办理阶段\n{stage}")).await;
        auditor.does_not_see("到账").await;
    }
    auditor.takes_a_picture("auditing-1-then").await;
    auditor.follows("后一变动").await;
    auditor.sees("在途 → 已到账").await;
}

async fn holds_payment(clerk: &Person, case: &str) {
    clerk.opens(&format!("/cases/{case}")).await;
    clerk.unfolds("暂缓发放").await;
    clerk.chooses("原因", "收款账户存疑").await;
    clerk.presses("暂缓发放").await;
    clerk.sees("收款账户存疑，自").await;
}

/// What the clerk did meanwhile is there today, and is told apart from the first day.
async fn compares(auditor: &Person) {
    auditor.does_not_see("收款账户存疑").await;
    auditor.follows("回到今天").await;
    auditor.sees("收款账户存疑").await;
    auditor.follows("比较两日").await;
    auditor.picks("一日", "2023-01-05").await;
    auditor.presses("比较").await;
    auditor.sees("事项\t2023-01-05\t").await;
    let page = auditor.reads().await;
    let line = |fact: &str| page.lines().find(|line| line.starts_with(fact)).unwrap().to_owned();
    let stage = line("办理阶段");
    assert!(stage.contains("受理") && stage.contains("享受中") && stage.contains("≠ 不同"), "{stage}");
    assert!(line("暂缓发放").contains("≠ 不同"), "{page}");
    assert!(!line("社区").contains("≠ 不同"), "{page}");
    auditor.takes_a_picture("auditing-2-compared").await;
}

async fn repeats_the_run(auditor: &Person) {
    auditor.opens("/audit").await;
    auditor.follows("批次重新核定").await;
    auditor.presses("重新核定").await;
    auditor.sees("笔数、合计、摘要与核算一致").await;
    auditor.sees("每一笔都一致").await;
}

/// The flag of an account that two people share, and what its rule looks for.
async fn reads_the_flags(auditor: &Person) {
    auditor.opens("/audit").await;
    auditor.follows("疑点").await;
    auditor.sees("同一账户登记给 2 名无家庭关系的人员").await;
    auditor.takes_a_picture("auditing-3-flags").await;
    auditor.follows("无关人员共用收款账户").await;
    auditor.sees("看不到：").await;
    auditor.does_not_see("应补未补、退汇未重发：").await;
}

/// The log is checked, and a bundle of the case is taken along, which a stranger verifies.
async fn takes_evidence_along(auditor: &Person, hall: &Hall, case: &str) {
    auditor.opens("/audit").await;
    auditor.follows("证明现状").await;
    auditor.sees("从未").await;
    auditor.presses("立即核验").await;
    auditor.sees("最近一次核验的结果").await;
    auditor.sees("目前每一个事件都已封存").await;
    let page = auditor.reads().await;
    let held = page.lines().filter(|line| line.trim_end().ends_with("成立")).count();
    assert!(held > 10, "every promise holds: {page}");
    auditor.takes_a_picture("auditing-4-proofs").await;
    auditor.chooses("对象", "个案").await;
    auditor.fills("编号", case).await;
    auditor.presses("生成并下载证据包").await;
    let bundle = auditor.saved().await;
    let verified = hall.counter().do_well(&["audit", "verify", bundle.to_str().unwrap()]);
    assert_eq!((&verified["breaks"], &verified["faults"]), (&json!([]), &json!([])), "{verified}");
}

/// Who opened the person's values and why, in the audit room and on the person's page.
async fn sees_who_looked(auditor: &Person, person: &str) {
    auditor.opens("/audit").await;
    auditor.follows("谁看了谁").await;
    let id = person.rsplit('/').next().unwrap();
    auditor.fills("人员编号", id).await;
    auditor.presses("查询").await;
    auditor.sees("核对来访本人的银行账号").await;
    auditor.sees("账户、身份号码、姓名").await;
    auditor.takes_a_picture("auditing-5-looked").await;
    auditor.follows(id).await;
    auditor.sees("谁看过").await;
    auditor.sees("chen.jing（审批）").await;
    auditor.sees("核对来访本人的银行账号").await;
    auditor.does_not_see(WANG.name).await;
}
