//! `requesters`: who asks, and the secrets that prove it.

use std::sync::Arc;

use crate::fault::Fault;
use crate::ids;
use crate::money::Cents;
use crate::store::Tx;
use crate::store::sql::{Row, sql};

/// What a requester has at the beginning, in both profiles.
pub const OPENING_BALANCE: Cents = Cents(1_000_000);

statements! {
    BY_KEY = "SELECT id, access_key, secret, account, name, balance_cents FROM requesters \
        WHERE access_key = $1";
    ADD = "INSERT INTO requesters (id, access_key, secret, account, name, balance_cents) \
        VALUES ($1, $2, NULL, $3, $4, $5) ON CONFLICT DO NOTHING";
    PUT = "INSERT INTO requesters (id, access_key, secret, account, name, balance_cents) \
        VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (access_key) DO UPDATE SET secret = excluded.secret, name = excluded.name";
    PUT_WHOLE = "INSERT INTO requesters (id, access_key, secret, account, name, balance_cents) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (access_key) DO UPDATE SET id = excluded.id, \
            secret = excluded.secret, account = excluded.account, name = excluded.name, \
            balance_cents = excluded.balance_cents";
    BY_ID = "SELECT id, access_key, secret, account, name, balance_cents FROM requesters \
        WHERE id = $1";
    ALL = "SELECT id, access_key, secret, account, name, balance_cents, on_hold_cents \
        FROM requesters ORDER BY id";
    SECRETS = "SELECT access_key, secret FROM requesters WHERE secret IS NOT NULL";
    ADD_SECRET = "UPDATE requesters SET secret = $2 WHERE access_key = $1 AND secret IS NULL";
    BALANCE = "SELECT balance_cents, on_hold_cents FROM requesters WHERE id = $1";
    MOVE = "UPDATE requesters SET balance_cents = balance_cents - $2, \
            on_hold_cents = on_hold_cents + $3 WHERE id = $1 \
            AND balance_cents BETWEEN $4 AND $5 AND on_hold_cents BETWEEN $6 AND $7";
    SET_AMOUNTS = "UPDATE requesters SET balance_cents = $2, on_hold_cents = $3 WHERE id = $1";
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
    #[must_use]
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
pub struct Known {
    /// Who it is.
    pub requester: Arc<Requester>,
    /// What signatures are verified with, when it is known.
    pub secret: Option<String>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("requester", &self.requester).finish_non_exhaustive()
    }
}

fn known(row: &Row) -> Result<Known, Fault> {
    let requester = Requester {
        id: row.get(0)?,
        access_key: row.get(1)?,
        account: row.get(3)?,
        name: row.get(4)?,
    };
    Ok(Known { requester: Arc::new(requester), secret: row.get(2)? })
}

/// The requester with that access key.
///
/// # Errors
/// The database failed.
pub async fn by_key(tx: &mut Tx, access_key: &str) -> Result<Option<Known>, Fault> {
    sql(BY_KEY).bind(access_key).one(tx).await?.as_ref().map(known).transpose()
}

/// Remembers a requester who came by, unless it is known.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, requester: &Requester) -> Result<(), Fault> {
    let Requester { id, access_key, account, name } = requester;
    let statement = sql(ADD).bind(id).bind(access_key).bind(account).bind(name);
    statement.bind(OPENING_BALANCE).run(tx).await?;
    Ok(())
}

/// Makes a requester known with its secret.
///
/// # Errors
/// The database failed.
pub async fn put(tx: &mut Tx, known: &Known) -> Result<(), Fault> {
    let Requester { id, access_key, account, name } = &*known.requester;
    let statement = sql(PUT).bind(id).bind(access_key).bind(known.secret.as_deref());
    statement.bind(account).bind(name).bind(OPENING_BALANCE).run(tx).await?;
    Ok(())
}

/// A requester's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// What can be spent.
    pub available: Cents,
    /// What is kept for work that may still be approved.
    pub on_hold: Cents,
}

/// What the requester has; somebody unknown has the opening balance.
///
/// # Errors
/// The database failed.
pub async fn balance(tx: &mut Tx, requester: &Requester) -> Result<Balance, Fault> {
    let row = sql(BALANCE).bind(&requester.id).one(tx).await?;
    let unknown = Balance { available: OPENING_BALANCE, on_hold: Cents(0) };
    row.map_or(Ok(unknown), |row| Ok(Balance { available: row.get(0)?, on_hold: row.get(1)? }))
}

/// Takes `spent` from what is available and puts `held` more on hold, if there is as much; false
/// if there is not, and nothing is changed.
///
/// # Errors
/// The database failed.
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
    Ok(statement.bind(nothing - most - held).bind(most - held).run(tx).await? > 0)
}

/// As [`afford`], whatever is available. An amount that would leave its bounds stays at the bound,
/// with a word in the log: what workers and time do is not refused.
///
/// # Errors
/// The database failed.
pub async fn settle(tx: &mut Tx, id: &str, spent: Cents, held: Cents) -> Result<(), Fault> {
    if shift(tx, id, (spent, held), Cents(0) - Cents::MOST_IN_ALL + spent).await? {
        return Ok(());
    }
    let Some(row) = sql(BALANCE).bind(id).one(tx).await? else { return Ok(()) };
    tracing::warn!(requester = id, "what a requester has or holds stays at its bound");
    let (available, on_hold): (Cents, Cents) = (row.get(0)?, row.get(1)?);
    let statement = sql(SET_AMOUNTS).bind(id).bind((available - spent).bounded());
    statement.bind((on_hold + held).bounded()).run(tx).await.map(drop)
}

/// The requester with that id.
///
/// # Errors
/// The database failed.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Known>, Fault> {
    sql(BY_ID).bind(id).one(tx).await?.as_ref().map(known).transpose()
}

/// Puts a requester with everything that it has, as a world says.
///
/// # Errors
/// The database failed.
pub async fn put_whole(tx: &mut Tx, whole: &Known, balance: Cents) -> Result<(), Fault> {
    let Requester { id, access_key, account, name } = &*whole.requester;
    let statement = sql(PUT_WHOLE).bind(id).bind(access_key).bind(whole.secret.as_deref());
    statement.bind(account).bind(name).bind(balance).run(tx).await?;
    Ok(())
}

/// Every known secret, after its access key.
///
/// # Errors
/// The database failed.
pub async fn secrets(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    sql(SECRETS).all(tx).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Gives requesters that have no secret the one that was known of them.
///
/// # Errors
/// The database failed.
pub async fn add_secrets(tx: &mut Tx, secrets: &[(String, String)]) -> Result<(), Fault> {
    for (access_key, secret) in secrets {
        sql(ADD_SECRET).bind(access_key).bind(secret).run(tx).await?;
    }
    Ok(())
}

/// Every requester, with what it has.
///
/// # Errors
/// The database failed.
pub async fn all(tx: &mut Tx) -> Result<Vec<(Known, Balance)>, Fault> {
    let rows = sql(ALL).all(tx).await?;
    let whole = |row: &Row| {
        let balance = Balance { available: row.get(5)?, on_hold: row.get(6)? };
        Ok((known(row)?, balance))
    };
    rows.iter().map(whole).collect()
}
