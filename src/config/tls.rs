//! The options about TLS.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::BoolishValueParser;

use crate::config::heading;

/// Where the server speaks HTTPS, and with which certificate.
#[derive(Debug, Args)]
#[command(next_help_heading = heading::HTTPS)]
pub struct Tls {
    /// Address to listen on with HTTPS; repeatable.
    ///
    /// Needs --tls-cert and --tls-key, or --tls-self-signed.
    #[arg(long, value_name = "ADDR", env = "MTURK_LOCAL_TLS_LISTEN", value_delimiter = ',')]
    pub tls_listen: Vec<String>,
    /// The certificate chain, in PEM.
    ///
    /// On SIGHUP the server reads it and the key again.
    #[arg(long, hide_short_help = true, value_name = "FILE", env = "MTURK_LOCAL_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM.
    #[arg(long, hide_short_help = true, value_name = "FILE", env = "MTURK_LOCAL_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Make a certificate for this run.
    ///
    /// It is valid for Amazon's old host names and those of this server.
    #[arg(long, env = "MTURK_LOCAL_TLS_SELF_SIGNED", value_parser = BoolishValueParser::new())]
    pub tls_self_signed: bool,
    /// Write the authority that signed it to this file.
    ///
    /// Give it to clients that are to trust the server.
    #[arg(long, hide_short_help = true, value_name = "FILE", env = "MTURK_LOCAL_TLS_CA_OUT")]
    pub tls_ca_out: Option<PathBuf>,
}

/// Where the certificate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate<'o> {
    /// From two files.
    Files {
        /// The chain.
        certificate: &'o Path,
        /// Its private key.
        key: &'o Path,
    },
    /// It is made.
    SelfSigned {
        /// Where its authority is written to.
        authority: Option<&'o Path>,
    },
}

impl Tls {
    /// Where the certificate comes from; none without `--tls-listen`.
    ///
    /// # Errors
    /// One option needs another, or excludes it.
    pub fn certificate(&self) -> Result<Option<Certificate<'_>>, String> {
        let files = (self.tls_cert.as_deref(), self.tls_key.as_deref());
        let authority = self.tls_ca_out.as_deref();
        let listens = !self.tls_listen.is_empty();
        let why = match (listens, files, self.tls_self_signed, authority) {
            (false, (None, None), false, None) => return Ok(None),
            (true, (Some(certificate), Some(key)), false, None) => {
                return Ok(Some(Certificate::Files { certificate, key }));
            }
            (true, (None, None), true, authority) => {
                return Ok(Some(Certificate::SelfSigned { authority }));
            }
            (false, (Some(_), _), ..) => format!("{CERT} needs {LISTEN}"),
            (false, (_, Some(_)), ..) => format!("{KEY} needs {LISTEN}"),
            (false, _, true, _) => format!("{SELF_SIGNED} needs {LISTEN}"),
            (false, ..) => format!("{CA_OUT} needs {LISTEN}"),
            (_, (None, None), false, None) => {
                format!("{LISTEN} needs {CERT} and {KEY}, or {SELF_SIGNED}")
            }
            (_, _, true, _) => format!("{SELF_SIGNED} cannot be used with {CERT} and {KEY}"),
            (_, _, false, Some(_)) => format!("{CA_OUT} needs {SELF_SIGNED}"),
            (_, _, false, None) => format!("{CERT} and {KEY} need each other"),
        };
        Err(why)
    }
}

const LISTEN: &str = "--tls-listen (MTURK_LOCAL_TLS_LISTEN)";
const SELF_SIGNED: &str = "--tls-self-signed (MTURK_LOCAL_TLS_SELF_SIGNED)";
/// The option and its variable.
pub const CERT: &str = "--tls-cert (MTURK_LOCAL_TLS_CERT)";
/// The option and its variable.
pub const KEY: &str = "--tls-key (MTURK_LOCAL_TLS_KEY)";
/// The option and its variable.
pub const CA_OUT: &str = "--tls-ca-out (MTURK_LOCAL_TLS_CA_OUT)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_need_one_another() {
        let path = |is_there: bool, name: &str| is_there.then(|| PathBuf::from(name));
        for (listen, cert, key, self_signed, ca_out, good) in [
            (true, true, true, false, false, true),
            (true, false, false, true, false, true),
            (true, false, false, true, true, true),
            (false, false, false, false, false, true),
            (true, false, false, false, false, false),
            (true, true, false, false, false, false),
            (true, false, true, false, false, false),
            (true, true, true, true, false, false),
            (true, true, true, false, true, false),
            (true, false, false, false, true, false),
            (false, true, true, false, false, false),
            (false, false, false, true, false, false),
        ] {
            let tls = Tls {
                tls_listen: if listen { vec!["127.0.0.1:0".to_owned()] } else { Vec::new() },
                tls_cert: path(cert, "c.pem"),
                tls_key: path(key, "k.pem"),
                tls_self_signed: self_signed,
                tls_ca_out: path(ca_out, "ca.pem"),
            };
            let read = tls.certificate();
            assert_eq!(read.is_ok(), good, "{tls:?}");
            assert_eq!(read.is_ok_and(|read| read.is_some()), good && listen, "{tls:?}");
        }
    }
}
