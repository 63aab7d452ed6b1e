//! Three months of a street through the real program: two banks, money that comes back and is sent again, a rate that is
//! announced late, a death that is reported late and paid back in instalments, a fund that cannot pay, and gifts that
//! are followed to the aid they paid. At the end every door says the same sums.

use std::collections::BTreeMap;
use std::fs;

use api::processes::{Desk, appropriate, decide, find_case, open_fund, recommend};
use api::registers::{RawRow, RegisterRow, applications::Row};
use chrono::Utc;
use domain::benefit_case::Outcome;
use domain::fund::{FundCharter, FundSource, Restriction};
use domain::money::Money;
use domain::program::Program;
use serde_json::{Value, json};
use tests::counter::Counter;
use tests::office::{Known, id_number};
use tests::personas;

use crate::banks::{Status, answer, gbk, layouts, status_report, transactions};

const CLERK: &str = "clerk:wang.fang";
const APPROVER: &str = "approver:chen.jing";
const FINANCE: &str = "finance:liu.yang";

const BUDGET: &str = "区级财政资金";
const GIFTS: &str = "首善有我捐赠资金";
const CAMPAIGN: &str = "首善有我";

const ALLOWANCE: Program = Program::AdvancedAgeAllowance;
const CARE: Program = Program::ElderlyCareSubsidy;

/// Her account is closed when October is paid.
const CHEN: Known = known("HLG-1", "陈玉珍", "99011419350101002", "9901140000000000019");
/// He dies in October; the family reports it in January.
const LI: Known = known("HLG-2", "李建国", "99011419380305001", "9901140000000000027");
/// His wife, who lives by herself and agrees to pay back for him.
const GUI: Known = known("HLG-3", "桂淑芬", "99011419390712002", "9901140000000000035");
/// Needs care, which gifts pay.
const ZHAO: Known = known("HLG-4", "赵德福", "99011419420712001", "9901140000000000043");
const PEOPLE: [Known; 4] = [CHEN, LI, GUI, ZHAO];

const NEW_ACCOUNT: &str = "9901140000000000050";

/// 100 yuan become 160 from October 2023 on.
const RATES: &str = r#"
[[parameter]]
key = "advanced_age_80"
[[parameter.row]]
from = "2023-10"
value = "160.00"
announced = "2023-12-20"
source = "京民养老发〔2023〕8号"
status = "sourced"
"#;

const fn known(
    household: &'static str,
    name: &'static str,
    id_number: &'static str,
    account: &'static str,
) -> Known {
    Known { household, name, id_number, account, address: "1号楼1室" }
}

/// The street: its counter, its bank layouts, and its cases by account and program.
struct Street {
    counter: Counter,
    layouts: String,
    cases: BTreeMap<(&'static str, Program), String>,
}

impl Street {
    /// Four people over eighty are on the roll, one of whom needs care; a fund of the district and one of gifts.
    async fn open() -> Street {
        let counter = Counter::open().await;
        let mut persons = "户号,与户主关系,姓名,公民身份号码,户籍,社区,住址,登记日期,银行账号\n".to_owned();
        let mut applications = "申请人身份号码,户号,救助项目,咨询日期,申请日期\n".to_owned();
        let asked = PEOPLE.map(|person| (person, ALLOWANCE)).into_iter().chain([(ZHAO, CARE)]);
        let asked: Vec<(Known, Program)> = asked.collect();
        for person in PEOPLE {
            let Known { household, name, account, address, .. } = person;
            let id = id_number(person);
            let id = id.as_str();
            persons.push_str(&format!(
                "{household},户主,{name},{id},本市户籍,龙泽苑东社区,{address},2022-11-01,{account}\n"
            ));
        }
        for (person, program) in &asked {
            let (id, household) = (id_number(*person), person.household);
            let line = format!("{},{household},{},2023-10-09,2023-10-09\n", id.as_str(), program.zh());
            applications.push_str(&line);
        }
        let care =
            format!("公民身份号码,评估等级,评估日期\n{},重度失能,2023-09-20\n", id_number(ZHAO).as_str());
        let registers = [("persons", persons), ("care_assessments", care), ("applications", applications)];
        for (kind, content) in registers {
            let file = counter.file(&format!("{kind}.csv"), &content);
            counter.do_well(&["import", "apply", kind, &file, "--as", CLERK]);
        }
        let layouts = layouts(&counter);
        let mut street = Street { counter, layouts, cases: BTreeMap::new() };
        street.decide(&asked).await;
        street
    }

