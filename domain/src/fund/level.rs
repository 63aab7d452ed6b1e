//! Who appropriated money: the levels of government.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 资金层级: which level of government appropriated the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GovernmentLevel {
    /// 中央.
    Central,
    /// 市.
    Municipal,
    /// 区.
    District,
    /// 街道.
    Street,
}

/// The text is no level's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the levels are central, municipal, district, street")]
pub struct UnknownLevel;

impl GovernmentLevel {
    /// Every level, from the top.
    pub const ALL: [GovernmentLevel; 4] = [
        GovernmentLevel::Central,
        GovernmentLevel::Municipal,
        GovernmentLevel::District,
        GovernmentLevel::Street,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            GovernmentLevel::Central => "central",
            GovernmentLevel::Municipal => "municipal",
            GovernmentLevel::District => "district",
            GovernmentLevel::Street => "street",
        }
    }

    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            GovernmentLevel::Central => "中央",
            GovernmentLevel::Municipal => "市",
            GovernmentLevel::District => "区",
            GovernmentLevel::Street => "街道",
        }
    }
}

impl FromStr for GovernmentLevel {
    type Err = UnknownLevel;

    fn from_str(code: &str) -> Result<GovernmentLevel, UnknownLevel> {
        GovernmentLevel::ALL.into_iter().find(|level| level.code() == code).ok_or(UnknownLevel)
    }
}
