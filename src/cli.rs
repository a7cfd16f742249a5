//! A server as a process: started, announced, stopped.

mod admin_token;
mod dump_file;
mod error;
mod exec;
mod https;
mod log;
pub mod new_file;
mod preview;
mod ready_file;

use std::io::Write as _;
use std::net::{SocketAddr, ToSocketAddrs as _};

use rustix::process::Signal;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::cli::dump_file::DumpFile;
use crate::cli::error::failure;
use crate::cli::ready_file::ReadyFile;
use crate::config::environment::{self, exports, of_clients};
use crate::config::{DEFAULT_LISTEN, LogFormat, Serve, fixtures, shown_database};
use crate::emulator::{Backend, Options, StartError};
use crate::serve::{self, LocalNames, Server, StopError, Tasks, raise_limit};

pub use error::RunError;
pub use exec::exec;
pub use preview::preview;

/// Serves until Ctrl-C or SIGTERM; a second one ends at once.
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
        // The log says why, and says it again at the end.
        _ = running.backend().files_changed() => {}
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
        // With a handler a file that may not grow (`ulimit -f`) is an error of the write alone.
        drop(signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map_err(failure)?);
        let interrupt = signal(SignalKind::interrupt()).map_err(failure)?;
        let terminate = signal(SignalKind::terminate()).map_err(failure)?;
        Ok(Self { interrupt, terminate })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.terminate.recv() => Signal::TERM,
        }
    }
}

/// A server that accepts requests.
struct Running {
    bound: Bound,
    /// What serves the API and the site.
    api: Server,
    tasks: Tasks,
    ready_file: Option<ReadyFile>,
    dump_file: Option<DumpFile>,
}

/// The addresses of a server.
struct Bound {
    http: Vec<SocketAddr>,
    /// Of the control API, if it has its own.
    control: Vec<SocketAddr>,
    https: Vec<SocketAddr>,
}

impl Bound {
    fn all(&self) -> Vec<SocketAddr> {
        [&self.http[..], &self.control[..], &self.https[..]].concat()
    }
}

impl Running {
    async fn start(options: &Serve) -> Result<Self, RunError> {
        let ready_file = options.ready_file.as_deref().map(ReadyFile::prepare).transpose()?;
        let dump_file = options.dump_on_exit.as_deref().map(DumpFile::prepare).transpose()?;
        let worlds = fixtures::read(options.fixtures.clone(), FIXTURE).await;
        let worlds = worlds.map_err(RunError::Usage)?;
        // Bad options are reported before anything is touched.
        options.options(&[]).map_err(RunError::Usage)?;
        options.tls.certificate().map_err(RunError::Usage)?;
        let sockets = Sockets::bind(options).await?;
        let bound = sockets.addresses()?;
        let mut of_emulator = options.options(&bound.all()).map_err(RunError::Usage)?;
        let frames = &mut of_emulator.host_check.frames;
        let is_taken = frames.on_loopback && sockets.names == LocalNames::Taken;
        frames.on_loopback &= sockets.names == LocalNames::Here;
        let identity = https::identity(&options.tls, &of_emulator.host_check)?;
        let of_emulator = Options { worlds, https_url: https::url(&bound.https), ..of_emulator };
        let backend = Backend::start(of_emulator).await;
        let backend = backend.map_err(|error| start_error(error, options))?;
        if is_taken {
            tracing::warn!("{TAKEN}");
        }
        admin_token::write(&options.admin, &backend)?;
        admin_token::warn_if_open(&backend, options.auth, &bound);
        options.outbound.warn_of_proxy();
        let tls = identity.clone().map(https::acceptor).transpose()?;
        let mut tasks = Tasks::start(backend);
        let api = tasks.server(tasks.backend().front());
        let control = tasks.server(tasks.backend().control_front());
        tasks.add(sockets.serve(&api, &control, tls.as_ref()));
        tasks.add(https::reader(&options.tls, identity.as_ref(), tasks.stopped())?);
        Ok(Self { bound, api, tasks, ready_file, dump_file })
    }

