//! Whose turn it is. An address that sends a hundred files waits behind every address that sends one, and a network
//! with a hundred addresses behind every other network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::limits::Sender;

/// Addresses and networks of which it is remembered when they had their turn last; each takes some 40 bytes.
const MAX_REMEMBERED: usize = 20_000;

/// Turns at something that only so many can have at a time.
#[derive(Debug)]
pub(super) struct Turns(Mutex<Line>);

#[derive(Debug)]
struct Line {
    free: usize,
    waiting: Vec<Waiting>,
    /// When an address or network had its turn last, counted in turns.
    served: HashMap<IpAddr, u64>,
    /// Turns given so far.
    given: u64,
    /// Who has come so far.
    came: u64,
}

#[derive(Debug)]
struct Waiting {
    sender: Sender,
    number: u64,
    go: oneshot::Sender<Turn>,
}

/// The turn of one; the next one's begins when it is dropped.
#[derive(Debug)]
pub(super) struct Turn(Option<Arc<Turns>>);

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.line().free += 1;
            turns.give();
        }
    }
}

impl Turns {
    pub(super) fn new(at_a_time: usize) -> Arc<Self> {
        let (served, waiting) = (HashMap::new(), Vec::new());
        Arc::new(Self(Mutex::new(Line { free: at_a_time, waiting, served, given: 0, came: 0 })))
    }

    /// Waits for a turn. Whoever stops waiting leaves the line.
    pub(super) async fn take(self: &Arc<Self>, sender: Sender) -> Turn {
        let (go, come) = oneshot::channel();
        {
            let mut line = self.line();
            line.came += 1;
            let number = line.came;
            line.waiting.push(Waiting { sender, number, go });
        }
        self.give();
        // The other end is kept until it was used: a turn without anybody before it harms nobody.
        come.await.unwrap_or(Turn(None))
    }

    /// Gives the free turns away.
    fn give(self: &Arc<Self>) {
        let mut line = self.line();
        while line.free > 0 {
            let Some(go) = line.next() else { return };
            line.free -= 1;
            // Refused by somebody who left while it was on its way: then it must not be given back here, where
            // the line is held.
            if let Err(mut refused) = go.send(Turn(Some(Arc::clone(self)))) {
                refused.0 = None;
                line.free += 1;
            }
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Takes out whoever is next: of the network whose last turn is longest ago, and there of the address of which
    /// the same is true; who came first among equals.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.waiting.retain(|waiting| !waiting.go.is_closed());
        let last = |address: &IpAddr| self.served.get(address).copied().unwrap_or_default();
        let rank = |waiting: &Waiting| {
            (last(&waiting.sender.network), last(&waiting.sender.address), waiting.number)
        };
        let place = (0..self.waiting.len()).min_by_key(|place| self.waiting.get(*place).map(rank))?;
        let Waiting { sender, go, .. } = self.waiting.swap_remove(place);
        if self.served.len() >= MAX_REMEMBERED {
            self.served.clear();
        }
        self.given += 1;
        self.served.insert(sender.network, self.given);
        // The first address of a network is written like the network; then it counts as the network does.
        self.served.insert(sender.address, self.given);
        Some(go)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(address: &str) -> Sender {
        Sender::of(address.parse().unwrap())
    }

    /// Who gets a turn in which order, where all wait already and each gives it back at once.
    async fn order(waiting: &[&str]) -> Vec<usize> {
        let turns = Turns::new(1);
        let first = turns.take(sender("203.0.113.1")).await;
        let (done, mut order) = (Arc::new(Mutex::new(Vec::new())), Vec::new());
        for (number, address) in waiting.iter().enumerate() {
            let (turns, done, sender) = (Arc::clone(&turns), Arc::clone(&done), sender(address));
            let waits = turns.line().waiting.len();
            let task = tokio::spawn({
                let turns = Arc::clone(&turns);
                async move {
                    let turn = turns.take(sender).await;
                    done.lock().unwrap().push(number);
                    drop(turn);
                }
            });
            while turns.line().waiting.len() == waits {
                tokio::task::yield_now().await;
            }
            order.push(task);
        }
        drop(first);
        for task in order {
            task.await.unwrap();
        }
        Arc::into_inner(done).unwrap().into_inner().unwrap()
    }

    #[tokio::test]
    async fn one_file_of_somebody_is_before_the_second_of_everybody_else() {
        // Three networks that send much, and the last one who comes sends one.
        let crowd = ["192.0.2.1", "192.0.2.2", "198.51.100.1", "198.51.100.1", "192.0.2.1", "2001:db8::1"];
        assert_eq!(order(&crowd).await, [0, 2, 5, 1, 3, 4]);
        // Any number of addresses of one subscriber, and of one network, are one.
        let many = ["2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:2::1", "2001:db8:1::1"];
        assert_eq!(order(&many).await, [0, 3, 2, 1]);
        assert_eq!(order(&["192.0.2.7", "192.0.2.8", "192.0.2.9"]).await, [0, 1, 2]);
    }

    #[tokio::test]
    async fn who_leaves_the_line_takes_nothing_along() {
        let turns = Turns::new(1);
        let held = turns.take(sender("192.0.2.1")).await;
        {
            let gone = turns.take(sender("192.0.2.2"));
            tokio::pin!(gone);
            let polled = std::future::poll_fn(|context| std::task::Poll::Ready(gone.as_mut().poll(context)));
            assert!(polled.await.is_pending());
        }
        let state = || {
            let line = turns.line();
            (line.free, line.waiting.len())
        };
        assert_eq!(state(), (0, 1));
        drop(held);
        assert_eq!(state(), (1, 0));
        let again = turns.take(sender("192.0.2.3")).await;
        assert_eq!(state(), (0, 0));
        drop(again);
        assert_eq!(state(), (1, 0));
    }
}
