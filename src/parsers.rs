//! Every parser and check that something sent from outside reaches, by its name and as a function
//! of bytes: what the fuzz targets feed, and what the count of instructions doubles.
//!
//! It is no part of the library's interface. A new parser is a line of [`PARSERS`].

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use chrono::DateTime;
use serde_json::{Value, json};

use crate::host_check::{HostCheck, Writers};
use crate::rules::batch::{self, review};
use crate::rules::csv;
use crate::rules::frame::{form_targets, local, with_script};
use crate::rules::mask::masked;
use crate::rules::notification;
use crate::rules::page::{Listing, PageKey};
use crate::rules::posted::{Field, urlencoded};
use crate::rules::preview::{Draft, redirected};
use crate::rules::question::answers::{self, Repeated};
use crate::rules::question::filling::{Filling, answers as filled_answers};
use crate::rules::question::form::{FormQuestion, Part};
use crate::rules::question::layout::Layout;
use crate::rules::question::pattern::Budget;
use crate::rules::question::remarks::{self, Answered, framing};
use crate::rules::question::specification::{AnswerFormat, AnswerSpecification, FreeTextAnswer};
use crate::rules::question::{
    HtmlQuestion, Question, QuestionForm, fields, key, parse, visible_text,
};
use crate::rules::review_policy;
use crate::rules::robots::answers::Asked;
use crate::rules::robots::asking;
use crate::rules::robots::job::Known;
use crate::rules::robots::parameters::Parameters;
use crate::rules::robots::plausible;
use crate::rules::robots::random::Random;
use crate::rules::worker_csv;
use crate::shapes::answer::Given;
use crate::shapes::answerer::OpenAi;
use crate::shapes::batch::NewBatch;
use crate::shapes::hit::HitLayoutParameter;
use crate::sigv4::{self, SigningKeys};
use crate::site::visit::{COOKIE, worker_in_cookie};
use crate::time::Instant;
use crate::web::multipart::parts;
use crate::web::question_form::{Use, render_form};
use crate::wire::model;
use crate::wire::validate;
use crate::worlds::archive::{self, Archive};
use crate::worlds::{Refusal, Worlds};

/// Any key: what was sealed with another one is refused after it was read.
const KEY: PageKey = PageKey([7; 32]);

/// Reads bytes, and forgets what it read.
pub type Parser = fn(&[u8]);

