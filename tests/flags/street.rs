//! A synthetic street: people, households and the steps of their cases, with amounts that do not come from the rules.

use std::collections::HashMap;

use api::flags::{Indexer, Relative, StatementLine};
use chrono::{Days, NaiveDate};
use domain::actor::Actor;
use domain::benefit_case::{BenefitCaseEvent, CaseSubject, MeansFinding, Outcome};
use domain::calendar::BenefitMonth;
use domain::household::HouseholdEvent;
use domain::identifiers::{BankAccount, CitizenId};
use domain::identity::IdentityEvent;
use domain::ids::{CaseId, FundId, HouseholdId, PersonId};
use domain::money::Money;
use domain::personal::{
    Address, BirthDate, BlindIndex, Note, PersonName, Personal, PersonalField, RetentionClass, SealScope,
    Sealed, Sealer, seal,
};
use domain::policy::{Determination, Hukou, Income, IncomeKind, Relation};
use domain::program::Program;
use tests::personas;
use uuid::Uuid;

use crate::book::Book;
use crate::paying::Payable;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn month(text: &str) -> BenefitMonth {
    text.parse().unwrap()
}

/// Someone of the street.
#[derive(Clone)]
pub struct Person {
    pub id: PersonId,
    pub number: CitizenId,
    pub born: NaiveDate,
    pub account: BankAccount,
    pub household: HouseholdId,
}

/// What a filing or a kinship says, in clear, as a file holds it.
pub struct StaffRow {
    pub account: &'static str,
    pub number: String,
    pub relation: &'static str,
    pub filed_on: Option<NaiveDate>,
}

/// The street while it is made up.
pub struct Street<'v> {
    pub book: Book,
    pub sealer: &'v dyn Sealer,
    pub indexer: &'v dyn Indexer,
    pub fund_id: FundId,
    pub payables: Vec<Payable>,
    pub staff: Vec<StaffRow>,
    pub statements: Vec<StatementLine>,
    pub erased: Vec<PersonId>,
    /// Everyone who ever got a name here.
    pub persons: Vec<PersonId>,
    /// How many were born on each day.
    born: HashMap<NaiveDate, u32>,
    seed: u64,
    count: u64,
}

/// The days on which a case is worked on, and what is left out.
#[derive(Clone)]
pub struct Steps {
    pub applied: NaiveDate,
    /// When the application was recorded.
    pub recorded: NaiveDate,
    pub means: Option<NaiveDate>,
    pub visit: Option<NaiveDate>,
    pub review: NaiveDate,
    /// Posted on, for how many days, and the first day for a decision.
    pub notice: Option<(NaiveDate, u32, NaiveDate)>,
    pub decided: Option<NaiveDate>,
    pub decided_by: Actor,
    pub rules_answer: bool,
    /// From which month, and how much in fen.
    pub entitlement: Option<(BenefitMonth, i64)>,
}

impl Steps {
    /// Of an elderly subsidy, from September 2023 on.
    pub fn elderly(fen: i64) -> Steps {
        Steps {
            applied: day("2023-09-04"),
            recorded: day("2023-09-04"),
            means: None,
            visit: None,
            review: day("2023-09-06"),
            notice: None,
            decided: Some(day("2023-09-11")),
            decided_by: personas::approver(),
            rules_answer: true,
            entitlement: Some((month("2023-09"), fen)),
        }
    }

    /// Of the subsistence allowance, from October 2023 on.
    pub fn allowance(fen: i64) -> Steps {
        Steps {
            applied: day("2023-09-01"),
            recorded: day("2023-09-01"),
            means: Some(day("2023-09-04")),
            visit: Some(day("2023-09-05")),
            review: day("2023-09-06"),
            notice: Some((day("2023-09-07"), 7, day("2023-09-15"))),
            decided: Some(day("2023-09-18")),
            entitlement: Some((month("2023-10"), fen)),
            ..Steps::elderly(fen)
        }
    }
}

