//! What every route of a kind can refuse.

use serde_json::json;
use utoipa::Modify;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder};

use crate::control::json::FAILED;

/// Adds to each route what all routes of its kind can refuse.
pub struct Refusals;

impl Modify for Refusals {
    fn modify(&self, openapi: &mut OpenApi) {
        for (path, item) in &mut openapi.paths.paths {
            let is_free = FREE.contains(&path.as_str());
            operations(item).for_each(refuse);
            operations(item).filter(|_| !is_free).for_each(ask_for_token);
        }
        let components = openapi.components.get_or_insert_default();
        let method = refusal(
            "The path does not have that method.",
            "MethodNotAllowed",
            "This route does not have that method.",
        );
        components.responses.insert("MethodNotAllowed".to_owned(), method.into());
        let bearer = Http::builder().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("adminToken", SecurityScheme::Http(bearer));
    }
}

/// What never asks for the admin token.
const FREE: [&str; 5] = [
    "/_mturk/health",
    "/_mturk/livez",
    "/_mturk/readyz",
    "/_mturk/files/{token}",
    "/_mturk/openapi.json",
];

/// The token is asked for where the server has one: so it may be left out, too.
fn ask_for_token(operation: &mut Operation) {
    let needs = |names: &[&str]| {
        names.iter().fold(SecurityRequirement::default(), |all, name| {
            let none: [&str; 0] = [];
            all.add(*name, none)
        })
    };
    operation.security = Some(vec![needs(&["adminToken"]), needs(&[])]);
    let about = "The server asks for its admin token, and the request does not carry it.";
    let refused = refusal(about, "Unauthorized", "The control API asks for the admin token.");
    operation.responses.responses.insert("401".to_owned(), refused.into());
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete, &mut item.patch]
        .into_iter()
        .flatten()
}

fn refuse(operation: &mut Operation) {
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let has = |place: ParameterIn| {
        parameters.iter().any(|one| matches!(one, RefOr::T(one) if one.parameter_in == place))
    };
    let (by_id, by_query) = (has(ParameterIn::Path), has(ParameterIn::Query));
    let takes_body = operation.request_body.is_some();
    let mut add = |status: &str, response| {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| Into::into(response));
    };
    if takes_body || by_query {
        let about = "What was sent is not what the route takes.";
        add("400", refusal(about, "BadRequest", "limit is between 1 and 1000"));
    }
    if by_id {
        add("404", refusal("Nothing has that id.", "NotFound", "There is no worker A1."));
    }
    if takes_body {
        add("413", refusal("The body is too long.", "BadBody", "The body has more than 1 MiB."));
    }
    add("500", refusal("The market failed; the log says why.", "ServiceFault", FAILED));
}

fn refusal(about: &str, code: &str, message: &str) -> Response {
    let schema = Ref::from_schema_name("Failed");
    let mut content = Content::new(Some(schema));
    content.example = Some(json!({"error": {"code": code, "message": message}}));
    ResponseBuilder::new().description(about).content("application/json", content).build()
}
