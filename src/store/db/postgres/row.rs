//! A row of PostgreSQL.

use sqlx::postgres::Postgres;
use sqlx::{Decode, Row as _, Type};

use crate::fault::Fault;

/// A row.
#[derive(Debug)]
pub struct PgRow(pub(super) sqlx::postgres::PgRow);

impl PgRow {
    /// What column number `index` holds.
    ///
    /// # Errors
    /// There is none, or it holds something else.
    pub(in crate::store::db) fn read<'r, T>(&'r self, index: usize) -> Result<T, Fault>
    where
        T: Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(self.0.try_get(index)?)
    }
}
