//! The values of a statement, as sqlx takes them.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, Postgres};
use sqlx::{Arguments as _, Type};

use crate::fault::Fault;
use crate::store::db::value::Arg;

/// Text of the type `json`.
struct Json<'a>(&'a str);

impl Type<Postgres> for Json<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(114))
    }
}

impl Encode<'_, Postgres> for Json<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}

pub(super) fn arguments(args: &[Arg<'_>]) -> Result<PgArguments, Fault> {
    let mut arguments = PgArguments::default();
    for arg in args {
        match arg {
            Arg::Int(value) => arguments.add(*value),
            Arg::Text(value) => arguments.add(*value),
            Arg::Bool(value) => arguments.add(*value),
            Arg::Set(members) => arguments.add(Json(members)),
        }
        .map_err(|error| Fault::Service(error.to_string()))?;
    }
    Ok(arguments)
}
