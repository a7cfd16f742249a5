//! The log: one line for each request, on standard error or in a file, without secrets.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use super::server::Server;
use super::{program, program_path};

/// Sends one request with these lines after the first; the whole answer.
fn send(server: &Server, first: &str, headers: &[&str], body: &str) -> String {
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    let length = format!("Content-Length: {}", body.len());
    let mut lines = vec![format!("{first} HTTP/1.1"), length, "Connection: close".to_owned()];
    lines.extend(headers.iter().map(ToString::to_string));
    stream.write_all(format!("{}\r\n\r\n{body}", lines.join("\r\n")).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn call(server: &Server, operation: &str, body: &str) -> String {
    let target = format!("X-Amz-Target: MTurkRequesterServiceV20170117.{operation}");
    send(server, "POST /", &["Host: localhost", &target], body)
}

/// A server that logs into a file, and the lines about requests in it.
struct Logged {
    folder: TempDir,
    server: Server,
}

impl Logged {
    fn start(arguments: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("log").to_str().unwrap().to_owned();
        let mut all = vec!["--log", "json", "--log-file", &path];
        all.extend(arguments);
        Self { server: Server::start_loud(&all), folder }
    }

    fn text(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|mut line| line["fields"].take()).filter(|f| f["us"].is_number()).collect()
    }

    fn last(&self) -> Value {
        self.lines().pop().unwrap()
    }

    /// The warnings about questions of new HITs, once there are so many: they are logged behind
    /// the answers, on a thread of its own.
    fn warnings(&self, count: usize) -> Vec<String> {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let text = self.text();
            let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let warnings = lines.filter(|line| line["level"] == "WARN");
            let text = |line: Value| line["fields"]["message"].as_str().unwrap().to_owned();
            let found: Vec<_> =
                warnings.map(text).filter(|text| text.contains("question of a new HIT")).collect();
            if found.len() >= count || std::time::Instant::now() > end {
                return found;
            }
            std::thread::yield_now();
        }
    }
}

