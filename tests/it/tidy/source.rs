//! Sources as text: what is code, what is a string, what is a comment or a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// A file of the project.
#[derive(Debug)]
pub struct Source {
    /// From the project's folder on.
    pub path: String,
    /// As it is.
    pub text: String,
    /// Without comments and tests; every line stands where it stood.
    code_and_strings: String,
    /// Also without what is in strings.
    code: String,
}

/// What of a source a rule looks at.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    Code,
    CodeAndStrings,
}

impl Source {
    fn read(root: &Path, path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let [code, code_and_strings] = if is_test(&path) {
            [String::new(), String::new()]
        } else {
            let code = blanked(&text, true);
            let end = end_of_code(&code);
            let whole = blanked(&text, false);
            let lines = code[..end].lines().count();
            let kept: Vec<&str> = whole.lines().take(lines).collect();
            [code[..end].to_owned(), kept.join("\n")]
        };
        Self { path, text, code_and_strings, code }
    }

    pub fn part(&self, part: Part) -> &str {
        match part {
            Part::Code => &self.code,
            Part::CodeAndStrings => &self.code_and_strings,
        }
    }

    /// `store` for `src/store.rs` and for all that is below `src/store/`.
    pub fn module(&self) -> &str {
        let name = self.path.strip_prefix("src/").unwrap_or(&self.path);
        name.split('/').next().unwrap().trim_end_matches(".rs")
    }

    pub fn is_in(&self, module: &str) -> bool {
        self.module() == module
    }

    /// Each place where the pattern stands, as `path:line: text`.
    pub fn places(&self, part: Part, pattern: &Regex) -> Vec<String> {
        let lines = self.part(part).lines().enumerate();
        lines
            .filter(|(_, line)| pattern.is_match(line))
            .map(|(number, line)| format!("{}:{}: {}", self.path, number + 1, line.trim()))
            .collect()
    }
}

/// Every Rust source below a folder of the project, by path.
pub fn sources(folder: &str) -> Vec<&'static Source> {
    static ALL: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let mut paths = Vec::new();
        collect(&root.join("src"), &mut paths);
        collect(&root.join("tests"), &mut paths);
        paths.sort();
        paths.iter().map(|path| Source::read(&root, path)).collect()
    });
    let inside = |source: &&Source| Path::new(&source.path).starts_with(folder);
    let found: Vec<_> = ALL.iter().filter(inside).collect();
    assert!(!found.is_empty());
    found
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Unit tests in files of their own.
fn is_test(path: &str) -> bool {
    path.starts_with("src/") && (path.ends_with("/tests.rs") || path.contains("/tests/"))
}

/// Where the tests at the end of a file begin.
fn end_of_code(code: &str) -> usize {
    code.find("#[cfg(test)]\nmod tests {").unwrap_or(code.len())
}

/// The text with spaces instead of comments and, if asked, of what is in strings.
fn blanked(text: &str, strings_too: bool) -> String {
    const PATTERN: &str = concat!(
        r#"(?s)(?P<comment>//[^\n]*|/\*.*?\*/)"#,
        r##"|(?P<raw>\br#".*?"#|\br".*?")"##,
        r#"|(?P<string>"(?:\\.|[^"\\])*")"#,
        r#"|(?P<char>'(?:\\.[^']*|[^'\\])')"#,
    );
    static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(PATTERN).unwrap());
    let blank = |found: &str| -> String {
        found.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
    };
    TOKEN
        .replace_all(text, |found: &regex::Captures<'_>| {
            let whole = &found[0];
            if found.name("comment").is_some() || strings_too {
                blank(whole)
            } else {
                whole.to_owned()
            }
        })
        .into_owned()
}

#[test]
fn comments_and_strings_are_told_from_code() {
    let text = "let a = \"SELECT // no\"; // sqlx\nlet b = 'x'; /* two\nlines */ f::<'a>(r\"y\");";
    assert_eq!(
        blanked(text, false),
        "let a = \"SELECT // no\";        \nlet b = 'x';       \n         f::<'a>(r\"y\");"
    );
    let code = blanked(text, true);
    assert!(!code.contains("SELECT") && !code.contains("sqlx") && !code.contains("two"));
    assert!(code.contains("f::<'a>(") && code.lines().count() == 3);
    let tested = "fn f() {}\n#[cfg(test)]\nmod tests {\n    sqlx();\n}\n";
    assert_eq!(&tested[..end_of_code(tested)], "fn f() {}\n");
}
