//! Checks of a qualification type when it is created and when it is updated.
//!
//! Facts: API reference of CreateQualificationType and UpdateQualificationType, and the reference
//! of the older API with the same back end.

use std::collections::{HashMap, HashSet};

use crate::fault::Fault;
use crate::rules::limits;
use crate::rules::question::specification::AnswerSpecification;
use crate::rules::question::{self, Question, QuestionFault, QuestionForm, key, unreadable};
use crate::shapes::qualification::GrantRules;

/// Checks name, description and keywords.
pub fn check_texts(name: &str, description: &str, keywords: Option<&str>) -> Result<(), Fault> {
    limits::one_to("Name", name, limits::QUALIFICATION_NAME)?;
    limits::one_to("Description", description, limits::DESCRIPTION)?;
    limits::optional_at_most("Keywords", keywords, limits::KEYWORDS)
}

impl GrantRules {
    /// Checks what a requester sent for a new type.
    ///
    /// Assumed: a duration without a test and a value without `AutoGranted` say nothing.
    pub fn check(sent: Self) -> Result<Self, Fault> {
        if let Some(delay) = sent.retry_delay_s {
            limits::RETRY_DELAY_S.check("RetryDelayInSeconds", delay)?;
        }
        if let (Some(test), true) = (&sent.test, sent.auto_granted) {
            // Recorded: the whole document is the value.
            return Err(Fault::invalid_parameter("Test", test));
        }
        let granted = |value: Option<i64>| sent.auto_granted.then(|| value.unwrap_or(1));
        let auto_granted_value = granted(sent.auto_granted_value);
        if sent.test.is_none() {
            if sent.answer_key.is_some() {
                return Err(Fault::parameter(
                    "An AnswerKey can only be given together with a Test.",
                ));
            }
            return Ok(Self { test_duration_s: None, auto_granted_value, ..sent });
        }
        let duration = sent.test_duration_s.ok_or_else(|| {
            Fault::parameter("TestDurationInSeconds must be given together with a Test.")
        })?;
        limits::TEST_DURATION_S.check("TestDurationInSeconds", duration)?;
        check_test(sent.test.as_deref().unwrap_or_default(), sent.answer_key.as_deref())?;
        Ok(Self { auto_granted_value, ..sent })
    }

    /// What a type has after an update with `sent`; what is not sent stays.
    ///
    /// A test that is sent replaces test, duration and answer key together. Assumed: a duration or
    /// an answer key without the test is refused, as the reference wants the test with it.
    pub fn updated(self, sent: Self, auto_granted: Option<bool>) -> Result<Self, Fault> {
        let retry_delay_s = sent.retry_delay_s.or(self.retry_delay_s);
        let auto_granted = auto_granted.unwrap_or(self.auto_granted);
        let auto_granted_value = sent.auto_granted_value.or(self.auto_granted_value);
        let is_requestable = self.is_requestable;
        let rest = Self {
            retry_delay_s,
            is_requestable,
            auto_granted,
            auto_granted_value,
            ..Self::default()
        };
        if sent.test.is_some() {
            let Self { test, test_duration_s, answer_key, .. } = sent;
            return Self::check(Self { test, test_duration_s, answer_key, ..rest });
        }
        if sent.answer_key.is_some() || sent.test_duration_s.is_some() {
            return Err(Fault::parameter(
                "AnswerKey and TestDurationInSeconds can only be updated together with the Test.",
            ));
        }
        let Self { test, test_duration_s, answer_key, .. } = self;
        // The old test was checked when it came.
        let checked = Self::check(Self { test: None, ..rest })?;
        if test.is_some() && checked.auto_granted {
            // Assumed: the parameter at fault is the one that was sent.
            return Err(Fault::invalid_parameter("AutoGranted", true));
        }
        Ok(Self { test, test_duration_s, answer_key, ..checked })
    }
}

/// A test is a form without files, and a key goes with its choices.
///
/// Assumed: the sentences.
fn check_test(test: &str, answer_key: Option<&str>) -> Result<(), Fault> {
    limits::at_most_bytes("Test", test, limits::TEST_BYTES)?;
    let Question::Form(form) = question::parse(test).map_err(unreadable_test)? else {
        return Err(Fault::parameter("The Test of a QualificationType is a QuestionForm."));
    };
    if form.questions().any(|question| question.answer.is_file()) {
        return Err(Fault::parameter("The Test of a QualificationType cannot ask for a file."));
    }
    let Some(answer_key) = answer_key else { return Ok(()) };
    limits::at_most_bytes("AnswerKey", answer_key, limits::TEST_BYTES)?;
    let key = key::parse(answer_key).map_err(unreadable)?;
    check_key(&form, &key)
}

fn unreadable_test(fault: QuestionFault) -> Fault {
    match fault {
        QuestionFault::Empty => limits::empty("Test"),
        fault => unreadable(fault),
    }
}

/// What is scored must be choices alone (documentation of `AnswerKey`).
///
/// Assumed: a question is scored once, and by its own choices.
fn check_key(form: &QuestionForm, key: &key::AnswerKey) -> Result<(), Fault> {
    let answers = form.questions().map(|question| (question.identifier.as_str(), &question.answer));
    let answers: HashMap<&str, &AnswerSpecification> = answers.collect();
    let mut scored = HashSet::new();
    for question in key.questions() {
        let name = question.identifier.as_str();
        let Some(choices) = answers.get(name).and_then(|answer| answer.closed_choices()) else {
            return Err(Fault::parameter(format!(
                "The AnswerKey scores the question \"{name}\", which is no question of the Test, \
                 or not one of choices alone."
            )));
        };
        if !scored.insert(name) {
            let message = format!("The AnswerKey scores the question \"{name}\" twice.");
            return Err(Fault::parameter(message));
        }
        let offered: HashSet<_> = choices.iter().map(|choice| choice.identifier.as_str()).collect();
        if let Some(choice) = question.choices().find(|choice| !offered.contains(choice)) {
            return Err(Fault::parameter(format!(
                "The AnswerKey scores the choice \"{choice}\", which the question \"{name}\" of \
                 the Test does not have."
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
