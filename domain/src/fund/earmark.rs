//! 专款: money for one program beside money for any, and which of both a program has left.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::{Money, MoneyError};
use crate::program::Program;

/// A sum of one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramShare {
    /// Which.
    pub program: Program,
    /// How much, in fen; more than nothing.
    pub amount: Money,
}

/// What came in for which program, and what of it is used: promised or paid. A program first uses what is for it
/// alone, then what is for any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Earmarks {
    /// What came in for one program alone, in fen.
    pub reserved: BTreeMap<Program, Money>,
    /// What came in for any program, in fen.
    pub general: Money,
    /// What each program uses, in fen.
    pub used: BTreeMap<Program, Money>,
    /// What is used without a program's name, in fen: by runs that were committed before shares were said.
    pub unnamed: Money,
}

/// A program that needs more than it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// Which.
    pub program: Program,
    /// What it needs, in fen.
    pub needed: Money,
    /// What it may have, in fen.
    pub available: Money,
}

impl Earmarks {
    /// Takes money in, for one program or for any.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn receive(&mut self, program: Option<Program>, amount: Money) -> Result<(), MoneyError> {
        match program {
            Some(program) => add(&mut self.reserved, program, amount),
            None => {
                self.general = self.general.plus(amount)?;
                Ok(())
            }
        }
    }

    /// Notes that `amount` is used, by the programs of `shares`; an amount below nothing gives it back.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn employ(&mut self, shares: &[ProgramShare], amount: Money) -> Result<(), MoneyError> {
        if shares.is_empty() {
            self.unnamed = self.unnamed.plus(amount)?;
            return Ok(());
        }
        for share in shares {
            let part = if amount.is_negative() { share.amount.negated() } else { share.amount };
            add(&mut self.used, share.program, part)?;
        }
        Ok(())
    }

    /// The first program whose share is more than what is left for it and for any, without `withheld`, which came in
    /// but may not be used yet.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn shortage(
        &self,
        shares: &[ProgramShare],
        withheld: &Earmarks,
    ) -> Result<Option<Shortage>, MoneyError> {
        let mut general = self.general_left(withheld)?;
        for share in shares {
            let own = self.own_left(share.program, withheld)?;
            let available = own.plus(general.max(Money::ZERO))?;
            if share.amount > available {
                let ProgramShare { program, amount: needed } = *share;
                return Ok(Some(Shortage { program, needed, available }));
            }
            general = general.minus(share.amount.minus(own)?.max(Money::ZERO))?;
        }
        Ok(None)
    }

    /// What the programs of `shares` may use, each as far as it needs it: what is left for it alone, and what is left for
    /// any; without `withheld`, which came in but may not be used yet.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn usable(&self, shares: &[ProgramShare], withheld: &Earmarks) -> Result<Money, MoneyError> {
        let mut usable = self.general_left(withheld)?.max(Money::ZERO);
        for share in shares {
            usable = usable.plus(self.own_left(share.program, withheld)?.min(share.amount))?;
        }
        Ok(usable)
    }

    /// What is left for one program alone.
    fn own_left(&self, program: Program, withheld: &Earmarks) -> Result<Money, MoneyError> {
        Ok(self.own_balance(program, withheld)?.max(Money::ZERO))
    }

    /// What is left for any program; below nothing where more is withheld than that.
    fn general_left(&self, withheld: &Earmarks) -> Result<Money, MoneyError> {
        let mut general = self.general.minus(withheld.general)?.minus(self.unnamed)?;
        for &program in self.used.keys() {
            general = general.plus(self.own_balance(program, withheld)?.min(Money::ZERO))?;
        }
        Ok(general)
    }

    /// What came for one program alone less what it used; below nothing where it used what is for any.
    fn own_balance(&self, program: Program, withheld: &Earmarks) -> Result<Money, MoneyError> {
        let came = of(&self.reserved, program).minus(of(&withheld.reserved, program))?;
        came.minus(of(&self.used, program))
    }
}

fn of(sums: &BTreeMap<Program, Money>, program: Program) -> Money {
    sums.get(&program).copied().unwrap_or_default()
}

fn add(sums: &mut BTreeMap<Program, Money>, program: Program, amount: Money) -> Result<(), MoneyError> {
    let sum = sums.entry(program).or_default();
    *sum = sum.plus(amount)?;
    Ok(())
}
