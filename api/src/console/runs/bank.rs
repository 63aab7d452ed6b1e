//! The files of a run: to the bank, and from it.

use std::io::{self, Write};

use axum::Form;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use domain::ids::RunId;
use serde::Deserialize;
use tempfile::NamedTempFile;

use super::lines::Wanted;
use super::one;
use crate::access::Capability;
use crate::bank::catalogue::PLAIN;
use crate::bank::layout::{Form as LayoutForm, Layout};
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::visitor::Visitor;
use crate::processes::ProcessError;
use crate::processes::payment_run::{self, BankFiles, Release, TakenIn};

/// How a run is released.
#[derive(Deserialize)]
pub(in crate::console) struct Chosen {
    layout: String,
    /// 要求执行日期; today when it is left empty.
    execution_on: String,
}

/// Releases a run, or writes its files again; the browser gets them, several as one archive.
pub(in crate::console) async fn release(
    State(console): State<Console>,
    visitor: Visitor,
    Path(run): Path<RunId>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReleaseRuns)?;
    match released(&console, &visitor, run, &chosen).await {
        Ok((name, bytes)) => {
            let headers = [
                (CONTENT_TYPE, "application/octet-stream".to_owned()),
                (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            ];
            Ok((headers, bytes).into_response())
        }
        Err(refusal) => one::page(&console, &visitor, run, &Wanted::default(), Some(refusal)).await,
    }
}

async fn released(
    console: &Console,
    visitor: &Visitor,
    run_id: RunId,
    chosen: &Chosen,
) -> Result<(String, Vec<u8>), Refusal> {
    let lang = visitor.lang;
    let layout = layout(console, visitor, &chosen.layout)?;
    let execution_on = match chosen.execution_on.as_str() {
        "" => None,
        day => Some(day.parse::<NaiveDate>().map_err(|_| {
            Refusal::typed("date_malformed", lang, "日期应为 2026-11-28 这样。", "A day is like 2026-11-28.")
        })?),
    };
    let mut files = Files::default();
    let release = Release { run_id, execution_on, layout };
    let done = payment_run::release_in(&console.office, &visitor.desk(), &release, &mut files).await;
    done.map_err(|error| Refusal::of(&error, lang))?;
    let name = format!("run-{run_id}");
    let packed = files
        .packed(&name, ending(layout))
        .map_err(|error| Refusal::of(&ProcessError::File(error.to_string()), lang))?;
    Ok(packed)
}

/// How the name of a file in the layout ends.
fn ending(layout: &Layout) -> &'static str {
    match layout.form {
        LayoutForm::Iso20022 => "xml",
        LayoutForm::Spreadsheet => "xlsx",
        LayoutForm::Delimited if layout.code == PLAIN => "csv",
        LayoutForm::Delimited | LayoutForm::Fixed => "txt",
    }
}

/// The layout that was chosen from the page's list.
fn layout<'c>(console: &'c Console, visitor: &Visitor, code: &str) -> Result<&'c Layout, Refusal> {
    let found = console.office.bank_layouts.layout(code);
    found.map_err(|fault| Refusal::of(&ProcessError::BankFile(fault), visitor.lang))
}

/// Files in memory: they hold accounts, so nothing of them is left on the server's disk.
#[derive(Default)]
struct Files(Vec<Vec<u8>>);

impl BankFiles for Files {
    fn begin(&mut self, _: u32, _: u32) -> io::Result<()> {
        self.0.push(Vec::new());
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = self.0.last_mut().ok_or_else(|| io::Error::other("no file was begun"))?;
        file.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Files {
    /// The one file, or all of them in an archive.
    fn packed(mut self, name: &str, end: &str) -> io::Result<(String, Vec<u8>)> {
        if self.0.len() == 1 {
            return Ok((format!("{name}.{end}"), self.0.pop().unwrap_or_default()));
        }
        let mut archive = tar::Builder::new(Vec::new());
        for (number, file) in self.0.iter().enumerate() {
            let mut header = tar::Header::new_ustar();
            header.set_size(file.len() as u64);
            header.set_mode(0o600);
            header.set_cksum();
            archive.append_data(&mut header, format!("{name}-{}.{end}", number + 1), file.as_slice())?;
        }
        Ok((format!("{name}.tar"), archive.into_inner()?))
    }
}

/// Takes a file from the bank in.
pub(in crate::console) async fn settle(
    State(console): State<Console>,
    visitor: Visitor,
    Path(run): Path<RunId>,
    form: Multipart,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReleaseRuns)?;
    match settled(&console, &visitor, run, form).await {
        Ok(TakenIn { return_id, known_before, .. }) => {
            let path = format!("/runs/{run}?taken={return_id}&known={known_before}");
            Ok(Redirect::to(&path).into_response())
        }
        Err(refusal) => one::page(&console, &visitor, run, &Wanted::default(), Some(refusal)).await,
    }
}

async fn settled(
    console: &Console,
    visitor: &Visitor,
    run: RunId,
    mut form: Multipart,
) -> Result<TakenIn, Refusal> {
    let lang = visitor.lang;
    let refused = |error: ProcessError| Refusal::of(&error, lang);
    let broken = |error: MultipartError| {
        tracing::debug!(%error, "an upload broke off");
        Refusal::typed(
            "upload_broken",
            lang,
            "文件没有传完，请重新上传。",
            "The file did not arrive whole: send it again.",
        )
    };
    let (mut code, mut file) = (String::new(), None);
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("layout") => code = field.text().await.map_err(broken)?,
            Some("results") => {
                let mut kept =
                    NamedTempFile::new().map_err(|error| refused(ProcessError::File(error.to_string())))?;
                while let Some(chunk) = field.chunk().await.map_err(broken)? {
                    kept.write_all(&chunk).map_err(|error| refused(ProcessError::File(error.to_string())))?;
                }
                file = Some(kept);
            }
            _ => {}
        }
    }
    let file = file.ok_or_else(|| {
        Refusal::typed("file_missing", lang, "请选择银行回盘文件。", "Choose the file from the bank.")
    })?;
    let layout = layout(console, visitor, &code)?;
    let reading = console.being_read.begin(run);
    let (desk, lines) = (visitor.desk(), reading.lines.clone());
    let taken =
        payment_run::take_in_counting(&console.office, &desk, run, (file.path(), layout), lines).await;
    taken.map_err(refused)
}
