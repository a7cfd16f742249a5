//! `HTMLQuestion`: a page whose HTML came with the HIT.

use super::xml::{Element, Flaw};

const NAMESPACE: &str = concat!(
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/",
    "2011-11-11/HTMLQuestion.xsd"
);

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

pub(super) fn read(root: Element<'_>) -> Result<HtmlQuestion, Flaw> {
    root.in_namespace(&[NAMESPACE])?;
    let mut children = root.children()?;
    let content = html_content(children.required("HTMLContent")?)?;
    let frame_height = children.required("FrameHeight")?.count(0)?;
    children.end()?;
    Ok(HtmlQuestion { content, frame_height })
}

/// Assumed: content without a character is refused, although a string of the schema may be empty.
fn html_content(element: Element<'_>) -> Result<String, Flaw> {
    let content = element.text()?;
    if content.is_empty() {
        return Err(element.flaw("HTMLContent is empty"));
    }
    Ok(content)
}

/// A document around a page, whatever characters are in it.
pub(super) fn document(page: &str, frame_height: i64) -> String {
    let page = page.replace("]]>", "]]]]><![CDATA[>");
    format!(
        "<HTMLQuestion xmlns=\"{NAMESPACE}\"><HTMLContent><![CDATA[{page}]]></HTMLContent>\
         <FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>"
    )
}
