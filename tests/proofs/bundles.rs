//! Evidence bundles of a real log: verified when they are whole, refused with the place when anything is changed.

use crate::evidence::{Evidence, NAMED, SIZE};

#[tokio::test]
async fn a_bundle_of_all_events_and_one_of_some_are_verified() {
    let evidence = Evidence::new().await;
    let whole = evidence.whole().await.verify();
    assert_eq!(whole.faults, []);
    assert_eq!((whole.whole, whole.size, whole.events, whole.opened), (true, SIZE, SIZE, 2));
    assert_eq!(whole.consistent_with, [2, 3, 5]);
    assert_eq!(whole.witnesses[0].name, "witness.example");

    let partial = evidence.partial().await.verify();
    assert_eq!(partial.faults, []);
    assert_eq!((partial.whole, partial.size, partial.events, partial.opened), (false, SIZE, 3, 2));
    assert_eq!(partial.consistent_with, [3]);
    assert!(NAMED.len() as u64 == partial.opened && partial.key_from_bundle);
}
