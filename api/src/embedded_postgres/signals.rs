//! Ending on a signal in such a way that guards are dropped, and the private server with them is stopped.

use std::future::Future;
use std::pin::pin;

use tokio::signal::unix::{SignalKind, signal};

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

/// Does the work unless a signal asks to end first; then the work is dropped where it waits.
///
/// # Errors
/// [`Interrupted`].
pub async fn unless_interrupted<F: Future>(work: F) -> Result<F::Output, Interrupted> {
    let work = pin!(work);
    tokio::select! {
        done = work => Ok(done),
        () = received(SignalKind::interrupt()) => Err(Interrupted::Interrupt),
        () = received(SignalKind::terminate()) => Err(Interrupted::Terminate),
        () = received(SignalKind::hangup()) => Err(Interrupted::Hangup),
    }
}

async fn received(kind: SignalKind) {
    match signal(kind) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}
