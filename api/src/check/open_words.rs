//! What the log says openly, by design: in it the name of somebody who has it too, or a part of it, is no leak.

use std::collections::BTreeSet;

use domain::any_event::AnyEvent;
use domain::campaign::CampaignEvent;
use domain::fund::FundEvent;
use domain::gazette::GazetteEvent;
use domain::household::HouseholdEvent;
use domain::user::{DataScope, UserEvent};

/// The names of communities, funds, organisations and posts, what a campaign is for, and published rates. What people write of a
/// case, a gift or a disclosure is no such word: somebody's name in it is a leak.
#[derive(Debug, Default)]
pub struct OpenWords(BTreeSet<String>);

impl OpenWords {
    /// Remembers what an event says openly.
    pub fn see(&mut self, event: &AnyEvent) {
        match event {
            AnyEvent::Household(HouseholdEvent::HouseholdRegistered { community, .. }) => self.say(community),
            AnyEvent::Campaign(event) => self.see_campaign(event),
            AnyEvent::Fund(FundEvent::FundOpened { name, .. }) => self.say(name),
            AnyEvent::User(event) => self.see_user(event),
            AnyEvent::Gazette(
                GazetteEvent::PolicyParametersProposed { text, .. }
                | GazetteEvent::PolicyParametersPublished { text, .. },
            ) => text.split(['"', '\'', '\n']).for_each(|part| self.say(part)),
            _ => {}
        }
    }

    fn see_campaign(&mut self, event: &CampaignEvent) {
        match event {
            CampaignEvent::CampaignOpened { name, organiser, purpose, .. } => {
                [name, organiser, purpose].into_iter().for_each(|word| self.say(word));
            }
            CampaignEvent::RemittanceProposed { recipient, .. } => self.say(recipient),
            _ => {}
        }
    }

    fn see_user(&mut self, event: &UserEvent) {
        let data_scope = match event {
            UserEvent::UserOpened { account, title, data_scope, .. } => {
                self.say(account.as_str());
                self.say(title);
                data_scope
            }
            UserEvent::DataScopeSet { data_scope, .. } => data_scope,
            _ => return,
        };
        if let DataScope::Communities(communities) = data_scope {
            communities.iter().for_each(|community| self.say(community));
        }
    }

    fn say(&mut self, word: &str) {
        let word = word.trim();
        if !word.is_empty() && !self.0.contains(word) {
            self.0.insert(word.to_owned());
        }
    }

    /// The words, each once.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}
