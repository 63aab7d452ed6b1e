//! Whatever a bank says, in whatever order: nothing is lost and nothing counted twice.

use domain::bank_return::LineResolution;

use crate::bank_returns::at_the_bank;

/// Draws without a library: the same seed, the same story.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[tokio::test]
async fn whatever_the_bank_says_in_whatever_order_the_sums_hold_after_every_file() {
    let bank = at_the_bank("pain_001").await;
    let mut draw = Draw(20_230_227);
    for _ in 0..25 {
        let mut says = Vec::new();
        for _ in 0..=draw.below(6) {
            let place = draw.below(5);
            let (status, reason) =
                [("ACSC", ""), ("RJCT", "AC01"), ("ACSP", ""), ("ZZZZ", "")][draw.below(4)];
            let mut one = bank.says(place, status, reason);
            match draw.below(8) {
                0 => one.amount = "0.02".to_owned(),
                1 => one.reference = "F".repeat(32),
                _ => {}
            }
            says.push(one);
        }
        let taken = bank.take(&bank.report(&says)).await.unwrap();
        assert_eq!(taken.matching.line_count(), Some(says.len() as u64), "{says:?}");
        bank.adds_up(&taken).await;
        if let Some(line) = taken.unmatched.first().filter(|_| !taken.known_before) {
            bank.resolve(&taken, line.row, LineResolution::Dismissed).await.unwrap();
        }
    }
    bank.small.ledger.finish().await;
}
