//! Deciding and evolving a user.

use chrono::Duration;

use super::{
    Account, DataScope, Entry, LinkedIdentity, Scope, SignInDoor, SignInProof, TOKEN_DAYS_MAX, TOKENS_MAX,
    Token, TokenTerms, User, UserCommand, UserError, UserEvent, UserKind,
};
use crate::actor::{ActorId, Role};
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::personal::BlindIndex;

type Decided = Result<Vec<UserEvent>, UserError>;

impl Decider for User {
    const TYPE: &'static str = "User";
    type Command = UserCommand;
    type Event = UserEvent;
    type Error = UserError;

    fn decide(&self, command: UserCommand, context: &Context) -> Decided {
        let own = self.account().is_some_and(|account| account.account == context.actor.id);
        if !(command.allowed_roles().contains(&context.actor.role) || (own && command.is_own_business())) {
            return Err(UserError::RoleNotAllowed { command: command.name() });
        }
        match (self, command) {
            (User::Unopened, UserCommand::OpenUser { account, kind, title, data_scope }) => {
                open(account, kind, title, data_scope, context)
            }
            (User::Unopened, _) => Err(UserError::UserUnknown),
            (User::Open(known), UserCommand::OpenUser { account, kind, .. }) => {
                let same = known.account == account && known.kind == kind;
                if same { Ok(vec![]) } else { Err(UserError::AccountTaken) }
            }
            (User::Open(known), command) => known.decide(command, context),
        }
    }

    fn try_evolve(&mut self, event: &UserEvent) -> Result<(), ImpossibleEvent> {
        match (&mut *self, event) {
            (User::Unopened, UserEvent::UserOpened { account, kind, title, data_scope, .. }) => {
                *self = User::Open(Box::new(Account {
                    account: account.clone(),
                    kind: *kind,
                    title: title.clone(),
                    data_scope: data_scope.clone(),
                    roles: Default::default(),
                    entry: Entry::Open,
                    password_set_on: None,
                    second_factor_set_on: None,
                    identity: None,
                    tokens: Default::default(),
                    signed_in_on: None,
                }));
                Ok(())
            }
            (User::Unopened, _) | (User::Open(_), UserEvent::UserOpened { .. }) => {
                Err(ImpossibleEvent::new(event, &*self))
            }
            (User::Open(account), _) => {
                account.evolve(event);
                Ok(())
            }
        }
    }
}

fn open(
    account: ActorId,
    kind: UserKind,
    title: String,
    data_scope: DataScope,
    context: &Context,
) -> Decided {
    if account == context.actor.id {
        return Err(UserError::OwnAccount);
    }
    let title = said(&title, "title")?;
    are_communities(&data_scope)?;
    let (opened_on, by) = (context.today, context.actor.id.clone());
    Ok(vec![UserEvent::UserOpened { account, kind, title, data_scope, opened_on, by }])
}

impl Account {
    fn decide(&self, command: UserCommand, context: &Context) -> Decided {
        let (today, by) = (context.today, context.actor.id.clone());
        let own = self.account == by;
        match command {
            UserCommand::OpenUser { .. } => Ok(vec![]),
            UserCommand::GrantRole { role } if self.roles.contains(&role) => Ok(vec![]),
            UserCommand::WithdrawRole { role } if !self.roles.contains(&role) => Ok(vec![]),
            UserCommand::SetDataScope { data_scope } if self.data_scope == data_scope => Ok(vec![]),
            UserCommand::LockUser { .. } if self.entry != Entry::Open => Ok(vec![]),
            UserCommand::UnlockUser if self.entry == Entry::Open => Ok(vec![]),
            UserCommand::RemoveSecondFactor { .. } if self.second_factor_set_on.is_none() => Ok(vec![]),
            UserCommand::LinkIdentity { ref issuer, ref subject } if self.is_linked(issuer, subject) => {
                Ok(vec![])
            }
            UserCommand::UnlinkIdentity { .. } if self.identity.is_none() => Ok(vec![]),
            UserCommand::IssueToken(ref terms) if self.has_issued(terms) => Ok(vec![]),
            ref other if own && !other.is_own_business() => Err(UserError::OwnAccount),
            UserCommand::GrantRole { role } => {
                self.can_have(role)?;
                Ok(vec![UserEvent::RoleGranted { role, granted_on: today, by }])
            }
            UserCommand::WithdrawRole { role } => {
                Ok(vec![UserEvent::RoleWithdrawn { role, withdrawn_on: today, by }])
            }
            UserCommand::SetDataScope { data_scope } => {
                are_communities(&data_scope)?;
                Ok(vec![UserEvent::DataScopeSet { data_scope, set_on: today, by }])
            }
            UserCommand::RecordPassword => self.password(context),
            UserCommand::RecordSecondFactor => self.second_factor(context),
            UserCommand::RemoveSecondFactor { reason } => {
                let reason = said(&reason, "reason")?;
                Ok(vec![UserEvent::SecondFactorRemoved { reason, removed_on: today, by }])
            }
            UserCommand::LinkIdentity { issuer, subject } => self.link(issuer, subject, context),
            UserCommand::UnlinkIdentity { subject, reason } => {
                if self.identity.as_ref().map(|known| &known.subject) != subject.as_ref() {
                    return Err(UserError::IdentityChanged);
                }
                let reason = said(&reason, "reason")?;
                Ok(vec![UserEvent::IdentityUnlinked { reason, unlinked_on: today, by }])
            }
            UserCommand::LockUser { reason } => {
                let reason = said(&reason, "reason")?;
                Ok(vec![UserEvent::UserLocked { reason, locked_on: today, by }])
            }
            UserCommand::UnlockUser => Ok(vec![UserEvent::UserUnlocked { unlocked_on: today, by }]),
            UserCommand::IssueToken(terms) => self.issue(terms, context),
            UserCommand::RevokeToken { token_id, reason } => {
                if !self.tokens.contains_key(&token_id) {
                    return Err(UserError::TokenUnknown);
                }
                let reason = said(&reason, "reason")?;
                Ok(vec![UserEvent::TokenRevoked { token_id, reason, revoked_on: today, by }])
            }
            UserCommand::RecordSignIn { refused_before, door, proof } => {
                self.comes_in(door, proof)?;
                Ok(vec![UserEvent::SignedIn { refused_before, door, proof, signed_in_on: today }])
            }
            UserCommand::RecordRefusals { count } => {
                Ok(vec![UserEvent::SignInsRefused { count, refused_on: today }])
            }
        }
    }

