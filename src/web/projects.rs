//! The list of HIT groups.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde_json::json;

use crate::money::Cents;
use crate::rules::posted::Field;
use crate::store::hit_groups::MOST_COUNTED;
use crate::views::bar::Bar;
use crate::views::groups::{self, Group, Groups, MOST_LOOKED_AT, Order, Sort, Wanted};
use crate::views::guard::Action;
use crate::web::json::project;
use crate::web::page::{self, Page, answer, html};
use crate::web::show;
use crate::web::visit::Visit;

/// Orders by the names of the closed site, and what the page calls them.
const SORTS: [(&str, Sort, &str); 6] = [
    ("updated_desc", Sort::By(Order::Newest), "Newest first"),
    ("updated_asc", Sort::By(Order::Oldest), "Oldest first"),
    ("reward_desc", Sort::By(Order::Highest), "Highest reward"),
    ("reward_asc", Sort::By(Order::Lowest), "Lowest reward"),
    ("num_hits_desc", Sort::Largest, "Most HITs"),
    ("num_hits_asc", Sort::Smallest, "Fewest HITs"),
];

#[derive(Template)]
#[template(path = "projects.html")]
struct Projects<'a> {
    bar: Bar,
    here: &'a str,
    groups: Vec<Group>,
    next: Option<String>,
    full: bool,
    search: &'a str,
    least: String,
    qualified: bool,
    sort: &'static str,
    requester: Option<String>,
    is_first: bool,
}

/// `GET /projects`.
pub async fn show(visit: Visit) -> Response {
    let page = list(&visit, None).await;
    answer(&visit, page).await
}

/// `GET /requesters/{id}/projects`.
pub async fn of_requester(Path(id): Path<String>, visit: Visit) -> Response {
    let page = list(&visit, Some(id)).await;
    answer(&visit, page).await
}

async fn list(visit: &Visit, requester: Option<String>) -> Page {
    let (wanted, sort, page_number) = wanted(visit, requester.clone());
    let size = wanted.size;
    let asked = Arc::new(wanted.clone());
    let (bar, found) = visit
        .look(move |turn| {
            let wanted = Arc::clone(&asked);
            Box::pin(async move { groups::groups(turn, &wanted).await })
        })
        .await?;
    let Groups { groups, next, matched, is_exact, closed } = found;
    if !closed.is_empty() {
        let closed = Arc::new(closed);
        let unlisted = visit.act(move |turn| {
            let closed = Arc::clone(&closed);
            Box::pin(async move { groups::unlist(turn, &closed).await })
        });
        unlisted.await?;
    }
    let next = next.map(|place| onward(&visit.query, page_number.saturating_add(1), &place));
    if visit.json {
        let results: Vec<_> = groups.iter().map(project).collect();
        let path = visit.here.split('?').next().unwrap_or_default();
        let next = next.map(|query| format!("{path}{query}"));
        return page::json(json!({"results": results, "page_number": page_number,
            "num_results": results.len(), "total_num_results": matched,
            "total_is_exact": is_exact, "next_page_url": next}));
    }
    html(&Projects {
        bar,
        here: &visit.here,
        full: groups.len() == size,
        next,
        groups,
        search: &wanted.search,
        least: if wanted.least.0 > 0 { wanted.least.to_string() } else { String::new() },
        qualified: wanted.qualified,
        sort,
        requester,
        is_first: wanted.after.is_none(),
    })
}

/// What the query asks for, by names of the closed site and plain ones; the name of the order, and
/// the number of the page.
fn wanted(visit: &Visit, requester_id: Option<String>) -> (Wanted, &'static str, usize) {
    let asked = |long: &str, short: &str| visit.asked(long).or_else(|| visit.asked(short));
    let size: usize = visit.asked("page_size").and_then(|size| size.parse().ok()).unwrap_or(20);
    let size = size.clamp(1, if visit.json { 100 } else { 20 });
    let after = visit.asked("after").and_then(place);
    let (page_number, passed) = visit.page_number(after.is_some(), MOST_LOOKED_AT);
    let sort = visit.asked("sort").unwrap_or_default();
    let (name, sort, _) = SORTS.into_iter().find(|(name, ..)| *name == sort).unwrap_or(SORTS[0]);
    let least = asked("filters[min_reward]", "min_reward").unwrap_or_default();
    let least = Cents::parse(least.trim_start_matches('$')).unwrap_or_default();
    let search = asked("filters[search_term]", "search").unwrap_or_default();
    let qualified = visit.is_on("filters[qualified]") || visit.is_on("qualified");
    let wanted = Wanted {
        worker_id: visit.worker_id.clone(),
        search: search.chars().take(200).collect(),
        least,
        qualified,
        requester_id,
        sort,
        after,
        skip: passed * size,
        size,
        whole: visit.json,
    };
    (wanted, name, page_number)
}

fn place(text: &str) -> Option<(i64, String)> {
    let (value, id) = text.split_once('.')?;
    Some((value.parse().ok()?, id.to_owned()))
}

/// The address of the next page: the same query, going on behind `place`.
fn onward(query: &[Field], page_number: usize, (value, id): &(i64, String)) -> String {
    let kept = query.iter().filter(|(name, value)| {
        !value.is_empty() && !["after", "page_number", "workerId"].contains(&name.as_str())
    });
    let mut onward = String::from("?");
    for (name, value) in kept {
        onward.extend([show::path(name).as_str(), "=", &show::path(value), "&"]);
    }
    format!("{onward}page_number={page_number}&after={value}.{id}")
}
