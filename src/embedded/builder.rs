//! The options of an [`Emulator`].

use std::net::{Ipv4Addr, SocketAddr};

use crate::config::outbound::variable;
use crate::config::values::{database, start};
use crate::config::{DEFAULT_QUEUE, endpoints, fixtures};
use crate::embedded::{Emulator, Error};
use crate::emulator::{Backend, Credential, Options, StartError};
use crate::engine::Start;
use crate::notify::Endpoints;
use crate::outbound::Policy;
use crate::rules::outbound::AllowedHost;
use crate::rules::text::is_access_key;
use crate::serve::{Listening, LocalNames, Tasks, listen};
use crate::store::OpenError;
use crate::turn::{Market, Profile};
use crate::wire::caller::Auth;

/// The options of an [`Emulator`].
///
/// No option comes from the environment, so a test runs in the same way everywhere.
#[derive(Debug, Default)]
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    listen: Option<SocketAddr>,
    database: Option<String>,
    fixtures: Vec<String>,
    credentials: Vec<Credential>,
    auth: Auth,
    profile: Profile,
    start: Start,
    seed: Option<i64>,
    sqs: Option<String>,
    sns: Option<String>,
    outbound_hosts: Vec<String>,
    key_variables: Vec<String>,
}

impl Builder {
    /// Begins with this world: the path of a world file, or the name of a built-in world such as
    /// `demo` or `minimal`. Call it again to add more worlds.
    pub fn fixture(mut self, name: impl Into<String>) -> Self {
        self.fixtures.push(name.into());
        self
    }

    /// Begins at this time: RFC 3339, epoch seconds, or relative to now, such as `-30d`.
    ///
    /// # Errors
    /// [`Error::Clock`] if it has another form, or is before 1970 or after 2199.
    pub fn clock(mut self, at: &str) -> Result<Self, Error> {
        self.start.at = Some(start(at).map_err(Error::Clock)?);
        Ok(self)
    }

    /// Stops the clock. Time then passes only when the test moves it.
    pub const fn freeze(mut self) -> Self {
        self.start.freeze = true;
        self
    }

    /// Makes the same ids of HITs, assignments and so on in each run.
    pub const fn seed(mut self, seed: i64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Keeps the market in this database: `sqlite:PATH`, or `postgres://…` with the feature
    /// `postgres`. Without it, the market is in a temporary file, which the emulator removes.
    pub fn database(mut self, url: impl Into<String>) -> Self {
        self.database = Some(url.into());
        self
    }

    /// Adds a requester whose signatures are verified. Call it again to add more; the first one
    /// also signs [`Emulator::call`].
    pub fn credential(mut self, access_key: impl Into<String>, secret: impl Into<String>) -> Self {
        let (access_key, secret) = (access_key.into(), secret.into());
        self.credentials.push(Credential { access_key, secret, name: None });
        self
    }

    /// Sets who may call: everybody, or only requesters with a
    /// [`credential`](Builder::credential).
    pub const fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Behaves as the sandbox, which is the default, or as the production market.
    pub const fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Listens on this address instead of on a free port of 127.0.0.1. It must be a loopback
    /// address. Port 0 picks a free port.
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.listen = Some(address.into());
        self
    }

    /// Delivers notifications to queues at this endpoint of SQS, such as `http://127.0.0.1:9324`.
    #[cfg(feature = "notifications")]
    pub fn sqs_endpoint(mut self, url: impl Into<String>) -> Self {
        self.sqs = Some(url.into());
        self
    }

    /// Delivers notifications to topics at this endpoint of SNS, such as `http://127.0.0.1:9911`.
    #[cfg(feature = "notifications")]
    pub fn sns_endpoint(mut self, url: impl Into<String>) -> Self {
        self.sns = Some(url.into());
        self
    }

    /// Allows webhooks and robots to send requests to this host: `HOST`, `HOST:PORT`, or `*.SUFFIX`
    /// for all names with this ending. Call it again to allow more. Without it, nothing is sent.
    pub fn allow_outbound(mut self, host: impl Into<String>) -> Self {
        self.outbound_hosts.push(host.into());
        self
    }

    /// Lets robots use the key in the environment variable with this name. Call it again to allow
    /// more.
    pub fn robot_key_env(mut self, name: impl Into<String>) -> Self {
        self.key_variables.push(name.into());
        self
    }

    /// Starts the emulator in the current tokio runtime. When this returns, the emulator accepts
    /// requests.
    ///
    /// # Errors
    /// An option is wrong, the address is in use, the database cannot be used, or a world does not
    /// load.
    pub async fn start(self) -> Result<Emulator, Error> {
        let address = self.listen.unwrap_or((Ipv4Addr::LOCALHOST, 0).into());
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback(address));
        }
        let names = self.fixtures.clone();
        let signer = self.credentials.first().cloned();
        let mut options = self.options().await?;
        let failed = |source| Error::Listen { address, source };
        let Listening { listener, other, names: local } = listen(address).await.map_err(failed)?;
        options.host_check.frames.on_loopback = local == LocalNames::Here;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let backend = Backend::start(options).await.map_err(|error| match error {
            StartError::World(refusal) => Error::Fixture(refusal.message(&names)),
            StartError::Open(error) => Error::Database(error),
            StartError::Clock(why) => Error::Clock(why),
            StartError::Begin(fault) => fault.into(),
        })?;
        let front = backend.front();
        let mut tasks = Tasks::start(backend);
        let server = tasks.server(front.clone());
        let listeners = [Some(listener), other].into_iter().flatten();
        tasks.add(listeners.map(|listener| tokio::spawn(server.clone().http(listener))));
        Ok(Emulator { url, front, signer, tasks })
    }

    async fn options(self) -> Result<Options, Error> {
        let is_bad = |one: &&Credential| !is_access_key(&one.access_key) || one.secret.is_empty();
        if let Some(Credential { access_key, .. }) = self.credentials.iter().find(is_bad) {
            return Err(Error::Credential(access_key.clone()));
        }
        let database = self.database.as_deref().map(database).transpose();
        let endpoint = |name, url: Option<String>| {
            let checked = url.map(|url| endpoints::endpoint(name, &url)).transpose();
            checked.map_err(Error::Endpoint)
        };
        Ok(Options {
            database: database.map_err(|why| Error::Database(OpenError::Unusable(why)))?,
            auth: self.auth,
            market: Market {
                profile: self.profile,
                queue_limit: DEFAULT_QUEUE,
                ..Market::default()
            },
            start: self.start,
            seed: self.seed,
            credentials: self.credentials,
            worlds: fixtures::read(self.fixtures, "").await.map_err(Error::Fixture)?,
            endpoints: Endpoints {
                sqs: endpoint("the endpoint of SQS", self.sqs)?,
                sns: endpoint("the endpoint of SNS", self.sns)?,
                ..Endpoints::default()
            },
            outbound: policy(&self.outbound_hosts, &self.key_variables)?,
            ..Options::default()
        })
    }
}

fn policy(hosts: &[String], key_variables: &[String]) -> Result<Policy, Error> {
    let host = |host: &String| AllowedHost::parse(host).map_err(|why| format!("{host:?}: {why}"));
    let hosts = hosts.iter().map(host).collect::<Result<_, _>>().map_err(Error::Outbound)?;
    let names: Result<_, _> = key_variables.iter().map(|name| variable(name)).collect();
    Ok(Policy { hosts, key_variables: names.map_err(Error::Outbound)? })
}
