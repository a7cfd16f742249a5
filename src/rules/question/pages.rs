//! Questions that are pages in a frame: `ExternalQuestion` and `HTMLQuestion`.

use super::located_error::LocatedError;
use super::namespaces::{EXTERNAL_QUESTION, HTML_QUESTION};
use super::xml::{Element, trim};
use crate::rules::url::split_port;

/// A page on the requester's own site, shown in a frame.
///
/// Source: `ExternalQuestion.xsd` of 2006-07-14, the only version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalQuestion {
    /// An absolute http or https address, without blanks around it.
    pub url: String,
    /// Height of the frame in pixels; 0 fits it to the worker's window.
    pub frame_height: u32,
}

pub(super) fn external(root: Element<'_>) -> Result<ExternalQuestion, LocatedError> {
    root.in_namespace(&[EXTERNAL_QUESTION])?;
    root.read(|children| {
        Ok(ExternalQuestion {
            url: external_url(children.required("ExternalURL")?)?,
            frame_height: children.required("FrameHeight")?.count(0)?,
        })
    })
}

/// A choice: http and localhost are taken, as a page under test often runs on the same machine.
/// The service wanted https (source: documentation of `ExternalQuestion`) and refused localhost
/// (source: its users). Refused here, though the schema's `anyURI` lets it through: an address
/// that is relative, has no host, or is of another scheme.
fn external_url(element: Element<'_>) -> Result<String, LocatedError> {
    let text = element.text()?;
    let url = trim(&text);
    if host(url).is_some() {
        return Ok(url.to_owned());
    }
    Err(element.found(url, "an absolute http or https URL with a host"))
}

/// The host of an absolute http or https URL, port left out.
pub fn host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let (_, address) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, port) = split_port(address);
    let is_port =
        |port: &str| port.is_empty() || !port.starts_with('+') && port.parse::<u16>().is_ok();
    let v6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let host = v6.unwrap_or(host);
    let is_whole = v6.is_some() == host.contains(':');
    (web && is_whole && port.is_none_or(is_port) && is_host(host)).then_some(host)
}

fn is_host(host: &str) -> bool {
    let ascii = |c: char| c.is_ascii_alphanumeric() || "-._~%:".contains(c);
    let international = |c: char| !c.is_ascii() && !c.is_whitespace() && !c.is_control();
    !host.is_empty() && host.chars().all(|c| ascii(c) || international(c))
}

/// A page whose HTML came with the HIT, shown in a frame.
///
/// Source: `HTMLQuestion.xsd` of 2011-11-11, the only version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HtmlQuestion {
    /// The HTML as sent, never empty.
    pub content: String,
    /// Height of the frame in pixels; 0 fits it to the worker's window.
    pub frame_height: u32,
}

pub(super) fn html(root: Element<'_>) -> Result<HtmlQuestion, LocatedError> {
    root.in_namespace(&[HTML_QUESTION])?;
    root.read(|children| {
        Ok(HtmlQuestion {
            content: html_content(children.required("HTMLContent")?)?,
            frame_height: children.required("FrameHeight")?.count(0)?,
        })
    })
}

/// Assumed: content without a character is refused, although a string of the schema may be empty.
fn html_content(element: Element<'_>) -> Result<String, LocatedError> {
    let content = element.text()?;
    if content.is_empty() {
        return Err(element.error("HTMLContent is empty"));
    }
    Ok(content)
}

/// A document around a page, whatever characters are in it.
pub(in crate::rules) fn document(page: &str, frame_height: i64) -> String {
    let page = page.replace("]]>", "]]]]><![CDATA[>");
    format!(
        "<HTMLQuestion xmlns=\"{HTML_QUESTION}\"><HTMLContent><![CDATA[{page}]]></HTMLContent>\
         <FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>"
    )
}

#[cfg(test)]
mod tests {
    use super::host;
    use rstest::rstest;

    #[rstest]
    #[case("https://example.com", Some("example.com"))]
    #[case("HTTP://example.com:8080/a?b#c", Some("example.com"))]
    #[case("http://localhost:5000/ad?x=1&y=2", Some("localhost"))]
    #[case("http://localhost:/", Some("localhost"))]
    #[case("http://127.0.0.1", Some("127.0.0.1"))]
    #[case("http://[::1]:80/", Some("::1"))]
    #[case("http://[::1]", Some("::1"))]
    #[case("http://user:word@host/", Some("host"))]
    #[case("https://münchen.example/", Some("münchen.example"))]
    #[case("https://example.com?next=a b", Some("example.com"))]
    #[case("example.com/a", None)]
    #[case("/relative", None)]
    #[case("//example.com", None)]
    #[case("https:/example.com", None)]
    #[case("https://", None)]
    #[case("https:///path", None)]
    #[case("https://?q", None)]
    #[case("http://:80/", None)]
    #[case("http://host:port/", None)]
    #[case("http://host:65536/", None)]
    #[case("http://host:1:2/", None)]
    #[case("http://[]/", None)]
    #[case("http://[::1/", None)]
    #[case("http://[::1]x/", None)]
    #[case("http://exa mple.com/", None)]
    #[case("http://<host>/", None)]
    #[case("ftp://example.com/", None)]
    #[case("javascript://example.com/%0aalert(1)", None)]
    #[case("mailto:a@example.com", None)]
    fn a_host_is_found_or_not(#[case] url: &str, #[case] expected: Option<&str>) {
        assert_eq!(host(url), expected);
    }
}
