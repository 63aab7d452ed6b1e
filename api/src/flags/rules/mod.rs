//! The rules, in the order in which they are shown.

mod back_dated;
mod death_reported_late;
mod duplicate_person;
mod exclusive_benefits;
mod late_publication;
mod late_step;
mod not_enrolled;
mod notice;
mod overridden;
mod paid_after_death;
mod paid_after_move;
mod payee_not_holder;
mod receipt_gap;
mod recertification_overdue;
mod run_disagrees;
mod same_person;
mod shared_account;
mod statement_disagrees;
mod undeclared_relative;
mod unpaid_arrears;
mod wrong_amount;

use super::Rule;

/// Every rule. Who was paid, how much, to whom, by which steps, by whom, and what was not paid.
pub const RULES: &[Rule] = &[
    paid_after_death::RULE,
    death_reported_late::RULE,
    paid_after_move::RULE,
    exclusive_benefits::RULE,
    wrong_amount::RULE,
    shared_account::RULE,
    payee_not_holder::RULE,
    duplicate_person::RULE,
    notice::RULE,
    late_step::RULE,
    late_publication::RULE,
    recertification_overdue::RULE,
    same_person::RULE,
    overridden::RULE,
    back_dated::RULE,
    undeclared_relative::RULE,
    run_disagrees::RULE,
    unpaid_arrears::RULE,
    not_enrolled::RULE,
    receipt_gap::RULE,
    statement_disagrees::RULE,
];
