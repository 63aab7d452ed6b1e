//! 控制台: the pages that people work with, made by the server and sent whole. They work without scripts; the one script
//! moves the cursor to the search box.
//!
//! The pages ask the same processes as the command line and have no rules of their own. Each request goes three steps:
//! a visitor is found by the cookie, may or may not ([`crate::access`]), and the handler asks a process and shows a
//! page. What was refused is shown on the page where it was asked, with the process's own words.
//!
//! | File | Pages |
//! |---|---|
//! | `sign_in` | 登录、退出、岗位切换、语言 |
//! | `provider` | 统一身份认证登录: to the provider of identities and back |
//! | `second_factor` | 动态验证码: the second page of signing in, and setting one |
//! | `desk` | 工作台: what waits today |
//! | `runs` | 发放批次: prepare, look through, submit, approve, release, take the bank's file in |
//! | `case` | 个案: its next steps, its life, two days compared |
//! | `person`, `household` | 人员、家庭: masked, payments by month, who looked |
//! | `erasure` | 个人信息删除: requests, what stands in the way, asking and deciding, of people and donors |
//! | `told` | 人员、资金、募捐活动: facts as of two clocks, and how they came about |
//! | `recoveries` | 追缴: plans, and what is owed |
//! | `register` | 登记: households, applications, changes by form |
//! | `find`, `search` | 查找 by name, pinyin, ID number or identifier |
//! | `money` | 资金与捐赠: funds and their years, the books, campaigns, gifts and receipts |
//! | `import` | 导入: registers, looked through before they are taken in |
//! | `users` | 用户管理: users, roles, communities, tokens |
//! | `webhooks` | 推送订阅: which systems are told of changes, what waits, what was given up |
//! | `layouts` | 银行与账单格式: which there are, what a file in each looks like, and trying one out |
//! | `audit` | 审计室: replay, compare, red flags, runs determined anew, proofs, disclosures, the trail |
//! | `kept` | what takes long to find, for a while |
//! | `dashboards` | 统计: spending, full payment, ages, communities, processing times, donations |
//! | `notices` | 公示: what the public sees without an account, and objections to it |
//! | `rates` | 政策参数: what holds and by which law, what-if, proposing and publishing |
//!
//! Rooms that are made of tables and forms alone are written as a [`sheet`].

mod address;
mod answers;
mod assets;
mod audit;
mod case;
mod dashboards;
mod desk;
mod dropped;
mod entrance;
mod erasure;
mod find;
mod forms;
mod guard;
mod held;
mod household;
mod import;
mod kept;
mod layouts;
mod money;
mod names;
mod notices;
mod page;
mod person;
mod provider;
mod rates;
mod recoveries;
mod register;
mod runs;
mod scope;
mod search;
mod second_factor;
mod session;
mod sheet;
mod sign_in;
mod told;
mod typed;
mod users;
mod visitor;
mod webhooks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};

use self::dashboards::CountedYears;
use self::desk::ComingSoon;
use self::kept::Kept;
use self::runs::BeingRead;
use self::search::NameIndex;
use crate::flags::FlagReport;
use crate::identity_provider::RETURN_PATH;
use crate::processes::Office;

pub use entrance::Entrance;

/// The largest file that a page takes: a million lines of a bank's answer.
const BODY_BYTES_MAX: usize = 256 << 20;

/// What the pages work with.
#[derive(Clone)]
pub struct Console {
    /// The office.
    pub office: Office,
    /// What is asked of everybody who comes in.
    pub entrance: Entrance,
    /// The names by which people are found.
    names: NameIndex,
    /// What is coming.
    ahead: ComingSoon,
    /// What each year had come to.
    counted: CountedYears,
    /// The red flags that the log raises.
    flags: Kept<(), FlagReport>,
    /// Files from banks that are read just now.
    being_read: BeingRead,
}

