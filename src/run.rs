//! A server as a process: started, announced, stopped.

mod admin_token;
mod exec;
mod fixtures;
mod log;
mod ready_file;

use std::io::Write as _;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::environment::{self, exports, of_clients};
use crate::config::{DEFAULT_LISTEN, LogFormat, Serve, shown_database};
use crate::emulator::{Emulator, StartError};
use crate::run::ready_file::ReadyFile;
use crate::serve::{Connections, bind, raise_limit, serve};

pub use exec::exec;
pub use fixtures::all as fixture_worlds;

/// Why a process ends otherwise than asked.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A bad option, environment value or fixture.
    #[error("{0}")]
    Usage(String),
    /// Somebody else listens there.
    #[error("cannot listen on {0}: the address is in use")]
    AddressInUse(String),
    /// The database cannot be used.
    #[error("{0}")]
    Database(String),
    /// Anything else.
    #[error("{0}")]
    Failure(String),
}

impl RunError {
    /// The process's exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Failure(_) => 1,
            Self::Usage(_) => 2,
            Self::AddressInUse(_) => 3,
            Self::Database(_) => 4,
        }
    }
}

fn failure(error: impl std::fmt::Display) -> RunError {
    RunError::Failure(error.to_string())
}

/// Serves until Ctrl-C or SIGTERM; a second one ends at once.
///
/// # Errors
/// It cannot start, or did not stop well.
pub async fn run(options: &Serve) -> Result<(), RunError> {
    log::start(options)?;
    for sentence in environment::unknown() {
        tracing::warn!("{sentence}");
    }
    let mut signals = Signals::new()?;
    raise_limit();
    let running = tokio::select! {
        running = Running::start(options) => running?,
        _ = signals.next() => return Ok(()),
    };
    running.announce(options)?;
    tokio::select! {
        _ = signals.next() => tracing::info!("stopping"),
        // It was said why, and is said again at the end.
        _ = running.emulator.lost_files() => {}
    }
    tokio::select! {
        stopped = running.stop() => stopped,
        _ = signals.next() => Err(RunError::Failure("stopped at once".into())),
    }
}

/// Ctrl-C and SIGTERM.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, RunError> {
        let interrupt = signal(SignalKind::interrupt()).map_err(failure)?;
        let terminate = signal(SignalKind::terminate()).map_err(failure)?;
        Ok(Self { interrupt, terminate })
    }

    async fn next(&mut self) -> Signaled {
        tokio::select! {
            _ = self.interrupt.recv() => Signaled::Interrupt,
            _ = self.terminate.recv() => Signaled::Terminate,
        }
    }
}

/// Which signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signaled {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signaled {
    /// That of a process which the signal ended, as shells count it.
    const fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 128 + 2,
            Self::Terminate => 128 + 15,
        }
    }
}

/// A server that answers.
struct Running {
    bound: Vec<SocketAddr>,
    /// Where the control API answers, if not there.
    control_bound: Vec<SocketAddr>,
    emulator: Emulator,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    ready_file: Option<ReadyFile>,
}

impl Running {
    async fn start(options: &Serve) -> Result<Self, RunError> {
        let ready_file = options.ready_file.as_deref().map(ReadyFile::prepare).transpose()?;
        let worlds = fixtures::read(options.fixtures.clone()).await?;
        // What is wrong with the options is said before anything is touched.
        options.options(&[]).map_err(RunError::Usage)?;
        let default = [DEFAULT_LISTEN.to_owned()];
        let wanted = if options.listen.is_empty() { &default[..] } else { &options.listen };
        let listeners = listen(LISTEN, wanted, options.allow_remote).await?;
        let controls =
            listen(CONTROL_LISTEN, &options.control_listen, options.allow_remote).await?;
        let (bound, control_bound) = (addresses_of(&listeners)?, addresses_of(&controls)?);
        let admin = &options.admin;
        let all_bound = [&bound[..], &control_bound[..]].concat();
        let mut options = options.options(&all_bound).map_err(RunError::Usage)?;
        options.worlds = worlds.as_ref().map(|(worlds, _)| worlds.clone());
        let names = worlds.map(|(_, names)| names).unwrap_or_default();
        let database = options.database.clone();
        let started = Emulator::start(options).await;
        let emulator = started.map_err(|e| start_error(e, database.as_deref(), &names))?;
        admin_token::write(admin, &emulator)?;
        admin_token::warn_if_open(
            &emulator,
            if controls.is_empty() { &bound } else { &control_bound },
        );
        let (stop, stopped) = watch::channel(false);
        let connections = Connections::within_limit();
        let serve = |(listener, front)| {
            let connections = Arc::clone(&connections);
            tokio::spawn(serve(listener, front, connections, stopped.clone()))
        };
        let fronts = listeners.into_iter().map(|listener| (listener, emulator.front()));
        let controls = controls.into_iter().map(|listener| (listener, emulator.control_front()));
        let mut tasks: Vec<_> = fronts.chain(controls).map(serve).collect();
        let keeper = emulator.clone();
        let (deliverer, until) = (emulator.clone(), stopped.clone());
        tasks.push(tokio::spawn(async move { keeper.keep_time(stopped).await }));
        tasks.push(tokio::spawn(async move { deliverer.deliver(until).await }));
        Ok(Self { bound, control_bound, emulator, stop, tasks, ready_file })
    }

