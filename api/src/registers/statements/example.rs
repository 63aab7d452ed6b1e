//! What a statement in a layout looks like: one gift of somebody who does not exist.

use super::Layout;
use super::layout::Columns;

impl Layout {
    /// The heads that are read, one gift under them, and the line that ends the table where it has one, as CSV.
    pub fn example(&self) -> String {
        let Columns { time, transaction, kind, amount, direction, fee, payer, .. } = &self.columns;
        let gift = self.kinds.gift.first().map_or("", |word| word.trim_start_matches('*'));
        let incoming = self.incoming.first().map_or("", String::as_str);
        let value = |head: &str| match head {
            head if head == time => "2023-05-08 12:00:01",
            head if head == transaction => "4200001800202305080000000001",
            head if head == kind => gift,
            head if head == amount => "50.00",
            head if Some(head) == direction.as_deref() => incoming,
            head if Some(head) == fee.as_deref() => "0.30",
            head if Some(head) == payer.as_deref() => "张示例",
            _ => "",
        };
        let heads = self.heads();
        let cells = heads.iter().map(|head| value(head));
        let row = |cells: &mut dyn Iterator<Item = &str>| cells.map(quoted).collect::<Vec<_>>().join(",");
        let end = self.end.first().map(|end| format!("{}\n", quoted(end))).unwrap_or_default();
        format!("{}\n{}\n{end}", row(&mut heads.iter().copied()), row(&mut cells.into_iter()))
    }
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field.to_owned()
}
