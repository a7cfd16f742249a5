//! Elements of pages: those of `crowd-html-elements.js`, and those of HTML.

/// What is known of an element of Amazon's script.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub name: &'static str,
    /// Whether its answer has its `name`.
    pub is_field: bool,
}

const fn element(name: &'static str, is_field: bool) -> Element {
    Element { name, is_field }
}

/// The elements of Amazon's script, in alphabetical order; mturk-local draws all of them.
///
/// Source: "Crowd HTML Elements Reference" of Amazon SageMaker, with "Augmented AI Crowd HTML
/// Elements" and "Crowd HTML Elements V2". Assumed: that `iron-icon`, whose icons the reference
/// uses, may stand alone.
pub(super) const ELEMENTS: [Element; 37] = [
    element("crowd-alert", false),
    element("crowd-badge", false),
    element("crowd-bounding-box", true),
    element("crowd-button", false),
    element("crowd-card", false),
    element("crowd-checkbox", true),
    element("crowd-classifier", true),
    element("crowd-classifier-multi-select", true),
    element("crowd-entity-annotation", true),
    element("crowd-fab", false),
    element("crowd-form", false),
    element("crowd-icon-button", false),
    element("crowd-image-classifier", true),
    element("crowd-image-classifier-multi-select", true),
    element("crowd-input", true),
    element("crowd-instance-segmentation", true),
    element("crowd-instructions", false),
    element("crowd-keypoint", true),
    element("crowd-line", true),
    element("crowd-modal", false),
    element("crowd-polygon", true),
    element("crowd-polyline", true),
    element("crowd-question-answer-generation", true),
    element("crowd-radio-button", true),
    element("crowd-radio-group", false),
    element("crowd-rekognition-detect-moderation-labels", false),
    element("crowd-semantic-segmentation", true),
    element("crowd-slider", true),
    element("crowd-slider-label", false),
    element("crowd-tab", false),
    element("crowd-tabs", false),
    element("crowd-text-area", true),
    element("crowd-text-ranking", true),
    element("crowd-textract-analyze-document", false),
    element("crowd-toast", false),
    element("crowd-toggle-button", true),
    element("iron-icon", false),
];

/// The elements of HTML, and obsolete ones that browsers still know, in alphabetical order.
///
/// Source: the HTML standard, "Elements" and "Non-conforming features".
const HTML: [&str; 145] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "image",
    "img",
    "input",
    "ins",
    "isindex",
    "kbd",
    "keygen",
    "label",
    "legend",
    "li",
    "link",
    "listing",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "menuitem",
    "meta",
    "meter",
    "multicol",
    "nav",
    "nextid",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "plaintext",
    "pre",
    "progress",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "script",
    "search",
    "section",
    "select",
    "selectedcontent",
    "slot",
    "small",
    "source",
    "spacer",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "xmp",
];

/// The element of Amazon's script that has this name.
pub(super) fn crowd(name: &str) -> Option<Element> {
    ELEMENTS.into_iter().find(|element| element.name == name)
}

/// The names of the elements of Amazon's script.
pub fn crowd_names() -> impl Iterator<Item = &'static str> {
    ELEMENTS.into_iter().map(|element| element.name)
}

/// Whether an element is one of HTML, or may be one that a script of the page defines.
pub(super) fn may_be(name: &str) -> bool {
    name.contains('-') || HTML.binary_search(&name).is_ok()
}

/// The element whose name is nearest to one that is not known, if it is near.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    if name.len() > 40 {
        return None;
    }
    let (most, names): (usize, Vec<&str>) = if name.starts_with("crowd-") {
        (3, ELEMENTS.iter().map(|element| element.name).collect())
    } else {
        (1, HTML.to_vec())
    };
    let near = names.into_iter().map(|known| (strsim::damerau_levenshtein(name, known), known));
    let near = near.filter(|(distance, known)| *distance <= most && known.len() > *distance);
    near.min().map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_alphabetical_order() {
        assert!(HTML.is_sorted());
        assert!(ELEMENTS.is_sorted_by_key(|element| element.name));
    }
}
