//! ListQualificationTypes: everybody's types and the system's, or the requester's own, by name.
//!
//! A query finds what has it in name, keywords or description, capitals or not.
//! Assumed: from A to Z; MustBeRequestable asks for what IsRequestable says, so a type that is
//! inactive for a while is found.

use serde::{Deserialize, Serialize};

use crate::acts::require::exists;
use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::page::Listing;
use crate::rules::qualification::system::SYSTEM;
use crate::shapes::qualification::QualificationType;
use crate::store::qualification_type_pages::{self, Filter, Place};
use crate::turn::{Access, Turn};

/// `ListQualificationTypes`.
#[derive(Debug)]
pub struct ListQualificationTypes;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub query: Option<String>,
    pub must_be_requestable: bool,
    pub must_be_owned_by_caller: Option<bool>,
    pub next_token: Option<String>,
    pub max_results: Option<i64>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    pub num_results: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    pub qualification_types: Vec<QualificationType>,
}

impl Operation for ListQualificationTypes {
    const NAME: &'static str = "ListQualificationTypes";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let owned = input.must_be_owned_by_caller.unwrap_or(false);
        let query = input.query.map(|query| query.to_lowercase()).filter(|query| !query.is_empty());
        let flags = format!("{owned} {}", input.must_be_requestable);
        let requester_id = turn.requester.id.clone();
        let chosen_by = [flags.as_str(), query.as_deref().unwrap_or_default()];
        let operation = Self::NAME;
        let list = Listing { requester_id: &requester_id, operation, chosen_by: &chosen_by };
        let token = input.next_token.as_deref();
        let page = list.page(&turn.page_key, token, input.max_results)?;
        let after = match page.after {
            None => Place::default(),
            Some(number) => {
                let place = place(turn, number).await?;
                place.ok_or_else(|| Fault::invalid_value("NextToken", token.unwrap_or_default()))?
            }
        };
        let filter = Filter {
            owner: owned.then_some(requester_id.as_str()),
            requestable: input.must_be_requestable,
            query: query.as_deref(),
        };
        let found = page_of(turn, filter, &after, page.size).await?;
        let next_token = found.last().map(|(_, last, _)| list.seal(&turn.page_key, *last));
        let found: Vec<_> = found.into_iter().map(|(_, _, shape)| shape).collect();
        Ok(Output { num_results: found.len(), next_token, qualification_types: found })
    }
}

/// The place behind the type with that number; those of the system are −1, −2 and so on.
async fn place(turn: &mut Turn, number: i64) -> Result<Option<Place>, Fault> {
    if number > 0 {
        return qualification_type_pages::place(&mut turn.tx, number).await;
    }
    let index = usize::try_from(-1 - number).ok();
    let system = index.and_then(|index| SYSTEM.get(index));
    Ok(system.map(|system| Place(system.name.to_lowercase(), system.id.to_owned())))
}

/// A page, each type with its place and its number.
async fn page_of(
    turn: &mut Turn,
    filter: Filter<'_>,
    after: &Place,
    size: i64,
) -> Result<Vec<(Place, i64, QualificationType)>, Fault> {
    let made = qualification_type_pages::list(&mut turn.tx, filter, after, size).await?;
    let of_made = made.into_iter().map(|of| {
        let place = Place(of.name.to_lowercase(), of.id.clone());
        (place, of.key, of.shape(&turn.requester.id))
    });
    let mut page: Vec<_> = of_made.collect();
    if filter.owner.is_none() && !filter.requestable {
        let systems = (1..).map(|n: i64| -n).zip(&SYSTEM);
        page.extend(systems.filter(|(_, system)| exists(turn, system)).filter_map(
            |(number, of)| {
                let (place, shape) = (Place(of.name.to_lowercase(), of.id.to_owned()), of.shape());
                let text = format!("{}\u{1f}{}", shape.name, shape.description).to_lowercase();
                (place > *after && filter.finds(&text)).then_some((place, number, shape))
            },
        ));
        page.sort_by(|one, other| one.0.cmp(&other.0));
        page.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    }
    Ok(page)
}
