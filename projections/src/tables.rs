//! Live tables, and those that are made anew beside them.

use std::borrow::Cow;

/// Which tables a statement speaks of. Statements are written for the live ones, whose names begin with `read_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// The tables that everyone reads: `read_*`.
    Live,
    /// The tables of a rebuild, which nobody else sees: `next_*`.
    Beside,
}

impl Tables {
    /// The statement, speaking of these tables.
    pub fn statement(self, text: &'static str) -> Cow<'static, str> {
        match self {
            Tables::Live => Cow::Borrowed(text),
            Tables::Beside => Cow::Owned(text.replace("read_", "next_")),
        }
    }

    /// The name of the table that is `name` among the live ones.
    pub fn name(self, name: &'static str) -> Cow<'static, str> {
        self.statement(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rebuild_speaks_of_its_own_tables() {
        let text = "insert into read_payments select * from read_cases";
        assert_eq!(Tables::Live.statement(text), text);
        assert_eq!(Tables::Beside.statement(text), "insert into next_payments select * from next_cases");
    }
}
