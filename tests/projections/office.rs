//! A small synthetic office: it appends the events of households, cases, runs and payments through the real appender.

use chrono::NaiveDate;
use domain::actor::{Actor, ActorId, Role};
use domain::aggregate::{Context, Decider};
use domain::benefit_case::{BenefitCase, BenefitCaseEvent, CaseSubject, Outcome};
use domain::calendar::BenefitMonth;
use domain::household::{Household, HouseholdEvent};
use domain::ids::{CaseId, FundId, HouseholdId, PaymentId, PersonId, RunId};
use domain::money::Money;
use domain::payment::{Payment, PaymentEvent, PaymentKind, PaymentOrder};
use domain::payment_run::{Calculation, PaymentRun, PaymentRunEvent};
use domain::personal::{BlindIndex, Sealed};
use domain::policy::{Hukou, Relation};
use domain::program::Program;
use eventlog::append::{Append, Appended, NewEvent, StreamAppend, StreamId};
use eventlog::appender::Appender;
use eventlog::metadata::Metadata;
use eventlog::read::Log;
use projections::{ProjectionError, Runner, Until};
use tests::TestLedger;
use uuid::Uuid;

/// A ledger with its appender and its runner.
pub struct Office {
    pub ledger: TestLedger,
    pub appender: Appender,
    pub runner: Runner,
    next_id: std::sync::atomic::AtomicU64,
}

/// A person with one case.
#[derive(Clone, Copy, Debug)]
pub struct Enrolled {
    pub household: HouseholdId,
    pub person: PersonId,
    pub case: CaseId,
    pub program: Program,
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn month(text: &str) -> BenefitMonth {
    text.parse().unwrap()
}

pub fn clerk() -> ActorId {
    ActorId::parse("clerk.wang").unwrap()
}

impl Office {
    /// An empty ledger with read tables.
    pub async fn open() -> Office {
        let ledger = TestLedger::start().await;
        let log = Log::new(ledger.service().clone());
        projections::install::install(ledger.owner(), &log).await.unwrap();
        let appender = Appender::start(ledger.database()).await.unwrap();
        Office { ledger, appender, runner: Runner::new(log), next_id: 1.into() }
    }

    pub fn log(&self) -> &Log {
        self.runner.log()
    }

    /// Another runner over the same ledger, as another process would have.
    pub fn another_runner(&self) -> Runner {
        Runner::new(self.log().clone())
    }

    pub async fn catch_up(&self) -> Result<u64, ProjectionError> {
        self.runner.catch_up(Until::Head).await
    }

    /// An identifier that is the same in every run of a test.
    pub fn id(&self) -> Uuid {
        let number = self.next_id.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Uuid::from_u128(0x0199_0114_0000_7000_8000_0000_0000_0000 + u128::from(number))
    }

    /// Appends events to one stream, after what is there.
    pub async fn append<A: Decider>(&self, id: Uuid, events: &[A::Event]) -> Appended {
        let stream = StreamId::new(A::TYPE, id.to_string());
        let expected = self.log().read_stream(&stream).await.unwrap().len() as u64;
        self.append_all(vec![stream_append::<A>(id, expected, events)]).await
    }

    pub async fn append_all(&self, streams: Vec<StreamAppend>) -> Appended {
        self.appender.append(Append::new(streams)).await.unwrap()
    }

    /// Registers a household of one person with an account and enrolls the person in a program.
    pub async fn enroll(&self, program: Program) -> Enrolled {
        let enrolled = Enrolled {
            household: HouseholdId::new(self.id()),
            person: PersonId::new(self.id()),
            case: CaseId::new(self.id()),
            program,
        };
        self.append_all(vec![
            stream_append::<Household>(enrolled.household.uuid(), 0, &registration(enrolled)),
            stream_append::<BenefitCase>(enrolled.case.uuid(), 0, &enrollment(enrolled)),
        ])
        .await;
        enrolled
    }

    /// Opens a run and has it calculated, approved and released with one payment for each case.
    pub async fn release(
        &self,
        month: BenefitMonth,
        cases: &[Enrolled],
        amount: Money,
    ) -> (RunId, Vec<PaymentId>) {
        let run = RunId::new(self.id());
        self.append::<PaymentRun>(run.uuid(), &run_events(run, month, cases, amount)).await;
        let mut payments = Vec::new();
        for chunk in cases.chunks(500) {
            let orders: Vec<_> = chunk.iter().map(|case| order(run, *case, month, 1, amount)).collect();
            payments.extend(orders.iter().map(|order| order.payment_id));
            let streams = orders.into_iter().map(|order| {
                let id = order.payment_id.uuid();
                stream_append::<Payment>(id, 0, &[PaymentEvent::PaymentOrdered { order: Box::new(order) }])
            });
            self.append_all(streams.collect()).await;
        }
        (run, payments)
    }

    pub async fn settle(&self, payments: &[PaymentId]) {
        for chunk in payments.chunks(500) {
            let settled = PaymentEvent::PaymentSettled {
                settled_on: day("2023-07-10"),
                bank_reference: "B-1".to_owned(),
                withheld: vec![],
            };
            let streams = chunk
                .iter()
                .map(|payment| stream_append::<Payment>(payment.uuid(), 1, std::slice::from_ref(&settled)));
            self.append_all(streams.collect()).await;
        }
    }

