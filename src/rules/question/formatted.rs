//! `FormattedContent`: the subset of XHTML that a form's texts may use.

mod tags;

use super::entities::declaration;
use super::guard;
use super::located_error::{ErrorAt, LocatedError};
use super::xml::{Element, parser_error, quoted, short, trim};
use roxmltree::{Attribute, Document, Node, ParsingOptions};
use tags::{FLOW, Holds, Tag};

const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Schemes that addresses may have.
///
/// Source: "Formatted Content: XHTML" and type `URLType` of `FormattedContentXHTMLSubset.xsd`.
const SCHEMES: [&str; 8] = ["http", "https", "ftp", "news", "nntp", "mailto", "gopher", "telnet"];

/// Reads a `FormattedContent` and writes its XHTML anew, as HTML.
///
/// The service validated the text within `<FormattedContent xmlns="http://www.w3.org/1999/xhtml">`
/// (source: "How XHTML Formatted Content Is Validated"). Written anew from what was checked, it
/// holds nothing else, whatever a browser would have made of the text as sent.
pub(super) fn read(element: Element<'_>) -> Result<String, LocatedError> {
    let text = element.text()?;
    html(&text)
        .map_err(|error| LocatedError { in_xhtml: true, ..element.error_in_text(&text, error) })
}

fn html(text: &str) -> Result<String, ErrorAt> {
    guard::check(text)?;
    let opening = format!("{}<FormattedContent xmlns=\"{XHTML}\">", declaration(text));
    let wrapped = format!("{opening}{text}</FormattedContent>");
    let place = |error: ErrorAt| {
        let at = error.at.saturating_sub(opening.len()).min(text.len());
        ErrorAt { at, ..error }
    };
    // Assumed: the named entities of XHTML are taken, as a sample of the documentation uses &nbsp;
    // although the validation that it describes would not know them.
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&wrapped, options)
        .map_err(|error| place(parser_error(&wrapped, &error)))?;
    let mut html = String::with_capacity(text.len());
    write_content(document.root_element(), FLOW, &mut html).map_err(place)?;
    Ok(html)
}

fn write_content(parent: Node<'_, '_>, holds: Holds, html: &mut String) -> Result<(), ErrorAt> {
    for node in parent.children() {
        if node.is_element() {
            write_element(parent, node, holds, html)?;
        } else if node.is_text() {
            write_text(parent, node, holds, html)?;
        } else {
            let details = "found a comment or processing instruction, which is not allowed";
            return Err(ErrorAt::new(node.range().start, details));
        }
    }
    Ok(())
}

fn write_text(
    parent: Node<'_, '_>,
    node: Node<'_, '_>,
    holds: Holds,
    html: &mut String,
) -> Result<(), ErrorAt> {
    let text = node.text().unwrap_or_default();
    if !holds.text() && !trim(text).is_empty() {
        let (text, name) = (quoted(trim(text)), parent.tag_name().name());
        let details = format!("found the text {text} directly in {name}, which holds none");
        return Err(ErrorAt::new(node.range().start, details));
    }
    escape(text, html);
    Ok(())
}

fn write_element(
    parent: Node<'_, '_>,
    node: Node<'_, '_>,
    holds: Holds,
    html: &mut String,
) -> Result<(), ErrorAt> {
    let tag = tag(node)?;
    if !holds.element(tag.name) {
        let parent = parent.tag_name().name();
        let details = format!("found the tag {} in {parent}, which does not hold it", tag.name);
        return Err(ErrorAt::new(node.range().start, details));
    }
    html.extend(["<", tag.name]);
    write_attributes(node, &tag, html)?;
    html.push('>');
    write_content(node, tag.holds, html)?;
    if tag.holds != Holds::Nothing {
        html.extend(["</", tag.name, ">"]);
    }
    Ok(())
}

fn tag(node: Node<'_, '_>) -> Result<Tag, ErrorAt> {
    let name = node.tag_name();
    let found = Tag::named(name.name()).filter(|_| name.namespace() == Some(XHTML));
    found.ok_or_else(|| {
        let details = format!("found the tag {}, which is not allowed", short(name.name()));
        ErrorAt::new(node.range().start, details)
    })
}

fn write_attributes(node: Node<'_, '_>, tag: &Tag, html: &mut String) -> Result<(), ErrorAt> {
    for attribute in node.attributes() {
        check_attribute(attribute, tag)
            .map_err(|details| ErrorAt::new(attribute.range().start, details))?;
        // A picture's name would hide a form's own properties from the scripts of a page, and an id
        // would stand for one of the page's own. Pictures find their map by its name.
        if [("img", "name"), ("map", "id")].contains(&(tag.name, attribute.name())) {
            continue;
        }
        html.extend([" ", attribute.name(), "=\""]);
        escape(attribute.value(), html);
        html.push('"');
    }
    match tag.required().find(|name| !node.has_attribute(*name)) {
        None => Ok(()),
        Some(name) => {
            let details = format!("the tag {} must have the attribute {name}", tag.name);
            Err(ErrorAt::new(node.range().start, details))
        }
    }
}

fn check_attribute(attribute: Attribute<'_, '_>, tag: &Tag) -> Result<(), String> {
    let name = attribute.name();
    if attribute.namespace().is_some() || !tag.allows(name) {
        let (name, tag) = (short(name), tag.name);
        return Err(format!("found the attribute {name}, which is not allowed in the tag {tag}"));
    }
    let value = trim(attribute.value());
    let fits = match name {
        "href" | "src" => has_scheme(value),
        "cite" | "longdesc" | "usemap" => has_scheme(value) || is_relative(value),
        _ => true,
    };
    if fits {
        return Ok(());
    }
    let (value, schemes) = (quoted(value), SCHEMES.join(", "));
    Err(format!("found {value} in {name} where a URL of {schemes} was expected"))
}

/// Whether an address begins with an allowed scheme.
///
/// Assumed: `mailto:` and `news:` are taken without slashes too, as browsers know them; the schema
/// wants `://` after every scheme. It takes no relative address.
fn has_scheme(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let scheme = scheme.to_ascii_lowercase();
    let bare = matches!(scheme.as_str(), "mailto" | "news");
    SCHEMES.contains(&scheme.as_str()) && (bare || rest.starts_with("//"))
}

/// Whether an address has no scheme at all: no colon before its path, query or fragment.
fn is_relative(url: &str) -> bool {
    url.split(['/', '?', '#']).next().is_none_or(|start| !start.contains(':'))
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
