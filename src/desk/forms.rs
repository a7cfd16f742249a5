//! The forms of a page: what each of them changes, and what the page says about the form that led
//! to it.

use askama::Template;
use axum::http::StatusCode;

use crate::desk::page::status;
use crate::fault::{Code, Fault};
use crate::shapes::table::TableNote;
use crate::shapes::words::Word;
use crate::views::show;
use crate::web::form::Form;

/// So much of a refusal is shown: it may repeat a whole document.
const MAX_REFUSAL: usize = 2000;

/// What a form of a page changes; the word stands in the form's address.
pub trait Change: Word {
    /// What the page says when it is done.
    fn done(self) -> &'static str;

    /// What to do about a refusal; empty if the API's sentence says it.
    fn advice(self, code: Code) -> &'static str;
}

/// A form that was refused.
#[derive(Debug)]
pub struct Refused {
    /// The word in the form's address.
    change: &'static str,
    /// Whom or what it is about, if the page has several forms with that word.
    about: String,
    message: String,
    advice: &'static str,
    /// Every problem of an uploaded file.
    problems: Vec<TableNote>,
    /// What was typed.
    form: Form,
}

impl Refused {
    /// The status of the page that says so, and what it says.
    ///
    /// # Errors
    /// The fault is no refusal.
    pub fn of(change: impl Change, fault: Fault, form: Form) -> Result<(StatusCode, Self), Fault> {
        let Some(refusal) = fault.refusal() else { return Err(fault) };
        let refused = Self {
            advice: change.advice(refusal.code),
            form,
            ..Self::of_file(change.as_str(), &refusal.text(), Vec::new())
        };
        Ok((status(refusal.code.kind()), refused))
    }

    /// The same, of a form about somebody or something.
    #[must_use]
    pub fn about(self, about: String) -> Self {
        Self { about, ..self }
    }

    /// An uploaded file that was refused.
    pub fn of_file(change: &'static str, message: &str, problems: Vec<TableNote>) -> Self {
        let message = show::excerpt(message, MAX_REFUSAL).text;
        let (about, form) = (String::new(), Form::default());
        Self { change, about, message, advice: "", problems, form }
    }
}

/// What a page says about the form that led to it.
#[derive(Debug, Default)]
pub struct Notice {
    /// What was done.
    pub done: Option<&'static str>,
    refused: Option<Refused>,
}

impl Notice {
    /// That something was done; nothing if there is no sentence.
    pub fn done(done: Option<&'static str>) -> Self {
        Self { done, refused: None }
    }

    /// The refusal of a form; nothing if another one was refused, or none.
    pub fn refusal(&self, change: &str, about: &str) -> RefusalNote<'_> {
        RefusalNote { refused: self.find(change, about) }
    }

    /// The refusal whose form the page does not show.
    pub fn refusal_of_none(&self, is_shown: impl Fn(&str) -> bool) -> RefusalNote<'_> {
        let is_hidden = |refused: &&Refused| !refused.about.is_empty() && !is_shown(&refused.about);
        RefusalNote { refused: self.refused.as_ref().filter(is_hidden) }
    }

    /// Whether that form was refused.
    pub fn is_refused(&self, change: &str, about: &str) -> bool {
        self.find(change, about).is_some()
    }

    /// What was typed into a field of the form, if it was refused, or else what stands there at
    /// first.
    pub fn typed<'a>(&'a self, change: &str, about: &str, field: &str, first: &'a str) -> &'a str {
        self.find(change, about).map_or(first, |refused| refused.form.get(field))
    }

    fn find(&self, change: &str, about: &str) -> Option<&Refused> {
        let is_it = |refused: &&Refused| refused.change == change && refused.about == about;
        self.refused.as_ref().filter(is_it)
    }
}

impl From<Refused> for Notice {
    fn from(refused: Refused) -> Self {
        Self { done: None, refused: Some(refused) }
    }
}

/// A refusal beside its form.
#[derive(Debug, Template)]
#[template(path = "desk_refused.html")]
pub struct RefusalNote<'a> {
    refused: Option<&'a Refused>,
}