    async fn decide(&mut self, asked: &[(Known, Program)]) {
        let app = self.counter.app().await;
        let office = app.office();
        let desk = |actor| Desk::new(actor, Utc::now());
        for (person, program) in asked {
            let id = id_number(*person);
            let cells = [id.as_str(), person.household, program.zh(), "2023-10-09", "2023-10-09"];
            let row = Row::read(&RawRow::from_texts(1, cells.map(str::to_owned))).unwrap();
            let case = find_case(office, &row).await.unwrap();
            recommend(office, &desk(personas::reviewer()), case, Outcome::Approved).await.unwrap();
            decide(office, &desk(personas::approver()), case, Outcome::Approved).await.unwrap();
            self.cases.insert((person.account, *program), case.subject.case_id.to_string());
        }
        let finance = desk(personas::finance());
        for (name, source) in [(BUDGET, FundSource::Budget), (GIFTS, FundSource::Donations)] {
            let charter = FundCharter {
                fund_id: office.fund_id(name),
                name: name.to_owned(),
                source,
                restriction: Restriction::Restricted,
                opened_on: "2023-09-01".parse().unwrap(),
            };
            let fund = open_fund(office, &finance, charter).await.unwrap();
            if source == FundSource::Budget {
                appropriate(office, &finance, fund, Money::from_fen(500_000), "昌财〔2023〕1号")
                    .await
                    .unwrap();
            }
        }
        app.close().await.unwrap();
    }

    fn case(&self, person: Known, program: Program) -> &str {
        &self.cases[&(person.account, program)]
    }

    /// Prepares and submits the run of a month. Gives its identifier and what was calculated.
    fn submit(&self, month: &str, program: Program, fund: &str) -> (String, Value) {
        let plan = ["run", "prepare", "--month", month, "--programs", program.code(), "--fund", fund];
        let prepared = self.counter.do_well(&[&plan[..], &["--as", CLERK]].concat());
        let run = prepared["run_id"].as_str().unwrap().to_owned();
        let warnings = prepared["calculation"]["warning_count"].as_u64().unwrap_or_default().to_string();
        self.counter.do_well(&["run", "submit", &run, "--warnings-seen", &warnings, "--as", CLERK]);
        (run, prepared)
    }

    fn approve(&self, run: &str) {
        self.counter.do_well(&["run", "approve", run, "--as", APPROVER]);
    }

    fn release(&self, run: &str, layout: &str) -> Vec<u8> {
        let out = self.counter.path(&format!("{run}.bank"));
        let how = ["--layout", layout, "--layouts", &self.layouts, "--as", FINANCE];
        let release = [&["run", "release", run, "--out", out.to_str().unwrap()], &how[..]].concat();
        self.counter.do_well(&release);
        fs::read(out).unwrap()
    }

    /// Takes a file from the bank in.
    fn settle(&self, run: &str, layout: &str, results: &[u8]) -> tests::counter::Answer {
        let file = self.counter.path(&format!("{run}.results"));
        fs::write(&file, results).unwrap();
        let how = ["--layout", layout, "--layouts", &self.layouts, "--as", FINANCE];
        self.counter.ask(&[&["run", "settle", run, "--results", file.to_str().unwrap()], &how[..]].concat())
    }

