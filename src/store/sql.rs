//! The seam: one way to run a statement, whichever database is behind it.

use std::future::Future;
use std::pin::Pin;

use sqlx::postgres::Postgres;
use sqlx::{Executor as _, Transaction};

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::postgres::{Looker, bound};
use crate::store::sqlite::{Reader, Seat};
use crate::store::world::Granted;
use crate::time::Instant;

pub use crate::store::joined::Joined;
pub use crate::store::row::{Column, Row};

/// A connection for one turn. Dropped without [`Tx::commit`], it takes everything back.
#[derive(Debug)]
pub enum Tx {
    /// Reads on SQLite.
    SqliteRead(Reader),
    /// The one writer of SQLite.
    SqliteWrite(Seat),
    /// Reads on PostgreSQL.
    PostgresRead(Looker),
    /// A serializable transaction of PostgreSQL.
    PostgresWrite(Transaction<'static, Postgres>),
}

impl Tx {
    /// Makes what was written last.
    ///
    /// # Errors
    /// The database cannot keep it, or another turn came first.
    pub async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(seat) => seat.commit().await?,
            Self::PostgresWrite(tx) => Box::pin(tx.commit()).await?,
            Self::SqliteRead(_) | Self::PostgresRead(_) => {}
        }
        Ok(())
    }

    /// Takes back what was written. What was read of other turns is committed afterwards, so that
    /// a refusal that tells of it can be answered.
    ///
    /// # Errors
    /// The database cannot keep what others wrote.
    pub async fn undo(self) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(seat) => seat.undo().await,
            Self::PostgresWrite(_) | Self::SqliteRead(_) | Self::PostgresRead(_) => Ok(()),
        }
    }

    /// Begins a part of the turn that can be taken back alone; the part before, unless this is the
    /// `first`, cannot be taken back alone any more.
    ///
    /// # Errors
    /// The database failed, or the turn only reads.
    pub async fn begin_part(&mut self, first: bool) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(seat) => seat.begin_part(first),
            Self::PostgresWrite(tx) => {
                let text = if first { "SAVEPOINT part" } else { RELEASE_AND_BEGIN_PART };
                Ok((**tx).execute(text).await.map(drop)?)
            }
            Self::SqliteRead(_) | Self::PostgresRead(_) => {
                Err(Fault::Service("a turn that reads has no parts".into()))
            }
        }
    }

    /// Takes back what was written since the part began.
    ///
    /// # Errors
    /// The database failed, and the turn goes with the part.
    pub async fn take_part_back(&mut self) -> Result<(), Fault> {
        match self {
            Self::SqliteWrite(seat) => seat.take_part_back(),
            Self::PostgresWrite(tx) => {
                Ok((**tx).execute("ROLLBACK TO SAVEPOINT part").await.map(drop)?)
            }
            Self::SqliteRead(_) | Self::PostgresRead(_) => Ok(()),
        }
    }

    /// Whether another turn waits for this one to end.
    #[must_use]
    pub fn others_wait(&self) -> bool {
        matches!(self, Self::SqliteWrite(seat) if seat.others_wait())
    }

    /// Takes something for granted until the first statement, which looks at it, and fails with a
    /// lost race if it is not so. On SQLite there is nobody else who could have changed it.
    pub const fn grant(&mut self, granted: Granted) {
        if let Self::PostgresRead(looker) = self {
            looker.granted = Some(granted);
        }
    }

    /// Sees that what the turn took for granted is so, if no statement has. None where all is sure.
    pub fn make_sure(&mut self) -> Option<Look<'_>> {
        let granted = self.in_doubt()?;
        Some(Box::pin(granted.look(self)))
    }

    /// The turn waits for something else than the database, and holds nobody up.
    pub fn rest(&mut self) {
        if let Self::SqliteRead(reader) = self {
            reader.rest();
        }
    }

    /// What the turn took for granted, if its next statement is the first.
    const fn in_doubt(&mut self) -> Option<Granted> {
        if let Self::PostgresRead(looker) = self { looker.granted.take() } else { None }
    }
}

/// Both in one message to the server.
const RELEASE_AND_BEGIN_PART: &str = "RELEASE SAVEPOINT part; SAVEPOINT part";

/// The look at what was taken for granted.
type Look<'t> = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 't>>;

/// A value for a marker of a statement. Absent values keep their type, as PostgreSQL wants.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'q> {
    /// A 64-bit number: counts, instants, money.
    Int(Option<i64>),
    /// Text.
    Text(Option<&'q str>),
    /// Yes or no.
    Bool(bool),
}

impl From<i64> for Arg<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Arg<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<Instant> for Arg<'_> {
    fn from(value: Instant) -> Self {
        Self::Int(Some(value.0))
    }
}

impl From<Cents> for Arg<'_> {
    fn from(value: Cents) -> Self {
        Self::Int(Some(value.0))
    }
}

