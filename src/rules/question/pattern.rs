//! Regular expressions of JavaScript, translated into the syntax of the `regex` crate.
//!
//! A requester's `AnswerFormatRegex` is JavaScript's. It is matched in time proportional to the
//! text and to the size of the compiled expression, and both are bounded by a [`Budget`] for all
//! expressions of one document. What
//! cannot be expressed at all (lookaround, backreferences), or costs more than the budget has, is
//! left to the worker's browser.

use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{Config, WhichCaptures};
use regex_automata::util::syntax;

/// The longest expression that is compiled, in bytes as the requester wrote it: the parser's time
/// for a set of characters grows with the square of its length.
const MAX_SOURCE_BYTES: usize = 4096;
/// The largest compiled expression, in bytes: room for `^[\s\S]{0,1000}$`. To fill it takes some
/// milliseconds.
const MAX_COMPILED_BYTES: usize = 2 << 20;
/// The same of all expressions of one form.
const MAX_FORM_BYTES: usize = 8 << 20;
/// The most that all matches of one form may take: states of the expression times bytes of text.
const MAX_FORM_STEPS: usize = 1 << 25;
/// The most characters in the classes of one form's expressions that ignore case: the compiler
/// looks at each for other cases of it. `[\s\S]` has 0x110000.
const MAX_FORM_FOLDED: usize = 1 << 22;
/// The most bytes of expressions that are parsed for one form, each as often as it is parsed.
const MAX_FORM_SOURCES: usize = 1 << 20;

/// What the expressions of one form may still cost.
#[derive(Debug)]
pub struct Budget {
    sources: usize,
    bytes: usize,
    steps: usize,
    folded: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            sources: MAX_FORM_SOURCES,
            bytes: MAX_FORM_BYTES,
            steps: MAX_FORM_STEPS,
            folded: MAX_FORM_FOLDED,
        }
    }
}

impl Budget {
    /// Whether `text` has a match of JavaScript's expression `pattern`; true if the expression
    /// cannot be translated, or costs too much.
    pub(super) fn found(&mut self, pattern: &str, ignore_case: bool, text: &str) -> bool {
        let regex = self.compiled(pattern, ignore_case);
        regex.and_then(|regex| self.is_match(&regex, text)).unwrap_or(true)
    }

    fn compiled(&mut self, pattern: &str, ignore_case: bool) -> Option<PikeVM> {
        let Translation { done: text, in_classes, .. } = self.translation(pattern)?;
        if ignore_case {
            self.folded = self.folded.checked_sub(in_classes)?;
        }
        let most = MAX_COMPILED_BYTES.min(self.bytes);
        let config = Config::new().nfa_size_limit(Some(most)).which_captures(WhichCaptures::None);
        let syntax = syntax::Config::new().case_insensitive(ignore_case);
        let built = PikeVM::builder().thompson(config).syntax(syntax).build(&text);
        // What became too large has taken the time of the largest.
        self.bytes -= match &built {
            Ok(regex) => regex.get_nfa().memory_usage().min(most),
            Err(error) => error.size_limit().unwrap_or(0),
        };
        built.ok()
    }

    /// The expression in the syntax of the `regex` crate, if it can be translated and does not cost
    /// too much.
    pub(super) fn translated(&mut self, pattern: &str) -> Option<String> {
        Some(self.translation(pattern)?.done)
    }

    fn translation<'p>(&mut self, pattern: &'p str) -> Option<Translation<'p>> {
        if pattern.len() > MAX_SOURCE_BYTES {
            return None;
        }
        self.sources = self.sources.checked_sub(pattern.len())?;
        Translation::of(pattern)
    }

    fn is_match(&mut self, regex: &PikeVM, text: &str) -> Option<bool> {
        let steps = regex.get_nfa().states().len().saturating_mul(text.len() + 1);
        self.steps = self.steps.checked_sub(steps)?;
        Some(regex.is_match(&mut regex.create_cache(), text))
    }
}

/// The translation of an expression.
struct Translation<'p> {
    left: std::iter::Peekable<std::str::Chars<'p>>,
    done: String,
    /// How many characters its classes list, each as often as it is listed.
    in_classes: usize,
}

/// One member of a class: a character, or several.
enum Member {
    One(char),
    Several(&'static str),
}

impl<'p> Translation<'p> {
    fn of(pattern: &'p str) -> Option<Self> {
        let done = String::with_capacity(pattern.len());
        let mut translation = Self { left: pattern.chars().peekable(), done, in_classes: 0 };
        while let Some(c) = translation.left.next() {
            translation.translate(c)?;
        }
        Some(translation)
    }

    fn translate(&mut self, c: char) -> Option<()> {
        match c {
            '\\' => self.escape()?,
            '[' => self.class()?,
            '(' => self.group()?,
            '.' => self.done.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            '{' if self.is_count() => self.done.push('{'),
            '{' | ']' => self.literal(c),
            _ => self.done.push(c),
        }
        Some(())
    }

    fn literal(&mut self, c: char) {
        self.done.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }

