//! The hosts of frames: other names of this server, at which the HTML of HITs has an origin of its
//! own, with storage and dialogs, and reaches nothing of the site.
//!
//! The closed service kept such HTML apart in the same way, at one host for all requesters
//! (`www.mturkcontent.com`; source: public templates that use its storage). Here each requester has
//! a host of its own, where that is possible.

use crate::digest::sha256;
use crate::rules::url::{is_this_machine, split_port};

/// How the name of a requester's frames on this machine ends. Browsers take every such name for
/// this machine (source: RFC 6761), and each for a site of its own.
const LOCALHOST: &str = ".localhost";

/// Where the frames of HITs are served.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrameHosts {
    /// The origin that `--frame-url` names. A `*` in it stands for the requester.
    pub url: Option<String>,
    /// Whether names that end in `.localhost` lead to this server.
    pub on_loopback: bool,
}

impl FrameHosts {
    /// The origin of a requester's frames on a page of the origin `around`; none where there is no
    /// second name for this server.
    pub fn origin(&self, around: &str, requester_id: &str) -> Option<String> {
        let (scheme, host) = around.split_once("://")?;
        let name = split_port(host).0;
        let label = label(requester_id);
        let origin = match &self.url {
            Some(url) => url.replacen('*', &label, 1),
            None if self.on_loopback && scheme == "http" && is_this_machine(name) => {
                format!("http://{label}{LOCALHOST}{}", &host[name.len()..])
            }
            None => return None,
        };
        // Browsers show no http frame in an https page, and no policy can name an IPv6 address.
        let is_shown = scheme == "http" || origin.starts_with("https:");
        let is_apart = !self.is_frame_host(host) && host_name(&origin) != name;
        (is_apart && is_shown && !name.starts_with('[')).then_some(origin)
    }

    /// Whether a host, perhaps with a port, is one of frames, and of nothing else.
    pub fn is_frame_host(&self, host: &str) -> bool {
        let name = split_port(host).0.to_ascii_lowercase();
        let local = name.strip_suffix(LOCALHOST).and_then(|name| name.rsplit('.').next());
        let is_local = local.is_some_and(|label| label.starts_with("r-"));
        let is_named =
            self.url.as_deref().is_some_and(|url| match host_name(url).split_once('*') {
                None => name == host_name(url).to_ascii_lowercase(),
                Some((before, after)) => {
                    let rest = name.strip_prefix(&before.to_ascii_lowercase());
                    rest.and_then(|rest| rest.strip_suffix(&after.to_ascii_lowercase()))
                        .is_some_and(|label| label.starts_with("r-") && !label.contains('.'))
                }
            });
        is_local || is_named
    }

    /// Whether a page may submit the work of a HIT of HTML to this server, whose origin is
    /// `came_to` for its browser: the HIT's own frame may.
    pub fn may_submit(&self, sender: &Sender<'_>, came_to: &str, requester_id: &str) -> bool {
        let to = host(came_to);
        let has_frames = self.is_frame_host(to) || self.origin(came_to, requester_id).is_some();
        let Some(origin) = sender.origin else {
            // Browsers name no origin in what they get; they say from where to where it goes.
            return match sender.site {
                Some("cross-site" | "same-site") => !has_frames,
                Some("same-origin") => !self.is_frame_host(to) || self.is_of(to, requester_id),
                _ => true,
            };
        };
        if !self.is_frame_host(to) {
            // A page of the server's own, a frame without an origin, or one of another name.
            let own = self.origin(came_to, requester_id);
            return [Some(came_to), Some("null"), own.as_deref()]
                .into_iter()
                .flatten()
                .any(|known| known.eq_ignore_ascii_case(origin));
        }
        // A page that sends no referrers has "null" for its own origin, too.
        let is_own = host(origin).eq_ignore_ascii_case(to)
            || origin == "null" && sender.site == Some("same-origin");
        is_own && self.is_of(to, requester_id)
    }

    /// Whether a host of frames is that of a requester.
    pub fn is_of(&self, frame_host: &str, requester_id: &str) -> bool {
        let first = frame_host.split('.').next().unwrap_or_default();
        let is_shared = self.url.as_deref().is_some_and(|url| !url.contains('*'));
        is_shared || first.eq_ignore_ascii_case(&label(requester_id))
    }
}

/// What a browser says of the page that sent a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sender<'a> {
    /// `Origin`; a program sends none.
    pub origin: Option<&'a str>,
    /// `Sec-Fetch-Site`; a program sends none.
    pub site: Option<&'a str>,
}

