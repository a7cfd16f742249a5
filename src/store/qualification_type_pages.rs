//! `qualification_types` in pages: by name, everybody's or one requester's, searched or not.

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::qualification_types::{QualificationType, qualification_type, select_types};
use crate::store::sql::{Statement, sql};

/// A page of types by name: `$whose` they are, and what else is wanted of them.
macro_rules! page_of_types {
    ($whose:literal, $more:literal) => {
        select_types!(
            "WHERE t.status <> 'Disposing' AND (t.sort_name, t.id) > ($1, $2) \
            AND (t.is_requestable OR NOT $3) ",
            $whose,
            $more,
            " ORDER BY t.sort_name, t.id LIMIT $4 + 0"
        )
    };
}

statements! {
    PLACE = "SELECT sort_name, id FROM qualification_types WHERE key = $1";
    LIST = page_of_types!("", "");
    LIST_OWNED = page_of_types!("AND t.requester_id = $5", "");
    SEARCH = page_of_types!("", "AND t.searchable LIKE $5 ESCAPE '!'");
    SEARCH_OWNED =
        page_of_types!("AND t.requester_id = $5", " AND t.searchable LIKE $6 ESCAPE '!'");
}

/// A place in a list of types: small letters of a name, then an id.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub String, pub String);

/// The place of the type with that number.
///
/// # Errors
/// The database failed.
pub async fn place(tx: &mut Tx, key: i64) -> Result<Option<Place>, Fault> {
    let row = sql(PLACE).bind(key).one(tx).await?;
    row.map(|row| Ok(Place(row.get(0)?, row.get(1)?))).transpose()
}

/// Which types are listed.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    /// Only those of this requester.
    pub owner: Option<&'a str>,
    /// Only those that workers can ask for.
    pub requestable: bool,
    /// Only those with this text, in small letters, in name, keywords or description.
    pub query: Option<&'a str>,
}

impl Filter<'_> {
    /// Whether a text in small letters is of what is searched for.
    #[must_use]
    pub fn finds(&self, searchable: &str) -> bool {
        self.query.is_none_or(|query| searchable.contains(query))
    }
}

/// Nothing that is searched is longer, in characters: name, keywords and description together.
/// SQLite takes no pattern of more than 50,000 bytes.
const LONGEST: usize = 4000;

/// Up to `size` types behind a place, by name, without deleted ones.
///
/// # Errors
/// The database failed.
pub async fn list(
    tx: &mut Tx,
    filter: Filter<'_>,
    after: &Place,
    size: i64,
) -> Result<Vec<QualificationType>, Fault> {
    if filter.query.is_some_and(|query| query.chars().count() > LONGEST) {
        return Ok(Vec::new());
    }
    let pattern = filter.query.map(like);
    let text = match (filter.owner, &pattern) {
        (None, None) => LIST,
        (Some(_), None) => LIST_OWNED,
        (None, Some(_)) => SEARCH,
        (Some(_), Some(_)) => SEARCH_OWNED,
    };
    let statement = sql(text).bind(&after.0).bind(&after.1).bind(filter.requestable).bind(size);
    let more = [filter.owner, pattern.as_deref()].into_iter().flatten();
    let statement = more.fold(statement, Statement::bind);
    statement.all(tx).await?.iter().map(qualification_type).collect()
}

/// A pattern of texts that contain `text`.
fn like(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}
