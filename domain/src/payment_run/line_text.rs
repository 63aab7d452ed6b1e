//! The canonical text of a line: what the digest is over, and what is kept of a line until its release.

use std::fmt;
use std::str::{FromStr, Split};

use super::calculation::RunLine;
use crate::money::Money;
use crate::payment::{PaymentKind, Withholding};
use crate::personal::BlindIndex;

/// Begins a line that withholds nothing.
const PLAIN: &str = "line1";

/// Begins a line with what it withholds at its end.
const WITHHOLDING: &str = "line2";

/// Twelve fields between bars, amounts in fen, and one more for each part that is withheld. The digest is over this text,
/// so it never changes; a new field needs a new first word.
impl fmt::Display for RunLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = if self.withheld.is_empty() { PLAIN } else { WITHHOLDING };
        let kind = kind_word(self.kind);
        write!(f, "{form}|{}|{}|{}|", self.payment_id, self.case_id, self.beneficiary)?;
        write!(f, "{}|{}|{}|{kind}|", self.program.code(), self.month, self.attempt)?;
        write!(f, "{}|{}|", self.amount.fen(), self.due.fen())?;
        write!(f, "{}|{}", self.payee, self.account_index.as_str())?;
        for Withholding { plan_id, payment_id, amount } in &self.withheld {
            write!(f, "|{plan_id}:{payment_id}:{}", amount.fen())?;
        }
        Ok(())
    }
}

/// The text is not that of a line. It names no field: what stands in a line is nobody else's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not that of a line")]
pub struct NotALine;

impl FromStr for RunLine {
    type Err = NotALine;

    fn from_str(text: &str) -> Result<RunLine, NotALine> {
        let mut fields = Fields(text.split('|'));
        let form = fields.text()?;
        let mut line = RunLine {
            payment_id: fields.next()?,
            case_id: fields.next()?,
            beneficiary: fields.next()?,
            program: fields.next()?,
            month: fields.next()?,
            attempt: fields.next()?,
            kind: kind_of(fields.text()?)?,
            amount: fields.money()?,
            due: fields.money()?,
            payee: fields.next()?,
            account_index: BlindIndex::from_hex(fields.text()?),
            withheld: Vec::new(),
        };
        line.withheld = fields.0.map(withholding).collect::<Result<_, _>>()?;
        let expected = if line.withheld.is_empty() { PLAIN } else { WITHHOLDING };
        if form == expected { Ok(line) } else { Err(NotALine) }
    }
}

/// What stands between the bars, from the left.
struct Fields<'t>(Split<'t, char>);

impl<'t> Fields<'t> {
    fn text(&mut self) -> Result<&'t str, NotALine> {
        self.0.next().ok_or(NotALine)
    }

    fn next<T: FromStr>(&mut self) -> Result<T, NotALine> {
        self.text()?.parse().map_err(|_| NotALine)
    }

    fn money(&mut self) -> Result<Money, NotALine> {
        fen(self.text()?)
    }
}

fn fen(text: &str) -> Result<Money, NotALine> {
    let fen = text.parse().map_err(|_| NotALine)?;
    Money::try_from_fen(fen).map_err(|_| NotALine)
}

fn withholding(text: &str) -> Result<Withholding, NotALine> {
    let mut parts = text.split(':');
    let mut part = || parts.next().ok_or(NotALine);
    let plan_id = part()?.parse().map_err(|_| NotALine)?;
    let payment_id = part()?.parse().map_err(|_| NotALine)?;
    let amount = fen(part()?)?;
    if parts.next().is_some() { Err(NotALine) } else { Ok(Withholding { plan_id, payment_id, amount }) }
}

const fn kind_word(kind: PaymentKind) -> &'static str {
    match kind {
        PaymentKind::Ordinary => "ordinary",
        PaymentKind::Arrears => "arrears",
        PaymentKind::Reissue => "reissue",
    }
}

fn kind_of(word: &str) -> Result<PaymentKind, NotALine> {
    let kinds = [PaymentKind::Ordinary, PaymentKind::Arrears, PaymentKind::Reissue];
    kinds.into_iter().find(|kind| kind_word(*kind) == word).ok_or(NotALine)
}
