//! What a statement in a layout looks like: one gift of somebody who does not exist.

use super::Layout;
use super::layout::Columns;

impl Layout {
    /// The heads that are read, and one gift under them, as CSV.
    pub fn example(&self) -> String {
        let Columns { time, transaction, kind, amount, refund_number: _, refund_amount: _, fee, payer } =
            &self.columns;
        let gift = self.kinds.gift.first().map_or("", |word| word.trim_start_matches('*'));
        let value = |head: &str| match head {
            head if head == time => "2023-05-08 12:00:01",
            head if head == transaction => "4200001800202305080000000001",
            head if head == kind => gift,
            head if head == amount => "50.00",
            head if Some(head) == fee.as_deref() => "0.30",
            head if Some(head) == payer.as_deref() => "张示例",
            _ => "",
        };
        let heads = self.heads();
        let cells = heads.iter().map(|head| value(head));
        let row = |cells: &mut dyn Iterator<Item = &str>| cells.map(quoted).collect::<Vec<_>>().join(",");
        format!("{}\n{}\n", row(&mut heads.iter().copied()), row(&mut cells.into_iter()))
    }
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field.to_owned()
}
