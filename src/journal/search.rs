//! Which calls are looked for: by operation, requester and error, and by a text in their bodies.

use crate::fault::Fault;
use crate::journal::view::CallFilter;
use crate::journal::{Call, Journal, PAGE_BYTES, Page};
use crate::rules::mask::masked;

/// The most characters of a text that is looked for.
const MOST: usize = 200;
/// So many calls are taken from the journal at a time. Their bodies are read afterwards, while
/// other calls are added.
const TOGETHER: usize = 100;

/// Which calls. To find them takes time proportional to the bodies in the journal.
#[derive(Debug, Clone)]
pub struct Search {
    filter: CallFilter,
    /// The text in lower case, in each way in which JSON may write it; none if all calls are
    /// wanted.
    texts: Vec<String>,
}

impl Search {
    /// The calls that a filter lets through.
    ///
    /// # Errors
    /// The text is too long.
    pub fn new(filter: CallFilter) -> Result<Self, Fault> {
        let text = filter.text.as_deref().unwrap_or_default();
        if text.chars().count() > MOST {
            return Err(Fault::unreadable(format!("text must have at most {MOST} characters")));
        }
        let texts = if text.is_empty() { Vec::new() } else { written(text) };
        Ok(Self { filter, texts })
    }

    /// As [`Journal::page`].
    pub fn page(&self, journal: &Journal, after: u64, limit: usize) -> Page {
        if self.texts.is_empty() {
            return journal.page(after, limit, |call| self.filter.wants(call));
        }
        let end = journal.last_number();
        let is_wanted = |call: &Call| call.number <= end && self.filter.wants(call);
        let calls = self
            .gather(limit, |last| journal.page(last.unwrap_or(after), TOGETHER, is_wanted).calls);
        Page { calls, dropped: journal.page(u64::MAX, 0, |_| false).dropped }
    }

    /// As [`Journal::latest`].
    pub fn latest(
        &self,
        journal: &Journal,
        (after, before): (u64, Option<u64>),
        limit: usize,
    ) -> Vec<Call> {
        let is_wanted = |call: &Call| self.filter.wants(call);
        if self.texts.is_empty() {
            return journal.latest((after, before), limit, is_wanted);
        }
        self.gather(limit, |last| journal.latest((after, last.or(before)), TOGETHER, is_wanted))
    }

    /// Those with the text; `next` has the calls that follow the one with a number.
    fn gather(&self, limit: usize, next: impl Fn(Option<u64>) -> Vec<Call>) -> Vec<Call> {
        let (mut found, mut bytes, mut last) = (Vec::new(), 0, None);
        loop {
            let some = next(last);
            let Some(of_last) = some.last().map(|call| call.number) else { return found };
            last = Some(of_last);
            for call in some.into_iter().filter(|call| self.is_in(call)) {
                if found.len() >= limit || bytes >= PAGE_BYTES {
                    return found;
                }
                bytes += call.bytes();
                found.push(call);
            }
        }
    }

    /// Whether the text is in a body, as it is shown: nobody finds out what is masked.
    fn is_in(&self, call: &Call) -> bool {
        let holds = |text: &str| {
            let text = text.to_lowercase();
            self.texts.iter().any(|wanted| text.contains(wanted))
        };
        [&call.request, &call.answer].into_iter().any(|body| {
            let body = String::from_utf8_lossy(body);
            holds(&body) && holds(&masked(&body))
        })
    }
}

/// A text in lower case: as it is, and within JSON, with and without escapes for what is not ASCII.
/// Escapes are those of small letters, or of the letters as they were typed.
fn written(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let quoted = within_json(&lower);
    let escapes = [ascii(&quoted), ascii(&within_json(text)).to_lowercase()];
    let mut all: Vec<String> = [lower, quoted].into_iter().chain(escapes).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn within_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let within = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    within.unwrap_or(&quoted).to_owned()
}

