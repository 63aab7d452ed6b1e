//! The figures of the three months: each is asked for at every door that tells it (command line, bank file, paper,
//! read tables, books), and all of them say one sum.

use std::collections::BTreeMap;
use std::fs;

use calamine::Data;
use serde_json::{Value, json};
use tests::counter::Counter;

use super::{ALLOWANCE, BUDGET, CAMPAIGN, CARE, CLERK, FINANCE, GIFTS};
use crate::banks::{between, gbk};
use crate::printing::{printed, row, rows, text, text_of_pdf};

const MONTHS: [&str; 3] = ["2023-10", "2023-11", "2023-12"];

/// What was ordered of a run, and of that settled, returned and pending; in fen.
pub type Parts = [i64; 4];

/// What the runs, the papers, the reports, the read tables, the books and an audit say is one.
pub async fn every_door_says_the_same(counter: &Counter, runs: &[String]) {
    every_gift(counter).await;
    let mut vouchers = BTreeMap::new();
    for run in runs {
        let (fund, parts) = of_run(counter, run).await;
        assert_eq!(parts[3], 0, "the bank has answered for all of {run}");
        *vouchers.entry(fund).or_insert(0) += parts[1];
        let audited = counter.do_well(&["audit", "run", run]);
        assert_eq!(audited["totals"]["lines"], audited["totals"]["same"], "{audited}");
    }
    every_fund(counter, &vouchers).await;
    every_claim(counter).await;
    every_month(counter);
    all_runs_together(counter).await;
    a_pdf_says_the_sum_and_is_known_again(counter, &runs[2]);
    the_books_balance(counter);
    for subject in [["--campaign", CAMPAIGN], ["--fund", BUDGET], ["--fund", GIFTS]] {
        counter.do_well(&[&["replay"], &subject[..]].concat());
    }
}

/// Holds a released run against everything that tells of it. Gives the name of its fund and its parts.
pub async fn of_run(counter: &Counter, run: &str) -> (String, Parts) {
    let shown = counter.do_well(&["run", "show", run]);
    let listed = counter.do_well(&["run", "list"]);
    let listed = listed.as_array().unwrap().iter().find(|each| each["run_id"] == run);
    assert_eq!(listed, Some(&shown["run"]), "the list and the run itself");
    let totals = shown["totals"].as_array().unwrap().iter();
    let parts = added(totals.map(|total| (total["status"].as_str().unwrap(), fen(&total["sum"]))));
    // what is pending stands in no field of the run: it is what its payments leave open
    let told = ["ordered_fen", "settled_fen", "returned_fen"].map(|sum| fen(&shown["run"][sum]));
    assert_eq!(parts[..3], told, "{shown}");
    assert_eq!(in_the_tables(counter, run).await, [parts, parts], "payments and runs of the read tables");

    let (count, ordered) = (fen(&shown["run"]["ordered_count"]), parts[0]);
    let file = fs::read(counter.path(&format!("{run}.bank"))).unwrap();
    assert_eq!(stated(&file), [count, ordered], "what the file says of itself");
    let released: Value =
        serde_json::from_slice(&fs::read(counter.path(&format!("{run}.released"))).unwrap()).unwrap();
    assert_eq!(["line_count", "control_sum"].map(|sum| fen(&released[sum])), [count, ordered], "{released}");
    assert_eq!(released["file_sha256"], shown["run"]["file_sha256"]);
    (on_paper(counter, &shown["run"], parts), parts)
}

/// The parts of a run by its payments, and as the run's own row has them.
async fn in_the_tables(counter: &Counter, run: &str) -> [Parts; 2] {
    let payments: Vec<(String, i64)> = sqlx::query_as(
        "select status, sum(amount_fen)::bigint from read_payments where run_id::text = $1 group by status",
    )
    .bind(run)
    .fetch_all(counter.ledger.service())
    .await
    .unwrap();
    let (ordered, settled, returned): (i64, i64, i64) = sqlx::query_as(
        "select ordered_fen, settled_fen, returned_fen from read_payment_runs where run_id::text = $1",
    )
    .bind(run)
    .fetch_one(counter.ledger.service())
    .await
    .unwrap();
    [added(payments.into_iter()), [ordered, settled, returned, ordered - settled - returned]]
}

