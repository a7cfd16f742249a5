//! Where the event log is pushed to.

use crate::fault::Fault;
use crate::ids;
use crate::rules::webhook::{MOST_WEBHOOKS, problems, secret};
use crate::shapes::webhook::Webhook;
use crate::store::{events, requesters, webhooks};
use crate::worlds::load::Load;

impl Load<'_> {
    pub(super) async fn load_webhooks(&mut self) -> Result<(), Fault> {
        let Some(last) = self.entries.webhooks.last() else { return Ok(()) };
        let room = MOST_WEBHOOKS - webhooks::count(&mut self.turn.tx).await?;
        if i64::try_from(self.entries.webhooks.len()).is_ok_and(|count| count > room) {
            self.problem(&last.place, format!("more than {MOST_WEBHOOKS} webhooks"));
            return Ok(());
        }
        for entry in &self.entries.webhooks {
            for (member, why) in problems(entry) {
                let place = entry.place.of(&[member]);
                self.problem(place, format!("{member}: {why}"));
            }
            let registered = self.register(&entry.entry).await?;
            self.loaded.webhooks_added.push(registered);
            self.loaded.webhooks += 1;
        }
        // Whoever delivers learns that there are webhooks.
        self.turn.has_undelivered = true;
        Ok(())
    }

    /// Adds a webhook; returns it with its id, its secret and where it begins.
    async fn register(&mut self, given: &Webhook) -> Result<Webhook, Fault> {
        let tx = &mut self.turn.tx;
        let requester_id = match &given.requester {
            Some(name) => requesters::id_of(tx, name).await?,
            None => String::new(),
        };
        let position = match given.after {
            Some(after) => after,
            None => events::ends(tx).await?.map_or(0, |(_, last)| last),
        };
        let id = self.turn.ids.entity();
        let secret = given.secret.clone().unwrap_or_else(|| secret(ids::random()));
        let stored = given.settings();
        webhooks::add(&mut self.turn.tx, &id, &requester_id, position, &secret, &stored).await?;
        Ok(Webhook { webhook: Some(id), secret: Some(secret), after: Some(position), ..stored })
    }
}
