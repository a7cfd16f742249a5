//! A page that is still being written, as `mturk-local preview` shows it: with the cells of a row
//! in the places of its variables.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::rules::batch::template::Template;
use crate::rules::batch::{MAX_PAGE_BYTES, MAX_TEMPLATE_BYTES};
use crate::rules::csv::Table;
use crate::rules::frame::encoded;
use crate::rules::question::layout::PLACEHOLDER;
use crate::rules::question::remarks::{self, Remark};
use crate::rules::question::{
    ExternalQuestion, HtmlError, HtmlQuestion, MAX_BYTES as MAX_API_BYTES, MAX_STORED_BYTES,
    Question, QuestionFault, QuestionForm, Refused, check, page_document, parse,
};
use crate::rules::robots::parameters::{Parameters, with_known};

/// The longest file that is shown, in bytes.
pub const MAX_BYTES: usize = MAX_STORED_BYTES;
/// The longest piece of a reason why the API would refuse a page, in characters.
const LONGEST_REASON: usize = 400;

/// A page that is being written, and the rows for it.
#[derive(Debug)]
pub struct Draft {
    body: Body,
    table: Option<Table>,
}

#[derive(Debug)]
enum Body {
    Page {
        html: String,
        frame_height: u32,
        /// The bytes of a template, of which a batch is made; none of a question document.
        template_bytes: Option<usize>,
        /// How many lines of a form around it stand before it.
        lines_before: usize,
    },
    Form {
        form: QuestionForm,
        document: String,
    },
    External {
        url: String,
        frame_height: u32,
    },
}

/// What a text begins with if it is a question document and not HTML.
static DOCUMENT: LazyLock<Regex> = LazyLock::new(|| {
    let root = "(?:HTMLQuestion|QuestionForm|ExternalQuestion)";
    let before = r"\A\s*(?:<\?xml[^>]*\?>)?(?:\s|<!--(?s:.*?)-->)*";
    Regex::new(&format!(r"{before}<(?:\w+:)?{root}[\s/>]")).expect("the expression is a constant")
});

impl Draft {
    /// The draft in a file: a template of HTML, or a question document.
    ///
    /// # Errors
    /// A sentence: the file is too long, is no text, or holds a question document that cannot be
    /// read.
    pub fn of_file(bytes: &[u8], table: Option<Table>) -> Result<Self, String> {
        if bytes.len() > MAX_BYTES {
            return Err(too_long());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| "The file is not UTF-8.".to_owned())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let body = if text.trim().is_empty() {
            return Err("The file is empty.".to_owned());
        } else if DOCUMENT.is_match(text) {
            document(text)?
        } else {
            template(text)
        };
        if table.is_some() && matches!(body, Body::Form { .. }) {
            return Err("A QuestionForm has no variables: leave --data out.".to_owned());
        }
        Ok(Self { body, table })
    }

    /// The draft that is a page elsewhere.
    pub fn of_url(url: &str, table: Option<Table>) -> Self {
        Self { body: Body::External { url: url.to_owned(), frame_height: 0 }, table }
    }

    /// How many rows there are; one if there is no table, or if it is empty.
    pub fn rows(&self) -> usize {
        self.table.as_ref().map_or(1, |table| table.rows.len().max(1))
    }

    /// Whether the rows are those of a table.
    pub const fn has_table(&self) -> bool {
        self.table.is_some()
    }

    /// The question with the cells of a row, counted from 0. A variable without a column stays.
    ///
    /// # Errors
    /// A sentence: the page becomes too long.
    pub fn question(&self, row: usize) -> Result<Question, String> {
        let values = self.values(row);
        Ok(match &self.body {
            Body::Page { html, frame_height, .. } => {
                let content = filled(html, &values)?;
                Question::Html(HtmlQuestion { content, frame_height: *frame_height })
            }
            Body::Form { form, .. } => Question::Form(form.clone()),
            Body::External { url, frame_height } => {
                let escaped = |(name, value): (String, String)| (name, encoded(&value));
                let url = filled(url, &values.into_iter().map(escaped).collect())?;
                Question::External(ExternalQuestion { url, frame_height: *frame_height })
            }
        })
    }

    fn values(&self, row: usize) -> Parameters {
        let Some(table) = &self.table else { return Parameters::new() };
        let cells = table.rows.get(row).map_or(&[][..], |row| &row.cells);
        table.columns.iter().cloned().zip(cells.iter().cloned()).collect()
    }

