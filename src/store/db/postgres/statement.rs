//! Statements on a connection of PostgreSQL.

use std::borrow::Cow;

use sqlx::postgres::Postgres;
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _, SqlStr, Transaction};

use crate::fault::Fault;
use crate::store::db::clock_check::AssumedClock;
use crate::store::db::postgres::arguments::arguments;
use crate::store::db::postgres::read_pool::ReadConnection;
use crate::store::db::postgres::row::PgRow;
use crate::store::db::value::Arg;

/// A connection for one turn.
#[derive(Debug)]
pub enum Connection {
    /// Reads.
    Read(ReadConnection),
    /// A serializable transaction.
    Write(Transaction<'static, Postgres>),
}

/// Both in one message to the server.
const NEXT_SAVEPOINT: &str = "RELEASE SAVEPOINT part; SAVEPOINT part";

/// Runs `$call` of sqlx. A read connection may have to be replaced.
macro_rules! run {
    ($connection:expr, $text:expr, $args:expr, $call:ident) => {
        match $connection {
            Self::Write(transaction) => {
                let query = sqlx::query_with(safe($text.clone()), arguments($args)?);
                (**transaction).$call(query).await
            }
            Self::Read(read) => loop {
                let query = sqlx::query_with(safe($text.clone()), arguments($args)?);
                match read.connection()?.$call(query).await {
                    Err(error) if Box::pin(read.replace_if_cut(&error)).await? => {}
                    Err(error) => break Err(error),
                    done => {
                        read.answered();
                        break done;
                    }
                }
            },
        }
    };
}

impl Connection {
    /// Commits what was written.
    ///
    /// # Errors
    /// The database cannot keep it; a serialization conflict.
    pub async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::Write(transaction) => Ok(transaction.commit().await?),
            Self::Read(_) => Ok(()),
        }
    }

    /// Begins a savepoint in place of the one before, if this is not the `first`.
    pub async fn begin_savepoint(&mut self, first: bool) -> Result<(), Fault> {
        let Self::Write(transaction) = self else {
            return Err(Fault::Service("a turn that reads has no savepoints".into()));
        };
        let text = if first { "SAVEPOINT part" } else { NEXT_SAVEPOINT };
        Ok((**transaction).execute(text).await.map(drop)?)
    }

    /// Takes back what was written since the savepoint.
    ///
    /// # Errors
    /// The database failed, and the turn is rolled back.
    pub async fn rollback_to_savepoint(&mut self) -> Result<(), Fault> {
        let Self::Write(transaction) = self else { return Ok(()) };
        Ok((**transaction).execute("ROLLBACK TO SAVEPOINT part").await.map(drop)?)
    }

    /// Assumes a clock until the first statement, which verifies it. A transaction that writes has
    /// read its own.
    pub const fn assume_clock(&mut self, assumed: AssumedClock) {
        if let Self::Read(read) = self {
            read.assumed = Some(assumed);
        }
    }

    /// The assumed clock, for the first statement.
    pub const fn take_assumed(&mut self) -> Option<AssumedClock> {
        if let Self::Read(read) = self { read.assumed.take() } else { None }
    }

    /// The first row, if there is one.
    pub async fn first(
        &mut self,
        text: Cow<'static, str>,
        args: &[Arg<'_>],
    ) -> Result<Option<PgRow>, Fault> {
        Ok(run!(self, text, args, fetch_optional)?.map(PgRow))
    }

    /// Every row.
    pub async fn rows(
        &mut self,
        text: Cow<'static, str>,
        args: &[Arg<'_>],
    ) -> Result<Vec<PgRow>, Fault> {
        Ok(run!(self, text, args, fetch_all)?.into_iter().map(PgRow).collect())
    }

    /// How many rows were changed.
    pub async fn changes(
        &mut self,
        text: Cow<'static, str>,
        args: &[Arg<'_>],
    ) -> Result<u64, Fault> {
        Ok(run!(self, text, args, execute)?.rows_affected())
    }
}

fn safe(text: Cow<'static, str>) -> SqlStr {
    match text {
        Cow::Borrowed(text) => text.into_sql_str(),
        // Its values are arguments, as those of the others.
        Cow::Owned(text) => AssertSqlSafe(text).into_sql_str(),
    }
}
