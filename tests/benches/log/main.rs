//! The ledger against its peers: single commands, bulk, replay; then a payment run, the same run determined anew, and the
//! demonstration. Prints what was run, on what, and the ratios; it never fails because of a number. `cargo bench -p tests`,
//! with `-- --full` for the full size, `-- --cases=100000` for another number of cases, and `-- commands` (`bulk`,
//! `replay`, `proofs`, `run`, `redetermine`, `bank`, `http`, `list`, `demo`) for one part.

mod account;
mod ahead;
mod balance;
mod bank;
mod bulk;
mod commands;
mod demo;
mod http;
mod office;
mod payment_run;
mod peers;
mod proofs;
mod raw_rows;
mod redetermine;
mod replay;
mod report;
mod roll;
mod server_clock;
mod totals;

use account::Setting;
use payment_run::Then;
use tikv_jemallocator::Jemalloc;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    accounts: u32,
    bulk_events: u32,
    seconds: u32,
    rounds: u32,
    cases: u32,
}

const SMALL: Size = Size { accounts: 2_000, bulk_events: 100_000, seconds: 1, rounds: 3, cases: 1_203 };
const FULL: Size = Size { accounts: 20_000, bulk_events: 1_000_000, seconds: 4, rounds: 5, cases: 1_000_000 };

fn main() {
    let full = std::env::args().any(|argument| argument == "--full");
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let mut size = if full { FULL } else { SMALL };
    if let Some(cases) = std::env::args().find_map(|argument| argument.strip_prefix("--cases=")?.parse().ok())
    {
        size.cases = cases;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let setting = Setting::prepare().await;
        report::machine(&setting, size).await;
        let wanted = |name: &str| only.as_deref().is_none_or(|only| name.starts_with(only));
        if wanted("commands") {
            commands::run(&setting, size).await;
        }
        if wanted("bulk") || wanted("replay") {
            bulk::run(&setting, size).await;
        }
        if wanted("replay") {
            replay::run(&setting, size).await;
        }
        if wanted("proofs") {
            proofs::run(&setting, size).await;
        }
        if wanted("run") || wanted("redetermine") {
            let then = if wanted("redetermine") { Then::Redetermine } else { Then::End };
            payment_run::run(&setting, size, then).await;
        }
        if wanted("bank") {
            bank::run(size);
        }
        if wanted("http") {
            http::run(&setting, size).await;
        }
        if wanted("list") {
            http::list(&setting, size.cases).await;
        }
        if wanted("demo") {
            demo::run(&setting);
        }
        setting.end().await;
    });
}
