//! Where notifications go: the options and environment variables that AWS's own tools have.

use clap::Args;

use crate::config::values::authority;
use crate::notify::{Account, Endpoints};
use crate::rules::url::without_user_info;

/// Where SQS and SNS are, and in whose name to send there.
#[derive(Debug, Args)]
pub struct Notify {
    /// Where notifications to SQS queues are delivered; without it, they wait.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_SQS", hide_env_values = true)]
    pub sqs_endpoint: Option<String>,
    /// Where notifications to SNS topics are delivered; without it, they wait.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_SNS", hide_env_values = true)]
    pub sns_endpoint: Option<String>,
    /// The endpoint of both, where they have none of their own.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL", hide_env_values = true)]
    pub aws_endpoint: Option<String>,
    /// The region of queues and topics.
    #[arg(long, value_name = "NAME", env = "AWS_REGION", default_value = "us-east-1")]
    pub aws_region: String,
    #[arg(long, env = "AWS_ACCESS_KEY_ID", default_value = "test", hide = true)]
    #[arg(hide_env_values = true)]
    #[expect(missing_docs, reason = "as AWS's own tools have it")]
    pub aws_access_key_id: String,
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY", default_value = "test", hide = true)]
    #[arg(hide_env_values = true)]
    #[expect(missing_docs, reason = "as AWS's own tools have it")]
    pub aws_secret_access_key: String,
    #[arg(long, env = "AWS_SESSION_TOKEN", hide = true, hide_env_values = true)]
    #[expect(missing_docs, reason = "as AWS's own tools have it")]
    pub aws_session_token: Option<String>,
}

impl Notify {
    /// The endpoints that are meant.
    ///
    /// # Errors
    /// One of them is no URL, has a user, or begins with `https://`; the region is no name.
    pub fn checked(&self) -> Result<Endpoints, String> {
        let names =
            ["--sqs-endpoint (AWS_ENDPOINT_URL_SQS)", "--sns-endpoint (AWS_ENDPOINT_URL_SNS)"];
        let both = ("--aws-endpoint (AWS_ENDPOINT_URL)", &self.aws_endpoint);
        let meant = |name: &'static str, own: &Option<String>| {
            let (name, url) =
                if own.is_some() { (name, own.clone()) } else { (both.0, both.1.clone()) };
            url.map(|url| endpoint(name, &url)).transpose()
        };
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if self.aws_region.is_empty() || !self.aws_region.bytes().all(plain) {
            return Err("--aws-region (AWS_REGION) is a name such as us-east-1".into());
        }
        Ok(Endpoints {
            sqs: meant(names[0], &self.sqs_endpoint)?,
            sns: meant(names[1], &self.sns_endpoint)?,
            account: Account {
                region: self.aws_region.clone(),
                access_key: self.aws_access_key_id.clone(),
                secret: self.aws_secret_access_key.clone(),
                session_token: self.aws_session_token.clone(),
            },
        })
    }
}

/// An endpoint that can be reached without TLS.
fn endpoint(name: &str, url: &str) -> Result<String, String> {
    let shown = without_user_info(url);
    if url.starts_with("https://") {
        return Err(format!(
            "{name} {shown:?} begins with https://, which mturk-local does not speak: it delivers \
             to http:// endpoints, such as a local SQS and SNS"
        ));
    }
    if authority(url).is_some() && !url.contains(['?', '#', ' ']) {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(format!(
        "{name} {shown:?} is no URL that begins with http:// and names a host, without a user, a \
         password or a query"
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
    fn what_cannot_be_reached_is_said() {
        for (url, said) in [
            ("https://sqs.us-east-1.amazonaws.com", "does not speak"),
            ("sqs:9324", "is no URL"),
            ("http://", "is no URL"),
            ("http://u:p@sqs:9324", "without a user"),
            ("http://sqs:9324?x=1", "is no URL"),
        ] {
            let why = notify(Some(url), None).checked().unwrap_err();
            assert!(why.contains(said) && why.contains("AWS_ENDPOINT_URL_SQS"), "{why}");
            assert!(notify(None, Some(url)).checked().unwrap_err().contains("(AWS_ENDPOINT_URL)"));
        }
    }
}
