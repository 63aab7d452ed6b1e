//! How people come in to a server: what its command line says of it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use domain::actor::Role;

use super::failure::Failure;
use super::session::parse_role;
use crate::console::Entrance;
use crate::http::{Tls, TlsFiles};
use crate::identity_provider::{IdentityProvider, ProviderGiven, ProviderSettings, ProviderWord};
use crate::webhooks::AllowedHosts;

/// How people come in.
#[derive(Clone, Debug, Args)]
pub struct DoorArgs {
    /// 证书 · serve TLS: the chain in PEM, the server's own certificate first
    #[arg(long, value_name = "FILE", env = "LEDGER_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// 私钥 · the key of the certificate in PEM
    #[arg(long, value_name = "FILE", env = "LEDGER_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// 允许明文 · serve without TLS on an address that other machines reach, such as behind a proxy that speaks TLS
    #[arg(long, conflicts_with = "tls_cert")]
    plain_http: bool,
    #[command(flatten)]
    webhook_hosts: WebhookHostArgs,
    /// 须用动态验证码的岗位 · roles whose people must have a second factor
    #[arg(
        long,
        value_name = "ROLE,…",
        env = "LEDGER_SECOND_FACTOR",
        value_delimiter = ',',
        value_parser = parse_role
    )]
    second_factor: Vec<Role>,
    #[command(flatten)]
    provider: ProviderArgs,
}

/// Which hosts inside other systems may be told at.
#[derive(Clone, Debug, Default, Args)]
pub struct WebhookHostArgs {
    /// 可推送的内部主机 · hosts that webhooks may call whatever their addresses are, and without TLS
    #[arg(long, value_name = "HOST", env = "LEDGER_WEBHOOK_HOSTS", value_delimiter = ',')]
    allow_webhook_host: Vec<String>,
}

impl From<WebhookHostArgs> for AllowedHosts {
    fn from(arguments: WebhookHostArgs) -> AllowedHosts {
        AllowedHosts::new(arguments.allow_webhook_host)
    }
}

/// The office's provider of identities, where people come in through one too (OpenID Connect).
#[derive(Clone, Debug, Default, Args)]
pub struct ProviderArgs {
    /// 统一身份认证方 · the URL by which the provider names itself; without it there is none
    #[arg(long, value_name = "URL", env = "LEDGER_OIDC_ISSUER")]
    oidc_issuer: Option<String>,
    /// 在认证方登记的客户端编号 · as whom the ledger is registered there
    #[arg(long, value_name = "ID", env = "LEDGER_OIDC_CLIENT")]
    oidc_client: Option<String>,
    /// 客户端密钥文件 · the file with the client's secret; none for a client without one
    #[arg(long, value_name = "FILE", env = "LEDGER_OIDC_SECRET_FILE")]
    oidc_secret_file: Option<PathBuf>,
    /// 认证方证书的签发机构 · the office's own authorities in PEM, trusted for the provider in the place of this machine's
    #[arg(long, value_name = "FILE", env = "LEDGER_OIDC_CA_FILE")]
    oidc_ca_file: Option<PathBuf>,
    /// 打开本系统的地址 · the address at which people open the console, below which they come back
    #[arg(long, value_name = "URL", env = "LEDGER_OIDC_CONSOLE")]
    oidc_console: Option<String>,
    /// 认可认证方已核验第二因素 · ask for no second factor where the provider says that it did (`amr` with mfa or otp)
    #[arg(long, env = "LEDGER_OIDC_SECOND_FACTOR")]
    oidc_second_factor: bool,
}

/// The same, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Doors {
    tls: Option<TlsFiles>,
    plain_http: bool,
    webhook_hosts: AllowedHosts,
    second_factor_for: BTreeSet<Role>,
    provider: ProviderArgs,
}

impl From<DoorArgs> for Doors {
    fn from(arguments: DoorArgs) -> Doors {
        let DoorArgs { tls_cert, tls_key, plain_http, webhook_hosts, second_factor, provider } = arguments;
        Doors {
            tls: tls_cert.zip(tls_key).map(|(certificate, key)| TlsFiles { certificate, key }),
            plain_http,
            webhook_hosts: webhook_hosts.into(),
            second_factor_for: second_factor.into_iter().collect(),
            provider,
        }
    }
}

