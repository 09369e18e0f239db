//! Taking in uploads: how many at a time, from whom, and how slowly.
//!
//! What is scarce is memory. A slow upload holds little of it, so there are many places for those; and when places or
//! memory are used up, whoever holds most of them makes room. So nobody keeps others out by sending slowly from many
//! addresses, and whoever sends one small file always finds room for it.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody as _};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::limits::Sender;
use crate::web::page::Problem;

/// Uploads that arrive or wait at the same time.
const PLACES: usize = 256;

/// Of one address. Behind one may be an office.
const OF_ONE: usize = 3;

/// Bytes of all uploads that are in memory: nine of the largest.
const MEMORY: usize = 96 * 1024 * 1024;

/// Longest pause between two pieces.
const PIECE: Duration = Duration::from_secs(10);

/// What has to have arrived, in bytes a second, once the first seconds are over: 256 kbit/s.
const SLOWEST: u128 = 32 * 1024;

/// How long nobody is asked for that speed.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is taken in and thrown away, so that the answer arrives: a browser whose sending is cut off shows an
/// error of its own.
const MOST_THROWN_AWAY: usize = 64 * 1024 * 1024;

/// What arrives, and what has arrived and waits.
#[derive(Debug, Default)]
pub(super) struct Arrivals(Mutex<Uploads>);

#[derive(Debug, Default)]
struct Uploads {
    by_number: BTreeMap<u64, Upload>,
    came: u64,
}

#[derive(Debug)]
struct Upload {
    sender: Sender,
    bytes: usize,
    since: Instant,
    /// Told when it has to make room.
    leave: Arc<Notify>,
}

/// One upload that arrives, or is in memory.
#[derive(Debug)]
pub(super) struct Arrival {
    arrivals: Arc<Arrivals>,
    number: u64,
    leave: Arc<Notify>,
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.arrivals.uploads().by_number.remove(&self.number);
    }
}

impl Arrival {
    /// Ends when this upload has to make room for others.
    pub(super) async fn displaced(&self) {
        self.leave.notified().await;
    }

    /// Takes memory for so many bytes in all.
    fn holds(&self, bytes: usize) {
        let mut uploads = self.arrivals.uploads();
        if let Some(upload) = uploads.by_number.get_mut(&self.number) {
            upload.bytes = bytes;
        }
        while uploads.bytes() > MEMORY && uploads.displace(|upload| upload.bytes, |_| true) {}
    }
}

impl Arrivals {
    /// Lets an upload in; nothing if its sender has too many already, or nobody has more.
    pub(super) fn enter(self: &Arc<Self>, sender: Sender) -> Option<Arrival> {
        let mut uploads = self.uploads();
        if uploads.by_number.values().filter(|upload| upload.sender.address == sender.address).count()
            >= OF_ONE
        {
            return None;
        }
        if uploads.by_number.len() >= PLACES
            && !uploads.displace(|_| 1, |upload| upload.sender.network != sender.network)
        {
            return None;
        }
        uploads.came += 1;
        let (number, leave) = (uploads.came, Arc::default());
        let upload = Upload { sender, bytes: 0, since: Instant::now(), leave: Arc::clone(&leave) };
        uploads.by_number.insert(number, upload);
        Some(Arrival { arrivals: Arc::clone(self), number, leave })
    }

    fn uploads(&self) -> MutexGuard<'_, Uploads> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Uploads {
    fn bytes(&self) -> usize {
        self.by_number.values().map(|upload| upload.bytes).sum()
    }

    /// Sends one away of those that `may` go: of the network that holds most of what `held` counts, the one that
    /// came in slowest, which keeps its place longest.
    fn displace(&mut self, held: impl Fn(&Upload) -> usize, may: impl Fn(&Upload) -> bool) -> bool {
        let mut by_network: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for upload in self.by_number.values() {
            *by_network.entry(upload.sender.network).or_default() += held(upload);
        }
        let now = Instant::now();
        let rank = |(number, upload): &(&u64, &Upload)| {
            let network = by_network.get(&upload.sender.network).copied().unwrap_or_default();
            let milliseconds = now.duration_since(upload.since).as_millis().max(1);
            let speed = u128::try_from(upload.bytes).unwrap_or(u128::MAX) * 1000 / milliseconds;
            // Of those who just began, the newest: it has lost least.
            (network, u128::MAX - speed, **number)
        };
        let worst = self.by_number.iter().filter(|(_, upload)| may(upload)).max_by_key(rank);
        let Some(number) = worst.map(|(number, _)| *number) else { return false };
        if let Some(upload) = self.by_number.remove(&number) {
            upload.leave.notify_one();
        }
        true
    }
}

