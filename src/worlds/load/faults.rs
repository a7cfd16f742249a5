//! Rules by which calls fail.

use crate::actions;
use crate::fault::Fault;
use crate::rules::faults::{MOST_RULES, problems};
use crate::shapes::fault_rule::FaultRule;
use crate::store::faults;
use crate::store::requesters;
use crate::worlds::load::Load;

impl Load<'_> {
    pub(super) async fn load_faults(&mut self) -> Result<(), Fault> {
        let Some(last) = self.entries.faults.last() else { return Ok(()) };
        let room = MOST_RULES - faults::count(&mut self.turn.tx).await?;
        if i64::try_from(self.entries.faults.len()).is_ok_and(|count| count > room) {
            self.problem(&last.place, format!("more than {MOST_RULES} rules"));
            return Ok(());
        }
        for entry in &self.entries.faults {
            for (member, why) in problems(entry) {
                let place = entry.place.of(&[member]);
                self.problem(place, format!("{member}: {why}"));
            }
            let requester_id = match &entry.entry.requester {
                Some(name) => Some(requesters::id_of(&mut self.turn.tx, name).await?),
                None => None,
            };
            let number = faults::add(&mut self.turn.tx, entry, requester_id.as_deref()).await?;
            let rule = FaultRule { fault: Some(number), ..entry.entry.clone() };
            self.loaded.fault_rules.push(rule);
            self.loaded.faults += 1;
        }
        actions::faults::note(self.turn).await
    }
}
