//! No known personal value can be found in clear anywhere in the database.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, Match};
use futures::TryStreamExt;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{PgPool, Row};

use super::seen::Seen;
use super::{Finding, Invariant, Verdict};
use crate::processes::Office;
use domain::any_event::AnyEvent;
use domain::campaign::CampaignEvent;
use domain::fund::FundEvent;
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

/// A value that is looked for, in one of its spellings.
struct Needle {
    /// The label of the field that seals it, shown in findings instead of it; none for a name that the log says openly, in
    /// which the name of somebody who has it too, or a part of it, tells nothing.
    label: Option<&'static str>,
    /// The clear value.
    value: String,
}

/// How a value may be spelled in a row's text: as it is, in bytes shown as hexadecimal digits, and escaped as JSON
/// does, with the backslash doubled once by the row's text, and once more by COPY.
fn spellings(value: &str) -> [String; 5] {
    let escaped = |backslashes: &str| {
        value.encode_utf16().map(|unit| format!("{backslashes}u{unit:04x}")).collect::<String>()
    };
    [value.to_owned(), hex::encode(value), escaped(r"\"), escaped(r"\\"), escaped(r"\\\\")]
}

/// The sealed values whose clear text is looked for: names, ID numbers, accounts, addresses; and the names of organisations,
/// communities and funds, which are public and give money under them too.
#[derive(Default)]
pub struct Needles {
    names: Vec<(PersonId, Sealed<PersonName>)>,
    id_numbers: Vec<(PersonId, Sealed<CitizenId>)>,
    accounts: Vec<(PersonId, Sealed<BankAccount>)>,
    addresses: Vec<(PersonId, Sealed<Address>)>,
    donors: Vec<(PersonId, Sealed<DonorName>)>,
    open: BTreeSet<String>,
}

impl Needles {
    /// Remembers what an event seals.
    pub fn see(&mut self, seen: &Seen) {
        match &seen.event {
            Some(AnyEvent::Household(HouseholdEvent::MemberJoined {
                person_id, name, id_number, ..
            })) => {
                self.names.push((*person_id, name.clone()));
                self.id_numbers.push((*person_id, id_number.clone()));
            }
            Some(AnyEvent::Household(HouseholdEvent::HouseholdRegistered {
                head,
                address,
                community,
                ..
            })) => {
                self.addresses.push((*head, address.clone()));
                self.says_openly(community);
            }
            Some(AnyEvent::Household(HouseholdEvent::AccountChanged { holder, account, .. })) => {
                self.accounts.push((*holder, account.clone()));
            }
            Some(AnyEvent::Campaign(CampaignEvent::InKindReceived { gift })) => {
                self.donors.extend(gift.donor_name.clone().map(|name| (gift.donor, name)));
            }
            Some(AnyEvent::Campaign(CampaignEvent::DonationReceived { donation })) => {
                self.donors.extend(donation.donor_name.clone().map(|name| (donation.donor, name)));
            }
            Some(AnyEvent::Campaign(CampaignEvent::CampaignOpened { name, organiser, .. })) => {
                self.says_openly(name);
                self.says_openly(organiser);
            }
            Some(AnyEvent::Campaign(CampaignEvent::RemittanceProposed { recipient, .. })) => {
                self.says_openly(recipient);
            }
            Some(AnyEvent::Fund(FundEvent::FundOpened { name, .. })) => self.says_openly(name),
            _ => {}
        }
    }

    fn says_openly(&mut self, name: &str) {
        if !self.open.contains(name) {
            self.open.insert(name.to_owned());
        }
    }

    /// Opens what it remembers and looks for it in every table.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn check(self, office: &Office) -> anyhow::Result<Verdict> {
        let mut found = Found { office, needles: Vec::new(), findings: Vec::new() };
        if let Err(error) = office.keyring.load_all().await {
            let zh = format!("密钥无法读取：{error}");
            found.findings.push(Finding::among([], zh, format!("the keys cannot be read: {error}")));
        }
        found.open(&self.names, |name| name.0);
        found.open(&self.id_numbers, |id_number| id_number.as_str().to_owned());
        found.open(&self.accounts, |account| account.as_str().to_owned());
        found.open(&self.addresses, |address| address.0);
        found.open(&self.donors, |name| name.0);
        for name in &self.open {
            found.needles.extend(spellings(name).map(|value| Needle { label: None, value }));
        }
        let Found { needles, mut findings, .. } = found;
        findings.extend(search(&office.pool, &needles).await?);
        Ok(Verdict { invariant: INVARIANT, findings })
    }
}

struct Found<'a> {
    office: &'a Office,
    needles: Vec<Needle>,
    findings: Vec<Finding>,
}

