//! A small office that does everything once through its real processes: registers, cases, a fund, a campaign, a month
//! of payments. Then somebody damages its database.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{TestLedger, personas};
use api::bank::catalogue::Catalogue;
use api::check::{Outside, Verdict, check_office};
use api::processes::payment_run::{self, BankOutcome, BankResult, RunPlan};
use api::processes::users::KnownTokens;
use api::processes::{self as work, Desk, Office, RulesInUse};
use api::registers::{RawRow, RegisterRow, applications, donations, persons};
use api::webhooks::AllowedHosts;
use chrono::{DateTime, Duration, NaiveDate, NaiveTime};
use domain::actor::Actor;
use domain::benefit_case::Outcome;
use domain::campaign::CampaignTerms;
use domain::fund::{FundCharter, FundSource, Restriction};
use domain::identifiers::CitizenId;
use domain::ids::DonationId;
use domain::money::Money;
use domain::program::Program;
use eventlog::appender::Appender;
use eventlog::keyring::Keyring;
use eventlog::read::Log;
use eventlog::repository::Repository;
use indicatif::ProgressBar;
use projections::install::install;
use projections::runner::{Runner, Until};
use sqlx::Executor;

/// The fund that pays.
pub const FUND: &str = "区级财政资金";
/// The fund of the campaigns.
pub const GIFTS: &str = "慈善捐赠资金";
const CAMPAIGN: &str = "首善有我";

/// Someone whom the office knows, in clear.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub household: &'static str,
    pub name: &'static str,
    pub id_number: &'static str,
    pub account: &'static str,
    pub address: &'static str,
}

/// 87 years old; the bank pays her.
pub const WANG: Known = Known {
    household: "HLG-1",
    name: "王秀英",
    id_number: "99011419350101002",
    account: "9901140000000000019",
    address: "龙华园12号楼3单元402室",
};
/// 84 years old; the bank returns his payments.
pub const ZHAO: Known = Known {
    household: "HLG-2",
    name: "赵铁柱",
    id_number: "99011419380305001",
    account: "9901140000000000027",
    address: "龙腾苑7号楼1单元101室",
};
/// Without income.
pub const CHEN: Known = Known {
    household: "HLG-3",
    name: "陈桂兰",
    id_number: "99011419690712002",
    account: "9901140000000000035",
    address: "龙跃苑25号楼6单元503室",
};
pub const PEOPLE: [Known; 3] = [WANG, ZHAO, CHEN];
pub const DONORS: [&str; 2] = ["慕容雪晴", "昌平振兴商贸公司"];

/// The office and its ledger.
pub struct SmallOffice {
    pub ledger: TestLedger,
    pub office: Office,
}

/// What violates each broken invariant: the positions at fault, in order, each once.
pub type Broken = BTreeMap<&'static str, Vec<u64>>;

impl SmallOffice {
    /// The office on 31 January 2023, a month paid.
    pub async fn open() -> SmallOffice {
        let small = SmallOffice::start().await;
        small.collect_money().await;
        for person in PEOPLE {
            small.register(person).await;
        }
        small.enroll(WANG, Program::AdvancedAgeAllowance).await;
        small.enroll(ZHAO, Program::AdvancedAgeAllowance).await;
        small.enroll(CHEN, Program::SubsistenceAllowance).await;
        small.pay().await;
        small.end_campaign().await;
        small.office.runner.catch_up(Until::Head).await.unwrap();
        assert_eq!(small.broken().await, Broken::new());
        small
    }

    /// The office before it opens: nobody is registered.
    pub async fn start() -> SmallOffice {
        let ledger = TestLedger::start_simulated().await;
        let pool = ledger.service().clone();
        let log = Log::new(pool.clone());
        install(ledger.owner(), &log).await.unwrap();
        let office = Office {
            repository: Repository::new(log.clone(), Appender::start(ledger.database()).await.unwrap()),
            keyring: Arc::new(Keyring::open(pool.clone(), ledger.master_key().clone()).await.unwrap()),
            pool,
            runner: Arc::new(Runner::new(log)),
            rules: RulesInUse::default(),
            tokens: KnownTokens::default(),
            program: None,
            webhook_hosts: AllowedHosts::default(),
            bank_layouts: Arc::new(Catalogue::own().unwrap()),
            statement_layouts: Arc::default(),
        };
        SmallOffice { ledger, office }
    }

    /// Opens the funds, and a campaign with two gifts.
    async fn collect_money(&self) {
        let finance = at_work(personas::finance(), "2023-01-03");
        for (name, source) in [(FUND, FundSource::Budget), (GIFTS, FundSource::Donations)] {
            let charter = FundCharter {
                fund_id: self.office.fund_id(name),
                name: name.to_owned(),
                source,
                restriction: Restriction::Restricted,
                opened_on: finance.today(),
                programs: vec![],
            };
            work::open_fund(&self.office, &finance, charter).await.unwrap();
        }
        let (fund, amount) = (self.office.fund_id(FUND), Money::from_fen(1_000_000));
        work::appropriate(&self.office, &finance, fund, amount, "昌财〔2023〕1号").await.unwrap();
        self.open_campaign(CAMPAIGN, "2023-01-03", "2023-01-31").await;
        for (number, donor) in (1..).zip(DONORS) {
            self.give((CAMPAIGN, &format!("J-{number}")), donor, "50.00", "2023-01-04").await;
        }
    }

