//! Numbers that carry their own check, and names as people bear them.
//!
//! Each type can only be made by its `parse`, and prints as its name alone: an ID number or an account never
//! reaches a log by accident.

mod bank_account;
mod citizen_id;
mod person_name;
mod social_credit_code;

pub use bank_account::{BankAccount, BankAccountError, Luhn};
pub use citizen_id::{CitizenId, CitizenIdError, Sex};
pub use person_name::{PersonNameError, masked_name, parse_person_name};
pub use social_credit_code::{SocialCreditCode, SocialCreditCodeError};
