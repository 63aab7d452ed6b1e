//! Civil time: benefit months, and working days as the State Council announced them.

mod month;
mod working_days;

pub use month::{BenefitMonth, MonthError};
pub use working_days::{Holiday, WorkingDays, WorkingDaysError, Year, YearNotPublished};
