//! 报盘: the files to the bank, written from the staged lines. Accounts and names are opened here and nowhere else, after
//! that was recorded as a disclosure, one page at a time.

use std::collections::HashMap;
use std::io::{self, Write};

use chrono::NaiveDate;
use domain::disclosure::DisclosureCommand;
use domain::identifiers::BankAccount;
use domain::ids::{PersonId, RunId};
use domain::money::Money;
use domain::payment_run::{BankDelivery, BankFile, LineDigest};
use domain::personal::{OpenError, Opened, PersonName, PersonalField, Sealed};
use eventlog::keyring::DataKeys;
use futures::{Stream, TryStreamExt};
use projections::case_files::queries::members;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::arrived_late::paid_meanwhile;
use super::release::PAGES_AT_ONCE;
use super::staged::{LineToDeliver, StagedLines};
use super::withheld::WithholdingLines;
use crate::bank::fault::Fault;
use crate::bank::layout::Layout;
use crate::bank::writing::{FILES_MAX, FileHead, LineToPay, Writer, shown_name};
use crate::processes::cores::blocking;
use crate::processes::{Desk, Office, ProcessError, Step};

/// Where the files to the bank go.
pub trait BankFiles {
    /// Begins a file: the `number`th of `of`, from 1.
    ///
    /// # Errors
    /// When it cannot be made.
    fn begin(&mut self, number: u32, of: u32) -> io::Result<()>;

    /// Appends to the file that was begun last.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// All files are written.
    ///
    /// # Errors
    /// When they cannot be finished.
    fn finish(&mut self) -> io::Result<()>;
}

/// A place for one file.
pub struct OneFile<'w, W: Write>(pub &'w mut W);

impl<W: Write> BankFiles for OneFile<'_, W> {
    fn begin(&mut self, number: u32, _: u32) -> io::Result<()> {
        if number == 1 { Ok(()) } else { Err(io::Error::other("the layout makes several files")) }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The files that a run makes, before one is written.
#[derive(Debug, Default)]
pub(super) struct FilePlan {
    files: Vec<PlannedFile>,
}

#[derive(Debug)]
struct PlannedFile {
    /// Whether it is for the bank's own accounts; none where the layout does not part them.
    own: Option<bool>,
    line_count: u64,
    control_sum: Money,
}

impl FilePlan {
    fn add(&mut self, layout: &Layout, own: Option<bool>, amount: Money) -> Result<(), ProcessError> {
        let lines_max = layout.lines_max.unwrap_or(u64::MAX);
        let newest = self.files.iter_mut().rfind(|file| file.own == own);
        let file = match newest {
            Some(file) if file.line_count < lines_max => file,
            _ => {
                if self.files.len() >= FILES_MAX as usize {
                    let (zh, en) = (
                        "本批次将超过 255 个文件，请调整每文件行数",
                        "the run would make more than 255 files",
                    );
                    return Err(Fault::new("too_many_files", zh, en).of("lines_max").into());
                }
                self.files.push(PlannedFile { own, line_count: 0, control_sum: Money::ZERO });
                // it was pushed
                let Some(file) = self.files.last_mut() else { return Ok(()) };
                file
            }
        };
        file.line_count += 1;
        file.control_sum = file.control_sum.plus(amount)?;
        Ok(())
    }

    /// Own accounts come first (`Some(true)`, then `Some(false)`), else one group.
    fn groups(&self) -> Vec<Option<bool>> {
        let mut groups: Vec<Option<bool>> = self.files.iter().map(|file| file.own).collect();
        groups.sort_unstable_by_key(|own| *own != Some(true));
        groups.dedup();
        groups
    }
}

/// A run on its way into its files.
pub(super) struct Delivery<'d> {
    pub office: &'d Office,
    pub run_id: RunId,
    pub layout: &'d Layout,
    pub approved_on: NaiveDate,
    pub execution_on: NaiveDate,
}

/// What one look at the staged lines tells.
pub(super) struct Survey {
    /// Of the lines, as the calculation has it.
    pub digest: String,
    /// The files that they make where no account need be opened to tell.
    pub plan: FilePlan,
    /// How many of them another run ordered.
    pub elsewhere: usize,
    /// How many of them are of months for which money arrived since.
    pub paid_meanwhile: usize,
    /// Those that withhold something.
    pub withholding: WithholdingLines,
}

/// What was written.
pub(super) struct Delivered {
    /// Of all files, one after another.
    pub file_sha256: String,
    pub delivery: BankDelivery,
}

