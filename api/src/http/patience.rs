//! Bounds on how long a peer may take: for the first bytes of a connection, and for the body of a request.
//!
//! hyper bounds the head of an HTTP/1 request, but not the bytes by which it tells HTTP/1 from HTTP/2: a peer that stops
//! within the preface of HTTP/2, or says nothing at all, would stay for ever.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use futures::StreamExt;
use hyper::body::{Body as _, Incoming};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, timeout_at};

/// The preface of HTTP/2 (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long a peer may take between two parts of a body.
const PART_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a body may take as a whole.
const BODY_TIMEOUT: Duration = Duration::from_secs(600);

/// A connection that ends when its peer takes too long to say which HTTP it speaks.
pub(super) struct FirstBytes<S> {
    stream: S,
    /// How many bytes came that could be the preface; none once it is known.
    like_preface: Option<usize>,
    deadline: Pin<Box<Sleep>>,
}

impl<S> FirstBytes<S> {
    pub(super) fn within(time: Duration, stream: S) -> FirstBytes<S> {
        FirstBytes { stream, like_preface: Some(0), deadline: Box::pin(sleep(time)) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstBytes<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let Some(seen) = self.like_preface else { return read };
        if read.is_pending() {
            return match self.deadline.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                Poll::Pending => Poll::Pending,
            };
        }
        let new = buffer.filled().get(before..).unwrap_or_default();
        let rest = PREFACE.get(seen..).unwrap_or_default();
        let open = new.len() < rest.len() && rest.starts_with(new);
        self.like_preface = open.then(|| seen + new.len());
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstBytes<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Ends the body of a request whose peer takes too long to send it: whoever reads it gets an error.
pub(super) fn bound_body(request: hyper::Request<Incoming>) -> Request {
    request.map(|body| {
        let body = Body::new(body);
        if body.is_end_stream() { body } else { bounded(body, PART_TIMEOUT, BODY_TIMEOUT) }
    })
}

fn bounded(body: Body, part: Duration, whole: Duration) -> Body {
    let until = Instant::now() + whole;
    let stream = futures::stream::unfold(Some(body.into_data_stream()), move |stream| async move {
        let mut stream = stream?;
        match timeout_at(until.min(Instant::now() + part), stream.next()).await {
            Ok(Some(Ok(bytes))) => Some((Ok(bytes), Some(stream))),
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
            Ok(None) => None,
            Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    });
    Body::from_stream(stream)
}

/// Whether reading a body failed because its peer took too long.
pub(super) fn took_too_long(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(each) = source {
        if each.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        source = each.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use axum::body::{Bytes, to_bytes};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);

    async fn reads_after(first: &[u8]) -> io::Result<usize> {
        let (mut peer, stream) = duplex(256);
        let mut stream = FirstBytes::within(SHORT, stream);
        let mut buffer = [0; 64];
        if !first.is_empty() {
            peer.write_all(first).await.unwrap();
            assert_eq!(stream.read(&mut buffer).await.unwrap(), first.len());
        }
        let later = tokio::spawn(async move {
            sleep(10 * SHORT).await;
            let _ = peer.write_all(b"more").await;
            sleep(LONG).await;
        });
        let read = stream.read(&mut buffer).await;
        later.abort();
        read
    }

    #[tokio::test]
    async fn who_does_not_say_which_http_it_is_is_cut_off() {
        for silent in [&b""[..], b"P", b"PRI * HT", &PREFACE[..23]] {
            let kind = reads_after(silent).await.unwrap_err().kind();
            assert_eq!(kind, io::ErrorKind::TimedOut, "{silent:?}");
        }
        for known in [&b"G"[..], b"POST", b"GET / HTTP/1.0\r\n\r\n", PREFACE, b"PRI * HTTP/1.1"] {
            assert_eq!(reads_after(known).await.unwrap(), 4, "{known:?}: hyper itself waits for the rest");
        }
    }

    /// A body of so many parts, after which it ends or only stops.
    fn body(parts: usize, ends: bool) -> Body {
        Body::from_stream(futures::stream::unfold(0, move |sent| async move {
            if sent == parts && ends {
                return None;
            }
            let pause = if sent == parts { LONG } else { Duration::from_millis(1) };
            sleep(pause).await;
            Some((Ok::<_, io::Error>(Bytes::from_static(b"part")), sent + 1))
        }))
    }

    #[tokio::test]
    async fn a_body_that_trickles_is_ended_and_one_that_flows_is_not() {
        let read = |body, part, whole| to_bytes(bounded(body, part, whole), usize::MAX);
        assert_eq!(read(body(50, true), LONG, LONG).await.unwrap().len(), 200);
        assert!(took_too_long(&read(body(2, false), SHORT, LONG).await.unwrap_err()), "it stopped");
        assert!(
            took_too_long(&read(body(usize::MAX, true), LONG, SHORT).await.unwrap_err()),
            "it never ends"
        );
        let broken = Body::from_stream(futures::stream::iter([Err::<Bytes, _>(io::Error::other("cut"))]));
        assert!(!took_too_long(&read(broken, LONG, LONG).await.unwrap_err()));
    }
}
