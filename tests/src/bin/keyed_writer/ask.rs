//! Asking one command, by its door and under its key.

use chrono::NaiveDate;
use domain::actor::{Actor, ActorId, Role};
use domain::aggregate::{Context, Decider};
use eventlog::append::{Append, AppendError, Appended, CommandKey, NewEvent, StreamAppend, StreamId};
use eventlog::metadata::Metadata;
use eventlog::repository::{ExecuteError, Repository, RequestMeta};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::record::{Answer, Asked, Door};
use crate::till::{PutCoins, Taken, Till, TillEvent};

pub type Trouble = ExecuteError<Taken>;

/// Asks once.
pub async fn ask(repository: &Repository, asked: &Asked) -> Result<Answer, Trouble> {
    let body = serde_json::to_vec(asked).unwrap();
    let key = CommandKey { id: asked.key, request_hash: Sha256::digest(&body).into() };
    // another outcome each time, so that a repeat that is done again answers something else
    let outcome = serde_json::json!({ "asked": Uuid::new_v4() }).to_string();
    let request = RequestMeta::new(asked.key).under(key).answering(outcome);
    let appended = match asked.door {
        Door::Execute => execute(repository, asked, &request).await?,
        Door::Transact => transact(repository, asked, &request).await?,
        Door::Append => append(repository, asked, request).await?,
    };
    let Appended { first_position, last_position, recorded_at, outcome, repeated } = appended;
    Ok(Answer { first_position, last_position, recorded_at, outcome, repeated })
}

/// Whether the command may have taken effect or may do so yet, and is to be asked again.
pub fn is_open(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Append(AppendError::Unknown | AppendError::Database(_)) | Trouble::Read(_))
}

async fn execute(repository: &Repository, asked: &Asked, request: &RequestMeta) -> Result<Appended, Trouble> {
    let put = &asked.puts[0];
    let command = PutCoins { coins: put.coins, once: put.once };
    let executed = repository.execute::<Till>(&put.stream, command, &context(), request).await?;
    Ok(executed.appended.unwrap())
}

async fn transact(
    repository: &Repository,
    asked: &Asked,
    request: &RequestMeta,
) -> Result<Appended, Trouble> {
    let context = context();
    let steps = repository.transact(&context, request, |work| {
        let puts = asked.puts.clone();
        Box::pin(async move {
            let mut coins = Vec::new();
            for put in puts {
                work.decide::<Till>(&put.stream, PutCoins { coins: put.coins, once: put.once }).await?;
                coins.push(work.state::<Till>(&put.stream).await?.coins);
            }
            Ok::<_, Trouble>(coins)
        })
    });
    Ok(steps.await?.appended.unwrap())
}

/// Past the repository: on a stream of its own, as new each time it is asked.
async fn append(repository: &Repository, asked: &Asked, request: RequestMeta) -> Result<Appended, Trouble> {
    let metadata = Metadata { command_id: Some(asked.key), ..Metadata::new(&context(), asked.key) };
    let metadata = metadata.to_json().unwrap();
    let event = || NewEvent::try_new(&TillEvent::CoinPut {}, metadata.clone()).unwrap();
    let streams = asked.puts.iter().map(|put| StreamAppend {
        stream: StreamId::new(Till::TYPE, put.stream.clone()),
        expected: 0,
        events: (0..put.coins).map(|_| event()).collect(),
    });
    let append =
        Append { command: request.command, outcome: request.outcome, ..Append::new(streams.collect()) };
    Ok(repository.appender().append(append).await?)
}

fn context() -> Context {
    Context {
        actor: Actor { id: ActorId::parse("clerk.wang").unwrap(), role: Role::Clerk },
        today: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
    }
}
