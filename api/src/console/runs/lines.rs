//! The lines of a run on its page: filtered, sorted, page by page, with where each payment is.

use std::collections::BTreeMap;

use domain::ids::{BankReturnId, PaymentId};
use domain::money::Money;
use domain::numbers::{grouped, yuan};
use domain::payment::{PaymentKind, PaymentStage};
use domain::program::Program;
use projections::payment_registers::{PaymentRunRow, queries};
use serde::Deserialize;

use crate::console::names::people;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::payment_run::{FoundLines, LineFilter, LineOrder, StagedLine, find_lines, lines_from};
use crate::processes::{Office, ProcessError};

/// Lines of one page.
pub(super) const PAGE_LINES: u32 = 50;

/// Which lines are wanted, as the address says it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::console) struct Wanted {
    /// The page, from 1.
    page: Option<u32>,
    program: Option<String>,
    kind: Option<String>,
    state: Option<String>,
    order: Option<String>,
    /// How many payments a form just held.
    pub held: Option<u32>,
    /// A file from the bank that was just sent.
    pub taken: Option<BankReturnId>,
    /// Whether it had been taken in before.
    #[serde(default)]
    pub known: bool,
}

/// A list to choose from: code, name, whether it is chosen.
type Choices = Vec<(&'static str, &'static str, bool)>;

/// The lines of a page.
#[derive(Default)]
pub(super) struct Table {
    pub lines: Vec<Line>,
    pub count: String,
    pub sum: String,
    pub page: u32,
    pub pages: u32,
    /// What the address says beside the page.
    pub query: String,
    pub programs: Choices,
    pub kinds: Choices,
    pub states: Choices,
    pub orders: Choices,
    pub filtered: bool,
}

pub(super) struct Line {
    pub number: u64,
    /// Names the line when it is chosen; empty of people whom the visitor does not see.
    pub pick: String,
    pub case: String,
    pub name: String,
    pub community: String,
    pub program: &'static str,
    pub month: String,
    pub kind: &'static str,
    pub due: String,
    pub standing: String,
    pub withheld: String,
    pub amount: String,
    pub state: &'static str,
    pub mark: &'static str,
}

const KINDS: [PaymentKind; 3] = [PaymentKind::Ordinary, PaymentKind::Arrears, PaymentKind::Reissue];

const STAGES: [PaymentStage; 6] = [
    PaymentStage::Unordered,
    PaymentStage::Ordered,
    PaymentStage::Settled,
    PaymentStage::Returned,
    PaymentStage::Reissued,
    PaymentStage::Cancelled,
];

const ORDERS: [(&str, &str, &str, LineOrder); 3] = [
    ("number", "按序号", "by number", LineOrder::Number),
    ("largest", "金额从大到小", "largest first", LineOrder::LargestFirst),
    ("smallest", "金额从小到大", "smallest first", LineOrder::SmallestFirst),
];

impl Wanted {
    /// A filter as a form sends it.
    pub fn with(program: Option<String>, kind: Option<String>, state: Option<String>) -> Wanted {
        Wanted { program, kind, state, ..Wanted::default() }
    }

    /// What is asked for; what is none of the choices asks for nothing.
    pub fn filter(&self) -> LineFilter {
        let is = |text: &Option<String>, code: &str| text.as_deref() == Some(code);
        LineFilter {
            program: Program::ALL.iter().copied().find(|program| is(&self.program, program.code())),
            kind: KINDS.into_iter().find(|kind| is(&self.kind, kind.en())),
            stage: STAGES.into_iter().find(|stage| is(&self.state, stage.en())),
            order: ORDERS
                .iter()
                .find(|(code, ..)| is(&self.order, code))
                .map(|(.., order)| *order)
                .unwrap_or_default(),
        }
    }
}

/// The lines of a page that fit. How many all are and what they sum up to is known without looking at each.
async fn find(
    office: &Office,
    run: &PaymentRunRow,
    filter: &LineFilter,
    page: u32,
) -> Result<FoundLines, ProcessError> {
    let from = offset(page);
    if *filter != LineFilter::default() {
        return find_lines(&office.pool, run.run_id, filter, from, PAGE_LINES).await;
    }
    let lines = lines_from(&office.pool, run.run_id, from, PAGE_LINES).await?;
    Ok(FoundLines { lines: (from..).zip(lines).collect(), count: run.line_count, sum: run.control_sum })
}