impl Doors {
    /// What the console asks of everybody. Whoever serves plain HTTP to other machines says that a proxy speaks TLS for it,
    /// so that browsers send their cookies over TLS alone.
    ///
    /// # Errors
    /// [`Failure::Refused`]: the settings of the provider of identities cannot be used.
    pub fn entrance(&self) -> Result<Entrance, Failure> {
        let encrypted = self.tls.is_some() || self.plain_http;
        let provider = self.provider.clone().open().map_err(|said| Failure::Refused {
            code: "identity_provider_unusable",
            zh: said.clone(),
            en: said,
        })?;
        Ok(Entrance { second_factor_for: self.second_factor_for.clone(), encrypted, provider })
    }

    /// Which hosts inside other systems may be told at.
    pub fn webhook_hosts(&self) -> AllowedHosts {
        self.webhook_hosts.clone()
    }

    /// The scheme of the server's address.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// The certificate, where there is one.
    ///
    /// # Errors
    /// [`Failure::Refused`]: it cannot be used, or others could listen in on an address that they reach.
    pub fn tls(&self, listen: SocketAddr) -> Result<Option<Tls>, Failure> {
        if let Some(files) = self.tls.clone() {
            let opened = Tls::open(files).map_err(|error| Failure::Refused {
                code: "certificate_unusable",
                zh: error.to_string(),
                en: error.to_string(),
            });
            return opened.map(Some);
        }
        if listen.ip().is_loopback() || self.plain_http {
            return Ok(None);
        }
        Err(Failure::Refused {
            code: "tls_required",
            zh: format!(
                "{listen} 可从其他机器访问：请提供 --tls-cert 与 --tls-key；由代理加密时用 --plain-http。"
            ),
            en: format!(
                "other machines reach {listen}: give --tls-cert and --tls-key, or --plain-http behind a proxy that speaks TLS"
            ),
        })
    }
}

impl ProviderArgs {
    /// The provider, where one is named; else why it cannot be used, in both languages.
    fn open(self) -> Result<Option<IdentityProvider>, String> {
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let Some(issuer) = said(self.oidc_issuer) else { return Ok(None) };
        let given = ProviderGiven {
            issuer,
            client: said(self.oidc_client).unwrap_or_default(),
            secret_file: self.oidc_secret_file.filter(|file| !file.as_os_str().is_empty()),
            ca_file: self.oidc_ca_file.filter(|file| !file.as_os_str().is_empty()),
            console: said(self.oidc_console).unwrap_or_default(),
            word: if self.oidc_second_factor { ProviderWord::Taken } else { ProviderWord::NotTaken },
        };
        let settings = ProviderSettings::read(given).map_err(|error| error.to_string())?;
        IdentityProvider::try_new(settings).map(Some).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_unless_somebody_says_otherwise() {
        let (own, all) = ("127.0.0.1:8080".parse().unwrap(), "0.0.0.0:8080".parse().unwrap());
        let doors = Doors::default();
        assert!(
            doors.tls(own).unwrap().is_none() && doors.tls("[::1]:80".parse().unwrap()).unwrap().is_none()
        );
        assert!(matches!(doors.tls(all), Err(Failure::Refused { code: "tls_required", .. })));
        assert!(Doors { plain_http: true, ..doors }.tls(all).unwrap().is_none());
    }

    #[test]
    fn a_provider_is_there_only_when_it_is_named_and_then_wholly() {
        let doors = |issuer: Option<&str>, client: Option<&str>| {
            let given = |text: Option<&str>| text.map(str::to_owned);
            let provider = ProviderArgs {
                oidc_issuer: given(issuer),
                oidc_client: given(client),
                oidc_console: Some("https://ledger.example".to_owned()),
                ..ProviderArgs::default()
            };
            Doors { provider, ..Doors::default() }.entrance()
        };
        for none in [None, Some(""), Some(" ")] {
            assert!(doors(none, Some("ledger")).unwrap().provider.is_none());
        }
        let named = doors(Some("https://sso.example"), Some("ledger")).unwrap().provider.unwrap();
        assert_eq!(named.issuer(), "https://sso.example");
        let half = doors(Some("https://sso.example"), None);
        assert!(matches!(half, Err(Failure::Refused { code: "identity_provider_unusable", .. })));
    }
}
