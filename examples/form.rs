//! Shows a QuestionForm as a worker would see it, without a market: `cargo run --example form FILE`.
//!
//! It answers at `/`, checks what is posted, and shows either the problems or the answer document.

use axum::extract::{DefaultBodyLimit, Request};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Router, http::header::CONTENT_TYPE};
use mturk_local::rules::question::filling::{File, Filling, Problem, SentFile, answers};
use mturk_local::rules::question::form::QuestionForm;
use mturk_local::rules::question::{Question, parse};
use mturk_local::web::assets;
use mturk_local::web::form::{Use, post, render_form};

#[tokio::main]
#[expect(clippy::print_stderr, reason = "a program for a terminal")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "tests/clients/browser/form.xml".to_owned());
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:1771".to_owned());
    let Question::Form(form) = parse(&std::fs::read_to_string(path)?)? else {
        anyhow::bail!("the document is no QuestionForm");
    };
    let preview = form.clone();
    let first = form.clone();
    let routes = Router::new()
        .route(
            "/preview",
            get(async move || page(&preview, &Filling::default(), &[], Use::Preview)),
        )
        .route(
            "/",
            get(async move || page(&first, &Filling::default(), &[], Use::Work))
                .post(async move |request: Request| submit(&form, request).await),
        )
        .layer(DefaultBodyLimit::max(post::MAX_BODY))
        .route("/assets/{*path}", get(assets::show));
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("http://{}", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

fn page(form: &QuestionForm, values: &Filling, problems: &[Problem], purpose: Use) -> Html<String> {
    let piece = render_form(form, values, problems, purpose);
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>QuestionForm</title>\
         <form method=\"post\" enctype=\"multipart/form-data\">{piece}\
         <button id=\"done\">Submit</button></form>"
    ))
}

async fn submit(form: &QuestionForm, request: Request) -> Response {
    let filled = match post::read(request).await {
        Ok(filled) => filled,
        Err(refused) => return refused.into_response(),
    };
    let files = filled.files.iter().enumerate();
    let file = |(number, sent): (usize, &SentFile)| {
        let size = sent.content.len() as u64;
        (sent.field.clone(), File { size, key: format!("FILE{number}") })
    };
    let filling = Filling { texts: filled.texts.clone(), files: files.map(file).collect() };
    match answers(form, &filling) {
        Ok(answers) => ([(CONTENT_TYPE, "text/xml")], answers.xml()).into_response(),
        Err(problems) => page(form, &filling, &problems, Use::Work).into_response(),
    }
}
