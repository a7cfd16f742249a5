//! The market's clock, for users of the library.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::embedded::Error;
use crate::emulator::Backend;
use crate::engine::{ClockChange, ClockReading};
use crate::time::{Span, When};

/// The market's clock. Each method returns the market's time afterwards.
#[derive(Debug, Clone, Copy)]
pub struct Clock<'e>(pub(super) &'e Backend);

impl Clock<'_> {
    /// The market's time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn now(self) -> Result<SystemTime, Error> {
        Ok(time(self.0.engine().clock().await?))
    }

    /// Jumps ahead. Deadlines, expirations and approvals that fall due on the way happen, each at
    /// its own second.
    ///
    /// # Errors
    /// [`Error::Refused`] if the clock would pass the end of 2199.
    pub async fn advance(self, by: Duration) -> Result<SystemTime, Error> {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.change(ClockChange::Advance(Span(ms))).await
    }

    /// Jumps to a time, as [`advance`](Clock::advance) does: RFC 3339, epoch seconds, or relative
    /// to now, such as `+30d`.
    ///
    /// # Errors
    /// [`Error::Refused`] if the time has another form, or is in the past.
    pub async fn set(self, at: &str) -> Result<SystemTime, Error> {
        self.change(ClockChange::Set(When::from(at))).await
    }

    /// Stops the clock.
    ///
    /// # Errors
    /// The database failed.
    pub async fn freeze(self) -> Result<SystemTime, Error> {
        self.change(ClockChange::Freeze).await
    }

    /// Lets the clock run on from the time that it shows.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resume(self) -> Result<SystemTime, Error> {
        self.change(ClockChange::Resume).await
    }

    async fn change(self, change: ClockChange) -> Result<SystemTime, Error> {
        Ok(time(self.0.engine().change_clock(change).await?.0))
    }
}

/// A market begins in 1970 or later.
fn time(reading: ClockReading) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(reading.now.0.unsigned_abs())
}
