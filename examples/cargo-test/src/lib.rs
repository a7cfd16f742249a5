//! Asks three people what a picture shows, and believes the majority.

use std::collections::BTreeMap;

use aws_sdk_mturk::types::Assignment;
use aws_sdk_mturk::{Client, Error};

/// Asks; returns the id of the HIT.
pub async fn ask(mturk: &Client, picture: &str) -> Result<String, Error> {
    let question = format!(
        r#"<ExternalQuestion
            xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
          <ExternalURL>https://example.com/task?picture={picture}</ExternalURL><FrameHeight>600</FrameHeight>
        </ExternalQuestion>"#
    );
    let made = mturk
        .create_hit()
        .title("Label a picture")
        .description("Say what it shows")
        .reward("0.05")
        .max_assignments(3)
        .lifetime_in_seconds(86_400)
        .assignment_duration_in_seconds(600)
        .auto_approval_delay_in_seconds(7 * 86_400)
        .question(question)
        .send()
        .await?;
    Ok(made.hit.and_then(|hit| hit.hit_id).unwrap_or_default())
}

/// What workers have submitted.
pub async fn assignments(mturk: &Client, hit_id: &str) -> Result<Vec<Assignment>, Error> {
    let listed = mturk.list_assignments_for_hit().hit_id(hit_id).send().await?;
    Ok(listed.assignments.unwrap_or_default())
}

/// What most of them say.
pub async fn label(mturk: &Client, hit_id: &str) -> Result<Option<String>, Error> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for work in assignments(mturk, hit_id).await? {
        let answer = work.answer.unwrap_or_default();
        let text = answer.split("<FreeText>").nth(1).and_then(|rest| rest.split('<').next());
        *counts.entry(text.unwrap_or_default().to_owned()).or_default() += 1;
    }
    Ok(counts.into_iter().max_by_key(|(_, count)| *count).map(|(label, _)| label))
}
