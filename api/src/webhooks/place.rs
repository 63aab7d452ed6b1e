//! Which addresses another system may be told at. A server inside the office's network must not be made to call the machines
//! beside it: whatever name somebody writes down, only public addresses are called, unless the host was allowed by name at
//! the start. What its letters alone say is refused when it is subscribed; what a name resolves to, with each message.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use axum::http::Uri;
use axum::http::uri::Scheme;

/// The hosts that may be told whatever their addresses are, and without TLS. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts(Arc<[String]>);

impl AllowedHosts {
    /// Those of these names or addresses.
    pub fn new(names: impl IntoIterator<Item = String>) -> AllowedHosts {
        AllowedHosts(names.into_iter().collect())
    }

    /// Whether a host is among them, in whatever letters.
    pub fn allow(&self, host: &str) -> bool {
        self.0.iter().any(|name| name.eq_ignore_ascii_case(host))
    }

    /// Refuses a URL at which no system may be told, as far as its letters say: one of this machine or its network, and
    /// one without TLS, unless the host is among them.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn admit(&self, url: &str) -> Result<(), Unfit> {
        let uri: Uri = url.parse().map_err(|_| Unfit::NoUrl)?;
        let host = host_of(&uri).ok_or(Unfit::NoUrl)?;
        if self.allow(host) {
            Ok(())
        } else if is_inside(host) {
            Err(Unfit::Inside)
        } else if uri.scheme() == Some(&Scheme::HTTP) {
            Err(Unfit::Clear)
        } else {
            Ok(())
        }
    }
}

/// Why no system may be told at a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is no URL with a host.
    NoUrl,
    /// It is an address of this machine or its network.
    Inside,
    /// Messages would go without TLS.
    Clear,
}

/// The host of a URL; an address of IPv6 without its brackets.
pub(super) fn host_of(uri: &Uri) -> Option<&str> {
    uri.host().map(|host| host.trim_start_matches('[').trim_end_matches(']'))
}

/// Whether a host is of this machine or its neighbours by its letters alone.
fn is_inside(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_local =
        |host: &str| host.rsplit('.').next().is_some_and(|name| name.eq_ignore_ascii_case("localhost"));
    match host.parse().ok().or_else(|| old_form(host).map(IpAddr::V4)) {
        Some(address) => !is_public(address),
        None => is_local(host),
    }
}

/// An address of IPv4 as resolvers still take it: up to four numbers, the last for all bytes that are left, each decimal,
/// octal or hexadecimal (inet_aton).
fn old_form(host: &str) -> Option<Ipv4Addr> {
    let number = |text: &str| match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some("") => Some(0),
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u32::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    };
    let numbers: Vec<u32> = host.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = numbers.split_last()?;
    if first.len() > 3 || first.iter().any(|byte| *byte > 255) {
        return None;
    }
    let left = 32 - 8 * u32::try_from(first.len()).ok()?;
    let high = first.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) << left;
    let fits = u64::from(*last) < 1_u64 << left;
    fits.then(|| u32::try_from(high | u64::from(*last)).ok().map(Ipv4Addr::from_bits)).flatten()
}

/// Whether an address is one of the public network (the special-purpose registries of RFC 6890).
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four_is_public(four),
        IpAddr::V6(six) => six_is_public(six),
    }
}

