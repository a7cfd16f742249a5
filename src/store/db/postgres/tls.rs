//! The first connection to PostgreSQL: with TLS or without, and the warning if it is without.

use std::io::ErrorKind;
use std::net::IpAddr;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use tokio::time::timeout;

use crate::store::db::error::OpenError;
use crate::store::db::postgres::connection::CONNECT_WITHIN;

/// Connects as `sslmode` asks for it. The options that come back are those for every further
/// connection.
///
/// # Errors
/// The server does not answer, refuses us, or is not as `sslmode` asks for it.
pub(super) async fn connect(
    url: &str,
    options: PgConnectOptions,
) -> Result<(PgConnectOptions, PgConnection), OpenError> {
    let asked = options.get_ssl_mode();
    let options = match asked {
        // As libpq has it: who names an authority wants the certificate to be verified.
        PgSslMode::Require if names_authority(url) => options.ssl_mode(PgSslMode::VerifyCa),
        _ => options,
    };
    let (mut options, connection) = match attempt(&options).await? {
        // sqlx takes `allow` for `disable`.
        Err(error) if matches!(asked, PgSslMode::Allow) && is_refused_plain(&error) => {
            let options = options.ssl_mode(PgSslMode::Require);
            let connected = attempt(&options).await?;
            (options, connected)
        }
        connected => (options, connected),
    };
    let mut connection = connection.map_err(|error| explained(&error, &options))?;
    if matches!(asked, PgSslMode::Prefer) {
        if is_encrypted(&mut connection).await {
            // No later connection goes without what the first one has.
            options = options.ssl_mode(PgSslMode::Require);
        } else if !is_local(&options) {
            tracing::warn!(
                "the connection to PostgreSQL at {} is plain text: sslmode=prefer goes without \
                 TLS where the server has none; sslmode=require or verify-full refuses such a \
                 server",
                options.get_host()
            );
        }
    }
    Ok((options, connection))
}

async fn attempt(
    options: &PgConnectOptions,
) -> Result<Result<PgConnection, sqlx::Error>, OpenError> {
    let connected = timeout(CONNECT_WITHIN, options.connect()).await;
    connected.map_err(|_| OpenError::Unusable("PostgreSQL does not answer".into()))
}

fn names_authority(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let named = |pair: &str| {
        ["sslrootcert=", "ssl-root-cert=", "ssl-ca="].iter().any(|name| pair.starts_with(name))
    };
    query.split('&').any(named) || std::env::var_os("PGSSLROOTCERT").is_some()
}

/// Whether the server's rules for clients (`pg_hba.conf`) refuse the connection, as they do one
/// without TLS where they ask for it.
fn is_refused_plain(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("28000"))
}

/// Whether the connection does not leave the machine.
fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let is_loopback = host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    is_socket(options) || host == "localhost" || is_loopback
}

fn is_socket(options: &PgConnectOptions) -> bool {
    options.get_socket().is_some() || options.get_host().starts_with('/')
}

async fn is_encrypted(connection: &mut PgConnection) -> bool {
    let ask = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    matches!(sqlx::query_scalar(ask).fetch_one(connection).await, Ok(true))
}

/// Why there is no connection, with the parameter of the URL that is concerned.
fn explained(error: &sqlx::Error, options: &PgConnectOptions) -> OpenError {
    use PgSslMode::{Allow, Disable, Prefer, Require, VerifyCa, VerifyFull};
    let mode = match options.get_ssl_mode() {
        Disable => "disable",
        Allow => "allow",
        Prefer => "prefer",
        Require => "require",
        VerifyCa => "verify-ca",
        VerifyFull => "verify-full",
    };
    OpenError::Unusable(match error {
        sqlx::Error::Tls(why) => format!("no TLS to PostgreSQL (sslmode={mode}): {why}"),
        // rustls tells so what is wrong with a certificate.
        sqlx::Error::Io(why) if why.kind() == ErrorKind::InvalidData => format!(
            "no TLS to PostgreSQL (sslmode={mode}): {why}; sslrootcert names a file with the \
             certificate of the authority that signed the server's"
        ),
        sqlx::Error::Io(why) if why.kind() == ErrorKind::NotFound && !is_socket(options) => {
            format!("a file that sslrootcert, sslcert or sslkey names: {why}")
        }
        error => error.to_string(),
    })
}
