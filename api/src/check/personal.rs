//! No known personal value can be found in clear anywhere in the database.
//!
//! ID numbers, accounts, addresses and names that tell of somebody are looked for in every text, also within a word; a
//! name that any text may hold by chance only where people write or names stand sealed ([`Reach`](super::reach::Reach)).

use super::open_words::OpenWords;
use super::search::{Sought, search};
use super::seen::Seen;
use super::{Finding, Invariant, Verdict};
use crate::processes::Office;
use domain::any_event::AnyEvent;
use domain::campaign::CampaignEvent;
use domain::household::HouseholdEvent;
use domain::identifiers::{BankAccount, CitizenId};
use domain::ids::PersonId;
use domain::personal::{Address, DonorName, Opened, PersonName, PersonalField, Sealed};

/// The promise.
pub const INVARIANT: Invariant = Invariant {
    code: "sealed",
    zh: "数据库中找不到任何明文个人信息",
    en: "no known personal value can be found in clear anywhere in the database",
};

/// The sealed values whose clear text is looked for: names, ID numbers, accounts, addresses; and what the log says openly,
/// under which people and organisations give money too.
#[derive(Default)]
pub struct Needles {
    names: Vec<(PersonId, Sealed<PersonName>)>,
    id_numbers: Vec<(PersonId, Sealed<CitizenId>)>,
    accounts: Vec<(PersonId, Sealed<BankAccount>)>,
    addresses: Vec<(PersonId, Sealed<Address>)>,
    donors: Vec<(PersonId, Sealed<DonorName>)>,
    open: OpenWords,
}

impl Needles {
    /// Remembers what an event seals, and what it says openly.
    pub fn see(&mut self, seen: &Seen) {
        let Some(event) = &seen.event else { return };
        self.open.see(event);
        match event {
            AnyEvent::Household(HouseholdEvent::MemberJoined { person_id, name, id_number, .. }) => {
                self.names.push((*person_id, name.clone()));
                self.id_numbers.push((*person_id, id_number.clone()));
            }
            AnyEvent::Household(HouseholdEvent::HouseholdRegistered { head, address, .. }) => {
                self.addresses.push((*head, address.clone()));
            }
            AnyEvent::Household(HouseholdEvent::AccountChanged { holder, account, .. }) => {
                self.accounts.push((*holder, account.clone()));
            }
            AnyEvent::Campaign(CampaignEvent::InKindReceived { gift }) => {
                self.donors.extend(gift.donor_name.clone().map(|name| (gift.donor, name)));
            }
            AnyEvent::Campaign(CampaignEvent::DonationReceived { donation }) => {
                self.donors.extend(donation.donor_name.clone().map(|name| (donation.donor, name)));
            }
            _ => {}
        }
    }

    /// Opens what it remembers and looks for it in every table.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn check(self, office: &Office) -> anyhow::Result<Verdict> {
        let mut opening = Opening { office, sought: Sought::default(), findings: Vec::new() };
        if let Err(error) = office.keyring.load_all().await {
            let zh = format!("密钥无法读取：{error}");
            opening.findings.push(Finding::among([], zh, format!("the keys cannot be read: {error}")));
        }
        opening.open(&self.names, |sought, name| sought.name(PersonName::LABEL, &name.0));
        opening.open(&self.donors, |sought, name| sought.name(DonorName::LABEL, &name.0));
        opening.open(&self.id_numbers, |sought, id| sought.number(CitizenId::LABEL, id.as_str()));
        opening.open(&self.accounts, |sought, account| sought.number(BankAccount::LABEL, account.as_str()));
        opening.open(&self.addresses, |sought, address| sought.number(Address::LABEL, &address.0));
        let Opening { sought, mut findings, .. } = opening;
        let finder = sought.finder(self.open.iter())?;
        findings.extend(search(&office.pool, &finder).await?);
        Ok(Verdict { invariant: INVARIANT, findings })
    }
}

struct Opening<'a> {
    office: &'a Office,
    sought: Sought,
    findings: Vec<Finding>,
}

impl Opening<'_> {
    fn open<T: PersonalField>(&mut self, sealed: &[(PersonId, Sealed<T>)], seek: impl Fn(&mut Sought, T)) {
        for (person, sealed) in sealed {
            match sealed.open(*person, &*self.office.keyring) {
                Ok(Opened::Clear(value)) => seek(&mut self.sought, value.into_disclosed()),
                Ok(Opened::Erased { .. }) => {}
                Err(error) => {
                    let zh = format!("密封的 {} 无法打开：{error}", T::LABEL);
                    self.findings.push(Finding::among([], zh, error.to_string()));
                }
            }
        }
    }
}
