//! `requesters`: who asks, and the secrets that prove it.

use std::sync::Arc;

use crate::fault::Fault;
use crate::ids;
use crate::money::Cents;
use crate::store::Tx;
use crate::store::db::row::{Columns, FromRow, from_row};
use crate::store::db::sql::sql;

/// What a requester has at the beginning, in both profiles.
pub const OPENING_BALANCE: Cents = Cents(1_000_000);

/// What is read of a requester, and more columns.
macro_rules! select_requesters {
    ($rest:literal) => {
        concat!("SELECT id, access_key, account, name, secret", $rest)
    };
}

/// A new row, or else what is done `ON CONFLICT`.
macro_rules! insert_requester {
    ($or_else:literal) => {
        concat!(
            "INSERT INTO requesters \
                (id, access_key, secret, account, name, balance_cents, opening_cents) \
            VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT ",
            $or_else
        )
    };
}

statements! {
    BY_KEY = select_requesters!(" FROM requesters WHERE access_key = $1");
    ADD = insert_requester!("DO NOTHING");
    PUT = insert_requester!("(access_key) DO UPDATE SET secret = excluded.secret, \
        name = CASE WHEN excluded.name = excluded.access_key THEN requesters.name \
            ELSE excluded.name END");
    PUT_WHOLE = insert_requester!("(access_key) DO UPDATE SET id = excluded.id, \
        secret = excluded.secret, account = excluded.account, name = excluded.name, \
        opening_cents = CASE WHEN requesters.opening_cents \
                BETWEEN -4000000000000000000 AND 4000000000000000000 \
            THEN requesters.opening_cents ELSE requesters.balance_cents END \
            + excluded.balance_cents - requesters.balance_cents, \
        balance_cents = excluded.balance_cents");
    BY_ID = select_requesters!(" FROM requesters WHERE id = $1");
    ALL = select_requesters!(", balance_cents, on_hold_cents, opening_cents FROM requesters \
        ORDER BY id");
    PAGE = select_requesters!(" FROM requesters WHERE access_key > $1 \
        ORDER BY access_key LIMIT $2 + 0");
    SECRETS = "SELECT access_key, secret FROM requesters WHERE secret IS NOT NULL";
    ADD_SECRET = "UPDATE requesters SET secret = $2 WHERE access_key = $1 AND secret IS NULL";
    BALANCE = "SELECT balance_cents, on_hold_cents, opening_cents FROM requesters WHERE id = $1";
    MOVE = "UPDATE requesters SET balance_cents = balance_cents - $2, \
            on_hold_cents = on_hold_cents + $3 WHERE id = $1 \
            AND balance_cents BETWEEN $4 AND $5 AND on_hold_cents BETWEEN $6 AND $7";
    SET_AMOUNTS = "UPDATE requesters SET balance_cents = $2, on_hold_cents = $3, \
            opening_cents = $4 WHERE id = $1";
    RAISE_OPENING = "UPDATE requesters SET opening_cents = opening_cents + $2 WHERE id = $1 \
        AND opening_cents BETWEEN -4000000000000000000 AND 4000000000000000000";
}

/// Someone who publishes HITs: one access key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requester {
    /// `A…`, the CustomerId of notifications. Empty for nobody: nothing belongs to nobody.
    pub id: String,
    /// The key that requests are signed with.
    pub access_key: String,
    /// 12 digits.
    pub account: String,
    /// What workers read.
    pub name: String,
}

impl Requester {
    /// The requester that a key stands for when nothing else is known of it.
    pub fn of_key(access_key: &str) -> Self {
        Self {
            id: ids::requester_of(access_key),
            access_key: access_key.to_owned(),
            account: ids::account_of(access_key),
            name: access_key.to_owned(),
        }
    }
}

/// A requester with its secret; the secret is not printed.
#[derive(Clone)]
pub struct Credentials {
    /// Who it is.
    pub requester: Arc<Requester>,
    /// What signatures are verified with, when it is known.
    pub secret: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("requester", &self.requester).finish_non_exhaustive()
    }
}

from_row! { Requester: id, access_key, account, name }

impl FromRow for Credentials {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(Self { requester: Arc::new(columns.next()?), secret: columns.next()? })
    }
}

/// The requester with that access key.
pub async fn by_key(tx: &mut Tx, access_key: &str) -> Result<Option<Credentials>, Fault> {
    sql(BY_KEY).bind(access_key).one(tx).await
}

/// Saves a requester, unless it is known.
pub async fn add(tx: &mut Tx, requester: &Requester) -> Result<(), Fault> {
    save(tx, ADD, requester, None, OPENING_BALANCE).await
}

/// Saves a requester with its secret. One that has only its key for a name keeps the name that it
/// has in the store.
pub async fn put(tx: &mut Tx, known: &Credentials) -> Result<(), Fault> {
    save(tx, PUT, &known.requester, known.secret.as_deref(), OPENING_BALANCE).await
}

/// Saves a requester with everything that it has, as a world says.
pub async fn put_whole(tx: &mut Tx, whole: &Credentials, balance: Cents) -> Result<(), Fault> {
    save(tx, PUT_WHOLE, &whole.requester, whole.secret.as_deref(), balance).await
}

