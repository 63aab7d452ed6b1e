//! Closed years: what was closed is what the books said, nothing is booked into them afterwards, and another person
//! carried them over as they were.

use std::collections::BTreeMap;

use chrono::Datelike;
use domain::aggregate::LedgerEvent;
use domain::any_event::AnyEvent;
use domain::books::{Book, Bookkeeper};
use domain::fund::{FundEvent, Restriction, YearFacts, result_of};
use domain::ids::FundId;

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};
use crate::processes::office_day;

/// Adds the books up by day and compares what closings say.
#[derive(Default)]
pub struct Years {
    keeper: Bookkeeper,
    book: Book,
    restrictions: BTreeMap<FundId, Restriction>,
    /// The closings that stand.
    closings: BTreeMap<(FundId, i32), Closing>,
    findings: Vec<Finding>,
}

/// A year that was closed and not reopened.
struct Closing {
    facts: YearFacts,
    closed_by: String,
    position: u64,
    /// Whether the books said something else. What is reopened for that is mended, so only what stands is a finding.
    differs: bool,
}

impl Watch for Years {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "closed_years",
            zh: "年终结账与账簿一致，结账后不再记入该年；结转由另一人办理，金额与限定不变",
            en: "a closed year is what the books said and takes nothing more; another person carried it over, with the same sums and restriction",
        }
    }

    fn see(&mut self, seen: &Seen) {
        let Some(event) = &seen.event else { return };
        if let (AnyEvent::Fund(event), Ok(fund)) = (event, seen.stream_id.parse()) {
            self.see_fund(seen, fund, event);
        }
        let entries = self.keeper.book(&seen.stream_id, event, office_day(seen.recorded_at));
        if self.book.enter(&entries).is_err() {
            self.find(seen, "账簿金额超出范围", "a sum of the books is out of range");
        }
    }

    fn finish(mut self: Box<Self>) -> Vec<Finding> {
        for ((_, year), closing) in self.closings.iter().filter(|(_, closing)| closing.differs) {
            let zh = format!("{year} 年结账与账簿不符");
            let en = format!("the closing of {year} is not what the books said");
            self.findings.push(Finding::at(closing.position, zh, en));
        }
        self.findings
    }
}

impl Years {
    fn see_fund(&mut self, seen: &Seen, fund: FundId, event: &FundEvent) {
        match event {
            FundEvent::FundOpened { restriction, .. } => {
                self.restrictions.insert(fund, *restriction);
            }
            FundEvent::FundYearClosed { year, unspent, committed, in_transit, lines, closed_by, .. } => {
                let facts = YearFacts {
                    unspent: *unspent,
                    committed: *committed,
                    in_transit: *in_transit,
                    lines: lines.clone(),
                    position: 0,
                };
                let differs = self.book.year_facts(fund, *year, 0).as_ref() != Ok(&facts);
                let (closed_by, position) = (closed_by.to_string(), seen.position);
                self.closings.insert((fund, *year), Closing { facts, closed_by, position, differs });
            }
            FundEvent::FundYearReopened { year, lines, .. } => {
                let closing = self.closings.remove(&(fund, *year));
                if closing.is_none_or(|closing| closing.facts.lines != *lines) {
                    let zh = format!("撤销 {year} 年结账与所结账目不符");
                    let en = format!("the reopening of {year} does not put back what was closed");
                    self.find(seen, zh, en);
                }
            }
            FundEvent::FundYearCarriedOver { .. } => self.see_carried(seen, fund, event),
            other => {
                let closed = self.keeper.closed().get(&fund);
                let day = other.effective_on();
                if let (Some(closed), Some(day)) = (closed, day)
                    && day.year() <= *closed
                {
                    let zh = format!("记入了已结账的年度：{day}");
                    let en = format!("booked into a closed year: {day}");
                    self.find(seen, zh, en);
                }
            }
        }
    }

    fn see_carried(&mut self, seen: &Seen, fund: FundId, event: &FundEvent) {
        let FundEvent::FundYearCarriedOver {
            year, result, carried, committed, restriction, carried_by, ..
        } = event
        else {
            return;
        };
        let Some(Closing { facts, closed_by, position: closed_at, .. }) = self.closings.get(&(fund, *year))
        else {
            return self.find(seen, "结转了未结账的年度", "a year was carried over that is not closed");
        };
        let same = result_of(&facts.lines).as_ref() == Ok(result)
            && facts.unspent == *carried
            && facts.committed == *committed
            && self.restrictions.get(&fund) == Some(restriction);
        let positions = [*closed_at, seen.position];
        if *closed_by == carried_by.as_str() {
            let zh = format!("{carried_by} 既结账又结转");
            let en = format!("{carried_by} both closed the year and carried it over");
            self.findings.push(Finding::among(positions, zh, en));
        }
        if !same {
            let zh = format!("{year} 年结转与结账不符");
            let en = format!("what was carried over of {year} is not what was closed");
            self.findings.push(Finding::among(positions, zh, en));
        }
    }

    fn find(&mut self, seen: &Seen, zh: impl Into<String>, en: impl Into<String>) {
        self.findings.push(Finding::at(seen.position, zh, en));
    }
}