impl Found<'_> {
    fn open<T: PersonalField>(&mut self, sealed: &[(PersonId, Sealed<T>)], text: impl Fn(T) -> String) {
        for (person, sealed) in sealed {
            match sealed.open(*person, &*self.office.keyring) {
                Ok(Opened::Clear(value)) => {
                    let spellings = spellings(&text(value.into_disclosed()));
                    self.needles.extend(spellings.map(|value| Needle { label: Some(T::LABEL), value }));
                }
                Ok(Opened::Erased { .. }) => {}
                Err(error) => {
                    let zh = format!("密封的 {} 无法打开：{error}", T::LABEL);
                    self.findings.push(Finding::among([], zh, error.to_string()));
                }
            }
        }
    }
}

/// Searches every row of every table of the ledger's schema for every needle, in one pass a table.
///
/// # Errors
/// When the database cannot be read.
async fn search(pool: &PgPool, needles: &[Needle]) -> anyhow::Result<Vec<Finding>> {
    let values = needles.iter().map(|needle| needle.value.as_bytes());
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(values)?;
    let mut findings = Vec::new();
    for row in sqlx::query(include_str!("sql/tables.sql")).fetch_all(pool).await? {
        let table: String = row.try_get("table_name")?;
        findings.extend(search_table(pool, &table, needles, &automaton).await?);
    }
    Ok(findings)
}

async fn search_table(
    pool: &PgPool,
    table: &str,
    needles: &[Needle],
    automaton: &AhoCorasick,
) -> anyhow::Result<Vec<Finding>> {
    let statement = include_str!("sql/dump.sql").replace("{table}", &table.replace('"', "\"\""));
    let mut rows = pool.copy_out_raw(&statement).await?;
    let (mut findings, mut number) = (Vec::new(), 0_u64);
    let mut rest = Vec::new();
    while let Some(bytes) = rows.try_next().await? {
        rest.extend_from_slice(&bytes);
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
        for line in rest[..end].split(|byte| *byte == b'\n') {
            findings.extend(search_line(table, number, line, needles, automaton));
            number += 1;
        }
        rest.drain(..=end);
    }
    Ok(findings)
}

/// A line is `position or empty`, a tab, and the row's text.
fn search_line(
    table: &str,
    number: u64,
    line: &[u8],
    needles: &[Needle],
    automaton: &AhoCorasick,
) -> Option<Finding> {
    let label = sealed_in(line, needles, automaton)?;
    let position: Option<u64> = line
        .split(|byte| *byte == b'\t')
        .next()
        .and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
    let (zh, en) = match position {
        Some(_) => (
            format!("表 {table} 中该事件含明文 {label}"),
            format!("the event in {table} holds a {label} in clear"),
        ),
        None => (
            format!("表 {table} 第 {} 行含明文 {label}", number + 1),
            format!("row {} of {table} holds a {label} in clear", number + 1),
        ),
    };
    Some(Finding { positions: position.into_iter().collect(), zh, en })
}

/// The label of the first sealed value in a line that is not part of a name that the log says openly.
fn sealed_in(line: &[u8], needles: &[Needle], automaton: &AhoCorasick) -> Option<&'static str> {
    automaton.find(line)?;
    let label = |hit: &Match| needles.get(hit.pattern().as_usize()).and_then(|needle| needle.label);
    let hits: Vec<Match> = automaton.find_overlapping_iter(line).collect();
    let (sealed, open): (Vec<Match>, Vec<Match>) = hits.into_iter().partition(|hit| label(hit).is_some());
    let said = |hit: &&Match| open.iter().any(|open| open.start() <= hit.start() && hit.end() <= open.end());
    sealed.iter().find(|hit| !said(hit)).and_then(label)
}