/// The roster, the voucher and the month's report say the parts of a run. Gives the fund that the voucher names.
fn on_paper(counter: &Counter, run: &Value, parts: Parts) -> String {
    let (id, count) = (run["run_id"].as_str().unwrap(), fen(&run["ordered_count"]));
    let (roster, _) =
        printed(counter, &["roster", "--run", id, "--as", FINANCE], &format!("{id}.roster.xlsx"));
    let cells = rows(&roster);
    let lines = cells.iter().filter(|line| line.len() == 11 && line[0] != text("序号"));
    assert_eq!(added(lines.map(|line| (line[10].to_string(), paid(&line[7])))), parts, "{cells:?}");
    let total = row(&cells, "合计");
    assert_eq!((&total[1], paid(&total[2])), (&text(&format!("{count} 笔")), parts[0]), "{cells:?}");

    let (voucher, _) = printed(counter, &["voucher", "--run", id], &format!("{id}.voucher.xlsx"));
    let cells = rows(&voucher);
    let lines = cells.iter().filter(|line| line.len() == 5 && line[0] != text("救助项目"));
    assert_eq!(added(lines.map(|line| (line[2].to_string(), paid(&line[4])))), parts, "{cells:?}");
    let total = row(&cells, "合计");
    assert_eq!((total[1].to_string(), paid(&total[2])), (count.to_string(), parts[0]), "{cells:?}");
    assert_eq!(paid(&row(&cells, "合计金额（元）")[1]), parts[0], "{cells:?}");
    let fund = row(&cells, "付款资金")[1].to_string();

    let month = run["month"].as_str().unwrap();
    let (report, _) = printed(counter, &["month-report", "--month", month], &format!("{id}.month.xlsx"));
    let cells = rows(&report);
    let line = row(&cells, id);
    assert_eq!(line[2].to_string(), count.to_string(), "{line:?}");
    assert_eq!([3, 4, 5, 6].map(|at: usize| paid(&line[at])), parts, "{line:?}");
    fund
}

/// Holds a fund against its books and the read tables. Gives what is free, committed and spent of it.
pub async fn of_fund(counter: &Counter, fund: &str) -> [i64; 3] {
    let shown = counter.do_well(&["fund", "show", fund]);
    let [balance, committed, free] = ["balance", "committed", "free"].map(|sum| fen(&shown[sum]));
    let spent: i64 =
        shown["runs"].as_array().unwrap().iter().map(|run| fen(&run["commitment"]["spent"])).sum();
    let trial = counter.do_well(&["books", "trial-balance", "--fund", fund, "--detail"]);
    let held = ["deposits", "in_transit", "awaiting_reconciliation"].map(|account| closing(&trial, account));
    let (held, promised) = (held.iter().sum::<i64>(), closing(&trial, "commitments"));
    assert_eq!([balance, committed, free], [held, promised, held - promised], "{shown} {trial}");
    assert_eq!(turnover(&trial, "awaiting_reconciliation").1, spent, "{trial}");

    // the list reads the funds' table, and brings it up to the log before
    let listed = counter.do_well(&["fund", "list"]);
    let listed = listed.as_array().unwrap().iter().find(|each| each["name"] == fund).unwrap();
    let listed = ["balance_fen", "committed_fen", "spent_fen"].map(|sum| fen(&listed[sum]));
    assert_eq!(listed, [balance, committed, spent], "{fund}");
    let read: (i64, i64, i64, i64) = sqlx::query_as(
        "select balance_fen, committed_fen, balance_fen - committed_fen, spent_fen from read_funds where name = $1",
    )
    .bind(fund)
    .fetch_one(counter.ledger.service())
    .await
    .unwrap();
    assert_eq!(read, (balance, committed, free, spent), "{fund}");
    [free, committed, spent]
}

