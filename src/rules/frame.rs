//! What the frame of a task loads: the address of a requester's page, and HTML that came along.
//!
//! Facts: documentation of `ExternalQuestion` and `HTMLQuestion`; the service's own style sheet of
//! 2007 for how parameters are joined.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::{Captures, Regex};

/// Stands for the assignment in a preview.
pub const NOT_AVAILABLE: &str = "ASSIGNMENT_ID_NOT_AVAILABLE";

/// Stands for the address of the sample pages of this server: a host that no network has, so that a
/// world file can name one whatever the server's own address is.
const SAMPLES: &str = "https://mturk-local.invalid/samples/";

/// The parameters of a page in a frame.
#[derive(Debug, Clone, Copy)]
pub struct FrameParameters<'a> {
    /// The HIT.
    pub hit_id: &'a str,
    /// None in a preview.
    pub accepted: Option<Accepted<'a>>,
}

/// An accepted assignment, and where it is submitted.
#[derive(Debug, Clone, Copy)]
pub struct Accepted<'a> {
    /// The assignment.
    pub assignment_id: &'a str,
    /// The worker.
    pub worker_id: &'a str,
    /// An origin, without a slash at its end: pages append `/mturk/externalSubmit`.
    pub submit_to: &'a str,
}

/// The address of a page with the parameters before its fragment; a path for a sample page, which
/// is loaded from this server.
///
/// Assumed: a preview has `assignmentId` and `hitId` alone, since public clients take the lack of
/// `workerId` for "not accepted yet".
pub fn address(url: &str, parameters: &FrameParameters<'_>) -> String {
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
    format!("{origin}{page}{mark}{}{fragment}", query(parameters))
}

/// The parameters as a query.
pub fn query(parameters: &FrameParameters<'_>) -> String {
    let hit_id = parameters.hit_id;
    match parameters.accepted {
        None => format!("assignmentId={NOT_AVAILABLE}&hitId={}", encoded(hit_id)),
        Some(Accepted { assignment_id, worker_id, submit_to }) => format!(
            "assignmentId={}&hitId={}&turkSubmitTo={}&workerId={}",
            encoded(assignment_id),
            encoded(hit_id),
            encoded(submit_to),
            encoded(worker_id)
        ),
    }
}

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encoded, but for letters, digits and `-._~`.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// What of HTML is no text: scripts with their content, and tags. One without an end goes on to the
/// end of the text, so that every place of it is looked at once.
static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    let rest = r#"(?:[^"'>]|"[^"]*"|'[^']*')*"#;
    let pattern =
        format!(r#"(?is)<script\b{rest}>.*?(?:</script|\z)|<[a-z]{rest}(?:>|["'].*\z|\z)"#);
    constant(&pattern)
});

/// Addresses of the closed service behind a quotation mark or an equals sign: its two scripts, the
/// style sheet of Bootstrap 3 that it kept, and where forms were posted to. Their slashes may be
/// escaped, as in JSON.
static AMAZON: LazyLock<Regex> = LazyLock::new(|| {
    let bucket = r"(?:s3\.amazonaws\.com/mturk-public|mturk-public\.s3\.amazonaws\.com)";
    let pattern = format!(
        "(?i)(?P<before>[\"'`=]\\s*)(?:https?:)?(?:\
         (?P<external>//{bucket}/externalHIT_v1\\.js)|\
         (?P<crowd>//assets\\.crowd\\.aws/crowd-html-elements(?:-v2)?\\.js)|\
         (?P<bootstrap>//{bucket}/bs30/css/bootstrap\\.min\\.css)|\
         (?P<submit>//(?:www|worker|workersandbox)\\.mturk\\.com/+mturk/externalSubmit))"
    );
    constant(&pattern.replace('/', r"\\?/"))
});

/// The HTML with addresses of the closed service replaced by this server's, in scripts and in the
/// attributes of tags; `submit_to` as in [`Accepted`]. Every other byte stays.
///
/// Not found are addresses that a script puts together from pieces, and those whose characters are
/// written as character references or escapes, but for slashes.
pub fn local<'h>(html: &'h str, submit_to: &str) -> Cow<'h, str> {
    MARKUP.replace_all(html, |markup: &Captures<'_>| {
        let markup = &markup[0];
        let replaced = AMAZON.replace_all(markup, |found: &Captures<'_>| {
            let rest = found.get(0).map_or("", |whole| &markup[whole.end()..]);
            if goes_on(rest) { found[0].to_owned() } else { ours(found, submit_to) }
        });
        replaced.into_owned()
    })
}