/// All parsers. What is made of two or three things is cut at bytes of 0.
pub const PARSERS: &[(&str, Parser)] = &[
    ("urlencoded", |sent| drop(urlencoded(sent))),
    ("multipart", |sent| {
        let [kind, body] = cut(sent);
        drop(parts(&text(kind), &Bytes::copy_from_slice(body), usize::MAX));
    }),
    ("masked_text", |sent| drop(masked(&text(sent)))),
    ("question", |sent| drop(parse(&text(sent)))),
    ("answer", |sent| drop(answers::parse(&text(sent)))),
    ("answer_key", |sent| {
        let [key, answer] = cut(sent);
        let _ = key::score(&text(key), &text(answer));
    }),
    ("filled_form", |sent| {
        drop(form_of(sent).map(|(form, posted)| filled_answers(&form, &posted)));
    }),
    ("drawn_form", |sent| drop(form_of(sent).map(drawn))),
    ("external_submit", |sent| {
        let [question, posted] = cut(sent);
        drop(answers::write_posted(&text(question), &urlencoded(posted), Repeated::Join));
    }),
    ("given_answers", |sent| {
        let [question, given] = cut(sent);
        let given = serde_json::from_slice::<Given>(given).unwrap_or_default();
        drop(answers::write(&text(question), &given));
    }),
    ("regex", regex),
    ("layout", layout),
    ("html_page", |sent| {
        let html = text(sent);
        drop((local(&html, "http://localhost"), form_targets(&html)));
        drop(with_script(&html, "<script></script>"));
    }),
    ("remarks", |sent| {
        let page = HtmlQuestion { content: text(sent), frame_height: 1 };
        drop(remarks::of(&Question::Html(page)));
        drop(parse(&text(sent)).map(|question| remarks::of(&question)));
    }),
    ("frame_headers", |sent| {
        let [policy, options, location] = cut(sent).map(text);
        let (policies, frame_options) = (&[policy.as_str()], &[options.as_str()]);
        let answered = Answered { status: 200, frame_options, policies, content_type: &options };
        drop(framing(&answered, "http://127.0.0.1:1770"));
        drop(redirected("http://a.example/b/c", &location));
    }),
    ("draft", |sent| {
        let [page, data] = cut(sent);
        let table = csv::read(data, csv::Limits::DATA).ok();
        let Ok(draft) = Draft::of_file(page, table) else { return };
        drop(draft.question(0).map(|question| draft.remarks(0, &question)));
    }),
    ("page_fields", |sent| {
        let html = text(sent);
        drop((fields::of_page(&html).posted(&Given::default()), visible_text::of_html(&html)));
    }),
    ("plausible_page", |sent| drop(plausible(&text(sent)))),
    ("outside_answer", outside_answer),
    ("page_token", |sent| {
        let list = Listing { requester_id: "A1", operation: "x", chosen_by: &[] };
        drop(list.page(&KEY, Some(&text(sent)), None));
    }),
    ("cookies", |sent| drop(worker_in_cookie(&headers(sent), COOKIE, &KEY))),
    ("host_and_origin", |sent| {
        let host_check = HostCheck::default();
        drop(host_check.check((&Method::POST, &Uri::default(), &headers(sent)), Writers::Ours));
    }),
    ("signature", signature),
    ("api_body", |sent| {
        let [operation, body] = cut(sent);
        let shape = model::operation(&text(operation)).unwrap_or(&model::OPERATIONS[0]);
        drop(serde_json::from_slice::<Value>(body).map(|body| validate::check(shape, &body)));
    }),
    ("review_policy", |sent| {
        if let Ok(policy) = serde_json::from_slice(sent) {
            drop(review_policy::read(Some(&policy), None));
            drop(review_policy::read(None, Some(&policy)));
        }
    }),
    ("notification", |sent| {
        drop(serde_json::from_slice(sent).map(|settings| notification::check(&settings)));
    }),
    ("time", |sent| {
        let _ = Instant::parse(&text(sent), Instant(0));
    }),
    ("world", |sent| {
        let read = Worlds::read(vec![text(sent)]).map(|worlds| worlds.check());
        let problems = |refusal: Refusal| drop(refusal.message(&[]));
        drop(read.map(|checked| checked.map_err(problems)));
    }),
    ("csv", |sent| drop(csv::read(sent, csv::Limits::DATA))),
    ("reviewed_csv", |sent| drop(review::read(sent))),
    ("worker_csv", |sent| drop(worker_csv::read(sent))),
    ("batch", |sent| {
        let [template, data] = cut(sent);
        drop(batch::check(new_batch(template, data)).map(|checked| checked.first_page()));
    }),
    ("archive", |sent| {
        let Ok(file) = archive::read_bytes(sent.to_vec()) else { return };
        let mut archive = Archive::default();
        drop(archive.add("", file, None));
        drop(archive.made());
    }),
];

