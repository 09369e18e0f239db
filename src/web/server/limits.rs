//! How often an address may ask: token buckets (as the generic cell rate algorithm).
//!
//! Many people can stand behind one IPv4 address (carrier-grade NAT), so the bucket of an address is wide,
//! and nobody is asked to prove that he is human. One person can have any number of IPv6 addresses, so the
//! bucket of an address there is that of its /64 (RFC 6177), and above both stands one for the network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::office::Page;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cost {
    /// Files of the site, which cost nothing.
    Free,
    /// A page or record.
    Page,
    /// A file to be checked.
    Upload,
}

/// Buckets that are kept; each takes some 40 bytes.
const MAX_BUCKETS: usize = 500_000;

/// The buckets of all addresses.
pub(super) struct Limits {
    address: DefaultKeyedRateLimiter<IpAddr>,
    network: DefaultKeyedRateLimiter<IpAddr>,
    upload: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Limits {
    pub(super) fn new(page: &Page) -> Self {
        // A third of a minute's requests may come at once: a hall full of people scans at the same moment.
        let quota = |rate: u32| {
            let rate = NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN);
            let burst = NonZeroU32::new(rate.get().div_ceil(3)).unwrap_or(NonZeroU32::MIN);
            Quota::per_minute(rate).allow_burst(burst)
        };
        Self {
            address: RateLimiter::keyed(quota(page.batas_halaman)),
            network: RateLimiter::keyed(quota(page.batas_jaringan)),
            upload: RateLimiter::keyed(quota(page.batas_unggah)),
            clock: DefaultClock::default(),
        }
    }

    /// Takes a token, or says how long to wait.
    pub(super) fn take(&self, client: IpAddr, cost: Cost) -> Result<(), Duration> {
        if cost == Cost::Free {
            return Ok(());
        }
        let wait = |denied: governor::NotUntil<_>| denied.wait_time_from(self.clock.now());
        let Sender { address, network } = Sender::of(client);
        // First: what is refused to one address must not be taken from its neighbours behind the same carrier.
        self.address.check_key(&address).map_err(wait)?;
        self.network.check_key(&network).map_err(wait)?;
        if cost == Cost::Upload {
            self.upload.check_key(&address).map_err(wait)?;
        }
        Ok(())
    }

    /// Forgets the buckets that are full again. To be called about once a minute.
    pub(super) fn tidy(&self) {
        for buckets in [&self.address, &self.network, &self.upload] {
            buckets.retain_recent();
            buckets.shrink_to_fit();
        }
    }

    /// Whether so many addresses are remembered that they have to be tidied up before their time.
    pub(super) fn is_full(&self) -> bool {
        self.address.len() + self.network.len() + self.upload.len() > MAX_BUCKETS
    }
}

/// Who sends something, as far as fairness goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sender {
    /// The address of whoever has one: of IPv6, a subscriber has all of a /64 (RFC 6177).
    pub(super) address: IpAddr,
    /// /24 of IPv4, /48 of IPv6: what one can rent at once.
    pub(super) network: IpAddr,
}

impl Sender {
    pub(super) fn of(client: IpAddr) -> Self {
        Self { address: cut(client, 32, 64), network: cut(client, 24, 48) }
    }
}

/// The first bits of an address.
fn cut(address: IpAddr, v4: u32, v6: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - v4).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - v6).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(address: u32, network: u32) -> Limits {
        let page =
            Page { batas_halaman: address, batas_jaringan: network, batas_unggah: 3, ..Page::default() };
        Limits::new(&page)
    }

    fn taken(limits: &Limits, address: &str, cost: Cost, times: usize) -> usize {
        (0..times).filter(|_| limits.take(address.parse().unwrap(), cost).is_ok()).count()
    }

    #[test]
    fn an_address_has_a_burst_and_then_waits() {
        let limits = limits(30, 3000);
        assert_eq!(taken(&limits, "192.0.2.1", Cost::Page, 50), 10);
        assert_eq!(taken(&limits, "192.0.2.2", Cost::Page, 50), 10);
        let wait = limits.take("192.0.2.1".parse().unwrap(), Cost::Page).unwrap_err();
        assert!(wait <= Duration::from_secs(2), "{wait:?}");
        assert_eq!(taken(&limits, "192.0.2.1", Cost::Free, 50), 50);
        assert_eq!(taken(&limits, "192.0.2.3", Cost::Upload, 50), 1);
    }

    #[test]
    fn one_subscriber_has_one_bucket_however_many_addresses() {
        let limits = limits(30, 3000);
        let taken: usize = (0..50).map(|i| taken(&limits, &format!("2001:db8::{i:x}"), Cost::Page, 1)).sum();
        assert_eq!(taken, 10);
    }

    #[test]
    fn a_network_has_a_bucket_above_its_addresses() {
        let limits = limits(30, 60);
        let taken: usize = (0..50).map(|i| taken(&limits, &format!("192.0.2.{i}"), Cost::Page, 5)).sum();
        assert_eq!(taken, 20);
        let other: usize = (0..50).map(|i| taken_v6(&limits, i)).sum();
        assert_eq!(other, 20);
    }

    #[test]
    fn what_one_address_is_refused_is_not_taken_from_its_neighbours() {
        let limits = limits(30, 60);
        assert_eq!(taken(&limits, "192.0.2.1", Cost::Page, 1_000), 10);
        assert_eq!(taken(&limits, "192.0.2.2", Cost::Page, 50), 10);
    }

    fn taken_v6(limits: &Limits, i: u32) -> usize {
        taken(limits, &format!("2001:db8:1:{i:x}::1"), Cost::Page, 5)
    }
}
