//! The worker's site: pages on which people find HITs, do them, and see what became of the work.
//!
//! Its addresses are those of the closed site, and most pages have a JSON representation.

mod accept;
mod address;
pub mod assets;
mod clock;
mod dashboard;
pub mod explanation;
pub mod external_submit;
pub mod frame;
mod json;
mod messages;
mod page;
mod preview;
mod projects;
mod qualifications;
mod question;
mod queue;
mod refusal;
mod start;
mod state;
mod submitted;
pub(crate) mod visit;
mod work;
mod workers;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post};

use crate::web::policy::OPENER_POLICY;

pub use address::is_external_submit;
pub use state::{SiteOptions, SiteState, SubmitThrough};

/// The pages.
pub fn router(state: SiteState) -> Router {
    let task = get(work::show).post(work::post);
    let random = get(accept::random).post(accept::random);
    let pages = Router::new()
        .route("/", get(start::show))
        .route("/projects", get(projects::show))
        .route("/projects/", get(projects::show))
        .route("/requesters/{id}/projects", get(projects::of_requester))
        .route("/projects/{group}/tasks", get(preview::show))
        .route("/projects/{group}/tasks/accept_random", random)
        .route("/projects/{group}/tasks/next", post(accept::next))
        .route("/projects/{group}/tasks/{task}", task)
        .route("/projects/{group}/tasks/{task}/accept", post(accept::this))
        .route("/projects/{group}/tasks/{task}/submit", post(work::submit))
        .route("/tasks", get(queue::show))
        .route("/tasks/", get(queue::show))
        .route("/dashboard", get(dashboard::show))
        .route("/earnings", get(dashboard::show))
        .route("/bonuses/{key}", get(dashboard::bonus))
        .route("/submitted/{assignment}", get(submitted::page))
        .route("/submitted/{assignment}/file", get(submitted::file))
        .route("/status_details/{day}", get(dashboard::day))
        .route("/qualifications", get(qualifications::list))
        .route("/qualifications/{id}", get(qualifications::show))
        .route("/qualifications/{id}/request", post(qualifications::request))
        .route("/qualifications/{id}/test", post(qualifications::test))
        .route("/messages", get(messages::list))
        .route("/messages/{key}", get(messages::show))
        .route("/workers", get(workers::list).post(workers::choose))
        .route("/mturk/preview", get(preview::old))
        .route("/mturk/previewandaccept", get(accept::old))
        .route("/mturk/clock", get(clock::show))
        .route_layer(from_fn_with_state(state.clone(), refusal::answer));
    pages
        .merge(assets())
        .merge(frames())
        .route("/mturk/externalSubmit", get(external_submit::get).post(external_submit::post))
        .route("/samples/{name}", get(assets::sample))
        .fallback(refusal::no_such_page)
        .layer(from_fn_with_state(state.clone(), refusal::check_address))
        .layer(map_response(unframed))
        .with_state(state)
}

/// The HTML of HITs in frames, of the desk too.
pub fn frames() -> Router<SiteState> {
    Router::new().route("/mturk/frame/{address}", get(frame::show))
}

/// Style sheets, scripts and pictures, of the console too.
pub fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/assets/{*path}", get(assets::show))
        .route("/favicon.ico", get(assets::icon))
}

/// Pages of the site load nothing from elsewhere but the frame of a task, and stand in no frame.
/// What is meant for a frame has a policy of its own.
async fn unframed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        return response;
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    // A window that a HIT's page opens is out of its reach.
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The answer to a request that took too long.
pub async fn given_up(path: &str) -> Response {
    let explanation = explanation::timed_out();
    let mut page = frame::explained("This took too long", explanation);
    if !is_external_submit(path) && !path.starts_with("/mturk/frame/") {
        page.headers_mut().remove(header::CONTENT_SECURITY_POLICY);
        page = unframed(page).await;
    }
    page
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src * data:; media-src *; connect-src 'self'; frame-src *; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";
