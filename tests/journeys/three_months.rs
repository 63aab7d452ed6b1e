//! Three months of a street through the real program: two banks, money that comes back and is sent again, a rate that is
//! announced late, a death that is reported late and paid back in instalments, a fund that cannot pay, and gifts that
//! are followed to the aid they paid. At the end every door says the same sums.

mod figures;

use std::collections::BTreeMap;
use std::fs;

use api::processes::{Desk, decide, find_case, recommend};
use api::registers::{RawRow, RegisterRow, applications::Row};
use chrono::Utc;
use domain::benefit_case::Outcome;
use domain::program::Program;
use serde_json::{Value, json};
use tests::counter::Counter;
use tests::office::{Known, id_number};
use tests::personas;

use crate::banks::{Status, answer, gbk, layouts, status_report, transactions};
use crate::giving::STATEMENT;
use crate::paying::settled;

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
/// His wife, who inherits and agrees to pay back for him.
const GUI: Known = known("HLG-2", "桂淑芬", "99011419390712002", "9901140000000000035");
/// Needs care, which gifts pay.
const ZHAO: Known = known("HLG-3", "赵德福", "99011419420712001", "9901140000000000043");
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
            let home = format!("龙泽苑东社区,{address},2022-11-01");
            let (relation, home) =
                if person.name == GUI.name { ("配偶", ",,") } else { ("户主", &home[..]) };
            let id = id_number(person);
            let id = id.as_str();
            persons.push_str(&format!("{household},{relation},{name},{id},本市户籍,{home},{account}\n"));
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
        street.open_funds();
        street
    }

    /// Each fund pays one program; the district's has money from the beginning.
    fn open_funds(&self) {
        for (fund, source, program) in [(BUDGET, "budget", ALLOWANCE), (GIFTS, "donations", CARE)] {
            let open = ["fund", "open", fund, "--source", source, "--programs", program.code()];
            self.counter.do_well(&[&open[..], &["--on", "2023-09-01", "--as", FINANCE]].concat());
        }
        let money = ["--amount", "5000.00", "--document", "昌财〔2023〕1号", "--level", "district"];
        self.counter.do_well(&[&["fund", "appropriate", BUDGET], &money[..], &["--as", FINANCE]].concat());
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
        let released = self.counter.do_well(&release);
        // a run that is reconciled is not released again: what was answered is kept for the end
        self.counter.file(&format!("{run}.released"), &released.to_string());
        fs::read(out).unwrap()
    }

    /// Takes a file from the bank in.
    fn settle(&self, run: &str, layout: &str, results: &[u8]) -> tests::counter::Answer {
        let file = self.counter.path(&format!("{run}.results"));
        fs::write(&file, results).unwrap();
        let how = ["--layout", layout, "--layouts", &self.layouts, "--as", FINANCE];
        self.counter.ask(&[&["run", "settle", run, "--results", file.to_str().unwrap()], &how[..]].concat())
    }

    /// The bank pays every line of an approved run.
    fn pay_every_line(&self, run: &str) {
        let file = String::from_utf8(self.release(run, "plain_csv")).unwrap();
        let taken = self.settle(run, "plain_csv", settled(&file).as_bytes());
        assert_eq!((taken.status, &taken.json["pending_count"]), (0, &json!(0)), "{taken:?}");
    }

    /// The one exception that waits is looked into and is nothing.
    fn dismiss_the_exception(&self, reason: &str) {
        let waiting = self.counter.ask(&["bank", "exceptions"]).json;
        assert_eq!((waiting.as_array().map(Vec::len), &waiting[0]["reason"]), (Some(1), &json!(reason)));
        let (file, row) = (waiting[0]["return_id"].as_str().unwrap(), waiting[0]["row_number"].to_string());
        let how = ["--as-what", "dismissed", "--note", "已向银行核实", "--as", FINANCE];
        self.counter.do_well(&[&["bank", "resolve", file, &row], &how[..]].concat());
    }

    fn gift(&self, number: &str, amount: &str, publicity: &str, donor: &str) {
        let what = ["--number", number, "--amount", amount, "--method", "cash", "--publicity", publicity];
        let when = ["--received-on", "2023-10-15", "--as", CLERK];
        let record = [&["donation", "record", "--campaign", CAMPAIGN], &what[..], &when].concat();
        let gift = self.counter.ask_with(&record, donor);
        assert_eq!(gift.status, 0, "{gift:?}");
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
    let october = october(&street).await;
    let november = november(&street);
    a_late_death(&street);
    let december = december(&street);
    let gifts = gifts(&street);
    figures::every_door_says_the_same(&street.counter, &[october, november, december, gifts]).await;
    street.counter.do_well(&["check"]);
}