    /// Behind `(?` JavaScript knows groups without a number, names, and looking around.
    fn group(&mut self) -> Option<()> {
        self.done.push('(');
        let mut ahead = self.left.clone();
        if ahead.next() != Some('?') {
            return Some(());
        }
        let named = ahead.next();
        let known = named == Some(':')
            || named == Some('<') && ahead.next().is_some_and(|c| c.is_alphabetic() || c == '_');
        known.then_some(())
    }

    /// Whether `{` begins a count and stands not for itself: digits, perhaps a comma and more
    /// digits, and `}`.
    fn is_count(&self) -> bool {
        let digits = |left: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            std::iter::from_fn(|| left.next_if(char::is_ascii_digit)).count()
        };
        let mut left = self.left.clone();
        let least = digits(&mut left);
        if left.next_if_eq(&',').is_some() {
            digits(&mut left);
        }
        least > 0 && left.next() == Some('}')
    }

    fn escape(&mut self) -> Option<()> {
        match self.left.next()? {
            'b' => self.done.push_str(r"(?-u:\b)"),
            'B' => self.done.push_str(r"(?-u:\B)"),
            '1'..='9' | 'k' => return None,
            c => match self.escaped(c)? {
                Member::One(c) => self.literal(c),
                Member::Several(class) => self.done.push_str(class),
            },
        }
        Some(())
    }

