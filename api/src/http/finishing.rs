//! Work that is finished also when whoever waits for it goes away.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::FutureExt;
use tokio::runtime::Handle;

/// Why work has no result: it panicked with this.
type Panicked = Box<dyn Any + Send>;

/// Work on the waiting task itself. Dropped before its end, it goes on as a task of its own: until then it needs none,
/// and nobody has to be woken to do it.
#[must_use = "futures do nothing unless they are awaited"]
pub(super) struct Finishing<T: Send + 'static>(Option<Work<T>>);

type Work<T> = Pin<Box<dyn Future<Output = Result<T, Panicked>> + Send>>;

impl<T: Send + 'static> Finishing<T> {
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static) -> Finishing<T> {
        // whatever the work left half done belongs to it alone
        Finishing(Some(Box::pin(AssertUnwindSafe(work).catch_unwind())))
    }
}

impl<T: Send + 'static> Future for Finishing<T> {
    type Output = Result<T, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.0 else { return Poll::Pending };
        let done = work.as_mut().poll(context);
        if done.is_ready() {
            self.0 = None;
        }
        done
    }
}

impl<T: Send + 'static> Drop for Finishing<T> {
    fn drop(&mut self) {
        if let Some(rest) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::Finishing;

    #[tokio::test]
    async fn work_goes_on_when_whoever_waited_for_it_went_away() {
        let ((go, gone), (tell, told)) = (oneshot::channel(), oneshot::channel());
        let work = Finishing::new(async move {
            let word: u32 = gone.await.unwrap();
            tell.send(word).unwrap();
        });
        assert!(timeout(Duration::from_millis(1), work).await.is_err(), "it waits for the word");
        go.send(7).unwrap();
        assert_eq!(told.await, Ok(7));
    }

    #[tokio::test]
    async fn work_gives_its_result_and_says_when_it_panicked() {
        assert_eq!(Finishing::new(async { 7 }).await.ok(), Some(7));
        let panicked = Finishing::new(async { panic!("on purpose") }).await.map(|(): ()| ());
        assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"on purpose"));
    }
}