impl<'q> From<&'q str> for Arg<'q> {
    fn from(value: &'q str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'q> From<&'q String> for Arg<'q> {
    fn from(value: &'q String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'q> From<Option<&'q str>> for Arg<'q> {
    fn from(value: Option<&'q str>) -> Self {
        Self::Text(value)
    }
}

impl From<bool> for Arg<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// A statement with its values.
#[derive(Debug)]
pub struct Statement<'q> {
    text: &'static str,
    args: Vec<Arg<'q>>,
}

/// Begins a statement; values follow in the order of its markers.
#[must_use]
pub fn sql<'q>(text: &'static str) -> Statement<'q> {
    Statement { text, args: Vec::with_capacity(8) }
}

/// Runs `$call` of sqlx on a connection of PostgreSQL. Its future is on the heap, so that what
/// waits for statements stays small where SQLite answers them at once.
macro_rules! on {
    ($statement:expr, $connection:expr, $call:ident) => {{
        let query = sqlx::query_with($statement.text, bound(&$statement.args)?);
        (&mut **$connection).$call(query).await
    }};
}

/// As `on`, on a connection that may have to be replaced.
macro_rules! looking {
    ($statement:expr, $looker:expr, $call:ident) => {
        loop {
            let query = sqlx::query_with($statement.text, bound(&$statement.args)?);
            match $looker.connection()?.$call(query).await {
                Err(error) if Box::pin($looker.is_replaced(&error)).await? => {}
                Err(error) => break Err(error),
                done => {
                    $looker.answered();
                    break done;
                }
            }
        }
    };
}

impl<'q> Statement<'q> {
    /// Gives the next marker its value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Arg<'q>>) -> Self {
        self.args.push(value.into());
        self
    }

    /// The values alone.
    pub(super) fn into_args(self) -> Vec<Arg<'q>> {
        self.args
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn one(self, tx: &mut Tx) -> Result<Option<Row>, Fault> {
        if let Some(sure) = tx.make_sure() {
            sure.await?;
        }
        Ok(match tx {
            Tx::SqliteRead(reader) => reader.rows(self.text, &self.args, 1)?.pop(),
            Tx::SqliteWrite(seat) => seat.rows(self.text, &self.args, 1)?.pop(),
            Tx::PostgresRead(looker) => looking!(self, looker, fetch_optional)?.map(Row::Postgres),
            Tx::PostgresWrite(c) => on!(self, c, fetch_optional)?.map(Row::Postgres),
        })
    }

    /// The only row of a statement that always has one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn only(self, tx: &mut Tx) -> Result<Row, Fault> {
        let text = self.text;
        self.one(tx).await?.ok_or_else(|| Fault::Service(format!("no row from: {text}")))
    }

    /// Every row. Only for statements whose rows are bounded.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all(self, tx: &mut Tx) -> Result<Vec<Row>, Fault> {
        if let Some(sure) = tx.make_sure() {
            sure.await?;
        }
        let rows = match tx {
            Tx::SqliteRead(reader) => return reader.rows(self.text, &self.args, usize::MAX),
            Tx::SqliteWrite(seat) => return seat.rows(self.text, &self.args, usize::MAX),
            Tx::PostgresRead(looker) => looking!(self, looker, fetch_all)?,
            Tx::PostgresWrite(c) => on!(self, c, fetch_all)?,
        };
        Ok(rows.into_iter().map(Row::Postgres).collect())
    }

    /// Documents of about `most` rows, each a place and a document, in order, with so much `room`
    /// before them; none if they are too long to be put together. PostgreSQL puts them together
    /// itself by the text `joined`, since each row that crosses costs more than that, and tells by
    /// the way whether what the turn took for granted is so.
    ///
    /// # Errors
    /// The database failed.
    pub async fn joined(
        self,
        joined: &'static str,
        tx: &mut Tx,
        most: i64,
        room: usize,
    ) -> Result<Option<Joined>, Fault> {
        if let Tx::SqliteRead(reader) = tx {
            return reader.joined(self.text, &self.args, most, room);
        }
        let granted = tx.in_doubt();
        let row = Statement { text: joined, ..self }.only(tx).await?;
        granted.map_or(Ok(()), |granted| granted.check(&row, 4))?;
        Joined::of_row(&row, room)
    }

    /// Runs it and tells how many rows it changed.
    ///
    /// # Errors
    /// The database failed, or the turn only looks.
    pub async fn run(self, tx: &mut Tx) -> Result<u64, Fault> {
        if let Some(sure) = tx.make_sure() {
            sure.await?;
        }
        Ok(match tx {
            Tx::SqliteRead(reader) => reader.rows(self.text, &self.args, 0).map(|_| 0)?,
            Tx::SqliteWrite(seat) => seat.execute(self.text, &self.args)?,
            Tx::PostgresRead(looker) => looking!(self, looker, execute)?.rows_affected(),
            Tx::PostgresWrite(c) => on!(self, c, execute)?.rows_affected(),
        })
    }
}
