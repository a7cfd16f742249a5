//! The list of HITs.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::desk::head::Head;
use crate::desk::page::Page;
use crate::desk::session::{Session, needs_secret};
use crate::desk::state::Desk;
use crate::rules::hit::Standing;
use crate::shapes::batch::WorkCounts;
use crate::shapes::hit::HitStatus;
use crate::time::Instant;
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

    fn query(&self) -> HitQuery {
        let sort = Sort::ALL.into_iter().find(|sort| sort.as_str() == self.sort);
        HitQuery {
            status: HitStatus::parse(&self.status),
            type_id: Some(self.r#type.trim().to_owned()).filter(|id| !id.is_empty()),
            // No batch has the number 0.
            batch: Some(self.batch.trim())
                .filter(|batch| !batch.is_empty())
                .map(|batch| batch.parse().unwrap_or_default()),
            search: self.search().to_owned(),
            sort: sort.unwrap_or_default(),
            after: self.after,
        }
    }

    fn is_filtered(&self) -> bool {
        [&self.status, &self.r#type, &self.batch].iter().any(|text| !text.is_empty())
            || !self.search().is_empty()
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
}

impl ListPage<'_> {
    fn orders() -> [(&'static str, &'static str); 3] {
        [("newest", "Newest"), ("soonest", "Expires first"), ("latest", "Expires last")]
    }

    /// The statuses, and how the page calls them.
    fn statuses() -> [(&'static str, &'static str); HitStatus::ALL.len()] {
        HitStatus::ALL.map(|status| (status.as_str(), show::hit_status(&status)))
    }
}

/// The places of a HIT as parts of a bar.
#[derive(Template)]
#[template(path = "desk_bar.html")]
pub struct PlacesBar {
    parts: Vec<(&'static str, i64)>,
    max: i64,
}

impl PlacesBar {
    /// Those of a HIT; once it has expired, nobody can take what is left.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn of(standing: &Standing, now: &Instant) -> Self {
        let left = if standing.expired(*now) { "not taken" } else { "free" };
        let parts = vec![
            ("submitted", standing.submitted),
            ("approved", standing.approved),
            ("rejected", standing.rejected),
            ("in work", standing.pending),
            (left, standing.available()),
        ];
        Self { parts, max: standing.max.max(1) }
    }

    /// Those of the HITs of a batch.
    pub fn of_batch(work: &WorkCounts) -> Self {
        let taken = work.submitted + work.approved + work.rejected + work.pending;
        let parts = vec![
            ("submitted", work.submitted),
            ("approved", work.approved),
            ("rejected", work.rejected),
            ("in work", work.pending),
            ("not taken", work.max.saturating_sub(taken).max(0)),
        ];
        Self { parts, max: work.max.max(1) }
    }

    /// Each part that is not empty, but for what is free: its class, where it begins, and how long
    /// it is, of 1000.
    fn drawn(&self) -> Vec<(String, i64, i64)> {
        let mut before = 0;
        let mut drawn = Vec::new();
        for (name, count) in self.parts.iter().take(4) {
            let begin = before * 1000 / self.max;
            before += count;
            if *count > 0 {
                // Few beside many are still seen.
                let length = (before * 1000 / self.max - begin).max(6);
                drawn.push((name.replace(' ', "-"), begin.min(994), length));
            }
        }
        drawn
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
    let list = desk
        .engine
        .read(session.requester, wanted, |turn, wanted| Box::pin(hits::hits(turn, wanted)));
    // Where the control API has an address of its own, the API is elsewhere.
    let endpoint = if head.has_site { origin.as_str() } else { "http://HOST:PORT" };
    let list = list.await?;
    page::answer(&ListPage { head, query: &query, order, list, endpoint, secret })
}
