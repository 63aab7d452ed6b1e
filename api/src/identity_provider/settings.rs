//! Which provider there is, and as whom the ledger is known to it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use eventlog::secret_file::{self, SecretFileError};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::reach::is_private;

/// Where the provider sends visitors back to, below the console's address.
pub const RETURN_PATH: &str = "/sign-in/provider/return";

/// The largest file of a secret.
const SECRET_BYTES_MAX: u64 = 4_096;

/// The provider of the office. `Debug` shows no secret.
pub struct ProviderSettings {
    pub(super) issuer: IssuerUrl,
    pub(super) client: ClientId,
    pub(super) secret: Option<ClientSecret>,
    pub(super) redirect: RedirectUrl,
    pub(super) word: ProviderWord,
    pub(super) authorities: Option<RootCertStore>,
}

/// Whether the provider's word is taken that it asked for a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProviderWord {
    /// The ledger asks for its own.
    #[default]
    NotTaken,
    /// The ledger's own is not asked for where the ID token says `mfa` or `otp` (RFC 8176).
    Taken,
}

/// What the command line and the environment say.
#[derive(Clone, Debug, Default)]
pub struct ProviderGiven {
    /// The URL by which the provider names itself.
    pub issuer: String,
    /// As whom the ledger is registered there.
    pub client: String,
    /// The file with the client's secret; none for a client without one.
    pub secret_file: Option<PathBuf>,
    /// The file with the certificates of the authorities that the provider's own is trusted by; none for those that this
    /// machine trusts.
    pub ca_file: Option<PathBuf>,
    /// The address at which people open the console.
    pub console: String,
    /// Whether its word is taken.
    pub word: ProviderWord,
}

/// A setting of the provider cannot be used. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum ProviderSettingsError {
    /// The provider's address.
    #[error(
        "LEDGER_OIDC_ISSUER 应为 https:// 开头的地址（本机可用 http://）。 LEDGER_OIDC_ISSUER must be an https:// URL (http:// on this machine alone)"
    )]
    Issuer,
    /// The console's address.
    #[error(
        "LEDGER_OIDC_CONSOLE 应为打开本系统的地址，如 https://ledger.example.gov.cn。 LEDGER_OIDC_CONSOLE must be the address of the console, such as https://ledger.example.gov.cn"
    )]
    Console,
    /// The client.
    #[error("LEDGER_OIDC_CLIENT 不能为空。 LEDGER_OIDC_CLIENT must not be empty")]
    Client,
    /// The file of the secret.
    #[error(
        "LEDGER_OIDC_SECRET_FILE 不能使用（应存在，且只有本账户可读，即 chmod 600）。 LEDGER_OIDC_SECRET_FILE cannot be used: {0}"
    )]
    SecretFile(#[from] SecretFileError),
    /// The file of the authorities.
    #[error(
        "LEDGER_OIDC_CA_FILE 不能使用，应为 PEM 格式的 CA 证书：{reason}。 LEDGER_OIDC_CA_FILE must hold certificates of authorities in PEM: {reason}"
    )]
    Authorities {
        /// Why not.
        reason: String,
    },
    /// The secret.
    #[error(
        "LEDGER_OIDC_SECRET_FILE 应有一行密钥。 LEDGER_OIDC_SECRET_FILE must hold one line with the secret"
    )]
    Secret,
}

impl ProviderSettings {
    /// Reads what is given, and the file of the secret.
    ///
    /// # Errors
    /// [`ProviderSettingsError`].
    pub fn read(given: ProviderGiven) -> Result<ProviderSettings, ProviderSettingsError> {
        let ProviderGiven { issuer, client, secret_file, ca_file, console, word } = given;
        let issuer = IssuerUrl::new(issuer.trim().to_owned()).map_err(|_| ProviderSettingsError::Issuer)?;
        let plain = issuer.url().query().is_none() && issuer.url().fragment().is_none();
        if !is_private(issuer.url()) || !plain {
            return Err(ProviderSettingsError::Issuer);
        }
        let redirect = RedirectUrl::new(format!("{}{RETURN_PATH}", console.trim().trim_end_matches('/')));
        let redirect = redirect.map_err(|_| ProviderSettingsError::Console)?;
        if !is_private(redirect.url()) || redirect.url().path() != RETURN_PATH {
            return Err(ProviderSettingsError::Console);
        }
        if client.trim().is_empty() {
            return Err(ProviderSettingsError::Client);
        }
        let secret = secret_file.map(secret_in).transpose()?;
        let authorities = ca_file.as_deref().map(authorities_in).transpose()?;
        Ok(ProviderSettings {
            issuer,
            client: ClientId::new(client.trim().to_owned()),
            secret,
            redirect,
            word,
            authorities,
        })
    }
}

