//! `mturk-local preview` without its sockets: pages, frames, answers, files that change, addresses
//! that cannot be shown, and foreign pages.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response};
use futures_util::StreamExt as _;
use mturk_local::emulator::Front;
use mturk_local::preview::{Named, Preview, Sources};
use rstest::rstest;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::site::html_question;

const FORM: &str = include_str!("../clients/browser/form.xml");
const TEMPLATE: &str = "<p>${name} ${left}</p><input name=label>";

/// A preview that looks at its files until it is dropped.
struct Running {
    folder: TempDir,
    front: Front,
    stop: watch::Sender<bool>,
    watching: JoinHandle<()>,
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn policy(&self) -> &str {
        self.headers["content-security-policy"].to_str().unwrap()
    }
}

impl Running {
    /// A preview of files with these texts.
    async fn start(page: &str, data: Option<&str>) -> Self {
        let folder = TempDir::new().unwrap();
        let path = |name: &str, text: &str| -> PathBuf {
            fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name)
        };
        let named = if page.starts_with("http://") {
            Named::Url(page.to_owned())
        } else {
            Named::File(path("page", page))
        };
        let data = data.map(|text| path("data.csv", text));
        let preview = Preview::read(Sources { named, data }, "A1WORKER").await;
        let (stop, stopped) = watch::channel(false);
        let watching = tokio::spawn(preview.clone().watch(stopped.clone()));
        Self { folder, front: preview.front(stopped), stop, watching }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("page")
    }

    /// Saves a file in one step, as editors do.
    fn save(&self, name: &str, text: impl AsRef<[u8]>) {
        let part = self.folder.path().join("part");
        fs::write(&part, text).unwrap();
        fs::rename(part, self.folder.path().join(name)).unwrap();
    }

    async fn answer(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if headers.iter().all(|(name, _)| *name != "host") {
            request = request.header("host", "127.0.0.1:9");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.front.answer(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let (parts, body) = self.answer(method, path, headers, body).await.into_parts();
        let text = to_bytes(body, usize::MAX).await.unwrap();
        let (status, headers) = (parts.status.as_u16(), parts.headers);
        Reply { status, headers, text: String::from_utf8(text.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str) -> String {
        let reply = self.send("GET", path, &[], "").await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply.text
    }

    async fn post(&self, path: &str, fields: &str) -> Reply {
        let headers = [
            ("origin", "http://127.0.0.1:9"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send("POST", path, &headers, fields).await
    }

    /// The addresses of the frames.
    async fn frames(&self) -> Vec<String> {
        let page = self.get("/").await;
        let all = page.split("<iframe ").skip(1);
        let src = |frame: &str| frame.split("src=\"").nth(1)?.split('"').next().map(unescaped);
        all.filter_map(src).collect()
    }

    /// The assignment at work.
    async fn assignment(&self) -> String {
        let frames = self.frames().await;
        let id = frames[1].split("assignmentId=").nth(1).unwrap();
        id.split('&').next().unwrap().to_owned()
    }

    /// A stream of changes of the page as it is now.
    async fn changes(&self) -> Response<Body> {
        let page = self.get("/").await;
        let version = page.split("data-version=\"").nth(1).unwrap().split('"').next().unwrap();
        self.answer("GET", &format!("/changes?version={version}"), &[], "").await
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&")
}

/// The whole stream, which ends with the first event.
async fn event(changes: Response<Body>) -> String {
    let chunks = changes.into_body().into_data_stream().map(|chunk| chunk.unwrap());
    let all: Vec<_> = chunks.collect().await;
    String::from_utf8(all.concat()).unwrap()
}

#[tokio::test]
async fn a_template_is_shown_in_a_preview_at_work_and_on_a_phone() {
    let running = Running::start(TEMPLATE, Some("name,other\n<i>One</i>,1\nTwo,2\n")).await;
    let reply = running.send("GET", "/", &[], "").await;
    let page = &reply.text;
    assert!(reply.policy().contains("frame-ancestors 'none'"), "{}", reply.policy());
    assert_eq!(reply.headers["x-frame-options"], "DENY");
    for part in [
        "Row 1 of 2",
        "href=\"/?row=2\"",
        "Worker A1WORKER",
        "<details class=\"card strip\" id=\"strip\" open>",
        "Line 1: ${left} has no value",
        "The page does not use these columns: other.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("allow-same-origin"), "{page}");
    let frames = running.frames().await;
    assert_eq!(frames.len(), 3);
    let hit = "/mturk/frame/3PREVIEW0000000000000000000000?assignmentId=";
    assert!(frames[0].starts_with(&format!("{hit}ASSIGNMENT_ID_NOT_AVAILABLE&hitId=3PREVIEW")));
    assert!(frames[1].starts_with(hit) && frames[1].ends_with("&workerId=A1WORKER"));
    assert!(frames[1].contains("turkSubmitTo=http%3A%2F%2F127.0.0.1%3A9&"), "{}", frames[1]);
    assert_eq!(frames[1], frames[2]);
    let frame = running.send("GET", &frames[1], &[], "").await;
    let begin = "<!DOCTYPE html><script src=\"/assets/closed-sites.js\" \
        data-submit-to=\"http://127.0.0.1:9\"></script>\
        <script src=\"/assets/report.js\" data-before=\"10\"></script>\n<html>";
    assert!(frame.text.starts_with(begin), "{}", frame.text);
    assert!(frame.text.contains("<p><i>One</i> ${left}</p>"), "{}", frame.text);
    assert!(frame.text.contains("action=\"http://127.0.0.1:9/mturk/externalSubmit\""));
    assert!(frame.policy().starts_with("sandbox allow-scripts"), "{}", frame.policy());
    assert!(frame.policy().contains("frame-ancestors 'self'"), "{}", frame.policy());
    for (row, shown) in [("2", "Row 2 of 2"), ("9", "Row 2 of 2"), ("x", "Row 1 of 2")] {
        assert!(running.get(&format!("/?row={row}")).await.contains(shown), "{row}");
    }
    let second =
        frames[1].replace("3PREVIEW0000000000000000000000", "3PREVIEW0000000000000000000001");
    assert!(running.get(&second).await.contains("<p>Two ${left}</p>"));
    for path in ["/mturk/frame/3OTHER", "/mturk/frame/3PREVIEW", "/projects", "/_mturk/world"] {
        let status = running.send("GET", path, &[], "").await.status;
        assert_eq!(status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_frame_knows_which_of_its_lines_are_the_file_s() {
    let running = Running::start("<p>${a}</p>", Some("a\nx\n\"y\nz\"\n")).await;
    let one = "/mturk/frame/3PREVIEW0000000000000000000000";
    let page = running.get(one).await;
    let before = page.lines().position(|line| line.contains("<p>x")).unwrap();
    assert!(before > 0 && page.contains(&format!(" data-before=\"{before}\"")), "{page}");
    let page = running.get("/mturk/frame/3PREVIEW0000000000000000000001").await;
    assert!(page.contains(" data-before=\"unknown\""), "{page}");
}

#[tokio::test]
async fn a_submission_is_answered_by_its_document() {
    let running = Running::start(TEMPLATE, None).await;
    let id = running.assignment().await;
    let json = "%5B%7B%22mood%22%3A%7B%22label%22%3A%22Glad%22%7D%7D%5D";
    let fields = format!("assignmentId={id}&label=%3Cb%3E%C3%A9&label=x&taskAnswers={json}");
    // As a frame without an origin posts it.
    let headers = [("origin", "null"), ("content-type", "application/x-www-form-urlencoded")];
    let reply = running.send("POST", "/mturk/externalSubmit", &headers, &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    for part in [
        "Nothing was created or kept.",
        "<dt class=\"faint\">mood.label</dt><dd class=\"lines\">Glad</dd>",
        "&#34;mood&#34;: {\n      &#34;label&#34;: &#34;Glad&#34;",
        "&#60;QuestionIdentifier&#62;label&#60;/QuestionIdentifier&#62;",
        "&#60;FreeText&#62;&#38;lt;b&#38;gt;&#38;#233;|x&#60;/FreeText&#62;",
    ] {
        assert!(reply.text.contains(part), "{part}: {}", reply.text);
    }
    assert!(!reply.text.contains("assignmentId"), "{}", reply.text);
    assert!(reply.policy().contains("default-src 'none'"), "{}", reply.policy());
    // In the query, as very old pages had it.
    let query = running.get(&format!("/mturk/externalSubmit?assignmentId={id}&label=cat")).await;
    assert!(query.contains("cat") && !query.contains("id=\"task-answers\""), "{query}");
    let empty = running.get(&format!("/mturk/externalSubmit?assignmentId={id}")).await;
    assert!(empty.contains("The answer is empty"), "{empty}");
}

#[rstest]
#[case::in_a_preview(
    "assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&a=1",
    422,
    "frame “Work” or “Phone”"
)]
#[case::without_an_id("a=1", 422, "a field of exactly the name assignmentId")]
#[case::of_nobody("assignmentId=3GUESS&a=1", 404, "3GUESS")]
#[tokio::test]
async fn nothing_else_is_taken(#[case] fields: &str, #[case] status: u16, #[case] why: &str) {
    let running = Running::start(TEMPLATE, None).await;
    let reply = running.post("/mturk/externalSubmit", fields).await;
    assert_eq!(reply.status, status, "{}", reply.text);
    assert!(reply.text.contains(why) && reply.text.contains("Not submitted"), "{}", reply.text);
    assert!(!reply.text.contains("href=\"/projects"), "no page of a market: {}", reply.text);
    assert!(!reply.text.contains("queue") && !reply.text.contains("Accept"), "{}", reply.text);
}

#[tokio::test]
async fn a_long_answer_is_cut_and_a_longer_one_refused() {
    let running = Running::start(TEMPLATE, None).await;
    let id = running.assignment().await;
    let post = async |length: usize| {
        let fields = format!("assignmentId={id}&a={}", "x".repeat(length));
        running.post("/mturk/externalSubmit", &fields).await
    };
    let long = post(1 << 20).await;
    assert!(long.status == 200 && long.text.len() < 300 << 10, "{}", long.text.len());
    assert!(long.text.contains("more bytes)"));
    assert_eq!(post(9 << 20).await.status, 413);
    assert_eq!(post(17 << 20).await.status, 413);
}

#[tokio::test]
async fn a_form_of_amazons_is_checked_and_answered() {
    let running = Running::start(FORM, None).await;
    let frames = running.frames().await;
    let preview = running.send("GET", &frames[0], &[], "").await;
    assert!(preview.text.contains("disabled") && !preview.text.contains("<form"));
    assert!(preview.policy().contains("frame-ancestors 'self'"), "{}", preview.policy());
    let work = running.get(&frames[1]).await;
    let action = work.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
    let action = unescaped(action);
    let problems = running.post(&action, "Answer_1=a").await;
    assert_eq!(problems.status, 200);
    assert!(problems.text.contains("has-problem"), "{}", problems.text);
    let refused = running.post(&unescaped(&frames[0]), "Answer_1=a").await;
    assert!(refused.status == 422 && refused.text.contains("This is a preview"));
    let simple = "<QuestionForm xmlns=\"http://mechanicalturk.amazonaws.com/\
        AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd\"><Question>\
        <QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>t</Text></QuestionContent>\
        <AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>";
    let running = Running::start(simple, None).await;
    assert!(running.get("/").await.contains("No question must be answered"));
    let frames = running.frames().await;
    let answered = running.post(&frames[1], "Answer_1=Hello").await;
    assert!(answered.text.contains("&#60;FreeText&#62;Hello&#60;/FreeText&#62;"));
}

#[tokio::test]
async fn a_change_is_told_and_what_is_broken_says_why() {
    let running = Running::start(TEMPLATE, Some("name\nOne\n")).await;
    let changes = running.changes().await;
    assert_eq!(changes.headers()["content-type"], "text/event-stream");
    running.save("page", "<form>Changed</form>");
    assert!(event(changes).await.contains("event: changed"));
    let frame = running.frames().await[0].clone();
    assert!(running.get(&frame).await.contains("Changed"));

    let changes = running.changes().await;
    fs::remove_file(running.file()).unwrap();
    assert!(event(changes).await.contains("event: changed"));
    let page = running.get("/").await;
    assert!(page.contains("This cannot be shown") && page.contains("No such file"), "{page}");
    assert_eq!(running.send("GET", &frame, &[], "").await.status, 404);

    let changes = running.changes().await;
    running.save("page", "<HTMLQuestion>");
    assert!(event(changes).await.contains("event: changed"));
    let page = running.get("/").await;
    assert!(page.contains("not well-formed") && page.contains("role=\"alert\""), "{page}");

    let changes = running.changes().await;
    running.save("data.csv", "name\nOne\nTwo,3\n\"x\n");
    assert!(event(changes).await.contains("event: changed"));
    let page = running.get("/").await;
    assert!(page.contains("data.csv, line 3"), "{page}");

    let changes = running.changes().await;
    running.save("data.csv", "name\nOne\nTwo\n");
    assert!(event(changes).await.contains("event: changed"));
    let changes = running.changes().await;
    running.save("page", html_question("<form>${name}</form>"));
    assert!(event(changes).await.contains("event: changed"));
    assert!(running.get("/").await.contains("Row 1 of 2"));
    assert!(running.get(&frame).await.ends_with("<form>One</form>"));
}

#[tokio::test]
async fn a_stop_ends_streams_and_the_look_at_files() {
    let running = Running::start(TEMPLATE, None).await;
    let mut streams = Vec::new();
    for _ in 0..32 {
        streams.push(running.changes().await);
    }
    assert_eq!(running.changes().await.status(), 503);
    drop(streams.pop());
    assert_eq!(running.changes().await.status(), 200);
    let old = running.answer("GET", "/changes?version=0", &[], "").await;
    assert!(event(old).await.contains("event: changed"), "a page of another start loads again");
    running.stop.send(true).unwrap();
    for stream in streams {
        assert_eq!(event(stream).await, "");
    }
    running.watching.await.unwrap();
}

#[tokio::test]
async fn another_site_can_neither_read_nor_post() {
    let running = Running::start(FORM, None).await;
    let frames = running.frames().await;
    for path in ["/", &frames[1], "/changes", "/probe", "/assets/preview.js"] {
        let reply = running.send("GET", path, &[("host", "evil.example")], "").await;
        assert_eq!(reply.status, 403, "{path}");
    }
    let foreign = [("origin", "http://evil.example")];
    for path in ["/", &frames[1]] {
        assert_eq!(running.send("POST", path, &foreign, "Answer_1=a").await.status, 403, "{path}");
    }
    // Its form may post work, but knows no assignment.
    let reply = running.send("POST", "/mturk/externalSubmit?assignmentId=3X", &foreign, "").await;
    assert_eq!(reply.status, 404);
    let reply = running.send("GET", "/", &foreign, "").await;
    assert!(!reply.headers.contains_key("access-control-allow-origin"));
}

/// A server that answers each request with these lines; its address.
async fn server(head: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let count = stream.read(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request[..count]).into_owned();
            assert!(request.starts_with("GET /task"), "{request}");
            let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    format!("http://localhost:{port}/task?x=${{name}}")
}

#[rstest]
#[case("200 OK\r\ncontent-type: text/html", "{\"remarks\":[]}")]
#[case("200 OK\r\ncontent-type: text/html\r\nx-frame-options: DENY", "X-Frame-Options: DENY")]
#[case("200 OK\r\ncontent-security-policy: frame-ancestors 'none'", "neither here nor in Amazon's")]
#[case("500 No", "status 500")]
#[case("302 Found\r\nlocation: /task", "redirects more than 3 times")]
#[case(
    "302 Found\r\nlocation: http://other.example/task?secret",
    "other.example/task. Another host"
)]
#[case("nonsense", "cannot be shown")]
#[tokio::test]
async fn an_address_that_cannot_be_shown_says_why(#[case] head: &'static str, #[case] why: &str) {
    let url = server(head).await;
    let running = Running::start(&url, Some("name\nR & D\n")).await;
    let frames = running.frames().await;
    assert!(frames[1].starts_with(&url.replace("${name}", "R%20%26%20D&assignmentId=3")));
    assert!(frames[0].ends_with(
        "&assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=3PREVIEW0000000000000000000000"
    ));
    let page = running.get("/").await;
    assert!(page.contains("data-url=\"/probe?row=1\""), "{page}");
    assert!(page.contains("allow-same-origin"), "{page}");
    let told = running.get("/probe?row=1").await;
    assert!(told.contains(why) && !told.contains("secret"), "{told}");
}

#[tokio::test]
async fn nothing_answers_at_a_closed_port() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/task", listener.local_addr().unwrap().port());
    drop(listener);
    let running = Running::start(&url, None).await;
    let told = running.get("/probe").await;
    assert!(told.contains("/task cannot be shown: ") && told.contains("refused"), "{told}");
    let running = Running::start(TEMPLATE, None).await;
    assert_eq!(running.get("/probe").await, "{\"remarks\":[]}");
}

#[test]
fn the_remarks_know_what_this_program_draws() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/site/crowd");
    // Those of the script that is loaded later are in a list.
    let later = fs::read_to_string(folder.join("later.js")).unwrap();
    let (_, list) = later.split_once("const ANNOTATION = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let mut drawn: Vec<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let defined = text.split("customElements.define(\"").skip(1);
        drawn.extend(defined.map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    drawn.retain(|name| name.starts_with("crowd-") || name == "iron-icon");
    drawn.sort();
    let known: Vec<_> = mturk_local::rules::question::remarks::crowd_names().collect();
    assert_eq!(drawn, known);
}
