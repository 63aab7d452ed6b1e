//! Civil time: benefit months, and working days as the State Council announced them.

mod month;

pub use month::{BenefitMonth, MonthError};
