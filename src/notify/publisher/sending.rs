//! The requests that carry a message.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, Request, Response, Uri};
use roxmltree::Document;
use serde_json::{Value, json};

use crate::notify::publisher::{Account, OutboundMessage, Publisher, one_line, text};
use crate::shapes::notification::Transport;
use crate::sigv4::Signer;
use crate::time::wall_clock;

/// One attempt may take this long.
const ATTEMPT: Duration = Duration::from_secs(10);
/// Answers of more bytes are no answers of a queue.
const MAX_ANSWER: usize = 1 << 20;

impl Publisher {
    /// Sends once.
    ///
    /// # Errors
    /// The destination's own reason, or why it is out of reach.
    pub async fn send(&self, message: OutboundMessage<'_>) -> Result<(), String> {
        let transport = message.transport;
        let Some(endpoint) = self.endpoint(transport) else {
            return Err(format!("no endpoint of {} is configured", transport.as_str()));
        };
        let sent = async {
            match transport {
                Transport::Sns => self.publish_to_topic(endpoint, message).await,
                _ => self.send_to_queue(endpoint, message).await,
            }
        };
        match tokio::time::timeout(ATTEMPT, sent).await {
            Ok(sent) => sent.map_err(|why| one_line(&why)),
            Err(_) => Err(format!("no answer within {ATTEMPT:?}")),
        }
    }

    /// `SendMessage` of SQS, in its JSON protocol.
    async fn send_to_queue(
        &self,
        endpoint: &str,
        message: OutboundMessage<'_>,
    ) -> Result<(), String> {
        let body = json!({"QueueUrl": message.address, "MessageBody": message.body});
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
        headers.insert("x-amz-target", HeaderValue::from_static("AmazonSQS.SendMessage"));
        // Asks for the codes of the older Query protocol, such as NonExistentQueue.
        headers.insert("x-amzn-query-mode", HeaderValue::from_static("true"));
        queue_answer(&self.post("sqs", endpoint, headers, body.to_string()).await?)
    }

    /// `Publish` of SNS, in its Query protocol.
    async fn publish_to_topic(
        &self,
        endpoint: &str,
        message: OutboundMessage<'_>,
    ) -> Result<(), String> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", "Publish")
            .append_pair("Version", "2010-03-31")
            .append_pair("TopicArn", message.address)
            .append_pair("Subject", message.subject)
            .append_pair("Message", message.body)
            .finish();
        let mut headers = HeaderMap::new();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
        topic_answer(&self.post("sns", endpoint, headers, body).await?)
    }

    async fn post(
        &self,
        service: &str,
        endpoint: &str,
        headers: HeaderMap,
        body: String,
    ) -> Result<Response<Bytes>, String> {
        let uri: Uri = format!("{endpoint}/").parse().map_err(text)?;
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        let mut request = Request::post(uri).body(Bytes::from(body)).map_err(text)?;
        *request.headers_mut() = headers;
        request.headers_mut().insert(HOST, host.parse().map_err(text)?);
        let Account { region, access_key, secret, session_token } = &self.endpoints.account;
        let session_token = session_token.as_deref();
        let signer = Signer { access_key, secret, session_token, region, service };
        signer.sign(&mut request, wall_clock()).map_err(text)?;
        let agent = concat!("mturk-local/", env!("CARGO_PKG_VERSION"));
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(agent));
        self.http.send(request, MAX_ANSWER).await
    }
}

/// Whether SQS took the message.
fn queue_answer(answer: &Response<Bytes>) -> Result<(), String> {
    let body: Option<Value> = match answer.body() {
        empty if empty.is_empty() => Some(json!({})),
        body => serde_json::from_slice(body).ok().filter(Value::is_object),
    };
    if answer.status().is_success() {
        return body.map(drop).ok_or_else(|| "the answer is not one of SQS".to_owned());
    }
    let body = body.unwrap_or_default();
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let member = |name| body[name].as_str();
    let of_query = header("x-amzn-query-error").and_then(|code| code.split_once(';'));
    let of_json = header("x-amzn-errortype").or(member("code")).or(member("__type"));
    // A code may stand between the name of a schema and a URL: `com.amazonaws.sqs#Code:http://…`.
    let of_json = of_json.and_then(|code| code.split(':').next()?.rsplit('#').next());
    let code = of_query.map(|(code, _)| code).or(of_json);
    Err(reason(answer, code, member("message").or(member("Message"))))
}

/// Whether SNS took the message.
fn topic_answer(answer: &Response<Bytes>) -> Result<(), String> {
    let body = String::from_utf8_lossy(answer.body());
    let document = Document::parse(&body).ok();
    if answer.status().is_success() {
        let root = document.as_ref().map(|document| document.root_element().tag_name().name());
        let taken = root == Some("PublishResponse");
        return taken.then_some(()).ok_or_else(|| "the answer is not one of SNS".to_owned());
    }
    let of_error = |name| {
        let error = document.as_ref()?.descendants().find(|node| node.has_tag_name("Error"))?;
        error.children().find(|node| node.tag_name().name() == name)?.text()
    };
    Err(reason(answer, of_error("Code"), of_error("Message")))
}

fn reason(answer: &Response<Bytes>, code: Option<&str>, message: Option<&str>) -> String {
    match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        _ => format!("HTTP status {}", answer.status()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &'static str) -> Response<Bytes> {
        let mut answer = Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        answer.body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[test]
    fn a_queue_takes_a_message_or_says_why_not() {
        let query = ("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender");
        let coded = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"No queue."}"#;
        for (answer, expected) in [
            (answer(200, &[], r#"{"MessageId":"1"}"#), Ok(())),
            (answer(200, &[], ""), Ok(())),
            (answer(200, &[], "<html>"), Err("the answer is not one of SQS")),
            (
                answer(400, &[query], coded),
                Err("AWS.SimpleQueueService.NonExistentQueue: No queue."),
            ),
            (answer(400, &[], coded), Err("QueueDoesNotExist: No queue.")),
            (answer(400, &[("x-amzn-errortype", "Throttled:http://x")], "{}"), Err("Throttled")),
            (answer(503, &[], "busy"), Err("HTTP status 503 Service Unavailable")),
        ] {
            assert_eq!(queue_answer(&answer), expected.map_err(str::to_owned));
        }
    }

    #[test]
    fn a_topic_takes_a_message_or_says_why_not() {
        let taken = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
            <PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";
        let refused = "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error>\
            <Type>Sender</Type><Code>NotFound</Code><Message>No topic</Message></Error>\
            </ErrorResponse>";
        for (answer, expected) in [
            (answer(200, &[], taken), Ok(())),
            (answer(200, &[], "{}"), Err("the answer is not one of SNS")),
            (answer(404, &[], refused), Err("NotFound: No topic")),
            (answer(500, &[], ""), Err("HTTP status 500 Internal Server Error")),
        ] {
            assert_eq!(topic_answer(&answer), expected.map_err(str::to_owned));
        }
    }
}
