//! Any event of the office, for readers that look at the whole log.

use crate::aggregate::{Decider, LedgerEvent};
use crate::benefit_case::BenefitCaseEvent;
use crate::campaign::CampaignEvent;
use crate::fund::FundEvent;
use crate::household::HouseholdEvent;
use crate::identity::IdentityEvent;
use crate::payment::PaymentEvent;
use crate::payment_run::PaymentRunEvent;

macro_rules! any_event {
    ($($(#[$doc:meta])* $aggregate:ident($event:ty)),+ $(,)?) => {
        /// An event of one of the office's streams, told apart by the stream's type.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum AnyEvent {
            $($(#[$doc])* $aggregate($event)),+
        }

        impl AnyEvent {
            /// The stream types of the office.
            pub const STREAM_TYPES: &'static [&'static str] = &[$(stringify!($aggregate)),+];

            /// Reads the JSON of a newest-version event of a stream type; `None` for a type of another office.
            ///
            /// # Errors
            /// When the JSON is not such an event.
            pub fn decode(stream_type: &str, payload: &str) -> Result<Option<AnyEvent>, serde_json::Error> {
                $(if stream_type == stringify!($aggregate) {
                    return serde_json::from_str(payload).map(|event| Some(AnyEvent::$aggregate(event)));
                })+
                Ok(None)
            }

            /// The event's type: `PaymentOrdered`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(AnyEvent::$aggregate(event) => event.kind().name),+
                }
            }
        }

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn every_stream_type_is_the_aggregates_own() {
                $(assert_eq!(<crate::$aggregate as Decider>::TYPE, stringify!($aggregate));)+
            }
        }
    };
}

any_event! {
    /// 家庭.
    Household(HouseholdEvent),
    /// 身份占用.
    Identity(IdentityEvent),
    /// 救助个案.
    BenefitCase(BenefitCaseEvent),
    /// 发放批次.
    PaymentRun(PaymentRunEvent),
    /// 发放明细.
    Payment(PaymentEvent),
    /// 募捐活动.
    Campaign(CampaignEvent),
    /// 资金.
    Fund(FundEvent),
}