    /// How many lines of the question of a row stand before the file's first one; none if the row
    /// has line breaks in its cells, so that the file's lines are others.
    pub fn lines_before(&self, row: usize) -> Option<usize> {
        let row = self.table.as_ref().and_then(|table| table.rows.get(row));
        if row.is_some_and(|row| row.cells.iter().any(|cell| cell.contains('\n'))) {
            return None;
        }
        Some(match &self.body {
            Body::Page { lines_before, .. } => *lines_before,
            _ => 0,
        })
    }

    /// What its requester might want to know of the question of a row.
    pub fn remarks(&self, row: usize, question: &Question) -> Vec<Remark> {
        let of_all = |text: String| Remark { line: None, text };
        let before = self.lines_before(row);
        let in_file = |line: usize| line.checked_sub(before?).filter(|line| *line > 0);
        let placed = |remark: Remark| Remark { line: remark.line.and_then(in_file), ..remark };
        let mut all: Vec<Remark> = self.refusals(question).into_iter().map(placed).collect();
        let is_empty = self.table.as_ref().is_some_and(|table| table.rows.is_empty());
        all.extend(is_empty.then(|| of_all("The file of --data has no rows.".to_owned())));
        all.extend(self.unused().map(of_all));
        all.extend(remarks::of(question).into_iter().map(placed));
        all
    }

    /// Why the API, or a batch, would not take the question; lines are those of the question.
    fn refusals(&self, question: &Question) -> Vec<Remark> {
        let checked = match (&self.body, question) {
            (Body::Form { document, .. }, _) => check(document),
            (_, Question::Html(page)) => {
                check(&page_document(&page.content, i64::from(page.frame_height)))
            }
            _ => Ok(()),
        };
        let mut all = match checked {
            Ok(()) => Vec::new(),
            Err(refused) => reasons(&refused),
        };
        if let Body::Page { template_bytes: Some(bytes), .. } = &self.body {
            let most = MAX_TEMPLATE_BYTES >> 10;
            let text = if *bytes > MAX_TEMPLATE_BYTES {
                format!("A batch would refuse it: a template may have up to {most} KiB.")
            } else if all.is_empty() {
                return all;
            } else {
                "A batch would take it.".to_owned()
            };
            all.push(Remark { line: None, text });
        }
        all
    }

    /// That columns are named nowhere.
    fn unused(&self) -> Option<String> {
        let (Body::Page { html: text, .. } | Body::External { url: text, .. }) = &self.body else {
            return None;
        };
        let table = self.table.as_ref()?;
        let names = PLACEHOLDER.captures_iter(text).filter_map(|found| found.get(1));
        let names: BTreeSet<&str> = names.map(|name| name.as_str()).collect();
        let unused = table.columns.iter().filter(|column| !names.contains(column.as_str()));
        let unused: Vec<&str> = unused.take(10).map(String::as_str).collect();
        let are = format!("The page does not use these columns: {}.", unused.join(", "));
        (!unused.is_empty()).then_some(are)
    }
}

fn too_long() -> String {
    format!("The file has more than {} MiB, the most that can be shown.", MAX_BYTES >> 20)
}

fn document(text: &str) -> Result<Body, String> {
    Ok(match parse(text).map_err(|why| why.to_string())? {
        Question::Html(page) => Body::Page {
            html: page.content,
            frame_height: page.frame_height,
            template_bytes: None,
            lines_before: 0,
        },
        Question::External(page) => {
            Body::External { url: page.url, frame_height: page.frame_height }
        }
        Question::Form(form) => Body::Form { form, document: text.to_owned() },
    })
}

fn template(text: &str) -> Body {
    let html = Template::new(text, 0).page(&[], &[]);
    let before = html.find(text).and_then(|at| html.get(..at)).unwrap_or_default();
    let lines_before = before.matches('\n').count();
    Body::Page { html, frame_height: 0, template_bytes: Some(text.len()), lines_before }
}

/// The text with its values, of bounded length.
fn filled(text: &str, values: &Parameters) -> Result<String, String> {
    let names = PLACEHOLDER.captures_iter(text).filter_map(|found| found.get(1));
    let added: usize = names.map(|name| values.get(name.as_str()).map_or(0, String::len)).sum();
    if added > 0 && text.len() + added > MAX_PAGE_BYTES {
        let most = MAX_PAGE_BYTES >> 20;
        return Err(format!(
            "With the cells of this row, the page has more than {most} MiB, the most for a HIT of \
             a batch."
        ));
    }
    Ok(with_known(text, values))
}