impl Delivery<'_> {
    /// Looks at every staged line once, before anything is opened or ordered.
    ///
    /// # Errors
    /// [`ProcessError`]: the lines cannot be read, or are too many for the layout.
    pub(super) async fn survey(&self) -> Result<Survey, ProcessError> {
        let (mut digest, mut plan) = (LineDigest::default(), FilePlan::default());
        let (mut elsewhere, mut paid) = (0, 0);
        let mut withholding = WithholdingLines::default();
        let asked = |page: Vec<LineToDeliver>| async move {
            let counts =
                (self.ordered_elsewhere(&page).await?, paid_meanwhile(&self.office.pool, &page).await?);
            Ok((page, counts))
        };
        let lines = StagedLines::of(&self.office.pool, self.run_id);
        let mut pages = std::pin::pin!(lines.pages().map_ok(asked).try_buffered(PAGES_AT_ONCE));
        while let Some((page, (ordered, arrived))) = pages.try_next().await? {
            elsewhere += ordered;
            paid += arrived;
            withholding.take(&page);
            for staged in &page {
                digest.line(&staged.line);
                if self.layout.own_bank.is_none() {
                    plan.add(self.layout, None, staged.line.amount)?;
                }
            }
        }
        Ok(Survey { digest: digest.finish(), plan, elsewhere, paid_meanwhile: paid, withholding })
    }

    /// How many of a page's lines another run ordered.
    async fn ordered_elsewhere(&self, page: &[LineToDeliver]) -> Result<usize, ProcessError> {
        let ids: Vec<Uuid> = page.iter().map(|staged| staged.line.payment_id.uuid()).collect();
        let query = sqlx::query_scalar(include_str!("sql/count_ordered_elsewhere.sql"));
        // a plan that was made while nothing was ordered would be kept, and go through all payments for each line
        let query = query.persistent(false).bind(ids).bind(self.run_id.uuid());
        let count: i64 = query.fetch_one(&self.office.pool).await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Records that accounts are about to be opened: once for each run, person and day.
    ///
    /// # Errors
    /// [`ProcessError`] when the domain refuses: only finance opens accounts for the bank.
    pub(super) async fn disclose(&self, desk: &Desk, line_count: u64) -> Result<(), ProcessError> {
        let mut labels = vec![BankAccount::LABEL.to_owned()];
        if self.layout.names_are_written() {
            labels.push(PersonName::LABEL.to_owned());
        }
        let content = format!("{}|{}|{}|{}", self.run_id, self.layout.code, desk.actor.id, desk.today());
        let id = self.office.derived("bank_file_disclosure", &content);
        let command = DisclosureCommand::DiscloseAccounts {
            recipient: self.layout.code.clone(),
            purpose: "生成报盘文件".to_owned(),
            run_id: self.run_id,
            line_count,
            labels,
            disclosed_on: desk.today(),
        };
        self.office.together(desk, id, [Step::Disclosure(id.to_string(), command)]).await?;
        Ok(())
    }

    /// Writes the files.
    ///
    /// # Errors
    /// [`ProcessError`]: a value was erased or tampered with, a text cannot be written in the layout's encoding (the
    /// payment is named), or a file cannot be written.
    pub(super) async fn write(
        &self,
        plan: FilePlan,
        out: &mut (dyn BankFiles + Send),
    ) -> Result<Delivered, ProcessError> {
        let plan = if self.layout.own_bank.is_some() { self.plan_by_bank().await? } else { plan };
        let of = u32::try_from(plan.files.len()).unwrap_or(u32::MAX);
        let writer = Writer::new(self.layout);
        let mut files =
            Files { delivery: self, of, out, writer, whole: Sha256::new(), done: Vec::new(), open: None };
        for group in plan.groups() {
            let mut planned = plan.files.iter().filter(|file| file.own == group);
            let mut pages = std::pin::pin!(self.opened_pages());
            while let Some(page) = pages.try_next().await? {
                for line in &page {
                    if files.writer.is_own(&line.account) == group {
                        files.line(&mut planned, line)?;
                    }
                }
                files.flush()?;
            }
            files.end()?;
        }
        files.out.finish().map_err(unwritable)?;
        let file_sha256 = hex::encode(files.whole.finalize());
        let delivery = BankDelivery { layout: self.layout.code.clone(), files: files.done };
        Ok(Delivered { file_sha256, delivery })
    }

    /// Which lines go to the bank's own accounts, which only the opened accounts tell.
    async fn plan_by_bank(&self) -> Result<FilePlan, ProcessError> {
        let mut plan = FilePlan::default();
        let mut pages = std::pin::pin!(self.opened_pages());
        while let Some(page) = pages.try_next().await? {
            for line in &page {
                let own = Writer::new(self.layout).is_own(&line.account);
                plan.add(self.layout, own, line.staged.line.amount)?;
            }
        }
        plan.files.sort_by_key(|file| file.own != Some(true));
        Ok(plan)
    }

    /// The lines in their order, opened ahead of who writes them.
    fn opened_pages(&self) -> impl Stream<Item = Result<Vec<OpenedLine>, ProcessError>> {
        let lines = StagedLines::of(&self.office.pool, self.run_id);
        lines.pages().map_ok(|page| self.opened(page)).try_buffered(PAGES_AT_ONCE)
    }

    /// Opens the accounts of a page, and the names where the layout writes them, with keys that are forgotten then.
    async fn opened(&self, page: Vec<LineToDeliver>) -> Result<Vec<OpenedLine>, ProcessError> {
        let payees: Vec<PersonId> = page.iter().map(|staged| staged.line.payee).collect();
        let keyring = self.office.keyring.clone();
        if !self.layout.names_are_written() {
            let wrapped = keyring.wrapped_keys_of_class(&payees, BankAccount::CLASS).await?;
            return blocking(move || {
                let keys = keyring.unwrap(&wrapped)?;
                page.into_iter().map(|staged| OpenedLine::open(staged, &keys, None)).collect()
            })
            .await?;
        }
        let wrapped = keyring.wrapped_keys_of(&payees).await?;
        let known = members(&self.office.pool, &payees).await?;
        blocking(move || {
            let keys = keyring.unwrap(&wrapped)?;
            let names: HashMap<PersonId, Sealed<PersonName>> = known
                .into_iter()
                .map(|row| (row.person_id, Sealed::from_ciphertext(row.name_sealed)))
                .collect();
            page.into_iter().map(|staged| OpenedLine::open(staged, &keys, Some(&names))).collect()
        })
        .await?
    }
}

