//! Where a request comes from: whoever fails too often from one place is slowed there, and nobody else.

use std::net::IpAddr;

/// One place: an IPv4 address, or the network of an IPv6 address that one subscriber has (its first 64 bits).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// Of a peer, or of the header its proxies set: each appends the address it was called from to
    /// `X-Forwarded-For`, so with `proxies` of them the caller is that many from the end. What the caller itself put
    /// there stands before that and is not believed.
    pub fn of(peer: IpAddr, forwarded_for: &str, proxies: usize) -> Self {
        let hops = forwarded_for.rsplit(',').map(str::trim);
        let caller = match proxies.checked_sub(1) {
            None => None,
            Some(skip) => hops.filter(|hop| !hop.is_empty()).nth(skip).and_then(|hop| hop.parse().ok()),
        };
        Self::from(caller.unwrap_or(peer))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self(match ip.to_canonical() {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, forwarded: &str, proxies: usize) -> String {
        Address::of(peer.parse().unwrap(), forwarded, proxies).as_str().to_owned()
    }

    #[test]
    fn a_header_is_believed_as_far_as_there_are_proxies() {
        assert_eq!(
            of("10.0.0.1", "1.2.3.4", 0),
            "10.0.0.1",
            "nobody stands in front: the header is the caller's own"
        );
        assert_eq!(of("10.0.0.1", "6.6.6.6, 1.2.3.4", 1), "1.2.3.4");
        assert_eq!(of("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", 2), "1.2.3.4");
        assert_eq!(of("10.0.0.1", "", 1), "10.0.0.1");
        assert_eq!(of("10.0.0.1", "nonsense", 1), "10.0.0.1");
    }

    #[test]
    fn one_subscriber_is_one_place() {
        assert_eq!(of("2001:db8:1:2:aaaa::1", "", 0), of("2001:db8:1:2:bbbb::2", "", 0));
        assert_ne!(of("2001:db8:1:2::1", "", 0), of("2001:db8:1:3::1", "", 0));
        assert_eq!(of("::ffff:192.0.2.1", "", 0), "192.0.2.1");
    }
}