/// Where a redirect leads from an http or https address: another one, or none that is asked.
pub fn redirected(url: &str, location: &str) -> Option<String> {
    let page = url.split(['?', '#']).next()?;
    let (scheme, rest) = page.split_once("://")?;
    let location = location.split('#').next()?.trim();
    let authority = rest.split('/').next()?;
    if location.contains("://") && !location.starts_with(['/', '?', '.']) {
        return Some(location.to_owned());
    }
    if location.starts_with("//") {
        return Some(format!("{scheme}:{location}"));
    }
    if location.starts_with('/') {
        return Some(format!("{scheme}://{authority}{location}"));
    }
    if location.starts_with('?') || location.is_empty() {
        return Some(format!("{page}{location}"));
    }
    let folder = rest.rsplit_once('/').map_or(rest, |(folder, _)| folder);
    Some(format!("{scheme}://{folder}/{location}"))
}

/// Why the API would refuse a question.
fn reasons(refused: &Refused) -> Vec<Remark> {
    let one = |why: &str| vec![would_refuse(None, why)];
    match refused {
        Refused::Document(QuestionFault::TooLong) => {
            one(&format!("the question has more than {MAX_API_BYTES} bytes."))
        }
        Refused::Document(fault) => one(&fault.to_string()),
        Refused::Character(character) => one(&format!(
            "it has the character {character}. Write &#{}; instead.",
            u32::from(*character)
        )),
        Refused::Html { errors, .. } => {
            let of = |error: &HtmlError| would_refuse(Some(error.line), error.why);
            errors.iter().map(of).collect()
        }
    }
}

