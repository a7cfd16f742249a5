//! Calls that fail, take longer or lose their answer, because a rule says so.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::request::Parts;
use serde_json::Value;
use tokio::sync::watch;

use crate::actions::faults::{Taken, take};
use crate::engine::{Engine, RemovedFaults};
use crate::fault::Fault;
use crate::ops::lag::Lag;
use crate::ops::{self, Content};
use crate::rules::faults::{Answer, answer, is_after_commit};
use crate::shapes::fault_rule::FaultRule;
use crate::shapes::operation::Operation;
use crate::store::requesters::Requester;
use crate::time::Instant;
use crate::wire::Wire;
use crate::wire::fault::CallFault;
use crate::wire::model::OperationShape;

/// In the extensions of a response that is not sent: its connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionDropped;

/// The connection of a call, and the stop of the server: in the extensions of the call's request.
#[derive(Clone)]
pub struct Line {
    /// The connection.
    pub connection: Arc<dyn Delayed>,
    /// True once the server stops.
    pub stop: watch::Receiver<bool>,
}

/// A connection whose call a rule delays.
pub trait Delayed: Send + Sync {
    /// The call waits: until it goes on, the connection may be closed for another.
    fn begin_delay(&self);

    /// The call goes on; false if the connection is being closed.
    fn end_delay(&self) -> bool;
}

/// Waits as long as the rule says, or until it is removed; false if the connection or the server
/// ends meanwhile.
async fn delay(rule: &FaultRule, mut removed: RemovedFaults, line: Option<Line>) -> bool {
    let Some(ms) = rule.latency_ms else { return true };
    let over = async {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(ms.unsigned_abs())) => {}
            () = removed.contain(rule.fault.unwrap_or_default()) => {}
        }
    };
    let Some(Line { connection, mut stop }) = line else {
        over.await;
        return true;
    };
    connection.begin_delay();
    let is_over = tokio::select! {
        () = over => true,
        _ = stop.wait_for(|stopped| *stopped) => false,
    };
    connection.end_delay() && is_over
}

impl Wire {
    /// Answers a call, and applies the rules to it.
    pub(super) async fn call_by_rules(
        &self,
        shape: &'static OperationShape,
        requester: &Arc<Requester>,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<Content, CallFault> {
        let operation = Operation::parse(shape.name).unwrap_or(Operation::Any);
        let removed = self.engine.removed_faults();
        let taken = self
            .engine
            .write(Arc::clone(requester), operation, |turn, of| Box::pin(take(turn, *of)));
        let Taken { rule, lag_s } = taken.await?;
        if let Some(rule) = &rule
            && !delay(rule, removed, parts.extensions.get().cloned()).await
        {
            return Err(CallFault::Dropped { number: rule.fault.unwrap_or_default() });
        }
        let fault = rule.as_ref().and_then(|rule| fault(rule, body));
        let is_after = rule.as_ref().is_some_and(is_after_commit);
        match fault {
            Some(fault) if !is_after => Err(fault),
            Some(fault) => {
                // What becomes of the call is answered by nobody.
                drop(self.do_lagging(shape, requester, parts, body, lag_s).await);
                Err(fault)
            }
            None => self.do_lagging(shape, requester, parts, body, lag_s).await,
        }
    }

    async fn do_lagging(
        &self,
        shape: &'static OperationShape,
        requester: &Arc<Requester>,
        parts: &Parts,
        body: &Bytes,
        lag_s: Option<i64>,
    ) -> Result<Content, CallFault> {
        let (call, entry) = (self.read_call(shape, parts, body)?, ops::entry(shape.name)?);
        let Some(seconds) = lag_s else {
            return Ok(self.turn(entry.access, requester, call, entry.run).await?);
        };
        let lag = Lag { operation: shape.name, body: call.body.clone(), seconds };
        let (lag, now) = check(&self.engine, requester, lag).await?;
        let content = self.turn(entry.access, requester, call, entry.run).await?;
        Ok(lag.conceal(content, now))
    }
}

async fn check(
    engine: &Arc<Engine>,
    requester: &Arc<Requester>,
    lag: Lag,
) -> Result<(Arc<Lag>, Instant), Fault> {
    let lag = Arc::new(lag);
    let checked =
        engine.read(Arc::clone(requester), Arc::clone(&lag), |turn, lag| Box::pin(lag.check(turn)));
    Ok((lag, checked.await?))
}

/// The error of a call that the rule applies to; `None` if the rule only delays the call.
fn fault(rule: &FaultRule, body: &[u8]) -> Option<CallFault> {
    let number = rule.fault.unwrap_or_default();
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let member = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    let fault = match answer(rule, member)? {
        Answer::Nothing => return Some(CallFault::Dropped { number }),
        // Recorded: HTTP 400 and this message.
        Answer::Throttled(message) => {
            let message = message.unwrap_or_else(|| "Rate exceeded".to_owned());
            CallFault::front("ThrottlingException", message)
        }
        Answer::ServiceFault => Fault::Service(format!("fault rule {number} asks for it")).into(),
        Answer::Refused(refusal) => Fault::Refused(refusal).into(),
    };
    Some(CallFault::Injected { number, fault: Box::new(fault) })
}
