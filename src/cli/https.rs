//! HTTPS: the certificate that the options name or ask for, read again on SIGHUP.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_rustls::TlsAcceptor;

use crate::cli::error::{RunError, failure};
use crate::config::tls::{CA_OUT, CERT, Certificate, KEY, Tls};
use crate::host_check::{HostCheck, amazon_hosts};
use crate::tls::{Identity, self_signed, write_authority};

/// The certificate of a server whose host check is given; none without `--tls-listen`.
pub fn identity(options: &Tls, check: &HostCheck) -> Result<Option<Arc<Identity>>, RunError> {
    let identity = match options.certificate().map_err(RunError::Usage)? {
        None => return Ok(None),
        Some(Certificate::Files { certificate, key }) => {
            let read = Identity::from_files(certificate, key);
            read.map_err(|why| RunError::Usage(format!("{CERT}, {KEY}: {why}")))?
        }
        Some(Certificate::SelfSigned { authority }) => {
            let (identity, pem) = self_signed(names(check)).map_err(failure)?;
            if let Some(path) = authority {
                write_authority(path, &pem).map_err(|error| {
                    RunError::Usage(format!("{CA_OUT} {}: {error}", path.display()))
                })?;
            }
            identity
        }
    };
    Ok(Some(Arc::new(identity)))
}

/// The names under which a server is reached: those of loopback and of the old service, and those
/// that the options add.
fn names(check: &HostCheck) -> Vec<String> {
    let own = check.hosts.iter().map(|host| host.trim_matches(['[', ']']).to_owned());
    let local = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut names: Vec<String> = local.into_iter().chain(own).chain(amazon_hosts()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| !["0.0.0.0", "::"].contains(&name.as_str()));
    names
}

pub fn acceptor(identity: Arc<Identity>) -> Result<TlsAcceptor, RunError> {
    identity.server_config().map(TlsAcceptor::from).map_err(failure)
}

/// The URL of the first address.
pub fn url(bound: &[SocketAddr]) -> Option<String> {
    bound.first().map(|address| format!("https://{address}"))
}

/// Reads the files again whenever SIGHUP comes, until the stop; none if there are no files.
pub fn reader(
    options: &Tls,
    identity: Option<&Arc<Identity>>,
    mut stop: watch::Receiver<bool>,
) -> Result<Option<JoinHandle<()>>, RunError> {
    let (Ok(Some(Certificate::Files { certificate, key })), Some(identity)) =
        (options.certificate(), identity)
    else {
        return Ok(None);
    };
    let (certificate, key) = (certificate.to_owned(), key.to_owned());
    let identity = Arc::clone(identity);
    let mut hangup = signal(SignalKind::hangup()).map_err(failure)?;
    Ok(Some(tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = hangup.recv() => {}
                _ = stop.wait_for(|stopped| *stopped) => return,
            }
            let (read, files) = (Arc::clone(&identity), (certificate.clone(), key.clone()));
            let reading = spawn_blocking(move || read.read_again(&files.0, &files.1));
            match reading.await.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(()) => tracing::info!("read the certificate {} again", certificate.display()),
                Err(why) => tracing::error!("the certificate stays as it was: {why}"),
            }
        }
    })))
}
