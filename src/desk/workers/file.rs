//! All workers of a requester as a table.

use std::sync::Arc;

use crate::desk::page::Page;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::{Code, Fault};
use crate::rules::worker_csv::{Download, Line, has_columns};
use crate::views::desk::workers::{self, Exported};
use crate::web::page::csv;

/// The file has so many bytes at most.
const MAX_FILE: usize = 64 << 20;

/// `GET /requester/workers.csv`.
pub async fn download(desk: Desk, session: Session) -> Page {
    let requester = session.requester;
    let types = desk
        .engine
        .read(Arc::clone(&requester), (), |turn, ()| Box::pin(workers::exported_types(turn)))
        .await?;
    let types = types.into_iter().filter(|(_, name)| has_columns(name));
    let (ids, names): (Vec<String>, Vec<String>) = types.unzip();
    let (mut download, mut after) = (Download::new(&names), String::new());
    loop {
        let input = (after.clone(), ids.clone());
        let part = desk.engine.read(Arc::clone(&requester), input, |turn, (after, ids)| {
            Box::pin(workers::exported(turn, after, ids))
        });
        let part = part.await?;
        let Some(last) = part.last() else { break };
        after.clone_from(&last.known.worker_id);
        for Exported { known, rates, scores } in part {
            let is_blocked = known.blocked.is_some();
            let (worker_id, is_robot) = (known.worker_id, known.is_robot);
            download.add(Line { worker_id, rates, is_blocked, is_robot, scores });
        }
        if download.bytes() > MAX_FILE {
            let message = format!("The file would have more than {} MiB.", MAX_FILE >> 20);
            return Err(Fault::refused(Code::TooLong, message).into());
        }
    }
    Ok(csv("workers.csv", download.finish()))
}
