//! `ledger check` finds what it claims: every invariant is broken on purpose in the ledger of a small office.

mod approvals;
mod attachments;
mod erasing;
mod log;
mod money;
mod personal;
mod sign_ins;
mod tables;
mod years;
