//! Layouts of files at the console: which there are, what a file in each looks like, and trying one out.

use std::fs;
use std::sync::Arc;

use api::bank::catalogue::Catalogue;
use api::console::{Console, Entrance, routes};
use api::processes::Office;
use api::registers::statements::StatementLayouts;
use axum::http::StatusCode;

use crate::console_audit::auditor;
use crate::visitors::{Browser, Got, office_with_a_console};

/// A layout of the program's, which an office copies.
const OF_A_BANK: &str = include_str!("../../api/src/bank/layouts/text_gbk.toml");

/// One of a platform's statement, as the manual gives it.
pub const OF_A_PLATFORM: &str = "name = \"某平台收款\"\nchannel = \"alipay\"\nend = [\"合计\"]\n[columns]\ntime = \"日期\"\n\
    transaction = \"流水号\"\nkind = \"类型\"\namount = \"金额\"\nfee = \"手续费\"\n[kinds]\ngift = [\"入账\"]\n\
    refund = [\"*退款\"]\npassed_over = [\"提现\"]\n";

#[tokio::test]
async fn every_layout_is_listed_with_an_example_and_the_offices_own_are_told_apart() {
    let (counter, _, app, _) = office_with_a_console().await;
    auditor(&counter, "zhou.zheng", None);
    let folder = counter.path("layouts");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("own.toml"), OF_A_BANK.replace("code = \"text_gbk\"", "code = \"own_bank\""))
        .unwrap();
    let layouts = Arc::new(Catalogue::with_folder(&folder).unwrap());
    let statements = counter.path("statement-layouts");
    fs::create_dir(&statements).unwrap();
    fs::write(statements.join("own.toml"), OF_A_PLATFORM).unwrap();
    let statement_layouts = Arc::new(StatementLayouts::with_folder(&statements).unwrap());
    let office = Office { bank_layouts: Arc::clone(&layouts), statement_layouts, ..app.office().clone() };
    let router = routes(Console::new(office, Entrance::default()));
    let mut auditor = Browser::signed_in(&router, "zhou.zheng").await;
    let list = auditor.get("/layouts").await;
    assert!(!list.text().contains("<textarea"), "an auditor looks on");
    for layout in layouts.iter() {
        let code = &layout.code;
        let (_, row) = list.text().split_once(&format!("href=\"/layouts/{code}\"")).unwrap();
        let (row, _) = row.split_once("</tr>").unwrap();
        let from = if code == "own_bank" { "本单位" } else { "程序自带" };
        assert!(row.contains(&layout.zh) && row.contains(from), "{row}");
        let one = auditor.get(&format!("/layouts/{code}")).await;
        assert!(one.text().contains("<pre") && one.text().contains("9901140000000000019"), "{}", one.text());
    }
    for (platform, from) in [
        ("某平台收款", "本单位"),
        ("微信支付商户交易账单", "程序自带"),
        ("微信支付账单明细", "程序自带"),
        ("支付宝业务明细", "程序自带"),
    ] {
        let (_, row) =
            list.text().split_once(&format!(">{platform}</td>")).unwrap_or_else(|| panic!("{platform}"));
        assert!(row.split_once("</tr>").unwrap().0.contains(from), "{platform}: {row}");
    }
    assert_eq!(auditor.get("/layouts/none").await.status, StatusCode::NOT_FOUND);
    assert_eq!(auditor.post("/layouts", &[("text", OF_A_BANK)]).await.status, StatusCode::FORBIDDEN);
    let dropped = auditor.hand_in("/layouts/file", ("kind", "bank"), ("a.toml", OF_A_BANK.as_bytes())).await;
    assert_eq!(dropped.status, StatusCode::FORBIDDEN);
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    for path in ["/layouts", "/layouts/plain_csv"] {
        assert_eq!(clerk.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    app.close().await.unwrap();
}

/// That it was refused at the text, with the place and the code, and stands in the field as it came.
fn refused(got: &Got, code: &str, place: &str, kept: &str) {
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", got.text());
    for part in [code, place, kept] {
        assert!(got.text().contains(part), "{part}: {}", got.text());
    }
}

#[tokio::test]
async fn a_layout_is_dropped_or_pasted_and_tried_before_it_is_used() {
    let (_counter, _, app, router) = office_with_a_console().await;
    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    for (kind, text, example) in
        [("bank", OF_A_BANK, "张示例"), ("statement", OF_A_PLATFORM, "日期,流水号,类型,金额,手续费")]
    {
        let dropped = admin.hand_in("/layouts/file", ("kind", kind), ("own.toml", text.as_bytes())).await;
        assert!(
            dropped.status == StatusCode::OK && dropped.text().contains("可以使用"),
            "{}",
            dropped.text()
        );
        assert!(dropped.text().contains(example), "{}", dropped.text());
        let pasted = admin.post("/layouts", &[("kind", kind), ("text", text)]).await;
        assert!(pasted.text().contains("可以使用") && pasted.text().contains(example), "{}", pasted.text());
    }
    assert!(!admin.get("/layouts").await.text().contains("某平台收款"), "nothing is kept");

    let misspelt = OF_A_BANK.replacen("zh = ", "zhh = ", 1);
    let line = 1 + misspelt.lines().position(|line| line.starts_with("zhh")).unwrap();
    let dropped = admin.hand_in("/layouts/file", ("kind", "bank"), ("own.toml", misspelt.as_bytes())).await;
    refused(&dropped, "layout_unreadable", "没有字段 zhh，可用：code、zh", "zhh = ");
    assert!(dropped.text().contains(&format!("{line} 行")), "{}", dropped.text());
    assert!(dropped.text().contains("id=\"text-wrong\""), "{}", dropped.text());
    let misspelt = OF_A_PLATFORM.replace("amount = ", "amont = ");
    let pasted = admin.post("/layouts", &[("kind", "statement"), ("text", &misspelt)]).await;
    refused(&pasted, "layout_unreadable", "第 8 行：没有字段 amont", "value=\"statement\" selected");
    let empty = OF_A_PLATFORM.replace("gift = [\"入账\"]", "gift = []");
    let pasted = admin.post("/layouts", &[("kind", "statement"), ("text", &empty)]).await;
    refused(&pasted, "layout_takes_nothing", "类型", "gift = []");
    let gbk = b"code = \"a\"\nzh = \"\xb8\xdf\"\n";
    let dropped = admin.hand_in("/layouts/file", ("kind", "bank"), ("own.toml", gbk)).await;
    refused(&dropped, "encoding_unknown", "第 2 行", "UTF-8");
    let nothing = admin.hand_in("/layouts/file", ("kind", "bank"), ("own.toml", b"")).await;
    refused(&nothing, "file_missing", "", "");
    app.close().await.unwrap();
}
