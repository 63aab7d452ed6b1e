//! Files from banks that this server reads just now: how many lines of each, for who waits in front of the page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::RunId;

use crate::processes::payment_run::LinesRead;

/// The files, by the runs that they are for. Cheap to clone; the clones share them.
#[derive(Clone, Default)]
pub(in crate::console) struct BeingRead(Arc<Mutex<BTreeMap<RunId, LinesRead>>>);

/// A file that is read until this goes.
pub(super) struct Reading {
    of: BeingRead,
    run: RunId,
    pub lines: LinesRead,
}

impl BeingRead {
    /// A file of a run begins to be read.
    pub(super) fn begin(&self, run: RunId) -> Reading {
        let lines = LinesRead::default();
        self.with(|files| files.insert(run, lines.clone()));
        Reading { of: self.clone(), run, lines }
    }

    /// How far the file of a run is.
    pub(super) fn of(&self, run: RunId) -> Option<LinesRead> {
        self.with(|files| files.get(&run).cloned())
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<RunId, LinesRead>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.of.with(|files| files.remove(&self.run));
    }
}
