//! What operations that list have in common: the request, the page that it asks for, the answer.

use std::sync::Arc;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::fault::Fault;
use crate::rules::page::{Listing, Page, PageKey};
use crate::store::requesters::Requester;
use crate::turn::Turn;

/// The request of a list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PageRequest<F> {
    /// The members besides those of every list.
    #[serde(flatten)]
    pub filter: F,
    /// From the page before.
    pub next_token: Option<String>,
    /// At most so many items.
    pub max_results: Option<i64>,
}

/// The filter of a list that has none.
#[derive(Deserialize)]
pub struct Everything {}

impl<F> PageRequest<F> {
    /// The page of the requester's list that is asked for. A token is good for `operation` and
    /// `chosen_by` alone: every parameter that chooses the items, in a fixed order.
    pub fn list<'a>(
        &self,
        turn: &Turn,
        operation: &'static str,
        chosen_by: Vec<&'a str>,
    ) -> Result<List<'a>, Fault> {
        let (requester, key) = (Arc::clone(&turn.requester), turn.page_key.clone());
        let listing = Listing { requester_id: &requester.id, operation, chosen_by: &chosen_by };
        let page = listing.page(&key, self.next_token.as_deref(), self.max_results)?;
        Ok(List { requester, key, operation, chosen_by, page })
    }
}

/// A list of a requester, and the page of it that is asked for.
pub struct List<'a> {
    requester: Arc<Requester>,
    key: PageKey,
    operation: &'static str,
    chosen_by: Vec<&'a str>,
    /// The page.
    pub page: Page,
}

impl List<'_> {
    /// The token that goes on behind `place`.
    pub fn token(&self, place: i64) -> String {
        let (operation, chosen_by) = (self.operation, &*self.chosen_by);
        let listing = Listing { requester_id: &self.requester.id, operation, chosen_by };
        listing.seal(&self.key, place)
    }

    /// The answer with these items, each with its place; `member` is what the answer calls them.
    ///
    /// A page that has items carries a token; the empty one that ends the list carries none.
    pub fn answer<T>(
        self,
        member: &'static str,
        items: impl IntoIterator<Item = (i64, T)>,
    ) -> PageOf<T> {
        let (places, items): (Vec<i64>, Vec<T>) = items.into_iter().unzip();
        let next_token = places.last().map(|place| self.token(*place));
        PageOf { member, next_token, items }
    }
}

/// A page of a list.
pub struct PageOf<T> {
    member: &'static str,
    next_token: Option<String>,
    items: Vec<T>,
}

impl<T: Serialize> Serialize for PageOf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(token) = &self.next_token {
            map.serialize_entry("NextToken", token)?;
        }
        map.serialize_entry("NumResults", &self.items.len())?;
        map.serialize_entry(self.member, &self.items)?;
        map.end()
    }
}
