//! Two banks of the stories: one speaks ISO 20022, the other takes delimited text in GBK and answers in it.

use std::fs;

use tests::counter::Counter;

/// A folder with the office's own layout, `our_bank`: its own account, at the bank that speaks ISO 20022.
pub fn layouts(counter: &Counter) -> String {
    let folder = counter.path("banks");
    fs::create_dir_all(&folder).unwrap();
    let own = "[payer]\nname = \"龙泽园街道办事处\"\naccount = \"99011499000000000001\"\nbank_number = \"990100000002\"\n";
    let iso = format!("code = \"our_bank\"\nzh = \"本行\"\nen = \"Our bank\"\nform = \"iso20022\"\n{own}");
    fs::write(folder.join("iso.toml"), iso).unwrap();
    folder.to_str().unwrap().to_owned()
}

/// The texts between two others.
pub fn between<'t>(text: &'t str, begin: &str, end: &str) -> Vec<&'t str> {
    text.split(begin).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

/// What the bank says of one transaction.
#[derive(Clone, Copy)]
pub struct Status<'t> {
    pub end_to_end_id: &'t str,
    pub yuan: &'t str,
    /// Why it was refused; it was paid where there is none.
    pub refused: Option<&'t str>,
}

/// The end-to-end ids and amounts of a pain.001 for an account, or for every account.
pub fn transactions<'t>(message: &'t str, account: &str) -> Vec<Status<'t>> {
    let of_account = |part: &&str| part.contains(account);
    let status = |part: &'t str| Status {
        end_to_end_id: between(part, "<EndToEndId>", "</EndToEndId>")[0],
        yuan: between(part, "<InstdAmt Ccy=\"CNY\">", "</InstdAmt>")[0],
        refused: None,
    };
    between(message, "<CdtTrfTxInf>", "</CdtTrfTxInf>").into_iter().filter(of_account).map(status).collect()
}

/// A pain.002 that answers a pain.001.
pub fn status_report(message: &str, statuses: &[Status<'_>]) -> String {
    let original = between(message, "<MsgId>", "</MsgId>")[0];
    let transaction = |status: &Status<'_>| {
        let Status { end_to_end_id, yuan, refused } = status;
        let code = if refused.is_some() { "RJCT" } else { "ACSC" };
        let reason = |code| format!("<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>");
        let reason = refused.map(reason).unwrap_or_default();
        format!(
            "<TxInfAndSts><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>{code}</TxSts>{reason}<OrgnlTxRef>\
             <Amt><InstdAmt Ccy=\"CNY\">{yuan}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>"
        )
    };
    let transactions: String = statuses.iter().map(transaction).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>{original}\
         </OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>{transactions}</OrgnlPmtInfAndSts></CstmrPmtStsRpt>\
         </Document>"
    )
}

/// The text of a file in GBK.
pub fn gbk(bytes: &[u8]) -> String {
    encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(bytes).unwrap().into_owned()
}

/// The other bank pays every line of its file; it says so of the first one `times` times.
pub fn answer(file: &str, times: usize) -> Vec<u8> {
    let mut text = "RESULT\r\n".to_owned();
    let (mut count, mut fen) = (0, 0);
    let lines: Vec<&str> = file.lines().skip(1).collect();
    let again = lines.iter().take(1).cycle().take(times - 1);
    for (number, line) in lines.iter().chain(again).enumerate() {
        let fields: Vec<&str> = line.split('|').collect();
        let (account, name, amount, reference) = (fields[1], fields[2], fields[3], fields[5]);
        text.push_str(&format!("{}|{account}|{name}|{amount}|{reference}|S||77{number}\r\n", number + 1));
        count += 1;
        fen += amount.replace('.', "").parse::<i64>().unwrap();
    }
    text.push_str(&format!("END|{count}|{}.{:02}\r\n", fen / 100, fen % 100));
    encoding_rs::GBK.encode(&text).0.into_owned()
}
