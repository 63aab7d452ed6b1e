//! The chart of accounts as `docs/BOOKS.md` shows it.

use super::account::Account;

/// The chart of accounts, as a table in Markdown.
pub fn chart_markdown() -> String {
    let mut page = String::from(
        "| Code | 科目 | Account | 类别 · kind | 政府会计制度 · Government Accounting System |\n|---|---|---|---|---|\n",
    );
    for account in Account::all() {
        let kind = account.kind();
        let statement =
            if account.statement_account().is_empty() { "–" } else { account.statement_account() };
        page.push_str(&format!(
            "| `{}` | {} | {} | {} · {} | {statement} |\n",
            account.code(),
            account.zh(),
            account.en(),
            kind.zh(),
            kind.en(),
        ));
    }
    page
}
