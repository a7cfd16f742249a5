//! Work that takes long, on threads of its own.

use std::sync::LazyLock;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::fault::Fault;

/// As many at a time as there are cores: long work waits for long work, and for nothing else.
static PLACES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, usize::from)));

/// Runs `work` beside the threads that answer requests: reading and checking what somebody sent,
/// whose time grows with its length, or counting what there is. A write turn that needs the result
/// begins afterwards.
///
/// # Errors
/// `work` panicked.
pub async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let failed = |why: &dyn std::fmt::Display| Fault::Service(why.to_string());
    let place = PLACES.acquire().await.map_err(|why| failed(&why))?;
    let work = move || {
        // It is kept when nobody waits for the result any more.
        let _place = place;
        work()
    };
    spawn_blocking(work).await.map_err(|why| failed(&why))
}
