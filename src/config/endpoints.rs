//! Where notifications go: the same options and environment variables as those of AWS tools.

use clap::Args;

use crate::config::heading;
use crate::config::values::authority;
use crate::notify::{Account, Endpoints};
use crate::rules::url::without_user_info;

/// Where SQS and SNS are, and which account sends there.
#[derive(Debug, Args)]
#[command(next_help_heading = heading::NOTIFICATIONS)]
pub struct Notify {
    /// Where to send notifications to SQS queues.
    ///
    /// Without an endpoint, they are kept and not sent.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_SQS", hide_short_help = true)]
    pub sqs_endpoint: Option<String>,
    /// Where to send notifications to SNS topics.
    ///
    /// Without an endpoint, they are kept and not sent.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_SNS", hide_short_help = true)]
    pub sns_endpoint: Option<String>,
    /// The endpoint of both, unless one has its own.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL", hide_short_help = true)]
    pub aws_endpoint: Option<String>,
    /// The region of queues and topics.
    #[arg(long, value_name = "NAME", env = "AWS_REGION", default_value = "us-east-1")]
    #[arg(hide_short_help = true)]
    pub aws_region: String,
    /// The access key that signs notifications.
    #[arg(long, value_name = "KEY", env = "AWS_ACCESS_KEY_ID", default_value = "test")]
    #[arg(hide_short_help = true)]
    pub aws_access_key_id: String,
    /// The secret of that key.
    #[arg(long, value_name = "SECRET", env = "AWS_SECRET_ACCESS_KEY", default_value = "test")]
    #[arg(hide_short_help = true)]
    pub aws_secret_access_key: String,
    /// The session token of that key.
    #[arg(long, value_name = "TOKEN", env = "AWS_SESSION_TOKEN", hide_short_help = true)]
    pub aws_session_token: Option<String>,
}

impl Notify {
    /// The endpoints, checked.
    pub fn checked(&self) -> Result<Endpoints, String> {
        let endpoint_of = |name, own: &Option<String>| match (own, &self.aws_endpoint) {
            (Some(url), _) => endpoint(name, url).map(Some),
            (None, Some(url)) => endpoint("--aws-endpoint (AWS_ENDPOINT_URL)", url).map(Some),
            (None, None) => Ok(None),
        };
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if self.aws_region.is_empty() || !self.aws_region.bytes().all(plain) {
            return Err("--aws-region (AWS_REGION) is a name such as us-east-1".into());
        }
        Ok(Endpoints {
            sqs: endpoint_of("--sqs-endpoint (AWS_ENDPOINT_URL_SQS)", &self.sqs_endpoint)?,
            sns: endpoint_of("--sns-endpoint (AWS_ENDPOINT_URL_SNS)", &self.sns_endpoint)?,
            account: Account {
                region: self.aws_region.clone(),
                access_key: self.aws_access_key_id.clone(),
                secret: self.aws_secret_access_key.clone(),
                session_token: self.aws_session_token.clone(),
            },
        })
    }
}

/// Checks an endpoint: it must not need TLS.
///
/// # Errors
/// It does, or is no URL; the text begins with `name`.
pub fn endpoint(name: &str, url: &str) -> Result<String, String> {
    let shown = without_user_info(url);
    if cfg!(not(feature = "notifications")) {
        return Err(format!(
            "{name} {shown:?}: this build delivers no notifications: build it with the feature \
             notifications"
        ));
    }
    if url.starts_with("https://") {
        return Err(format!(
            "{name} {shown:?} begins with https://, which mturk-local does not support: it \
             delivers to http:// endpoints, such as a local SQS and SNS"
        ));
    }
    if authority(url).is_some() && !url.contains(['?', '#', ' ']) {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(format!(
        "{name} {shown:?} is not an http:// URL with a host and without a user, a password or a \
         query"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notify(sqs: Option<&str>, both: Option<&str>) -> Notify {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Notify {
            sqs_endpoint: owned(sqs),
            sns_endpoint: None,
            aws_endpoint: owned(both),
            aws_region: "eu-west-1".to_owned(),
            aws_access_key_id: "AK".to_owned(),
            aws_secret_access_key: "secret".to_owned(),
            aws_session_token: None,
        }
    }

    #[test]
    fn an_endpoint_of_its_own_comes_before_that_of_all() {
        let own = notify(Some("http://sqs:9324/"), Some("http://all:4566")).checked().unwrap();
        assert_eq!(own.sqs.as_deref(), Some("http://sqs:9324"));
        assert_eq!(own.sns.as_deref(), Some("http://all:4566"));
        assert!(!format!("{own:?}").contains("secret"));
        let none = notify(None, None).checked().unwrap();
        assert_eq!((none.sqs, none.sns), (None, None));
    }

    #[test]
    fn what_cannot_be_reached_is_refused() {
        for (url, reason) in [
            ("https://sqs.us-east-1.amazonaws.com", "does not support"),
            ("sqs:9324", "is not an http:// URL"),
            ("http://", "is not an http:// URL"),
            ("http://u:p@sqs:9324", "without a user"),
            ("http://sqs:9324?x=1", "is not an http:// URL"),
        ] {
            let why = notify(Some(url), None).checked().unwrap_err();
            assert!(why.contains(reason) && why.contains("AWS_ENDPOINT_URL_SQS"), "{why}");
            assert!(notify(None, Some(url)).checked().unwrap_err().contains("(AWS_ENDPOINT_URL)"));
        }
    }
}
