//! Going to the destinations: SQS and SNS by the AWS SDK, at endpoints that the user named.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::notify::http::PlainHttp;
use crate::rules::url::without_user_info;
use crate::shapes::notification::Transport;

/// One attempt may take this long.
const ATTEMPT: Duration = Duration::from_secs(10);
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

/// Goes to the destinations.
#[derive(Debug, Clone)]
pub struct Courier {
    sqs: Option<aws_sdk_sqs::Client>,
    sns: Option<aws_sdk_sns::Client>,
}

/// What is delivered, and where.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// How.
    pub transport: Transport,
    /// The URL of a queue, or the ARN of a topic.
    pub address: &'a str,
    /// The document.
    pub body: &'a str,
    /// The subject of a message to a topic: recorded were epoch milliseconds.
    pub subject: &'a str,
}

/// A configuration of one of the two SDK crates, which have the same builder.
macro_rules! config {
    ($sdk:ident, $endpoint:expr, $account:expr) => {
        $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .endpoint_url($endpoint)
            .region($sdk::config::Region::new($account.region.clone()))
            .credentials_provider(credentials($account))
            .http_client(PlainHttp::new())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(ATTEMPT).build())
            .build()
    };
}

fn credentials(account: &Account) -> Credentials {
    let Account { access_key, secret, session_token, .. } = account;
    Credentials::new(access_key, secret, session_token.clone(), None, "environment")
}

impl Courier {
    /// A courier who knows the way to these endpoints.
    #[must_use]
    pub fn new(endpoints: &Endpoints) -> Self {
        let Endpoints { sqs, sns, account } = endpoints;
        let sqs = sqs.as_ref().map(|url| config!(aws_sdk_sqs, url, account));
        let sns = sns.as_ref().map(|url| config!(aws_sdk_sns, url, account));
        Self {
            sqs: sqs.map(aws_sdk_sqs::Client::from_conf),
            sns: sns.map(aws_sdk_sns::Client::from_conf),
        }
    }

    /// Whether there is a way.
    #[must_use]
    pub const fn reaches(&self, transport: Transport) -> bool {
        match transport {
            Transport::Email => false,
            Transport::Sqs => self.sqs.is_some(),
            Transport::Sns => self.sns.is_some(),
        }
    }

    /// The transports to which there is a way; an empty word for one to which there is none.
    #[must_use]
    pub fn transports(&self) -> [&'static str; 2] {
        let word = |transport: Transport| {
            if self.reaches(transport) { transport.as_str() } else { "" }
        };
        [word(Transport::Sqs), word(Transport::Sns)]
    }

    /// Delivers once.
    ///
    /// # Errors
    /// The destination's own reason, or why it is out of reach.
    pub async fn deliver(&self, parcel: Parcel<'_>) -> Result<(), String> {
        match (parcel.transport, &self.sqs, &self.sns) {
            (Transport::Sqs, Some(sqs), _) => {
                let message = sqs.send_message().queue_url(parcel.address);
                message.message_body(parcel.body).send().await.map(drop).map_err(|e| reason(&e))
            }
            (Transport::Sns, _, Some(sns)) => {
                let message = sns.publish().topic_arn(parcel.address).subject(parcel.subject);
                message.message(parcel.body).send().await.map(drop).map_err(|e| reason(&e))
            }
            _ => Err(format!("no endpoint of {} is configured", parcel.transport.as_str())),
        }
    }
}

/// Why an attempt failed, in one line.
fn reason<E, R>(error: &SdkError<E, R>) -> String
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug,
{
    let told = error.as_service_error().map(ProvideErrorMetadata::meta);
    let why = match told.map(|told| (told.code(), told.message())) {
        Some((Some(code), Some(message))) => format!("{code}: {message}"),
        Some((Some(code), None)) => code.to_owned(),
        _ => chain(error),
    };
    let plain = without_user_info(&why).replace(char::is_control, " ");
    plain.trim_end_matches(['.', ' ']).chars().take(LONGEST_REASON).collect()
}

fn chain(error: &dyn std::error::Error) -> String {
    let (mut told, mut cause) = (error.to_string(), error.source());
    while let Some(next) = cause {
        told = format!("{told}: {next}");
        cause = next.source();
    }
    told
}
