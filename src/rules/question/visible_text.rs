//! What a worker reads of a question, without markup.

use html5gum::emitters::callback::CallbackEvent;

use super::Question;
use super::content::{Binary, Content};
use super::form::Part;
use super::html5;

/// The most characters that are read of a question.
const MOST: usize = 20_000;

/// The text of a question. A page elsewhere is its address.
pub fn of(question: &Question) -> String {
    match question {
        Question::External(page) => page.url.clone(),
        Question::Html(page) => of_html(&page.content),
        Question::Form(form) => {
            let parts = form.parts.iter().map(|part| match part {
                Part::Overview(content) => of_content(content),
                Part::Question(question) => of_content(&question.content),
            });
            cut(&parts.collect::<Vec<_>>().join("\n\n"))
        }
    }
}

/// The text of a form's content, a paragraph a line.
pub(super) fn of_content(content: &[Content]) -> String {
    let texts = content.iter().map(|piece| match piece {
        Content::Title(text) | Content::Text(text) => text.trim().to_owned(),
        Content::List(items) => items.join("\n"),
        Content::Formatted(html) => of_html(html),
        Content::Binary(binary) => of_binary(binary),
        Content::EmbeddedBinary(object) => shown(&object.alt_text, &object.data_url),
        Content::Application(program) => shown("", &program.url),
    });
    cut(&texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"))
}

pub(super) fn of_binary(binary: &Binary) -> String {
    shown(&binary.alt_text, &binary.data_url)
}

/// A picture, a sound or a film.
fn shown(text: &str, url: &str) -> String {
    format!("[{} {}]", text.trim(), url.trim()).replace("[ ", "[")
}

fn cut(text: &str) -> String {
    text.chars().take(MOST).collect()
}

/// The text of a page: no scripts, styles and tags; a line for each block; pictures as their text
/// and address in brackets.
pub fn of_html(html: &str) -> String {
    let mut text = Reader::default();
    html5::read(html, &mut |event, _| text.see(event));
    cut(text.done.trim())
}

/// The tags within a line.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "big", "bdi", "bdo", "cite", "code", "em", "font", "i", "kbd", "mark", "q",
    "s", "small", "span", "strong", "sub", "sup", "u", "var",
];

#[derive(Default)]
struct Reader {
    done: String,
    /// The start tag that is being read: name, `alt` and `src`.
    tag: String,
    attribute: String,
    alt: String,
    src: String,
    /// The element whose text is left out.
    without: Option<String>,
}

impl Reader {
    fn see(&mut self, event: &CallbackEvent<'_>) {
        match event {
            CallbackEvent::EndTag { name } => self.end(&String::from_utf8_lossy(name)),
            _ if self.without.is_some() => {}
            CallbackEvent::OpenStartTag { name } => {
                self.tag = String::from_utf8_lossy(name).into_owned();
                self.alt.clear();
                self.src.clear();
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute = String::from_utf8_lossy(name).into_owned();
            }
            CallbackEvent::AttributeValue { value } => {
                let value = || String::from_utf8_lossy(value).into_owned();
                match self.attribute.as_str() {
                    "alt" => self.alt = value(),
                    "src" => self.src = value(),
                    _ => {}
                }
            }
            CallbackEvent::CloseStartTag { .. } => self.start(),
            CallbackEvent::String { value } => self.text(&String::from_utf8_lossy(value)),
            _ => {}
        }
    }

    fn start(&mut self) {
        match self.tag.as_str() {
            "script" | "style" | "noscript" | "title" | "template" | "textarea" => {
                self.without = Some(std::mem::take(&mut self.tag));
            }
            "img" | "audio" | "video" | "source" | "iframe" if !self.src.is_empty() => {
                let shown = shown(&self.alt, &self.src);
                self.text(&shown);
            }
            _ => self.end_line(),
        }
    }

    fn end(&mut self, name: &str) {
        match &self.without {
            Some(without) if without == name => self.without = None,
            Some(_) => {}
            None => {
                name.clone_into(&mut self.tag);
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        if !INLINE.contains(&self.tag.as_str()) && !self.done.is_empty() {
            let line = self.done.trim_end_matches(' ').len();
            self.done.truncate(line);
            if !self.done.ends_with('\n') {
                self.done.push('\n');
            }
        }
    }

    /// Appends a text, with one blank for each white space.
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            if !c.is_whitespace() {
                self.done.push(c);
            } else if !self.done.is_empty() && !self.done.ends_with([' ', '\n']) {
                self.done.push(' ');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_text() {
        let html = "<style>x</style><script>y</script><h1>Label  the\n<b>animal</b></h1>\n\
            <p>What is it? <img src='http://h/1.png' alt='an animal'></p><p>R &amp; D</p>\
            <textarea>z</textarea>";
        assert_eq!(
            of_html(html),
            "Label the animal\nWhat is it? [an animal http://h/1.png]\nR & D"
        );
        assert_eq!(of_html(""), "");
        assert_eq!(of_html(&"x ".repeat(MOST)).len(), MOST);
    }
}
