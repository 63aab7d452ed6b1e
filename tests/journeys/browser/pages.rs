//! Every page that somebody can reach by links, in the roles that there are: usable by everybody, light and calm.

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;
use tests::counter::{Counter, PERSON, persons};
use thirtyfour::Key;

use super::axe;
use super::hall::Hall;
use super::person::Person;
use crate::console_audit::auditor;
use crate::console_register::NEWCOMER;
use crate::console_runs::foreseen;
use crate::paying::prepare;
use crate::visitors::{ADMIN, PASSWORD, office_with_a_console};

/// The most that a page and all that belongs to it may weigh, in bytes.
const PAGE_BYTES_MAX: u64 = 200 << 10;

/// How often one presses the tabulator before one gives up.
const TABS_MAX: usize = 20;

/// Where the cursor is.
const FOCUS: &str = "return document.activeElement.id";

/// Kinds of pages that somebody must reach.
const KINDS: [&str; 26] = [
    "/",
    "/audit",
    "/books",
    "/campaigns/*",
    "/campaigns/*/gifts",
    "/cases/*",
    "/dashboards",
    "/donors/*/erasure",
    "/erasures",
    "/find",
    "/funds/*",
    "/import",
    "/layouts",
    "/layouts/*",
    "/money",
    "/people/*",
    "/people/*/erasure",
    "/rates",
    "/recoveries",
    "/register/household",
    "/runs",
    "/runs/*",
    "/runs/*/forecast",
    "/users",
    "/webhooks",
    "/webhooks/*",
];

/// The width of a phone, in CSS pixels.
const PHONE_WIDTH: u64 = 390;

/// What nobody can use on paper and what would be printed all the same: the rules for paper hold on the screen meanwhile.
const IDLE_ON_PAPER: &str = "const rules = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules]);
    const paper = rules.filter(rule => rule.media && rule.media.mediaText === 'print');
    for (const rule of paper) rule.media.mediaText = 'all';
    const seen = part => part.getClientRects().length > 0;
    const idle = 'main button, main form[method=post].fill, main input[type=file], main textarea, .top, .body > nav';
    const told = part => part.nodeName + ' ' + part.textContent.trim().slice(0, 20);
    const found = [...document.querySelectorAll(idle)].filter(seen).map(told);
    for (const rule of paper) rule.media.mediaText = 'print';
    return paper.length ? found : ['without rules for paper']";

/// The links of a page to pages of this server.
const LINKS: &str = "return [...document.querySelectorAll('a[href]')]
    .filter(link => link.origin === location.origin && !link.hasAttribute('download'))
    .map(link => link.pathname + link.search)";

/// The status and kind of what the browser shows.
const SHOWN: &str = "const [shown] = performance.getEntriesByType('navigation');
    return [shown.responseStatus, document.contentType]";

/// How much the page and its parts weigh, in bytes.
const WEIGHT: &str =
    "return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
    .reduce((sum, part) => sum + part.decodedBodySize, 0)";

/// What of the page moved after it was first shown: how much, which, from where to where.
const MOVED: &str = "const done = arguments[arguments.length - 1];
    const moved = [];
    const place = rect => Math.round(rect.x) + ',' + Math.round(rect.y) + ' ' + Math.round(rect.width) + 'x' + Math.round(rect.height);
    const told = part => (part.node ? part.node.nodeName + '.' + (part.node.className || '') : '?') + ' ' + place(part.previousRect) + ' to ' + place(part.currentRect);
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) moved.push(entry.value + ': ' + entry.sources.map(told).join('; '));
    }).observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => setTimeout(() => done(moved), 0))";