    /// Opens a campaign into the fund of gifts, on its first day.
    pub async fn open_campaign(&self, name: &str, opens_on: &str, closes_on: &str) {
        let terms = CampaignTerms {
            campaign_id: self.office.campaign_id(name),
            name: name.to_owned(),
            organiser: "街道办事处".to_owned(),
            filing_number: None,
            purpose: "扶老助困".to_owned(),
            fund_id: self.office.fund_id(GIFTS),
            opens_on: day(opens_on),
            closes_on: day(closes_on),
        };
        work::open_campaign(&self.office, &at_work(personas::clerk(), opens_on), terms).await.unwrap();
    }

    /// Takes in a gift to a campaign, under its number; a receipt is wanted.
    pub async fn give(
        &self,
        (campaign, number): (&str, &str),
        donor: &str,
        yuan: &str,
        on: &str,
    ) -> DonationId {
        let row =
            donations::Row::read(&raw(&[number, campaign, donor, "公开", yuan, "扫码", on, "是"])).unwrap();
        work::receive_donation(&self.office, &at_work(personas::finance(), on), &row).await.unwrap()
    }

    async fn end_campaign(&self) {
        let desk = at_work(personas::clerk(), "2023-01-31");
        let campaign = self.office.campaign_id(CAMPAIGN);
        work::close_campaign(&self.office, &desk, campaign, desk.today()).await.unwrap();
    }

    /// Registers one more person, in January.
    pub async fn register(&self, person: Known) {
        let desk = at_work(personas::clerk(), "2023-01-04");
        let row = persons_row(person);
        work::register_household(&self.office, &desk, &[row]).await.unwrap();
    }

    /// Takes a case through all steps that its program has.
    async fn enroll(&self, person: Known, program: Program) {
        let office = &self.office;
        let clerk = |day| at_work(personas::clerk(), day);
        let row = application(person, program);
        work::hold_consultation(office, &clerk("2023-01-05"), &row).await.unwrap();
        let case = work::receive_application(office, &clerk("2023-01-05"), &row).await.unwrap();
        if program == Program::SubsistenceAllowance {
            work::check_means(office, &clerk("2023-01-06"), case).await.unwrap();
            let visitors = vec![personas::clerk().id, personas::second_clerk().id];
            work::visit_home(office, &clerk("2023-01-09"), case, visitors, "与申报一致").await.unwrap();
        }
        let reviewer = at_work(personas::reviewer(), "2023-01-10");
        work::recommend(office, &reviewer, case, Outcome::Approved).await.unwrap();
        work::post_notice(office, &clerk("2023-01-10"), case).await.unwrap();
        let approver = at_work(personas::approver(), "2023-01-19");
        work::decide(office, &approver, case, Outcome::Approved).await.unwrap();
        work::determine_entitlement(office, &approver, case).await.unwrap();
    }

    /// Pays February and what January still owes; the bank returns what went to [`ZHAO`].
    async fn pay(&self) {
        let (office, today) = (&self.office, "2023-01-30");
        let programs = vec![Program::AdvancedAgeAllowance, Program::SubsistenceAllowance];
        let month = "2023-02".parse().unwrap();
        let plan = RunPlan { month, programs, fund_id: office.fund_id(FUND), number: 1 };
        let clerk = at_work(personas::clerk(), today);
        let run = payment_run::open(office, &clerk, &plan).await.unwrap();
        let prepared = payment_run::calculate(office, &clerk, run).await.unwrap();
        assert_eq!(prepared.calculation.line_count, 5);
        payment_run::submit(office, &clerk, run, prepared.calculation.warning_count).await.unwrap();
        payment_run::approve(office, &at_work(personas::approver(), today), run).await.unwrap();
        let (finance, mut file) = (at_work(personas::finance(), today), Vec::new());
        payment_run::release(office, &finance, run, day(today), &mut file).await.unwrap();
        let results = bank_answers(&String::from_utf8(file).unwrap());
        payment_run::settle(office, &finance, run, results).await.unwrap();
    }

    /// Every invariant with its verdict.
    pub async fn verdicts(&self) -> Vec<Verdict> {
        check_office(&self.office, self.ledger.owner(), &Outside::default(), &ProgressBar::hidden())
            .await
            .unwrap()
    }

    /// The invariants that do not hold.
    pub async fn broken(&self) -> Broken {
        let verdicts = self.verdicts().await.into_iter().filter(|verdict| !verdict.findings.is_empty());
        let positions = |verdict: &Verdict| {
            let mut positions: Vec<u64> =
                verdict.findings.iter().flat_map(|finding| finding.positions.clone()).collect();
            positions.sort_unstable();
            positions.dedup();
            positions
        };
        verdicts.map(|verdict| (verdict.invariant.code, positions(&verdict))).collect()
    }