async fn save(
    tx: &mut Tx,
    text: &'static str,
    Requester { id, access_key, account, name }: &Requester,
    secret: Option<&str>,
    balance: Cents,
) -> Result<(), Fault> {
    let statement = sql(text).bind(id).bind(access_key).bind(secret);
    statement.bind(account).bind(name).bind(balance).run(tx).await
}

/// A requester's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// What can be spent.
    pub available: Cents,
    /// What is kept for work that may still be approved.
    pub on_hold: Cents,
    /// What the requester began with, and was given by worlds: available, on hold or paid.
    pub opening: Cents,
}

impl Balance {
    /// What was paid so far, with fees.
    pub fn paid(&self) -> Cents {
        self.opening - self.available - self.on_hold
    }
}

from_row! { Balance: available, on_hold, opening }

/// What the requester has; somebody unknown has the state balance.
pub async fn balance(tx: &mut Tx, requester: &Requester) -> Result<Balance, Fault> {
    let found = sql(BALANCE).bind(&requester.id).one(tx).await?;
    let (available, on_hold, opening) = (OPENING_BALANCE, Cents(0), OPENING_BALANCE);
    Ok(found.unwrap_or(Balance { available, on_hold, opening }))
}

/// Takes `spent` from what is available and puts `held` more on hold, if there is as much; false
/// if there is not, and nothing is changed.
pub async fn afford(tx: &mut Tx, id: &str, spent: Cents, held: Cents) -> Result<bool, Fault> {
    // What makes a balance grow is never too dear.
    if spent <= Cents(0) {
        return settle(tx, id, spent, held).await.map(|()| true);
    }
    shift(tx, id, (spent, held), spent).await
}

/// Takes `spent` from what is available and puts `held` more on hold, if there is at least `least`
/// and neither amount leaves its bounds; false otherwise.
async fn shift(
    tx: &mut Tx,
    id: &str,
    (spent, held): (Cents, Cents),
    least: Cents,
) -> Result<bool, Fault> {
    let (most, nothing) = (Cents::MOST_IN_ALL, Cents(0));
    let statement = sql(MOVE).bind(id).bind(spent).bind(held).bind(least).bind(most + spent);
    Ok(statement.bind(nothing - most - held).bind(most - held).changes(tx).await? > 0)
}

/// As [`afford`], whatever is available. An amount that would leave its bounds stays at the bound,
/// with a word in the log: what workers and time do is not refused.
pub async fn settle(tx: &mut Tx, id: &str, spent: Cents, held: Cents) -> Result<(), Fault> {
    if shift(tx, id, (spent, held), Cents(0) - Cents::MOST_IN_ALL + spent).await? {
        return Ok(());
    }
    let Some(before) = sql(BALANCE).bind(id).one::<Balance>(tx).await? else {
        return Ok(());
    };
    tracing::warn!(requester = id, "what a requester has or holds stays at its bound");
    let paid = before.paid() + spent - held;
    let available = (before.available - spent).bounded();
    let on_hold = (before.on_hold + held).bounded();
    let opening = (available + on_hold + paid).bounded();
    set_balance(tx, id, Balance { available, on_hold, opening }).await
}

/// What a world gave the requester to be on hold.
pub async fn raise_opening(tx: &mut Tx, id: &str, more: Cents) -> Result<(), Fault> {
    sql(RAISE_OPENING).bind(id).bind(more).run(tx).await
}

/// Sets what the requester has.
pub(super) async fn set_balance(tx: &mut Tx, id: &str, balance: Balance) -> Result<(), Fault> {
    let statement = sql(SET_AMOUNTS).bind(id).bind(balance.available).bind(balance.on_hold);
    statement.bind(balance.opening).run(tx).await
}

/// The requester with that id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Credentials>, Fault> {
    sql(BY_ID).bind(id).one(tx).await
}

/// The requester with that access key or id.
pub async fn by_key_or_id(tx: &mut Tx, name: &str) -> Result<Option<Credentials>, Fault> {
    match by_key(tx, name).await? {
        Some(found) => Ok(Some(found)),
        None => by_id(tx, name).await,
    }
}

/// The id of who is named by a key or an id, also where nobody used the key yet.
pub async fn id_of(tx: &mut Tx, name: &str) -> Result<String, Fault> {
    let known = by_key_or_id(tx, name).await?;
    Ok(known.map_or_else(|| Requester::of_key(name).id, |known| known.requester.id.clone()))
}

/// Up to `count` requesters by access key, behind the key `after`.
pub async fn page(tx: &mut Tx, after: &str, count: i64) -> Result<Vec<Requester>, Fault> {
    sql(PAGE).bind(after).bind(count).all(tx).await
}

/// Every known secret, after its access key.
pub async fn secrets(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    sql(SECRETS).all(tx).await
}

/// Gives requesters that have no secret the one that was known of them.
pub async fn add_secrets(tx: &mut Tx, secrets: &[(String, String)]) -> Result<(), Fault> {
    for (access_key, secret) in secrets {
        sql(ADD_SECRET).bind(access_key).bind(secret).run(tx).await?;
    }
    Ok(())
}

/// Every requester, with what it has.
pub async fn all(tx: &mut Tx) -> Result<Vec<(Credentials, Balance)>, Fault> {
    sql(ALL).read_all(tx, ("requesters", 0)).await
}
