//! The requester's desk: who is let in, and what they see and do.

mod lists;
pub mod live;
mod one;
mod sign_in;

use axum::body::Body;
use axum::http::Request;
use mturk_local::emulator::{Credential, Options};
use mturk_local::wire::caller::Auth;

use crate::world::{Reply, World};

/// A browser: it keeps its cookies, and the token of the forms that it saw last.
#[derive(Debug, Default, Clone)]
pub struct Browser {
    pub host: Option<&'static str>,
    pub cookies: Vec<(String, String)>,
    pub form_token: String,
}

impl Browser {
    /// One in which that requester was chosen.
    pub async fn of(world: &World, access_key: &str) -> Self {
        let mut browser = Self::default();
        browser.get(world, "/choose").await;
        let chosen = browser.post(world, "/choose", &[("key", access_key)]).await;
        assert_eq!(location(&chosen), "/requester/hits");
        browser.get(world, "/hits").await;
        browser
    }

    pub async fn get(&mut self, world: &World, path: &str) -> Reply {
        self.get_any(world, &format!("/requester{path}")).await
    }

    /// Gets any address of the server.
    pub async fn get_any(&mut self, world: &World, address: &str) -> Reply {
        let request = self.request(Request::get(address));
        self.send(world, request.body(Body::empty()).unwrap()).await
    }

    /// Posts a form with the token of the page that was read last.
    pub async fn post(&mut self, world: &World, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.form_token.clone();
        let fields = [&[("csrf", token.as_str())], fields].concat();
        self.post_without_token(world, path, &fields).await
    }

    pub async fn post_without_token(
        &mut self,
        world: &World,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(Request::post(format!("/requester{path}")));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(world, request.body(Body::from(body)).unwrap()).await
    }

    /// Posts a form with files, each a field, a name and what is in it.
    pub async fn upload(
        &mut self,
        world: &World,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Reply {
        let mut body = Vec::new();
        for (name, text) in fields {
            let head = format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend([head.as_bytes(), text.as_bytes(), b"\r\n"].concat());
        }
        for (name, file, content) in files {
            let head = format!(
                "--X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        body.extend(b"--X--\r\n");
        let address = format!("/requester{path}?csrf={}", self.form_token);
        let request = self.request(Request::post(address));
        let request = request.header("content-type", "multipart/form-data; boundary=X");
        self.send(world, request.body(Body::from(body)).unwrap()).await
    }

    fn request(&self, request: axum::http::request::Builder) -> axum::http::request::Builder {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let request = request.header("host", self.host.unwrap_or("localhost:1770"));
        if cookies.is_empty() { request } else { request.header("cookie", cookies) }
    }

    async fn send(&mut self, world: &World, request: Request<Body>) -> Reply {
        let reply = world.send(request).await;
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !cookie.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        if let Some((_, rest)) = reply.text.split_once("name=\"csrf\" value=\"") {
            rest.split('"').next().unwrap().clone_into(&mut self.form_token);
        }
        reply
    }
}

/// Where an answer leads.
pub fn location(reply: &Reply) -> &str {
    assert_eq!(reply.status, 303, "{}", reply.text);
    reply.headers["location"].to_str().unwrap()
}

/// Only known requesters: KNOWN, whose secret is `hush`, and OTHER, whose secret is `hush too`.
pub fn strict(options: &mut Options) {
    options.auth = Auth::Strict;
    let known = |access_key: &str, secret: &str| Credential {
        access_key: access_key.to_owned(),
        secret: secret.to_owned(),
        name: None,
    };
    options.credentials = vec![known("KNOWN", "hush"), known("OTHER", "hush too")];
}

#[tokio::test]
async fn an_address_without_a_page_is_the_desk_s_own_refusal() {
    let world = World::new().await;
    let mut signed_in = Browser::of(&world, "test").await;
    for browser in [&mut signed_in, &mut Browser::default()] {
        for path in ["/nope", "/nope/", "/hits/3X/nope/more", "/batches/1/answers/nope"] {
            let page = browser.get(&world, path).await;
            assert_eq!(page.status, 404, "{path}: {}", page.text);
            assert!(page.text.contains("There is no such page."), "{path}: {}", page.text);
            assert!(page.text.contains("href=\"/requester/hits\""), "{path}: {}", page.text);
            assert!(page.headers["content-security-policy"].to_str().unwrap().contains("'self'"));
        }
        assert_eq!(browser.post(&world, "/nope", &[]).await.status, 404);
    }
}
