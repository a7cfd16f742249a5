//! What each form asks of the control API, and what is asked before that.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules::frame::encoded;
use crate::store::requesters::Requester;
use crate::store::timers;
use crate::time::{Instant, Span};
use crate::views::show;
use crate::web::form::Form;

/// A request to the control API.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    /// The method.
    pub method: Method,
    /// The path, and a query.
    pub path: String,
    /// The body: JSON, or nothing.
    pub body: String,
}

/// What a person is asked before something is done.
#[derive(Debug)]
pub struct Question {
    /// The question.
    pub title: &'static str,
    /// What will happen.
    pub text: String,
    /// What the button says.
    pub button: &'static str,
}

/// What was done, in a sentence.
pub fn done(action: &str) -> Option<&'static str> {
    Some(match action {
        "advance" | "set" => "The clock was moved, and everything that fell due was settled.",
        "freeze" => "The clock stands still.",
        "resume" => "The clock runs on from what it shows.",
        "add-fault" => "The rule was added. It counts from the next call on.",
        "remove-fault" => "The rule was removed.",
        "clear-faults" => "All fault rules were removed.",
        "add-robots" => "The robots were added. They work as the clock runs or is moved.",
        "remove-robots" => "The crowd was removed. What it had in hand was returned.",
        "clear-robots" => "All robots were removed. What they had in hand was returned.",
        "add-webhook" => "The webhook was registered.",
        "remove-webhook" => "The webhook was removed.",
        "retry-webhook" => "The webhook is tried again now.",
        "keep" => "The market was kept as a snapshot.",
        "restore" => "The snapshot is in place of the market.",
        "delete" => "The snapshot was deleted.",
        "reset" => "The market is as it was when the server started.",
        "clear-calls" => "The journal is empty.",
        "retry-timers" => "The timers that had failed were tried again.",
        _ => return None,
    })
}

/// What a form asks for; none if there is no such form.
pub fn of(action: &str, form: &Form) -> Option<Command> {
    let snapshot = |end: &str| format!("/_mturk/snapshots/{}{end}", encoded(form.get("name")));
    let clock = |body: Value| (Method::POST, "/_mturk/clock".to_owned(), body.to_string());
    let faults = || "/_mturk/faults".to_owned();
    let robots = || "/_mturk/robots".to_owned();
    let webhooks = |end: &str| format!("/_mturk/webhooks{end}");
    let webhook = |end: &str| webhooks(&format!("{end}?webhook={}", encoded(form.get("webhook"))));
    let (method, path, body) = match action {
        "advance" => clock(json!({"advance": form.get("advance")})),
        "set" => clock(json!({"set": form.get("set")})),
        "freeze" => clock(json!({"freeze": true})),
        "resume" => clock(json!({"resume": true})),
        "add-fault" => (Method::POST, faults(), fault_rule(form).to_string()),
        "remove-fault" => {
            let path = format!("{}?fault={}", faults(), encoded(form.get("fault")));
            (Method::DELETE, path, String::new())
        }
        "clear-faults" => (Method::DELETE, faults(), String::new()),
        "add-robots" => (Method::POST, robots(), crowd(form)),
        "remove-robots" => {
            let path = format!("{}?robot={}", robots(), encoded(form.get("robot")));
            (Method::DELETE, path, String::new())
        }
        "clear-robots" => (Method::DELETE, robots(), String::new()),
        "add-webhook" => (Method::POST, webhooks(""), new_webhook(form).to_string()),
        "remove-webhook" => (Method::DELETE, webhook(""), String::new()),
        "retry-webhook" => (Method::POST, webhook("/retry"), String::new()),
        "keep" => (Method::POST, snapshot(""), String::new()),
        "restore" => (Method::POST, snapshot("/restore"), String::new()),
        "delete" => (Method::DELETE, snapshot(""), String::new()),
        "reset" => (Method::POST, "/_mturk/reset".to_owned(), String::new()),
        "clear-calls" => (Method::DELETE, "/_mturk/requests".to_owned(), String::new()),
        "retry-timers" => (Method::POST, "/_mturk/timers/retry".to_owned(), String::new()),
        _ => return None,
    };
    Some(Command { method, path, body })
}

/// Members of a fault rule that are texts.
const TEXTS: [&str; 4] = ["Preset", "Operation", "Error", "Requester"];
/// Those that are numbers.
const NUMBERS: [&str; 5] = ["Times", "Probability", "LatencyMs", "PerSecond", "Seconds"];
/// Those that are true or absent.
const FLAGS: [&str; 2] = ["DropConnection", "AfterCommit"];

