//! Files to the bank and files from it, through the processes: every line has its place, whatever the file says and
//! however often it comes.

use std::path::PathBuf;
use std::{fs, io};

use api::bank::catalogue::Catalogue;
use api::bank::layout::Layout;
use api::bank::writing::{end_to_end_id, message_id};
use api::processes::payment_run::{
    self, BankFiles, Finding, Release, Released, RunPlan, TakenIn, resolve_line, take_in,
};
use api::processes::{self as work, ProcessError};
use api::registers::{RawRow, RegisterRow, changes};
use chrono::NaiveDate;
use domain::bank_return::{LineResolution, UnmatchedReason as Reason};
use domain::fund::Fund;
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::payment::{Payment, RecoveryReason};
use domain::payment_run::PaymentRun;
use domain::program::Program;
use projections::payment_registers::PaymentRow;
use projections::payment_registers::queries::{LinePage, PageStart, lines_page};
use projections::runner::Until;
use sqlx::Executor;
use tempfile::TempDir;
use tests::office::{Broken, FUND, Known, SmallOffice, ZHAO, at_work, day, id_number};
use tests::personas;

const TODAY: &str = "2023-02-27";

/// An office whose run of March waits for the bank: three months of March, and January and February of the person whose
/// account was wrong.
pub struct AtTheBank {
    pub small: SmallOffice,
    folder: TempDir,
    pub run: RunId,
    layout: Layout,
    execution_on: NaiveDate,
    pub lines: Vec<PaymentRow>,
    /// The file to the bank.
    pub bytes: Vec<u8>,
}

pub async fn at_the_bank(layout: &str) -> AtTheBank {
    at_the_bank_for(layout, TODAY).await
}

/// The same, of a bank that is to pay on a later day.
pub async fn at_the_bank_for(layout: &str, execution_on: &str) -> AtTheBank {
    let layout = Catalogue::own().unwrap().layout(layout).unwrap().clone();
    at_the_bank_in(layout, execution_on).await
}

/// The same, in a layout of its own.
pub async fn at_the_bank_in(layout: Layout, execution_on: &str) -> AtTheBank {
    let small = SmallOffice::open().await;
    correct_the_account(&small).await;
    let office = &small.office;
    let programs = vec![Program::AdvancedAgeAllowance, Program::SubsistenceAllowance];
    let fund_id = office.fund_id(FUND);
    let plan = RunPlan { month: "2023-03".parse().unwrap(), programs, fund_id, number: 1 };
    let clerk = at_work(personas::clerk(), TODAY);
    let run = payment_run::open(office, &clerk, &plan).await.unwrap();
    let prepared = payment_run::calculate(office, &clerk, run).await.unwrap();
    let warnings = prepared.calculation.warning_count;
    payment_run::submit(office, &clerk, run, warnings).await.unwrap();
    payment_run::approve(office, &at_work(personas::approver(), TODAY), run).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let execution_on = day(execution_on);
    let mut bank =
        AtTheBank { small, folder, run, layout, execution_on, lines: Vec::new(), bytes: Vec::new() };
    bank.bytes = bank.release().await.unwrap().1;
    bank.small.office.runner.catch_up(Until::Head).await.unwrap();
    let page = LinePage { start: PageStart::First, limit: 100 };
    bank.lines = lines_page(&bank.small.office.pool, run, page).await.unwrap();
    assert_eq!(bank.lines.len(), 5);
    bank
}

async fn correct_the_account(small: &SmallOffice) {
    let id_number = id_number(ZHAO);
    let cells = [id_number.as_str(), "账户变更", "2023-02-20", "2023-02-20", "9901140000000000043"];
    let row = changes::Row::read(&RawRow::from_texts(1, cells.map(str::to_owned))).unwrap();
    work::record_change(&small.office, &at_work(personas::clerk(), "2023-02-20"), &row).await.unwrap();
}

/// The files of a release, one after another.
struct Together<'b>(&'b mut Vec<u8>);