/// A line with its account, and its payee's name where the layout writes names.
struct OpenedLine {
    staged: LineToDeliver,
    account: String,
    name: String,
}

impl OpenedLine {
    fn open(
        staged: LineToDeliver,
        keys: &DataKeys,
        names: Option<&HashMap<PersonId, Sealed<PersonName>>>,
    ) -> Result<OpenedLine, ProcessError> {
        let payee = staged.line.payee;
        let account = match staged.account.open(payee, keys)? {
            Opened::Clear(account) => account.disclose().as_str().to_owned(),
            Opened::Erased { on } => return Err(OpenError::Erased { person: payee, on }.into()),
        };
        let Some(names) = names else { return Ok(OpenedLine { staged, account, name: String::new() }) };
        let sealed = names.get(&payee).ok_or(ProcessError::Unknown { what: "payee" })?;
        match sealed.open(payee, keys)? {
            Opened::Clear(name) => {
                let name = shown_name(name.disclose()).to_owned();
                Ok(OpenedLine { staged, account, name })
            }
            Opened::Erased { on } => Err(OpenError::Erased { person: payee, on }.into()),
        }
    }
}

/// The files as they are written.
struct Files<'f> {
    delivery: &'f Delivery<'f>,
    of: u32,
    out: &'f mut (dyn BankFiles + Send),
    writer: Writer<'f>,
    whole: Sha256,
    done: Vec<BankFile>,
    open: Option<OpenFile>,
}

struct OpenFile {
    head: FileHead,
    hash: Sha256,
    written: u64,
    buffer: Vec<u8>,
}

impl Files<'_> {
    fn line<'p>(
        &mut self,
        planned: &mut impl Iterator<Item = &'p PlannedFile>,
        opened: &OpenedLine,
    ) -> Result<(), ProcessError> {
        if self.open.as_ref().is_none_or(|file| file.written == file.head.line_count) {
            self.end()?;
            let planned = planned.next().ok_or(ProcessError::RunChanged)?;
            self.begin(planned)?;
        }
        let Some(file) = &mut self.open else { return Err(ProcessError::RunChanged) };
        file.written += 1;
        let (line, month) = (&opened.staged.line, opened.staged.line.month.to_string());
        let line = LineToPay {
            number: file.written,
            payment_id: line.payment_id,
            name: &opened.name,
            account: &opened.account,
            amount: line.amount,
            month: &month,
            program: line.program,
        };
        self.writer.line(&line, &mut file.buffer)?;
        Ok(())
    }

    fn begin(&mut self, planned: &PlannedFile) -> Result<(), ProcessError> {
        let number = u32::try_from(self.done.len()).unwrap_or(u32::MAX).saturating_add(1);
        let head = FileHead {
            run_id: self.delivery.run_id,
            number,
            approved_on: self.delivery.approved_on,
            execution_on: self.delivery.execution_on,
            line_count: planned.line_count,
            control_sum: planned.control_sum,
        };
        self.out.begin(number, self.of).map_err(unwritable)?;
        let mut buffer = Vec::new();
        self.writer.head(&head, &mut buffer)?;
        self.open = Some(OpenFile { head, hash: Sha256::new(), written: 0, buffer });
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ProcessError> {
        let Some(file) = &mut self.open else { return Ok(()) };
        file.hash.update(&file.buffer);
        self.whole.update(&file.buffer);
        self.out.write(&file.buffer).map_err(unwritable)?;
        file.buffer.clear();
        Ok(())
    }

    fn end(&mut self) -> Result<(), ProcessError> {
        if let Some(file) = &mut self.open {
            self.writer.tail(&file.head, &mut file.buffer)?;
        }
        self.flush()?;
        let Some(file) = self.open.take() else { return Ok(()) };
        self.done.push(BankFile {
            sha256: hex::encode(file.hash.finalize()),
            line_count: file.written,
            control_sum: file.head.control_sum,
        });
        Ok(())
    }
}

fn unwritable(error: io::Error) -> ProcessError {
    ProcessError::File(error.to_string())
}