/// Four lines to the bank that speaks ISO 20022: one account is closed, one answer comes twice, one is nobody's.
async fn october(street: &Street) -> String {
    let (run, prepared) = street.submit("2023-10", ALLOWANCE, BUDGET);
    assert_eq!(prepared["calculation"]["line_count"], 4, "{prepared}");
    street.approve(&run);
    let message = String::from_utf8(street.release(&run, "our_bank")).unwrap();
    // while the bank has not answered, everything is pending and the fund has it committed
    let (fund, parts) = figures::of_run(&street.counter, &run).await;
    assert_eq!((&*fund, parts), (BUDGET, [40_000, 0, 0, 40_000]));
    assert_eq!(figures::of_fund(&street.counter, BUDGET).await, [460_000, 40_000, 0]);
    let closed = transactions(&message, CHEN.account)[0].end_to_end_id;
    let statuses = transactions(&message, "")
        .into_iter()
        .map(|asked| Status { refused: (asked.end_to_end_id == closed).then_some("AC04"), ..asked });
    let statuses: Vec<Status<'_>> = statuses.collect();
    let paid_twice = *statuses.iter().find(|status| status.refused.is_none()).unwrap();
    let strange = Status { end_to_end_id: "SOMEBODY-ELSES", ..paid_twice };
    let report = status_report(&message, &[&statuses[..], &[paid_twice, strange]].concat());
    let taken = street.settle(&run, "our_bank", report.as_bytes());
    let matching = &taken.json["matching"];
    assert_eq!(counts(matching), [3, 1, 1, 1], "settled, returned, repeated, unmatched: {taken:?}");
    street.dismiss_the_exception("reference_unknown");
    run
}

/// Chen has a new account and October is sent to it again; the other bank says of one line twice that it is paid.
fn november(street: &Street) -> String {
    street.change(CHEN, ",新银行账号", &format!("账户变更,2023-11-02,2023-11-02,{NEW_ACCOUNT}"));
    let (run, prepared) = street.submit("2023-11", ALLOWANCE, BUDGET);
    assert_eq!(prepared["calculation"]["line_count"], 5, "{prepared}");
    street.approve(&run);
    let file = gbk(&street.release(&run, "text_gbk"));
    assert_eq!(file.matches(NEW_ACCOUNT).count(), 2, "{file}");
    let results = answer(&file, 2);
    let taken = street.settle(&run, "text_gbk", &results);
    assert_eq!(counts(&taken.json["matching"]), [5, 0, 0, 1], "{taken:?}");
    let again = street.settle(&run, "text_gbk", &results);
    assert_eq!((&again.json["known_before"], &again.json["results"]), (&json!(true), &taken.json["results"]));
    street.dismiss_the_exception("settled_twice");
    assert_eq!(street.counter.do_well(&["run", "returns"]), json!([]));
    run
}