impl<'v> Street<'v> {
    pub fn new(seed: u64, sealer: &'v dyn Sealer, indexer: &'v dyn Indexer) -> Street<'v> {
        Street {
            book: Book::default(),
            sealer,
            indexer,
            fund_id: FundId::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, b"fund")),
            payables: Vec::new(),
            staff: Vec::new(),
            statements: Vec::new(),
            erased: Vec::new(),
            persons: Vec::new(),
            born: HashMap::new(),
            seed,
            count: 0,
        }
    }

    /// A number that was not given before.
    pub fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// A name that was not given before.
    pub fn name(&mut self) -> Uuid {
        let number = self.next();
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{}|{number}", self.seed).as_bytes())
    }

    pub fn new_household(&mut self) -> HouseholdId {
        HouseholdId::new(self.name())
    }

    /// Someone of 80 to 88 years all through the autumn of 2023.
    pub fn elder(&mut self, household: HouseholdId) -> Person {
        let born = day("1934-12-05") + Days::new(self.count % 3000);
        self.person(household, born)
    }

    /// Someone of working age.
    pub fn adult(&mut self, household: HouseholdId) -> Person {
        let born = day("1968-01-01") + Days::new(self.count % 5000);
        self.person(household, born)
    }

    pub fn person(&mut self, household: HouseholdId, born: NaiveDate) -> Person {
        let number = self.next();
        let place = self.born.entry(born).or_default();
        *place += 1;
        assert!(*place < 1000, "more than 999 people born on {born}");
        let digits = format!("990114{}{place:03}", born.format("%Y%m%d"));
        let number_of = |check| CitizenId::parse(&format!("{digits}{check}")).ok();
        Person {
            id: self.person_id(),
            number: "0123456789X".chars().find_map(number_of).unwrap(),
            born,
            account: BankAccount::parse(&format!("990114{number:013}")).unwrap(),
            household,
        }
    }

    pub fn person_id(&mut self) -> PersonId {
        let id = PersonId::new(self.name());
        self.persons.push(id);
        id
    }

    pub fn seal<T: PersonalField>(&self, person: PersonId, value: T) -> Sealed<T> {
        seal(self.sealer, person, &Personal::new(value)).unwrap()
    }

    /// A value as another program would have written it.
    pub fn seal_text<T: PersonalField>(&self, person: PersonId, json: &str) -> Sealed<T> {
        let scope = SealScope { person, class: RetentionClass::CaseWork, label: T::LABEL };
        Sealed::from_ciphertext(self.sealer.seal(scope, json.as_bytes()).unwrap())
    }

    pub fn account_index(&self, account: &BankAccount) -> BlindIndex {
        self.indexer.index(BankAccount::LABEL, account.as_str())
    }

    /// Registers a household on a day: its people, the head's account for each, and that nobody earns anything.
    pub fn register(&mut self, on: NaiveDate, people: &[&Person]) {
        let (head, by) = (people[0], personas::clerk());
        let household_id = head.household;
        let registered = HouseholdEvent::HouseholdRegistered {
            household_id,
            community: "龙泽苑东社区".to_owned(),
            head: head.id,
            address: self.seal(head.id, Address("龙华园1号楼".to_owned())),
            registered_on: on,
            by: by.id.clone(),
        };
        self.write_household((on, 0), household_id, registered);
        for (place, person) in people.iter().enumerate() {
            let index = self.indexer.index(CitizenId::LABEL, person.number.as_str());
            self.claim(on, person, index.as_str());
            let relation = if place == 0 { Relation::Oneself } else { Relation::Other };
            let id_number = self.seal(person.id, person.number.clone());
            self.join((on, 0), person, relation, id_number);
        }
        let income = HouseholdEvent::IncomeDeclared { income: vec![], since: on, by: by.id };
        self.write_household((on, 0), household_id, income);
    }

    pub fn claim(&mut self, on: NaiveDate, person: &Person, index: &str) {
        let (person_id, household_id) = (person.id, person.household);
        let claimed = IdentityEvent::IdentityClaimed { person_id, household_id, claimed_on: on };
        self.book.write((on, 0), personas::clerk(), index, claimed);
    }

    pub fn join(&mut self, at: (NaiveDate, u8), person: &Person, relation: Relation, id: Sealed<CitizenId>) {
        let joined = HouseholdEvent::MemberJoined {
            person_id: person.id,
            relation,
            name: self.seal(person.id, PersonName("王秀英".to_owned())),
            id_number: id,
            birth_date: self.seal(person.id, BirthDate(person.born)),
            hukou: Hukou::Local,
            joined_on: None,
            by: personas::clerk().id,
        };
        self.write_household(at, person.household, joined);
    }

    pub fn write_household(&mut self, at: (NaiveDate, u8), household: HouseholdId, event: HouseholdEvent) {
        self.book.write(at, personas::clerk(), household, event);
    }

    /// Registers an account for someone's benefits.
    pub fn give_sealed(
        &mut self,
        on: NaiveDate,
        person: &Person,
        account: &BankAccount,
        sealed: Sealed<BankAccount>,
        holder: PersonId,
    ) {
        let changed = HouseholdEvent::AccountChanged {
            person_id: person.id,
            account: sealed,
            account_index: self.account_index(account),
            holder,
            since: on,
            by: personas::clerk().id,
        };
        self.write_household((on, 1), person.household, changed);
    }

    /// The household's monthly income, in fen.
    pub fn declare_income(&mut self, on: NaiveDate, household: HouseholdId, fen: i64) {
        let income = Income { amount: Money::try_from_fen(fen).unwrap(), kind: IncomeKind::Ordinary };
        let by = personas::clerk().id;
        let declared = HouseholdEvent::IncomeDeclared { income: vec![income], since: on, by };
        self.write_household((on, 1), household, declared);
    }

    pub fn subject(&mut self, applicant: &Person, program: Program) -> CaseSubject {
        let case_id = CaseId::new(self.name());
        CaseSubject { case_id, household_id: applicant.household, applicant: applicant.id, program }
    }

    /// Works a case through its steps.
    pub fn work(&mut self, subject: CaseSubject, steps: &Steps) {
        let (clerk, id) = (personas::clerk(), subject.case_id);
        let by = clerk.id.clone();
        let (applied_on, request, chosen_set) = (steps.applied, None, None);
        let received = BenefitCaseEvent::ApplicationReceived {
            subject,
            applied_on,
            request,
            chosen_set,
            by: by.clone(),
        };
        self.book.write((steps.recorded, 2), clerk.clone(), id, received);
        if let Some(checked_on) = steps.means {
            let (finding, report) = (MeansFinding::Consistent, "HD-1".to_owned());
            let checked = BenefitCaseEvent::MeansChecked { finding, checked_on, report, by: by.clone() };
            self.book.write((checked_on, 2), clerk.clone(), id, checked);
        }
        if let Some(visited_on) = steps.visit {
            let visitors = vec![personas::clerk().id, personas::second_clerk().id];
            let note = self.seal(subject.applicant, Note("与申报一致".to_owned()));
            let visited = BenefitCaseEvent::HomeVisited { visitors, note, visited_on, by: by.clone() };
            self.book.write((visited_on, 2), clerk.clone(), id, visited);
        }
        let (outcome, reviewed_on, reviewer) = (Outcome::Approved, steps.review, personas::reviewer());
        let reviewed = BenefitCaseEvent::ReviewRecommended { outcome, reviewed_on, by: reviewer.id.clone() };
        // what is late is recorded with the application
        self.book.write((reviewed_on.max(steps.recorded), 3), reviewer, id, reviewed);
        if let Some((posted_on, notice_days, earliest_decision_on)) = steps.notice {
            let posted = BenefitCaseEvent::NoticePosted { posted_on, notice_days, earliest_decision_on, by };
            self.book.write((posted_on, 4), clerk, id, posted);
        }
        self.decide(subject, steps);
    }

    fn decide(&mut self, subject: CaseSubject, steps: &Steps) {
        let Some(decided_on) = steps.decided else { return };
        let (actor, id) = (steps.decided_by.clone(), subject.case_id);
        let determination = || Determination { facts: String::new(), steps: vec![] };
        let decided = BenefitCaseEvent::EligibilityDecided {
            outcome: Outcome::Approved,
            decided_on,
            reasons: vec![],
            rule_version: "1".to_owned(),
            determination: steps.rules_answer.then(|| self.seal(subject.applicant, determination())),
            by: actor.id.clone(),
        };
        self.book.write((decided_on, 5), actor.clone(), id, decided);
        if let Some((from, fen)) = steps.entitlement {
            let determined = BenefitCaseEvent::EntitlementDetermined {
                from,
                amount: Money::try_from_fen(fen).unwrap(),
                rule_version: "1".to_owned(),
                determination: self.seal(subject.applicant, determination()),
                by: actor.id.clone(),
            };
            self.book.write((decided_on, 6), actor, id, determined);
        }
    }

    /// The list of relatives as the command makes it of its file.
    pub fn relatives(&self) -> Vec<Relative> {
        let relative = |row: &StaffRow| Relative {
            account: row.account.to_owned(),
            index: self.indexer.index(CitizenId::LABEL, &row.number),
            relation: row.relation.to_owned(),
            filed_on: row.filed_on,
        };
        self.staff.iter().map(relative).collect()
    }
}