/// What a fund spent is what the vouchers of its runs and the year's report say on paper; each pays one program here.
async fn every_fund(counter: &Counter, vouchers: &BTreeMap<String, i64>) {
    let report = counter.do_well(&["report", "--year", "2023"]);
    let (year, _) = printed(counter, &["year-report", "--year", "2023"], "year.xlsx");
    let cells = rows(&year);
    for (fund, program, left) in [(BUDGET, ALLOWANCE, 336_000), (GIFTS, CARE, 5_000)] {
        let [free, committed, spent] = of_fund(counter, fund).await;
        assert_eq!((free, committed, vouchers[fund]), (left, 0, spent), "{fund}");
        let line = row(&cells, program.zh());
        let [settled, returned, opened, received] = [4, 6, 7, 8].map(|at: usize| paid(&line[at]));
        assert_eq!(settled, spent, "{line:?}");
        let programs = report["programs"].as_array().unwrap();
        let told = &programs.iter().find(|each| each["program"] == program.code()).unwrap()["total"];
        let sums = ["settled", "returned", "recovery_opened", "recovery_received"].map(|sum| fen(&told[sum]));
        assert_eq!(sums, [settled, returned, opened, received], "{told}");
        // what is withheld never moves at the bank, and is expense of the payment that withheld it
        let trial = counter.do_well(&["books", "trial-balance", "--fund", fund, "--detail"]);
        assert_eq!(closing(&trial, "program_expense"), settled + received - opened, "{trial}");
        assert_eq!(turnover(&trial, "recoveries_receivable"), (opened, received), "{trial}");
    }
}

/// What each person owes back is one sum at the desk, by payment and by month, and all of them are the receivable.
async fn every_claim(counter: &Counter) {
    let asked_back = |table: &str| {
        format!(
            "select beneficiary::text, sum(recovery_opened_fen)::bigint, sum(recovery_received_fen)::bigint,
                    sum(recovery_waived_fen)::bigint
               from {table} where recovery_opened_fen > 0 group by beneficiary order by beneficiary"
        )
    };
    let mut claims: Vec<Vec<(String, i64, i64, i64)>> = Vec::new();
    for table in ["read_payments", "read_beneficiary_months"] {
        let query = asked_back(table);
        claims.push(sqlx::query_as(&query).fetch_all(counter.ledger.service()).await.unwrap());
    }
    assert_eq!(claims[0], claims[1], "payments and months");
    let mut owed = 0;
    for (person, opened, received, waived) in &claims[0] {
        let told = counter.do_well(&["recovery", "balance", "--person", person]);
        let programs = told["programs"].as_array().unwrap();
        let sums = ["opened", "received", "waived", "open"]
            .map(|part| programs.iter().map(|program| fen(&program[part])).sum::<i64>());
        let open = opened - received - waived;
        assert_eq!(sums, [*opened, *received, *waived, open], "{told}");
        assert_eq!(fen(&told["open"]), open, "{told}");
        owed += open;
    }
    assert_eq!((claims[0].len(), owed), (1, 4_000), "one person owes");
    let trial = counter.do_well(&["books", "trial-balance"]);
    assert_eq!(closing(&trial, "recoveries_receivable"), owed, "{trial}");
    assert_eq!(counter.do_well(&["recovery", "list"])["open_fen"], owed);
}

