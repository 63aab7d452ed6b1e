//! How far the first reading of a bank's file is: it appends nothing that could be counted in the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How many lines of a file were read so far. Cheap to clone; the clones share it.
#[derive(Clone, Debug, Default)]
pub struct LinesRead(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    lines: AtomicU64,
    whole: AtomicBool,
}

impl LinesRead {
    /// The lines.
    pub fn count(&self) -> u64 {
        self.0.lines.load(Ordering::Relaxed)
    }

    /// Whether these are all: from here on lines are matched.
    pub fn is_whole(&self) -> bool {
        self.0.whole.load(Ordering::Relaxed)
    }

    /// The reading begins, also again.
    pub(super) fn begin(&self) {
        self.0.lines.store(0, Ordering::Relaxed);
    }

    /// A line was read.
    pub(super) fn add(&self) {
        self.0.lines.fetch_add(1, Ordering::Relaxed);
    }

    /// The reading is over.
    pub(super) fn finish(&self) {
        self.0.whole.store(true, Ordering::Relaxed);
    }
}
