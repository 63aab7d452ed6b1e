//! The synthetic bank: it reads the bank file as any bank would and answers with a file of results.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use domain::identifiers::BankAccount;

use super::generator::is_returned_by_bank;

/// The bank's code for an account that does not exist.
const NO_SUCH_ACCOUNT: &str = "AC01";

/// Answers a bank file: everything is paid, but for accounts that do not exist.
///
/// # Errors
/// When a file cannot be read or written, or the bank file is not one.
pub fn answer(bank_file: &Path, results: &Path) -> anyhow::Result<()> {
    let mut text = String::from("payment,result,reference\n");
    for (number, line) in fs::read_to_string(bank_file)?.lines().enumerate() {
        let mut fields = line.split(',');
        if fields.next() != Some("P") {
            continue;
        }
        let (Some(payment), Some(account)) = (fields.next(), fields.next()) else {
            anyhow::bail!("line {} of the bank file has no account", number + 1);
        };
        if is_returned_by_bank(&BankAccount::parse(account)?) {
            writeln!(text, "{payment},returned,{NO_SUCH_ACCOUNT}")?;
        } else {
            writeln!(text, "{payment},settled,B{:08}", number)?;
        }
    }
    fs::write(results, text)?;
    Ok(())
}
