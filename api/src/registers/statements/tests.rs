//! The exports of the platforms as they come, and what is wrong with others.

use rstest::rstest;

use super::*;

const WECHAT: &str = "交易时间,公众账号ID,微信订单号,商户订单号,用户标识,交易状态,货币种类,应结订单金额,微信退款单号,退款金额,手续费,费率,订单金额,申请退款金额\r\n\
`2023-05-08 12:00:01,`wx1,`4200001800202305081111111111,`A1,`o1,`SUCCESS,`CNY,`50.00,`0,`0.00,`0.30000,`0.60%,`50.00,`0.00\r\n\
`2023-05-09 09:30:00,`wx1,`4200001800202305092222222222,`A2,`o2,`SUCCESS,`CNY,`1234.50,`0,`0.00,`0.00000,`0.00%,`1234.50,`0.00\r\n\
`2023-05-10 10:00:00,`wx1,`4200001800202305081111111111,`A1,`o1,`REFUND,`CNY,`0.00,`50300001802023051000000000001,`20.00,`-0.12000,`0.60%,`0.00,`20.00\r\n\
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n\
`3,`1284.50,`20.00,`0.00,`0.18000,`1284.50,`20.00\r\n";

const ALIPAY: &str = "#支付宝业务明细查询\r\n#账号：[20880000]\r\n#起始日期：[2023年05月01日]\r\n#-----业务明细列表-----\r\n\
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,退款批次号/请求号,服务费（元）,备注\r\n\
2023050822001400001111111111\t,B1\t,交易\t,捐赠,2023-05-08 08:00:00,2023-05-08 08:00:02,100.00,\t,-0.60,\r\n\
2023050822001400001111111111\t,B1\t,退款\t,捐赠,2023-05-08 08:00:00,2023-05-12 10:00:00,-40.00,RF001\t,0.24,\r\n\
#-----业务明细列表结束-----\r\n#交易合计：1笔\r\n";

const WECHAT_APP: &str = "\u{feff}微信支付账单明细,,,,,,,,,,\n微信昵称：[某街道],,,,,,,,,,\n----------------------微信支付账单明细列表--------------------,,,,,,,,,,\n\
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n\
2023-05-08 12:00:01,二维码收款,李娜,收款方备注:捐款,收入,¥50.00,/,已收钱,53010000001\t,\"1\",\"/\"\n\
2023-05-08 13:00:01,零钱提现,某银行,/,/,¥45.00,某银行,提现已到账,53010000002\t,\"2\",\"/\"\n\
2023-05-09 12:00:01,二维码收款-退款,李娜,收款方备注:捐款,支出,¥5.00,零钱,已退款,53010000001\t,\"1\",\"/\"\n";

fn read(text: &str) -> Result<Statement, LineProblem> {
    read_statement(text.as_bytes(), &Layout::built_in())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_merchant_statement_of_wechat_has_gifts_fees_and_refunds() {
    let statement = read(WECHAT).unwrap();
    assert_eq!((statement.channel, statement.problems.as_slice()), (PaymentChannel::Wechat, [].as_slice()));
    let [first, second, refund] = statement.entries.as_slice() else { panic!("three entries") };
    assert_eq!((first.line, first.amount, first.on), (2, Money::from_fen(5_000), day("2023-05-08")));
    assert!(first.what == What::Gift { fee: Money::from_fen(30), payer: None });
    assert_eq!(second.amount, Money::from_fen(123_450));
    assert_eq!((refund.amount, &refund.transaction), (Money::from_fen(2_000), &first.transaction));
    assert!(refund.what == What::Refund { number: "50300001802023051000000000001".to_owned() });
}

#[test]
fn a_statement_of_alipay_comes_in_gbk_between_remarks() {
    let (bytes, _, unmappable) = encoding_rs::GBK.encode(ALIPAY);
    assert!(!unmappable);
    for bytes in [bytes.as_ref(), ALIPAY.as_bytes()] {
        let statement = read_statement(bytes, &Layout::built_in()).unwrap();
        assert_eq!((statement.channel, statement.entries.len()), (PaymentChannel::Alipay, 2));
        assert!(statement.entries[0].what == What::Gift { fee: Money::from_fen(60), payer: None });
        assert_eq!(statement.entries[1].amount, Money::from_fen(4_000));
        assert!(statement.entries[1].what == What::Refund { number: "RF001".to_owned() });
    }
}

#[test]
fn a_bill_of_the_wechat_app_names_the_payer_and_has_lines_that_are_no_gifts() {
    let statement = read(WECHAT_APP).unwrap();
    assert_eq!((statement.entries.len(), statement.passed_over), (2, 1));
    let payer = Some(DonorName("李娜".to_owned()));
    assert!(statement.entries[0].what == What::Gift { fee: Money::ZERO, payer });
    assert!(statement.entries[1].what == What::Refund { number: "53010000001-20230509120001".to_owned() });
}

/// One change to a good statement of WeChat, and the problem that it makes; line 0 is the file as a whole.
#[rstest]
#[case::negative(
    "`1234.50,`0,`0.00,`0.00000,`0.00%,`1234.50",
    "`1234.50,`0,`0.00,`0.00000,`0.00%,`-1234.50",
    3,
    "amount_not_positive"
)]
#[case::three_places("`0.00%,`1234.50", "`0.00%,`1234.505", 3, "amount_invalid")]
#[case::exponent("`0.00%,`1234.50", "`0.00%,`1e3", 3, "amount_invalid")]
#[case::nothing("`0.00%,`1234.50", "`0.00%,`", 3, "amount_invalid")]
#[case::shortened("`4200001800202305092222222222", "4.2E+27", 3, "number_invalid")]
#[case::no_number("`4200001800202305092222222222", "`", 3, "number_invalid")]
#[case::no_day("`2023-05-09 09:30:00", "`2023-02-30 09:30:00", 3, "date_invalid")]
#[case::strange_kind("`o2,`SUCCESS", "`o2,`PENDING", 3, "kind_unknown")]
#[case::no_refund_number("`50300001802023051000000000001", "`", 4, "number_invalid")]
#[case::renamed_column("微信订单号", "订单编号", 0, "head_missing")]
#[case::a_fee_of_three_places("`0.30000", "`0.30500", 2, "amount_invalid")]
fn what_is_wrong_is_said_with_its_line(
    #[case] from: &str,
    #[case] to: &str,
    #[case] line: u64,
    #[case] code: &str,
) {
    assert!(WECHAT.contains(from), "the case changes nothing");
    let problem = match read(&WECHAT.replacen(from, to, 1)) {
        Err(problem) => problem,
        Ok(statement) => {
            let others = statement.entries.len() as u64 + statement.passed_over;
            assert_eq!(others + statement.problems.len() as u64, 3, "no line is lost");
            statement.problems[0].clone()
        }
    };
    assert_eq!((problem.line, problem.code), (line, code), "{problem}");
    assert!(!problem.zh.is_empty());
}