    fn password(&self, context: &Context) -> Decided {
        self.is_let_in()?;
        if self.kind == UserKind::Consumer {
            return Err(UserError::NoPassword);
        }
        Ok(vec![UserEvent::PasswordSet { set_on: context.today, by: context.actor.id.clone() }])
    }

    fn second_factor(&self, context: &Context) -> Decided {
        self.is_let_in()?;
        if self.kind == UserKind::Consumer {
            return Err(UserError::NoPassword);
        }
        Ok(vec![UserEvent::SecondFactorSet { set_on: context.today, by: context.actor.id.clone() }])
    }

    fn link(&self, issuer: String, subject: BlindIndex, context: &Context) -> Decided {
        self.is_let_in()?;
        if self.kind == UserKind::Consumer {
            return Err(UserError::NoPassword);
        }
        if self.identity.is_some() {
            return Err(UserError::IdentityLinkedAlready);
        }
        is_issuer(&issuer)?;
        let (linked_on, by) = (context.today, context.actor.id.clone());
        Ok(vec![UserEvent::IdentityLinked { issuer, subject_index: subject, linked_on, by }])
    }

    fn is_linked(&self, issuer: &str, subject: &BlindIndex) -> bool {
        self.identity.as_ref().is_some_and(|known| known.issuer == issuer && known.subject == *subject)
    }

    /// Whether the user may come in by this door, having shown this besides. A password says nothing of what the provider
    /// asked for.
    fn comes_in(&self, door: SignInDoor, proof: Option<SignInProof>) -> Result<(), UserError> {
        self.is_let_in()?;
        if door == SignInDoor::Provider && self.identity.is_none() {
            return Err(UserError::IdentityNotLinked);
        }
        let by_word = door == SignInDoor::Password && proof == Some(SignInProof::Provider);
        if self.second_factor_set_on.is_some() && (proof.is_none() || by_word) {
            return Err(UserError::SecondFactorMissing);
        }
        Ok(())
    }

    fn issue(&self, terms: TokenTerms, context: &Context) -> Decided {
        self.is_let_in()?;
        let TokenTerms { token_id, role, scopes, purpose, expires_on } = terms;
        if !self.acts_as(role) {
            return Err(UserError::RoleMissing { role });
        }
        let today = context.today;
        let alive = self.tokens.values().filter(|token| today <= token.expires_on).count();
        if alive >= TOKENS_MAX {
            return Err(UserError::TooManyTokens);
        }
        let purpose = said(&purpose, "purpose")?;
        if scopes.iter().all(|scope| *scope == Scope::Write) {
            return Err(UserError::ScopesMissing);
        }
        let latest = today + Duration::days(TOKEN_DAYS_MAX);
        if expires_on < today || expires_on > latest {
            return Err(UserError::ExpiryOutOfRange { days: TOKEN_DAYS_MAX });
        }
        let (scopes, by) = (scopes.into_iter().collect(), context.actor.id.clone());
        Ok(vec![UserEvent::TokenIssued { token_id, role, scopes, purpose, expires_on, issued_on: today, by }])
    }