/// Reads `sent` with the parser of this name; one that does not exist reads nothing.
pub fn read(name: &str, sent: &[u8]) {
    let found = PARSERS.iter().find(|(known, _)| *known == name);
    if let Some((_, parser)) = found {
        parser(sent);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn cut<const N: usize>(sent: &[u8]) -> [&[u8]; N] {
    let mut pieces = sent.splitn(N, |byte| *byte == 0);
    [(); N].map(|()| pieces.next().unwrap_or_default())
}

fn form_of(sent: &[u8]) -> Option<(QuestionForm, Filling)> {
    let [question, posted] = cut(sent);
    let Ok(Question::Form(form)) = parse(&text(question)) else { return None };
    Some((form, Filling { texts: urlencoded(posted), files: Vec::new() }))
}

/// A batch of this template and CSV.
fn new_batch(template: &[u8], data: &[u8]) -> NewBatch {
    let members = json!({"Template": text(template), "Data": text(data), "Title": "t",
        "Description": "d", "Reward": "0.05"});
    serde_json::from_value(members).unwrap_or_default()
}

/// A form with what was filled in and what is wrong with it.
fn drawn((form, posted): (QuestionForm, Filling)) -> String {
    let problems = filled_answers(&form, &posted).err().unwrap_or_default();
    render_form(&form, &posted, &problems, Use::Work)
}

/// An expression and a text.
fn regex(sent: &[u8]) {
    let [regex, value] = cut(sent);
    let format = AnswerFormat { regex: text(regex), error_text: String::new(), ignore_case: true };
    let field = FreeTextAnswer { formats: vec![format], ..FreeTextAnswer::default() };
    let question = FormQuestion {
        identifier: "q".to_owned(),
        display_name: None,
        is_required: false,
        content: Vec::new(),
        answer: AnswerSpecification::FreeText(field),
    };
    let form = QuestionForm { parts: vec![Part::Question(question)] };
    let texts = vec![("Answer_1".to_owned(), text(value))];
    drop(filled_answers(&form, &Filling { texts, files: Vec::new() }));
}

/// A page with placeholders, and their values in the form of a query.
fn layout(sent: &[u8]) {
    let [html, values] = cut(sent);
    let parameter = |(name, value)| HitLayoutParameter { name, value };
    let values: Vec<_> = urlencoded(values).into_iter().map(parameter).collect();
    let layout = Layout { html: text(html), frame_height: 0 };
    drop(layout.question(&values));
}

/// What a robot posts that fills in a page.
fn plausible(html: &str) -> Vec<Field> {
    let (fields, mut random) = (fields::of_page(html), Random::new(1, &[]));
    let mut budget = Budget::default();
    let given = fields
        .open()
        .map(|field| (field.name.clone(), plausible::plausible(field, &mut random, &mut budget)));
    fields.posted(&Given(given.collect()))
}

/// A page, and what an address and a model answered to its fields.
fn outside_answer(sent: &[u8]) {
    let [html, body] = cut(sent);
    let known = Known {
        question: Question::Html(HtmlQuestion { content: text(html), frame_height: 0 }),
        fields: fields::of_page(&text(html)),
        parameters: Parameters::default(),
    };
    let names: Vec<String> = known.fields.open().map(|field| field.name.clone()).collect();
    let model =
        OpenAi { base_url: String::new(), model: String::new(), persona: None, api_key_env: None };
    for asked in [Asked::Http(String::new()), Asked::OpenAi(model)] {
        drop(asking::Question::new(&asked, &names, &known).read(body));
    }
}

/// Headers, a line each.
fn headers(lines: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let name = HeaderName::from_bytes(&line[..at]);
        let value = HeaderValue::from_bytes(line.get(at + 1..).unwrap_or_default());
        if let (Ok(name), Ok(value)) = (name, value) {
            // There may be no more of them than its hash table has room for.
            let _ = headers.try_append(name, value);
        }
    }
    headers
}

/// Headers, a path and a query.
fn signature(sent: &[u8]) {
    let [lines, path, query] = cut(sent);
    let headers = headers(lines);
    let Ok(Some(authorization)) = sigv4::parse(&headers) else { return };
    let (path, query) = (text(path), text(query));
    let request = sigv4::Request {
        method: "POST",
        path: &path,
        query: &query,
        headers: &headers,
        body: b"{}",
    };
    let now = DateTime::from_timestamp(1_764_547_200, 0).unwrap_or_default();
    drop(sigv4::check_age(&authorization, now));
    drop(sigv4::verify(&authorization, &SigningKeys::default(), "secret", &request, None));
}