#[rstest]
#[case::empty(b"".as_slice(), "head_missing")]
#[case::no_text(b"\xff\xfe\x00\x80\xff".as_slice(), "encoding_unknown")]
#[case::another_table(b"a,b,c\n1,2,3\n".as_slice(), "head_missing")]
fn other_files_are_refused_whole(#[case] bytes: &[u8], #[case] code: &str) {
    assert_eq!(read_statement(bytes, &Layout::built_in()).unwrap_err().code, code);
}

#[test]
fn an_office_brings_a_layout_of_its_own() {
    let layout = Layout::parse(
        "name = \"某银行收款\"\nchannel = \"alipay\"\n[columns]\ntime = \"日期\"\ntransaction = \"流水号\"\nkind = \"类型\"\namount = \"金额\"\n[kinds]\ngift = [\"入\"]\nrefund = [\"退\"]\npassed_over = []\n",
    )
    .unwrap();
    let statement =
        read_statement("日期,流水号,类型,金额\n2023/5/8,A1,入,5\n".as_bytes(), &[layout]).unwrap();
    assert_eq!(statement.entries[0].on, day("2023-05-08"));
    assert!(Layout::parse("name = \"x\"\nsurprise = 1\n").is_err());
}

/// Line and code of every problem.
fn problems(statement: &Statement) -> Vec<(u64, &'static str)> {
    statement.problems.iter().map(|problem| (problem.line, problem.code)).collect()
}

#[test]
fn money_that_went_out_under_the_word_of_a_gift_is_passed_over() {
    let text = format!(
        "{WECHAT_APP}2023-05-10 09:00:00,转账,王强,/,支出,¥20.00,零钱,对方已收钱,53010000003\t,/,/\n\
        2023-05-10 10:00:00,转账,王强,/,收入,¥30.00,/,已收钱,53010000004\t,/,/\n"
    );
    let statement = read(&text).unwrap();
    assert_eq!((problems(&statement), statement.passed_over), (vec![], 2));
    let [_, refund, gift] = statement.entries.as_slice() else { panic!("three entries") };
    assert!(matches!(refund.what, What::Refund { .. }), "what went back went out");
    assert_eq!((gift.transaction.as_str(), gift.amount), ("53010000004", Money::from_fen(3_000)));
    assert_eq!(read(&text.replace("收/支", "收支")).unwrap_err().code, "head_missing");
}

#[rstest]
#[case::whose_last_cell_is_filled(WECHAT_APP, "¥50.00", "¥1,234.00", 5)]
#[case::whose_last_cell_is_empty(ALIPAY, "100.00", "1,100.00", 6)]
fn a_line_with_more_cells_than_the_head_is_refused(
    #[case] text: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] line: u64,
) {
    assert!(text.contains(from), "the case changes nothing");
    let statement = read(&text.replacen(from, to, 1)).unwrap();
    assert_eq!(problems(&statement), [(line, "line_malformed")]);
    let quoted = read(&text.replacen(from, &format!("\"{to}\""), 1)).unwrap();
    assert!(quoted.problems.is_empty(), "{:?}", quoted.problems);
}

