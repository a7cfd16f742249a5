//! A requester's qualification types, who has them, and who asks for them.

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::shapes::qualification::QualificationStatus;
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_types::{self, Filter, Place, QualificationType};
use crate::store::qualifications::{self, Qualification};
use crate::turn::Turn;
use crate::views::cut;

/// So many are on a page.
const PAGE: i64 = 50;
/// So many requests are on a page, each with its answers.
const REQUESTS: i64 = 20;

/// A page of types.
#[derive(Debug)]
pub struct TypeList {
    /// The types, by name.
    pub types: Vec<QualificationType>,
    /// Behind which the next page begins; none at the end.
    pub next: Option<Place>,
    /// The oldest requests for any of the requester's types; none on later pages.
    pub requests: Vec<QualificationRequest>,
}

/// Reads the types of the turn's requester behind a place, which have a text in their name,
/// keywords or description.
pub async fn types(turn: &mut Turn, (search, after): &(String, Place)) -> Result<TypeList, Fault> {
    let query = search.trim().to_lowercase();
    let query = Some(query.as_str()).filter(|query| !query.is_empty());
    let Turn { tx, requester, .. } = turn;
    let filter = Filter { owner: Some(&requester.id), requestable: false, query };
    let mut types = qualification_types::list(tx, filter, after, PAGE + 1).await?;
    let next = cut(&mut types, PAGE).map(QualificationType::place);
    let page = Page { after: None, size: REQUESTS };
    let requests = if *after == Place::default() {
        qualification_requests::list(tx, &requester.id, None, page).await?
    } else {
        Vec::new()
    };
    Ok(TypeList { types, next, requests })
}

/// Which part of a type is shown.
#[derive(Debug, Clone, Default)]
pub struct TypeQuery {
    /// The type.
    pub id: String,
    /// The place of the last holder that was shown.
    pub holders_after: Option<i64>,
    /// The place of the last request that was shown.
    pub requests_after: Option<i64>,
}

/// A type with those who have it and those who ask for it.
#[derive(Debug)]
pub struct TypeView {
    /// The type.
    pub of: QualificationType,
    /// Who has it, the latest first.
    pub holders: Vec<Qualification>,
    /// Where their next page begins.
    pub more_holders: Option<i64>,
    /// Who asks for it, the oldest first.
    pub requests: Vec<QualificationRequest>,
    /// Where their next page begins.
    pub more_requests: Option<i64>,
}

/// Reads it.
///
/// # Errors
/// The requester has no such type, or has deleted it.
pub async fn one(turn: &mut Turn, query: &TypeQuery) -> Result<TypeView, Fault> {
    let Turn { tx, requester, .. } = turn;
    let (owner, id) = (requester.id.as_str(), query.id.as_str());
    let of = qualification_types::owned(tx, owner, id).await?;
    let page = Page { after: query.holders_after, size: PAGE + 1 };
    let granted = QualificationStatus::Granted;
    let mut holders = qualifications::list(tx, owner, id, granted, page).await?;
    let more_holders = cut(&mut holders, PAGE).map(|last| last.key);
    let page = Page { after: query.requests_after, size: REQUESTS + 1 };
    let mut requests = qualification_requests::list(tx, owner, Some(id), page).await?;
    let more_requests = cut(&mut requests, REQUESTS).map(|last| last.position);
    Ok(TypeView { of, holders, more_holders, requests, more_requests })
}
