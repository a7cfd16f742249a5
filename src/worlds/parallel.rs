//! Work on many items, on as many threads as the machine has cores.

use std::num::NonZero;
use std::thread;

/// Fewer items are not worth a thread.
const WORTH_A_THREAD: usize = 64;

/// What `work` makes of each item, in the order of the items.
///
/// It blocks the thread it is called on, which should be one that nobody waits for.
pub fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = items.len().div_ceil(cores).max(WORTH_A_THREAD);
    let work = &work;
    thread::scope(|scope| {
        let mut items = items.into_iter();
        let own: Vec<T> = items.by_ref().take(share).collect();
        let mut others = Vec::new();
        while items.len() > 0 {
            let share: Vec<T> = items.by_ref().take(share).collect();
            others.push(scope.spawn(move || share.into_iter().map(work).collect::<Vec<R>>()));
        }
        let mut done: Vec<R> = own.into_iter().map(work).collect();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays() {
        for count in [0, 1, WORTH_A_THREAD, WORTH_A_THREAD + 1, 10_000] {
            let items: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(map(items, |item| item * 2), doubled);
        }
    }

    #[test]
    #[should_panic(expected = "the last one")]
    fn a_panic_is_passed_on() {
        let items: Vec<usize> = (0..1000).collect();
        map(items, |item| assert_ne!(item, 999, "the last one"));
    }
}