impl Console {
    /// The console of an office.
    pub fn new(office: Office, entrance: Entrance) -> Console {
        Console {
            office,
            entrance,
            names: NameIndex::default(),
            ahead: ComingSoon::default(),
            counted: CountedYears::default(),
            flags: Kept::default(),
            being_read: BeingRead::default(),
        }
    }

    /// Looks, before anybody asks, for what is coming and what the year has come to. Goes on until it is dropped.
    pub fn look_ahead(&self) -> impl Future<Output = ()> + Send + use<> {
        let ahead = self.ahead.clone().keep_up(self.office.clone());
        let counted = self.counted.clone().keep_up(self.office.clone());
        async { _ = futures::future::join(ahead, counted).await }
    }
}

/// Every page.
pub fn routes(console: Console) -> Router {
    Router::new()
        .route("/", get(desk::show))
        .route("/sign-in", get(sign_in::ask).post(sign_in::enter))
        .route("/sign-in/provider", get(provider::begin))
        .route(RETURN_PATH, get(provider::end))
        .route("/sign-in/code", get(second_factor::ask).post(second_factor::enter))
        .route("/sign-in/second-factor", get(second_factor::ask_first).post(second_factor::enter_first))
        .route("/second-factor", get(second_factor::show))
        .route("/second-factor/start", post(second_factor::start))
        .route("/second-factor/confirm", post(second_factor::confirm))
        .route("/sign-out", post(sign_in::leave))
        .route("/role", post(sign_in::act_as))
        .route("/language/{lang}", get(sign_in::speak))
        .route("/find", get(find::ask).post(find::find))
        .route("/runs", get(runs::list).post(runs::prepare))
        .route("/runs/{run}", get(runs::one))
        .route("/runs/{run}/{step}", post(runs::step))
        .route("/runs/{run}/forecast", get(runs::forecast))
        .route("/runs/{run}/progress", get(runs::how_far))
        .route("/runs/{run}/holds", post(runs::hold_many))
        .route("/runs/{run}/lifts", post(runs::lift_many))
        .route("/runs/{run}/payments/{payment}/cancel", post(runs::cancel))
        .route("/runs/{run}/unmatched/{file}", post(runs::dismiss))
        .route("/runs/{run}/unmatched/{file}/{row}", post(runs::resolve))
        .route("/runs/{run}/files", post(runs::release))
        .route("/runs/{run}/results", post(runs::settle).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)))
        .route("/payments/{payment}", get(runs::run_of))
        .route("/recoveries", get(recoveries::list).post(recoveries::propose))
        .route("/recoveries/{plan}/{step}", post(recoveries::step))
        .route("/recoveries/cases/{case}/repayments", post(recoveries::repay))
        .route("/register/{sheet}", get(register::ask).post(register::enter))
        .route("/cases/{case}", get(case::show))
        .route("/cases/{case}/compare", get(case::compare))
        .route("/cases/{case}/{step}", post(case::step))
        .route("/people/{person}", get(person::show))
        .route("/people/{person}/open", post(person::open))
        .route(
            "/people/{person}/attachments",
            post(person::keep_attachment).layer(DefaultBodyLimit::max(person::FORM_BYTES_MAX)),
        )
        .route("/people/{person}/attachments/{attachment}/open", post(person::open_attachment))
        .route("/people/{person}/attachments/{attachment}/withdraw", post(person::withdraw_attachment))
        .route("/people/{person}/history", get(told::person))
        .route("/households/{household}", get(household::show))
        .merge(erasure::routes())
        .merge(money::routes())
        .merge(import::routes())
        .merge(users::routes())
        .merge(webhooks::routes())
        .merge(layouts::routes())
        .merge(rates::routes())
        .merge(notices::routes())
        .merge(dashboards::routes())
        .merge(audit::routes())
        .route("/assets/console.css", get(assets::style))
        .route("/assets/console.js", get(assets::script))
        .layer(middleware::from_fn(guard::guard))
        .with_state(console)
}