/// Every gift gets its receipt, the results are published, and what the campaign came to is one sum.
async fn every_gift(counter: &Counter) {
    let gifts = counter.do_well(&["donation", "list", "--campaign", CAMPAIGN]);
    let gifts = gifts["money"].as_array().unwrap();
    for gift in gifts {
        let issue = ["donation", "receipt", "issue", gift["donation_id"].as_str().unwrap()];
        counter.do_well(&[&issue[..], &["--campaign", CAMPAIGN, "--as", FINANCE]].concat());
    }
    let receipts = counter.do_well(&["donation", "receipt", "list", "--campaign", CAMPAIGN]);
    let receipts = receipts.as_array().unwrap();
    assert!(receipts.iter().all(|receipt| receipt["voided"].is_null()), "{receipts:?}");
    let certified: i64 = receipts.iter().map(|receipt| fen(&receipt["amount"])).sum();
    let given: i64 = gifts.iter().map(|gift| fen(&gift["amount_fen"]) - fen(&gift["refunded_fen"])).sum();

    counter.do_well(&["campaign", "close", CAMPAIGN, "--closed-on", "2023-12-31", "--as", CLERK]);
    let out = counter.path("gifts.csv").to_str().unwrap().to_owned();
    let published = counter.do_well(&["campaign", "publish", CAMPAIGN, "--out", &out, "--as", CLERK]);
    let total = fen(&published["list"]["total"]);
    assert_eq!((receipts.len(), certified, given, total), (4, 125_000, 125_000, 125_000), "{published}");
    let list = fs::read_to_string(&out).unwrap();
    assert!(list.contains(&format!("捐赠合计（元）,{}", plain(total))), "{list}");
    let lines = list.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let lines = lines.filter(|line| line[0].parse::<u32>().is_ok());
    assert_eq!(lines.map(|line| fen_of(line[4]) - fen_of(line[5])).sum::<i64>(), total, "{list}");
    the_campaign_came_to(counter, total).await;
}

/// The total of the campaign at every other door.
async fn the_campaign_came_to(counter: &Counter, total: i64) {
    let shown = counter.do_well(&["campaign", "show", CAMPAIGN]);
    let campaigns = counter.do_well(&["campaign", "list"]);
    let campaign = &campaigns[0]["campaign"];
    let less = |of: &Value, received: &str, refunded: &str| fen(&of[received]) - fen(&of[refunded]);
    let trace = counter.do_well(&["campaign", "trace", CAMPAIGN]);
    let report = counter.do_well(&["report", "--year", "2023"]);
    let trial = counter.do_well(&["books", "trial-balance", "--fund", GIFTS, "--detail"]);
    let told = [
        fen(&shown["total"]),
        fen(&campaign["published_fen"]),
        less(campaign, "received_fen", "refunded_fen"),
        less(&trace, "received", "refunded"),
        fen(&report["donated"]),
        fen(&report["campaigns"][0]["total"]),
        -closing(&trial, "donation_income"),
    ];
    assert_eq!(told, [total; 7], "{shown} {campaigns} {trace} {report} {trial}");
    let tables: (i64, i64, i64) = sqlx::query_as(
        "select (select sum(received_fen - refunded_fen) from read_campaigns)::bigint,
                (select sum(published_fen) from read_campaigns)::bigint,
                (select sum(amount_fen - refunded_fen) from read_donations where receipt_number is not null)::bigint",
    )
    .fetch_one(counter.ledger.service())
    .await
    .unwrap();
    assert_eq!(tables, (total, total, total));

    let (register, _) = printed(counter, &["receipts", "--campaign", CAMPAIGN], "receipts.xlsx");
    let cells = rows(&register);
    let valid = row(&cells, "有效合计");
    assert_eq!((&valid[1], paid(&valid[2])), (&text("4 张"), total), "{cells:?}");
    let (list, _) = printed(counter, &["donations", "--campaign", CAMPAIGN], "gifts.xlsx");
    let cells = rows(&list);
    assert_eq!(paid(&row(&cells, "捐赠合计（元）")[1]), total, "{cells:?}");
    let sums = row(&cells, "合计");
    assert_eq!(paid(&sums[1]) - paid(&sums[2]), total, "{cells:?}");
    let (year, _) = printed(counter, &["year-report", "--year", "2023"], "campaigns.xlsx");
    let cells = rows(&year);
    let line = row(&cells, CAMPAIGN);
    assert_eq!([paid(&row(&cells, "募捐（元）")[1]), paid(&line[5])], [total; 2], "{cells:?}");
}

