//! A call as a command of the AWS CLI, so that it can be made again.

/// The longest request that becomes a command.
const MAX_BYTES: usize = 4096;

/// `aws mturk get-hit --cli-input-json '…'`; none if the request is long.
pub fn aws(endpoint: &str, operation: &str, request: &str) -> Option<String> {
    let input = request.replace('\'', r"'\''");
    let name = kebab(operation);
    (request.len() <= MAX_BYTES).then(|| {
        format!(
            "aws mturk {name} --endpoint-url {endpoint} --region us-east-1 \\\n  \
             --cli-input-json '{input}'"
        )
    })
}

/// The AWS CLI's name of an operation: a dash before each word. `HIT`, `HITs` and `URL` are words.
fn kebab(operation: &str) -> String {
    let mut name = String::new();
    let letters: Vec<char> = operation.chars().collect();
    let upper = |at: usize| letters.get(at).is_some_and(char::is_ascii_uppercase);
    let is_plural =
        |at: usize| letters.get(at) == Some(&'s') && (upper(at + 1) || at + 1 == letters.len());
    for (at, letter) in letters.iter().enumerate() {
        let after_lower = at > 0 && !upper(at - 1);
        let last_of_run = at > 0 && upper(at - 1) && at + 1 < letters.len() && !upper(at + 1);
        if upper(at) && (after_lower || last_of_run && !is_plural(at + 1)) {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_aws_cli() {
        for (operation, name) in [
            ("GetHIT", "get-hit"),
            ("CreateHITWithHITType", "create-hit-with-hit-type"),
            ("ListHITs", "list-hits"),
            ("ListHITsForQualificationType", "list-hits-for-qualification-type"),
            ("ListReviewableHITs", "list-reviewable-hits"),
            ("UpdateHITTypeOfHIT", "update-hit-type-of-hit"),
            ("GetFileUploadURL", "get-file-upload-url"),
            ("CreateAdditionalAssignmentsForHIT", "create-additional-assignments-for-hit"),
            ("SendBonus", "send-bonus"),
        ] {
            assert_eq!(kebab(operation), name);
        }
    }

    #[test]
    fn a_request_stays_within_its_quotes() {
        let command = aws("http://localhost:1770", "GetHIT", "{\"HITId\":\"a'; rm\"}").unwrap();
        assert!(command.ends_with("--cli-input-json '{\"HITId\":\"a'\\''; rm\"}'"), "{command}");
        assert!(aws("", "GetHIT", &"x".repeat(MAX_BYTES)).is_some());
        assert!(aws("", "GetHIT", &"x".repeat(MAX_BYTES + 1)).is_none());
    }
}
