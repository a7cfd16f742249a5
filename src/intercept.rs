//! Interception: what a command sends to Amazon's old hosts arrives at this server instead.
//!
//! A proxy on a loopback port ends TLS for those hosts alone, with a certificate that was made for
//! this run, and tunnels every other host untouched. The command finds it in its environment.

mod environment;
mod no_proxy;
mod peer;
mod proxy;
mod upstream;

use std::fs::Permissions;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::host_check::amazon_hosts;
use crate::ids;
use crate::intercept::environment::{Files, Previous};
use crate::intercept::proxy::{Proxy, USER};
use crate::serve::Server;
use crate::tls::self_signed;

/// Why nothing can be intercepted.
#[derive(Debug, thiserror::Error)]
pub enum InterceptError {
    /// The environment asks for something that the proxy cannot do.
    #[error("{0}")]
    Environment(String),
    /// There is no port, or no room for a file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The certificate cannot be made.
    #[error("no certificate for Amazon's old hosts: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS does not start.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// A proxy that runs as long as its server, and what leads a command to it.
pub struct Interception {
    /// The environment variables to set.
    pub variables: Vec<(&'static str, String)>,
    /// Whether the machine has a file with the authorities that it trusts. If not, a command
    /// trusts no host but Amazon's old ones.
    pub has_system_bundle: bool,
    /// What the variables name; removed in the end.
    _folder: TempDir,
}

impl Interception {
    /// Starts the proxy in front of a server, in an environment whose variables `variable` reads.
    ///
    /// # Errors
    /// The environment names a proxy that cannot be used, or the system refuses a port or a file.
    pub async fn start(
        server: Server,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, InterceptError> {
        let previous = Previous::read(variable).map_err(InterceptError::Environment)?;
        let (identity, authority) = self_signed(amazon_hosts().collect())?;
        let tls = TlsAcceptor::from(Arc::new(identity).server_config()?);
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = listener.local_addr()?;
        let password = URL_SAFE_NO_PAD.encode(ids::random());
        // Programs run what is in there, so other users may not write it, whatever the umask is.
        let owner_alone = Permissions::from_mode(0o700);
        let mut folder = tempfile::Builder::new();
        let folder = folder.prefix("mturk-local-exec-").permissions(owner_alone).tempdir()?;
        let files = Files { folder: folder.path(), authority: &authority, port: address.port() };
        let url = format!("http://{USER}:{password}@{address}");
        let variables = previous.variables(&url, &files)?;
        let has_system_bundle = environment::system_bundle().is_some();
        let proxy = Arc::new(Proxy::new(tls, &password, previous.upstream));
        tokio::spawn(server.serve(listener, move |server, arrival| {
            let proxy = Arc::clone(&proxy);
            async move { proxy.answer(server, arrival).await }
        }));
        Ok(Self { variables, has_system_bundle, _folder: folder })
    }
}