/// Whether what was found is only the beginning of another address.
fn goes_on(rest: &str) -> bool {
    let after_slash = rest.trim_start_matches('\\').strip_prefix('/');
    let more = |c: char| c.is_ascii_alphanumeric() || "-_.%".contains(c);
    after_slash.unwrap_or(rest).starts_with(more)
}

fn ours(found: &Captures<'_>, submit_to: &str) -> String {
    let before = &found["before"];
    if found.name("external").is_some() {
        format!("{before}/assets/externalHIT_v1.js")
    } else if found.name("crowd").is_some() {
        format!("{before}/assets/crowd-html-elements.js")
    } else if found.name("bootstrap").is_some() {
        format!("{before}/assets/bs30/css/bootstrap.min.css")
    } else {
        format!("{before}{submit_to}/mturk/externalSubmit")
    }
}

/// The HTML with a `script` element that runs before everything else of the page. It stands behind
/// the doctype, without which the page would be drawn as one of the nineties; lines stay what they
/// are.
pub fn with_script(html: &str, script: &str) -> String {
    let at = BEGINNING.find(html).map_or(0, |found| found.end());
    let (before, behind) = html.split_at(at);
    [before, script, behind].concat()
}

/// What may stand before the first element: a byte order mark, an XML declaration, comments and the
/// doctype.
static BEGINNING: LazyLock<Regex> =
    LazyLock::new(|| constant(r"(?is)\A\u{feff}?(?:\s|<!--.*?-->|<\?[^>]*>)*(?:<!doctype[^>]*>)?"));

/// The hosts that forms of the HTML post to by their own tags, as sources of a
/// Content-Security-Policy: besides this server, the only ones that its frame may post to. So work
/// that a script would send to the closed service stays on the page, and the browser's console says
/// why.
pub fn form_targets(html: &str) -> BTreeSet<&str> {
    let hosts = TARGETS.captures_iter(html).filter_map(|found| Some(found.get(1)?.as_str()));
    hosts.filter(|host| !host.to_ascii_lowercase().ends_with(".mturk.com")).collect()
}