#[test]
fn an_empty_cell_that_every_line_has_beyond_the_head_changes_nothing() {
    let text = ALIPAY.replace("-0.60,\r\n", "-0.60,,\r\n").replace("0.24,\r\n", "0.24,,\r\n");
    let statement = read(&text).unwrap();
    assert_eq!((problems(&statement), statement.entries.len()), (vec![], 2));
}

#[rstest]
fn a_line_that_lacks_a_column_of_its_layout_is_cut(
    #[values("direction", "refund_number", "refund_amount", "fee", "payer")] column: &str,
) {
    let layout = Layout::parse(&format!(
        "name = \"某平台\"\nchannel = \"alipay\"\nincoming = [\"收入\"]\n[columns]\ntime = \"日期\"\n\
        transaction = \"流水号\"\nkind = \"类型\"\namount = \"金额\"\n{column} = \"末列\"\n[kinds]\n\
        gift = [\"入\"]\nrefund = [\"退\"]\npassed_over = []\n"
    ))
    .unwrap();
    let text = "日期,流水号,类型,金额,末列\n2023-05-08,A1,入,5\n";
    let statement = read_statement(text.as_bytes(), &[layout]).unwrap();
    assert_eq!(problems(&statement), [(2, "line_cut")]);
    assert_eq!((statement.problems[0].column.as_str(), statement.entries.len()), ("末列", 0));
}

#[test]
fn the_last_line_counts_only_with_its_end() {
    let open = WECHAT_APP.trim_end();
    for text in [open, open.strip_suffix("00001\t,\"1\",\"/\"").unwrap()] {
        let statement = read(text).unwrap();
        assert_eq!((problems(&statement), statement.entries.len()), (vec![(7, "line_cut")], 1), "{text}");
        assert!(statement.problems[0].zh.contains("中间结束"));
    }
    // blanks are no line, and what ends the table stands after every gift
    for text in [format!("{WECHAT_APP}  ").as_str(), WECHAT.trim_end()] {
        assert!(read(text).unwrap().problems.is_empty(), "{text}");
    }
}

#[test]
fn a_file_without_the_line_that_ends_its_table_may_be_cut() {
    let (lines, _) = WECHAT.split_once("总交易单数").unwrap();
    let statement = read(lines).unwrap();
    assert_eq!((problems(&statement), statement.entries.len()), (vec![(0, "footer_missing")], 3));
    let statement = read(&format!("{lines}总交易")).unwrap();
    assert_eq!(problems(&statement), [(5, "line_cut"), (0, "footer_missing")]);
}

#[rstest]
#[case::a_line_is_missing(
    WECHAT,
    "`2023-05-09 09:30:00,`wx1,`4200001800202305092222222222,`A2,`o2,`SUCCESS,`CNY,`1234.50,`0,`0.00,`0.00000,`0.00%,`1234.50,`0.00\r\n",
    "",
    &["3 笔", "1284.50 元"]
)]
#[case::an_amount_was_changed(WECHAT, "`0.30000,`0.60%,`50.00", "`0.30000,`0.60%,`500.00", &["1734.50 元"])]
#[case::a_refund_was_changed(WECHAT, "`0.00,`20.00\r\n总", "`0.00,`2.00\r\n总", &["20.00 元"])]
#[case::the_count_was_changed(ALIPAY, "交易合计：1笔", "交易合计：2笔，商家实收共0.00元", &["2 笔"])]
fn a_footer_that_says_otherwise_than_the_lines_is_a_problem_of_the_file(
    #[case] text: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] told: &[&str],
) {
    assert!(text.contains(from), "the case changes nothing");
    let statement = read(&text.replacen(from, to, 1)).unwrap();
    let said: Vec<_> = statement.problems.iter().map(|problem| (problem.line, problem.code)).collect();
    assert_eq!(said, vec![(0, "sums_differ"); told.len()], "{:?}", statement.problems);
    for (problem, told) in statement.problems.iter().zip(told) {
        assert!(problem.zh.contains(told), "{}", problem.zh);
    }
}

#[test]
fn the_example_of_every_layout_that_the_program_brings_is_one_gift() {
    for layout in Layout::built_in() {
        let statement = read_statement(layout.example().as_bytes(), std::slice::from_ref(&layout)).unwrap();
        assert_eq!((problems(&statement), statement.entries.len()), (vec![], 1), "{}", layout.name);
    }
}

#[test]
fn a_column_of_direction_and_its_words_stand_together_in_a_layout() {
    let text = include_str!("layouts/wechat_app.toml");
    assert!(Layout::read(text).is_ok());
    for line in ["incoming = [\"收入\"]\n", "direction = \"收/支\"\n"] {
        assert!(text.contains(line), "{line}");
        assert_eq!(Layout::read(&text.replace(line, "")).unwrap_err().code, "layout_unreadable");
    }
}
