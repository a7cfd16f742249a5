//! The tags of the XHTML subset, with what each may hold and its attributes.

/// One tag.
pub(super) struct Tag {
    pub name: &'static str,
    pub holds: Holds,
    attributes: &'static str,
}

/// What may stand in a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing.
    Nothing,
    /// Elements of these names, and no text.
    Only(&'static str),
    /// Text, and elements of these names or of the second list.
    Mixed(&'static str, &'static str),
}

const BLOCK: &str = "p h1 h2 h3 h4 h5 h6 ul ol dl pre hr blockquote center table";
const INLINE: &str = "a br img map big small font i b u s strike sub sup em strong code q cite \
                      ins del";
const IN_ANCHOR: &str = "br img map big small font i b u s strike sub sup em strong code q cite \
                         ins del";
const IN_PRE: &str = "a br i b u s strike em strong code q cite ins del";

/// Blocks, and what stands within a line: what the content as a whole holds.
pub(super) const FLOW: Holds = Holds::Mixed(BLOCK, INLINE);
const LINE: Holds = Holds::Mixed(INLINE, "");
const CELL: &str = "abbr align axis bgcolor char charoff colspan headers height nowrap rowspan \
                    scope valign width";
const ROWS: &str = "align char charoff valign";
const COLUMNS: &str = "align char charoff span valign width";

/// Source: `FormattedContentXHTMLSubset.xsd` of 2006-07-14, which also has the tags dt, s and
/// strike, missing in the documentation's table. Its order and counts (a row after the table's
/// head, an item in every list) and the forms of its values, addresses aside, are not checked.
const TAGS: &[Tag] = &[
    tag(
        "a",
        Holds::Mixed(IN_ANCHOR, ""),
        "accesskey charset coords href hreflang name rel rev shape tabindex target type",
    ),
    tag("area", Holds::Nothing, "accesskey alt coords href nohref shape tabindex target"),
    tag("b", LINE, ""),
    tag("big", LINE, ""),
    tag("blockquote", FLOW, "cite"),
    tag("br", Holds::Nothing, "clear"),
    tag("center", FLOW, ""),
    tag("cite", LINE, ""),
    tag("code", LINE, ""),
    tag("col", Holds::Nothing, COLUMNS),
    tag("colgroup", Holds::Only("col"), COLUMNS),
    tag("dd", FLOW, ""),
    tag("del", FLOW, "cite datetime"),
    tag("dl", Holds::Only("dt dd"), "compact"),
    tag("dt", LINE, ""),
    tag("em", LINE, ""),
    tag("font", LINE, "color face size"),
    tag("h1", LINE, "align"),
    tag("h2", LINE, "align"),
    tag("h3", LINE, "align"),
    tag("h4", LINE, "align"),
    tag("h5", LINE, "align"),
    tag("h6", LINE, "align"),
    tag("hr", Holds::Nothing, "align noshade size width"),
    tag("i", LINE, ""),
    tag(
        "img",
        Holds::Nothing,
        "align alt border height hspace ismap longdesc name src usemap vspace width",
    ),
    tag("ins", FLOW, "cite datetime"),
    tag("li", FLOW, "type value"),
    tag("map", Holds::Only("area"), "id name"),
    tag("ol", Holds::Only("li"), "compact start type"),
    tag("p", LINE, "align"),
    tag("pre", Holds::Mixed(IN_PRE, ""), "width"),
    tag("q", LINE, "cite"),
    tag("s", LINE, ""),
    tag("small", LINE, ""),
    tag("strike", LINE, ""),
    tag("strong", LINE, ""),
    tag("sub", LINE, ""),
    tag("sup", LINE, ""),
    tag(
        "table",
        Holds::Only("col colgroup thead tfoot tbody tr"),
        "align bgcolor border cellpadding cellspacing frame rules summary width",
    ),
    tag("tbody", Holds::Only("tr"), ROWS),
    tag("td", FLOW, CELL),
    tag("tfoot", Holds::Only("tr"), ROWS),
    tag("th", FLOW, CELL),
    tag("thead", Holds::Only("tr"), ROWS),
    tag("tr", Holds::Only("th td"), "align bgcolor char charoff valign"),
    tag("u", LINE, ""),
    tag("ul", Holds::Only("li"), "compact type"),
];

const fn tag(name: &'static str, holds: Holds, attributes: &'static str) -> Tag {
    Tag { name, holds, attributes }
}

fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|one| one == word)
}

impl Tag {
    pub fn named(name: &str) -> Option<&'static Self> {
        TAGS.iter().find(|tag| tag.name == name)
    }

    /// `title` stands anywhere, `dir` and `lang` anywhere but in `br`.
    ///
    /// The documentation knows no `id`; the schema has it in `map` alone.
    pub fn allows(&self, attribute: &str) -> bool {
        match attribute {
            "title" => true,
            "dir" | "lang" => self.name != "br",
            _ => has(self.attributes, attribute),
        }
    }

    pub fn required(&self) -> impl Iterator<Item = &'static str> {
        let names: &[&str] = match self.name {
            "area" => &["alt"],
            "img" => &["src", "alt"],
            "map" => &["name"],
            _ => &[],
        };
        names.iter().copied()
    }
}

impl Holds {
    pub fn element(self, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Only(names) => has(names, name),
            Self::Mixed(names, more) => has(names, name) || has(more, name),
        }
    }

    pub fn text(self) -> bool {
        matches!(self, Self::Mixed(..))
    }
}