    const fn backend(&self) -> &Backend {
        self.tasks.backend()
    }

    /// The URL of the first address.
    fn url(&self) -> String {
        self.bound.http.first().map_or_else(String::new, |address| format!("http://{address}"))
    }

    /// The URL at which the control API answers.
    fn control_url(&self) -> String {
        let own = self.bound.control.first();
        own.map_or_else(|| self.url(), |address| format!("http://{address}"))
    }

    /// Prints the ready line on standard output, and logs where everything is.
    fn announce(&self, options: &Serve) -> Result<(), RunError> {
        let url = self.url();
        match &options.database {
            None => tracing::info!("state is in a temporary file, gone at exit"),
            Some(url) => tracing::info!("state is in {}, kept", shown_database(url)),
        }
        tracing::info!("worker site at {}/", options.public_url.as_ref().unwrap_or(&url));
        if let Some(url) = https::url(&self.bound.https) {
            tracing::info!("HTTPS at {url}/");
        }
        if !self.bound.control.is_empty() {
            tracing::info!("control API at {}/_mturk/", self.control_url());
        }
        show_exports(options, &url)?;
        admin_token::show_new(&options.admin, self.backend());
        let line = self.write_ready_file()?;
        let mut stdout = std::io::stdout();
        stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()).map_err(failure)
    }

    /// The ready line, which is written to the ready file too.
    fn write_ready_file(&self) -> Result<String, RunError> {
        let line = ready_file::line(&self.url());
        self.ready_file.as_ref().map_or(Ok(()), |file| file.write(&line))?;
        Ok(line)
    }

    /// Lets requests in flight finish, dumps the market if that is wanted, and closes the database.
    async fn stop(mut self) -> Result<(), RunError> {
        self.tasks.finish().await.map_err(stop_error)?;
        let dumped = match &self.dump_file {
            Some(file) => file.write(self.backend().engine()).await,
            None => Ok(()),
        };
        self.tasks.stop().await.map_err(stop_error)?;
        dumped
    }
}

/// Shows the export line that a shell needs to use the server, without a secret that was given.
#[expect(clippy::print_stderr, reason = "a line to be pasted has nothing before it")]
fn show_exports(options: &Serve, url: &str) -> Result<(), RunError> {
    let mut variables = of_clients(url, options.known().map_err(RunError::Usage)?.first());
    if !options.credentials.is_empty() {
        // To AWS's tools one of the two alone is an error; `mturk-local env` prints both.
        variables.retain(|(name, _)| !name.contains("ACCESS_KEY"));
    }
    let line = exports(&variables);
    match options.log {
        _ if options.quiet => {}
        LogFormat::Json if options.log_file.is_none() => tracing::info!("{line}"),
        _ => eprintln!("{line}"),
    }
    Ok(())
}

fn stop_error(error: StopError) -> RunError {
    match error {
        StopError::Panicked(error) => failure(error),
        StopError::FilesChanged(why) => RunError::Database(why),
    }
}

fn start_error(error: StartError, options: &Serve) -> RunError {
    match error {
        StartError::Open(error) => RunError::Database(error.to_string()),
        StartError::Clock(why) => RunError::Usage(why),
        StartError::World(refusal) => RunError::Usage(refusal.message(&options.fixtures)),
        StartError::Begin(fault) => {
            let database = options.database.as_deref();
            let database = database.map_or("the temporary database".into(), shown_database);
            RunError::Database(format!("{database}: {fault}"))
        }
    }
}

const TAKEN: &str = "another program has this port at the machine's other loopback address, so \
    HTML of HITs gets no host of its own: use another port";
const FIXTURE: &str = "--fixture (MTURK_LOCAL_FIXTURE): ";
const LISTEN: &str = "--listen (MTURK_LOCAL_LISTEN)";
const TLS_LISTEN: &str = "--tls-listen (MTURK_LOCAL_TLS_LISTEN)";
const CONTROL_LISTEN: &str = "--control-listen (MTURK_LOCAL_CONTROL_LISTEN)";

