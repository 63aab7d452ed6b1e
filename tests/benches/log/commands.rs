//! Single-event commands, by 1, 8 and 32 callers, on accounts with histories of 12 events.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eventlog::append::CommandKey;
use eventlog::repository::{Repository, RequestMeta};
use futures::future::join_all;
use uuid::Uuid;

use crate::Size;
use crate::account::{Account, AccountCommand, Setting, account_id, context, history};
use crate::peers::{self, Stock};
use crate::report::{Line, table};

pub async fn run(setting: &Setting, size: Size) {
    let (_, repository) = setting.ledger("ours").await;
    let histories = (0..size.accounts).map(|account| history(account, 12));
    repository.appender().append_bulk(histories, &Default::default()).await.unwrap();
    let stock = Arc::new(Stock::prepare(setting, size.accounts).await);
    let ids: Arc<Vec<String>> = Arc::new((0..size.accounts).map(account_id).collect());
    for callers in [1, 8, 32] {
        let mut lines = [
            Line::new("ours: execute, with idempotency key"),
            Line::new("ours: execute, without key"),
            Line::new("stock: CqrsFramework + GenericQuery"),
            Line::new("pgbench: one insert a transaction"),
        ];
        for _ in 0..size.rounds {
            for (line, keyed) in [(0, Keyed::Yes), (1, Keyed::No)] {
                let repository = repository.clone();
                let pay = move |id: String| ours(repository.clone(), id, keyed);
                lines[line].rates.push(rate(callers, size.seconds, &ids, pay).await);
            }
            let stock = stock.clone();
            let pay = move |id: String| {
                let stock = stock.clone();
                async move { stock.pay(&id).await }
            };
            lines[2].rates.push(rate(callers, size.seconds, &ids, pay).await);
            lines[3].rates.extend(peers::pgbench(setting, callers, size.seconds).await);
        }
        let measured: Vec<Line> = lines.into_iter().filter(|line| !line.rates.is_empty()).collect();
        table(&format!("single-event commands, {callers} callers"), "commands/s", &measured);
    }
    setting.drop("ours").await;
    setting.drop("stock").await;
}

#[derive(Clone, Copy)]
enum Keyed {
    Yes,
    No,
}

async fn ours(repository: Repository, id: String, keyed: Keyed) {
    let mut request = RequestMeta::new(Uuid::now_v7());
    if let Keyed::Yes = keyed {
        request = request.under(CommandKey { id: Uuid::now_v7(), request_hash: [7; 32] });
    }
    repository.execute::<Account>(id, AccountCommand::Pay(5), &context(), &request).await.unwrap();
}

/// Commands per second of `callers` tasks of the runtime, each doing one after the other on accounts in a scattered
/// order.
async fn rate<F>(
    callers: usize,
    seconds: u32,
    ids: &Arc<Vec<String>>,
    pay: impl Fn(String) -> F + Clone + Send + 'static,
) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let until = Instant::now() + Duration::from_secs(u64::from(seconds));
    let started = Instant::now();
    let tasks = (0..callers).map(|caller| {
        let mut place = caller * 7_919;
        let (ids, pay) = (ids.clone(), pay.clone());
        tokio::spawn(async move {
            let mut done = 0u32;
            while Instant::now() < until {
                place += 104_729;
                pay(ids[place % ids.len()].clone()).await;
                done += 1;
            }
            done
        })
    });
    let done: u32 = join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    f64::from(done) / started.elapsed().as_secs_f64()
}
