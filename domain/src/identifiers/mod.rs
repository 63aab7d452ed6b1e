//! Numbers that carry their own check: citizen ID, bank card, unified social credit code.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::personal::PersonalField;

/// A citizen ID number (公民身份号码, GB 11643-1999), always 18 characters with a right check character.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CitizenId(String);

impl PersonalField for CitizenId {
    const LABEL: &'static str = "id_number";
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CitizenId(…)")
    }
}

/// A bank account or card number (银行账号): 8 to 32 digits.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BankAccount(String);

impl PersonalField for BankAccount {
    const LABEL: &'static str = "account";
}

impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BankAccount(…)")
    }
}
