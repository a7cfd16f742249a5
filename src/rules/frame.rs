//! What the frame of a task loads: the address of a requester's page, and HTML that came along.
//!
//! Facts: documentation of `ExternalQuestion` and `HTMLQuestion`; the service's own style sheet of
//! 2007 for how parameters are joined.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Stands for the assignment in a preview.
pub const NOT_AVAILABLE: &str = "ASSIGNMENT_ID_NOT_AVAILABLE";

/// Where sample pages are said to be, which this server carries itself: a host that no network has.
///
/// So a world can name one whatever the server's own address is.
const SAMPLES: &str = "https://mturk-local.invalid/samples/";

/// What a page in the frame is told.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The HIT.
    pub hit_id: &'a str,
    /// Who is at it; none in a preview.
    pub at_work: Option<AtWork<'a>>,
}

/// Who works, and where the work is handed in.
#[derive(Debug, Clone, Copy)]
pub struct AtWork<'a> {
    /// The assignment.
    pub assignment_id: &'a str,
    /// The worker.
    pub worker_id: &'a str,
    /// An origin, without a slash at its end: pages append `/mturk/externalSubmit`.
    pub submit_to: &'a str,
}

/// The address of a page with what it is told, before its fragment; a path for a sample page, which
/// is loaded from this server.
///
/// Assumed: a preview tells `assignmentId` and `hitId` alone, since public clients take the lack of
/// `workerId` for "not accepted yet".
#[must_use]
pub fn address(url: &str, told: &Told<'_>) -> String {
    let (page, fragment) = match url.find('#') {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    let (origin, page) = match page.strip_prefix(SAMPLES) {
        Some(name) => ("/samples/", name),
        None => ("", page),
    };
    let mark = match page.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{origin}{page}{mark}{}{fragment}", query(told))
}

/// What a page is told, as a query.
#[must_use]
pub fn query(told: &Told<'_>) -> String {
    let hit_id = told.hit_id;
    match told.at_work {
        None => format!("assignmentId={NOT_AVAILABLE}&hitId={}", encoded(hit_id)),
        Some(AtWork { assignment_id, worker_id, submit_to }) => format!(
            "assignmentId={}&hitId={}&turkSubmitTo={}&workerId={}",
            encoded(assignment_id),
            encoded(hit_id),
            encoded(submit_to),
            encoded(worker_id)
        ),
    }
}

/// Percent-encoded, but for letters, digits and `-._~`.
#[must_use]
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Addresses of the closed service behind a quotation mark or an equals sign: its two scripts, and
/// where forms were posted to.
static AMAZON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let script = r"//(?:s3\.amazonaws\.com/mturk-public|mturk-public\.s3\.amazonaws\.com)/";
    let pattern = format!(
        "(?i)(?P<before>[\"'`=]\\s*)(?:https?:)?(?:\
         (?P<external>{script}externalHIT_v1\\.js)|\
         (?P<crowd>//assets\\.crowd\\.aws/crowd-html-elements\\.js)|\
         (?P<submit>//(?:www|worker|workersandbox)\\.mturk\\.com/+mturk/externalSubmit))"
    );
    Regex::new(&pattern).ok()
});

/// The HTML with addresses of the closed service replaced by this server's; `submit_to` as in
/// [`AtWork`]. Every other byte stays.
#[must_use]
pub fn local<'h>(html: &'h str, submit_to: &str) -> Cow<'h, str> {
    let Some(pattern) = AMAZON.as_ref() else { return Cow::Borrowed(html) };
    pattern.replace_all(html, |found: &Captures<'_>| {
        let before = &found["before"];
        if found.name("external").is_some() {
            format!("{before}/assets/externalHIT_v1.js")
        } else if found.name("crowd").is_some() {
            format!("{before}/assets/crowd-html-elements.js")
        } else {
            format!("{before}{submit_to}/mturk/externalSubmit")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORK: Told<'_> = Told {
        hit_id: "3HIT",
        at_work: Some(AtWork {
            assignment_id: "3WORK",
            worker_id: "A1",
            submit_to: "http://127.0.0.1:1770",
        }),
    };

    #[test]
    fn parameters_are_joined_to_every_form_of_address() {
        let told = "assignmentId=3WORK&hitId=3HIT&turkSubmitTo=http%3A%2F%2F127.0.0.1%3A1770\
            &workerId=A1";
        for (url, expected) in [
            ("http://h/t", format!("http://h/t?{told}")),
            ("http://h/t?", format!("http://h/t?{told}")),
            ("http://h/t?a=1", format!("http://h/t?a=1&{told}")),
            ("http://h/t?a=1&", format!("http://h/t?a=1&{told}")),
            ("http://h/t?a=?", format!("http://h/t?a=?&{told}")),
            ("http://h/t#x", format!("http://h/t?{told}#x")),
            ("http://h/t?a=1#x?y", format!("http://h/t?a=1&{told}#x?y")),
            ("http://h/#?", format!("http://h/?{told}#?")),
            ("https://mturk-local.invalid/samples/x?a=1#y", format!("/samples/x?a=1&{told}#y")),
            ("https://mturk-local.invalid/x", format!("https://mturk-local.invalid/x?{told}")),
            (
                "https://mturk-local.invalid.example/samples/x",
                format!("https://mturk-local.invalid.example/samples/x?{told}"),
            ),
        ] {
            assert_eq!(address(url, &WORK), expected, "{url}");
        }
    }

    #[test]
    fn a_preview_tells_no_worker() {
        let told = Told { at_work: None, ..WORK };
        let expected = "http://h/?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=3HIT";
        assert_eq!(address("http://h/", &told), expected);
    }

    #[test]
    fn addresses_of_the_service_become_local_and_nothing_else_changes() {
        let here = "http://t:1";
        for (html, expected) in [
            (
                "<script src='https://s3.amazonaws.com/mturk-public/externalHIT_v1.js'>",
                "<script src='/assets/externalHIT_v1.js'>",
            ),
            (
                "<script src=\"//assets.crowd.aws/crowd-html-elements.js\">",
                "<script src=\"/assets/crowd-html-elements.js\">",
            ),
            (
                "<form ACTION=https://www.mturk.com/mturk/externalSubmit>",
                "<form ACTION=http://t:1/mturk/externalSubmit>",
            ),
            (
                "f.action = 'https://workersandbox.mturk.com/mturk/externalSubmit'",
                "f.action = 'http://t:1/mturk/externalSubmit'",
            ),
        ] {
            assert_eq!(local(html, here), expected);
        }
        for html in [
            "<p>Post to https://www.mturk.com/mturk/externalSubmit, \u{e9}\r\n\t&amp;</p>",
            "<a href='https://www.mturk.com/'>",
            "<script src='https://example.com/externalHIT_v1.js'>",
            "<script src='https://s3.amazonaws.com/mturk-public/other.js'>",
        ] {
            assert_eq!(local(html, here), html);
        }
    }
}
