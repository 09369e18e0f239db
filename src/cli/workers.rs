//! Many items on a few threads, results in the order of the items.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use super::failure::Failure;
use crate::render::STACK;

/// Runs each item through one of the workers, each on a thread of its own, and hands the results to
/// `done` in the order of the items.
///
/// An item is begun only when the result of one not far before it has been handed over: a slow
/// item must not make the results behind it pile up.
///
/// # Errors
///
/// If there is no thread to be had, or one was lost.
pub(super) fn in_order<I, O, W>(
    items: &[I],
    workers: Vec<W>,
    mut done: impl FnMut(&I, O),
) -> Result<(), Failure>
where
    I: Sync,
    O: Send,
    W: FnMut(&I) -> O + Send,
{
    let window = 2 * workers.len();
    let (jobs, queue) = mpsc::channel::<usize>();
    let queue = Mutex::new(queue);
    let (results, answers) = mpsc::channel();
    thread::scope(|scope| {
        let mut threads = 0;
        for mut work in workers {
            let (results, queue) = (results.clone(), &queue);
            let run = move || {
                loop {
                    let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Some((index, item)) = job.ok().and_then(|i| Some((i, items.get(i)?))) else { break };
                    if results.send((index, work(item))).is_err() {
                        break;
                    }
                }
            };
            let spawned = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
            threads += usize::from(spawned.is_ok());
        }
        drop(results);
        let lost = || Failure::new("fail.threads");
        if threads == 0 {
            return Err(lost());
        }
        let (mut begun, mut next) = (0, 0);
        let mut waiting = BTreeMap::new();
        while next < items.len() {
            while begun < items.len().min(next + window) {
                jobs.send(begun).map_err(|_| lost())?;
                begun += 1;
            }
            let (index, result) = answers.recv().map_err(|_| lost())?;
            waiting.insert(index, result);
            while let (Some(item), Some(result)) = (items.get(next), waiting.remove(&next)) {
                done(item, result);
                next += 1;
            }
        }
        // Without jobs to come the threads end.
        drop(jobs);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
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
        in_order(&items, workers, |item, result| seen.push((*item, result))).unwrap();
        assert_eq!(seen, items.iter().map(|i| (*i, i * 2)).collect::<Vec<_>>());
    }
}
