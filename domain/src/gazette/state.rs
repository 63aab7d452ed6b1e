//! The proposals of the gazette, and what became of each.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::GazetteEvent;
use crate::actor::ActorId;
use crate::aggregate::ImpossibleEvent;

/// The aggregate Gazette (政策参数公布簿): every proposal by its number, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gazette {
    proposals: Vec<Proposal>,
}

/// New rates that somebody proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Counts the proposals from 1.
    pub number: u32,
    /// 文号.
    pub document: String,
    /// The rates as TOML.
    pub text: String,
    /// The day on which they were proposed.
    pub proposed_on: NaiveDate,
    /// By whom.
    pub proposed_by: ActorId,
    /// What became of it.
    pub stage: ProposalStage,
}

/// What became of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalStage {
    /// 待批准.
    Proposed,
    /// 已发布.
    Published {
        /// The day.
        approved_on: NaiveDate,
        /// By whom.
        approved_by: ActorId,
    },
    /// 已退回.
    Rejected {
        /// Why.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
}

impl ProposalStage {
    /// The name that people see.
    pub const fn zh(&self) -> &'static str {
        match self {
            ProposalStage::Proposed => "待批准",
            ProposalStage::Published { .. } => "已发布",
            ProposalStage::Rejected { .. } => "已退回",
        }
    }

    /// The name in English.
    pub const fn en(&self) -> &'static str {
        match self {
            ProposalStage::Proposed => "proposed",
            ProposalStage::Published { .. } => "published",
            ProposalStage::Rejected { .. } => "rejected",
        }
    }
}

impl Gazette {
    /// Every proposal, in the order of their numbers.
    pub fn proposals(&self) -> &[Proposal] {
        &self.proposals
    }

    /// The proposal of a number.
    pub fn proposal(&self, number: u32) -> Option<&Proposal> {
        self.proposals.iter().find(|proposal| proposal.number == number)
    }

    /// The number that the next proposal gets.
    pub(super) fn next_number(&self) -> u32 {
        self.proposals.last().map_or(1, |last| last.number.saturating_add(1))
    }

    pub(super) fn evolve(&mut self, event: &GazetteEvent) -> Result<(), ImpossibleEvent> {
        match event {
            GazetteEvent::PolicyParametersProposed { number, document, text, proposed_on, proposed_by } => {
                if *number != self.next_number() {
                    return Err(ImpossibleEvent::new(event, "a gazette with other proposals"));
                }
                self.proposals.push(Proposal {
                    number: *number,
                    document: document.clone(),
                    text: text.clone(),
                    proposed_on: *proposed_on,
                    proposed_by: proposed_by.clone(),
                    stage: ProposalStage::Proposed,
                });
                Ok(())
            }
            GazetteEvent::PolicyParametersPublished { number, approved_on, approved_by, .. } => {
                let (approved_on, approved_by) = (*approved_on, approved_by.clone());
                self.close(*number, event, ProposalStage::Published { approved_on, approved_by })
            }
            GazetteEvent::PolicyParametersRejected { number, reason, rejected_on } => {
                let (reason, rejected_on) = (reason.clone(), *rejected_on);
                self.close(*number, event, ProposalStage::Rejected { reason, rejected_on })
            }
        }
    }

    fn close(
        &mut self,
        number: u32,
        event: &GazetteEvent,
        stage: ProposalStage,
    ) -> Result<(), ImpossibleEvent> {
        let open =
            |proposal: &&mut Proposal| proposal.number == number && proposal.stage == ProposalStage::Proposed;
        let Some(proposal) = self.proposals.iter_mut().find(open) else {
            return Err(ImpossibleEvent::new(event, "a gazette without such an open proposal"));
        };
        proposal.stage = stage;
        Ok(())
    }
}
