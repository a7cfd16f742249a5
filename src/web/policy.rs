//! What pages of requesters may load.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

/// Whether a window can be reached by the page that opened it.
pub const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Pages load nothing from elsewhere, run no script of others, and stand in no frame.
pub async fn without_frames(response: Response) -> Response {
    secured(response, NO_FRAMES)
}

/// The same, but a page may hold a frame with the question of a HIT, which can be anybody's page.
/// An answer that has a policy of its own keeps it.
pub async fn with_frames(response: Response) -> Response {
    if response.headers().contains_key(header::CONTENT_SECURITY_POLICY) {
        return response;
    }
    secured(response, FRAMES)
}

fn secured(mut response: Response, policy: &'static str) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

macro_rules! policy {
    ($more:literal) => {
        concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; ",
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; ",
            $more
        )
    };
}

const NO_FRAMES: &str = policy!("img-src 'self'");
/// Overviews of a `QuestionForm` show pictures and play media from anywhere.
const FRAMES: &str = policy!("img-src * data:; media-src *; frame-src *");
