//! Whether a page elsewhere can be shown in a frame: its address is asked once for each load of the
//! page. Only here, where a person named it, does the server ask by itself.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State as Shared};
use axum::http::{HeaderName, Request, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::json;
use tokio::time::timeout;

use crate::outbound::{Outbound, Policy};
use crate::preview::page::RowQuery;
use crate::preview::state::{State, hit_id};
use crate::rules::frame::address;
use crate::rules::outbound::{AllowedHost, target};
use crate::rules::preview::redirected;
use crate::rules::question::Question;
use crate::rules::question::remarks::{Answered, framing};
use crate::rules::url::split_port;
use crate::web::origin::Origin;

/// An answer that takes longer is none.
const TIME: Duration = Duration::from_secs(5);
/// The most redirects that are followed, on one host.
const REDIRECTS: usize = 3;

/// `GET /probe?row=`: why the page of a row cannot be shown, as a list of sentences.
pub async fn show(
    Shared(state): Shared<Arc<State>>,
    origin: Origin,
    Query(query): Query<RowQuery>,
) -> axum::response::Response {
    let Ok(_permit) = state.probes.try_acquire() else {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "The server already asks as many addresses as it may. Load the page again.\n",
        )
            .into_response();
    };
    let found = match state.row(query.number()).await {
        Ok(shown) => match &shown.question {
            Question::External(page) => {
                let hit_id = hit_id(shown.row);
                let url = address(&page.url, &state.parameters(&hit_id, None));
                ask(url, origin.as_str()).await
            }
            _ => Vec::new(),
        },
        Err(_) => Vec::new(),
    };
    Json(json!({ "remarks": found })).into_response()
}

/// What is in the way of showing a page in a frame of `ours`.
async fn ask(url: String, ours: &str) -> Vec<String> {
    let asked = timeout(TIME, follow(url.clone(), ours)).await;
    asked.unwrap_or_else(|_| {
        vec![format!("{} did not answer within {} s.", place(&url), TIME.as_secs())]
    })
}

async fn follow(mut url: String, ours: &str) -> Vec<String> {
    for _ in 0..=REDIRECTS {
        let answer = match get(&url).await {
            Ok(answer) => answer,
            Err(why) => return vec![format!("{} cannot be shown: {why}.", place(&url))],
        };
        let location = values(&answer, &header::LOCATION);
        let next = location.first().filter(|_| answer.status().is_redirection());
        let Some(next) = next.and_then(|location| redirected(&url, location)) else {
            return judged(&answer, ours);
        };
        if host(&next) != host(&url) {
            let (from, to) = (place(&url), place(&next));
            return vec![format!("{from} redirects to {to}. Another host is not asked.")];
        }
        url = next;
    }
    vec![format!("{} redirects more than {REDIRECTS} times.", place(&url))]
}

async fn get(url: &str) -> Result<Response<Bytes>, String> {
    let at = target(url).map_err(|why| format!("the address {why}"))?;
    let allowed = AllowedHost::parse(split_port(at.authority).0)?;
    let outbound = Outbound::new(Policy { hosts: vec![allowed], key_variables: Vec::new() });
    let request = Request::get(url).header(header::ACCEPT, "text/html").body(Bytes::new());
    let request = request.map_err(|error| error.to_string())?;
    outbound.head(request, TIME).await.map_err(|error| error.to_string())
}

fn judged(answer: &Response<Bytes>, ours: &str) -> Vec<String> {
    let content_type = values(answer, &header::CONTENT_TYPE);
    let answered = Answered {
        status: answer.status().as_u16(),
        frame_options: &values(answer, &header::X_FRAME_OPTIONS),
        policies: &values(answer, &header::CONTENT_SECURITY_POLICY),
        content_type: content_type.first().copied().unwrap_or_default(),
    };
    framing(&answered, ours).iter().map(ToString::to_string).collect()
}

fn values<'a>(answer: &'a Response<Bytes>, name: &HeaderName) -> Vec<&'a str> {
    answer.headers().get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
}

fn host(url: &str) -> Option<String> {
    target(url).ok().map(|at| at.host.to_ascii_lowercase())
}

/// The address without its query, which may hold what nobody needs to read.
fn place(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}
