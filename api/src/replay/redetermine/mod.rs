//! What was decided and paid, determined anew on what the log had then.

pub mod decision;
pub mod line;
pub mod money;
