//! The provider's keys and certificate: one signs today and another tomorrow, and only who is trusted is asked.

use std::path::PathBuf;

use api::http::TlsFiles;
use api::identity_provider::ProviderWord;
use axum::http::StatusCode;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use serde_json::json;
use tests::counter::Counter;

use super::pretended::Wrong;
use super::visitor::{CONSOLE, Office, Visitor, pages_trusting};
use crate::visitors::PASSWORD;

const SUBJECT: &str = "u-4711";

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_provider_took_since_is_read_at_once_and_unknown_ones_do_not_make_us_ask() {
    let office = Office::open(ProviderWord::NotTaken).await;
    office.links("wang.fang", SUBJECT);
    office.provider.shows(SUBJECT, &["pwd"]);
    let mut first = Visitor::new(&office.router);
    first.signs_in().await;
    assert!(first.is_in().await);
    assert_eq!(office.provider.key_reads(), 1);

    office.provider.takes_another_key("two");
    let mut second = Visitor::new(&office.router);
    let seen = second.signs_in().await;
    assert!(second.is_in().await, "{}", seen.text);
    assert_eq!(office.provider.key_reads(), 2, "the keys were read anew");
    let mut third = Visitor::new(&office.router);
    third.signs_in().await;
    assert!(third.is_in().await && first.is_in().await, "who is in stays in");
    assert_eq!(office.provider.key_reads(), 2, "and are remembered");

    office.provider.does(Wrong::OtherKey);
    for _ in 0..30 {
        let refused = Visitor::new(&office.router).signs_in().await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text.contains("id_token_signature_wrong"), "{}", refused.text);
    }
    // thirty may take longer than the ten seconds for which nothing is asked again
    assert!(office.provider.key_reads() <= 6, "{}", office.provider.key_reads());
    office.provider.does(Wrong::Nothing);
    let mut last = Visitor::new(&office.router);
    last.signs_in().await;
    assert!(last.is_in().await, "what was refused before keeps nobody out");
    office.close().await;
}

/// An authority of the office's own.
fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A pair for a name, from an authority, in files.
fn pair(counter: &Counter, authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> TlsFiles {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let made = params.signed_by(&key, authority).unwrap();
    TlsFiles {
        certificate: PathBuf::from(counter.file("provider.pem", &made.pem())),
        key: PathBuf::from(counter.file("provider-key.pem", &key.serialize_pem())),
    }
}

/// There and back, for a browser that trusts the provider's certificate.
async fn signs_in(office: &Office, visitor: &mut Visitor) -> StatusCode {
    let sent = visitor.opens("/sign-in/provider").await;
    let back = office.provider.sends_on(&sent.location).await;
    visitor.is_led_to(back.strip_prefix(CONSOLE).unwrap()).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_with_a_certificate_of_the_office_s_own_authority_is_trusted_by_its_file_alone() {
    let own = authority("街道办事处内部签发机构");
    let scratch = Counter::open().await;
    let files = pair(&scratch, &own, "localhost");
    let trusted = PathBuf::from(scratch.file("ca.pem", &own.pem()));
    let office = Office::open_over_tls(files, trusted).await;
    office.links("wang.fang", SUBJECT);
    office.provider.shows(SUBJECT, &["pwd"]);
    let mut visitor = Visitor::new(&office.router);
    assert_eq!(signs_in(&office, &mut visitor).await, StatusCode::OK);
    assert!(visitor.is_in().await);

    // an authority of somebody else, and those of this machine, which do not know the office's
    let other = scratch.file("other.pem", &authority("别处").pem());
    for trusted in [Some(PathBuf::from(other)), None] {
        let router = pages_trusting(&office.counter, &office.app, office.provider.issuer(), trusted);
        for _ in 0..2 {
            let refused = Visitor::new(&router).opens("/sign-in/provider").await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
            assert!(refused.text.contains("provider_not_trusted"), "{}", refused.text);
            assert!(refused.text.contains("证书不受信任"), "{}", refused.text);
        }
        let mut by_password = Visitor::new(&router);
        let typed = format!("account=chen.jing&password={}", PASSWORD.replace(' ', "+"));
        assert_eq!(by_password.sends("/sign-in", &typed).await.location, "/");
    }
    let told = office.events("ProviderSignInsRefused").await;
    let counts: Vec<_> = told.iter().map(|told| (&told["refusal"], &told["count"])).collect();
    let code = json!("provider_not_trusted");
    assert_eq!(counts, [(&code, &json!(1)), (&code, &json!(2)), (&code, &json!(4))]);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_name_is_refused_though_its_authority_is_trusted() {
    let own = authority("街道办事处内部签发机构");
    let scratch = Counter::open().await;
    let files = pair(&scratch, &own, "sso.example");
    let trusted = PathBuf::from(scratch.file("ca.pem", &own.pem()));
    let office = Office::open_over_tls(files, trusted).await;
    let refused = Visitor::new(&office.router).opens("/sign-in/provider").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    assert!(refused.text.contains("provider_not_trusted"), "{}", refused.text);
    office.close().await;
}
