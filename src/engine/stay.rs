//! A turn that goes on when nobody waits for it any more.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use tokio::runtime::Handle;

use crate::fault::Fault;
use crate::turn::BoxFuture;

/// A turn in its caller's task. When the caller is dropped, a task of its own ends it. A panic
/// is our failure, and the caller's task goes on.
pub(super) struct Stay<T: Send + 'static> {
    /// There until it has answered.
    turn: Option<BoxFuture<'static, Result<T, Fault>>>,
}

impl<T: Send + 'static> Stay<T> {
    pub(super) fn new(turn: impl Future<Output = Result<T, Fault>> + Send + 'static) -> Self {
        let turn = AssertUnwindSafe(turn).catch_unwind();
        let turn = turn.map(|done| done.unwrap_or_else(|_| Err(Fault::Service("a panic".into()))));
        Self { turn: Some(Box::pin(turn)) }
    }
}

impl<T: Send + 'static> Future for Stay<T> {
    type Output = Result<T, Fault>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(turn) = &mut self.turn else {
            return Poll::Ready(Err(Fault::Service("the turn has answered".into())));
        };
        let answer = turn.as_mut().poll(context);
        if answer.is_ready() {
            self.turn = None;
        }
        answer
    }
}

impl<T: Send + 'static> Drop for Stay<T> {
    fn drop(&mut self) {
        if let (Some(turn), Ok(runtime)) = (self.turn.take(), Handle::try_current()) {
            runtime.spawn(turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_turn_ends_although_its_caller_goes_away() {
        let ((go, gone), (done, seen)) = (oneshot::channel::<()>(), oneshot::channel::<()>());
        let mut turn = Stay::new(async move {
            let _ = gone.await;
            done.send(()).map_err(|()| Fault::LostRace)
        });
        assert!((&mut turn).now_or_never().is_none());
        drop(turn);
        go.send(()).unwrap();
        seen.await.unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_a_failure() {
        let turn: Stay<()> = Stay::new(async { panic!("a deed that goes wrong") });
        assert_eq!(turn.await, Err(Fault::Service("a panic".into())));
    }
}