#[test]
fn each_call_is_one_line() {
    let logged = Logged::start(&[]);
    let answer = call(&logged.server, "GetAccountBalance", "{}");
    let line = logged.last();
    assert_eq!(
        (&line["message"], &line["operation"]),
        (&"call".into(), &"GetAccountBalance".into())
    );
    assert_eq!(line["status"], 200);
    assert!(line["requester"].as_str().unwrap().starts_with('A'), "{line}");
    assert!(line["client"].as_str().unwrap().starts_with("127.0.0.1:"), "{line}");
    assert!(answer.contains(line["request_id"].as_str().unwrap()), "{line} {answer}");
    assert!(line.get("error_code").is_none(), "{line}");

    let answer = call(&logged.server, "GetHIT", r#"{"HITId":"3NONE"}"#);
    let line = logged.last();
    assert_eq!((&line["operation"], &line["status"]), (&"GetHIT".into(), &400.into()));
    assert_eq!(line["error_code"], "AWS.MechanicalTurk.HITDoesNotExist");
    assert!(answer.contains(line["error_message"].as_str().unwrap()), "{line} {answer}");
    assert!(answer.contains(line["request_id"].as_str().unwrap()), "{line} {answer}");

    // Also what never reaches an operation.
    for (first, status) in [("POST /", 404), ("PUT /", 404)] {
        send(&logged.server, first, &["Host: localhost"], "{}");
        let line = logged.last();
        assert_eq!((&line["message"], &line["status"]), (&"call".into(), &status.into()), "{line}");
        assert_eq!(line["error_code"], "UnknownOperationException");
    }
    let target = "X-Amz-Target: MTurkRequesterServiceV20170117.GetHIT";
    send(&logged.server, "PUT /", &["Host: localhost", target], "{}");
    assert_eq!(logged.last()["operation"], "GetHIT", "refused before its body was read");
    assert_eq!(logged.lines().len(), 5);
}

#[test]
fn requests_to_the_control_api_and_the_site_are_lines_too() {
    let logged = Logged::start(&["--admin-token", "hush"]);
    for (first, kind, path, status) in [
        ("GET /_mturk/clock?secret=hush", "control", "/_mturk/clock", 401),
        ("GET /_mturk/files/secrethush", "control", "/_mturk/files/…", 404),
        ("POST /_mturk/reset", "control", "/_mturk/reset", 401),
        ("GET /projects?secret=hush", "site", "/projects", 200),
        ("GET /", "site", "/", 200),
        ("GET /nowhere", "site", "/nowhere", 404),
    ] {
        send(&logged.server, first, &["Host: localhost"], "");
        let line = logged.last();
        assert_eq!((&line["message"], &line["path"]), (&kind.into(), &path.into()), "{line}");
        assert_eq!(
            (&line["status"], &line["method"]),
            (&status.into(), &first.split(' ').next().into())
        );
        assert!(line["client"].as_str().unwrap().starts_with("127.0.0.1:"), "{line}");
        assert_eq!(line["error_code"].is_string(), status >= 400, "{line}");
    }
    let bearer = ["Host: localhost", "Authorization: Bearer hush"];
    send(&logged.server, "GET /_mturk/world", &bearer, "");
    assert_eq!(logged.last()["status"], 200);
    assert!(!logged.text().contains("hush"), "{}", logged.text());
    // What probes ask for again and again is a line only if it fails.
    let count = logged.lines().len();
    send(&logged.server, "GET /_mturk/livez", &["Host: localhost"], "");
    assert_eq!(logged.lines().len(), count);
}

#[test]
fn what_the_question_of_a_new_hit_lacks_is_a_warning_once() {
    let logged = Logged::start(&[]);
    let create = |page: &str| {
        let body = crate::world::hit(serde_json::json!({
            "Question": crate::site::html_question(page)
        }));
        let answer = call(&logged.server, "CreateHIT", &body.to_string());
        assert!(answer.contains("HITId"), "{answer}");
    };
    create("<p>${name}</p>");
    create("<p>${name}</p>");
    create("<form action=/mturk/externalSubmit><input name=assignmentId><button></form>");
    create("<p>${other}</p>");
    let warnings = logged.warnings(2);
    assert_eq!(warnings.len(), 2, "{}", logged.text());
    assert!(warnings[1].contains("Line 1: ${other} has no value"), "{warnings:?}");
}

#[test]
fn the_question_that_a_layout_makes_is_checked_too() {
    let logged = Logged::start(&["--fixture", "layouts-and-files"]);
    let value = |name: &str, value: &str| serde_json::json!({"Name": name, "Value": value});
    let body = crate::world::hit(serde_json::json!({
        "Question": null,
        "HITLayoutId": "3LAYOUTSANDFILES00000LAYOUT001",
        "HITLayoutParameters":
            [value("image_url", "http://a.example/x.png"), value("question", "Which?")],
    }));
    let answer = call(&logged.server, "CreateHIT", &body.to_string());
    assert!(answer.contains("HITId"), "{answer}");
    let warnings = logged.warnings(1);
    assert!(warnings[0].contains("http://a.example/x.png is http."), "{warnings:?}");
}

#[test]
fn a_long_message_is_cut() {
    let logged = Logged::start(&[]);
    call(&logged.server, "GetHIT", &format!(r#"{{"HITId":"{}"}}"#, "3".repeat(5000)));
    let line = logged.last();
    assert_eq!(line["status"], 400);
    assert!(line["error_message"].as_str().unwrap().chars().count() <= 500, "{line}");
}

#[test]
fn quiet_hides_all_but_a_refusal_at_the_host_check() {
    let logged = Logged::start(&["--quiet"]);
    call(&logged.server, "GetHIT", r#"{"HITId":"3NONE"}"#);
    assert_eq!(logged.text(), "");
    send(&logged.server, "GET /projects", &["Host: evil.example"], "");
    let line = logged.last();
    assert_eq!((&line["message"], &line["status"]), (&"refused".into(), &403.into()), "{line}");
    assert!(
        line["error_message"].as_str().unwrap().contains("--allow-host evil.example"),
        "{line}"
    );
}

#[test]
fn a_log_file_is_appended_to() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, "before\n").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.args(["exec", "--log-file"]).arg(&path).args(arguments);
        command.args(["--", program_path(), "clock", "freeze"]).assert().success().stderr("");
    };
    run(&[]);
    run(&[]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("before\n"), "{text}");
    let lines = text.lines().filter(|line| line.contains(r#"path="/_mturk/clock""#));
    assert_eq!(lines.count(), 2, "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn exec_logs_only_if_asked() {
    let arguments = ["--", program_path(), "clock", "freeze"];
    program().arg("exec").args(arguments).assert().success().stderr("");
    let said = predicate::str::contains(r#"path="/_mturk/clock""#);
    program().args(["exec", "-v"]).args(arguments).assert().success().stderr(said);
    // What ends the server is said in any case.
    let said = predicate::str::contains("there is no built-in world");
    let world = ["exec", "--fixture", "nosuch", "--", "true"];
    program().args(world).assert().code(2).stderr(said.or(predicate::str::contains("nosuch")));
}