    pub async fn pay_event(&self, payment: PaymentId, event: PaymentEvent) {
        self.append::<Payment>(payment.uuid(), &[event]).await;
    }
}

/// The metadata of a clerk.
pub fn metadata() -> String {
    let context = Context { actor: Actor { id: clerk(), role: Role::Clerk }, today: day("2023-07-01") };
    Metadata::new(&context, Uuid::from_u128(7)).to_json().unwrap()
}

/// Events for one stream.
pub fn stream_append<A: Decider>(id: Uuid, expected: u64, events: &[A::Event]) -> StreamAppend {
    let new_event = |event: &A::Event| NewEvent::try_new(event, metadata()).unwrap();
    StreamAppend {
        stream: StreamId::new(A::TYPE, id.to_string()),
        expected,
        events: events.iter().map(new_event).collect(),
    }
}

fn registration(Enrolled { household, person, .. }: Enrolled) -> Vec<HouseholdEvent> {
    vec![
        HouseholdEvent::HouseholdRegistered {
            household_id: household,
            community: "01".to_owned(),
            head: person,
            address: Sealed::from_ciphertext("sealed-address"),
            registered_on: day("2023-01-03"),
            by: clerk(),
        },
        HouseholdEvent::MemberJoined {
            person_id: person,
            relation: Relation::Oneself,
            name: Sealed::from_ciphertext("sealed-name"),
            id_number: Sealed::from_ciphertext("sealed-id-number"),
            birth_date: Sealed::from_ciphertext("sealed-birth-date"),
            hukou: Hukou::Local,
            joined_on: None,
            by: clerk(),
        },
        account(person, "a1"),
    ]
}

/// The benefits of a person go to an account that is known by its keyed hash.
pub fn account(person: PersonId, index: &str) -> HouseholdEvent {
    HouseholdEvent::AccountChanged {
        person_id: person,
        account: Sealed::from_ciphertext("sealed-account"),
        account_index: BlindIndex::from_hex(format!("{index}{person}").replace('-', "")),
        holder: person,
        since: day("2023-01-03"),
        by: clerk(),
    }
}

fn enrollment(enrolled: Enrolled) -> Vec<BenefitCaseEvent> {
    let subject = CaseSubject {
        case_id: enrolled.case,
        household_id: enrolled.household,
        applicant: enrolled.person,
        program: enrolled.program,
    };
    vec![
        BenefitCaseEvent::ApplicationReceived {
            subject,
            applied_on: day("2023-01-04"),
            request: None,
            chosen_set: None,
            by: clerk(),
        },
        BenefitCaseEvent::ReviewRecommended {
            outcome: Outcome::Approved,
            reviewed_on: day("2023-01-10"),
            by: ActorId::parse("reviewer.li").unwrap(),
        },
        BenefitCaseEvent::EligibilityDecided {
            outcome: Outcome::Approved,
            decided_on: day("2023-01-20"),
            reasons: Vec::new(),
            rule_version: "2023.1".to_owned(),
            determination: None,
            by: ActorId::parse("approver.zhao").unwrap(),
        },
    ]
}

fn run_events(run: RunId, month: BenefitMonth, cases: &[Enrolled], amount: Money) -> Vec<PaymentRunEvent> {
    let programs = cases.first().map_or(Program::AdvancedAgeAllowance, |case| case.program);
    vec![
        PaymentRunEvent::PaymentRunOpened {
            run_id: run,
            month,
            programs: vec![programs],
            fund_id: FundId::new(Uuid::from_u128(9)),
            opened_by: clerk(),
        },
        PaymentRunEvent::PaymentRunCalculated {
            calculation: calculation(cases.len() as u64, amount),
            calculated_by: clerk(),
        },
        PaymentRunEvent::PaymentRunSubmitted {
            submitted_on: day("2023-07-02"),
            submitted_by: clerk(),
            warnings_seen: 0,
            second_approval_above: None,
        },
        PaymentRunEvent::PaymentRunApproved {
            approved_on: day("2023-07-03"),
            approved_by: ActorId::parse("approver.zhao").unwrap(),
        },
        PaymentRunEvent::PaymentRunReleased {
            file_sha256: "ab".repeat(32),
            execution_on: day("2023-07-05"),
            delivery: None,
        },
    ]
}

fn calculation(lines: u64, amount: Money) -> Calculation {
    Calculation {
        position: 1,
        known_on: day("2023-07-01"),
        rule_version: "2023.1".to_owned(),
        line_count: lines,
        control_sum: amount.times(lines.cast_signed()).unwrap(),
        digest: "cd".repeat(32),
        by_program: Vec::new(),
        exception_count: 0,
        calculated_on: day("2023-07-01"),
        warning_count: 0,
    }
}

/// An order to pay attempt `attempt` of a month.
pub fn order(run: RunId, case: Enrolled, month: BenefitMonth, attempt: u32, amount: Money) -> PaymentOrder {
    PaymentOrder {
        payment_id: PaymentId::derive(case.case, month, attempt),
        run_id: run,
        case_id: case.case,
        beneficiary: case.person,
        program: case.program,
        month,
        attempt,
        kind: if attempt == 1 { PaymentKind::Ordinary } else { PaymentKind::Reissue },
        amount,
        due: amount,
        payee: case.person,
        account: Sealed::from_ciphertext("sealed-account"),
        rule_version: "2023.1".to_owned(),
        determination: Sealed::from_ciphertext("sealed-determination"),
        execution_on: day("2023-07-05"),
        withheld: vec![],
    }
}
