//! Work that is completed although its caller is dropped.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

use crate::turn::BoxFuture;

/// A future in its caller's task. When the caller is dropped, a task of its own completes it.
#[expect(missing_debug_implementations, reason = "a future")]
pub struct CompleteOnDrop<T: Send + 'static> {
    /// There until it has answered.
    work: Option<BoxFuture<'static, T>>,
}

impl<T: Send + 'static> CompleteOnDrop<T> {
    /// Work that begins when it is first polled.
    pub fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self { work: Some(Box::pin(work)) }
    }
}

impl<T: Send + 'static> Future for CompleteOnDrop<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = &mut self.work else { return Poll::Pending };
        let answer = work.as_mut().poll(context);
        if answer.is_ready() {
            self.work = None;
        }
        answer
    }
}

impl<T: Send + 'static> Drop for CompleteOnDrop<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.work.take(), Handle::try_current()) {
            // Without the answer's type, so that the code of a task is there once.
            let work: BoxFuture<'static, ()> = Box::pin(async move { drop(work.await) });
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_ends_although_its_caller_goes_away() {
        let ((go, gone), (done, seen)) = (oneshot::channel::<()>(), oneshot::channel::<()>());
        let mut turn = CompleteOnDrop::new(async move {
            let _ = gone.await;
            done.send(()).unwrap();
        });
        assert!((&mut turn).now_or_never().is_none());
        drop(turn);
        go.send(()).unwrap();
        seen.await.unwrap();
    }
}