/// The reports of the months, at the desk and on paper, add up to the year's.
fn every_month(counter: &Counter) {
    let year = counter.do_well(&["report", "--year", "2023"]);
    let (paper, _) = printed(counter, &["year-report", "--year", "2023"], "months.xlsx");
    let of_the_year = rows(&paper);
    let mut settled = 0;
    // 到账, 其中补发, 退汇, 立项追缴, 已追回, of all programs
    let mut sums = [0_i64; 5];
    for month in MONTHS {
        let report = counter.do_well(&["report", "--month", month]);
        let (paper, _) = printed(counter, &["month-report", "--month", month], &format!("{month}.xlsx"));
        let cells = rows(&paper);
        let arrived = fen(&report["settled"]);
        let programs = report["programs"].as_array().unwrap();
        assert_eq!(programs.iter().map(|each| fen(&each["settled"])).sum::<i64>(), arrived, "{report}");
        let total = row(&cells, "合计");
        let on_paper = [paid(&row(&cells, "到账金额（元）")[1]), paid(&total[4])];
        assert_eq!(on_paper, [arrived; 2], "{cells:?}");
        // the year's paper has a line for each month
        assert_eq!(paid(&row(&of_the_year, month)[2]), arrived, "{of_the_year:?}");
        settled += arrived;
        for (sum, at) in sums.iter_mut().zip(4_usize..) {
            *sum += paid(&total[at]);
        }
    }
    assert_eq!(fen(&year["settled"]), settled, "{year}");
    assert_eq!(paid(&row(&of_the_year, "救助资金到账（元）")[1]), settled, "{of_the_year:?}");
    let total = row(&of_the_year, "合计");
    assert_eq!([4, 5, 6, 7, 8].map(|at: usize| paid(&total[at])), sums, "{of_the_year:?}");
}

/// All runs in sum: what they ordered, what arrived by payment, by month and by report, what came back.
async fn all_runs_together(counter: &Counter) {
    let listed = counter.do_well(&["run", "list"]);
    let sums = ["ordered_fen", "settled_fen", "returned_fen"]
        .map(|sum| listed.as_array().unwrap().iter().map(|run| fen(&run[sum])).sum::<i64>());
    assert_eq!(sums, [294_000, 284_000, 10_000], "{listed}");
    assert_eq!(fen(&counter.do_well(&["report", "--year", "2023"])["settled"]), sums[1]);
    let tables: (i64, i64, i64, i64) = sqlx::query_as(
        "select (select sum(ordered_fen) from read_beneficiary_months)::bigint,
                (select sum(settled_fen) from read_beneficiary_months)::bigint,
                (select sum(returned_fen) from read_beneficiary_months)::bigint,
                (select sum(amount_fen) from read_payments where status = 'settled')::bigint",
    )
    .fetch_one(counter.ledger.service())
    .await
    .unwrap();
    assert_eq!(tables, (sums[0], sums[1], sums[2], sums[1]));
    let trial = counter.do_well(&["books", "trial-balance"]);
    assert_eq!(turnover(&trial, "in_transit"), (sums[0], sums[1] + sums[2]), "{trial}");
}

/// A voucher as PDF: what is printed can be made again to the byte, and its sum can be read on it.
fn a_pdf_says_the_sum_and_is_known_again(counter: &Counter, run: &str) {
    let (pdf, _) = printed(counter, &["voucher", "--run", run], "voucher.pdf");
    let verified = counter.do_well(&["print", "verify", &pdf]);
    assert_eq!(verified["again"]["identical"], json!(true), "{verified}");
    let ordered = fen(&counter.do_well(&["run", "show", run])["run"]["ordered_fen"]);
    if let Some(read) = text_of_pdf(&pdf) {
        assert!(read.contains(&plain(ordered)) && read.contains("人民币捌佰肆拾元整"), "{read}");
    }
}