fn authorities_in(file: &Path) -> Result<RootCertStore, ProviderSettingsError> {
    let unusable = |reason: String| ProviderSettingsError::Authorities { reason };
    let found = CertificateDer::pem_file_iter(file).map_err(|error| unusable(error.to_string()))?;
    let mut authorities = RootCertStore::empty();
    for certificate in found {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        authorities.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if authorities.is_empty() { Err(unusable("no certificate".to_owned())) } else { Ok(authorities) }
}

fn secret_in(file: PathBuf) -> Result<ClientSecret, ProviderSettingsError> {
    if fs::metadata(&file).is_ok_and(|known| known.len() > SECRET_BYTES_MAX) {
        return Err(ProviderSettingsError::Secret);
    }
    let text = secret_file::read(&file)?;
    let secret = text.trim();
    if secret.is_empty() || secret.contains(char::is_control) {
        return Err(ProviderSettingsError::Secret);
    }
    Ok(ClientSecret::new(secret.to_owned()))
}

impl fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ProviderSettings");
        shown.field("issuer", &self.issuer.as_str()).field("client", &self.client.as_str());
        shown.field("redirect", &self.redirect.as_str()).field("word", &self.word).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn given() -> ProviderGiven {
        ProviderGiven {
            issuer: "https://sso.example.gov.cn/realms/office".to_owned(),
            client: "ledger".to_owned(),
            secret_file: None,
            ca_file: None,
            console: "https://ledger.example.gov.cn/".to_owned(),
            word: ProviderWord::NotTaken,
        }
    }

    #[test]
    fn visitors_come_back_to_the_console_and_nowhere_else() {
        let settings = ProviderSettings::read(given()).unwrap();
        assert_eq!(settings.redirect.as_str(), "https://ledger.example.gov.cn/sign-in/provider/return");
        for console in
            ["", "ledger.example", "http://ledger.example", "https://a.example/?x=", "https://a.example/b"]
        {
            let refused = ProviderSettings::read(ProviderGiven { console: console.to_owned(), ..given() });
            assert!(matches!(refused, Err(ProviderSettingsError::Console)), "{console}");
        }
    }

    #[test]
    fn a_provider_that_others_could_read_along_with_is_refused() {
        for issuer in
            ["", "http://sso.example", "sso.example", "https://sso.example?a=b", "https://sso.example#a"]
        {
            let refused = ProviderSettings::read(ProviderGiven { issuer: issuer.to_owned(), ..given() });
            assert!(matches!(refused, Err(ProviderSettingsError::Issuer)), "{issuer}");
        }
    }

    #[test]
    fn authorities_are_certificates_in_pem() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let read =
            |path: &Path| ProviderSettings::read(ProviderGiven { ca_file: Some(path.to_owned()), ..given() });
        for unusable in [Path::new("/nowhere/ca.pem"), file.path()] {
            assert!(matches!(read(unusable), Err(ProviderSettingsError::Authorities { .. })), "{unusable:?}");
        }
        write!(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        assert!(matches!(read(file.path()), Err(ProviderSettingsError::Authorities { .. })));
    }

    #[test]
    fn the_secret_is_one_line_of_a_file_and_is_printed_nowhere() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let read = |file: &tempfile::NamedTempFile| {
            ProviderSettings::read(ProviderGiven { secret_file: Some(file.path().to_owned()), ..given() })
        };
        assert!(matches!(read(&file), Err(ProviderSettingsError::Secret)), "empty");
        writeln!(file, "s3cret-of-the-ledger").unwrap();
        let settings = read(&file).unwrap();
        assert_eq!(settings.secret.as_ref().unwrap().secret(), "s3cret-of-the-ledger");
        assert!(!format!("{settings:?}").contains("s3cret"));
        let missing = ProviderGiven { secret_file: Some("/nowhere/secret".into()), ..given() };
        assert!(matches!(ProviderSettings::read(missing), Err(ProviderSettingsError::SecretFile(_))));
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
        let open = read(&file).unwrap_err();
        let others = SecretFileError::OpenToOthers { path: file.path().to_owned(), mode: 0o644 };
        assert_eq!(open.to_string(), ProviderSettingsError::SecretFile(others).to_string());
    }
}