static TARGETS: LazyLock<Regex> = LazyLock::new(|| {
    let host = r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?";
    constant(&format!(r#"(?i)<[^<>]*\b(?:form)?action\s*=\s*["']?\s*({host})(?:[/?#"'\s>])"#))
});

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the expression is a constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORK: FrameParameters<'_> = FrameParameters {
        hit_id: "3HIT",
        accepted: Some(Accepted {
            assignment_id: "3WORK",
            worker_id: "A1",
            submit_to: "http://127.0.0.1:1770",
        }),
    };

    #[test]
    fn parameters_are_joined_to_every_form_of_address() {
        let parameters = "assignmentId=3WORK&hitId=3HIT&turkSubmitTo=http%3A%2F%2F127.0.0.1%3A1770\
            &workerId=A1";
        for (url, expected) in [
            ("http://h/t", format!("http://h/t?{parameters}")),
            ("http://h/t?", format!("http://h/t?{parameters}")),
            ("http://h/t?a=1", format!("http://h/t?a=1&{parameters}")),
            ("http://h/t?a=1&", format!("http://h/t?a=1&{parameters}")),
            ("http://h/t?a=?", format!("http://h/t?a=?&{parameters}")),
            ("http://h/t#x", format!("http://h/t?{parameters}#x")),
            ("http://h/t?a=1#x?y", format!("http://h/t?a=1&{parameters}#x?y")),
            ("http://h/#?", format!("http://h/?{parameters}#?")),
            (
                "https://mturk-local.invalid/samples/x?a=1#y",
                format!("/samples/x?a=1&{parameters}#y"),
            ),
            (
                "https://mturk-local.invalid/x",
                format!("https://mturk-local.invalid/x?{parameters}"),
            ),
            (
                "https://mturk-local.invalid.example/samples/x",
                format!("https://mturk-local.invalid.example/samples/x?{parameters}"),
            ),
        ] {
            assert_eq!(address(url, &WORK), expected, "{url}");
        }
    }

    #[test]
    fn a_preview_names_no_worker() {
        let parameters = FrameParameters { accepted: None, ..WORK };
        let expected = "http://h/?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=3HIT";
        assert_eq!(address("http://h/", &parameters), expected);
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
                "<script src=https://assets.crowd.aws/crowd-html-elements-v2.js>",
                "<script src=/assets/crowd-html-elements.js>",
            ),
            (
                "<link href='https://s3.amazonaws.com/mturk-public/bs30/css/bootstrap.min.css'>",
                "<link href='/assets/bs30/css/bootstrap.min.css'>",
            ),
            (
                "<link href=//mturk-public.s3.amazonaws.com/bs30/css/bootstrap.min.css rel=x>",
                "<link href=/assets/bs30/css/bootstrap.min.css rel=x>",
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
            let script = |text: &str| format!("<script>if (1 < 2) {{ {text} }}</script>");
            let in_script = html.starts_with('f').then(|| (script(html), script(expected)));
            let (html, expected) = in_script.unwrap_or((html.to_owned(), expected.to_owned()));
            assert_eq!(local(&html, here), expected);
        }
        for (html, expected) in [
            (
                r#"<script>var u = "https:\/\/www.mturk.com\/mturk\/externalSubmit";</script>"#,
                r#"<script>var u = "http://t:1/mturk/externalSubmit";</script>"#,
            ),
            (
                "<form title='a > b' action='https://www.mturk.com/mturk/externalSubmit/'>",
                "<form title='a > b' action='http://t:1/mturk/externalSubmit/'>",
            ),
            (
                "<form action='https://www.mturk.com/mturk/externalSubmit?x=1'>",
                "<form action='http://t:1/mturk/externalSubmit?x=1'>",
            ),
            (
                "<script>post('//www.mturk.com/mturk/externalSubmit')",
                "<script>post('http://t:1/mturk/externalSubmit')",
            ),
        ] {
            assert_eq!(local(html, here), expected);
        }
        for html in [
            "<p>Post to \"https://www.mturk.com/mturk/externalSubmit\", it says.</p>",
            "<form action='https://www.mturk.com/mturk/externalSubmitX'>",
            "<form action='https://www.mturk.com/mturk/externalSubmit/x'>",
            "<form action='https://www.mturk.com/mturk/externalSubmit.html'>",
            "<script src='//assets.crowd.aws/crowd-html-elements.json'></script>",
            "<script>u = 'https://' + 'www.mturk.com' + '/mturk/externalSubmit'</script>",
            "<p>Post to https://www.mturk.com/mturk/externalSubmit, \u{e9}\r\n\t&amp;</p>",
            "<a href='https://www.mturk.com/'>",
            "<script src='https://example.com/externalHIT_v1.js'>",
            "<script src='https://s3.amazonaws.com/mturk-public/other.js'>",
            "<link href='https://s3.amazonaws.com/mturk-public/bs30/css/bootstrap.min.css.map'>",
            "<link href='https://s3.amazonaws.com/mturk-public/bs30/css/bootstrap.css'>",
        ] {
            assert_eq!(local(html, here), html);
        }
    }

    #[test]
    fn a_script_stands_behind_the_doctype() {
        let script = "<script src=\"/s.js\"></script>";
        for (before, behind) in [
            ("", "<p>x"),
            ("<!DOCTYPE html>", "\n<html lang=en>"),
            ("\u{feff} <!-- a > b -->\n<!doctype html PUBLIC \"-//W3C//DTD\">", "<p>"),
            ("<?xml version=\"1.0\"?>\n<!DOCTYPE html>", "<html>"),
            ("<!--x-->", "text <!doctype html>"),
            ("", "<!-- open"),
        ] {
            let expected = [before, script, behind].concat();
            assert_eq!(with_script(&[before, behind].concat(), script), expected);
        }
    }

    #[test]
    fn forms_post_to_hosts_that_their_tags_name() {
        let html = "<form action=https://a.example/x><button formaction=\"http://b.test:8080\">\
            <form action='https://www.mturk.com/mturk/externalSubmit'><form action='/own'>\
            <p>action=https://text.example/</p><form action='https://e.example; script-src *'>\
            <form action='https://workersandbox.mturk.com?x'>";
        let found: Vec<&str> = form_targets(html).into_iter().collect();
        assert_eq!(found, ["http://b.test:8080", "https://a.example"]);
    }
}
