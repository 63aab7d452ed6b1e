//! Ending on a signal in such a way that guards are dropped, and the private server with them is stopped.

use std::future::Future;
use std::pin::pin;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The program was asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// Ctrl-C.
    #[error("已中断。 Interrupted.")]
    Interrupt,
    /// `kill`, or the machine shuts down.
    #[error("已终止。 Terminated.")]
    Terminate,
    /// The terminal was closed.
    #[error("终端已关闭。 The terminal was closed.")]
    Hangup,
}

impl Interrupted {
    /// The exit code that shells expect: 128 and the signal's number.
    pub const fn exit_code(self) -> u8 {
        match self {
            Interrupted::Hangup => 129,
            Interrupted::Interrupt => 130,
            Interrupted::Terminate => 143,
        }
    }
}

/// The signals that ask to end, heard from when this is made on: one that comes while nobody waits is told to who waits
/// next. From then on a signal does not end the process by itself, so that whoever listens once has to go on listening.
#[derive(Debug)]
pub struct EndSignals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
    hangup: Option<Signal>,
}

impl EndSignals {
    /// Begins to listen. A signal that the system does not let the program hear ends it as it would have before.
    pub fn heard() -> EndSignals {
        let heard = |kind| signal(kind).ok();
        EndSignals {
            interrupt: heard(SignalKind::interrupt()),
            terminate: heard(SignalKind::terminate()),
            hangup: heard(SignalKind::hangup()),
        }
    }

    /// Waits for a signal that nobody was told of yet.
    pub async fn received(&mut self) -> Interrupted {
        tokio::select! {
            () = next(&mut self.interrupt) => Interrupted::Interrupt,
            () = next(&mut self.terminate) => Interrupted::Terminate,
            () = next(&mut self.hangup) => Interrupted::Hangup,
        }
    }

    /// Does the work unless a signal asks to end first; then the work is dropped where it waits.
    ///
    /// # Errors
    /// [`Interrupted`].
    pub async fn unless<F: Future>(&mut self, work: F) -> Result<F::Output, Interrupted> {
        let work = pin!(work);
        tokio::select! {
            done = work => Ok(done),
            interrupted = self.received() => Err(interrupted),
        }
    }
}

/// Does the work unless a signal asks to end first; then the work is dropped where it waits.
///
/// # Errors
/// [`Interrupted`].
pub async fn unless_interrupted<F: Future>(work: F) -> Result<F::Output, Interrupted> {
    EndSignals::heard().unless(work).await
}

async fn next(signals: &mut Option<Signal>) {
    match signals {
        Some(signals) => drop(signals.recv().await),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::{self, raise};

    use super::*;

    #[tokio::test]
    async fn a_signal_that_comes_before_it_is_waited_for_is_not_lost() {
        let mut signals = EndSignals::heard();
        raise(signal::Signal::SIGTERM).unwrap();
        assert_eq!(signals.unless(std::future::pending::<()>()).await, Err(Interrupted::Terminate));
    }

    #[tokio::test]
    async fn work_that_ends_first_is_done() {
        assert_eq!(EndSignals::heard().unless(async { 7 }).await, Ok(7));
    }
}
