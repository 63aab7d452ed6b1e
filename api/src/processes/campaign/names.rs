//! Donors' names, as far as they may be shown.

use std::collections::BTreeMap;

use domain::aggregate::Decider;
use domain::campaign::{Campaign, CampaignCommand, CampaignError, Publicity};
use domain::ids::{DonationId, PersonId};
use domain::personal::{DonorName, Opened, Sealed};
use serde::Serialize;

use super::book_of;
use super::receipts::sealed_donor;
use crate::processes::{Desk, Office, ProcessError};

/// A donor as a page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "is", content = "name", rename_all = "snake_case")]
pub enum DonorShown {
    /// The name, whole or masked.
    Named(String),
    /// Nobody left a name, or the donor wants none to be shown.
    Anonymous,
    /// The name is erased.
    Erased,
}

impl DonorShown {
    /// In words; someone erased is shown as nobody.
    pub fn zh(&self) -> &str {
        match self {
            DonorShown::Named(name) => name,
            DonorShown::Anonymous => "匿名",
            DonorShown::Erased => "已删除",
        }
    }

    /// In English words.
    pub fn en(&self) -> &str {
        match self {
            DonorShown::Named(name) => name,
            DonorShown::Anonymous => "anonymous",
            DonorShown::Erased => "erased",
        }
    }
}

/// A name with its middle hidden: 王＊, 王＊明, 北＊＊＊＊司.
pub fn masked(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    match letters.as_slice() {
        [] => String::new(),
        [_] => "＊".to_owned(),
        [first, _] => format!("{first}＊"),
        [first, middle @ .., last] => format!("{first}{}{last}", "＊".repeat(middle.len())),
    }
}

/// A gift's donor with the sealed name.
pub(super) struct SealedDonor {
    pub donation_id: DonationId,
    pub donor: PersonId,
    pub sealed: Option<String>,
}

/// The names of some gifts, opened.
pub(super) struct Names(BTreeMap<DonationId, DonorShown>);

impl Names {
    /// Opens the names; of gifts without one there is none.
    pub(super) async fn open(
        office: &Office,
        donors: impl IntoIterator<Item = SealedDonor>,
    ) -> Result<Names, ProcessError> {
        let donors: Vec<SealedDonor> = donors.into_iter().collect();
        let named = donors.iter().filter(|donor| donor.sealed.is_some());
        office.load_keys(named.map(|donor| donor.donor)).await?;
        let mut names = BTreeMap::new();
        for SealedDonor { donation_id, donor, sealed } in donors {
            let shown = match sealed {
                None => DonorShown::Anonymous,
                Some(sealed) => {
                    match Sealed::<DonorName>::from_ciphertext(sealed).open(donor, &*office.keyring)? {
                        Opened::Clear(name) => DonorShown::Named(name.into_disclosed().0),
                        Opened::Erased { .. } => DonorShown::Erased,
                    }
                }
            };
            names.insert(donation_id, shown);
        }
        Ok(Names(names))
    }

    /// The whole name.
    pub(super) fn whole(&self, gift: DonationId) -> DonorShown {
        self.0.get(&gift).cloned().unwrap_or(DonorShown::Anonymous)
    }

    /// The name as the donor wants it published. An erased name is shown like one that nobody left.
    pub(super) fn published(&self, gift: DonationId, publicity: Publicity) -> DonorShown {
        match (publicity, self.whole(gift)) {
            (Publicity::Named, DonorShown::Named(name)) => DonorShown::Named(name),
            (Publicity::Masked, DonorShown::Named(name)) => DonorShown::Named(masked(&name)),
            _ => DonorShown::Anonymous,
        }
    }
}

impl Office {
    /// Refuses a gift that the ledger has under another donor's name. The domain takes it for a repeat, since it
    /// cannot compare what is sealed. Nobody is shown the name, so no disclosure is recorded; one that is erased
    /// or cannot be opened is not compared.
    ///
    /// # Errors
    /// [`ProcessError`]: another name was recorded with the gift, or the ledger cannot be read.
    pub(in crate::processes) async fn refuse_other_donor(
        &self,
        desk: &Desk,
        campaign: &Campaign,
        asked: &CampaignCommand,
        given: Option<&DonorName>,
    ) -> Result<(), ProcessError> {
        let (donation_id, donor) = match asked {
            CampaignCommand::ReceiveDonation { donation } => (donation.donation_id, donation.donor),
            CampaignCommand::ReceiveInKind { gift } => (gift.donation_id, gift.donor),
            _ => return Ok(()),
        };
        // whoever may not record gifts is refused by the domain, and must not learn here which name is right
        let decided = campaign.decide(asked.clone(), &desk.context());
        let is_repeat = decided.is_ok_and(|events| events.is_empty());
        let book = book_of(campaign)?;
        if !is_repeat || book.is_erased(donor) {
            return Ok(());
        }
        let recorded = sealed_donor(self, book.terms.campaign_id, donation_id, donor).await?.sealed;
        let is_same = match recorded {
            None => given.is_none(),
            Some(sealed) => {
                self.load_keys([donor]).await?;
                let opened = Sealed::<DonorName>::from_ciphertext(sealed).open(donor, &*self.keyring);
                let name = opened.ok().and_then(Opened::clear);
                name.is_none_or(|name| given == Some(&name))
            }
        };
        if is_same { Ok(()) } else { Err(ProcessError::refused(&CampaignError::DonationDiffers)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_keeps_its_ends_alone() {
        assert_eq!(
            ["", "王", "王明", "王小明", "北京某公司"].map(masked),
            ["", "＊", "王＊", "王＊明", "北＊＊＊司"]
        );
    }
}
