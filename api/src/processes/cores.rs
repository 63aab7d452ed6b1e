//! Work that keeps processors busy and waits for nothing, away from the tasks that wait for the database.

use std::num::NonZero;
use std::thread;

use tokio::task::{JoinSet, spawn_blocking};

use super::ProcessError;

/// Does work on a thread of its own.
///
/// # Errors
/// [`ProcessError::Damaged`] when it panicked.
pub(crate) async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, ProcessError> {
    spawn_blocking(work).await.map_err(|error| ProcessError::Damaged(error.to_string()))
}

/// Runs a future as a task of its own, beside the caller's, that ends with the returned future.
///
/// # Errors
/// [`ProcessError::Damaged`] when it panicked.
pub(crate) async fn alongside<R: Send + 'static>(
    work: impl Future<Output = R> + Send + 'static,
) -> Result<R, ProcessError> {
    let mut task = JoinSet::new();
    task.spawn(work);
    match task.join_next().await {
        Some(done) => done.map_err(|error| ProcessError::Damaged(error.to_string())),
        None => Err(ProcessError::Damaged("a task was lost".to_owned())),
    }
}

/// Does something with each item, on all cores; the results come in the order of the items.
pub(crate) fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = items.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let work = &work;
        let mut shares = items.chunks(share);
        // the first share is this thread's own
        let own = shares.next().unwrap_or_default();
        let others: Vec<_> =
            shares.map(|share| scope.spawn(move || share.iter().map(work).collect::<Vec<R>>())).collect();
        let mut done: Vec<R> = own.iter().map(work).collect();
        for other in others {
            match other.join() {
                Ok(results) => done.extend(results),
                Err(panicked) => std::panic::resume_unwind(panicked),
            }
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for length in [0_u32, 1, 2, 3, 1_000] {
            let items: Vec<u32> = (0..length).collect();
            let doubled: Vec<u32> = items.iter().map(|item| item * 2).collect();
            assert_eq!(on_all_cores(&items, |item| item * 2), doubled);
        }
    }
}
