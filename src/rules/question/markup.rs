//! The tags and the texts of a page of HTML, in the order in which they stand.

use html5gum::emitters::callback::CallbackEvent;

use super::html5;

/// A start tag.
#[derive(Debug, Clone, Default)]
pub struct Tag {
    /// In small letters.
    pub name: String,
    /// Names in small letters, and values; an attribute without one has an empty text.
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.attributes.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

/// A piece of a page.
pub enum Piece<'e> {
    /// A start tag, and the byte at which it begins.
    Start(Tag, usize),
    /// The name of an end tag, in small letters.
    End(String),
    /// A text with its references resolved, and the byte at which it begins.
    Text(&'e str, usize),
}

/// Reads a page.
pub fn read(page: &str, see: &mut dyn FnMut(Piece<'_>)) {
    // Attributes may stand in an end tag, too.
    let (mut tag, mut begins) = (None::<Tag>, 0);
    html5::read(page, &mut |event, span| match event {
        CallbackEvent::OpenStartTag { name } => {
            tag = Some(Tag { name: lower(name), attributes: Vec::new() });
            begins = span.start;
        }
        CallbackEvent::AttributeName { name } => {
            if let Some(tag) = &mut tag {
                tag.attributes.push((lower(name), String::new()));
            }
        }
        CallbackEvent::AttributeValue { value } => {
            if let Some((_, last)) = tag.as_mut().and_then(|tag| tag.attributes.last_mut()) {
                *last = String::from_utf8_lossy(value).into_owned();
            }
        }
        CallbackEvent::CloseStartTag { .. } => {
            if let Some(tag) = tag.take() {
                see(Piece::Start(tag, begins));
            }
        }
        CallbackEvent::EndTag { name } => {
            tag = None;
            see(Piece::End(lower(name)));
        }
        CallbackEvent::String { value } => {
            see(Piece::Text(&String::from_utf8_lossy(value), span.start));
        }
        _ => {}
    });
}

fn lower(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_ascii_lowercase()
}