/// The bytes of a body of at most `most`. `arrival` is the place at which they are kept; without one nothing is.
pub(super) async fn receive(
    mut body: Body,
    most: usize,
    arrival: Option<&Arrival>,
) -> Result<Bytes, Problem> {
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
            if let Some(arrival) = arrival {
                arrival.holds(length);
            }
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
    let _ = receive(body, 0, None).await;
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

    fn sender(address: &str) -> Sender {
        Sender::of(address.parse().unwrap())
    }

    /// Whether an upload was sent away.
    fn is_displaced(arrivals: &Arrivals, arrival: &Arrival) -> bool {
        !arrivals.uploads().by_number.contains_key(&arrival.number)
    }

    #[test]
    fn one_address_does_not_keep_out_the_others() {
        let arrivals = Arc::new(Arrivals::default());
        let enter = |address: &str| arrivals.enter(sender(address));
        let mut sending: Vec<Arrival> = (0..OF_ONE).filter_map(|_| enter("192.0.2.1")).collect();
        assert_eq!(sending.len(), OF_ONE);
        assert!(enter("192.0.2.1").is_none());
        assert!(enter("192.0.2.2").is_some());
        sending.pop();
        assert!(enter("192.0.2.1").is_some());
        drop(sending);
        assert!(arrivals.uploads().by_number.is_empty());
    }

    /// Slow senders from many addresses once held every place for minutes.
    #[test]
    fn many_slow_senders_do_not_keep_out_one_more() {
        let arrivals = Arc::new(Arrivals::default());
        let crowd: Vec<Arrival> = (0..PLACES)
            .map(|n| arrivals.enter(sender(&format!("192.0.2.{n}"))).expect("a place for each"))
            .collect();
        assert!(arrivals.enter(sender("192.0.2.9")).is_none(), "more of those who hold all");
        let honest = arrivals.enter(sender("203.0.113.1")).expect("room is made");
        honest.holds(300_000);
        let next = arrivals.enter(sender("2001:db8::1")).expect("and once more");
        assert_eq!(crowd.iter().filter(|arrival| is_displaced(&arrivals, arrival)).count(), 2);
        assert!(!is_displaced(&arrivals, &honest) && !is_displaced(&arrivals, &next));
    }

    #[test]
    fn of_many_networks_the_slowest_upload_makes_room() {
        let arrivals = Arc::new(Arrivals::default());
        let crowd: Vec<Arrival> = (0..PLACES)
            .map(|n| arrivals.enter(sender(&format!("10.{}.{}.1", n / 256, n % 256))).unwrap())
            .collect();
        for (number, arrival) in crowd.iter().enumerate() {
            arrival.holds(if number == 7 { 1 } else { 1_000_000_000 / PLACES / 20 });
        }
        assert!(arrivals.enter(sender("203.0.113.1")).is_some());
        assert!(is_displaced(&arrivals, &crowd[7]));
        assert_eq!(crowd.iter().filter(|arrival| is_displaced(&arrivals, arrival)).count(), 1);
    }

    #[tokio::test]
    async fn whoever_holds_most_memory_makes_room() {
        let arrivals = Arc::new(Arrivals::default());
        let large: Vec<Arrival> = (0..10)
            .map(|n| arrivals.enter(sender(&format!("10.0.{n}.1"))).unwrap())
            .inspect(|arrival| arrival.holds(10 << 20))
            .collect();
        let displaced: Vec<&Arrival> =
            large.iter().filter(|arrival| is_displaced(&arrivals, arrival)).collect();
        assert_eq!(displaced.len(), 1, "ten of them are more than there is");
        displaced[0].displaced().await;
        let honest = arrivals.enter(sender("203.0.113.1")).unwrap();
        honest.holds(8 << 20);
        assert!(!is_displaced(&arrivals, &honest), "the smaller one stays");
        assert!(arrivals.uploads().bytes() <= MEMORY);
        // What was sent away is forgotten, whatever it says.
        displaced[0].holds(10 << 20);
        assert!(arrivals.uploads().bytes() <= MEMORY);
    }

    #[tokio::test]
    async fn too_much_is_taken_in_and_refused() {
        assert_eq!(receive(Body::from("1234"), 4, None).await.unwrap(), "1234");
        assert_eq!(receive(Body::from("12345"), 4, None).await, Err(Problem::TooLarge));
    }
}
