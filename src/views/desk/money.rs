//! A requester's money: what is available, on hold and paid.

use crate::fault::Fault;
use crate::store::hit_lists::{self, Holding};
use crate::store::payments::Place;
use crate::store::requesters::{self, Balance};
use crate::turn::{Profile, Turn};
use crate::views::payments::{self, Payments, Wanted};

/// So many payments are on a page.
pub const PAGE: usize = 50;
/// So many HITs are read for one page.
pub const MOST_READ: usize = 2000;
/// So many are read at a time.
const BATCH: i64 = 500;

/// What a requester has, and a page of payments.
#[derive(Debug)]
pub struct Money {
    /// What the requester has.
    pub balance: Balance,
    /// Whether rewards and fees are charged.
    pub is_charged: bool,
    /// The payments, the latest first.
    pub ledger: Payments,
}

/// Reads them; the payments before a place.
pub async fn money(turn: &mut Turn, from: &Place) -> Result<Money, Fault> {
    let requester = turn.requester.clone();
    let balance = requesters::balance(&mut turn.tx, &requester).await?;
    let is_charged = turn.market.profile == Profile::Production;
    let (from, worker) = (from.clone(), String::new());
    let wanted = Wanted { is_latest_first: true, from, worker, count: PAGE };
    let ledger = payments::page(turn, &wanted).await?;
    Ok(Money { balance, is_charged, ledger })
}

/// A page of HITs that hold money.
#[derive(Debug, Default)]
pub struct Holds {
    /// The HITs, the newest first.
    pub hits: Vec<Holding>,
    /// Where the next page begins; none at the end.
    pub next: Option<i64>,
}

/// Reads the HITs before a place that hold money. A page ends when it is full, or when
/// [`MOST_READ`] HITs were read.
pub async fn holds(turn: &mut Turn, before: i64) -> Result<Holds, Fault> {
    let (mut holds, mut place, mut read_count) = (Holds::default(), before, 0);
    loop {
        let (tx, requester_id) = (&mut turn.tx, &turn.requester.id);
        let batch = hit_lists::holding(tx, requester_id, place, BATCH).await?;
        let is_end = i64::try_from(batch.len()).is_ok_and(|count| count < BATCH);
        read_count += batch.len();
        for hit in batch {
            place = hit.position;
            if hit.held.0 == 0 {
                continue;
            }
            holds.hits.push(hit);
            if holds.hits.len() == PAGE {
                holds.next = Some(place);
                return Ok(holds);
            }
        }
        if is_end {
            return Ok(holds);
        }
        if read_count >= MOST_READ {
            holds.next = Some(place);
            return Ok(holds);
        }
    }
}
