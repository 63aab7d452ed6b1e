//! A paid run determined anew, whatever its size, from the log alone: `ledger audit run`.
//!
//! The orders of a run lie between its calculation and its release, so they are read there as a stream, and taken page
//! by page. For each page the streams of its cases and households are read as they were at the position that the run
//! was calculated at, and the keys of its people; then every line is determined anew on all cores. Pages overlap, their
//! order is kept, and memory does not grow with the number of lines.

mod page;
mod reading;

use domain::ids::RunId;
use domain::money::Money;
use domain::payment::{Payment, PaymentEvent, PaymentOrder};
use domain::payment_run::{Calculation, LineDigest, PaymentRun, PaymentRunEvent};
use futures::{TryStreamExt, stream};

pub use page::{DeterminedLine, PreparedPage};
pub use reading::{OrderedLines, RunLines};

use super::histories::Histories;
use super::report::{LineReport, ReportItem, RunTotals};
use super::verdict::{Difference, Ground, ProofStatus, Verdict};
use crate::processes::{Office, ProcessError};

/// Pages that are prepared and determined at once.
const PAGES_AT_ONCE: usize = 3;

/// Determines every line of a paid run anew and gives each to `on_line`, in the order of the log.
///
/// # Errors
/// [`ProcessError::Unknown`] for a run that the log does not have, [`ProcessError::NothingOrdered`] for one that was
/// not released; those of the log and of the keys. What is damaged is a line's verdict, not an error.
pub async fn audit_run(
    office: &Office,
    run_id: RunId,
    proof: &(dyn Fn(u64) -> ProofStatus + Sync),
    mut on_line: impl FnMut(LineReport),
) -> Result<RunTotals, ProcessError> {
    let lines = RunLines::open(office, run_id).await?;
    let reader = lines.reader();
    let mut sums = Sums::new(run_id, lines.calculation().clone());
    let pages =
        stream::try_unfold(lines, async |mut lines| Ok(lines.next_page().await?.map(|page| (page, lines))));
    let mut pages =
        std::pin::pin!(pages.map_ok(|ordered| reader.determine(ordered)).try_buffered(PAGES_AT_ONCE));
    while let Some(page) = pages.try_next().await? {
        for line in page {
            sums.add(&line)?;
            on_line(line.report(proof));
        }
    }
    Ok(sums.finish())
}

/// The lines of a run and their totals from events that hold its payments and what decided them: what [`audit_run`] finds
/// in a ledger, from a bundle. Nothing for a run without a calculation.
pub fn lines_of(histories: &Histories, run_id: RunId, ground: &Ground<'_>) -> Vec<ReportItem> {
    let mut orders: Vec<(u64, &PaymentOrder)> = Vec::new();
    for stream in histories.streams::<Payment>() {
        orders.extend(histories.events::<Payment>(&stream.id).filter_map(|(entry, event)| match event {
            PaymentEvent::PaymentOrdered { order } if order.run_id == run_id => {
                Some((entry.position, &**order))
            }
            _ => None,
        }));
    }
    orders.sort_unstable_by_key(|(position, _)| *position);
    let Some(calculation) = newest_calculation(histories, run_id) else { return Vec::new() };
    let mut sums = Sums::new(run_id, calculation.clone());
    let mut items = Vec::with_capacity(orders.len() + 1);
    for (position, order) in orders {
        let line = page::from_histories(histories, position, order, ground);
        // a sum beyond the range of money differs from the one calculated
        let _ = sums.add(&line);
        items.push(ReportItem::Line(line.report(ground.proof)));
    }
    items.push(ReportItem::RunTotals(sums.finish()));
    items
}

fn newest_calculation(histories: &Histories, run_id: RunId) -> Option<&Calculation> {
    let calculations = histories.events::<PaymentRun>(run_id).filter_map(|(_, event)| match event {
        PaymentRunEvent::PaymentRunCalculated { calculation, .. } => Some(calculation),
        _ => None,
    });
    calculations.last()
}

/// The lines of a run as they pass by.
struct Sums {
    calculation: Calculation,
    digest: LineDigest,
    control_sum: Money,
    totals: RunTotals,
}

impl Sums {
    fn new(run_id: RunId, calculation: Calculation) -> Sums {
        let totals = RunTotals {
            run_id,
            calculated_at: calculation.position,
            lines: 0,
            same: 0,
            erased: 0,
            faults: 0,
            differences: Vec::new(),
        };
        Sums { calculation, digest: LineDigest::default(), control_sum: Money::ZERO, totals }
    }

    fn add(&mut self, line: &DeterminedLine) -> Result<(), ProcessError> {
        self.totals.lines += 1;
        match &line.verdict {
            Verdict::Same => self.totals.same += 1,
            Verdict::Erased { .. } => self.totals.erased += 1,
            Verdict::Differs { .. } | Verdict::Unanswerable { .. } => self.totals.faults += 1,
        }
        if let Some(ordered) = &line.ordered {
            self.control_sum = self.control_sum.plus(ordered.amount)?;
            self.digest.text(&ordered.text);
        }
        Ok(())
    }

    fn finish(self) -> RunTotals {
        let Sums { calculation, digest, control_sum, mut totals } = self;
        let fields = [
            Difference::between("line_count", calculation.line_count, totals.lines),
            Difference::between("control_sum", calculation.control_sum, control_sum),
            Difference::between("digest", &calculation.digest, digest.finish()),
        ];
        totals.differences = fields.into_iter().flatten().collect();
        totals
    }
}
