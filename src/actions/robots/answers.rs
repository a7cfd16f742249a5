//! What a robot answers.

use crate::rules::question::answers;
use crate::shapes::answer::Given;
use crate::store::hits::Hit;
use crate::store::robots::{Crowd, Work};

/// The answer to a HIT as a document.
///
/// # Errors
/// Why there is none; the work is returned then.
pub fn answer(crowd: &Crowd, work: &Work, hit: &Hit) -> Result<String, String> {
    let _ = work;
    let given = crowd.script.answers.iter().flatten();
    let given = given.map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), vec![text])
    });
    answers::write(&hit.question, &Given(given.collect())).map_err(|why| why.to_string())
}
