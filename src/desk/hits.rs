//! The list of HITs.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::desk::head::Head;
use crate::desk::live;
use crate::desk::page::Page;
use crate::desk::parts::{PlacesBar, StatusTag};
use crate::desk::session::{Session, needs_secret};
use crate::desk::state::Desk;
use crate::shapes::hit::HitStatus;
use crate::shapes::notification::EventType;
use crate::views::desk::hits::{self, HitList, HitQuery, MOST_READ, Sort};
use crate::views::show;
use crate::web::origin::Origin;
use crate::web::page::{self, go};

/// The longest text that is searched for, in bytes.
const MAX_SEARCH: usize = 200;

/// `GET /requester/`.
pub async fn go_to_list() -> Response {
    go("/requester/hits")
}

/// What the address of the list says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    status: String,
    search: String,
    sort: String,
    /// The id of a HIT type.
    r#type: String,
    /// The number of a batch.
    batch: String,
    after: Option<i64>,
}

impl ListQuery {
    fn search(&self) -> &str {
        let text = self.search.trim();
        let end = (0..=text.len().min(MAX_SEARCH)).rev().find(|at| text.is_char_boundary(*at));
        &text[..end.unwrap_or_default()]
    }

    fn type_id(&self) -> &str {
        self.r#type.trim()
    }

    fn batch(&self) -> &str {
        self.batch.trim()
    }

    fn query(&self) -> HitQuery {
        let sort = Sort::ALL.into_iter().find(|sort| sort.as_str() == self.sort);
        HitQuery {
            status: HitStatus::parse(&self.status),
            type_id: Some(self.type_id().to_owned()).filter(|id| !id.is_empty()),
            // No batch has the number 0.
            batch: Some(self.batch())
                .filter(|batch| !batch.is_empty())
                .map(|batch| batch.parse().unwrap_or_default()),
            search: self.search().to_owned(),
            sort: sort.unwrap_or_default(),
            after: self.after,
        }
    }

    /// What of it cannot be read and so asks for nothing, a sentence for each.
    fn problems(&self) -> Vec<String> {
        let shown = |text: &str| show::excerpt(text, 40).text;
        let has_status = self.status.is_empty() || HitStatus::parse(&self.status).is_some();
        let status = format!("“{}” is not a status. All are shown.", shown(&self.status));
        let mut sorts = Sort::ALL.into_iter().map(Sort::as_str);
        let has_sort = self.sort.is_empty() || sorts.any(|sort| sort == self.sort);
        let sort = format!("“{}” is not an order. The newest are first.", shown(&self.sort));
        let is_newest = self.sort == Sort::Newest.as_str();
        let has_newest = !is_newest || self.query().has_newest();
        let newest = "Deleted HITs and those of one type are not kept in the order in which they \
            were made. Those that expire last are first."
            .to_owned();
        let all = [(has_status, status), (has_sort, sort), (has_newest, newest)];
        all.into_iter().filter_map(|(is_good, why)| (!is_good).then_some(why)).collect()
    }

    /// Whether it asks for less than all HITs, of a type or of a batch if it names one.
    fn is_narrow(&self) -> bool {
        !self.status.is_empty() || !self.search().is_empty()
    }

    fn is_filtered(&self) -> bool {
        self.is_narrow() || !self.r#type.is_empty() || !self.batch.is_empty()
    }

    /// It as part of an address, without the place of the page.
    fn address(&self) -> String {
        let fields = [
            ("status", &*self.status),
            ("search", self.search()),
            ("sort", &self.sort),
            ("type", &self.r#type),
            ("batch", &self.batch),
        ];
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs = filled.map(|(name, value)| format!("&{name}={}", show::path(value)));
        pairs.collect()
    }
}

#[derive(Template)]
#[template(path = "desk_hits.html")]
struct ListPage<'a> {
    head: Head,
    query: &'a ListQuery,
    order: Sort,
    list: HitList,
    endpoint: &'a str,
    /// What a program signs with, where any text will do.
    secret: Option<&'static str>,
    /// The number of the last event before the list was read.
    since: String,
}

impl ListPage<'_> {
    /// The stream that keeps the page up to date.
    fn stream(&self) -> String {
        let hits = live::joined(self.list.hits.iter().map(|hit| hit.id.as_str()));
        // A new HIT may not be what the filters ask for.
        let kind = if self.query.is_narrow() { "" } else { EventType::HitCreated.as_str() };
        live::address(&[
            ("news", kind),
            ("type", self.query.type_id()),
            ("of_batch", self.query.batch.trim()),
            ("since", &self.since),
            ("hits", &hits),
        ])
    }

    fn orders(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let all = [("newest", "Newest"), ("soonest", "Expires first"), ("latest", "Expires last")];
        let skipped = usize::from(!self.query.query().has_newest());
        all.into_iter().skip(skipped)
    }

    /// The statuses, and how the page calls them.
    fn statuses() -> [(&'static str, &'static str); HitStatus::ALL.len()] {
        HitStatus::ALL.map(|status| (status.as_str(), show::hit_status(&status)))
    }
}

/// `GET /requester/hits`.
pub async fn list(
    desk: Desk,
    origin: Origin,
    session: Session,
    Query(query): Query<ListQuery>,
) -> Page {
    let head = Head::read(&desk, &session).await?;
    let wanted = query.query();
    let order = wanted.order();
    let known = desk.engine.credentials(&session.requester.access_key).await?;
    let secret = (!needs_secret(&desk, &known)).then_some("test");
    let since = live::since(&desk).await?;
    let list = desk
        .engine
        .read(session.requester, wanted, |turn, wanted| Box::pin(hits::hits(turn, wanted)));
    // Where the control API has an address of its own, the API is elsewhere.
    let endpoint = if head.has_site { origin.as_str() } else { "http://HOST:PORT" };
    let list = list.await?;
    page::answer(&ListPage { head, query: &query, order, list, endpoint, secret, since })
}
