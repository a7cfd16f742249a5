//! Texts that a regular expression of a form matches.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::fields::Pattern;
use super::pattern::{Budget, translated};

/// The most characters of a sample.
const MOST: usize = 500;

/// Whether the text matches every expression that can be translated.
pub fn matches(patterns: &[Pattern], text: &str) -> bool {
    let mut budget = Budget::default();
    patterns.iter().all(|pattern| budget.found(&pattern.regex, pattern.ignore_case, text))
}

/// A text that the expression matches, if one is found; `pick` chooses a number less than its own.
pub fn sample(pattern: &Pattern, pick: &mut dyn FnMut(usize) -> usize) -> Option<String> {
    let translated = translated(&pattern.regex)?;
    let mut parser = ParserBuilder::new().nest_limit(100).build();
    let parsed = parser.parse(&translated).ok()?;
    let mut text = String::new();
    append(&parsed, pick, &mut text);
    let is_whole = text.len() <= MOST;
    (is_whole && matches(std::slice::from_ref(pattern), &text)).then_some(text)
}

fn append(part: &Hir, pick: &mut dyn FnMut(usize) -> usize, text: &mut String) {
    if text.len() > MOST {
        return;
    }
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges().iter().map(|range| (range.start(), range.end()));
            text.extend(character(ranges, pick));
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges = class.ranges().iter();
            let ranges = ranges.map(|range| (range.start().into(), range.end().into()));
            text.extend(character(ranges, pick));
        }
        HirKind::Repetition(repeated) => {
            let least = repeated.min as usize;
            let more = repeated.max.map_or(4, |most| (most as usize).saturating_sub(least).min(4));
            for _ in 0..least + pick(more + 1) {
                if text.len() > MOST {
                    break;
                }
                append(&repeated.sub, pick, text);
            }
        }
        HirKind::Capture(group) => append(&group.sub, pick, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| append(part, pick, text)),
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.get(pick(parts.len())) {
                append(part, pick, text);
            }
        }
    }
}

/// A character of the ranges: one of ASCII that is seen, if there is one.
fn character(
    ranges: impl Iterator<Item = (char, char)> + Clone,
    pick: &mut dyn FnMut(usize) -> usize,
) -> Option<char> {
    for (least, most) in [('a', 'z'), ('0', '9'), ('!', '~'), (' ', '~')] {
        let within = ranges.clone().map(|(start, end)| (start.max(least), end.min(most)));
        let within = within.filter(|(start, end)| start <= end);
        let count: usize =
            within.clone().map(|(start, end)| end as usize - start as usize + 1).sum();
        if count > 0 {
            return within.flat_map(|(start, end)| start..=end).nth(pick(count));
        }
    }
    ranges.map(|(start, _)| start).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_matches() {
        for regex in [
            r"^\d{3}-\d{4}$",
            r"^[A-Z]{2}\d+$",
            "yes|no",
            r"^[\w.+-]+@[\w-]+(\.[a-z]{2,})+$",
            r"^\s*$",
            "^$",
            r"^[^a-z0-9]{5}$",
            "é",
        ] {
            for first in 0..5 {
                let pattern = Pattern { regex: regex.to_owned(), ignore_case: false };
                let mut drawn = first;
                let mut pick = |count: usize| {
                    drawn += 7;
                    drawn % count.max(1)
                };
                assert!(sample(&pattern, &mut pick).is_some(), "{regex}");
            }
        }
        for regex in ["(?=x)y", "(", r"\bx\by"] {
            let pattern = Pattern { regex: regex.to_owned(), ignore_case: false };
            let found = sample(&pattern, &mut |_| 0);
            assert!(found.is_none(), "{regex}: {found:?}");
        }
        let long = Pattern { regex: "^((a{90}){90}){90}$".to_owned(), ignore_case: false };
        assert_eq!(sample(&long, &mut |_| 0), None);
    }
}
