//! What stands for PostgreSQL in a build without it: types that have no values.

use std::borrow::Cow;

use crate::fault::Fault;
use crate::store::db::clock_check::AssumedClock;
use crate::store::db::error::OpenError;
use crate::store::db::value::Arg;

/// A database of PostgreSQL.
#[derive(Debug)]
pub enum Postgres {}

/// A connection for one turn.
#[derive(Debug)]
pub enum Connection {}

/// A row.
#[derive(Debug)]
pub enum PgRow {}

/// Refuses every URL.
pub(super) async fn open(_: &str) -> Result<Postgres, OpenError> {
    std::future::ready(Err(OpenError::NoPostgres)).await
}

/// A function that nobody can call.
macro_rules! never {
    ($($name:ident($($argument:ty),*) -> $answer:ty;)*) => {$(
        pub(in crate::store) fn $name(&self, $(_: $argument),*) -> std::future::Ready<$answer> {
            match *self {}
        }
    )*};
}

impl Postgres {
    never! {
        read() -> Result<Connection, Fault>;
        write(bool) -> Result<Connection, Fault>;
        close() -> ();
    }
}

impl Connection {
    never! {
        commit() -> Result<(), Fault>;
        begin_savepoint(bool) -> Result<(), Fault>;
        rollback_to_savepoint() -> Result<(), Fault>;
        first(Cow<'static, str>, &[Arg<'_>]) -> Result<Option<PgRow>, Fault>;
        rows(Cow<'static, str>, &[Arg<'_>]) -> Result<Vec<PgRow>, Fault>;
        changes(Cow<'static, str>, &[Arg<'_>]) -> Result<u64, Fault>;
        keep(&[&str]) -> Result<(String, i64), Fault>;
        restore(&[&str], &str) -> Result<(), Fault>;
        delete(&str) -> Result<(), Fault>;
    }

    pub(super) const fn assume_clock(&self, _: AssumedClock) {
        match *self {}
    }

    pub(super) const fn take_assumed(&self) -> Option<AssumedClock> {
        match *self {}
    }
}

impl PgRow {
    pub(super) fn read<T>(&self, _: usize) -> Result<T, Fault> {
        match *self {}
    }
}
