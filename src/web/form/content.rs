//! What a form shows: texts, lists, pictures, links.

use std::sync::LazyLock;

use askama::Template;
use regex::Regex;

use crate::rules::question::content::{Application, Binary, Content, Media};

/// Content of any kind.
#[derive(Template)]
#[template(path = "question_form/content.html")]
pub(super) struct ContentPiece<'a> {
    pub content: &'a Content,
}

/// A picture, or a link to a sound or film.
#[derive(Template)]
#[template(path = "question_form/binary.html")]
pub(super) struct BinaryPiece<'a> {
    pub binary: &'a Binary,
}

/// Content, ready for the page.
pub(super) fn shown(content: &Content) -> ContentPiece<'_> {
    ContentPiece { content }
}

/// A picture or link, ready for the page.
pub(super) fn binary(binary: &Binary) -> BinaryPiece<'_> {
    BinaryPiece { binary }
}

impl BinaryPiece<'_> {
    fn is_image(&self) -> bool {
        self.binary.media == Media::Image
    }

    /// What the link says.
    fn text(&self) -> &str {
        match self.binary.alt_text.trim() {
            "" => &self.binary.data_url,
            text => text,
        }
    }
}

/// Where a program of a bygone browser lies.
fn address(program: &Application) -> String {
    match (program.file_name.as_str(), program.url.ends_with('/')) {
        ("", _) => program.url.clone(),
        (file, true) => format!("{}{file}", program.url),
        (file, false) => format!("{}/{file}", program.url),
    }
}

/// A stretch of plain text, or an address in it.
struct Stretch<'t> {
    text: &'t str,
    is_link: bool,
}

/// Plain text with the addresses in it found.
///
/// Source: Amazon's own renderer made links of the addresses in texts.
fn stretches(text: &str) -> Vec<Stretch<'_>> {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"https?://[^\s<>"]*[^\s<>"'.,;:!?()\[\]{}]"#)
            .expect("the expression is a constant")
    });
    let (mut found, mut end) = (Vec::new(), 0);
    for address in ADDRESS.find_iter(text) {
        found.push(Stretch { text: &text[end..address.start()], is_link: false });
        found.push(Stretch { text: address.as_str(), is_link: true });
        end = address.end();
    }
    found.push(Stretch { text: &text[end..], is_link: false });
    found
}

#[cfg(test)]
mod tests {
    use super::stretches;

    #[test]
    fn addresses_in_texts_are_found() {
        let text = "See (https://a.example/x?y=1&z), or http://b.example. https:// is none.";
        let found = stretches(text);
        let links: Vec<_> = found.iter().filter(|one| one.is_link).map(|one| one.text).collect();
        assert_eq!(links, ["https://a.example/x?y=1&z", "http://b.example"]);
        assert_eq!(found.iter().map(|one| one.text).collect::<String>(), text);
    }
}
