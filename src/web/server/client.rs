//! Whose request it is, behind proxies.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::office::Page;

/// Addresses that are looked at in one request; a chain of proxies is not longer.
const MAX_HOPS: usize = 16;

/// The address of the client. `X-Forwarded-For` is believed only as far as trusted proxies wrote it: from
/// the right, up to the first address that is none of them. Whatever stands further left was sent by the
/// client, who may write there what he likes to get a bucket of his own with every request.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, page: &Page) -> IpAddr {
    let mut client = peer.to_canonical();
    if !page.is_proxy(client) {
        return client;
    }
    let values = headers.get_all("x-forwarded-for").iter().rev();
    let hops = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.rsplit(','));
    for hop in hops.take(MAX_HOPS) {
        let Some(address) = parse(hop.trim()) else { break };
        client = address;
        if !page.is_proxy(client) {
            break;
        }
    }
    client
}

/// `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` or `[2001:db8::1]:443`.
fn parse(text: &str) -> Option<IpAddr> {
    let address = text
        .parse()
        .ok()
        .or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let page = Page { proksi: trusted.iter().map(|t| t.parse().unwrap()).collect(), ..Page::default() };
        client(peer.parse().unwrap(), &headers, &page).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        // Nobody is trusted: the header is the client's own invention.
        assert_eq!(of("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
        let proxies = ["127.0.0.1/32", "10.0.0.0/8"];
        assert_eq!(of("127.0.0.1", &["198.51.100.7"], &proxies), "198.51.100.7");
        // The client wrote the first one himself.
        assert_eq!(of("127.0.0.1", &["203.0.113.9, 198.51.100.7, 10.1.2.3"], &proxies), "198.51.100.7");
        assert_eq!(of("127.0.0.1", &["203.0.113.9", "198.51.100.7, 10.1.2.3"], &proxies), "198.51.100.7");
        // What cannot be read ends it at the last proxy that is known.
        assert_eq!(of("127.0.0.1", &["198.51.100.7, unknown"], &proxies), "127.0.0.1");
        assert_eq!(of("::ffff:127.0.0.1", &["[2001:db8::5]:4711"], &proxies), "2001:db8::5");
        assert_eq!(of("127.0.0.1", &[], &proxies), "127.0.0.1");
    }
}
