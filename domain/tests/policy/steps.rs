//! Steps: how an amount came about, in Chinese and English, with sources.

use domain::policy::{RuleBook, Step, assess, contract, determine, explain};
use domain::program::Program;

fn steps(line: &str) -> Vec<Step> {
    explain(&contract::parse(line.as_bytes()).unwrap(), RuleBook::published()).unwrap().1
}

fn table(steps: &[Step]) -> String {
    let one = |step: &Step| {
        let amount = step.amount.map(|amount| amount.to_string()).unwrap_or_default();
        let parts = [step.zh.as_str(), &step.en, &step.source, &amount];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" | ") + "\n"
    };
    steps.iter().map(one).collect()
}

#[test]
fn an_allowance_is_explained_from_the_standard_to_the_amount() {
    let steps = steps(
        r#"{"id":"s","programs":["subsistence_allowance"],"months":["2023-10"],"applicant":{},"options":{"uplift":"35"},
        "household":{"members":[{"relation":"self"},{"relation":"other","severe_disability":true}],"monthly_income":[{"amount":"3500.00"}]}}"#,
    );
    insta::assert_snapshot!(table(&steps), @r"
    最低生活保障 2023-10 | Subsistence allowance 2023-10 | 国务院令第649号;北京市社会救助实施办法(市政府令第282号);民发〔2021〕57号
    最低生活保障标准:1395.00 | Subsistence standard: 1395.00 | 京民社救发〔2023〕240号(2023-07起,2023-10-19公布) | 1395.00
    标准1395.00×2人=2790.00 | standard 1395.00 × 2 members = 2790.00 | 2790.00
    家庭月收入(可计入部分):3500.00 | ordinary monthly income: 3500.00 | 3500.00
    重病重残核减占低保标准的比例:100% | Deduction for severe illness or disability: 100% | 京民社救发〔2014〕484号(2015-01起)
    计入收入3500.00-核减1395.00=2105.00 | counted income 3500.00 - deductions 1395.00 = 2105.00 | 2105.00
    分类救助上浮占低保标准的比例:35% | Uplift: 35% | 待核实(2015-01起,示意值)
    2790.00-2105.00+488.25=1173.25 | 2790.00 - 2105.00 + 488.25 = 1173.25 | 1173.25
    应发 1173.25 元 | due: 1173.25 yuan | 1173.25
    ");
}

#[test]
fn a_refusal_says_why() {
    let steps = steps(
        r#"{"id":"s","programs":["advanced_age_allowance"],"months":["2023-10"],
        "applicant":{"birth_date":"1950-01-01","died_on":"2023-09-30"}}"#,
    );
    insta::assert_snapshot!(table(&steps), @r"
    高龄老年人津贴 2023-10 | Advanced age allowance 2023-10 | 京民养老发〔2019〕160号
    不予发放:已去世 | Not payable: The person died. | 0.00
    1950-01-01出生,2030-01-01年满80周岁 | born on 1950-01-01, attains 80 on 2030-01-01
    不予发放:未达到规定年龄 | Not payable: The age is not reached. | 0.00
    应发 0.00 元 | due: 0.00 yuan | 0.00
    ");
}

#[test]
fn a_pinned_rate_is_named_as_such() {
    let steps = steps(
        r#"{"id":"s","programs":["children_in_difficulty"],"months":["2023-10"],
        "options":{"params":{"child_support":"2700.00"}},"applicant":{"birth_date":"2012-01-01","child_category":"orphan"}}"#,
    );
    insta::assert_snapshot!(table(&steps), @r"
    困境儿童生活费 2023-10 | Children in difficulty 2023-10 | 京民儿福发〔2023〕246号
    2012-01-01出生,2030-01-01年满18周岁 | born on 2012-01-01, attains 18 on 2030-01-01
    困境儿童生活费标准:2700.00(指定值) | Child support: 2700.00 (pinned) | options.params | 2700.00
    应发 2700.00 元 | due: 2700.00 yuan | 2700.00
    ");
}

#[test]
fn a_stored_determination_can_be_asked_again() {
    let line = r#"{"id":"s","programs":["advanced_age_allowance"],"months":["2023-10"],"applicant":{"birth_date":"1940-01-01"}}"#;
    let question = contract::parse(line.as_bytes()).unwrap();
    let (outcome, stored) = determine(&question, RuleBook::published()).unwrap();
    assert_eq!(stored.facts, line);
    let again = contract::parse(stored.facts.as_bytes()).unwrap();
    assert_eq!(assess(&again, RuleBook::published()), Ok(outcome.clone()));
    let month = outcome.month(Program::AdvancedAgeAllowance, question.months[0]).unwrap();
    assert_eq!(month.amount.to_string(), "100.00");
    assert_eq!(outcome.month(Program::ElderlyCareSubsidy, question.months[0]), None);
}
