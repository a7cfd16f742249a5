//! Whether the answer for a page lets it be shown in a frame.
//!
//! Source: the specifications that browsers follow: RFC 7034 and HTML for `X-Frame-Options`, CSP 3
//! for `frame-ancestors`, which takes the place of the other.

use super::{Remark, Remarks, short};
use crate::rules::url::split_port;

/// The most policies of an answer, and sources of a policy, that are read.
const MOST: usize = 100;

/// What a server answered for a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answered<'a> {
    /// The HTTP status.
    pub status: u16,
    /// `X-Frame-Options`, all of them.
    pub frame_options: &'a [&'a str],
    /// `Content-Security-Policy`, all of them.
    pub policies: &'a [&'a str],
    /// `Content-Type`.
    pub content_type: &'a str,
}

/// Why the page is not shown in a frame of `ours`, an origin, or in one of Amazon's.
pub fn framing(answered: &Answered<'_>, ours: &str) -> Vec<Remark> {
    let mut found = Remarks::default();
    let Answered { status, content_type, .. } = answered;
    if *status >= 400 {
        found.add(None, || format!("The server answers with status {status}."));
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let is_shown = ["text/html", "application/xhtml+xml", ""];
    if !is_shown.iter().any(|shown| kind.eq_ignore_ascii_case(shown)) {
        let kind = short(kind);
        found.add(None, || format!("The server answers with {kind} instead of text/html."));
    }
    let policies = answered.policies.iter().flat_map(|policy| policy.split([';', ',']));
    let ancestors: Vec<&str> = policies.filter_map(ancestors).take(MOST).collect();
    if ancestors.is_empty() {
        options(answered.frame_options, &mut found);
    }
    for sources in ancestors {
        policy(sources, ours, &mut found);
    }
    found.finish()
}

/// The sources of a directive `frame-ancestors`.
fn ancestors(directive: &str) -> Option<&str> {
    let directive = directive.trim_ascii();
    let (name, sources) = directive.split_once([' ', '\t']).unwrap_or((directive, ""));
    name.eq_ignore_ascii_case("frame-ancestors").then_some(sources)
}

fn options(headers: &[&str], found: &mut Remarks) {
    let values = headers.iter().flat_map(|header| header.split(',')).map(str::trim_ascii);
    let forbids = |value: &&str| {
        let known = ["deny", "sameorigin"];
        known.iter().any(|known| value.eq_ignore_ascii_case(known))
    };
    if let Some(value) = values.take(MOST).find(forbids) {
        let value = value.to_ascii_uppercase();
        let why = "browsers do not show it in a frame of another site";
        found.add(None, || format!("The server sends X-Frame-Options: {value}, so {why}."));
    }
}

fn policy(sources: &str, ours: &str, found: &mut Remarks) {
    let sources: Vec<&str> = sources.split_ascii_whitespace().take(MOST).collect();
    let covered = |origin| sources.iter().any(|source| covers(source, origin));
    let lost: Vec<&str> = AMAZON.into_iter().filter(|origin| !covered(origin)).collect();
    let theirs = match lost[..] {
        [one] => format!("the frames of {}", one.trim_start_matches("https://")),
        _ => "Amazon's frames".to_owned(),
    };
    let why = match (covered(ours), lost.is_empty()) {
        (true, true) => return,
        (false, true) => format!("so browsers show it in {theirs}, but not here"),
        (true, false) => format!("so browsers show it here, but not in {theirs}"),
        (false, false) => format!("so browsers show it neither here nor in {theirs}"),
    };
    let sources = short(&sources.join(" "));
    found.add(None, || format!("The server sends the policy frame-ancestors {sources}, {why}."));
}

/// The pages around a HIT's frame on the closed service. Assumed: no others; a policy that names
/// `www.mturk.com` alone is not enough.
const AMAZON: [&str; 2] = ["https://worker.mturk.com", "https://workersandbox.mturk.com"];

/// Whether a source of a policy allows an origin.
fn covers(source: &str, origin: &str) -> bool {
    let Some((scheme, host)) = origin.split_once("://") else { return false };
    let (wanted, address) = match source.split_once("://") {
        Some((wanted, address)) => (Some(wanted), address),
        None if source == "*" => return true,
        None => match source.strip_suffix(':') {
            Some(wanted) => return is_upgrade(wanted, scheme),
            None => (None, source),
        },
    };
    if wanted.is_some_and(|wanted| !is_upgrade(wanted, scheme)) {
        return false;
    }
    let address = address.split('/').next().unwrap_or_default();
    let ((name, port), (wanted, wanted_port)) = (split_port(host), split_port(address));
    let (port, wanted_port) = (port.unwrap_or_default(), wanted_port.unwrap_or_default());
    let is_named = match wanted.strip_prefix('*') {
        Some(suffix) => name.len() > suffix.len() && ends_with(name, suffix),
        None => wanted.eq_ignore_ascii_case(name),
    };
    // One without a port covers the scheme's own; that of http covers https, too.
    let is_own = |port| matches!((port, scheme), ("" | "80", _) | ("443", "https"));
    is_named && (wanted_port == "*" || wanted_port == port || is_own(wanted_port) && is_own(port))
}

fn ends_with(name: &str, suffix: &str) -> bool {
    name.get(name.len() - suffix.len()..).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
}

/// Whether a source of this scheme covers pages of that one.
fn is_upgrade(wanted: &str, scheme: &str) -> bool {
    wanted.eq_ignore_ascii_case(scheme) || wanted.eq_ignore_ascii_case("http") && scheme == "https"
}
