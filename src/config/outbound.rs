//! What may leave this machine.

use clap::Args;

use crate::config::heading;
use crate::outbound::Policy;
use crate::rules::outbound::{AllowedHost, is_variable_name};

/// Which hosts requests may be sent to, and which keys they may carry.
#[derive(Debug, Args)]
#[command(next_help_heading = heading::OUTBOUND)]
pub struct Outbound {
    /// Allow requests of webhooks and robots to this host; repeatable.
    ///
    /// HOST, HOST:PORT, or *.SUFFIX for all names with this ending. Without it, nothing is sent.
    #[arg(long = "allow-outbound", value_name = "HOST", env = "MTURK_LOCAL_ALLOW_OUTBOUND")]
    #[arg(value_delimiter = ',', value_parser = AllowedHost::parse, hide_short_help = true)]
    pub hosts: Vec<AllowedHost>,
    /// Let robots use the key in this environment variable; repeatable.
    #[arg(long = "robot-key-env", value_name = "NAME", env = "MTURK_LOCAL_ROBOT_KEY_ENV")]
    #[arg(value_delimiter = ',', value_parser = variable, hide_short_help = true)]
    pub key_variables: Vec<String>,
}

impl Outbound {
    /// What is allowed.
    pub fn policy(&self) -> Policy {
        Policy { hosts: self.hosts.clone(), key_variables: self.key_variables.clone() }
    }

    /// Logs that a proxy of the environment is not used, if there is one and requests are allowed.
    pub fn warn_of_proxy(&self) {
        let is_set = |name: &&&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if let Some(name) = PROXIES.iter().find(is_set).filter(|_| !self.hosts.is_empty()) {
            tracing::warn!("{name} is ignored: requests of webhooks and robots use no proxy");
        }
    }
}

const PROXIES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The name of an environment variable. An error does not show the text, which may be a key.
pub fn variable(text: &str) -> Result<String, String> {
    let is_name = is_variable_name(text);
    is_name.then(|| text.to_owned()).ok_or_else(|| {
        "it is the name of an environment variable, such as OPENAI_API_KEY, and not a key".into()
    })
}
