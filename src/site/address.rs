//! Addresses of this site.

use crate::store::acceptances::Acceptance;

/// Whether pages post work to this path: with slashes doubled, or one at the end.
pub fn is_external_submit(path: &str) -> bool {
    let rest = path.trim_start_matches('/').trim_end_matches('/');
    path.starts_with('/') && rest == "mturk/externalSubmit"
}

/// An address, if it is within this site and changes nothing when it is loaded.
pub fn inside(address: &str) -> Option<&str> {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let own = plain && address.starts_with('/') && !address.starts_with("//");
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let acts = path.contains('%')
        || path.contains("/accept_random")
        || path.starts_with("/mturk/")
        || address.contains("workerId");
    (own && !acts).then_some(address)
}

/// Where a worker works on a HIT of a group.
pub fn of_task(group_id: &str, taken: &Acceptance) -> String {
    let Acceptance { hit_id, assignment_id, .. } = taken;
    format!("/projects/{group_id}/tasks/{hit_id}?assignment_id={assignment_id}")
}

/// An address of this site without the worker that it names.
pub fn without_worker(here: &str) -> String {
    let Some((path, query)) = here.split_once('?') else { return here.to_owned() };
    let others: Vec<&str> =
        query.split('&').filter(|pair| !pair.starts_with("workerId=")).collect();
    if others.is_empty() { path.to_owned() } else { format!("{path}?{}", others.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_do_not_matter_at_either_end() {
        for (path, is) in [
            ("/mturk/externalSubmit", true),
            ("//mturk/externalSubmit", true),
            ("/mturk/externalSubmit/", true),
            ("/mturk/externalSubmit/x", false),
            ("/x/mturk/externalSubmit", false),
            ("/mturk//externalSubmit", false),
            ("mturk/externalSubmit", false),
            ("/mturk/externalsubmit", false),
        ] {
            assert_eq!(is_external_submit(path), is, "{path}");
        }
    }

    #[test]
    fn an_address_leads_nowhere_else_and_does_nothing() {
        for (address, is_inside) in [
            ("/tasks?x=1", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("/\t/evil.example", false),
            ("/\n/evil.example", false),
            ("/é/evil.example", false),
            ("/ /evil.example", false),
            ("https://evil.example", false),
            ("/projects/3G/tasks?hit_id=3H", true),
            ("/projects/3G/tasks/accept_random", false),
            ("/projects/3G/tasks/accept%5Frandom", false),
            ("/mturk/previewandaccept?groupId=3G", false),
            ("/tasks?workerId=A1", false),
            ("", false),
        ] {
            assert_eq!(inside(address), is_inside.then_some(address), "{address}");
        }
    }

    #[test]
    fn an_address_loses_its_worker_alone() {
        for (address, without) in [
            ("/tasks", "/tasks"),
            ("/tasks?workerId=A1", "/tasks"),
            ("/mturk/preview?groupId=3G&workerId=A1&x=1", "/mturk/preview?groupId=3G&x=1"),
        ] {
            assert_eq!(without_worker(address), without);
        }
    }
}
