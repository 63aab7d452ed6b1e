//! What is published is what the log says.

use chrono::NaiveDate;

use super::{Decision, not_before, not_future};
use crate::aggregate::Context;
use crate::campaign::{
    Campaign, CampaignError, CampaignEvent, Closed, GiftBook, Progress, Publication, is_sha256,
};

impl Campaign {
    pub(super) fn publish_progress(
        &self,
        publication: Publication,
        published_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let book = self.opened()?;
        let same = Progress { publication, published_on };
        if book.progress.contains(&same) {
            return Ok(vec![]);
        }
        if !matches!(self, Campaign::Open(_) | Campaign::Closed(_)) {
            return Err(self.refuses(command));
        }
        let Progress { publication, published_on } = same;
        not_future(published_on, context)?;
        not_before(published_on, book.latest_gift_on)?;
        let earlier = book.progress.last().map_or(book.terms.opens_on, |progress| progress.published_on);
        not_before(published_on, earlier)?;
        book.says(&publication)?;
        let Publication { total, donation_count, list } = publication;
        let list = list.ok_or(CampaignError::ListMissing)?;
        Ok(vec![CampaignEvent::ProgressPublished { total, donation_count, list, published_on }])
    }

    pub(super) fn publish(
        &self,
        publication: Publication,
        published_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let Closed { book, closed_on } = match self {
            Campaign::Published(published)
                if published.published_on == published_on && published.results == publication =>
            {
                return Ok(vec![]);
            }
            Campaign::Closed(closed) => closed,
            _ => return Err(self.refuses(command)),
        };
        not_future(published_on, context)?;
        not_before(published_on, *closed_on)?;
        book.says(&publication)?;
        let Publication { total, donation_count, list } = publication;
        Ok(vec![CampaignEvent::ResultsPublished { total, donation_count, published_on, list }])
    }
}

impl GiftBook {
    fn says(&self, publication: &Publication) -> Result<(), CampaignError> {
        let sha256 = publication.list.as_ref().map(|list| list.sha256.clone());
        let expected = self.publication(sha256.clone().unwrap_or_default());
        let agrees = publication.total == expected.total
            && publication.donation_count == expected.donation_count
            && (publication.list.is_none() || publication.list == expected.list);
        if !agrees {
            let (total, donation_count) = (expected.total, expected.donation_count);
            return Err(CampaignError::ResultsDisagree { total, donation_count });
        }
        match sha256 {
            Some(sha256) if !is_sha256(&sha256) => Err(CampaignError::ListMissing),
            _ => Ok(()),
        }
    }
}