/// The page that is wanted.
pub(super) async fn table(
    office: &Office,
    visitor: &Visitor,
    run: &PaymentRunRow,
    wanted: &Wanted,
) -> Result<Table, ProcessError> {
    let (lang, filter) = (visitor.lang, wanted.filter());
    let first = find(office, run, &filter, wanted.page.unwrap_or(1)).await?;
    let pages = u32::try_from(first.count.div_ceil(PAGE_LINES.into())).unwrap_or(u32::MAX).max(1);
    let page = wanted.page.unwrap_or(1).clamp(1, pages);
    let found = if first.lines.is_empty() && first.count > 0 {
        find(office, run, &filter, page).await?
    } else {
        first
    };
    let FoundLines { lines, count, sum } = found;
    let code = |choices: &Choices| choices.iter().find(|(.., chosen)| *chosen).map_or("", |(code, ..)| *code);
    let chosen = |program: &Program| {
        (program.code(), lang.pick(program.zh(), program.en()), filter.program == Some(*program))
    };
    let programs: Choices = run.programs.iter().map(chosen).collect();
    let kinds: Choices = KINDS
        .iter()
        .map(|kind| (kind.en(), lang.pick(kind.zh(), kind.en()), filter.kind == Some(*kind)))
        .collect();
    let states: Choices = STAGES
        .iter()
        .map(|stage| (stage.en(), lang.pick(stage.zh(), stage.en()), filter.stage == Some(*stage)))
        .collect();
    let orders: Choices = ORDERS
        .iter()
        .map(|(code, zh, en, order)| (*code, lang.pick(*zh, *en), filter.order == *order))
        .collect();
    let query = format!(
        "program={}&kind={}&state={}&order={}",
        code(&programs),
        code(&kinds),
        code(&states).replace(' ', "+"),
        code(&orders)
    );
    Ok(Table {
        lines: shown_lines(office, visitor, &lines).await?,
        count: grouped(count.cast_signed()),
        sum: yuan(sum),
        page,
        pages,
        query,
        programs,
        kinds,
        states,
        orders,
        filtered: filter.program.is_some() || filter.kind.is_some() || filter.stage.is_some(),
    })
}

fn offset(page: u32) -> u64 {
    u64::from(page.max(1) - 1) * u64::from(PAGE_LINES)
}

/// Of people whom the visitor does not see only the amount is shown.
async fn shown_lines(
    office: &Office,
    visitor: &Visitor,
    staged: &[(u64, StagedLine)],
) -> Result<Vec<Line>, ProcessError> {
    let ids: Vec<PaymentId> = staged.iter().map(|(_, staged)| staged.line.payment_id).collect();
    let payments = queries::payments(&office.pool, &ids).await?;
    let stages: BTreeMap<PaymentId, PaymentStage> =
        payments.iter().map(|payment| (payment.payment_id, payment.status)).collect();
    let known = people(office, staged.iter().map(|(_, line)| line.line.beneficiary), visitor.lang).await?;
    let line = |(number, staged): &(u64, StagedLine)| {
        let person = known.get(&staged.line.beneficiary).cloned().unwrap_or_default();
        let stage = stages.get(&staged.line.payment_id).copied().unwrap_or(PaymentStage::Unordered);
        let seen = visitor.sees(&person.community);
        let mut line = shown_line(visitor.lang, number + 1, staged, stage);
        line.community = person.community;
        if seen {
            line.name = person.name;
        } else {
            (line.case, line.pick) = (String::new(), String::new());
        }
        line
    };
    Ok(staged.iter().map(line).collect())
}

fn shown_line(lang: Lang, number: u64, staged: &StagedLine, stage: PaymentStage) -> Line {
    let line = &staged.line;
    let withheld = Money::sum(line.withheld.iter().map(|part| part.amount)).unwrap_or_default();
    let standing = line.due.minus(line.amount).and_then(|rest| rest.minus(withheld)).unwrap_or_default();
    Line {
        number,
        pick: format!("{}|{}", line.case_id, line.month),
        case: line.case_id.to_string(),
        name: "＊".to_owned(),
        community: String::new(),
        program: lang.pick(line.program.zh(), line.program.en()),
        month: line.month.to_string(),
        kind: lang.pick(line.kind.zh(), line.kind.en()),
        due: yuan(line.due),
        standing: yuan(standing),
        withheld: yuan(withheld),
        amount: yuan(line.amount),
        state: lang.pick(stage.zh(), stage.en()),
        mark: stage.en().split(' ').next().unwrap_or_default(),
    }
}
