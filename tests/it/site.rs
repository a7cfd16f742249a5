//! The worker's site, asked as a browser asks it.

mod away;
mod form;
mod frames;
mod list;
mod qualifications;
mod refusals;
mod safety;
mod sizes;
mod start;
mod submit;
mod submitted;
mod work;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::world::{Reply, World};

/// An HTMLQuestion with this content.
pub fn html_question(content: &str) -> String {
    format!(
        "<HTMLQuestion xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
         2011-11-11/HTMLQuestion.xsd\"><HTMLContent><![CDATA[{content}]]></HTMLContent>\
         <FrameHeight>0</FrameHeight></HTMLQuestion>"
    )
}

/// A browser in which a worker was chosen, or nobody.
pub struct Browser<'w> {
    world: &'w World,
    worker: Option<&'static str>,
}

impl World {
    /// A browser of this worker.
    pub fn browser(&self, worker: &'static str) -> Browser<'_> {
        Browser { world: self, worker: Some(worker) }
    }

    /// A browser in which nobody was chosen.
    pub fn stranger(&self) -> Browser<'_> {
        Browser { world: self, worker: None }
    }
}

impl Browser<'_> {
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if let Some(worker) = self.worker {
            let cookie = self.world.cookie(worker).await;
            // What a browser keeps from loopback is bound to the host.
            let is_browser = headers.iter().any(|(name, _)| *name == "sec-fetch-site");
            let prefix = if is_browser { "__Host-" } else { "" };
            request = request.header("cookie", format!("other=1; {prefix}{cookie}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.world.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// A page that comes.
    pub async fn get(&self, path: &str) -> String {
        let reply = self.send("GET", path, &[], "").await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply.text
    }

    /// The JSON representation of a page.
    pub async fn json(&self, path: &str) -> Value {
        let mark = if path.contains('?') { '&' } else { '?' };
        serde_json::from_str(&self.get(&format!("{path}{mark}format=json")).await).unwrap()
    }

    /// What is posted by a form of the site itself.
    pub async fn post(&self, path: &str, fields: &str) -> Reply {
        let headers = [
            ("origin", "http://localhost"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send("POST", path, &headers, fields).await
    }

    /// Accepts the next HIT of a group; the address of its page.
    pub async fn accept(&self, group: &str) -> String {
        let reply = self.post(&format!("/projects/{group}/tasks/accept_random"), "").await;
        assert_eq!(reply.status, 303, "{}", reply.text);
        location(&reply)
    }

    /// Why that is refused.
    pub async fn refused(&self, group: &str) -> String {
        let path = format!("/projects/{group}/tasks/accept_random?format=json");
        let reply = self.post(&path, "").await;
        assert_eq!(reply.status, 422, "{}", reply.text);
        reply.json()["message"].as_str().unwrap().to_owned()
    }
}

/// The address of the frame on a page.
pub fn frame(page: &str) -> String {
    let frame = page.split("<iframe ").nth(1).expect(page);
    let address = frame.split("src=\"").nth(1).and_then(|rest| rest.split('"').next());
    address.unwrap().replace("&#38;", "&")
}

/// Where an answer sends the browser.
pub fn location(reply: &Reply) -> String {
    reply.headers["location"].to_str().unwrap().to_owned()
}

/// The assignment in an address.
pub fn assignment(address: &str) -> &str {
    address.split("assignment_id=").nth(1).unwrap().split('&').next().unwrap()
}

/// The group of a HIT.
pub async fn group(world: &World, hit: &str) -> String {
    world.hit(hit).await["HITGroupId"].as_str().unwrap().to_owned()
}

/// The answers to a HIT.
pub async fn answers(world: &World, hit: &str) -> Vec<String> {
    let listed = world.ok("ListAssignmentsForHIT", json!({"HITId": hit})).await;
    let works = listed["Assignments"].as_array().unwrap().iter();
    works.map(|work| work["Answer"].as_str().unwrap().to_owned()).collect()
}
