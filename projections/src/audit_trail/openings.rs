//! Whose personal values were opened: one disclosure may open many people's.

use domain::disclosure::DisclosureEvent;
use eventlog::event::StoredEvent;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::ApplyError;
use crate::projection::At;
use crate::tables::Tables;

/// The event that opens people's values.
const OPENED: &str = "PersonalDataDisclosed";

/// Adds who was opened by the disclosures of a batch.
///
/// # Errors
/// A disclosure that cannot be read; those of the database.
pub(super) async fn add(
    connection: &mut PgConnection,
    tables: Tables,
    batch: &[StoredEvent],
) -> Result<(), ApplyError> {
    let (mut persons, mut positions) = (Vec::<Uuid>::new(), Vec::new());
    for stored in batch.iter().filter(|stored| stored.event_type == OPENED) {
        let event = stored.decode::<DisclosureEvent>().map_err(|error| At(stored).fault(error))?;
        if let Some(DisclosureEvent::PersonalDataDisclosed { opened, .. }) = event {
            persons.extend(opened.iter().map(|each| each.person_id.uuid()));
            positions.resize(persons.len(), stored.position.cast_signed());
        }
    }
    if !persons.is_empty() {
        let statement = tables.statement(include_str!("sql/add_openings.sql"));
        sqlx::query(&statement).bind(persons).bind(positions).execute(connection).await?;
    }
    Ok(())
}
