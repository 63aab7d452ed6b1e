//! Files to and from a bank, without a ledger: pain.001 written, pain.002 and a delimited file read and matched, beside
//! the raw work on the same bytes. Files are streams, so the peak of memory is that of the run's payments.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::time::Instant;

use api::bank::catalogue::Catalogue;
use api::bank::layout::Layout;
use api::bank::matching::{Matcher, Survey};
use api::bank::reading::{Expected, read};
use api::bank::run_book::{Entry, RunBook, Stand};
use api::bank::writing::{FileHead, LineToPay, Writer, end_to_end_id, message_id};
use domain::ids::{CaseId, PaymentId, RunId};
use domain::money::Money;
use domain::program::Program;
use uuid::Uuid;

use crate::Size;
use crate::report::{peak_megabytes, reset_peak};

const FEN: i32 = 139_500;

pub fn run(size: Size) {
    let lines = size.cases;
    println!("\nfiles to and from a bank, {lines} lines");
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::own().unwrap();
    let layout = catalogue.layout("pain_001").unwrap();
    let written = folder.path().join("pain.001.xml");
    let ours = timed("pain.001 written", lines, || write_message(layout, &written, lines));
    let raw = timed("  the same bytes copied", lines, || copy(&written));
    println!("  {:<52} {:>9.2}×", "written, of copying", ours / raw);

    let report = folder.path().join("pain.002.xml");
    let status = |number| if number % 100 == 0 { "RJCT" } else { "ACSC" };
    let answers = (0..lines).map(|number| (end_to_end_id(payment(number)), status(number)));
    write_report(&report, &message_id(run_id(), 1), answers);
    let ours = timed("pain.002 read twice and matched", lines, || read_twice(layout, &report, lines));
    let raw = timed("  the same file parsed twice by quick-xml", lines, || parse(&report) + parse(&report));
    println!("  {:<52} {:>9.2}×", "read and matched, of parsing", ours / raw);

    let text = folder.path().join("answer.csv");
    write_text(&text, lines);
    let plain = catalogue.layout("plain_csv").unwrap();
    let ours = timed("CSV read twice and matched", lines, || read_twice(plain, &text, lines));
    let raw =
        timed("  the same file read line by line twice", lines, || count_lines(&text) + count_lines(&text));
    println!("  {:<52} {:>9.2}×", "read and matched, of reading", ours / raw);
}

/// Lines a second; prints them with the time and the peak of memory.
fn timed<T>(step: &str, lines: u32, work: impl FnOnce() -> T) -> f64 {
    reset_peak();
    let clock = Instant::now();
    std::hint::black_box(work());
    let seconds = clock.elapsed().as_secs_f64();
    let rate = f64::from(lines) / seconds;
    println!("  {step:<52} {rate:>9.0} lines/s  {seconds:>7.2} s  peak {} MB", peak_megabytes());
    rate
}

fn payment(number: u32) -> PaymentId {
    PaymentId::derive(CaseId::new(Uuid::from_u128(u128::from(number))), "2023-10".parse().unwrap(), 1)
}

fn run_id() -> RunId {
    RunId::new(Uuid::from_u128(7))
}

fn write_message(layout: &Layout, path: &Path, lines: u32) {
    let head = FileHead {
        run_id: run_id(),
        number: 1,
        approved_on: "2023-10-19".parse().unwrap(),
        execution_on: "2023-10-20".parse().unwrap(),
        line_count: u64::from(lines),
        control_sum: Money::from_fen(FEN).times(i64::from(lines)).unwrap(),
    };
    let (mut writer, mut buffer) = (Writer::new(layout), Vec::new());
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    writer.head(&head, &mut buffer).unwrap();
    for number in 0..lines {
        let line = LineToPay {
            number: u64::from(number) + 1,
            payment_id: payment(number),
            name: "张示例",
            account: "9901140000000000019",
            amount: Money::from_fen(FEN),
            month: "2023-10",
            program: Program::AdvancedAgeAllowance,
        };
        writer.line(&line, &mut buffer).unwrap();
        if buffer.len() > 1 << 20 {
            file.write_all(&buffer).unwrap();
            buffer.clear();
        }
    }
    writer.tail(&head, &mut buffer).unwrap();
    file.write_all(&buffer).unwrap();
    file.flush().unwrap();
}

fn copy(path: &Path) -> u64 {
    let mut source = std::fs::File::open(path).unwrap();
    let mut target = std::fs::File::create(path.with_extension("copy")).unwrap();
    let (mut buffer, mut total) = (vec![0; 1 << 20], 0);
    loop {
        let count = source.read(&mut buffer).unwrap();
        if count == 0 {
            return total;
        }
        target.write_all(&buffer[..count]).unwrap();
        total += count as u64;
    }
}

/// A pain.002 that says of each reference what became of it.
pub fn write_report(path: &Path, message: &str, lines: impl Iterator<Item = (String, &'static str)>) {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    write!(
        file,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts>\
         <OrgnlMsgId>{message}</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\n"
    )
    .unwrap();
    for (reference, status) in lines {
        writeln!(
            file,
            "<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts></TxInfAndSts>"
        )
        .unwrap();
    }
    write!(file, "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>").unwrap();
    file.flush().unwrap();
}

fn write_text(path: &Path, lines: u32) {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "payment,result,reference").unwrap();
    for number in 0..lines {
        writeln!(file, "{},settled,B{number:08}", payment(number)).unwrap();
    }
    file.flush().unwrap();
}

fn read_twice(layout: &Layout, path: &Path, lines: u32) -> u64 {
    let entry = |number| Entry {
        payment_id: payment(number),
        amount: Money::from_fen(FEN),
        stand: Stand::Pending,
        bank_reference: None,
    };
    let book = RunBook::new((0..lines).map(entry).collect());
    let mut survey = Survey::default();
    for _ in 0..2 {
        let mut matcher = Matcher::new(&book, "00", survey, std::collections::BTreeSet::new());
        let source = BufReader::with_capacity(256 * 1024, std::fs::File::open(path).unwrap());
        let expected = Expected { layout, run_id: run_id(), files: &[], program: None };
        read(source, expected, &mut |line| {
            matcher.line(&line, None)?;
            Ok(())
        })
        .unwrap();
        assert_eq!(matcher.matching.line_count(), Some(u64::from(lines)));
        assert_eq!(matcher.matching.unmatched_count, 0);
        survey = matcher.into_survey();
    }
    u64::from(lines)
}

fn parse(path: &Path) -> u64 {
    let source = BufReader::with_capacity(256 * 1024, std::fs::File::open(path).unwrap());
    let mut reader = quick_xml::Reader::from_reader(source);
    let (mut buffer, mut count) = (Vec::new(), 0);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).unwrap() {
            quick_xml::events::Event::Eof => return count,
            _ => count += 1,
        }
    }
}

fn count_lines(path: &Path) -> u64 {
    let mut source = BufReader::with_capacity(256 * 1024, std::fs::File::open(path).unwrap());
    let (mut line, mut count) = (Vec::new(), 0);
    while source.read_until(b'\n', &mut line).unwrap() > 0 {
        line.clear();
        count += 1;
    }
    count
}