    /// What a backslash and `c` mean, in a class and outside.
    fn escaped(&mut self, c: char) -> Option<Member> {
        Some(Member::One(match c {
            'd' => return Some(Member::Several("[0-9]")),
            'D' => return Some(Member::Several("[^0-9]")),
            'w' => return Some(Member::Several("[0-9A-Za-z_]")),
            'W' => return Some(Member::Several("[^0-9A-Za-z_]")),
            's' => return Some(Member::Several(r"[\s\x{feff}]")),
            'S' => return Some(Member::Several(r"[^\s\x{feff}]")),
            'p' | 'P' => return None,
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0' => '\0',
            'c' => char::from(self.left.next().filter(char::is_ascii_alphabetic)? as u8 % 32),
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            other => other,
        }))
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<char> {
        let code: String = self.left.by_ref().take(digits).collect();
        let all = code.len() == digits && code.bytes().all(|b| b.is_ascii_hexdigit());
        all.then(|| u32::from_str_radix(&code, 16).ok().and_then(char::from_u32))?
    }

    fn class(&mut self) -> Option<()> {
        let negated = self.left.next_if_eq(&'^').is_some();
        if self.left.next_if_eq(&']').is_some() {
            // `[^]` is any character, `[]` none.
            self.done.push_str(if negated { "(?s:.)" } else { r"[^\x{0}-\x{10FFFF}]" });
            return Some(());
        }
        self.done.push_str(if negated { "[^" } else { "[" });
        while let Some(first) = self.member()? {
            let mut ahead = self.left.clone();
            let range = ahead.next() == Some('-') && !matches!(ahead.next(), None | Some(']'));
            match first {
                Member::One(first) if range => {
                    self.left.next();
                    match self.member()?? {
                        Member::One(last) => self.range(first, last),
                        Member::Several(class) => {
                            self.range(first, first);
                            self.range('-', '-');
                            self.several(class);
                        }
                    }
                }
                Member::One(c) => self.range(c, c),
                Member::Several(class) => self.several(class),
            }
        }
        self.done.push(']');
        Some(())
    }

    /// A class within a class.
    fn several(&mut self, class: &str) {
        self.done.push_str(class);
        self.in_classes += if class.starts_with("[^") { 0x0011_0000 } else { 64 };
    }

    /// The next member of a class, or none at its end; nothing if the class has no end.
    #[expect(clippy::option_option, reason = "`?` tells a missing end from the end")]
    fn member(&mut self) -> Option<Option<Member>> {
        Some(match self.left.next()? {
            ']' => None,
            '\\' => match self.left.next()? {
                'b' => Some(Member::One('\u{8}')),
                c => Some(self.escaped(c)?),
            },
            c => Some(Member::One(c)),
        })
    }

    fn range(&mut self, first: char, last: char) {
        let code = |c: char| format!("\\x{{{:x}}}", u32::from(c));
        self.done.push_str(&code(first));
        self.in_classes += u32::from(last).saturating_sub(u32::from(first)) as usize + 1;
        if first != last {
            self.done.push('-');
            self.done.push_str(&code(last));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, MAX_FORM_FOLDED, MAX_FORM_SOURCES, MAX_FORM_STEPS, MAX_SOURCE_BYTES};
    use rstest::rstest;

    fn found(pattern: &str, ignore_case: bool, text: &str) -> bool {
        Budget::default().found(pattern, ignore_case, text)
    }

    #[rstest]
    #[case("^\\d{3}-\\d{4}$", "555-1234", true)]
    #[case("^\\d{3}-\\d{4}$", "555-12345", false)]
    #[case("^\\d+$", "٣", false)]
    #[case("\\w", "é", false)]
    #[case("^\\S+@[\\w.-]+\\.[a-z]{2,}$", "a.b@c-d.example", true)]
    #[case("^\\S+@[\\w.-]+\\.[a-z]{2,}$", "a b@c.example", false)]
    #[case("^[^]$", "\n", true)]
    #[case("[]", "", false)]
    #[case("^.$", "\u{2028}", false)]
    #[case("^.$", "é", true)]
    #[case("^[[&&a~]$", "[", true)]
    #[case("^[[&&a~]$", "b", false)]
    #[case("^[a\\-z]$", "m", false)]
    #[case("^[\\w-.]$", "-", true)]
    #[case("^[a-\\d]$", "-", true)]
    #[case("^[+--]$", ",", true)]
    #[case("^a{,2}$", "a{,2}", true)]
    #[case("^a{x}$", "a{x}", true)]
    #[case("^a{2}$", "aa", true)]
    #[case("^\\/\\-\\<\\z$", "/-<z", true)]
    #[case("^\\u00e9\\x41\\cJ\\0$", "éA\n\0", true)]
    #[case("\\bcat\\b", "a cat sat", true)]
    #[case("\\bcat\\b", "concat", false)]
    #[case("^(?:a|b)(?<n>c)$", "bc", true)]
    #[case("yes|no", "maybe yes", true)]
    #[case("^#x y$", "#x y", true)]
    #[case("", "", true)]
    fn is_matched_as_in_a_browser(
        #[case] pattern: &str,
        #[case] text: &str,
        #[case] expected: bool,
    ) {
        assert_eq!(found(pattern, false, text), expected, "{pattern}");
    }

    #[test]
    fn case_matters_unless_the_flag_is_there() {
        assert!(!found("^YES$", false, "yes") && found("^YES$", true, "yes"));
    }

    #[rstest]
    #[case("(?=x)y")]
    #[case("(?<!x)y")]
    #[case("(a)\\1")]
    #[case("(?i)x")]
    #[case("(?P<a>x)")]
    #[case("[a")]
    #[case("(")]
    #[case("\\")]
    #[case("\\xZZ")]
    #[case("\\p{L}")]
    fn what_cannot_be_told_passes(#[case] pattern: &str) {
        assert!(found(pattern, false, "zzz"));
    }

    #[test]
    fn a_bad_expression_takes_no_longer() {
        assert!(!found("^(a+)+$", false, &("a".repeat(50_000) + "b")));
    }

    #[test]
    fn usual_expressions_are_within_the_limits() {
        let mut budget = Budget::default();
        assert!(!budget.found(r"^[\s\S]{50,1000}$", false, &"x".repeat(1001)));
        assert!(!budget.found("^.{10,500}$", false, &"é".repeat(501)));
        for _ in 0..500 {
            assert!(!budget.found(r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$", true, "nobody"));
        }
    }

    #[test]
    fn what_costs_more_than_the_limits_passes() {
        let digits = "01".repeat(250_000);
        let large: Vec<String> = (0..900).map(|n| format!(".{{{}}}|", 9000 + n)).collect();
        for (pattern, text) in [
            ("{".repeat(60_000), "x"),
            (large.concat(), "x"),
            ("[01]*1[01]{2000}$".to_owned(), &digits[..]),
            ("(((x{100}){100}){100}){100}".to_owned(), "y"),
            ("x".repeat(MAX_SOURCE_BYTES + 1), "y"),
            ("^x".to_owned(), &"y".repeat(MAX_FORM_STEPS / 2)),
        ] {
            assert!(found(&pattern, false, text), "{pattern:.40}");
        }
    }

    #[test]
    fn classes_that_ignore_case_have_a_limit() {
        let wide = r"^[\0-\uffff]$";
        let refused = |pattern: &str, ignore_case| {
            let mut budget = Budget::default();
            (0..1000).filter(|_| !budget.found(pattern, ignore_case, "xx")).count()
        };
        assert_eq!(refused(wide, true), MAX_FORM_FOLDED / 0x10000);
        assert_eq!(refused(r"^[\s\S]$", true), 3);
        assert!(refused(wide, false) > 100);
    }

    #[test]
    fn what_is_parsed_has_a_limit() {
        let mut budget = Budget::default();
        let pattern = format!("^{}$", "x".repeat(1022));
        let translated = (0..2000).filter(|_| budget.translated(&pattern).is_some()).count();
        assert_eq!(translated, MAX_FORM_SOURCES / 1024);
        assert!(budget.found("^x", false, "y") && budget.found("", false, "y"));
    }

    #[test]
    fn the_expressions_of_a_form_have_one_limit() {
        let mut budget = Budget::default();
        let large = |n: usize| format!("^.{{{}}}$", 9000 + n);
        let passed = (0..100).filter(|n| budget.found(&large(*n), false, "x")).count();
        assert_eq!(passed, 100);
        assert!(budget.bytes < 1000, "{budget:?}");
        let mut budget = Budget::default();
        let text = "x".repeat(1000);
        let refused = (0..10_000).filter(|_| !budget.found("^[ab]+$", false, &text)).count();
        assert!((100..9000).contains(&refused), "{refused}");
    }

    proptest::proptest! {
        #[test]
        fn no_expression_panics(pattern: String, text: String) {
            found(&pattern, false, &text);
        }
    }
}