    /// A change of a person as the register of changes says it.
    fn change(&self, person: Known, columns: &str, what: &str) {
        let id = id_number(person);
        let file = format!("公民身份号码,变更类型,发生日期,报告日期{columns}\n{},{what}\n", id.as_str());
        let file = self.counter.file("changes.csv", &file);
        self.counter.do_well(&["import", "apply", "changes", &file, "--as", CLERK]);
    }
}

#[tokio::test]
async fn three_months_are_paid_corrected_and_recovered_and_every_door_says_the_same_sums() {
    let street = Street::open().await;
    october(&street);
    november(&street);
    a_late_death(&street);
    december(&street);
    street.counter.do_well(&["check"]);
}

/// Four lines to the bank that speaks ISO 20022: one account is closed, one answer comes twice, one is nobody's.
fn october(street: &Street) {
    let (run, prepared) = street.submit("2023-10", ALLOWANCE, BUDGET);
    assert_eq!(prepared["calculation"]["line_count"], 4, "{prepared}");
    street.approve(&run);
    let message = String::from_utf8(street.release(&run, "our_bank")).unwrap();
    let all = transactions(&message, "");
    let mut statuses: Vec<Status<'_>> = Vec::new();
    for status in &all {
        let closed = status.end_to_end_id == transactions(&message, CHEN.account)[0].end_to_end_id;
        statuses.push(Status { refused: closed.then_some("AC04"), ..*status });
    }
    let paid_twice = *statuses.iter().find(|status| status.refused.is_none()).unwrap();
    let strange = Status { end_to_end_id: "SOMEBODY-ELSES", ..paid_twice };
    let report = status_report(&message, &[&statuses[..], &[paid_twice, strange]].concat());
    let taken = street.settle(&run, "our_bank", report.as_bytes());
    assert_eq!((taken.status, &taken.json["pending_count"]), (1, &json!(0)), "{taken:?}");
    println!("{:#}", taken.json);
}

/// Chen has a new account and October is sent to it again; the other bank says of one line twice that it is paid.
fn november(street: &Street) {
    let changed = format!("账户变更,2023-11-02,2023-11-02,{NEW_ACCOUNT}");
    street.change(CHEN, ",新银行账号", &changed);
    let (run, prepared) = street.submit("2023-11", ALLOWANCE, BUDGET);
    println!("{prepared:#}");
    assert_eq!(prepared["calculation"]["line_count"], 5, "{prepared}");
    street.approve(&run);
    let file = gbk(&street.release(&run, "text_gbk"));
    assert_eq!(file.matches(NEW_ACCOUNT).count(), 2, "{file}");
    let results = answer(&file, 2);
    let taken = street.settle(&run, "text_gbk", &results);
    println!("{:#}", taken.json);
    let again = street.settle(&run, "text_gbk", &results);
    println!("{:#}", again.json);
}

/// November of the dead is asked back from his wife, 20 yuan a month.
fn a_late_death(street: &Street) {
    street.change(LI, "", "死亡,2023-10-20,2024-01-05");
    street.change(
        LI,
        ",新银行账号,账户持有人身份号码",
        &format!("账户变更,2023-10-20,2024-01-05,{},", GUI.account),
    );
    let ask = |rest: &[&str]| street.counter.do_well(&[&["recovery"], rest, &["--as", FINANCE]].concat());
    println!("{:#}", ask(&["propose", "--case", street.case(LI, ALLOWANCE)]));
    let way = ["--way", "withholding", "--per-month", "20.00", "--from-case", street.case(GUI, ALLOWANCE)];
    let plan =
        [&["plan", "--case", street.case(LI, ALLOWANCE)], &way[..], &["--agreement", "同意书〔2024〕1号"]]
            .concat();
    let plan = ask(&plan);
    println!("{plan:#}");
    let plan = plan["plan"]["plan_id"].as_str().unwrap();
    street.counter.do_well(&["recovery", "approve", plan, "--as", APPROVER]);
}

fn december(street: &Street) {
    let rates = street.counter.file("rates.toml", RATES);
    let propose = ["policy", "propose", &rates, "--document", "京民养老发〔2023〕8号"];
    street.counter.do_well(&[&propose[..], &["--as", "administrator:sun.lei"]].concat());
    street.counter.do_well(&["policy", "approve", "1", "--as", APPROVER]);
    let (run, prepared) = street.submit("2023-12", ALLOWANCE, BUDGET);
    println!("{prepared:#}");
    println!("{:#}", street.counter.do_well(&["run", "show", &run, "--lines"]));
}
