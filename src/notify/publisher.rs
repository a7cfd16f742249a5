//! Sends messages to SQS and SNS, at endpoints that the user named.

#[cfg(feature = "notifications")]
mod sending;

#[cfg(feature = "notifications")]
use crate::http_client::HttpClient;
use crate::rules::url::without_user_info;
use crate::shapes::notification::Transport;

/// The longest reason that is kept.
const LONGEST_REASON: usize = 500;

/// Where SQS and SNS are. Nothing is ever sent to Amazon itself unless it is named here.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// `http://host:port` of SQS.
    pub sqs: Option<String>,
    /// `http://host:port` of SNS.
    pub sns: Option<String>,
    /// In whose name.
    pub account: Account,
}

/// With which keys, and in which region.
#[derive(Clone)]
pub struct Account {
    /// For example `us-east-1`.
    pub region: String,
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret: String,
    /// The session token of temporary keys.
    pub session_token: Option<String>,
}

impl Default for Account {
    fn default() -> Self {
        let test = || "test".to_owned();
        let (access_key, secret) = (test(), test());
        Self { region: "us-east-1".to_owned(), access_key, secret, session_token: None }
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("region", &self.region).finish_non_exhaustive()
    }
}

/// Sends to destinations.
#[derive(Debug, Clone)]
pub struct Publisher {
    endpoints: Endpoints,
    #[cfg(feature = "notifications")]
    http: HttpClient,
}

/// A document, and where it goes.
#[derive(Debug, Clone, Copy)]
pub struct OutboundMessage<'a> {
    /// How.
    pub transport: Transport,
    /// The URL of a queue, or the ARN of a topic.
    pub address: &'a str,
    /// The document.
    pub body: &'a str,
    /// The subject of a message to a topic: recorded were epoch milliseconds.
    pub subject: &'a str,
}

impl Publisher {
    /// A publisher to these endpoints.
    #[must_use]
    pub fn new(endpoints: Endpoints) -> Self {
        Self {
            endpoints,
            #[cfg(feature = "notifications")]
            http: HttpClient::default(),
        }
    }

    fn endpoint(&self, transport: Transport) -> Option<&str> {
        match transport {
            Transport::Email => None,
            Transport::Sqs => self.endpoints.sqs.as_deref(),
            Transport::Sns => self.endpoints.sns.as_deref(),
        }
    }

    /// Whether the transport has an endpoint.
    #[must_use]
    pub fn reaches(&self, transport: Transport) -> bool {
        self.endpoint(transport).is_some()
    }

    /// The transports that have an endpoint; an empty word for one that has none.
    #[must_use]
    pub fn transports(&self) -> [&'static str; 2] {
        [Transport::Sqs, Transport::Sns]
            .map(|transport| if self.reaches(transport) { transport.as_str() } else { "" })
    }
}

#[cfg(not(feature = "notifications"))]
impl Publisher {
    /// Sends nothing.
    ///
    /// # Errors
    /// Always.
    pub async fn send(&self, message: OutboundMessage<'_>) -> Result<(), String> {
        let OutboundMessage { transport, address, .. } = message;
        let transport = transport.as_str();
        std::future::ready(Err(format!("this build sends nothing by {transport} to {address}")))
            .await
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
pub fn text(error: impl ToString) -> String {
    error.to_string()
}

/// A reason without what is secret in a URL, and of bounded length.
pub fn one_line(why: &str) -> String {
    let plain = without_user_info(why).replace(char::is_control, " ");
    plain.trim_end_matches(['.', ' ']).chars().take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line_without_secrets() {
        assert_eq!(one_line("at http://me:pw@sqs:1/\nno queue. "), "at http://sqs:1/ no queue");
        assert_eq!(one_line(&"x".repeat(600)).len(), LONGEST_REASON);
    }
}
