//! `ledger audit verify`: what a bundle is worth, without a ledger. Exit code 1 when anything does not hold.

use std::fs;

use chrono::DateTime;

use super::VerifyArgs;
use crate::audit::Fault;
use crate::audit::verify::{DeclaredBreak, Known, Verified, verify};
use crate::cli::failure::{Done, Failure};
use crate::cli::proofs;
use crate::cli::screen::{Screen, plain};
use crate::lang::io_trouble;

/// Faults that are shown; the rest are counted.
const SHOWN: usize = 40;

/// Verifies a bundle.
///
/// # Errors
/// [`Failure`] when a checkpoint that was named cannot be read.
pub fn run(screen: &Screen, arguments: &VerifyArgs) -> Result<Done, Failure> {
    let mut known = Known { keys: arguments.key.clone(), checkpoints: Vec::new() };
    for path in &arguments.checkpoints {
        let bytes = fs::read(path).map_err(|error| Failure::Refused {
            code: "file_unreadable",
            zh: format!("无法读出 {}：{}", path.display(), io_trouble(&error)),
            en: format!("{} cannot be read: {error}", path.display()),
        })?;
        known.checkpoints.push((path.clone(), bytes));
    }
    let verified = verify(&arguments.bundle, &known);
    show(screen, &verified)?;
    screen.answer(&verified)?;
    Ok(if verified.faults.is_empty() { Done::Well } else { Done::Found })
}

fn show(screen: &Screen, verified: &Verified) -> Result<(), Failure> {
    let Verified { size, events, .. } = verified;
    if let (Some(origin), Some(key)) = (&verified.origin, &verified.key) {
        let (origin, key) = (plain(origin), plain(key));
        screen.say(
            format!("台账 {origin}，检查点 {size} 个事件\n公钥 {key}"),
            format!("Log {origin}, checkpoint of {size} events\nKey {key}"),
        )?;
    }
    if verified.key_from_bundle {
        screen.say(
            "公钥取自证据包本身：请与另行取得的公钥核对，或用 --key 指定",
            "The key is the bundle's own: compare it with one known from elsewhere, or give it with --key",
        )?;
    }
    for witness in &verified.witnesses {
        let at = DateTime::from_timestamp(witness.at.cast_signed(), 0).unwrap_or_default();
        let (name, at) = (plain(&witness.name), at.format("%Y-%m-%d %H:%M:%SZ"));
        screen.say(format!("✓ 见证方 {name} 于 {at} 共签"), format!("✓ cosigned by {name} at {at}"))?;
    }
    if let (Some(first), Some(last)) = (verified.consistent_with.first(), verified.consistent_with.last()) {
        let count = verified.consistent_with.len();
        screen.say(
            format!("✓ 是 {count} 个旧检查点的延续（{first} 至 {last} 个事件）"),
            format!("✓ continues {count} older checkpoints (of {first} to {last} events)"),
        )?;
    }
    if verified.opened > 0 {
        let opened = verified.opened;
        screen.say(
            format!("✓ {opened} 个打开的个人信息与密文一致"),
            format!("✓ {opened} opened values are what was sealed"),
        )?;
    }
    for named in &verified.rules {
        let (version, events) = (plain(&named.version), named.events);
        let (mark, zh, en) = match named.covered {
            true => ("✓", "policy/ 即该版本", "policy/ holds it"),
            false => ("·", "该版本不在包内", "it is not in the bundle"),
        };
        screen.say(
            format!("{mark} {events} 个事件依据政策参数 {version}：{zh}"),
            format!("{mark} {events} events name the parameters {version}: {en}"),
        )?;
    }
    show_breaks(screen, &verified.breaks)?;
    for fault in verified.faults.iter().take(SHOWN) {
        screen.say(line(fault, &fault.zh), line(fault, &fault.en))?;
    }
    let more = verified.faults.len().saturating_sub(SHOWN);
    if more > 0 || verified.more_faults {
        screen.say(format!("  ……另有 {more} 处"), format!("  … and {more} more"))?;
    }
    let (kind_zh, kind_en) =
        if verified.whole { ("全部", "every event") } else { ("部分", "some events") };
    if verified.faults.is_empty() {
        screen.say(
            format!("✓ 核验通过：{events} 个事件（{kind_zh}）"),
            format!("✓ verified: {events} events ({kind_en})"),
        )?;
    } else {
        let count = verified.faults.len();
        screen.say(format!("✗ 核验未通过：{count} 处不符"), format!("✗ not verified: {count} faults"))?;
    }
    Ok(())
}

/// From each of them on the log is another history than was signed before.
fn show_breaks(screen: &Screen, breaks: &[DeclaredBreak]) -> Result<(), Failure> {
    for declared in breaks {
        let (zh, en) = proofs::said(&declared.event);
        let position = declared.position;
        screen.say(
            format!("! 日志断点 #{position}：{}", plain(&zh)),
            format!("! break of the log at #{position}: {}", plain(&en)),
        )?;
    }
    Ok(())
}

fn line(fault: &Fault, text: &str) -> String {
    let at = fault.position.map(|position| format!(" #{position}")).unwrap_or_default();
    format!("✗ {}{at}：{} [{}]", plain(&fault.file), plain(text), fault.code)
}
