//! Keeping the whole market under a name, and going back to it.

use std::sync::Arc;

use crate::engine::{Call, Concurrency, Engine};
use crate::fault::Fault;
use crate::rules::snapshot::Limits;
use crate::shapes::scalar::{At, SnapshotName};
use crate::shapes::snapshot::Snapshot;
use crate::store::requesters::Requester;
use crate::store::snapshots::{Snapshots, Source};
use crate::turn::{Action, Turn};
use crate::worlds::reset::Beginning;
use crate::worlds::snapshots::restore;

impl Engine {
    /// The snapshots that are kept, by name.
    pub async fn snapshots(self: &Arc<Self>) -> Result<Vec<Snapshot>, Fault> {
        let of_store = Snapshots::of(&self.store);
        self.apart(move |engine| async move {
            let listed = engine.read(Requester::default(), of_store, |turn, of_store| {
                Box::pin(of_store.all(&mut turn.tx))
            });
            listed.await
        })
        .await
    }

    /// Keeps the whole market, in place of the snapshot with that name.
    ///
    /// # Errors
    /// There is no room for it; the database failed. An earlier one of that name stays then.
    pub async fn keep_snapshot(
        self: &Arc<Self>,
        name: SnapshotName,
        limits: Limits,
    ) -> Result<Snapshot, Fault> {
        // Whoever reads events finds the same ones after a restore.
        self.number_events().await?;
        let input = (Snapshots::of(&self.store), name, limits);
        self.change_snapshots(input, |turn, (of_store, name, limits)| {
            Box::pin(async move {
                let (now, kept_at) = (At(turn.arrived_at), At(turn.real.at));
                let new = Snapshot { name: name.clone(), now, kept_at, bytes: 0 };
                of_store.keep(&mut turn.tx, new, *limits).await
            })
        })
        .await
    }

    /// Deletes a snapshot.
    ///
    /// # Errors
    /// There is none of that name; the database failed.
    pub async fn delete_snapshot(self: &Arc<Self>, name: SnapshotName) -> Result<(), Fault> {
        let input = (Snapshots::of(&self.store), name);
        self.change_snapshots(input, |turn, (of_store, name)| {
            Box::pin(of_store.delete(&mut turn.tx, name))
        })
        .await
    }

    /// Puts a snapshot in place of the market. Its time is the market's again, running or frozen as
    /// it was. A turn that is under way ends before, and one that comes waits.
    ///
    /// # Errors
    /// There is no such snapshot, it cannot be restored, or the database failed; nothing has
    /// changed then.
    pub async fn restore_snapshot(
        self: &Arc<Self>,
        name: SnapshotName,
        beginning: Arc<Beginning>,
    ) -> Result<(), Fault> {
        let of_store = Snapshots::of(&self.store);
        let restored = self.apart(move |engine| async move {
            let input = (of_store.open(&name)?, beginning);
            let action: Action<(Source, Arc<Beginning>), ()> =
                |turn: &mut Turn, (source, beginning)| Box::pin(restore(turn, beginning, source));
            let call = Call { input, action };
            engine.write_turn(Arc::default(), Concurrency::Exclusive, &call).await
        });
        let restored = restored.await;
        if restored.is_err() {
            // Somebody may have cached what an older snapshot of SQLite says.
            *self.cached() = None;
        }
        self.forget_callers();
        if restored.is_ok() {
            self.faults_are_removed(None);
        }
        restored
    }

    async fn change_snapshots<I: Send + Sync + 'static, T: Send + 'static>(
        self: &Arc<Self>,
        input: I,
        action: Action<I, T>,
    ) -> Result<T, Fault> {
        self.view_whole(Concurrency::Exclusive, input, action).await
    }

    /// A turn that sees the whole market at one instant. On SQLite it reads, and holds up nobody.
    pub(super) async fn view_whole<I: Send + Sync + 'static, T: Send + 'static>(
        self: &Arc<Self>,
        concurrency: Concurrency,
        input: I,
        action: Action<I, T>,
    ) -> Result<T, Fault> {
        self.apart(move |engine| async move {
            let call = Call { input, action };
            if engine.store.is_shared() {
                return engine.write_turn(Arc::default(), concurrency, &call).await;
            }
            engine.read_snapshot(&call).await
        })
        .await
    }
}