    fn has_issued(&self, terms: &TokenTerms) -> bool {
        let same = |token: &Token| {
            token.role == terms.role && token.scopes == terms.scopes && token.expires_on == terms.expires_on
        };
        self.tokens.get(&terms.token_id).is_some_and(same)
    }

    fn is_let_in(&self) -> Result<(), UserError> {
        if self.entry == Entry::Open { Ok(()) } else { Err(UserError::UserLocked) }
    }

    /// Whether the role goes with the user's kind and with the roles there are.
    fn can_have(&self, role: Role) -> Result<(), UserError> {
        self.is_let_in()?;
        let alone = |role: &Role| matches!(role, Role::Administrator | Role::Auditor);
        let mixed = (alone(&role) && !self.roles.is_empty()) || self.roles.iter().any(alone);
        let given = self.kind == UserKind::Staff && !matches!(role, Role::System | Role::Consumer);
        if given && !mixed { Ok(()) } else { Err(UserError::RolesIncompatible { role }) }
    }

    fn evolve(&mut self, event: &UserEvent) {
        match event {
            UserEvent::UserOpened { .. } | UserEvent::SignInsRefused { .. } => {}
            UserEvent::RoleGranted { role, .. } => {
                self.roles.insert(*role);
            }
            UserEvent::RoleWithdrawn { role, .. } => {
                self.roles.remove(role);
            }
            UserEvent::DataScopeSet { data_scope, .. } => self.data_scope = data_scope.clone(),
            UserEvent::PasswordSet { set_on, .. } => self.password_set_on = Some(*set_on),
            UserEvent::SecondFactorSet { set_on, .. } => self.second_factor_set_on = Some(*set_on),
            UserEvent::SecondFactorRemoved { .. } => self.second_factor_set_on = None,
            UserEvent::IdentityLinked { issuer, subject_index, linked_on, .. } => {
                let (issuer, subject, linked_on) = (issuer.clone(), subject_index.clone(), *linked_on);
                self.identity = Some(LinkedIdentity { issuer, subject, linked_on });
            }
            UserEvent::IdentityUnlinked { .. } => self.identity = None,
            UserEvent::UserLocked { reason, .. } => self.entry = Entry::Locked { reason: reason.clone() },
            UserEvent::UserUnlocked { .. } => self.entry = Entry::Open,
            UserEvent::TokenIssued { token_id, role, scopes, purpose, expires_on, issued_on, .. } => {
                let token = Token {
                    role: *role,
                    scopes: scopes.iter().copied().collect(),
                    purpose: purpose.clone(),
                    issued_on: *issued_on,
                    expires_on: *expires_on,
                };
                self.tokens.insert(*token_id, token);
            }
            UserEvent::TokenRevoked { token_id, .. } => {
                self.tokens.remove(token_id);
            }
            UserEvent::SignedIn { signed_in_on, .. } => self.signed_in_on = Some(*signed_in_on),
        }
    }
}

const ISSUER_LENGTH_MAX: usize = 200;

/// OpenID Connect Core 1.0, 2: a URL of https without query and fragment. This machine's own need not be encrypted.
fn is_issuer(issuer: &str) -> Result<(), UserError> {
    let schemes = ["https://", "http://127.0.0.1", "http://localhost", "http://[::1]"];
    let rest = schemes.iter().find_map(|scheme| issuer.strip_prefix(scheme));
    let plain = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#@".contains(&byte));
    // what follows a host of this machine is its port or a path, else it is another host
    let ends = |rest: &str| issuer.starts_with("https://") || rest.is_empty() || rest.starts_with([':', '/']);
    let named = issuer != "https://" && issuer.len() <= ISSUER_LENGTH_MAX;
    if named && rest.is_some_and(|rest| plain(rest) && ends(rest)) {
        Ok(())
    } else {
        Err(UserError::IssuerMalformed)
    }
}

const WORDS_MAX: usize = 200;
const COMMUNITIES_MAX: usize = 100;
const COMMUNITY_LENGTH_MAX: usize = 60;

fn said(text: &str, field: &'static str) -> Result<String, UserError> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= WORDS_MAX && !text.contains(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(UserError::WordsMissing { field }) }
}

fn are_communities(data_scope: &DataScope) -> Result<(), UserError> {
    let named = |name: &String| {
        !name.trim().is_empty()
            && name.chars().count() <= COMMUNITY_LENGTH_MAX
            && !name.contains(char::is_control)
    };
    match data_scope {
        DataScope::Everywhere => Ok(()),
        DataScope::Communities(names)
            if (1..=COMMUNITIES_MAX).contains(&names.len()) && names.iter().all(named) =>
        {
            Ok(())
        }
        DataScope::Communities(_) => Err(UserError::CommunitiesMalformed),
    }
}
