//! What is known of a household.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{ActorId, Contributors};
use crate::identifiers::{BankAccount, CitizenId};
use crate::ids::{AttachmentId, HouseholdId, PersonId};
use crate::personal::{Address, BirthDate, BlindIndex, PersonName, RetentionClass, Sealed};
use crate::policy::{
    CareLevel, Circumstances, DisabilityCertificate, Hukou, Income, MemberStatus, Property, Relation,
};
use crate::timeline::Timeline;

use super::{Destination, HeldAttachment};

/// The aggregate Household (家庭).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Household {
    /// No event yet.
    #[default]
    Unregistered,
    /// In the register.
    Registered(Box<RegisteredHousehold>),
}

/// A household in the register, as known at the moment up to which its events were folded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredHousehold {
    /// The household.
    pub household_id: HouseholdId,
    /// 社区, by the office's code.
    pub community: String,
    /// 户主.
    pub head: PersonId,
    /// Where it lives, sealed for the head.
    pub address: Sealed<Address>,
    /// The day of registration.
    pub registered_on: NaiveDate,
    /// Everyone who ever belonged to it.
    pub members: BTreeMap<PersonId, Member>,
    /// Income of the whole household, declared or verified, by the day from which it holds.
    pub income: Timeline<IncomeRecord>,
    /// Property, by the day from which it holds.
    pub property: Timeline<Property>,
    /// Everyone who recorded a fact of it: none of them may approve a case that rests on these facts.
    pub contributors: Contributors,
}

/// Income from a day on. A verified record is not replaced by a declaration for the same day; a declaration for a
/// later day is news, and holds until it is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomeRecord {
    /// By kind.
    pub income: Vec<Income>,
    /// Who says so.
    pub basis: IncomeBasis,
}

/// Who says what the income is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncomeBasis {
    /// The household.
    Declared,
    /// The means check of this report.
    Verified {
        /// Its number.
        report: String,
    },
}

/// A person of the household. Personal values stay sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub person_id: PersonId,
    /// Relation to the head.
    pub relation: Relation,
    /// 姓名.
    pub name: Sealed<PersonName>,
    /// 公民身份号码.
    pub id_number: Sealed<CitizenId>,
    /// 出生日期.
    pub birth_date: Sealed<BirthDate>,
    /// 户籍 when the person joined; a move out of Beijing stands in `residence`.
    pub hukou: Hukou,
    /// When the person lived with the household, ascending.
    pub stays: Vec<Stay>,
    /// Alive or not.
    pub life: Life,
    /// Whether the personal values can still be opened.
    pub record: PersonalRecord,
    /// Whether they are shown to people.
    pub handling: Handling,
    /// Whether somebody asks that they be erased.
    pub erasure: ErasureStep,
    /// Whether the member counts; nothing recorded is normal.
    pub status: Timeline<MemberStatus>,
    /// Moves.
    pub residence: Timeline<Destination>,
    /// Where benefits go.
    pub account: Timeline<PayeeAccount>,
    /// 残疾证.
    pub certificate: Timeline<Sealed<DisabilityCertificate>>,
    /// 老年人能力评估.
    pub care_level: Timeline<Sealed<CareLevel>>,
    /// Everything else.
    pub circumstances: Timeline<Sealed<Circumstances>>,
    /// 附件, in the order in which they were kept; withdrawn ones too.
    pub attachments: Vec<HeldAttachment>,
}

/// A time with the household, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// First day; `None` is always.
    pub since: Option<NaiveDate>,
    /// Last day; `None` is still.
    pub until: Option<NaiveDate>,
}

/// Whether someone lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// As far as the office knows.
    Alive,
    /// 死亡.
    Deceased {
        /// The day of death.
        died_on: NaiveDate,
        /// The day on which the office was told.
        reported_on: NaiveDate,
    },
}

/// Whether someone's personal values can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonalRecord {
    /// They can.
    Kept,
    /// Only those of vouchers can: the key of case work was destroyed.
    VouchersKept {
        /// The day.
        erased_on: NaiveDate,
    },
    /// The keys were destroyed.
    Erased {
        /// The day on which the first of them was.
        erased_on: NaiveDate,
    },
}