/// The rule of the fields that are not empty.
fn fault_rule(form: &Form) -> Value {
    let members = TEXTS.into_iter().filter_map(|name| text(form, name));
    let members = members.chain(NUMBERS.into_iter().filter_map(|name| number(form, name)));
    let flag =
        |name: &'static str| Some((name.to_owned(), filled(form, name).map(|_| true)?.into()));
    members.chain(FLAGS.into_iter().filter_map(flag)).collect::<Map<_, _>>().into()
}

/// The script of a crowd: its own fields, and the members that were typed as JSON, with braces or
/// without. They are not read here, so that the control API says what is wrong with them.
fn crowd(form: &Form) -> String {
    let own = [text(form, "Name"), number(form, "Workers")].into_iter().flatten();
    let own = own.map(|(name, value)| format!("{}:{value}", Value::from(name)));
    let typed = form.get("Members");
    let inside = typed.strip_prefix('{').and_then(|typed| typed.strip_suffix('}'));
    let typed = Some(inside.unwrap_or(typed).trim()).filter(|typed| !typed.is_empty());
    let members: Vec<String> = own.chain(typed.map(str::to_owned)).collect();
    format!("{{{}}}", members.join(","))
}

fn new_webhook(form: &Form) -> Value {
    let events: Vec<&str> = form.all("Events").collect();
    let mut members = Map::from_iter([("Url".to_owned(), form.get("Url").into())]);
    if !events.is_empty() {
        members.insert("Events".to_owned(), events.into());
    }
    members.into()
}

fn filled<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    Some(form.get(name)).filter(|text| !text.is_empty())
}

fn text(form: &Form, name: &str) -> Option<(String, Value)> {
    Some((name.to_owned(), filled(form, name)?.into()))
}

/// A member that is a number. What is none stays a text, so that the control API says what is
/// wrong.
fn number(form: &Form, name: &str) -> Option<(String, Value)> {
    let text = filled(form, name)?;
    Some((name.to_owned(), serde_json::from_str(text).unwrap_or_else(|_| text.into())))
}

/// What is asked before a form's wish is done; none if that is done at once.
pub async fn question(
    engine: &Arc<Engine>,
    action: &str,
    form: &Form,
) -> Result<Option<Question>, Fault> {
    let name = form.get("name");
    let (title, text, button) = match action {
        "advance" | "set" => return clock_question(engine, action, form).await,
        "restore" => (
            "Restore this snapshot?",
            format!(
                "The snapshot {name} replaces everything: HITs, work, workers, qualifications, \
                 events, fault rules and the clock. What happened since it was kept is lost. The \
                 journal of calls is emptied."
            ),
            "Restore it",
        ),
        "delete" => (
            "Delete this snapshot?",
            format!("The snapshot {name} cannot be brought back. The market stays as it is."),
            "Delete it",
        ),
        "clear-robots" => (
            "Remove all robots?",
            "All crowds are removed, and what they have in hand is returned. The workers and what \
             they submitted stay."
                .to_owned(),
            "Remove them",
        ),
        "reset" => (
            "Reset the market?",
            "Everything goes back to what the server started with: HITs, work, workers and fault \
             rules are lost, and the clock is set back. Snapshots stay."
                .to_owned(),
            "Reset it",
        ),
        _ => return Ok(None),
    };
    Ok(Some(Question { title, text, button }))
}

/// Where the clock goes, and how much falls due on the way; none if it cannot go there, which the
/// control API explains.
async fn clock_question(
    engine: &Arc<Engine>,
    action: &str,
    form: &Form,
) -> Result<Option<Question>, Fault> {
    let now = engine.clock().await?.target;
    let to = match action {
        "advance" => Span::parse(form.get("advance")).filter(|by| by.0 >= 0).map(|by| now + by),
        _ => Instant::parse(form.get("set"), now),
    };
    let Some(to) = to.filter(|to| *to >= now) else { return Ok(None) };
    let due = engine.read(Requester::default(), to, |turn, to| {
        Box::pin(async move { Ok::<_, Fault>(timers::counts(&mut turn.tx, *to).await?.due) })
    });
    let due = match due.await? {
        0 => "Nothing falls due on the way as the market stands.".to_owned(),
        1 => "One timer falls due on the way.".to_owned(),
        count => format!("{count} timers fall due on the way."),
    };
    let text = format!(
        "The market's time goes from {} to {} UTC, {} further. {due} HITs expire, abandoned work \
         frees its place, and work is approved when its time comes. The clock does not go back.",
        show::at(&now),
        show::at(&to),
        show::between(&now, &to)
    );
    Ok(Some(Question { title: "Move the clock?", text, button: "Move it" }))
}
