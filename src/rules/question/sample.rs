//! Texts that a regular expression of a form matches.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::fields::Pattern;
use super::pattern::Budget;

/// The most characters of a sample.
const MOST: usize = 500;
/// The most parts of an expression that are looked at for one sample: a part may add nothing to it.
const MOST_PARTS: usize = 10_000;

/// Whether the text matches every expression that can be translated and does not cost too much.
pub fn matches(patterns: &[Pattern], text: &str, budget: &mut Budget) -> bool {
    patterns.iter().all(|pattern| budget.found(&pattern.regex, pattern.ignore_case, text))
}

/// A text that the expression matches, if one is found; `pick` chooses a number less than its own.
pub fn sample(
    pattern: &Pattern,
    pick: &mut dyn FnMut(usize) -> usize,
    budget: &mut Budget,
) -> Option<String> {
    let translated = budget.translated(&pattern.regex)?;
    let mut parser = ParserBuilder::new().nest_limit(100).build();
    let parsed = parser.parse(&translated).ok()?;
    let (mut text, mut parts_left) = (String::new(), MOST_PARTS);
    append(&parsed, pick, &mut text, &mut parts_left);
    let is_whole = text.len() <= MOST && parts_left > 0;
    (is_whole && matches(std::slice::from_ref(pattern), &text, budget)).then_some(text)
}

fn append(
    part: &Hir,
    pick: &mut dyn FnMut(usize) -> usize,
    text: &mut String,
    parts_left: &mut usize,
) {
    *parts_left = parts_left.saturating_sub(1);
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
                if text.len() > MOST || *parts_left == 0 {
                    break;
                }
                append(&repeated.sub, pick, text, parts_left);
            }
        }
        HirKind::Capture(group) => append(&group.sub, pick, text, parts_left),
        HirKind::Concat(parts) => {
            for part in parts {
                append(part, pick, text, parts_left);
            }
        }
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.get(pick(parts.len())) {
                append(part, pick, text, parts_left);
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
                assert!(sample(&pattern, &mut pick, &mut Budget::default()).is_some(), "{regex}");
            }
        }
        for regex in ["(?=x)y", "(", r"\bx\by"] {
            let pattern = Pattern { regex: regex.to_owned(), ignore_case: false };
            let found = sample(&pattern, &mut |_| 0, &mut Budget::default());
            assert!(found.is_none(), "{regex}: {found:?}");
        }
        let nested = |part: &str| format!("{}{part}{}", "(".repeat(9), "){1000}".repeat(9));
        for regex in ["^((a{90}){90}){90}$".to_owned(), nested("[]"), nested("a?")] {
            let long = Pattern { regex, ignore_case: false };
            assert_eq!(sample(&long, &mut |_| 0, &mut Budget::default()), None);
        }
    }

    #[test]
    fn samples_of_a_document_have_one_budget() {
        let (mut budget, mut drawn) = (Budget::default(), 0);
        let costly = |n: usize| Pattern { regex: format!("^[ab]{{{n}}}$"), ignore_case: true };
        for n in (0..2000).map(|n| 100 + n % 400) {
            drawn += usize::from(sample(&costly(n), &mut |_| 0, &mut budget).is_some());
        }
        assert_eq!(drawn, 2000, "what is over the budget is taken to match");
        let none = Pattern { regex: "^b$".to_owned(), ignore_case: false };
        assert!(!matches(std::slice::from_ref(&none), "a", &mut Budget::default()));
        assert!(matches(&[costly(400), costly(399), none], "a", &mut budget));
    }
}
