//! Decisions that are appended together or not at all.

use std::sync::Arc;

use domain::bank_return::{BankReturn, BankReturnCommand};
use domain::benefit_case::{BenefitCase, BenefitCaseCommand};
use domain::campaign::{Campaign, CampaignCommand};
use domain::disclosure::{Disclosure, DisclosureCommand};
use domain::fund::{Fund, FundCommand};
use domain::gazette::{Gazette, GazetteCommand};
use domain::household::{Household, HouseholdCommand};
use domain::identity::{Identity, IdentityCommand};
use domain::identity_provider::{IdentityProvider, IdentityProviderCommand};
use domain::ids::RunId;
use domain::log_break::{LogBreak, LogBreakCommand};
use domain::payment::{Payment, PaymentCommand};
use domain::payment_run::{PaymentRun, PaymentRunCommand};
use domain::recovery_plan::{RecoveryPlan, RecoveryPlanCommand};
use domain::todo::{Todo, TodoCommand};
use domain::user::{User, UserCommand};
use domain::webhook::{Webhook, WebhookCommand};
use eventlog::append::Appended;
use eventlog::repository::{Repository, Work};
use uuid::Uuid;

use super::free_text::refuse_personal;
use super::{Desk, Office, ProcessError, Seen};

macro_rules! steps {
    ($($aggregate:ident($command:ident)),+ $(,)?) => {
        /// One decision: a command to one stream.
        #[derive(Clone, Debug)]
        pub enum Step {
            $(
                #[doc = concat!("A command to the `", stringify!($aggregate), "` of this id.")]
                $aggregate(String, $command)
            ),+
        }

        impl Step {
            async fn decide(&self, work: &mut Work) -> Result<(), ProcessError> {
                match self {
                    $(Step::$aggregate(id, command) => {
                        work.decide::<$aggregate>(id, command.clone()).await?;
                    })+
                }
                Ok(())
            }
        }
    };
}

steps! {
    Household(HouseholdCommand),
    Identity(IdentityCommand),
    BenefitCase(BenefitCaseCommand),
    PaymentRun(PaymentRunCommand),
    Payment(PaymentCommand),
    RecoveryPlan(RecoveryPlanCommand),
    Campaign(CampaignCommand),
    Fund(FundCommand),
    Disclosure(DisclosureCommand),
    Gazette(GazetteCommand),
    LogBreak(LogBreakCommand),
    Todo(TodoCommand),
    BankReturn(BankReturnCommand),
    User(UserCommand),
    Webhook(WebhookCommand),
    IdentityProvider(IdentityProviderCommand),
}

impl Office {
    /// Decides the steps in their order, each on what the ones before leave, and appends what happens together.
    /// Doing it again under the same key changes nothing. None where there was nothing to do.
    ///
    /// # Errors
    /// [`ProcessError`]: the first refusal; then nothing was appended.
    pub async fn together(
        &self,
        desk: &Desk,
        key: Uuid,
        steps: impl Into<Arc<[Step]>>,
    ) -> Result<Option<Appended>, ProcessError> {
        self.decide_all(desk, key, None, steps.into()).await
    }

    /// Like [`Office::together`], for steps that were made by what was seen of a run.
    ///
    /// # Errors
    /// [`ProcessError::RunChanged`] where the run is no longer as it was seen, and those of [`Office::together`].
    pub async fn together_on_run(
        &self,
        desk: &Desk,
        key: Uuid,
        seen: (RunId, Arc<PaymentRun>),
        steps: Vec<Step>,
    ) -> Result<(), ProcessError> {
        self.decide_all(desk, key, Some(seen), steps.into()).await?;
        Ok(())
    }

    async fn decide_all(
        &self,
        desk: &Desk,
        key: Uuid,
        seen: Option<(RunId, Arc<PaymentRun>)>,
        steps: Arc<[Step]>,
    ) -> Result<Option<Appended>, ProcessError> {
        let done = self
            .repository
            .transact(&desk.context(), &desk.request(key, &steps), |work| {
                let (seen, steps) = (seen.clone(), Arc::clone(&steps));
                let (office, looked_at) = (self.clone(), desk.seen);
                Box::pin(async move {
                    if let Some(looked_at) = looked_at {
                        is_still(&office.repository, work, looked_at).await?;
                    }
                    if let Some((run_id, run)) = seen
                        && work.state::<PaymentRun>(run_id).await? != run
                    {
                        return Err(ProcessError::RunChanged);
                    }
                    for step in steps.iter() {
                        step.decide(work).await?;
                    }
                    refuse_personal(&office, &steps, work.payloads()).await?;
                    Ok::<(), ProcessError>(())
                })
            })
            .await?;
        Ok(done.appended)
    }
}

/// Refuses where a thing is no longer in the version that somebody saw.
async fn is_still(repository: &Repository, work: &mut Work, seen: Seen) -> Result<(), ProcessError> {
    let (version, is) = match seen {
        Seen::Case(id, version) => {
            repository.load_newest::<BenefitCase>(id).await?;
            (version, work.version::<BenefitCase>(id).await?)
        }
        Seen::Run(id, version) => {
            repository.load_newest::<PaymentRun>(id).await?;
            (version, work.version::<PaymentRun>(id).await?)
        }
        Seen::Household(id, version) => {
            repository.load_newest::<Household>(id).await?;
            (version, work.version::<Household>(id).await?)
        }
    };
    if version == is {
        return Ok(());
    }
    Err(ProcessError::Refused {
        code: "version_changed",
        field: "",
        zh: "您查阅之后已有变更，请重新查阅后再办理。".to_owned(),
        en: "it was changed since you saw it; look at it again".to_owned(),
    })
}
