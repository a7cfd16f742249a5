//! Errors of an [`Emulator`](super::Emulator).

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;

use crate::fault::Fault;
use crate::serve::StopError;
use crate::store::OpenError;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The market's clock cannot start at this time.
    #[error("{0}")]
    Clock(String),
    /// A fixture cannot be read, or is not a world. The text has one line for each problem.
    #[error("{0}")]
    Fixture(String),
    /// The access key of a credential is malformed, or its secret is empty.
    #[error(
        "the credential {0:?} is malformed: an access key is at most 128 letters, digits and \
         -_.+@, and its secret must not be empty"
    )]
    Credential(String),
    /// An endpoint of SQS or SNS is not an `http://` URL.
    #[error("{0}")]
    Endpoint(String),
    /// A host that [`Builder::allow_outbound`](super::Builder::allow_outbound) names, or a variable
    /// that [`Builder::robot_key_env`](super::Builder::robot_key_env) names, is malformed.
    #[error("{0}")]
    Outbound(String),
    /// Other machines can reach the address to listen on.
    #[error("{0} is not a loopback address: other machines could reach it")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The Requester API or the control API refuses the request.
    #[error("{code}: {message}")]
    Refused {
        /// The code, for programs. For the Requester API, it is the `TurkErrorCode`, such as
        /// `AWS.MechanicalTurk.HITDoesNotExist`, or the exception if there is none.
        code: String,
        /// The message, for people.
        message: String,
    },
    /// The request could not be built, or its answer is not JSON.
    #[error("{0}")]
    Request(String),
    /// The emulator did not stop cleanly.
    #[error(transparent)]
    Stop(#[from] StopError),
}

impl Error {
    pub(super) fn request(why: impl Display) -> Self {
        Self::Request(why.to_string())
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => {
                Self::Refused { code: refusal.code.as_str().to_owned(), message: refusal.text() }
            }
            fault => Self::Refused { code: "ServiceFault".to_owned(), message: fault.to_string() },
        }
    }
}
