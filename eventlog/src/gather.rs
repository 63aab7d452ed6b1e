//! Questions that many ask at once are put to the database together: whoever comes while it answers waits for the next
//! round. A question is always asked after it came, so that an answer is never older than its question.

use std::fmt;

use tokio::sync::{mpsc, oneshot};

/// The most questions of one round.
const ROUND_MAX: usize = 1_024;

/// Asks together. Cheap to clone; ends with its last clone.
pub struct Gather<Q, A> {
    asked: mpsc::Sender<(Q, oneshot::Sender<A>)>,
}

impl<Q, A> Clone for Gather<Q, A> {
    fn clone(&self) -> Self {
        Gather { asked: self.asked.clone() }
    }
}

impl<Q, A> fmt::Debug for Gather<Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").finish_non_exhaustive()
    }
}

impl<Q: Send + 'static, A: Send + 'static> Gather<Q, A> {
    /// Asks by `answer`, which gives an answer to each question, in their order; none of them where it failed.
    pub fn start<F, R>(answer: F) -> Gather<Q, A>
    where
        F: Fn(Vec<Q>) -> R + Send + 'static,
        R: Future<Output = Option<Vec<A>>> + Send,
    {
        let (asked, mut questions) = mpsc::channel::<(Q, oneshot::Sender<A>)>(ROUND_MAX);
        tokio::spawn(async move {
            let mut round = Vec::with_capacity(ROUND_MAX);
            while questions.recv_many(&mut round, ROUND_MAX).await > 0 {
                // whoever is about to ask as well is let in; where nobody is, this takes no time
                tokio::task::yield_now().await;
                while round.len() < ROUND_MAX
                    && let Ok(question) = questions.try_recv()
                {
                    round.push(question);
                }
                let (asked, waiting): (Vec<Q>, Vec<_>) = round.drain(..).unzip();
                // whoever gets no answer asks alone
                let Some(answers) = answer(asked).await else { continue };
                for (waiting, answer) in waiting.into_iter().zip(answers) {
                    // who went away needs none
                    let _gone = waiting.send(answer);
                }
            }
        });
        Gather { asked }
    }

    /// The answer; none where the round failed, so that the question should be asked alone, which says why.
    pub async fn ask(&self, question: Q) -> Option<A> {
        let (waiting, answered) = oneshot::channel();
        self.asked.send((question, waiting)).await.ok()?;
        answered.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;

    use super::Gather;

    #[tokio::test]
    async fn who_asks_at_once_is_answered_in_one_round_each_with_their_own() {
        let rounds = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&rounds);
        let double = Gather::start(move |asked: Vec<u32>| {
            counted.fetch_add(1, Ordering::Relaxed);
            async move { Some(asked.into_iter().map(|number| number * 2).collect()) }
        });
        let answers = join_all((0..100).map(|number| double.ask(number))).await;
        assert_eq!(answers, (0..100).map(|number| Some(number * 2)).collect::<Vec<_>>());
        assert!(rounds.load(Ordering::Relaxed) < 100);
    }

    #[tokio::test]
    async fn a_round_that_failed_answers_nobody_and_the_next_one_does() {
        let odd = Gather::start(|asked: Vec<u32>| async move {
            asked.iter().all(|number| number % 2 == 1).then_some(asked)
        });
        assert_eq!(odd.ask(2).await, None);
        assert_eq!(odd.ask(3).await, Some(3));
    }
}
