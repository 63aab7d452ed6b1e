//! What the register says beyond what was applied for: what a draft of new rates would change ([`what_if`]), and who could
//! have a benefit and has none, or has one and seems to have lost the ground for it ([`found`]). Both walk the whole register
//! in pages of one snapshot. [`waiting`] lists the steps that somebody must take.
//!
//! All of it only asks: nothing here decides or pays, and only what people say of an entry is stored.

pub mod ahead;
mod facts;
pub mod found;
pub mod people;
pub mod waiting;
pub mod what_if;