/// The host of an origin, with its port.
fn host(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

fn host_name(origin: &str) -> &str {
    split_port(host(origin)).0
}

/// The label of a requester in host names, which are read in any case.
fn label(requester_id: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    if (1..=60).contains(&requester_id.len()) && requester_id.bytes().all(is_plain) {
        return format!("r-{}", requester_id.to_ascii_lowercase());
    }
    let digest = sha256([b"frame host".as_slice(), requester_id.as_bytes()]);
    let short = digest.first_chunk().copied().unwrap_or_default();
    format!("r-x-{:032x}", u128::from_be_bytes(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "A1REQUESTER";

    fn local() -> FrameHosts {
        FrameHosts { url: None, on_loopback: true }
    }

    fn at(url: &str) -> FrameHosts {
        FrameHosts { url: Some(url.to_owned()), on_loopback: true }
    }

    #[test]
    fn frames_have_another_host_than_the_page_around() {
        let one = at("https://frames.test");
        let each = at("https://*.frames.test:8443");
        for (hosts, around, origin) in [
            (local(), "http://127.0.0.1:1770", Some("http://r-a1requester.localhost:1770")),
            (local(), "http://localhost:9", Some("http://r-a1requester.localhost:9")),
            (local(), "http://[::1]:1770", None),
            (at("http://frames.test"), "https://lab.test", None),
            (at("http://frames.test"), "http://lab.test", Some("http://frames.test")),
            (local(), "http://desk.localhost", Some("http://r-a1requester.localhost")),
            (local(), "http://r-a1requester.localhost:1770", None),
            (local(), "https://127.0.0.1:1770", None),
            (local(), "http://10.0.0.5:1770", None),
            (local(), "http://lab.test", None),
            (FrameHosts::default(), "http://127.0.0.1:1770", None),
            (one.clone(), "https://lab.test", Some("https://frames.test")),
            (one.clone(), "http://127.0.0.1:1770", Some("https://frames.test")),
            (one, "https://frames.test", None),
            (each.clone(), "https://lab.test", Some("https://r-a1requester.frames.test:8443")),
            (each, "https://r-b.frames.test:8443", None),
        ] {
            assert_eq!(hosts.origin(around, ID).as_deref(), origin, "{hosts:?} {around}");
        }
    }

    #[test]
    fn each_requester_has_a_label_that_is_part_of_a_host_name() {
        let odd = ["", "a1requester", "A1_", "é", &"A".repeat(61)].map(label);
        for (at, label) in odd.iter().enumerate() {
            let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(label.len() <= 63 && label.bytes().all(is_plain), "{label}");
            assert!(!odd[at + 1..].contains(label) && *label != super::label(ID), "{label}");
        }
        assert_eq!(label(&"A".repeat(60)).len(), 62);
    }

    #[test]
    fn a_host_of_frames_is_nothing_else() {
        for (hosts, host, is_one) in [
            (local(), "r-a.localhost:1770", true),
            (FrameHosts::default(), "R-A.LocalHost", true),
            (local(), "localhost:1770", false),
            (local(), "a.localhost", false),
            (local(), "r-a.localhost.test", false),
            (local(), "x.r-a.localhost", true),
            (local(), "r-a.x.localhost", false),
            (local(), "127.0.0.1", false),
            (at("https://frames.test"), "FRAMES.test:8443", true),
            (at("https://frames.test"), "r-a.frames.test", false),
            (at("https://*.frames.test"), "r-a.frames.test:1", true),
            (at("https://*.frames.test"), "r-a.b.frames.test", false),
            (at("https://*.frames.test"), "a.frames.test", false),
            (at("https://*.frames.test"), "frames.test", false),
        ] {
            assert_eq!(hosts.is_frame_host(host), is_one, "{hosts:?} {host}");
        }
    }

    #[test]
    fn work_of_a_hit_of_html_comes_from_its_own_frame() {
        let own = "http://r-a1requester.localhost:1770";
        let site = "http://127.0.0.1:1770";
        for (hosts, origin, came_to, site_of, may) in [
            (local(), None, site, None, true),
            (local(), None, own, None, true),
            (local(), None, own, Some("same-origin"), true),
            (local(), None, own, Some("none"), true),
            (local(), None, own, Some("cross-site"), false),
            (local(), None, site, Some("cross-site"), false),
            (local(), None, "http://r-b.localhost:1770", Some("same-origin"), false),
            (FrameHosts::default(), None, site, Some("cross-site"), true),
            (local(), Some(own), own, Some("same-origin"), true),
            (local(), Some(own), site, Some("cross-site"), true),
            (local(), Some("null"), site, Some("cross-site"), true),
            (local(), Some(site), site, Some("same-origin"), true),
            (local(), Some("null"), own, Some("same-origin"), true),
            (local(), Some("null"), own, Some("cross-site"), false),
            (local(), Some("http://r-b.localhost:1770"), own, Some("cross-site"), false),
            (local(), Some("http://r-b.localhost:1770"), site, Some("cross-site"), false),
            (
                local(),
                Some("http://r-b.localhost:1770"),
                "http://r-b.localhost:1770",
                Some("same-origin"),
                false,
            ),
            (local(), Some("http://localhost:3000"), site, Some("cross-site"), false),
            (local(), Some("http://r-a1requester.localhost:3000"), own, Some("cross-site"), false),
            (
                at("https://f.test"),
                Some("https://f.test"),
                "http://f.test",
                Some("same-origin"),
                true,
            ),
            (
                at("https://f.test"),
                Some("https://f.test"),
                "https://lab.test",
                Some("cross-site"),
                true,
            ),
            (
                at("https://f.test"),
                Some("https://e.test"),
                "https://lab.test",
                Some("cross-site"),
                false,
            ),
        ] {
            let sender = Sender { origin, site: site_of };
            assert_eq!(hosts.may_submit(&sender, came_to, ID), may, "{origin:?} to {came_to}");
        }
    }
}