/// November of the dead is asked back from his wife, 20 yuan a month, and what is still due to him goes to her.
fn a_late_death(street: &Street) {
    street.change(LI, "", "死亡,2023-10-20,2024-01-05");
    let (account, holder) = (GUI.account, id_number(GUI));
    let heir = format!("账户变更,2023-10-20,2024-01-05,{account},{}", holder.as_str());
    street.change(LI, ",新银行账号,账户持有人身份号码", &heir);
    let ask = |rest: &[&str]| street.counter.do_well(&[&["recovery"], rest, &["--as", FINANCE]].concat());
    let (his, hers) = (street.case(LI, ALLOWANCE), street.case(GUI, ALLOWANCE));
    assert_eq!(ask(&["propose", "--case", his])["net_fen"], -10_000);
    let way = ["--way", "withholding", "--per-month", "20.00", "--from-case", hers];
    let agreed = ["--agreement", "同意书〔2024〕1号"];
    let plan = ask(&[&["plan", "--case", his], &way[..], &agreed].concat());
    let plan = plan["plan"]["plan_id"].as_str().unwrap();
    street.counter.do_well(&["recovery", "approve", plan, "--as", APPROVER]);
}

/// The new rate holds from October: everybody has arrears, the dead his month of death, his wife less the instalments.
fn december(street: &Street) -> String {
    let rates = street.counter.file("rates.toml", RATES);
    let propose = ["policy", "propose", &rates, "--document", "京民养老发〔2023〕8号"];
    street.counter.do_well(&[&propose[..], &["--as", "administrator:sun.lei"]].concat());
    street.counter.do_well(&["policy", "approve", "1", "--as", APPROVER]);
    let (run, _) = street.submit("2023-12", ALLOWANCE, BUDGET);
    let shown = street.counter.do_well(&["run", "show", &run, "--lines"]);
    let sum = |person: Known, field: &str| {
        let case = street.case(person, ALLOWANCE);
        let lines = shown["lines"].as_array().unwrap().iter().filter(|line| line["case_id"] == case);
        lines.map(|line| line[field].as_i64().unwrap_or_else(|| withheld(line))).sum::<i64>()
    };
    let paid = PEOPLE.map(|person| sum(person, "amount"));
    assert_eq!(paid, [28_000, 6_000, 22_000, 28_000], "{shown}");
    assert_eq!(sum(GUI, "withheld"), 6_000);
    street.approve(&run);
    street.pay_every_line(&run);
    run
}

/// Care is paid from gifts once they are enough, and every yuan of them is followed.
fn gifts(street: &Street) -> String {
    let counter = &street.counter;
    let about =
        ["--organiser", "某街道慈善组织", "--filing-number", "京募备2023-1001", "--purpose", "失能老人护理"];
    let days = ["--opens-on", "2023-10-01", "--closes-on", "2023-12-31", "--fund", GIFTS, "--as", CLERK];
    counter.do_well(&[&["campaign", "open", CAMPAIGN], &about[..], &days].concat());
    street.gift("J-1", "900.00", "named", "王小明");
    let statement = counter.file("wechat.csv", STATEMENT);
    counter.do_well(&["donation", "import", &statement, "--campaign", CAMPAIGN, "--as", FINANCE]);
    let (run, prepared) = street.submit("2023-11", CARE, GIFTS);
    assert_eq!(prepared["calculation"]["control_sum"], 120_000, "{prepared}");
    let short = counter.ask(&["run", "approve", &run, "--as", APPROVER]);
    assert_eq!((short.status, short.code()), (1, "fund_short"), "{short:?}");
    assert!(
        short.json["error"]["message"].as_str().unwrap().contains("100.00"),
        "the gap is named: {short:?}"
    );
    street.gift("J-2", "150.00", "anonymous", "孙小红");
    street.approve(&run);
    street.pay_every_line(&run);
    let trace = counter.do_well(&["campaign", "trace", CAMPAIGN]);
    let parts = ["received", "refunded", "aid", "remitted", "left"].map(|part| trace[part].as_i64().unwrap());
    assert_eq!(parts, [128_000, 3_000, 120_000, 0, 5_000], "{trace}");
    run
}

/// Settled, returned, repeated and unmatched lines of a file.
fn counts(matching: &Value) -> [u64; 4] {
    ["settled_count", "returned_count", "repeated_count", "unmatched_count"]
        .map(|count| matching[count].as_u64().unwrap())
}

fn withheld(line: &Value) -> i64 {
    line["withheld"].as_array().unwrap().iter().map(|part| part["amount"].as_i64().unwrap()).sum()
}
