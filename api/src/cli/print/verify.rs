//! `ledger print verify`: whether a printed file is what the ledger says as of when it was printed.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use print::Imprint;
use serde_json::json;

use super::desk_for;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::plain;
use crate::cli::session::Session;
use crate::lang::io_trouble;
use crate::papers::{self, Compared, FILE_BYTES_MAX, Printed};

/// Makes the paper again, compares the files, and says how they differ.
///
/// # Errors
/// [`Failure`]: the file cannot be read or does not say where it comes from, or nobody is named who may open what it shows.
pub(super) async fn run(session: &Session, file: &Path) -> Result<Done, Failure> {
    let printed = Printed::read(bytes_of(file)?).map_err(|doubt| Failure::Refused {
        code: doubt.code,
        zh: doubt.zh,
        en: doubt.en,
    })?;
    let discloses = printed.discloses();
    let desk = desk_for(session, &printed.imprint.subject)?;
    let screen = session.screen;
    let progress = screen.spinner("按当时的日志重新制作", "Making it again from the log as it was");
    let compare = async |app: &crate::app::App| Ok(papers::compare(app, desk.as_ref(), &printed).await?);
    let compared =
        if discloses { session.with_ledger(compare).await } else { session.look_at_ledger(compare).await };
    progress.finish_and_clear();
    let compared = compared?;
    show(session, &printed.imprint, &compared)?;
    screen.answer(&json!({
        "file": file,
        "format": printed.form,
        "sha256": printed.sha256(),
        "imprint": printed.imprint,
        "again": compared,
    }))?;
    Ok(if compared.doubts.is_empty() { Done::Well } else { Done::Found })
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|error| Failure::Refused {
        code: "file_unreadable",
        zh: format!("无法读出 {}：{}", file.display(), io_trouble(&error)),
        en: format!("{} cannot be read: {error}", file.display()),
    })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Failure::Refused {
            code: "file_too_large",
            zh: "文件大于 64 MiB，不是打印件".to_owned(),
            en: "the file is larger than 64 MiB, which no paper is".to_owned(),
        });
    }
    Ok(bytes)
}

fn show(session: &Session, imprint: &Imprint, compared: &Compared) -> Result<(), Failure> {
    let screen = session.screen;
    let Imprint { trace, digest, .. } = imprint;
    let kind = imprint.subject.kind();
    let (position, day) = (trace.position, trace.printed_on);
    let by = |comma: &str| match trace.printed_by.as_str() {
        "" => String::new(),
        account => plain(&format!("{comma}{account}")),
    };
    screen.say(
        format!(
            "文件自称：{}，日志位置 {position}，{day} 打印{}，数据摘要 {}",
            kind.zh(),
            by("，"),
            plain(digest)
        ),
        format!(
            "The file says: {}, log position {position}, printed {day}{}, digest {}",
            kind.en(),
            by(" by "),
            plain(digest)
        ),
    )?;
    for doubt in &compared.doubts {
        screen.say(
            format!("✗ {} [{}]", plain(&doubt.zh), doubt.code),
            format!("✗ {} [{}]", plain(&doubt.en), doubt.code),
        )?;
    }
    if compared.identical {
        screen.say(
            "✓ 与按当时日志重新制作的逐字节相同",
            "✓ byte for byte the paper made again from the log as it was then",
        )?;
    } else if compared.again_digest.as_ref() == Some(digest) {
        screen.say(
            "· 台账当时的内容与文件所称的摘要一致，但文件本身有改动：以重新打印的为准",
            "· the ledger said then what the file's digest claims, but the file itself was changed: rely on a new print",
        )?;
    }
    Ok(())
}
