//! The list of HIT groups.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use serde_json::json;

use crate::money::Cents;
use crate::rules::posted::Field;
use crate::site::json::project;
use crate::site::page::{self, Page, html};
use crate::site::visit::Visit;
use crate::store::hit_groups::MOST_COUNTED;
use crate::views::bar::Bar;
use crate::views::groups::{self, Group, GroupQuery, Groups, MOST_READ, Order, Sort};
use crate::views::guard::Action;
use crate::views::show;

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
struct ProjectsPage {
    bar: Bar,
    query: GroupQuery,
    groups: Vec<Group>,
    next: Option<String>,
    sort: &'static str,
    /// Set after a submission; `last` if the group has no more HITs for the worker.
    submitted: Option<String>,
    /// The assignment that was just submitted, where the worker may see it again.
    handed_in: Option<String>,
}

/// `GET /projects`.
pub async fn show(visit: Arc<Visit>) -> Page {
    list(&visit, None).await
}

/// `GET /requesters/{id}/projects`.
pub async fn of_requester(Path(id): Path<String>, visit: Arc<Visit>) -> Page {
    list(&visit, Some(id)).await
}

async fn list(visit: &Visit, requester: Option<String>) -> Page {
    let (query, sort, page_number) = query(visit, requester);
    let (bar, found) = visit
        .read_with_bar(query.clone(), |turn, query| Box::pin(groups::groups(turn, query)))
        .await?;
    let Groups { groups, next, matched, is_exact, closed } = found;
    if !closed.is_empty() {
        visit.write(closed, |turn, closed| Box::pin(groups::unlist(turn, closed))).await?;
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
    let handed_in = visit.param("assignment").filter(|_| visit.site.is_open).map(str::to_owned);
    let submitted = visit.param("submitted").map(str::to_owned);
    html(&ProjectsPage { bar, query, groups, next, sort, submitted, handed_in })
}

/// What the query selects, by names of the closed site and plain ones; the name of the order, and
/// the number of the page.
fn query(visit: &Visit, requester_id: Option<String>) -> (GroupQuery, &'static str, usize) {
    let either = |long: &str, short: &str| visit.param(long).or_else(|| visit.param(short));
    let size: usize = visit.param("page_size").and_then(|size| size.parse().ok()).unwrap_or(20);
    let size = size.clamp(1, if visit.json { 100 } else { 20 });
    let after = visit.param("after").and_then(place);
    let (page_number, passed) = visit.page_number(after.is_some(), MOST_READ);
    let sort = visit.param("sort").unwrap_or_default();
    let (name, sort, _) = SORTS.into_iter().find(|(name, ..)| *name == sort).unwrap_or(SORTS[0]);
    let least = either("filters[min_reward]", "min_reward").unwrap_or_default();
    let least = Cents::parse(least.trim_start_matches('$')).unwrap_or_default();
    let search = either("filters[search_term]", "search").unwrap_or_default();
    let qualified = visit.is_on("filters[qualified]") || visit.is_on("qualified");
    let query = GroupQuery {
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
    (query, name, page_number)
}

fn place(text: &str) -> Option<(i64, String)> {
    let (value, id) = text.split_once('.')?;
    Some((value.parse().ok()?, id.to_owned()))
}

/// The address of the next page: the same query, going on behind `place`.
fn onward(query: &[Field], page_number: usize, (value, id): &(i64, String)) -> String {
    let others = query.iter().filter(|(name, value)| {
        !value.is_empty()
            && !["after", "page_number", "workerId", "submitted", "assignment"]
                .contains(&name.as_str())
    });
    let mut onward = String::from("?");
    for (name, value) in others {
        onward.extend([show::path(name).as_str(), "=", &show::path(value), "&"]);
    }
    format!("{onward}page_number={page_number}&after={value}.{id}")
}
