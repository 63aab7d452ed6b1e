//! What is printed.

use sqlx::Row;

use crate::Size;
use crate::account::Setting;

/// The machine, the server's settings and the inputs.
pub async fn machine(setting: &Setting, size: Size) {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        line.split(':').nth(1).unwrap_or_default().trim().to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("machine     {} · {cores} cores", field(&read("/proc/cpuinfo"), "model name"));
    println!(
        "memory      {} · load {}",
        field(&read("/proc/meminfo"), "MemTotal"),
        read("/proc/loadavg").trim()
    );
    let mut connection = setting.owner("settings").await;
    let version: String = sqlx::query_scalar("select version()").fetch_one(&mut connection).await.unwrap();
    println!("server      {version}");
    let names = [
        "fsync",
        "synchronous_commit",
        "full_page_writes",
        "shared_buffers",
        "wal_sync_method",
        "max_wal_size",
    ];
    let rows = sqlx::query("select name, current_setting(name) from unnest($1::text[]) as name")
        .bind(names.as_slice());
    let rows = rows.fetch_all(&mut connection).await.unwrap();
    let settings: Vec<String> =
        rows.iter().map(|row| format!("{}={}", row.get::<String, _>(0), row.get::<String, _>(1))).collect();
    println!("settings    {}", settings.join(" "));
    let pinned = "every peer on one private server of its own; medians of the rounds in brackets";
    println!("inputs      {size:?}\nmethod      {pinned}");
    setting.drop("settings").await;
}

/// One peer's figures and the ratio of ours to them.
pub struct Line {
    pub name: &'static str,
    pub rates: Vec<f64>,
}

impl Line {
    pub fn new(name: &'static str) -> Line {
        Line { name, rates: Vec::new() }
    }

    pub fn median(&self) -> f64 {
        median(&self.rates)
    }
}

/// The middle of some figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Ours first; the peers' lines say how many times as fast ours is.
pub fn table(title: &str, unit: &str, lines: &[Line]) {
    println!("\n{title}");
    let ours = lines[0].median();
    for line in lines {
        let rates: Vec<String> = line.rates.iter().map(|rate| format!("{rate:.0}")).collect();
        let ratio = if line.name == lines[0].name {
            String::new()
        } else {
            format!("  ours is {:.2}×", ours / line.median())
        };
        println!("  {:<46} {:>10.0} {unit}  [{}]{ratio}", line.name, line.median(), rates.join(", "));
    }
}

/// Begins a new peak; where the kernel does not allow it, the peak is that of the whole run.
pub fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that this process held at once since the last reset.
pub fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 =
        line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or_default();
    kilobytes / 1024
}
