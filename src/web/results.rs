//! The results of a batch as a file: the control API and the requester's desk hand it out.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::Response;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::engine::{Engine, compute};
use crate::fault::{Code, Fault};
use crate::rules::batch::results::{Line, Results};
use crate::rules::csv::Formulas;
use crate::store::requesters::Requester;
use crate::views::batches;
use crate::web::page;

/// All results together have so many bytes at most.
const MAX_RESULTS: usize = (WHOLE_MIB as usize) << 20;

/// Room in memory, in MiB, for files that are made or sent. One that is made may become as long as
/// any, so that two are made at once; one that is made keeps the room that it takes.
static ROOM: Semaphore = Semaphore::const_new(2 * WHOLE_MIB as usize);
const WHOLE_MIB: u32 = 256;
/// So long a file waits for room: others may be sent to readers that never read.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// A connection takes so many bytes of a file at a time.
const PIECE_BYTES: usize = 256 << 10;

/// Workers whose rates are read at a time.
const WORKERS_TOGETHER: usize = 200;

/// The results of the batch with that number, of this requester or, if that is none, of anybody.
///
/// # Errors
/// There is none; the results are too long; the database failed.
pub async fn answer(
    engine: &Arc<Engine>,
    (key, owner): (i64, Option<String>),
    formulas: Formulas,
) -> Result<Response, Fault> {
    let room = wait_for_room(&ROOM, MAX_WAIT).await?;
    let results = read(engine, key, owner).await?;
    let text = compute(move || results.csv(formulas, MAX_RESULTS)).await?.ok_or_else(too_long)?;
    let length = text.len();
    let body = Body::from_stream(pieces(text, room));
    let mut answer = page::csv(&format!("Batch_{key}_batch_results.csv"), body);
    answer.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    Ok(answer)
}

/// Room for the longest file.
async fn wait_for_room(of: &Semaphore, wait: Duration) -> Result<SemaphorePermit<'_>, Fault> {
    let room = tokio::time::timeout(wait, of.acquire_many(WHOLE_MIB)).await;
    let why = "Other results are being sent, and have all the memory that there is for them. Try \
        again later.";
    let room = room.map_err(|_| Fault::refused(Code::Conflict, why))?;
    room.map_err(|_| Fault::Service("no results are made any more".to_owned()))
}

/// A file that keeps its room until the last byte of it is sent, or thrown away.
struct Held {
    text: String,
    _room: SemaphorePermit<'static>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

/// A file piece by piece; the room that it does not take is free at once.
fn pieces(
    text: String,
    mut room: SemaphorePermit<'static>,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let taken = text.len().div_ceil(1 << 20);
    drop(room.split(room.num_permits().saturating_sub(taken)));
    let rest = Bytes::from_owner(Held { text, _room: room });
    stream::iter((0..rest.len()).step_by(PIECE_BYTES))
        .map(move |begin| Ok(rest.slice(begin..rest.len().min(begin + PIECE_BYTES))))
}

fn too_long() -> Fault {
    let message = format!("The results have more than {} MiB.", MAX_RESULTS >> 20);
    Fault::refused(Code::TooLong, message)
}

/// Reads the results part by part: work that is submitted meanwhile may be among them.
async fn read(engine: &Arc<Engine>, key: i64, owner: Option<String>) -> Result<Results, Fault> {
    let begin = engine.read(Requester::default(), (key, owner), |turn, (key, owner)| {
        Box::pin(batches::begin(turn, *key, owner.as_deref()))
    });
    let (requester_id, columns) = begin.await?;
    let mut results = Results { columns, ..Results::default() };
    let (mut after, mut bytes) = (Some((0, i64::MIN)), 0);
    while let Some(place) = after {
        let part = engine.read(Requester::default(), (key, place), |turn, (key, place)| {
            Box::pin(batches::part(turn, *key, *place))
        });
        let part = part.await?;
        bytes += part.lines.iter().map(Line::bytes).sum::<usize>();
        if bytes > MAX_RESULTS {
            return Err(too_long());
        }
        results.lines.extend(part.lines);
        after = part.next;
    }
    let workers: BTreeSet<&String> =
        results.lines.iter().map(|line| &line.assignment.worker_id).collect();
    let workers: Vec<String> = workers.into_iter().cloned().collect();
    for workers in workers.chunks(WORKERS_TOGETHER) {
        let input = (requester_id.clone(), workers.to_vec());
        let read = engine.read(Requester::default(), input, |turn, (requester_id, workers)| {
            Box::pin(batches::workers(turn, requester_id, workers))
        });
        let (rates, robots) = read.await?;
        results.rates.extend(rates);
        results.robots.extend(robots);
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> &'static Semaphore {
        Box::leak(Box::new(Semaphore::new(WHOLE_MIB as usize)))
    }

    #[tokio::test]
    async fn a_file_keeps_its_room_until_it_is_sent_or_dropped() {
        let room = room();
        let free = || room.available_permits();
        let text = "x".repeat((3 << 20) + 1);
        let mut sent =
            Box::pin(pieces(text.clone(), wait_for_room(room, Duration::ZERO).await.unwrap()));
        assert_eq!(free(), 252, "four are taken");
        let mut read = String::new();
        while let Some(piece) = sent.next().await {
            assert_eq!(free(), 252);
            read.push_str(str::from_utf8(&piece.unwrap()).unwrap());
        }
        assert_eq!(read, text);
        drop(sent);
        assert_eq!(free(), 256);
        let unread =
            Body::from_stream(pieces(text, wait_for_room(room, Duration::ZERO).await.unwrap()));
        assert_eq!(free(), 252);
        drop(unread);
        assert_eq!(free(), 256);
    }

    #[tokio::test]
    async fn who_waits_for_room_is_refused_in_the_end() {
        let room = room();
        let unread = pieces("x".to_owned(), wait_for_room(room, Duration::ZERO).await.unwrap());
        let refused = wait_for_room(room, Duration::ZERO).await.unwrap_err();
        assert_eq!(refused.code(), Some(Code::Conflict));
        drop(unread);
        assert!(wait_for_room(room, Duration::ZERO).await.is_ok());
    }
}
