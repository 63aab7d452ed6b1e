//! The aggregate BenefitCase (救助个案): one enrollment of a household or person in one program, from the first
//! question at the window to its end. It guards the order of the steps, four eyes and the notice period; what is due
//! each month follows from the facts, in [`crate::schedule`].
//!
//! ```text
//! 咨询 Consulted ─► 受理 UnderReview ─────────────────────────────► 审批 ─┬─► 享受中 Enrolled ─► 终止 Closed
//!                    Gathering ─► Recommended ─► OnNotice ─(异议)─┘     └─► 不予批准 Refused      │
//!                    补正·核对·入户     审核          公示   upheld: back      │                    │
//!                        ▲                                                └── 申诉 upheld ────────┘
//!                        └──────────────────────────────────────────────────────┘
//! ```
//!
//! | Command | Event | Stages that accept it |
//! |---|---|---|
//! | `HoldConsultation` | `ConsultationHeld` | unopened |
//! | `ReceiveApplication` | `ApplicationReceived` | unopened, consulted |
//! | `RequestMaterials` | `MaterialsRequested` | gathering |
//! | `SupplyMaterials` | `MaterialsSupplied` | materials requested |
//! | `CheckMeans`, `RecordHomeVisit` | `MeansChecked`, `HomeVisited` | gathering, on the roll |
//! | `Recommend` | `ReviewRecommended` | gathering with all materials, recommended |
//! | `WithdrawReview` | `ReviewWithdrawn` | recommended, by who recommended |
//! | `PostNotice` | `NoticePosted` | recommended for approval, in a program that posts |
//! | `RaiseObjection` | `ObjectionRaised` | on notice |
//! | `ResolveObjection` | `ObjectionResolved` | under review, the objection open |
//! | `DecideEligibility` | `EligibilityDecided` | recommended or on notice, as the program asks; no open objection |
//! | `DetermineEntitlement` | `EntitlementDetermined` | on the roll |
//! | `NoteRecertificationDue`, `Recertify` | `RecertificationDue`, `Recertified` | on the roll, paid monthly |
//! | `Suspend`, `Resume` | `CaseSuspended`, `CaseResumed` | on the roll, in the elderly programs |
//! | `HoldPayment`, `LiftPaymentHold` | `PaymentHeld`, `PaymentHoldLifted` | on the roll, closed |
//! | `Close` | `CaseClosed` | consulted, under review, on the roll |
//! | `FileAppeal` | `AppealFiled` | refused, closed |
//! | `DecideAppeal` | `AppealDecided` | an appeal is pending |
//!
//! Every other pair is refused; `tests/transitions.rs` holds the whole table. What each program asks for before a
//! decision stands in [`procedure()`], the names of the stages in [`Stage`].
//!
//! Invariants:
//! - whoever recorded anything of the case, visited, or recorded a fact of the household, never decides it (four
//!   eyes, without override); an appeal is decided by someone who neither took part nor gave the approval or refusal;
//! - whoever held a payment does not lift the hold;
//! - no approval before what the program asks for: means check, home visit, the end of the notice, every objection
//!   answered, and rules that say *eligible*;
//! - an objection that stands, and an appeal that succeeds, send the case back to the start of the review;
//! - an enrollment whose end is appealed with success goes on as if it had never ended.
//!
//! Guards, in this order: `role_not_allowed`; the stage; already applied, which is success; four eyes; malformed
//! values; days (`date_in_future`, `date_too_early`); what the decision needs. Where a repeat can only be told in the
//! later stage, it is looked for before the stage.

mod command;
mod decide;
mod error;
mod event;
mod held;
mod hold;
mod procedure;
mod stage;
mod state;
#[cfg(test)]
mod tests;

pub use command::*;
pub use error::*;
pub use event::*;
pub use held::held_on;
pub use hold::UnknownHoldReason;
pub use procedure::*;
pub use stage::*;
pub use state::*;

crate::ledger_aggregate!(BenefitCase);
