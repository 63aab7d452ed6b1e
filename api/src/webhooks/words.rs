//! Why a message was not taken, for people: what is kept of it is its code.

use super::SendError;
use crate::replay::Words;

/// What can go wrong beside the status of an answer.
const WITHOUT_STATUS: [SendError; 6] = [
    SendError::Url,
    SendError::Clear,
    SendError::Forbidden,
    SendError::Unreachable,
    SendError::Tls,
    SendError::TimedOut,
];

/// A failure that was kept, in words; its code where nobody knows it any more.
pub fn failure_in_words(code: &str) -> Words {
    let status = code.strip_prefix("status_").and_then(|status| status.parse().ok());
    let known = WITHOUT_STATUS.into_iter().find(|failure| failure.to_string() == code);
    let unknown = || Words { zh: code.to_owned(), en: code.to_owned() };
    status.map(SendError::Status).or(known).map_or_else(unknown, in_words)
}

fn in_words(failure: SendError) -> Words {
    let (zh, en) = match failure {
        SendError::Url => ("网址无法使用", "the URL cannot be used"),
        SendError::Clear => (
            "网址不是 https://，主机也未列入允许名单",
            "the URL is not https://, and the host is not allowed by name",
        ),
        SendError::Forbidden => (
            "网址指向本机或内部网络，主机未列入允许名单",
            "the address is of this machine or its network, and the host is not allowed by name",
        ),
        SendError::Unreachable => (
            "主机名未知、无人应答或连接中断",
            "the name is unknown, nobody listens there, or the connection broke",
        ),
        SendError::Tls => (
            "未能建立安全连接，例如对方证书不受信任",
            "no TLS was agreed on, such as with a certificate that is not trusted",
        ),
        SendError::TimedOut => ("对方未在时限内应答", "no answer in time"),
        SendError::Status(status) => {
            return Words {
                zh: format!("对方应答 HTTP {status}，未接收"),
                en: format!("answered with HTTP {status}: not taken"),
            };
        }
    };
    Words { zh: zh.to_owned(), en: en.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_that_is_kept_is_said_in_chinese() {
        for failure in WITHOUT_STATUS.into_iter().chain([SendError::Status(503)]) {
            let said = failure_in_words(&failure.to_string());
            assert_eq!(said, in_words(failure));
            assert!(!said.zh.is_ascii(), "{failure}");
        }
        assert_eq!(failure_in_words("status_503").en, "answered with HTTP 503: not taken");
        assert_eq!(failure_in_words("gone").zh, "gone");
    }
}
