//! One answer line for each non-blank input line, whatever stands in it.

use std::io::{self, BufRead, Write};

/// A line is kept up to this many bytes, far above what a contract allows, so that an id can still be found in a
/// line that is too long; the rest of it is read and dropped.
const KEPT_BYTES_MAX: usize = 4 << 20;

/// How a run over lines ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinesStatus {
    /// Every line gave a result: exit status 0.
    AllAnswered,
    /// At least one line gave an error: exit status 1.
    SomeRefused,
}

impl LinesStatus {
    /// The exit status of the process. A broken input or output is 2, see [`exit_status`].
    pub const fn code(self) -> u8 {
        match self {
            LinesStatus::AllAnswered => 0,
            LinesStatus::SomeRefused => 1,
        }
    }
}

/// The exit status of a run: 2 when input or output broke.
pub fn exit_status(run: &io::Result<LinesStatus>) -> u8 {
    run.as_ref().map_or(2, |status| status.code())
}

/// Answers each non-blank line of `input` with one line on `output`. `answer` gives the answer's line, or the
/// error's. Each line is written as soon as it is known, so that a peer may wait for it.
///
/// # Errors
/// Those of `input` and `output`.
pub fn run(
    mut input: impl BufRead,
    mut output: impl Write,
    mut answer: impl FnMut(&[u8]) -> Result<String, String>,
) -> io::Result<LinesStatus> {
    let mut status = LinesStatus::AllAnswered;
    let mut line = Vec::new();
    while next_line(&mut input, &mut line)? {
        let text = line.strip_suffix(b"\r").unwrap_or(&line);
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let mut answered = answer(text).unwrap_or_else(|refusal| {
            status = LinesStatus::SomeRefused;
            refusal
        });
        answered.push('\n');
        output.write_all(answered.as_bytes())?;
    }
    output.flush()?;
    Ok(status)
}

/// Reads up to the next line feed, or the end, into `line`; `false` when nothing is left.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let chunk = match input.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        line.extend_from_slice(&part[..part.len().min(KEPT_BYTES_MAX - line.len())]);
        let used = end.map_or(chunk.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(input: &[u8]) -> (String, LinesStatus) {
        let mut output = Vec::new();
        let answer = |line: &[u8]| match line {
            b"bad" => Err("error".to_owned()),
            line => Ok(line.len().to_string()),
        };
        let status = run(io::BufReader::with_capacity(7, input), &mut output, answer).unwrap();
        (String::from_utf8(output).unwrap(), status)
    }

    #[test]
    fn blank_lines_are_skipped_and_the_last_needs_no_line_feed() {
        let expected = ("1\n2\n10\n".to_owned(), LinesStatus::AllAnswered);
        assert_eq!(lengths(b"a\r\n\n \t\r\nab\n0123456789"), expected);
    }

    #[test]
    fn an_error_does_not_stop_the_lines_after_it() {
        assert_eq!(lengths(b"bad\na\n"), ("error\n1\n".to_owned(), LinesStatus::SomeRefused));
    }

    #[test]
    fn an_endless_line_is_not_kept() {
        let mut input = vec![b'x'; KEPT_BYTES_MAX + 1000];
        input.extend(b"\na\n");
        let expected = format!("{KEPT_BYTES_MAX}\n1\n");
        assert_eq!(lengths(&input), (expected, LinesStatus::AllAnswered));
    }

    #[test]
    fn a_broken_output_is_status_two() {
        struct Broken;
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let broken = run(&b"a\n"[..], Broken, |_| Ok(String::new()));
        assert_eq!(exit_status(&broken), 2);
    }
}