fn would_refuse(line: Option<usize>, why: &str) -> Remark {
    let mut text: String = why.chars().take(LONGEST_REASON).collect();
    if text.len() < why.len() {
        text.push('…');
    }
    Remark { line, text: format!("The API would refuse this: {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::csv;

    fn table(text: &str) -> Table {
        csv::read(text.as_bytes(), csv::Limits::DATA).unwrap()
    }

    fn html(draft: &Draft, row: usize) -> String {
        match draft.question(row).unwrap() {
            Question::Html(page) => page.content,
            other => panic!("{other:?}"),
        }
    }

    fn sentences(draft: &Draft) -> Vec<String> {
        let remarks = draft.remarks(0, &draft.question(0).unwrap());
        remarks.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_template_is_filled_with_rows() {
        let draft = Draft::of_file(b"<p>${a} ${b}</p>", Some(table("a,c\nx,1\n<b>,2\n"))).unwrap();
        assert_eq!((draft.rows(), draft.has_table()), (2, true));
        assert!(html(&draft, 0).contains("<p>x ${b}</p>"), "as a batch would fill it");
        assert!(html(&draft, 0).contains("name=\"mturk_form\""), "a form was put around it");
        assert!(html(&draft, 1).contains("<p><b> ${b}</p>"));
        assert!(html(&draft, 9).contains("<p>${a} ${b}</p>"), "there is no such row");
        let expected = [
            "The page does not use these columns: c.",
            "Line 1: ${b} has no value: workers see it as it is.",
        ];
        assert_eq!(sentences(&draft), expected);
        assert!(draft.lines_before(0).is_some_and(|lines| lines > 0), "those of the form");
        let draft = Draft::of_file(b"<p>${a} ${b}</p>", Some(table("a\n\"x\ny\"\n"))).unwrap();
        assert_eq!(draft.lines_before(0), None);
        assert_eq!(sentences(&draft), ["${b} has no value: workers see it as it is."]);
        let own = Draft::of_file(b"<form>${a}</form>", None).unwrap();
        assert_eq!((html(&own, 0).as_str(), own.rows()), ("<form>${a}</form>", 1));
        let empty = Draft::of_file(b"<form>${a}</form>", Some(table("a\n"))).unwrap();
        assert_eq!(empty.rows(), 1);
        assert_eq!(sentences(&empty)[0], "The file of --data has no rows.");
    }

    #[test]
    fn question_documents_are_shown_as_they_are() {
        let page = "\u{feff}\n<?xml version=\"1.0\"?>\n<!-- a > b -->\n".to_owned()
            + &page_document("<p>${a}</p>", 450);
        let draft = Draft::of_file(page.as_bytes(), Some(table("a\n1\n"))).unwrap();
        assert_eq!(html(&draft, 0), "<p>1</p>", "without a form around it");
        let external = "<ExternalQuestion xmlns=\"http://mechanicalturk.amazonaws.com/\
            AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd\"><ExternalURL>\
            https://a.example/?x=${a}</ExternalURL><FrameHeight>7</FrameHeight></ExternalQuestion>";
        let draft = Draft::of_file(external.as_bytes(), Some(table("a\nR & D\n"))).unwrap();
        let Question::External(page) = draft.question(0).unwrap() else { panic!() };
        assert_eq!(page.url, "https://a.example/?x=R%20%26%20D");
        let draft = Draft::of_url("https://a.example/${a}", None);
        assert_eq!(sentences(&draft), ["${a} has no value: workers see it as it is."]);
    }

    #[test]
    fn what_cannot_be_shown_says_why() {
        let why = |bytes: &[u8], table| Draft::of_file(bytes, table).unwrap_err();
        assert_eq!(why(b" \n", None), "The file is empty.");
        assert_eq!(why(b"\xff\xfe", None), "The file is not UTF-8.");
        assert!(Draft::of_file(&vec![b'x'; MAX_BYTES], None).is_ok());
        assert!(why(&vec![b'x'; MAX_BYTES + 1], None).starts_with("The file has more than 2 MiB"));
        assert!(why(b"<HTMLQuestion>", None).contains("not well-formed"));
        let form = include_bytes!("../../tests/clients/browser/form.xml");
        assert!(Draft::of_file(form, None).is_ok());
        assert!(why(form, Some(table("a\n1\n"))).contains("has no variables"));
        let long = format!("a\n{}\n", "x".repeat(100_000));
        let draft = Draft::of_file("${a}".repeat(11).as_bytes(), Some(table(&long))).unwrap();
        assert!(draft.question(0).unwrap_err().contains("more than 1 MiB"));
        let draft = Draft::of_file("${a}".repeat(10).as_bytes(), Some(table(&long))).unwrap();
        assert!(draft.question(0).is_ok());
    }

    #[test]
    fn redirects_lead_to_whole_addresses() {
        for (url, location, expected) in [
            ("http://a:1/x/y?q=1", "http://b/z#f", "http://b/z"),
            ("https://a/x", "//b/z", "https://b/z"),
            ("http://a:1/x/y?q=/", "/z?r=http://b", "http://a:1/z?r=http://b"),
            ("http://a/x/y?q", "z", "http://a/x/z"),
            ("http://a", "z", "http://a/z"),
            ("http://a/x?q", "?r=1", "http://a/x?r=1"),
            ("http://a/x?q", "", "http://a/x"),
        ] {
            assert_eq!(redirected(url, location).as_deref(), Some(expected), "{url} {location}");
        }
    }

    #[test]
    fn what_the_api_would_refuse_has_a_remark() {
        let of = |text: &str| sentences(&Draft::of_file(text.as_bytes(), None).unwrap());
        let emoji = of("<form>AT&T \u{1f600}</form>");
        let expected = "The API would refuse this: it has the character \u{1f600}. Write \
            &#128512; instead.";
        assert_eq!(emoji[..2], [expected, "A batch would take it."]);
        assert!(!of("<form>&#128512;</form>")[0].contains("refuse"));
        let stray = of("<form>\nAT&T</form>");
        assert!(stray[0].starts_with("Line 2: The API would refuse this: “&” did"), "{stray:?}");
        assert_eq!(stray[1], "A batch would take it.");
        // The line is that of the file, not that of the page with the form around it.
        assert!(of("x\nAT&T")[0].starts_with("Line 2: "), "{:?}", of("x\nAT&T"));
        let long = of(&"x".repeat(65_536));
        assert_eq!(long[0], "The API would refuse this: the question has more than 65535 bytes.");
        assert_eq!(long[1], "A batch would take it.");
        let longer = of(&"x".repeat(700 << 10));
        assert_eq!(longer[1], "A batch would refuse it: a template may have up to 512 KiB.");
    }

    #[test]
    fn what_is_no_variable_has_a_remark() {
        let draft = Draft::of_file(b"<p>\n${my var} ${}<b title='${1}'></p>", None).unwrap();
        let found = sentences(&draft);
        let found: Vec<&String> = found.iter().filter(|text| text.contains("stays")).collect();
        assert!(found[0].starts_with("Line 2: ${my var} stays as it is: a variable is"));
        assert!(found[1].starts_with("Line 2: ${} stays") && found[2].contains("${1} stays"));
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
