//! The aggregate Household (家庭): who lives together, and what holds of them from which day on. It is the only
//! place where facts of people are recorded; benefit cases and determinations read them.
//!
//! | Command | Event | Where the person | Already applied when |
//! |---|---|---|---|
//! | `RegisterHousehold` | `HouseholdRegistered`, `MemberJoined` | – | same community, head and day |
//! | `AddMember` | `MemberJoined` | is unknown, or left | same day and relation |
//! | `RemoveMember` | `MemberLeft` | is present | left on that day |
//! | `ChangeMemberStatus` | `MemberStatusChanged` | was a member and alive on the day | same status for the day |
//! | `DeclareIncome` | `IncomeDeclared` | – | same for the day |
//! | `VerifyIncome` | `IncomeVerified` | – | same for the day, by the same report |
//! | `DeclareProperty` | `PropertyDeclared` | – | same for the day |
//! | `ChangeResidence` | `ResidenceChanged` | was a member and alive on the day | same for the day |
//! | `ChangeAccount` | `AccountChanged` | was a member and alive on the day | same account and holder for the day |
//! | `CertifyDisability` | `DisabilityCertified` | was a member and alive on the day | same ciphertext for the day |
//! | `AssessCareLevel` | `CareLevelAssessed` | was a member and alive on the day | same ciphertext for the day |
//! | `RecordCircumstances` | `CircumstancesRecorded` | was a member and alive on the day | same ciphertext for the day |
//! | `RecordDeath` | `DeathRecorded` | is not recorded as dead | same day of death |
//! | `KeepAttachment` | `AttachmentKept` | is known and not erased | same attachment, not withdrawn |
//! | `WithdrawAttachment` | `AttachmentWithdrawn` | is known and not erased | withdrawn |
//! | `RequestErasure` | `ErasureRequested` | is known | same request, or erased |
//! | `RejectErasure` | `ErasureRejected` | is known | rejected so on the day |
//! | `RestrictPerson` | `ProcessingRestricted` | is not erased | restricted |
//! | `LiftRestriction` | `RestrictionLifted` | is not erased | lifted so on the day |
//! | `ErasePerson` | `CaseWorkErased` or `PersonErased` | is known | erased, and nothing more is asked |
//!
//! Invariants:
//! - one head, who alone has the relation `self`, and who is the last to leave;
//! - at most 20 present members; the stays of a person do not overlap;
//! - nothing is recorded of anyone for a day after their death, and nothing at all after their erasure;
//! - a declared income never replaces what a means check found for the same day;
//! - no fact is recorded of someone whose values are restricted;
//! - an attachment is never changed: it is withdrawn, with a reason, and another is kept;
//! - who asks for an erasure does not decide on it, and nobody is erased while a case, a payment or a recovery is at
//!   work or the law keeps the file ([`crate::retention`]);
//! - an account's holder is a present member when the account is recorded;
//! - everyone who recorded a fact is a contributor, and may approve no case that rests on it.
//!
//! Guards, in this order: `role_not_allowed`; `household_not_registered`; malformed values; impossible days
//! (`date_too_early`, `date_in_future`, `date_too_far_ahead`); the person (`not_a_member`, `person_erased`,
//! `person_restricted`, `after_death`, `member_has_left`); `attachment_unknown`; already applied, which is success; `attachment_differs`,
//! `attachments_full`; days that contradict what is known;
//! for an erasure `erasure_not_requested`, `four_eyes`, then what [`crate::retention::Holdings::check`] says.

mod attachment;
mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use attachment::*;
pub use command::*;
pub use error::*;
pub use event::*;
pub use state::*;

crate::ledger_aggregate!(Household);
