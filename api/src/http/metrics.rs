//! What is counted, in the text form that Prometheus reads.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the times that are counted, in milliseconds.
const BOUNDS: [u64; 9] = [5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000];

/// Counts of what was answered. Names no person, no token and no thing: only endpoints.
#[derive(Debug, Default)]
pub struct Metrics {
    answers: Mutex<BTreeMap<(&'static str, &'static str, u16), u64>>,
    times: Mutex<BTreeMap<(&'static str, &'static str), Times>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Times {
    within: [u64; BOUNDS.len()],
    count: u64,
    milliseconds: u64,
}

impl Metrics {
    /// Counts an answer.
    pub fn answered(&self, method: &'static str, path: &'static str, status: u16, took: Duration) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        *answers.entry((method, path, status)).or_default() += 1;
        drop(answers);
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let times = times.entry((method, path)).or_default();
        for (within, bound) in times.within.iter_mut().zip(BOUNDS) {
            *within += u64::from(milliseconds <= bound);
        }
        times.count += 1;
        times.milliseconds = times.milliseconds.saturating_add(milliseconds);
    }

    /// The counts, and the gauges that the caller knows.
    pub fn text(&self, gauges: &[(&str, &str, u64)]) -> String {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, lines: &[String]| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for line in lines {
                let _ = writeln!(text, "{name}{line}");
            }
        };
        for (name, help, value) in gauges {
            family(name, "gauge", help, &[format!(" {value}")]);
        }
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<String> = answers
            .iter()
            .map(|((method, path, status), count)| {
                format!("{{method=\"{method}\",path=\"{path}\",status=\"{status}\"}} {count}")
            })
            .collect();
        family("ledger_http_answers_total", "counter", "Answers by endpoint and status.", &lines);
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(
            text,
            "# HELP ledger_http_time_milliseconds Time of answers.\n# TYPE ledger_http_time_milliseconds histogram"
        );
        for ((method, path), times) in times.iter() {
            let labels = format!("method=\"{method}\",path=\"{path}\"");
            let name = "ledger_http_time_milliseconds";
            for (within, bound) in times.within.iter().zip(BOUNDS) {
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {within}");
            }
            let Times { count, milliseconds, .. } = times;
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(text, "{name}_sum{{{labels}}} {milliseconds}\n{name}_count{{{labels}}} {count}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_endpoint_and_time() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/cases", 200, Duration::from_millis(7));
        metrics.answered("GET", "/cases", 200, Duration::from_secs(2));
        metrics.answered("GET", "/cases", 403, Duration::from_millis(1));
        let text = metrics.text(&[("ledger_log_events", "Events in the log.", 12)]);
        for line in [
            "ledger_log_events 12",
            "ledger_http_answers_total{method=\"GET\",path=\"/cases\",status=\"200\"} 2",
            "ledger_http_time_milliseconds_bucket{method=\"GET\",path=\"/cases\",le=\"10\"} 2",
            "ledger_http_time_milliseconds_bucket{method=\"GET\",path=\"/cases\",le=\"5000\"} 3",
            "ledger_http_time_milliseconds_count{method=\"GET\",path=\"/cases\"} 3",
        ] {
            assert!(text.lines().any(|each| each == line), "{line}\n{text}");
        }
    }
}
