//! Why a command to a webhook is refused.

use crate::explain::Explain;

/// Refusals of a webhook, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The actor's role does not do this.
    #[error("only an administrator manages webhooks")]
    RoleNotAllowed,
    /// There is no such webhook.
    #[error("there is no such webhook")]
    WebhookUnknown,
    /// The name stands for another subscription.
    #[error("this identifier stands for another subscription")]
    WebhookTaken,
    /// It is over.
    #[error("the webhook is over; subscribe a new one")]
    WebhookEnded,
    /// Not an address that can be told.
    #[error(
        "the URL is https://, or http:// to a host that the server allows by name, without account, query and fragment, of at most 500 characters"
    )]
    UrlUnusable,
    /// Not the type of a stream.
    #[error("there is no such type of stream")]
    StreamMalformed,
    /// A text is missing or too long.
    #[error("a reason of 1 to 200 characters is needed")]
    WordsMissing,
}

impl Explain for WebhookError {
    fn code(&self) -> &'static str {
        match self {
            WebhookError::RoleNotAllowed => "role_not_allowed",
            WebhookError::WebhookUnknown => "webhook_unknown",
            WebhookError::WebhookTaken => "webhook_taken",
            WebhookError::WebhookEnded => "webhook_ended",
            WebhookError::UrlUnusable => "url_unusable",
            WebhookError::StreamMalformed => "stream_malformed",
            WebhookError::WordsMissing => "words_missing",
        }
    }

    fn zh(&self) -> String {
        match self {
            WebhookError::RoleNotAllowed => "推送订阅由管理员管理，当前岗位无权办理。",
            WebhookError::WebhookUnknown => "没有这个推送订阅，请核对编号。",
            WebhookError::WebhookTaken => "该编号已用于另一个推送订阅。",
            WebhookError::WebhookEnded => "该推送订阅已终止，请另行订阅。",
            WebhookError::UrlUnusable => {
                "网址应为 https://（服务器按名称允许的主机可用 http://），不含账号、查询参数和片段，不超过 500 个字符。"
            }
            WebhookError::StreamMalformed => "没有这种事件流类型，请核对。",
            WebhookError::WordsMissing => "请填写 1 至 200 个字的原因。",
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        match self {
            WebhookError::RoleNotAllowed | WebhookError::WebhookEnded => "",
            WebhookError::WebhookUnknown | WebhookError::WebhookTaken => "webhook_id",
            WebhookError::UrlUnusable => "url",
            WebhookError::StreamMalformed => "stream",
            WebhookError::WordsMissing => "reason",
        }
    }
}
