//! The XML namespaces of question and answer documents. Only forms have two versions.

macro_rules! namespace {
    ($schema:literal) => {
        concat!("http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/", $schema)
    };
}

pub(super) const EXTERNAL_QUESTION: &str = namespace!("2006-07-14/ExternalQuestion.xsd");
pub(super) const HTML_QUESTION: &str = namespace!("2011-11-11/HTMLQuestion.xsd");
pub(super) const FORM_2005: &str = namespace!("2005-10-01/QuestionForm.xsd");
/// This version has no `Application` and no `FileUploadAnswer`.
pub(super) const FORM_2017: &str = namespace!("2017-11-06/QuestionForm.xsd");
pub(super) const ANSWERS: &str = namespace!("2005-10-01/QuestionFormAnswers.xsd");
pub(super) const ANSWER_KEY: &str = namespace!("2005-10-01/AnswerKey.xsd");
