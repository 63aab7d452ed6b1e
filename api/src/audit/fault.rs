//! What is wrong with a bundle, and where.

use schemars::JsonSchema;
use serde::Serialize;

/// Something in a bundle that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "BundleFault")]
pub struct Fault {
    /// Stable, snake case.
    pub code: &'static str,
    /// The file within the bundle.
    pub file: String,
    /// The event, where it is about one.
    pub position: Option<u64>,
    /// What is wrong, in Chinese.
    pub zh: String,
    /// What is wrong, in English.
    pub en: String,
}

impl Fault {
    /// A fault of a file.
    pub fn of(
        code: &'static str,
        file: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Fault {
        Fault { code, file: file.into(), position: None, zh: zh.into(), en: en.into() }
    }

    /// The same, about an event.
    pub fn at(self, position: u64) -> Fault {
        Fault { position: Some(position), ..self }
    }
}