    /// The URL of the first address.
    fn url(&self) -> String {
        self.bound.first().map_or_else(String::new, |address| format!("http://{address}"))
    }

    /// The URL at which the control API answers.
    fn control_url(&self) -> String {
        self.control_bound.first().map_or_else(|| self.url(), |address| format!("http://{address}"))
    }

    /// The ready line on standard output, and what one wants to know on standard error.
    fn announce(&self, options: &Serve) -> Result<(), RunError> {
        let url = self.url();
        match &options.database {
            None => tracing::info!("state is in a temporary file, gone at exit"),
            Some(url) => tracing::info!("state is in {}, kept", shown_database(url)),
        }
        tracing::info!("worker site at {}/", options.public_url.as_ref().unwrap_or(&url));
        if !self.control_bound.is_empty() {
            tracing::info!("control API at {}/_mturk/", self.control_url());
        }
        show_exports(options, &url)?;
        admin_token::show_new(&options.admin, &self.emulator);
        let line = self.write_ready_file()?;
        let mut stdout = std::io::stdout();
        stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()).map_err(failure)
    }

    /// The ready line, which stands then also in the file that was asked for.
    fn write_ready_file(&self) -> Result<String, RunError> {
        let line = ready_file::line(&self.url());
        self.ready_file.as_ref().map_or(Ok(()), |file| file.write(&line))?;
        Ok(line)
    }

    /// Lets requests in flight finish, and closes the database.
    ///
    /// # Errors
    /// The database files are not the ones that were opened.
    async fn stop(self) -> Result<(), RunError> {
        let _ = self.stop.send(true);
        for task in self.tasks {
            task.await.map_err(failure)?;
        }
        let store = self.emulator.engine().store();
        store.close().await;
        store.loss().map_or(Ok(()), |why| Err(RunError::Database(why.to_owned())))
    }
}

/// Shows what a shell exports to use the server. A given secret is not shown.
#[expect(clippy::print_stderr, reason = "a line to be pasted has nothing before it")]
fn show_exports(options: &Serve, url: &str) -> Result<(), RunError> {
    let mut variables = of_clients(url, options.known().map_err(RunError::Usage)?.first());
    if !options.credentials.is_empty() {
        variables.retain(|(name, _)| *name != "AWS_SECRET_ACCESS_KEY");
    }
    let line = exports(&variables);
    match options.log {
        _ if options.quiet => {}
        LogFormat::Json if options.log_file.is_none() => tracing::info!("{line}"),
        _ => eprintln!("{line}"),
    }
    Ok(())
}

fn start_error(error: StartError, database: Option<&str>, names: &[String]) -> RunError {
    match error {
        StartError::Open(error) => RunError::Database(error.to_string()),
        StartError::Clock(why) => RunError::Usage(why),
        StartError::World(refusal) => RunError::Usage(refusal.message(names)),
        StartError::Begin(fault) => {
            let database = database.map_or("the temporary database".into(), shown_database);
            RunError::Database(format!("{database}: {fault}"))
        }
    }
}

const LISTEN: &str = "--listen (MTURK_LOCAL_LISTEN)";
const CONTROL_LISTEN: &str = "--control-listen (MTURK_LOCAL_CONTROL_LISTEN)";

/// Binds the addresses that an option names.
async fn listen(
    option: &str,
    wanted: &[String],
    allow_remote: bool,
) -> Result<Vec<TcpListener>, RunError> {
    let mut listeners = Vec::new();
    for text in wanted {
        let address = address(option, text)?;
        if !address.ip().is_loopback() && !allow_remote {
            return Err(RunError::Usage(format!(
                "{option} {address} lets other machines in; add --allow-remote if that is meant"
            )));
        }
        listeners.push(bind(address).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => RunError::AddressInUse(address.to_string()),
            _ => RunError::Usage(format!("{option}: cannot listen on {address}: {error}")),
        })?);
    }
    Ok(listeners)
}

fn addresses_of(listeners: &[TcpListener]) -> Result<Vec<SocketAddr>, RunError> {
    listeners.iter().map(TcpListener::local_addr).collect::<Result<_, _>>().map_err(failure)
}

/// The address that is meant; a name stands for its first IPv4 address, or else its first.
fn address(option: &str, text: &str) -> Result<SocketAddr, RunError> {
    let bad = |why: String| RunError::Usage(format!("{option} {text:?} is no address: {why}"));
    let all: Vec<SocketAddr> = text.to_socket_addrs().map_err(|e| bad(e.to_string()))?.collect();
    let first = all.iter().find(|address| address.is_ipv4()).or(all.first());
    first.copied().ok_or_else(|| bad("it stands for nothing".into()))
}
