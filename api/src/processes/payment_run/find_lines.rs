//! Some lines of a run, as somebody asks for them: filtered and sorted by the database, page by page.

use domain::ids::RunId;
use domain::money::Money;
use domain::payment::{PaymentKind, PaymentStage};
use domain::program::Program;
use sqlx::{PgPool, Row};

use super::StagedLine;
use super::staged::Staged;
use crate::processes::ProcessError;

/// Which lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineFilter {
    /// Of this program.
    pub program: Option<Program>,
    /// Paid for this reason.
    pub kind: Option<PaymentKind>,
    /// With their payment here.
    pub stage: Option<PaymentStage>,
    /// In which order.
    pub order: LineOrder,
}

/// In which order lines come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineOrder {
    /// As they stand in the run.
    #[default]
    Number,
    /// The largest amount first.
    LargestFirst,
    /// The smallest amount first.
    SmallestFirst,
}

/// A page of lines, and all that fit in sum.
#[derive(Clone, Debug, Default)]
pub struct FoundLines {
    /// The lines of the page with their places in the run, from 0.
    pub lines: Vec<(u64, StagedLine)>,
    /// How many lines fit.
    pub count: u64,
    /// Their sum.
    pub sum: Money,
}

impl LineOrder {
    const fn code(self) -> &'static str {
        match self {
            LineOrder::Number => "number",
            LineOrder::LargestFirst => "largest",
            LineOrder::SmallestFirst => "smallest",
        }
    }
}

/// The lines of a run that fit, from a place among them (from 0) on. A line whose payment is not ordered yet is
/// `Unordered`. None of a forecast.
///
/// # Errors
/// Those of the database, and [`ProcessError::Damaged`] for a line that cannot be read.
pub async fn find_lines(
    pool: &PgPool,
    run_id: RunId,
    filter: &LineFilter,
    from: u64,
    count: u32,
) -> Result<FoundLines, ProcessError> {
    let rows = sqlx::query(include_str!("sql/find_lines.sql"))
        .bind(run_id.uuid())
        .bind(filter.program.map(Program::code))
        .bind(filter.kind.map(|kind| kind.en()))
        .bind(filter.stage.map(stage_code))
        .bind(filter.order.code())
        .bind(from.cast_signed())
        .bind(i64::from(count))
        .fetch_all(pool)
        .await?;
    let mut found = FoundLines::default();
    for row in &rows {
        let (count, sum): (i64, i64) = (row.try_get(6)?, row.try_get(7)?);
        (found.count, found.sum) = (count.cast_unsigned(), Money::try_from_fen(sum)?);
        let number: Option<i64> = row.try_get(5)?;
        let Some(number) = number else { continue };
        found.lines.push((number.cast_unsigned(), StagedLine::read(run_id, row)?));
    }
    Ok(found)
}

/// The stage as the read table has it.
const fn stage_code(stage: PaymentStage) -> &'static str {
    match stage {
        PaymentStage::Unordered => "unordered",
        PaymentStage::Ordered => "ordered",
        PaymentStage::Settled => "settled",
        PaymentStage::Returned => "returned",
        PaymentStage::Reissued => "reissued",
        PaymentStage::Cancelled => "cancelled",
    }
}
