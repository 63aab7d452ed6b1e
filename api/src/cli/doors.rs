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
use crate::webhooks::Delivery;

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
    /// 可推送的内部主机 · hosts that webhooks may call whatever their addresses are, and without TLS
    #[arg(long, value_name = "HOST", env = "LEDGER_WEBHOOK_HOSTS", value_delimiter = ',')]
    allow_webhook_host: Vec<String>,
    /// 须用动态验证码的岗位 · roles whose people must have a second factor
    #[arg(
        long,
        value_name = "ROLE,…",
        env = "LEDGER_SECOND_FACTOR",
        value_delimiter = ',',
        value_parser = parse_role
    )]
    second_factor: Vec<Role>,
}

/// The same, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Doors {
    tls: Option<TlsFiles>,
    plain_http: bool,
    webhook_hosts: Vec<String>,
    second_factor_for: BTreeSet<Role>,
}

impl From<DoorArgs> for Doors {
    fn from(arguments: DoorArgs) -> Doors {
        let DoorArgs { tls_cert, tls_key, plain_http, allow_webhook_host, second_factor } = arguments;
        Doors {
            tls: tls_cert.zip(tls_key).map(|(certificate, key)| TlsFiles { certificate, key }),
            plain_http,
            webhook_hosts: allow_webhook_host,
            second_factor_for: second_factor.into_iter().collect(),
        }
    }
}

impl Doors {
    /// What the console asks of everybody. Whoever serves plain HTTP to other machines says that a proxy speaks TLS for it,
    /// so that browsers send their cookies over TLS alone.
    pub fn entrance(&self) -> Entrance {
        let encrypted = self.tls.is_some() || self.plain_http;
        Entrance { second_factor_for: self.second_factor_for.clone(), encrypted }
    }

    /// How other systems are told of changes.
    pub fn delivery(&self) -> Delivery {
        Delivery { allowed_hosts: self.webhook_hosts.clone(), ..Delivery::default() }
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
}