/// What is in the funds, with the beneficiaries and gone is what came in; nothing is promised or on its way.
fn the_books_balance(counter: &Counter) {
    let trial = counter.do_well(&["books", "trial-balance"]);
    let books = &trial["trial_balance"];
    assert_eq!(books["difference"], 0, "{books}");
    let accounts =
        ["deposits", "recoveries_receivable", "program_expense", "appropriation_income", "donation_income"];
    let sums = accounts.map(|account| closing(&trial, account));
    assert_eq!(sums, [341_000, 4_000, 280_000, -500_000, -125_000], "{books}");
    let nothing = ["in_transit", "commitments", "awaiting_reconciliation"];
    assert_eq!(nothing.map(|account| closing(&trial, account)), [0, 0, 0], "{books}");
    let events = counter.do_well(&["report"])["position"].as_u64().unwrap();
    let from_the_log = counter.do_well(&["books", "trial-balance", "--at", &(events - 1).to_string()]);
    assert_eq!(&from_the_log["trial_balance"], books, "the log and the read tables");
    let funds = counter.do_well(&["fund", "list"]);
    let held = funds.as_array().unwrap().iter().map(|fund| fen(&fund["balance_fen"])).sum::<i64>();
    assert_eq!(held, sums[0], "{funds}");
}

/// Lines and sum that a file to a bank states of itself, in the three formats of the stories.
fn stated(file: &[u8]) -> [i64; 2] {
    let text = String::from_utf8(file.to_vec()).unwrap_or_else(|_| gbk(file));
    if text.contains("<CtrlSum>") {
        let count = between(&text, "<NbOfTxs>", "</NbOfTxs>")[0];
        return [count.parse().unwrap(), fen_of(between(&text, "<CtrlSum>", "</CtrlSum>")[0])];
    }
    let (count, sum) = match text.lines().find_map(|line| line.strip_prefix("T,")) {
        Some(trailer) => trailer.split_once(',').unwrap(),
        None => {
            let (rest, sum) = text.lines().next().unwrap().rsplit_once('|').unwrap();
            (rest.rsplit_once('|').unwrap().1, sum)
        }
    };
    [count.parse().unwrap(), fen_of(sum)]
}

/// The parts of a run by its lines, each with its status (by code or as paper says it) and sum.
fn added<S: AsRef<str>>(lines: impl Iterator<Item = (S, i64)>) -> Parts {
    let mut parts: Parts = [0; 4];
    for (status, fen) in lines {
        let part = match status.as_ref() {
            "settled" | "已到账" => 1,
            // another attempt takes the place of what came back, which still came back
            "returned" | "reissued" | "cancelled" | "已退汇" | "已重发" | "已作废" => 2,
            "ordered" | "在途" => 3,
            other => panic!("no status of an ordered payment: {other}"),
        };
        parts[0] += fen;
        parts[part] += fen;
    }
    parts
}

/// What stands on an account at the end, debit less credit, over its subaccounts.
fn closing(trial: &Value, account: &str) -> i64 {
    let lines = trial["trial_balance"]["lines"].as_array().unwrap().iter();
    let lines = lines.filter(|line| line["subaccount"]["account"] == account);
    lines.map(|line| fen(&line["closing_debit"]) - fen(&line["closing_credit"])).sum()
}

/// What was debited and credited on an account in all.
fn turnover(trial: &Value, account: &str) -> (i64, i64) {
    let lines = trial["trial_balance"]["lines"].as_array().unwrap().iter();
    let lines = lines.filter(|line| line["subaccount"]["account"] == account);
    lines.fold((0, 0), |sums, line| (sums.0 + fen(&line["debit"]), sums.1 + fen(&line["credit"])))
}

fn fen(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// Yuan with two decimals as fen.
fn fen_of(yuan: &str) -> i64 {
    yuan.replace('.', "").parse().unwrap_or_else(|_| panic!("no sum: {yuan}"))
}

/// Fen as yuan with two decimals.
fn plain(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// The sum that a cell shows, in fen.
fn paid(cell: &Data) -> i64 {
    let Data::Float(yuan) = cell else { panic!("no sum: {cell:?}") };
    fen_of(&format!("{yuan:.2}"))
}
