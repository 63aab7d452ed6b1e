//! The program `ledger`.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use api::cli::audit::verify;
use api::cli::screen::Screen;
use api::cli::{AuditCommand, Cli, Command, Done, Failure, assess, deadline, dispatch, lines, usage};
use api::lang::Lang;
use clap::Parser;
use tikv_jemallocator::Jemalloc;
use tracing_subscriber::EnvFilter;

/// Commands and pages take and give back pieces of some kilobytes, for which glibc's allocator goes through its lists: a
/// sixth of our own time of a command over HTTP.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// How long work that another thread waits for may take to end after the command itself has.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(15);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return wrong_usage(&error),
    };
    match cli.command {
        // its limits count what other threads reserve, so it comes before any is started
        Command::ReadRegister(read) => read.run(),
        Command::ReadWorkbook(read) => read.run(),
        Command::Assess => lines_answered(assess::run),
        Command::Deadline => lines_answered(deadline::run),
        Command::Audit(AuditCommand::Verify(arguments)) => {
            ended(&cli.common.screen(), verify::run(&cli.common.screen(), &arguments))
        }
        _ => with_ledger(cli),
    }
}

/// A wrong command line is exit code 2; help and version are answers. Programs get their error as JSON.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    let wrong = error.use_stderr();
    if wrong && std::env::args().any(|argument| argument == "--json") {
        let message = error.to_string();
        println_quietly(&serde_json::json!({ "error": { "code": "wrong_usage", "message": message } }));
    } else {
        if wrong && usage::language() == Lang::Zh {
            eprintln!("{}", usage::in_chinese(error));
        }
        let _ = error.print();
    }
    ExitCode::from(if wrong { 2 } else { 0 })
}

/// Prints to a reader that may have gone.
fn println_quietly(text: &impl std::fmt::Display) {
    use io::Write;
    let _ = writeln!(io::stdout(), "{text}");
}

type Lines = fn(io::StdinLock<'static>, io::StdoutLock<'static>) -> io::Result<lines::LinesStatus>;

fn lines_answered(run: Lines) -> ExitCode {
    let run = run(io::stdin().lock(), io::stdout().lock());
    if let Err(error) = &run {
        eprintln!("ledger: {error}");
    }
    ExitCode::from(lines::exit_status(&run))
}

fn with_ledger(cli: Cli) -> ExitCode {
    start_tracing();
    let screen = cli.common.screen();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ledger: {error}");
            return ExitCode::from(3);
        }
    };
    let done = runtime.block_on(dispatch(cli));
    // a private server that was just being started is stopped by the task that started it
    runtime.shutdown_timeout(LEAVE_TIMEOUT);
    ended(&screen, done)
}

fn ended(screen: &Screen, done: Result<Done, Failure>) -> ExitCode {
    ExitCode::from(match done {
        Ok(done) => Done::exit_code(done),
        Err(failure) => {
            failure.show(screen);
            failure.exit_code()
        }
    })
}

/// Quiet unless `RUST_LOG` asks; standard output belongs to the answer.
fn start_tracing() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
}
