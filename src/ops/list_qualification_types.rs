//! ListQualificationTypes: everybody's types and the system's, or the requester's own, by name.
//!
//! A query finds what has it in name, keywords or description, capitals or not.
//! Assumed: from A to Z; MustBeRequestable asks for what IsRequestable says, so a type that is
//! inactive for a while is found.

use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use crate::actions::requirements::exists;
use crate::fault::Fault;
use crate::ops::list::{PageOf, PageRequest};
use crate::rules::qualification::system::SYSTEM;
use crate::store::qualification_types::{self, Place, QualificationType};
use crate::turn::Turn;

/// Which types.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    #[serde(default, deserialize_with = "in_small_letters")]
    pub query: String,
    pub must_be_requestable: bool,
    pub must_be_owned_by_caller: Option<bool>,
}

/// What is searched for, as texts are compared with it; empty if absent.
fn in_small_letters<'de, D: Deserializer<'de>>(query: D) -> Result<String, D::Error> {
    let query = Option::<String>::deserialize(query)?;
    Ok(query.unwrap_or_default().to_lowercase())
}

pub(super) async fn run(
    turn: &mut Turn,
    input: PageRequest<Filter>,
) -> Result<PageOf<QualificationType>, Fault> {
    let filter = &input.filter;
    let owned = filter.must_be_owned_by_caller.unwrap_or(false);
    let [only_owned, only_requestable] =
        [owned, filter.must_be_requestable].map(|flag| if flag { "true" } else { "false" });
    let chosen_by = vec![only_owned, only_requestable, &filter.query];
    let list = input.list(turn, "ListQualificationTypes", chosen_by)?;
    let after = match list.page.after {
        None => Place::default(),
        Some(number) => place(turn, number).await?.ok_or_else(|| {
            Fault::invalid_value("NextToken", input.next_token.as_deref().unwrap_or_default())
        })?,
    };
    let requester = Arc::clone(&turn.requester);
    let rows = qualification_types::Filter {
        owner: owned.then_some(&*requester.id),
        requestable: filter.must_be_requestable,
        query: Some(&*filter.query).filter(|query| !query.is_empty()),
    };
    let found = page_of(turn, rows, &after, list.page.size).await?;
    Ok(list.answer("QualificationTypes", found.into_iter().map(|of| (of.key, of))))
}

/// The place behind the type with that number; those of the system are −1, −2 and so on.
async fn place(turn: &mut Turn, number: i64) -> Result<Option<Place>, Fault> {
    if number > 0 {
        return qualification_types::place(&mut turn.tx, number).await;
    }
    let index = usize::try_from(-1 - number).ok();
    let system = index.and_then(|index| SYSTEM.get(index));
    Ok(system.map(|system| QualificationType::of_system(system).place()))
}

/// A page, with the system's types among the others.
async fn page_of(
    turn: &mut Turn,
    filter: qualification_types::Filter<'_>,
    after: &Place,
    size: i64,
) -> Result<Vec<QualificationType>, Fault> {
    let made = qualification_types::list(&mut turn.tx, filter, after, size).await?;
    let mut page: Vec<_> = made.into_iter().map(|of| of.shown_to(&turn.requester.id)).collect();
    if filter.owner.is_none() && !filter.requestable {
        let systems = (1..).zip(&SYSTEM).filter(|(_, system)| exists(turn, system));
        let systems = systems.map(|(number, system)| QualificationType {
            key: -number,
            ..QualificationType::of_system(system)
        });
        page.extend(systems.filter(|of| of.place() > *after && filter.finds(&of.searchable())));
        page.sort_by_key(QualificationType::place);
        page.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    }
    Ok(page)
}
