//! Events written in an older version, brought up to date when read. What is stored never changes.
//!
//! The steps belong to the events: see [`domain::aggregate::LedgerEvent::upcasters`]. Only an event whose stored
//! version is old goes through [`serde_json::Value`], which costs three times as much as reading it at once. A version
//! that differs in its minor number alone differs by optional fields alone, and is read as it is.

use domain::aggregate::{EventKind, LedgerEvent, Upcaster};
use serde_json::Value;

use crate::event::{DecodeError, StoredEvent};

/// Reads an event whose type and version are not among the newest. `named`: its type is, its version is not.
pub(crate) fn decode_old<E: LedgerEvent>(event: &StoredEvent, named: bool) -> Result<Option<E>, DecodeError> {
    let Some(first) = step::<E>(&event.event_type, &event.event_version) else {
        if named && lacks_optional_fields::<E>(event) {
            let read = serde_json::from_str(&event.payload);
            return read.map(Some).map_err(|error| event.malformed("payload", error.column()));
        }
        return if named { Err(unknown_version(event)) } else { Ok(None) };
    };
    let payload = serde_json::from_str(&event.payload);
    let mut payload: Value = payload.map_err(|error| event.malformed("payload", error.column()))?;
    let mut next = first;
    for _ in 0..=E::upcasters().len() {
        payload = (next.upcast)(payload).ok_or_else(|| event.malformed("payload", 0))?;
        if is_newest::<E>(next.to) {
            let read = serde_json::from_value(payload);
            return read.map(Some).map_err(|error| event.malformed("payload", error.column()));
        }
        next = step::<E>(next.to.name, next.to.version).ok_or_else(|| unknown_version(event))?;
    }
    Err(unknown_version(event))
}

fn step<E: LedgerEvent>(name: &str, version: &str) -> Option<&'static Upcaster> {
    E::upcasters().iter().find(|upcaster| upcaster.from.name == name && upcaster.from.version == version)
}

fn is_newest<E: LedgerEvent>(kind: EventKind) -> bool {
    E::kinds().contains(&kind)
}

/// Whether the stored version is an earlier minor one of the newest.
fn lacks_optional_fields<E: LedgerEvent>(event: &StoredEvent) -> bool {
    let newest = E::kinds().iter().find(|kind| kind.name == event.event_type);
    match (newest.and_then(|kind| numbers(kind.version)), numbers(&event.event_version)) {
        (Some((major, minor)), Some((stored_major, stored_minor))) => {
            major == stored_major && stored_minor < minor
        }
        _ => false,
    }
}

/// The major and the minor number of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

fn unknown_version(event: &StoredEvent) -> DecodeError {
    DecodeError::UnknownVersion {
        position: event.position,
        event_type: event.event_type.clone(),
        event_version: event.event_version.clone(),
    }
}