/// Whether someone's personal values are shown to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    /// They always were.
    Ordinary,
    /// They are not: only what the law asks for is done with them.
    Restricted {
        /// Since when.
        restricted_on: NaiveDate,
    },
    /// They are again.
    Lifted {
        /// Why.
        reason: String,
        /// Since when.
        lifted_on: NaiveDate,
    },
}

/// How far a request to erase a person is. A decision for it stands in the [`PersonalRecord`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureStep {
    /// There is none, or it was decided for.
    NotRequested,
    /// It waits for a decision.
    Requested(ErasureRequest),
    /// It was sent back.
    Rejected {
        /// Why.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
}

/// A request to erase a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErasureRequest {
    /// Which keys: those of this class, and of the classes that are kept shorter.
    pub through: RetentionClass,
    /// Legal basis.
    pub basis: String,
    /// The day.
    pub requested_on: NaiveDate,
    /// Who asks; somebody else decides.
    pub by: ActorId,
}

/// A bank account that benefits go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeAccount {
    /// The account, sealed for its holder.
    pub account: Sealed<BankAccount>,
    /// Keyed hash of the account, by which a shared account is found.
    pub account_index: BlindIndex,
    /// Who holds it.
    pub holder: PersonId,
}

impl Household {
    /// What is registered, if anything is.
    pub fn registered(&self) -> Option<&RegisteredHousehold> {
        match self {
            Household::Unregistered => None,
            Household::Registered(household) => Some(household),
        }
    }

    /// The person, if ever a member.
    pub fn member(&self, person: PersonId) -> Option<&Member> {
        self.registered()?.members.get(&person)
    }

    /// The account that benefits of `person` go to on `day`.
    pub fn account_on(&self, person: PersonId, day: NaiveDate) -> Option<&PayeeAccount> {
        self.member(person)?.account.at(day)
    }

    /// Everyone who recorded a fact of it; empty before the registration.
    pub fn contributors(&self) -> Contributors {
        self.registered().map(|household| household.contributors.clone()).unwrap_or_default()
    }
}

impl Member {
    /// Whether the person lives with the household, is alive and not erased, as far as is known.
    pub fn is_present(&self) -> bool {
        let known = self.life == Life::Alive && self.record == PersonalRecord::Kept;
        known && self.stays.last().is_some_and(|stay| stay.until.is_none())
    }

    /// The attachment of this id, withdrawn or not.
    pub fn attachment(&self, id: AttachmentId) -> Option<&HeldAttachment> {
        self.attachments.iter().find(|held| held.attachment.attachment_id == id)
    }

    /// The day of death.
    pub fn died_on(&self) -> Option<NaiveDate> {
        match self.life {
            Life::Alive => None,
            Life::Deceased { died_on, .. } => Some(died_on),
        }
    }

    /// The day on which the hukou left Beijing, unless a later move brought it back.
    pub fn left_region_on(&self) -> Option<NaiveDate> {
        let outside = |entry: &(NaiveDate, &Destination)| *entry.1 == Destination::OutOfRegion;
        self.residence.iter().rev().take_while(outside).last().map(|(moved_on, _)| moved_on)
    }

    /// Whether the personal values are shown to nobody: whoever opens them for people asks this first.
    pub fn is_restricted(&self) -> bool {
        matches!(self.handling, Handling::Restricted { .. })
    }

    /// Whether an erasure through `class` has nothing left to do.
    pub fn is_erased_through(&self, class: RetentionClass) -> bool {
        match self.record {
            PersonalRecord::Kept => false,
            PersonalRecord::VouchersKept { .. } => class == RetentionClass::CaseWork,
            PersonalRecord::Erased { .. } => true,
        }
    }

    /// The day of the erasure. Whose vouchers are still kept counts as erased: nothing more is determined for them.
    pub fn erased_on(&self) -> Option<NaiveDate> {
        match self.record {
            PersonalRecord::Kept => None,
            PersonalRecord::VouchersKept { erased_on } | PersonalRecord::Erased { erased_on } => {
                Some(erased_on)
            }
        }
    }
}
