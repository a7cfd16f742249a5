//! The commands that show or change a list of the market: faults, webhooks, robots.

use clap::{Args, Subcommand};

use crate::config::commands::{Endpoint, everywhere};

/// `mturk-local faults`.
#[derive(Debug, Args)]
#[command(mut_args(everywhere))]
pub struct FaultsArgs {
    /// What to do with the rules [default: list].
    #[command(subcommand)]
    pub change: Option<FaultsCommand>,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// What can be done with the rules.
#[derive(Debug, Clone, Subcommand)]
pub enum FaultsCommand {
    /// List the rules.
    List,
    /// Add a rule.
    Add {
        /// The members of the rule.
        ///
        /// Or one rule, or an array of rules, as JSON.
        #[arg(required = true, value_name = "MEMBER=VALUE")]
        rule: Vec<String>,
    },
    /// Remove all rules, or one.
    Clear {
        /// The number of the rule.
        number: Option<u64>,
    },
}

/// `mturk-local webhooks`.
#[derive(Debug, Args)]
#[command(mut_args(everywhere))]
pub struct WebhooksArgs {
    /// What to do with the webhooks [default: list].
    #[command(subcommand)]
    pub change: Option<WebhooksCommand>,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// What can be done with webhooks.
#[derive(Debug, Clone, Subcommand)]
pub enum WebhooksCommand {
    /// List the webhooks and how far each has come.
    List,
    /// Register a webhook, and print its secret.
    Add {
        /// The URL that gets the events.
        url: String,
        /// Other members of the webhook, for example Events=HITReviewable,HITExpired.
        #[arg(value_name = "MEMBER=VALUE")]
        members: Vec<String>,
    },
    /// Remove all webhooks, or one.
    Remove {
        /// The id of the webhook.
        id: Option<String>,
    },
    /// Try all failing webhooks again now, or one.
    Retry {
        /// The id of the webhook.
        id: Option<String>,
    },
}

/// `mturk-local robots`.
#[derive(Debug, Args)]
#[command(mut_args(everywhere))]
pub struct RobotsArgs {
    /// What to do with the robots [default: list].
    #[command(subcommand)]
    pub change: Option<RobotsCommand>,
    /// Which server.
    #[command(flatten)]
    pub server: Endpoint,
}

/// What can be done with robots.
#[derive(Debug, Clone, Subcommand)]
pub enum RobotsCommand {
    /// List the crowds of robots, with their progress.
    List,
    /// Add a crowd of robots.
    Add {
        /// The members of the script, or scripts as JSON.
        #[arg(required = true, value_name = "MEMBER=VALUE")]
        script: Vec<String>,
    },
    /// Remove all crowds, or one; what the robots have in hand is returned.
    Clear {
        /// The number of the crowd.
        number: Option<u64>,
    },
}