    /// Does what no role may do, as a superuser whom no trigger stops; the ledger's invariants are not asked for at
    /// the end of the test.
    pub async fn damage(&mut self, statement: &str) {
        self.ledger.break_on_purpose();
        self.strike(statement).await;
    }

    /// The same, and the end of the test is not warned.
    pub async fn strike(&self, statement: &str) {
        let superuser = self.ledger.superuser().await;
        let mut connection = superuser.acquire().await.unwrap();
        connection.execute("set session_replication_role = replica").await.unwrap();
        let done = connection.execute(statement).await.unwrap();
        assert!(done.rows_affected() > 0, "nothing was damaged: {statement}");
        drop(connection);
        superuser.close().await;
    }

    /// Replaces a text in the payload of the event at a position.
    pub async fn forge(&mut self, position: u64, from: &str, to: &str) {
        self.damage(&format!(
            "update log_events set payload = replace(payload::text, '{from}', '{to}')::json
              where position = {position} and payload::text like '%{from}%'"
        ))
        .await;
    }

    /// Appends a copy of an event at the end of a stream, as it would stand there if the appender had written it.
    pub async fn append_copy(&mut self, position: u64, stream: &str, from: &str, to: &str) -> u64 {
        self.damage(&format!(
            "with moved as (update log_head set last_position = last_position + 1
                             returning last_position, last_recorded_at)
             insert into log_events (position, recorded_at, sequence, aggregate_type, aggregate_id, event_type,
                                     event_version, payload, metadata)
             select moved.last_position, moved.last_recorded_at,
                    1 + (select count(*) from log_events where aggregate_id = '{stream}'),
                    aggregate_type, '{stream}', event_type, event_version,
                    replace(payload::text, '{from}', '{to}')::json,
                    (metadata::jsonb - 'command_id')::text::json
               from log_events, moved where position = {position}"
        ))
        .await;
        self.end().await - 1
    }

    /// Where the first event of a type stands.
    pub async fn first(&self, event_type: &str) -> u64 {
        self.where_is(&format!("event_type = '{event_type}'")).await
    }

    /// The first position that a condition holds for.
    pub async fn where_is(&self, condition: &str) -> u64 {
        let statement = format!("select min(position) from log_events where {condition}");
        let found: Option<i64> = sqlx::query_scalar(&statement).fetch_one(self.ledger.owner()).await.unwrap();
        found.unwrap_or_else(|| panic!("no event with {condition}")).cast_unsigned()
    }

    /// A text of the event at a position.
    pub async fn text(&self, expression: &str, position: u64) -> String {
        let statement = format!("select ({expression})::text from log_events where position = {position}");
        sqlx::query_scalar(&statement).fetch_one(self.ledger.owner()).await.unwrap()
    }

    /// How many events the log holds.
    pub async fn end(&self) -> u64 {
        let count: i64 = sqlx::query_scalar("select count(*) from log_events")
            .fetch_one(self.ledger.owner())
            .await
            .unwrap();
        count.cast_unsigned()
    }
}

/// The invariants of some codes, in the order in which a check's answer lists them.
pub fn codes(broken: &Broken) -> Vec<&'static str> {
    broken.keys().copied().collect()
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Someone at work at ten in the morning of a day.
pub fn at_work(actor: Actor, on: &str) -> Desk {
    let now: DateTime<chrono::Utc> = day(on).and_time(NaiveTime::MIN).and_utc() + Duration::hours(2);
    Desk::new(actor, now)
}

/// The ID number with the check character that fits.
pub fn id_number(person: Known) -> CitizenId {
    let checks = "0123456789X".chars();
    checks
        .map(|check| CitizenId::parse(&format!("{}{check}", person.id_number)))
        .find_map(Result::ok)
        .unwrap()
}

fn raw(cells: &[&str]) -> RawRow {
    RawRow::from_texts(1, cells.iter().map(|cell| (*cell).to_owned()))
}

fn persons_row(person: Known) -> persons::Row {
    let id_number = id_number(person);
    let cells = [
        person.household,
        "户主",
        person.name,
        id_number.as_str(),
        "本市户籍",
        "龙泽苑东社区",
        person.address,
        "2023-01-04",
        "",
        person.account,
    ];
    persons::Row::read(&raw(&cells)).unwrap()
}

/// The application of [`SmallOffice::open`], as a register says it.
pub fn application(person: Known, program: Program) -> applications::Row {
    let id_number = id_number(person);
    let cells = [id_number.as_str(), person.household, program.zh(), "2023-01-05", "2023-01-05"];
    applications::Row::read(&raw(&cells)).unwrap()
}

/// The bank returns what goes to [`ZHAO`]'s account, and pays the rest.
pub fn bank_answers(file: &str) -> Vec<BankResult> {
    let mut results = Vec::new();
    for line in file.lines().filter_map(|line| line.strip_prefix("P,")) {
        let mut fields = line.split(',');
        let payment_id = fields.next().unwrap().parse().unwrap();
        let outcome = match fields.next() == Some(ZHAO.account) {
            true => BankOutcome::Returned("AC01".to_owned()),
            false => BankOutcome::Settled("B-1".to_owned()),
        };
        results.push(BankResult { payment_id, outcome });
    }
    results
}