/// A path without what differs from thing to thing: pages of one kind look alike.
fn kind(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let part =
        |part: &str| if part.chars().any(|c| c.is_ascii_digit()) { "*".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// What is wrong with the page that somebody looks at.
pub async fn faults(person: &Person, path: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let weight = person.asks(WEIGHT).await.as_u64().unwrap();
    if weight > PAGE_BYTES_MAX {
        faults.push(format!("weighs {weight} bytes"));
    }
    let moved: Vec<String> = serde_json::from_value(person.asks_and_waits(MOVED, Value::Null).await).unwrap();
    faults.extend(moved.into_iter().map(|moved| format!("moves after it is shown: {moved}")));
    // the checker scrolls and measures, so that it comes after what it would change
    faults.extend(axe::serious(person).await);
    person.sits_at_a_screen(PHONE_WIDTH as u32, 844).await;
    let width = person.asks("return document.documentElement.scrollWidth").await.as_u64().unwrap();
    let shown = person.asks("return window.innerWidth").await.as_u64().unwrap();
    if width > shown.max(PHONE_WIDTH) {
        faults.push(format!("is {width} wide on a phone of {shown}"));
    }
    person.sits_at_a_screen(1366, 768).await;
    let idle: Vec<String> = serde_json::from_value(person.asks(IDLE_ON_PAPER).await).unwrap();
    faults.extend(idle.into_iter().map(|what| format!("prints {what}")));
    faults.into_iter().map(|fault| format!("{path}: {fault}")).collect()
}

/// Follows every link from the desk: the kinds of pages, and what is wrong with them.
async fn walk(person: &Person, role: &str) -> (BTreeSet<String>, Vec<String>) {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut waiting = VecDeque::from(["/".to_owned()]);
    while let Some(path) = waiting.pop_front() {
        let kind = kind(&path);
        if kind.starts_with("/language") || !seen.insert(kind.clone()) {
            continue;
        }
        person.opens(&path).await;
        if person.path().await != path {
            // the browser saved a file and stayed
            continue;
        }
        let shown = person.asks(SHOWN).await;
        if shown[0] != 200 {
            wrong.push(format!("{role} {path}: a link that leads to {shown}"));
            continue;
        }
        wrong.extend(faults(person, &format!("{role} {path}")).await);
        person.takes_a_picture(&format!("page-{role}{}", kind.replace(['/', '*'], "-"))).await;
        let links: Vec<String> = serde_json::from_value(person.asks(LINKS).await).unwrap();
        waiting.extend(links);
    }
    (seen, wrong)
}

/// A campaign with a gift, so that there are its pages.
fn campaign(counter: &Counter) {
    let fund = ["fund", "open", "爱心捐赠资金", "--source", "donations", "--on", "2023-10-01"];
    counter.do_well(&[&fund[..], &["--as", "finance:liu.yang"]].concat());
    let terms =
        ["campaign", "open", "爱心助老", "--organiser", "某街道慈善组织", "--purpose", "高龄老人津贴补充"];
    let of = ["--fund", "爱心捐赠资金", "--opens-on", "2023-10-01", "--closes-on", "2023-11-30"];
    counter.do_well(&[&terms[..], &of, &["--as", "clerk:wang.fang"]].concat());
    let gift = ["donation", "record", "--campaign", "爱心助老", "--number", "J-1", "--amount", "300.00"];
    let given = ["--method", "cash", "--publicity", "named", "--received-on", "2023-10-15"];
    let taken = counter.ask_with(&[&gift[..], &given, &["--as", "clerk:wang.fang"]].concat(), "王小明");
    assert_eq!(taken.status, 0, "{taken:?}");
}

/// A system that is told of changes at an address where nothing is sent, so that there are its pages.
fn webhook(counter: &Counter) {
    let system = ["user", "add", "medical.insurance", "--title", "医保系统", "--consumer", "--as", ADMIN];
    counter.do_well(&system);
    let url = ["webhook", "add", "medical.insurance", "--url", "https://127.0.0.1/ledger"];
    counter.do_well(&[&url[..], &["--allow-webhook-host", "127.0.0.1", "--as", ADMIN]].concat());
}

/// A request to erase somebody of whom nothing must be kept, which waits for its decision.
fn erasure(counter: &Counter) {
    let clerk = ["--as", "clerk:wang.fang"];
    let register =
        persons().replace("HLG-1,", "HLG-2,").replace("王秀英", "单建国").replace(PERSON, NEWCOMER);
    let file = counter.file("newcomers.csv", &register.replace(",9901140000000000019", ","));
    counter.do_well(&[&["import", "apply", "persons", &file][..], &clerk].concat());
    let found = counter.ask_with(&["person", "find"], NEWCOMER);
    let person = found.json["person_id"].as_str().unwrap();
    let asked = ["person", "erase", person, "--basis", "个人信息保护法第四十七条"];
    counter.do_well(&[&asked[..], &clerk].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_used_by_everybody_is_light_and_stays_calm() {
    let (counter, case, app, router) = office_with_a_console().await;
    prepare(&counter);
    foreseen(&app, &router, case).await;
    app.close().await.unwrap();
    campaign(&counter);
    webhook(&counter);
    erasure(&counter);
    auditor(&counter, "zhou.zheng", None);
    let hall = Hall::open(counter);
    let mut kinds = BTreeSet::new();
    let mut wrong = Vec::new();
    for (account, role) in [
        ("wang.fang", "clerk"),
        ("li.qiang", "reviewer"),
        ("chen.jing", "approver"),
        ("liu.yang", "finance"),
        ("zhou.zheng", "auditor"),
        ("sun.lei", "administrator"),
    ] {
        let person = hall.signs_in(account).await;
        let (seen, faults) = walk(&person, role).await;
        kinds.extend(seen);
        wrong.extend(faults);
        person.goes().await;
    }
    let stranger = hall.sits_down("stranger").await;
    wrong.extend(faults(&stranger, "/sign-in").await);
    stranger.opens("/notices").await;
    wrong.extend(faults(&stranger, "/notices").await);
    stranger.goes().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for kind in KINDS {
        assert!(kinds.contains(kind), "{kind} is not reached by links: {kinds:?}");
    }
    hall.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shuts_people_out_is_found() {
    let (counter, _, app, _) = office_with_a_console().await;
    app.close().await.unwrap();
    let hall = Hall::open(counter);
    let person = hall.sits_down("stranger").await;
    let spoil = "for (const label of document.querySelectorAll('label')) label.remove();
        const wide = document.createElement('div'); wide.style.width = '5000px'; wide.textContent = 'x';
        document.body.prepend(wide);
        const sheet = document.styleSheets[0];
        sheet.insertRule('@media print { button { display: block !important; } }', sheet.cssRules.length);";
    person.asks(spoil).await;
    let found = faults(&person, "/sign-in").await.join("\n");
    assert!(found.contains("label") && found.contains("wide on a phone"), "{found}");
    assert!(found.contains("prints BUTTON 登录"), "{found}");
    person.goes().await;
    hall.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_signs_in_and_finds_somebody_with_the_keyboard_alone() {
    let (counter, case, app, _) = office_with_a_console().await;
    app.close().await.unwrap();
    let hall = Hall::open(counter);
    let clerk = hall.sits_down("wang.fang").await;
    clerk.types(Key::Tab + "").await;
    for _ in 0..TABS_MAX {
        if clerk.asks(FOCUS).await == "account" {
            break;
        }
        clerk.types(Key::Tab + "").await;
    }
    clerk.types("wang.fang" + Key::Tab).await;
    clerk.types(PASSWORD.to_owned() + Key::Enter).await;
    clerk.sees("退出").await;
    clerk.types(Key::Tab + "").await;
    assert_eq!(
        clerk.asks("return document.activeElement.className").await,
        "skip",
        "the menu can be skipped"
    );
    clerk.types("/").await;
    assert_eq!(clerk.asks(FOCUS).await, "seek", "/ goes to the search from anywhere");
    clerk.types(case.to_string() + Key::Enter).await;
    clerk.sees("高龄老年人津贴").await;
    assert_eq!(clerk.path().await, format!("/cases/{case}"));
    clerk.goes().await;
    hall.close();
}
