//! Three people pay a month, each before a browser of their own.

use std::fs;

use super::hall::Hall;
use crate::paying::settled;
use crate::visitors::office_with_a_console;

#[tokio::test(flavor = "multi_thread")]
async fn three_people_who_are_signed_in_at_once_get_a_month_paid_in_their_browsers() {
    let (counter, _, app, _) = office_with_a_console().await;
    app.close().await.unwrap();
    let hall = Hall::open(counter);
    let clerk = hall.signs_in("wang.fang").await;
    let approver = hall.signs_in("chen.jing").await;
    let finance = hall.signs_in("liu.yang").await;

    clerk.follows("发放批次").await;
    clerk.fills("所属月份", "2023-11").await;
    clerk.chooses("救助项目", "高龄老年人津贴").await;
    clerk.takes_a_picture("paying-1-prepare").await;
    clerk.presses("核算").await;
    clerk.sees("人民币贰佰元整").await;
    clerk.sees("王*英").await;
    clerk.does_not_see("王秀英").await;
    let run = clerk.path().await;
    approver.opens(&run).await;
    assert!(!approver.may("审批通过").await, "it was not submitted");
    clerk.takes_a_picture("paying-2-run").await;
    clerk.presses("提交审批").await;
    clerk.sees("高龄老年人津贴 待审批").await;
    assert!(!clerk.may("审批通过").await, "nobody approves what they prepared");

    approver.opens("/").await;
    approver.sees("批次待审批").await;
    approver.opens(&run).await;
    approver.takes_a_picture("paying-3-approve").await;
    approver.presses("审批通过").await;
    approver.sees("高龄老年人津贴 待发放").await;
    assert!(!approver.may("发放并下载银行文件").await, "others release");

    finance.opens(&run).await;
    finance.chooses("格式", "CSV").await;
    finance.presses("发放并下载银行文件").await;
    let file = fs::read_to_string(finance.saved().await).unwrap();
    assert!(file.contains(",9901140000000000019,100.00"), "{file}");
    let results = finance.saved().await.with_file_name("results.csv");
    fs::write(&results, settled(&file)).unwrap();
    finance.opens(&run).await;
    finance.drops("银行回盘文件", &results).await;
    finance.chooses("格式", "CSV").await;
    finance.takes_a_picture("paying-4-results").await;
    finance.presses("回盘").await;
    finance.sees("已对账").await;
    finance.takes_a_picture("paying-5-settled").await;

    for person in [clerk, approver, finance] {
        person.goes().await;
    }
    hall.close();
}
