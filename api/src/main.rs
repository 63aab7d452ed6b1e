//! The program `ledger`.

use api::cli::{Cli, Command, screen::{Form, Screen}};
use api::settings::{Given, Settings};
use clap::Parser;

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let common = cli.common;
    let given = Given { data_dir: common.data, database_url: common.database_url, pg_bin: common.pg_bin };
    let settings = Settings::try_new(given, |name| std::env::var(name).ok())?;
    let screen = Screen { lang: common.lang, form: if common.json { Form::Json } else { Form::Text } };
    if let Command::ReadRegister { .. } = &cli.command {
        api::registers::reading::ReadRegister::run_as_program();
        return Ok(());
    }
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        if let Command::Demo(args) = &cli.command {
            let (app, played) = api::demo::run(&settings, &screen, args).await?;
            println!("{played:#?}");
            let report = projections::statistics::year_report(&app.office().pool, 2023).await?;
            println!("{}", serde_json::to_string_pretty(&report)?);
            api::demo::farewell(&screen, &played, app.data())?;
            app.close().await?;
        }
        Ok(())
    })
}
