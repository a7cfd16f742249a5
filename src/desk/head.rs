//! What stands above every page.

use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::Fault;
use crate::time::Instant;
use crate::views::show;

/// What stands above every page.
#[derive(Debug)]
pub struct Head {
    /// The market's time.
    pub now: Instant,
    /// `real`, `offset` or `frozen`.
    pub clock: &'static str,
    /// What workers read of the requester.
    pub name: String,
    /// The requester's access key.
    pub access_key: String,
    /// What each form carries, in a field named `csrf`.
    pub form_token: String,
    /// Whether this browser may be another requester with one click.
    pub may_choose: bool,
    /// Whether the worker's site is at the same address.
    pub has_site: bool,
}

impl Head {
    /// Reads it.
    pub async fn read(desk: &Desk, session: &Session) -> Result<Self, Fault> {
        let reading = desk.engine.clock().await?;
        let (now, clock) = (reading.now, reading.clock.mode());
        let requester = &session.requester;
        Ok(Self {
            now,
            clock,
            name: requester.name.clone(),
            access_key: requester.access_key.clone(),
            form_token: session.form_token.clone(),
            may_choose: session.may_choose,
            has_site: desk.has_site,
        })
    }

    /// The mark of a clock that is not real.
    pub fn mark(&self) -> &'static str {
        show::clock(self.clock)
    }
}
