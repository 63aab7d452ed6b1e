//! A reader that lets nobody take more than a bounded piece at a time: the reader of XML keeps a whole token in memory,
//! and a token may be as long as the file.

use std::io::{self, BufRead, Read};

/// The most bytes of one token.
const PIECE_MAX: usize = 64 * 1024;

/// A reader whose pieces are bounded.
pub(super) struct Guard<R> {
    source: R,
    left: usize,
}

impl<R> Guard<R> {
    pub(super) const fn new(source: R) -> Guard<R> {
        Guard { source, left: PIECE_MAX }
    }

    /// Begins a new piece.
    pub(super) const fn next_piece(&mut self) {
        self.left = PIECE_MAX;
    }
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = self.source.fill_buf()?;
        if available.is_empty() {
            return Ok(available);
        }
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a piece of the file is too long"));
        }
        let count = available.len().min(self.left);
        Ok(&available[..count])
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.source.consume(count);
    }
}
