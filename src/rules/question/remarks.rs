//! What a requester might want to know about a question before workers see it.
//!
//! A remark is no refusal: the question is shown and done all the same. A page whose script makes
//! its form is no error, so what a script may do is not remarked on.

mod elements;
mod form;
mod framing;
mod origin;
mod page;

use std::fmt;

use super::{Question, web_host};
use crate::rules::outbound::is_loopback;
pub use elements::crowd_names;
pub use framing::{Answered, framing};
pub use origin::of_origin;

/// The most remarks on one question. If there would be more, the last says how many.
pub const MOST: usize = 50;
/// The longest piece of a question in a remark, in characters.
const LONGEST: usize = 80;
/// A frame of fewer pixels is most likely a slip.
const LOW: u32 = 100;

/// What a requester might want to know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remark {
    /// The line of the HTML, from 1; none of what concerns all of it.
    pub line: Option<usize>,
    /// A sentence.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "Line {line}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// What there is to say about a question: first about all of it, then line by line.
pub fn of(question: &Question) -> Vec<Remark> {
    let mut found = Remarks::default();
    match question {
        Question::External(external) => {
            height(external.frame_height, &mut found);
            address(&external.url, &mut found);
        }
        Question::Html(html) => {
            height(html.frame_height, &mut found);
            page::check(&html.content, &mut found);
        }
        Question::Form(questions) => form::check(questions, &mut found),
    }
    found.finish()
}

fn height(pixels: u32, found: &mut Remarks) {
    if (1..LOW).contains(&pixels) {
        found.add(None, || format!("FrameHeight makes the frame only {pixels} pixels high."));
    }
}

fn address(url: &str, found: &mut Remarks) {
    if is_plain_http(url) {
        let url = short(url);
        let why =
            "Amazon's pages are https, and browsers show no http page in them (mixed content)";
        found.add(None, || format!("The page is at {url}. {why}: use https."));
    }
    page::placeholders(url, None, found);
}

/// Whether an address is of another machine, and its scheme is http.
fn is_plain_http(url: &str) -> bool {
    let url = url.trim_ascii_start();
    let scheme = url.get(..7).unwrap_or_default();
    scheme.eq_ignore_ascii_case("http://")
        && !web_host(url).is_some_and(|host| is_loopback(host) || host.ends_with(".localhost"))
}

/// Remarks up to the limit; the rest is counted. What concerns all of a question comes first.
#[derive(Debug, Default)]
struct Remarks {
    of_all: Vec<Remark>,
    of_lines: Vec<Remark>,
    count: usize,
}

impl Remarks {
    /// Adds a remark, whose text is made only if there is room for it.
    fn add(&mut self, line: Option<usize>, text: impl FnOnce() -> String) {
        self.count += 1;
        let listed = if line.is_some() { &mut self.of_lines } else { &mut self.of_all };
        if listed.len() < MOST {
            listed.push(Remark { line, text: text() });
        }
    }

    fn finish(self) -> Vec<Remark> {
        let Self { of_all: mut listed, mut of_lines, count } = self;
        of_lines.sort_by_key(|remark| remark.line);
        listed.append(&mut of_lines);
        if count > MOST {
            listed.truncate(MOST - 1);
            let text = format!("There are {} more remarks.", count - listed.len());
            listed.push(Remark { line: None, text });
        }
        listed
    }
}

/// A piece of a question, short enough for a sentence, without what no line shows.
fn short(text: &str) -> String {
    let mut plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = plain.by_ref().take(LONGEST).collect();
    if plain.next().is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
