//! Which addresses another system may be told at. A server inside the office's network must not be made to call the machines
//! beside it: whatever name somebody writes down, only public addresses are called, unless the host was allowed by name at
//! the start.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
}