fn four_is_public(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn six_is_public(address: Ipv6Addr) -> bool {
    if let Some(four) = address.to_ipv4_mapped() {
        return four_is_public(four);
    }
    let [a, b, c, d, e, f, g, h] = address.segments();
    if (a, b, c, d, e, f) == (0x64, 0xff9b, 0, 0, 0, 0) {
        // NAT64 carries an address of IPv4 (RFC 6052)
        return four_is_public(Ipv4Addr::from_bits(u32::from(g) << 16 | u32::from(h)));
    }
    // of the global unicast space: not Teredo, benchmarks, ORCHID, documentation and 6to4
    let special = (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    a & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("8.8.8.8")]
    #[case("100.63.255.255")]
    #[case("172.32.0.1")]
    #[case("2606:4700:4700::1111")]
    #[case("2001:4860:4860::8888")]
    #[case("::ffff:8.8.8.8")]
    #[case("64:ff9b::808:808")]
    fn public_addresses_may_be_told(#[case] address: &str) {
        assert!(is_public(address.parse().unwrap()));
    }

    #[rstest]
    #[case("127.0.0.1")]
    #[case("127.255.255.254")]
    #[case("0.0.0.0")]
    #[case("10.0.0.1")]
    #[case("172.16.0.1")]
    #[case("172.31.255.255")]
    #[case("192.168.1.1")]
    #[case("169.254.169.254")]
    #[case("100.64.0.1")]
    #[case("198.18.0.1")]
    #[case("192.0.0.8")]
    #[case("203.0.113.7")]
    #[case("224.0.0.1")]
    #[case("255.255.255.255")]
    #[case("::")]
    #[case("::1")]
    #[case("fe80::1")]
    #[case("fc00::1")]
    #[case("fd12:3456::1")]
    #[case("ff02::1")]
    #[case("::ffff:127.0.0.1")]
    #[case("::ffff:169.254.169.254")]
    #[case("::7f00:1")]
    #[case("64:ff9b::7f00:1")]
    #[case("64:ff9b:1::1")]
    #[case("2002:7f00:1::")]
    #[case("2001::1")]
    #[case("2001:db8::1")]
    fn addresses_of_this_machine_and_its_neighbours_may_not(#[case] address: &str) {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }

    #[rstest]
    #[case("https://127.0.0.1/hook")]
    #[case("http://10.1.2.3:8080/hook")]
    #[case("https://192.168.0.7")]
    #[case("https://169.254.169.254/latest/meta-data")]
    #[case("https://[::1]/hook")]
    #[case("https://[fe80::1]/hook")]
    #[case("https://[fc00::1]:8443/hook")]
    #[case("https://[::ffff:192.168.0.7]/hook")]
    #[case("https://[::ffff:7f00:1]/hook")]
    #[case("https://localhost/hook")]
    #[case("https://LocalHost:8443/hook")]
    #[case("https://localhost./hook")]
    #[case("https://hooks.localhost/hook")]
    #[case("https://127.0.0.1./hook")]
    #[case("https://2130706433/hook")]
    #[case("https://0x7f.1/hook")]
    #[case("https://0177.0.0.1/hook")]
    #[case("https://127.1/hook")]
    #[case("https://0/hook")]
    fn a_url_inside_is_known_by_its_letters(#[case] url: &str) {
        assert_eq!(AllowedHosts::default().admit(url), Err(Unfit::Inside), "{url}");
    }

    #[rstest]
    #[case("https://hooks.example/ledger")]
    #[case("https://localhost.example/ledger")]
    #[case("https://8.8.8.8/hook")]
    #[case("https://134744072/hook")]
    #[case("https://[2606:4700:4700::1111]/hook")]
    #[case("https://10.example/hook")]
    #[case("https://256.0.0.1/hook")]
    #[case("https://1.2.3.4.5/hook")]
    fn any_other_is_looked_at_with_each_message(#[case] url: &str) {
        assert_eq!(AllowedHosts::default().admit(url), Ok(()), "{url}");
    }

    #[test]
    fn a_host_inside_is_told_where_it_was_allowed_by_name() {
        let hosts =
            AllowedHosts::new(["hooks.localhost".to_owned(), "::1".to_owned(), "10.1.2.3".to_owned()]);
        for url in ["https://Hooks.LOCALHOST/", "http://[::1]:80/hook", "https://10.1.2.3/"] {
            assert_eq!(hosts.admit(url), Ok(()), "{url}");
        }
        assert_eq!(hosts.admit("https://10.1.2.4/"), Err(Unfit::Inside));
        assert_eq!(hosts.admit("http://hooks.example/"), Err(Unfit::Clear));
        for url in ["https://[", "/hook"] {
            assert_eq!(hosts.admit(url), Err(Unfit::NoUrl), "{url}");
        }
    }
}