impl BankFiles for Together<'_> {
    fn begin(&mut self, _: u32, _: u32) -> io::Result<()> {
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a status report says of a payment.
#[derive(Clone, Debug)]
pub struct Says {
    pub reference: String,
    status: &'static str,
    pub amount: String,
    reason: &'static str,
}

impl AtTheBank {
    pub async fn release(&self) -> Result<(Released, Vec<u8>), ProcessError> {
        let (mut bytes, finance) = (Vec::new(), at_work(personas::finance(), TODAY));
        let execution_on = Some(self.execution_on);
        let release = Release { run_id: self.run, execution_on, layout: &self.layout };
        let office = &self.small.office;
        let released = payment_run::release_in(office, &finance, &release, &mut Together(&mut bytes)).await?;
        Ok((released, bytes))
    }

    pub fn says(&self, place: usize, status: &'static str, reason: &'static str) -> Says {
        let line = &self.lines[place];
        Says { reference: end_to_end_id(line.payment_id), status, amount: line.amount.to_string(), reason }
    }

    pub fn report(&self, says: &[Says]) -> String {
        let transaction = |says: &Says| {
            let reason = match says.reason {
                "" => String::new(),
                reason => format!("<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>"),
            };
            format!(
                "<TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{}</TxSts>{reason}<OrgnlTxRef><Amt>\
                 <InstdAmt Ccy=\"CNY\">{}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>\n",
                says.reference, says.status, says.amount
            )
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>\
             <OrgnlMsgId>{}</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\n{}</OrgnlPmtInfAndSts></CstmrPmtStsRpt>\
             </Document>\n",
            message_id(self.run, 1),
            says.iter().map(transaction).collect::<String>()
        )
    }

    pub async fn take(&self, text: &str) -> Result<TakenIn, ProcessError> {
        self.take_bytes(text.as_bytes()).await
    }

    pub async fn take_bytes(&self, bytes: &[u8]) -> Result<TakenIn, ProcessError> {
        self.take_for(self.run, bytes).await
    }

    /// Takes a file in, and is stopped before its last event.
    pub async fn take_interrupted(&self, text: &str) {
        let superuser = self.small.ledger.superuser().await;
        superuser
            .execute(
                "create function out_of_order() returns trigger language plpgsql as
                 $$ begin raise exception 'out of order'; end $$;
                 create trigger out_of_order before insert on log_events for each row
                     when (new.event_type = 'BankFileMatched') execute function out_of_order()",
            )
            .await
            .unwrap();
        self.take(text).await.unwrap_err();
        superuser.execute("drop function out_of_order() cascade").await.unwrap();
        superuser.close().await;
    }

    /// Takes a file in for another run.
    pub async fn take_for(&self, run: RunId, bytes: &[u8]) -> Result<TakenIn, ProcessError> {
        let path: PathBuf = self.folder.path().join("file");
        fs::write(&path, bytes).unwrap();
        let finance = at_work(personas::finance(), "2023-02-28");
        take_in(&self.small.office, &finance, run, &path, &self.layout).await
    }

    pub async fn resolve(
        &self,
        taken: &TakenIn,
        row: u64,
        resolution: LineResolution,
    ) -> Result<(), ProcessError> {
        let finding =
            Finding { return_id: taken.return_id, row, resolution, note: "已向银行核实".to_owned() };
        resolve_line(&self.small.office, &at_work(personas::finance(), "2023-02-28"), finding).await
    }

    /// Nothing is lost and nothing counted twice.
    pub async fn adds_up(&self, taken: &TakenIn) {
        let lines = u64::try_from(self.lines.len()).unwrap();
        let results = taken.results;
        assert_eq!(results.settled_count + results.returned_count + taken.pending_count, lines);
        let sum = Money::sum([results.settled_sum, results.returned_sum, taken.pending_sum]).unwrap();
        assert_eq!(sum, Money::sum(self.lines.iter().map(|line| line.amount)).unwrap());
        assert_eq!(self.small.broken().await, Broken::new());
    }

    /// Where the line of a person's month stands among the lines.
    pub async fn line_of(&self, known: Known, month: &str) -> usize {
        let (person, _) = self.small.office.find(&id_number(known)).await.unwrap();
        let is = |line: &PaymentRow| line.beneficiary == person && line.month.to_string() == month;
        self.lines.iter().position(is).unwrap()
    }

    pub fn amount_of(&self, payment_id: PaymentId) -> Money {
        self.lines.iter().find(|line| line.payment_id == payment_id).unwrap().amount
    }

    pub async fn is_reconciled(&self) -> bool {
        let run = self.small.office.repository.load_newest::<PaymentRun>(self.run).await.unwrap().state;
        matches!(*run, PaymentRun::Reconciled(_))
    }

    pub async fn count(&self, event_type: &str) -> i64 {
        let query = "select count(*) from log_events where event_type = $1";
        sqlx::query_scalar(query).bind(event_type).fetch_one(self.small.ledger.owner()).await.unwrap()
    }
}

pub fn reasons(taken: &TakenIn) -> Vec<Reason> {
    taken.unmatched.iter().map(|line| line.reason).collect()
}

#[tokio::test]
async fn a_message_is_written_again_with_the_same_bytes_and_opening_accounts_is_an_event() {
    let bank = at_the_bank("pain_001").await;
    let (released, bytes) = bank.release().await.unwrap();
    let end = bank.small.end().await;
    let (again, same) = bank.release().await.unwrap();
    assert_eq!((&again.file_sha256, &same), (&released.file_sha256, &bytes));
    assert_eq!(bank.small.end().await, end, "the same person on the same day");
    assert_eq!(bank.count("AccountsDisclosed").await, 2, "of February, and of March once");
    let state = bank.small.office.repository.load_newest::<PaymentRun>(bank.run).await.unwrap().state;
    let delivery = state.released().unwrap().delivery.clone().unwrap();
    assert_eq!((delivery.layout.as_str(), delivery.files.len()), ("pain_001", 1));
    assert_eq!((delivery.files[0].line_count, &delivery.files[0].sha256), (5, &released.file_sha256));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("<Nm>赵铁柱</Nm>") && text.contains("<NbOfTxs>5</NbOfTxs>"), "{text}");
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_run_that_was_released_in_one_layout_is_not_written_in_another() {
    let mut bank = at_the_bank("plain_csv").await;
    let mut layout = Catalogue::own().unwrap().layout("text_gbk").unwrap().clone();
    layout.own_bank.as_mut().unwrap().prefixes = vec!["9901140000000000043".to_owned()];
    bank.layout = layout;
    let refused = bank.release().await.unwrap_err();
    assert_eq!(refused.code(), "released_in_another_layout");
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_table_with_another_head_or_none_is_refused_before_a_line_is_lost_or_kept() {
    let bank = at_the_bank("plain_csv").await;
    let (_, sent) = bank.release().await.unwrap();
    let before = bank.small.end().await;
    let result = format!("{},settled,B-1\n", bank.lines[0].payment_id);
    let wide: Vec<u8> = format!("\u{feff}payment,result,reference\n{result}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bytes, expected) in [
        (sent, "wrong_columns"),
        (result.clone().into_bytes(), "wrong_columns"),
        (format!("payment,result\n{result}").into_bytes(), "wrong_columns"),
        (b"\n".to_vec(), "wrong_columns"),
        (wide, "wrong_encoding"),
    ] {
        let refused = bank.take_bytes(&bytes).await.unwrap_err();
        assert_eq!(refused.code(), expected, "{}", String::from_utf8_lossy(&bytes));
    }
    assert_eq!(bank.small.end().await, before);
    let taken = bank.take(&format!("payment, result ,reference\n{result}")).await.unwrap();
    assert_eq!(taken.matching.settled_count, 1);
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn an_account_in_the_wrong_column_is_not_kept() {
    let bank = at_the_bank("plain_csv").await;
    let (_, sent) = bank.release().await.unwrap();
    let sent = String::from_utf8(sent).unwrap();
    let lines: Vec<Vec<&str>> = sent.lines().map(|line| line.split(',').collect()).collect();
    let [_, one, other, third, ..] = &lines[..] else { panic!("{sent}") };
    let file = format!(
        "payment,result,reference\n{},settled,{}\n{},returned,{}\nP,{},{},1.00\n",
        one[1], one[2], other[1], other[2], third[1], third[2]
    );
    let taken = bank.take(&file).await.unwrap();
    let m = taken.matching;
    assert_eq!((m.settled_count, m.returned_count, m.unmatched_count), (1, 1, 1));
    assert_eq!(taken.unmatched[0].bank_code, None);
    let broken = bank.small.broken().await;
    assert!(!broken.contains_key("sealed"), "{broken:?}");
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn every_line_of_a_report_has_its_place() {
    let bank = at_the_bank("pain_001").await;
    let mut wrong = bank.says(2, "ACSC", "");
    wrong.amount = "0.01".to_owned();
    let mut negative = bank.says(3, "ACSC", "");
    negative.amount = "-1.00".to_owned();
    let unknown = Says { reference: "0".repeat(32), ..bank.says(3, "ACSC", "") };
    let foreign = Says { reference: "NOT-OURS".to_owned(), ..bank.says(3, "ACSC", "") };
    let says = [
        bank.says(0, "ACSC", ""),
        bank.says(1, "RJCT", "AC04"),
        wrong,
        negative,
        unknown,
        foreign,
        bank.says(0, "ACSC", ""),
        bank.says(0, "RJCT", "AC01"),
        bank.says(4, "ACSP", ""),
    ];
    let taken = bank.take(&bank.report(&says)).await.unwrap();
    let m = taken.matching;
    assert_eq!((m.settled_count, m.returned_count, m.repeated_count, m.waiting_count), (1, 1, 1, 1));
    let expected = [
        Reason::AmountDiffers,
        Reason::AmountMalformed,
        Reason::ReferenceUnknown,
        Reason::ReferenceUnknown,
        Reason::ReturnedAfterSettlement,
    ];
    assert_eq!(reasons(&taken), expected);
    assert_eq!((m.unmatched_count, taken.pending_count), (5, 3));
    bank.adds_up(&taken).await;
    let end = bank.small.end().await;
    let again = bank.take(&bank.report(&says)).await.unwrap();
    assert!(again.known_before);
    assert_eq!((again.matching, reasons(&again)), (taken.matching, reasons(&taken)));
    assert_eq!(bank.small.end().await, end, "the same file twice changes nothing");
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_bank_may_refuse_lines_before_it_was_to_pay_but_not_have_paid() {
    let bank = at_the_bank_for("pain_001", "2023-03-02").await;
    let refusals: Vec<Says> = (0..5).map(|place| bank.says(place, "RJCT", "AC04")).collect();
    let end = bank.small.end().await;
    let paid = [refusals[0].clone(), bank.says(1, "ACSC", "")];
    assert_eq!(bank.take(&bank.report(&paid)).await.unwrap_err().code(), "before_execution");
    assert_eq!(bank.small.end().await, end);
    let taken = bank.take(&bank.report(&refusals[..2])).await.unwrap();
    assert_eq!((taken.matching.returned_count, taken.pending_count), (2, 3));
    bank.adds_up(&taken).await;
    bank.take(&bank.report(&refusals)).await.unwrap();
    assert!(bank.is_reconciled().await, "nothing of it is left to pay");
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn exceptions_are_resolved_and_the_last_one_reconciles_the_run() {
    let bank = at_the_bank("pain_001").await;
    let mut wrong = bank.says(4, "ACSC", "");
    wrong.amount = "0.01".to_owned();
    let says: Vec<Says> = (0..4).map(|place| bank.says(place, "ACSC", "")).chain([wrong]).collect();
    let taken = bank.take(&bank.report(&says)).await.unwrap();
    assert_eq!((taken.pending_count, reasons(&taken)), (1, vec![Reason::AmountDiffers]));
    let (last, other) = (bank.lines[4].payment_id, bank.lines[3].payment_id);
    let refused = bank.resolve(&taken, 5, LineResolution::Settled { payment_id: other }).await.unwrap_err();
    assert_eq!(refused.code(), "payment_differs");
    assert!(!bank.is_reconciled().await);
    bank.resolve(&taken, 5, LineResolution::Settled { payment_id: last }).await.unwrap();
    bank.resolve(&taken, 5, LineResolution::Settled { payment_id: last }).await.unwrap();
    assert_eq!(bank.count("BankLineResolved").await, 1);
    assert!(bank.is_reconciled().await);
    assert_eq!(bank.small.broken().await, Broken::new());
    let refused = bank.resolve(&taken, 5, LineResolution::Dismissed).await.unwrap_err();
    assert_eq!(refused.code(), "line_resolved");
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn money_that_comes_back_after_it_had_settled_is_recovered_and_the_month_can_be_paid_again() {
    let bank = at_the_bank("pain_001").await;
    let all: Vec<Says> = (0..5).map(|place| bank.says(place, "ACSC", "")).collect();
    bank.take(&bank.report(&all)).await.unwrap();
    assert!(bank.is_reconciled().await);
    let late = bank.take(&bank.report(&[bank.says(0, "RJCT", "AC04")])).await.unwrap();
    assert_eq!(reasons(&late), [Reason::ReturnedAfterSettlement]);
    let payment_id: PaymentId = bank.lines[0].payment_id;
    bank.resolve(&late, 1, LineResolution::Recovered { payment_id }).await.unwrap();
    assert_eq!((bank.count("RecoveryOpened").await, bank.count("RecoveryReceived").await), (1, 1));
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn what_comes_back_of_what_was_partly_repaid_is_received_as_far_as_it_is_open() {
    let bank = at_the_bank("pain_001").await;
    let all: Vec<Says> = (0..5).map(|place| bank.says(place, "ACSC", "")).collect();
    bank.take(&bank.report(&all)).await.unwrap();
    let (office, finance) = (&bank.small.office, at_work(personas::finance(), "2023-02-28"));
    let (payment_id, amount, fund) = (bank.lines[0].payment_id, bank.lines[0].amount, office.fund_id(FUND));
    let (asked, came) = (Money::from_fen(3_000), Money::from_fen(1_000));
    let reason = RecoveryReason::FactsCorrected;
    work::open_recovery(office, &finance, payment_id, asked, reason).await.unwrap();
    work::receive_recovery(office, &finance, payment_id, fund, came, finance.today()).await.unwrap();
    let balance = async || {
        let state = office.repository.load_newest::<Fund>(fund).await.unwrap().state;
        state.account().unwrap().balance
    };
    let before = balance().await;
    let late = bank.take(&bank.report(&[bank.says(0, "RJCT", "AC04")])).await.unwrap();
    bank.resolve(&late, 1, LineResolution::Recovered { payment_id }).await.unwrap();
    let state = office.repository.load_newest::<Payment>(payment_id).await.unwrap().state;
    let money = state.whereabouts();
    assert_eq!((money.recovery_opened, money.recovery_received), (amount, amount));
    // what had been repaid is theirs again: the bank gave all of it back
    assert_eq!(balance().await, before.plus(amount.minus(came).unwrap()).unwrap());
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn parts_of_a_report_come_in_any_order_and_more_than_once() {
    let bank = at_the_bank("pain_001").await;
    let part = |from: usize, to: usize| {
        let says: Vec<Says> = (from..to).map(|place| bank.says(place, "ACSC", "")).collect();
        bank.report(&says)
    };
    for (text, pending) in [(part(3, 5), 3), (part(0, 2), 1), (part(1, 4), 0), (part(0, 5), 0)] {
        let taken = bank.take(&text).await.unwrap();
        assert_eq!((taken.pending_count, taken.unmatched.len()), (pending, 0));
        bank.adds_up(&taken).await;
    }
    assert!(bank.is_reconciled().await);
    assert_eq!(bank.count("PaymentSettled").await, 3 + 5, "three of February, and each of March once");
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_used_leaves_the_ledger_as_it_was() {
    let bank = at_the_bank("pain_001").await;
    let end = bank.small.end().await;
    let good = bank.report(&[bank.says(0, "ACSC", ""), bank.says(1, "ACSC", "")]);
    let other_run = good.replace(&bank.run.uuid().simple().to_string(), &"a".repeat(32));
    let summed = good.replace(
        "</OrgnlMsgId>",
        "</OrgnlMsgId><NbOfTxsPerSts><DtldNbOfTxs>3</DtldNbOfTxs><DtldSts>ACSC</DtldSts></NbOfTxsPerSts>",
    );
    let bomb = good.replace("?>\n", "?>\n<!DOCTYPE Document [<!ENTITY a \"b\">]>\n");
    let cut = good[..good.len() - 60].to_owned();
    for (text, code) in [
        (other_run.as_str(), "file_of_another_run"),
        (&summed, "sums_differ"),
        (&bomb, "xml_entities"),
        (&cut, "file_truncated"),
        ("", "file_empty"),
        ("payment,result\n", "file_truncated"),
    ] {
        let refused = bank.take(text).await.unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
        assert_eq!(bank.small.end().await, end, "{code} left something");
    }
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_taking_that_was_interrupted_is_finished_by_taking_the_file_again() {
    let bank = at_the_bank("pain_001").await;
    let mut wrong = bank.says(4, "ACSC", "");
    wrong.amount = "0.01".to_owned();
    let says: Vec<Says> = (0..4).map(|place| bank.says(place, "ACSC", "")).chain([wrong]).collect();
    bank.take_interrupted(&bank.report(&says)).await;
    let taken = bank.take(&bank.report(&says)).await.unwrap();
    assert_eq!((taken.pending_count, reasons(&taken)), (1, vec![Reason::AmountDiffers]));
    assert_eq!((bank.count("BankFileReceived").await, bank.count("BankLinesUnmatched").await), (1, 1));
    bank.adds_up(&taken).await;
    bank.small.ledger.finish().await;
}
