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

/// Tags, what they hold, and their attributes.
///
/// Source: `FormattedContentXHTMLSubset.xsd` of 2006-07-14, which also has the tags dt, s and
/// strike, missing in the documentation's table. Its order and counts (a row after the table's
/// head, an item in every list) and the forms of its values, addresses aside, are not checked.
const TAGS: &[(&str, Holds, &str)] = &[
    (
        "a",
        Holds::Mixed(IN_ANCHOR, ""),
        "accesskey charset coords href hreflang name rel rev shape tabindex target type",
    ),
    ("area", Holds::Nothing, "accesskey alt coords href nohref shape tabindex target"),
    ("b big cite code dt em i s small strike strong sub sup u", LINE, ""),
    ("blockquote", FLOW, "cite"),
    ("br", Holds::Nothing, "clear"),
    ("center dd", FLOW, ""),
    ("col", Holds::Nothing, COLUMNS),
    ("colgroup", Holds::Only("col"), COLUMNS),
    ("del ins", FLOW, "cite datetime"),
    ("dl", Holds::Only("dt dd"), "compact"),
    ("font", LINE, "color face size"),
    ("h1 h2 h3 h4 h5 h6 p", LINE, "align"),
    ("hr", Holds::Nothing, "align noshade size width"),
    (
        "img",
        Holds::Nothing,
        "align alt border height hspace ismap longdesc name src usemap vspace width",
    ),
    ("li", FLOW, "type value"),
    ("map", Holds::Only("area"), "id name"),
    ("ol", Holds::Only("li"), "compact start type"),
    ("pre", Holds::Mixed(IN_PRE, ""), "width"),
    ("q", LINE, "cite"),
    (
        "table",
        Holds::Only("col colgroup thead tfoot tbody tr"),
        "align bgcolor border cellpadding cellspacing frame rules summary width",
    ),
    ("tbody tfoot thead", Holds::Only("tr"), ROWS),
    ("td th", FLOW, CELL),
    ("tr", Holds::Only("th td"), "align bgcolor char charoff valign"),
    ("ul", Holds::Only("li"), "compact type"),
];

fn has(names: &str, name: &str) -> bool {
    names.split(' ').any(|known| known == name)
}

impl Tag {
    pub fn named(name: &str) -> Option<Self> {
        TAGS.iter().find_map(|&(names, holds, attributes)| {
            let name = names.split(' ').find(|known| *known == name)?;
            Some(Self { name, holds, attributes })
        })
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
