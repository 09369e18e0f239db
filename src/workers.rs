//! Many items on a few threads, results in the order of the items.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use crate::render::STACK;

/// There is no thread to be had, or one was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a worker stopped")]
pub struct Lost;

/// So many threads are worth starting for so many items.
pub(crate) fn threads(jobs: usize, items: usize) -> usize {
    jobs.clamp(1, items.max(1))
}

/// Runs each item through one of the workers, each on a thread of its own, and hands the results to
/// `done` in the order of the items.
///
/// An item is begun only when the result of one not far before it has been handed over: a slow
/// item must not make the results behind it pile up. After an error of `done` no further item is begun.
///
/// # Errors
///
/// The first error of `done`; [`Lost`].
pub(crate) fn in_order<I, O, W, E>(
    items: &[I],
    workers: Vec<W>,
    mut done: impl FnMut(&I, O) -> Result<(), E>,
) -> Result<(), E>
where
    I: Sync,
    O: Send,
    W: FnMut(&I) -> O + Send,
    E: From<Lost>,
{
    let window = 2 * workers.len();
    let (jobs, queue) = mpsc::channel::<usize>();
    let queue = &Mutex::new(queue);
    let (results, answers) = mpsc::channel();
    // Both ends that are held here are dropped before the threads are waited for: that ends them.
    thread::scope(move |scope| {
        let mut threads = 0;
        for mut work in workers {
            let results = results.clone();
            let run = move || {
                loop {
                    let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Some((index, item)) = job.ok().and_then(|i| Some((i, items.get(i)?))) else { break };
                    // A thread that ends without a result would be waited for forever.
                    let result = catch_unwind(AssertUnwindSafe(|| work(item)));
                    if results.send((index, result)).is_err() {
                        break;
                    }
                }
            };
            let spawned = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
            threads += usize::from(spawned.is_ok());
        }
        drop(results);
        if threads == 0 {
            return Err(Lost.into());
        }
        let (mut begun, mut next) = (0, 0);
        let mut waiting = BTreeMap::new();
        while next < items.len() {
            while begun < items.len().min(next + window) {
                jobs.send(begun).map_err(|_| Lost)?;
                begun += 1;
            }
            let (index, result) = answers.recv().map_err(|_| Lost)?;
            waiting.insert(index, result.map_err(|_| Lost)?);
            while let (Some(item), Some(result)) = (items.get(next), waiting.remove(&next)) {
                done(item, result)?;
                next += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..200).collect();
        let workers: Vec<_> = (0..4)
            .map(|_| {
                |item: &usize| {
                    if item.is_multiple_of(7) {
                        thread::yield_now();
                    }
                    item * 2
                }
            })
            .collect();
        let mut seen = Vec::new();
        in_order(&items, workers, |item, result| {
            seen.push((*item, result));
            Ok::<_, Lost>(())
        })
        .unwrap();
        assert_eq!(seen, items.iter().map(|i| (*i, i * 2)).collect::<Vec<_>>());
    }

    /// Of several errors it is the first in order that is named, however late its item is finished.
    #[test]
    fn an_error_ends_the_work_in_order() {
        let items: Vec<usize> = (0..200).collect();
        let begun = AtomicUsize::new(0);
        let work = |item: &usize| {
            begun.fetch_add(1, Ordering::Relaxed);
            if *item == 3 {
                thread::sleep(std::time::Duration::from_millis(20));
            }
            if *item < 3 { Ok(()) } else { Err(Failed::At(*item)) }
        };
        let refused = in_order(&items, vec![&work; 4], |_, result| result);
        assert_eq!(refused, Err(Failed::At(3)));
        assert!(begun.into_inner() <= 3 + 8 + 4, "work went on");
    }

    #[test]
    fn a_thread_that_is_lost_is_an_error() {
        let work = |item: &usize| assert_ne!(*item, 5);
        let result = in_order(&(0..20).collect::<Vec<_>>(), vec![work; 2], |_, ()| Ok(()));
        assert_eq!(result, Err(Lost));
    }

    #[derive(Debug, PartialEq, Eq)]
    enum Failed {
        At(usize),
        Lost,
    }

    impl From<Lost> for Failed {
        fn from(_: Lost) -> Self {
            Self::Lost
        }
    }
}
