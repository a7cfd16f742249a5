//! Calls the operations that stand on standard input, a JSON object on each line, with the AWS SDK
//! for Rust, and prints each answer. Address and keys come from the environment.

mod answers;
mod calls;
mod people;
mod policies;

use std::env;
use std::io::{BufRead, stdin};

use aws_sdk_mturk::Client;
use aws_sdk_mturk::config::retry::RetryConfig;
use aws_sdk_mturk::config::{Config, Credentials, Region, SharedHttpClient};
use aws_smithy_http_client::{Builder, Connector};
use serde_json::{Value, json};

/// An operation that was refused.
pub struct Refused {
    code: Option<String>,
    message: Option<String>,
    turk_error_code: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = Client::from_conf(config());
    for line in stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let operation = asked["Operation"].as_str().unwrap();
        let answer = match calls::call(&client, operation, &asked["Input"]).await {
            Ok(output) => json!({"Output": output}),
            Err(Refused { code, message, turk_error_code }) => json!({"Error":
                {"Code": code, "Message": message, "TurkErrorCode": turk_error_code}}),
        };
        println!("{answer}");
    }
}

fn config() -> Config {
    let setting = |name: &str| env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let [id, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(setting);
    Config::builder()
        .region(Region::new(setting("AWS_REGION")))
        .endpoint_url(setting("AWS_ENDPOINT_URL_MTURK"))
        .credentials_provider(Credentials::new(id, secret, None, None, "environment"))
        .retry_config(RetryConfig::disabled())
        .http_client(plain_http())
        .build()
}

fn plain_http() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, _| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.build_http()
    })
}
