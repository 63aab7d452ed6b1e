//! Reason codes of ISO 20022 (External Code Sets, ExternalReturnReason1Code and ExternalStatusReason1Code) in plain words.

use std::collections::BTreeMap;

use super::layout::AtFault;

/// What reason codes say of accounts: those of ISO 20022, and those of banks that say so in their layouts.
#[derive(Clone, Debug, Default)]
pub struct ReasonFaults(BTreeMap<String, AtFault>);

impl<'a> FromIterator<(&'a str, AtFault)> for ReasonFaults {
    fn from_iter<I: IntoIterator<Item = (&'a str, AtFault)>>(reasons: I) -> ReasonFaults {
        ReasonFaults(reasons.into_iter().map(|(code, at_fault)| (code.to_owned(), at_fault)).collect())
    }
}

impl ReasonFaults {
    /// Who is at fault, as far as the code says it. Codes of which nothing is known may say anything, and those of blocked
    /// accounts and the like pass.
    pub fn at_fault(&self, code: &str) -> Option<AtFault> {
        self.0.get(code).copied().or_else(|| of_the_standard(code))
    }
}

/// What is to be done before a month that came back is paid again, in Chinese and English.
pub const fn to_pay_again(at_fault: Option<AtFault>) -> (&'static str, &'static str) {
    match at_fault {
        Some(AtFault::Account) => ("更正收款账户后重发", "correct the account: then it is paid again"),
        Some(AtFault::Bank) => {
            ("与账户无关，下一批次重发", "the account is not at fault: the next run sends it again")
        }
        None => (
            "更正收款账户后重发；账户核实无误的，作废本笔后重发",
            "correct the account; where it is right, give this payment up: then the month is paid again",
        ),
    }
}

/// What a code means, in Chinese and English, as far as it concerns payments to people.
pub fn iso(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "AB05" | "AB06" => ("对方银行处理超时", "the other bank did not answer in time"),
        "AC01" => ("账号不存在或有误，请核对账号", "the account number is wrong"),
        "AC02" => ("付款账号有误，请联系银行", "the office's own account number is wrong"),
        "AC04" => ("账户已销户，请收款人提供新账户", "the account is closed"),
        "AC06" => ("账户已冻结，请收款人到银行处理", "the account is blocked"),
        "AC07" => ("收款账户已销户", "the payee's account is closed"),
        "AC13" | "AC14" => ("账户类型不能收款", "the account cannot receive this payment"),
        "AG01" => ("该账户不允许此类交易", "the account does not take such payments"),
        "AG02" => ("业务种类代码有误，请联系银行", "the bank operation code is wrong"),
        "AM01" => ("金额为零", "the amount is zero"),
        "AM02" => ("金额超过限额", "the amount is above a limit"),
        "AM03" => ("币种不支持", "the currency is not taken"),
        "AM04" => ("付款账户余额不足", "the office's account has too little money"),
        "AM05" => ("银行认为重复付款，请核对", "the bank takes it for a duplicate"),
        "AM09" => ("金额有误", "the amount is wrong"),
        "BE01" | "BE22" => ("户名与账号不符，请核对户名", "the name does not fit the account"),
        "BE04" | "BE05" => ("收款人或付款人资料不全", "details of a party are missing"),
        "BE06" => ("收款人不明", "the payee is not known"),
        "BE07" => ("付款人地址缺失", "the address of the office is missing"),
        "CNOR" | "RC01" | "RC04" => ("收款行行号有误", "the number of the payee's bank is wrong"),
        "CURR" => ("币种有误", "the currency is wrong"),
        "CUST" => ("收款人要求退回", "the payee asked for the return"),
        "DNOR" | "RC03" => ("付款行行号有误", "the number of the office's bank is wrong"),
        "DT01" => ("日期有误", "a date is wrong"),
        "DUPL" => ("重复付款", "paid before"),
        "ED05" => ("清算失败", "the settlement between the banks failed"),
        "FF01" | "FF05" => ("文件格式有误，请联系银行", "the file has a wrong form"),
        "FOCR" => ("按撤销请求退回", "came back after a recall"),
        "MD07" => ("收款人已去世，请核实", "the payee has died"),
        "MS02" => ("收款人拒收，未说明原因", "refused by the payee without a reason"),
        "MS03" => ("银行未说明原因", "the bank gives no reason"),
        "NARR" => ("原因见银行附言", "the reason stands in the bank's remark"),
        "NOAS" => ("收款人未答复", "the payee did not answer"),
        "RR01" | "RR02" | "RR03" | "RR04" => {
            ("监管要求的资料缺失", "details that regulation asks for are missing")
        }
        "TECH" => ("技术原因，请重发", "technical trouble: send it again"),
        "TM01" => ("超过受理时间，请次日再发", "came after the bank's closing time"),
        _ => return None,
    })
}

/// The standard's codes that say who is at fault.
fn of_the_standard(code: &str) -> Option<AtFault> {
    Some(match code {
        "AC01" | "AC04" | "AC07" | "AC13" | "AC14" | "AG01" | "BE01" | "BE06" | "BE22" | "CNOR" | "MD07"
        | "RC01" | "RC04" => AtFault::Account,
        "AB05" | "AB06" | "AC02" | "AG02" | "AM04" | "BE07" | "CURR" | "DNOR" | "DT01" | "ED05" | "FF01"
        | "FF05" | "FOCR" | "RC03" | "TECH" | "TM01" => AtFault::Bank,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_layout_says_of_a_code_goes_before_what_the_standard_says() {
        let own: ReasonFaults = [("E003", AtFault::Account), ("X-1", AtFault::Bank), ("AC04", AtFault::Bank)]
            .into_iter()
            .collect();
        assert_eq!(own.at_fault("E003"), Some(AtFault::Account));
        assert_eq!(own.at_fault("X-1"), Some(AtFault::Bank));
        assert_eq!(own.at_fault("AC04"), Some(AtFault::Bank));
        let standard = ReasonFaults::default();
        assert_eq!(standard.at_fault("AC04"), Some(AtFault::Account));
        assert_eq!(standard.at_fault("TECH"), Some(AtFault::Bank));
        assert_eq!(standard.at_fault("E003"), None, "a code of which nothing is known");
    }
}