/// What a server listens on.
struct Sockets {
    http: Vec<TcpListener>,
    control: Vec<TcpListener>,
    https: Vec<TcpListener>,
    /// Where names that end in `.localhost` lead.
    names: LocalNames,
}

impl Sockets {
    async fn bind(options: &Serve) -> Result<Self, RunError> {
        let default = [DEFAULT_LISTEN.to_owned()];
        let http = if options.listen.is_empty() { &default[..] } else { &options.listen };
        let remote = options.allow_remote;
        let (http, names) = listen(LISTEN, http, remote).await?;
        let (control, of_control) = listen(CONTROL_LISTEN, &options.control_listen, remote).await?;
        let (https, _) = listen(TLS_LISTEN, &options.tls.tls_listen, remote).await?;
        let names = match of_control {
            _ if control.is_empty() => names,
            LocalNames::Taken => LocalNames::Taken,
            other if names == LocalNames::Here => other,
            _ => names,
        };
        Ok(Self { http, control, https, names })
    }

    fn addresses(&self) -> Result<Bound, RunError> {
        let of = |listeners: &[TcpListener]| {
            listeners.iter().map(TcpListener::local_addr).collect::<Result<_, _>>().map_err(failure)
        };
        Ok(Bound { http: of(&self.http)?, control: of(&self.control)?, https: of(&self.https)? })
    }

    /// Serves until the stop, each listener in a task of its own.
    fn serve(
        self,
        api: &Server,
        control: &Server,
        tls: Option<&TlsAcceptor>,
    ) -> Vec<JoinHandle<()>> {
        let plain = |server: &Server, listener| tokio::spawn(server.clone().http(listener));
        let http = self.http.into_iter().map(|listener| plain(api, listener));
        let control = self.control.into_iter().map(|listener| plain(control, listener));
        let https = self.https.into_iter().zip(std::iter::repeat(tls));
        let https = https.filter_map(|(listener, tls)| {
            Some(tokio::spawn(api.clone().https(listener, tls?.clone())))
        });
        http.chain(control).chain(https).collect()
    }
}

/// Binds the addresses that an option names, and behind them the machine's other loopback address;
/// where names that end in `.localhost` lead then.
async fn listen(
    option: &str,
    addresses: &[String],
    allow_remote: bool,
) -> Result<(Vec<TcpListener>, LocalNames), RunError> {
    let (mut listeners, mut others) = (Vec::new(), Vec::new());
    let mut names = LocalNames::default();
    for text in addresses {
        let address = address(option, text)?;
        if !address.ip().is_loopback() && !allow_remote {
            return Err(RunError::Usage(format!(
                "{option} {address} lets other machines in; add --allow-remote if that is meant"
            )));
        }
        let is_bound = |other: &TcpListener| other.local_addr().is_ok_and(|at| at == address);
        if let Some(place) = others.iter().position(is_bound) {
            listeners.push(others.remove(place));
            continue;
        }
        let bound = serve::listen(address).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => RunError::AddressInUse(address.to_string()),
            _ => RunError::Usage(format!("{option}: cannot listen on {address}: {error}")),
        })?;
        listeners.push(bound.listener);
        others.extend(bound.other);
        names = names.max(bound.names);
    }
    listeners.append(&mut others);
    Ok((listeners, names))
}

/// The address of a text; of a host name the first IPv4 address, or else the first.
fn address(option: &str, text: &str) -> Result<SocketAddr, RunError> {
    let bad = |why: String| RunError::Usage(format!("{option} {text:?} is no address: {why}"));
    let all: Vec<SocketAddr> = text.to_socket_addrs().map_err(|e| bad(e.to_string()))?.collect();
    let first = all.iter().find(|address| address.is_ipv4()).or(all.first());
    first.copied().ok_or_else(|| bad("it stands for nothing".into()))
}
