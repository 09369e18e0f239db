//! Taking in uploads: how many at a time, from whom, and how slowly.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::web::page::Problem;

/// Uploads in memory at the same time: ten megabytes of each of a hundred slow senders would be a gigabyte.
const ALL: usize = 12;

/// Of one address. Behind one may be an office; but one that sends slowly must not keep out everybody.
const OF_ONE: usize = 3;

/// How long an upload waits for its turn to arrive.
const TURN: Duration = Duration::from_secs(10);

/// Longest pause between two pieces.
const PIECE: Duration = Duration::from_secs(10);

/// What has to have arrived, in bytes a second, once the first seconds are over: 256 kbit/s.
const SLOWEST: u128 = 32 * 1024;

/// How long nobody is asked for that speed.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is taken in and thrown away, so that the answer arrives: a browser whose sending is cut off shows an
/// error of its own.
const MOST_THROWN_AWAY: usize = 64 * 1024 * 1024;

/// Who is sending.
#[derive(Debug)]
pub(super) struct Arrivals {
    slots: Arc<Semaphore>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(ALL)), by_address: Mutex::default() }
    }
}

/// One upload that arrives, or is in memory.
#[derive(Debug)]
pub(super) struct Arrival {
    _place: Place,
    _slot: OwnedSemaphorePermit,
}

/// The place of an upload among those of its address.
#[derive(Debug)]
struct Place {
    arrivals: Arc<Arrivals>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_address = self.arrivals.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut sending) = by_address.entry(self.address) {
            *sending.get_mut() -= 1;
            if *sending.get() == 0 {
                sending.remove();
            }
        }
    }
}

impl Arrivals {
    /// Lets an upload of an address in; nothing if there are too many.
    pub(super) async fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Arrival> {
        // Given back also if the request ends while it waits.
        let place = self.place(address)?;
        let slot = timeout(TURN, Arc::clone(&self.slots).acquire_owned()).await.ok()?.ok()?;
        Some(Arrival { _place: place, _slot: slot })
    }

    fn place(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let sending = by_address.entry(address).or_default();
        if *sending >= OF_ONE {
            return None;
        }
        *sending += 1;
        Some(Place { arrivals: Arc::clone(self), address })
    }
}

/// The bytes of a body of at most `most`.
pub(super) async fn receive(mut body: Body, most: usize) -> Result<Bytes, Problem> {
    let started = Instant::now();
    let (mut kept, mut length) = (Vec::new(), 0_usize);
    // Said at once: nothing of it needs to travel.
    if body.size_hint().lower() > MOST_THROWN_AWAY.try_into().unwrap_or(u64::MAX) {
        return Err(Problem::TooLarge);
    }
    loop {
        let frame = timeout(PIECE, poll_fn(|context| Pin::new(&mut body).poll_frame(context)));
        let frame = match frame.await {
            Err(_) => return Err(Problem::Slow),
            Ok(None) => break,
            // Cut off.
            Ok(Some(Err(_))) => return Err(Problem::Form),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length <= most {
            kept.extend_from_slice(&data);
        } else {
            kept = Vec::new();
        }
        if length > MOST_THROWN_AWAY {
            break;
        }
        if is_slow(length, started.elapsed()) {
            return Err(Problem::Slow);
        }
    }
    if length > most { Err(Problem::TooLarge) } else { Ok(kept.into()) }
}

/// Takes in a body that nobody looks at.
pub(super) async fn throw_away(body: Body) {
    let _ = receive(body, 0).await;
}

fn is_slow(length: usize, since: Duration) -> bool {
    let owed = since.saturating_sub(PATIENCE).as_millis() * SLOWEST / 1000;
    u128::try_from(length).unwrap_or(u128::MAX) < owed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_megabytes_may_take_five_minutes_and_no_more() {
        assert!(!is_slow(0, Duration::from_secs(20)), "the first seconds are free");
        assert!(is_slow(100, Duration::from_secs(30)));
        assert!(!is_slow(10 << 20, Duration::from_secs(330)));
        assert!(is_slow(10 << 20, Duration::from_secs(350)));
    }

    #[tokio::test]
    async fn one_address_does_not_keep_out_the_others() {
        let arrivals = Arc::new(Arrivals::default());
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|address| address.parse().unwrap());
        let mut sending = Vec::new();
        for _ in 0..OF_ONE {
            sending.push(arrivals.enter(one).await.unwrap());
        }
        assert!(arrivals.enter(one).await.is_none());
        assert!(arrivals.enter(other).await.is_some());
        sending.pop();
        assert!(arrivals.enter(one).await.is_some());
        drop(sending);
        assert!(arrivals.by_address.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn too_much_is_taken_in_and_refused() {
        assert_eq!(receive(Body::from("1234"), 4).await.unwrap(), "1234");
        assert_eq!(receive(Body::from("12345"), 4).await, Err(Problem::TooLarge));
    }
}
