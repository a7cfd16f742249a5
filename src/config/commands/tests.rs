//! Where a command looks for its server.

use super::*;

#[test]
fn a_client_connects_to_where_the_server_listens() {
    for (endpoint, control_listen, listen, url) in [
        (None, None, None, Some("http://127.0.0.1:1770")),
        (None, None, Some("127.0.0.1:8080"), Some("http://127.0.0.1:8080")),
        (None, None, Some("0.0.0.0:8080"), Some("http://127.0.0.1:8080")),
        (None, None, Some("[::]:8080"), Some("http://[::1]:8080")),
        (None, None, Some("[::1]:8080"), Some("http://[::1]:8080")),
        (None, None, Some("turk.test:80"), Some("http://turk.test:80")),
        (None, Some("127.0.0.1:1771"), Some("0.0.0.0:8080"), Some("http://127.0.0.1:1771")),
        (Some("http://a:1"), Some("b:2"), Some("c:0"), Some("http://a:1")),
        (None, None, Some("127.0.0.1:0"), None),
    ] {
        let list = |text: Option<&str>| text.map(str::to_owned).into_iter().collect();
        let server = Endpoint {
            endpoint: endpoint.map(str::to_owned),
            listen: list(listen),
            control_listen: list(control_listen),
            admin: Admin { admin_token: None, admin_token_file: None },
        };
        assert_eq!(server.url().ok().as_deref(), url, "{listen:?}");
    }
}
