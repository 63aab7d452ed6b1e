//! User 用户: who may come in by which door. A user is a person at the office (staff) or another system (consumer); staff
//! have roles and a password, both have tokens. What is secret is not here: the hash of a password and of a token is kept
//! in tables of its own, and the log says only that there is one.
//!
//! # What can be asked
//!
//! | Command | Role | Not by |
//! |---|---|---|
//! | `OpenUser`, `GrantRole`, `WithdrawRole`, `SetDataScope` | administrator | the user themself |
//! | `RecordPassword` | administrator, or the user | |
//! | `RecordSecondFactor` | the user alone, in whatever role | |
//! | `RemoveSecondFactor` | administrator | the user themself |
//! | `LinkIdentity`, `UnlinkIdentity` | administrator | the user themself |
//! | `LockUser`, `UnlockUser` | administrator | the user themself |
//! | `IssueToken` | administrator | the user themself |
//! | `RevokeToken` | administrator, or the user | |
//! | `RecordSignIn`, `RecordRefusals` | the system | |
//!
//! # What always holds
//!
//! 1. An administrator has no other role, and neither has an auditor: who manages users handles no case, and who audits
//!    handles nothing (GB/T 22239-2019 等级保护, 8.1.5 系统管理、审计管理、安全管理 three separate people).
//! 2. A consumer acts in the role `consumer`, reads and changes nothing; it has no password.
//! 3. A token acts in one role that its user has, for a time of at most [`TOKEN_DAYS_MAX`] days. A role that is withdrawn
//!    and a user who is locked take their tokens with them, without a word in the log for each.
//! 4. Sign-ins that are refused are counted outside the log and recorded as one number: with the next sign-in, or when
//!    there were [`REFUSALS_MAX`] in a row. So nobody can fill the log from outside.
//! 5. A user with a second factor does not come in by the password alone (GB/T 22239-2019, 8.1.4.1 d). Nobody sets it for
//!    another, because who sets it sees its secret; an administrator only takes it away from somebody who lost it.
//! 6. A user comes in through a provider of identities only where an administrator linked them with a subject of it, and a
//!    second factor is asked for there too, unless the office takes the provider's word for one. The provider gives no role.
//!
//! # Which refusal comes first
//!
//! Role · unknown user · repeat (success) · own account · locked · roles that do not go together, another identity · content.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::*;
pub use error::*;
pub use event::*;
pub use state::*;

/// The longest life of a token, in days.
pub const TOKEN_DAYS_MAX: i64 = 366;

/// How many sign-ins may be refused in a row before the account waits (GB/T 22239-2019, 8.1.4.1 b 登录失败处理).
pub const REFUSALS_MAX: u32 = 5;

/// The most tokens that a user has at a time.
pub const TOKENS_MAX: usize = 50;

crate::ledger_aggregate!(User);