/// A text within JSON, with escapes for what is not ASCII.
fn ascii(within: &str) -> String {
    let mut escaped = String::new();
    for c in within.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            let mut units = [0; 2];
            let units = c.encode_utf16(&mut units).iter();
            escaped.extend(units.map(|unit| format!("\\u{unit:04x}")));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;
    use crate::journal::USUAL_BYTES;
    use crate::time::Instant;

    fn journal(bodies: &[&str]) -> std::sync::Arc<Journal> {
        let journal = Journal::new(USUAL_BYTES).unwrap();
        for (place, body) in bodies.iter().enumerate() {
            let body = Bytes::copy_from_slice(body.as_bytes());
            let (request, answer) =
                if place % 2 == 0 { (body, Bytes::new()) } else { (Bytes::new(), body) };
            journal.add(Call {
                number: 0,
                answered_at: Instant(0),
                request_id: None,
                operation: (place != 3).then_some("ListHITs"),
                requester: None,
                status: 200,
                us: 1,
                request,
                answer,
                is_cut: false,
                refused: None,
            });
        }
        journal
    }

    fn search(text: &str) -> Search {
        Search::new(CallFilter { text: Some(text.to_owned()), ..CallFilter::default() }).unwrap()
    }

    fn found(journal: &Journal, text: &str) -> Vec<u64> {
        let numbers = |calls: Vec<Call>| calls.iter().map(|call| call.number).collect::<Vec<_>>();
        let page = numbers(search(text).page(journal, 0, 1000).calls);
        let mut latest = numbers(search(text).latest(journal, (0, None), 1000));
        latest.reverse();
        assert_eq!(page, latest);
        page
    }

    #[test]
    fn a_text_is_found_however_json_writes_it() {
        let journal = journal(&[
            r#"{"Title":"Label a Picture"}"#,
            r#"{"Answer":"<a b=\"c\">\n\u00e9 \ud83d\ude00"}"#,
            r#"{"Answer":"<a b=\"c\"> é 😀"}"#,
            "no JSON <a b=\"c\"> and a picture",
            r#"{"SecretAccessKey":"hush","Url":"https://u:hush@h/"}"#,
        ]);
        assert_eq!(found(&journal, "a PICTURE"), [1, 4]);
        assert_eq!(found(&journal, "<a b=\"c\">"), [2, 3, 4]);
        assert_eq!(found(&journal, "\n"), [2]);
        assert_eq!(found(&journal, "É 😀"), [2, 3]);
        assert_eq!(found(&journal, "é"), [2, 3]);
        assert_eq!(found(&journal, "hush"), [0; 0]);
        assert_eq!(found(&journal, "secretaccesskey"), [5]);
        assert_eq!(found(&journal, ""), [1, 2, 3, 4, 5]);
        let operation = Some("ListHITs".to_owned());
        let filter = CallFilter { operation, text: Some("picture".into()), ..Default::default() };
        let both = Search::new(filter).unwrap();
        assert_eq!(both.page(&journal, 0, 9).calls.len(), 1);
    }

    #[test]
    fn pages_of_what_is_found_follow_one_another() {
        let bodies: Vec<String> = (0..1000).map(|n| format!("{{\"n\":\"n{}\"}}", n % 10)).collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let journal = journal(&bodies);
        let (three, mut after, mut all) = (search("\"n3\""), 0, Vec::new());
        loop {
            let page = three.page(&journal, after, 30).calls;
            let Some(last) = page.last() else { break };
            after = last.number;
            all.extend(page.iter().map(|call| call.number));
        }
        assert_eq!(all, (0..100).map(|n| 10 * n + 4).collect::<Vec<_>>());
        let latest = three.latest(&journal, (500, Some(984)), 3);
        assert_eq!(latest.iter().map(|call| call.number).collect::<Vec<_>>(), [974, 964, 954]);
        assert_eq!(three.latest(&journal, (995, None), 3).len(), 0);
    }

    #[test]
    fn a_text_has_a_length() {
        let long = |count| CallFilter { text: Some("é".repeat(count)), ..CallFilter::default() };
        assert!(Search::new(long(MOST)).is_ok() && Search::new(long(MOST + 1)).is_err());
    }
}
