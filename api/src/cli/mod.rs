//! Commands of the program.

pub mod assess;
pub mod deadline;
pub mod lines;
