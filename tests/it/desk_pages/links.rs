//! Links.

use std::collections::BTreeSet;

use super::{Market, market};
use crate::desk::location;
use crate::desk_batches::drafted;

/// The addresses to which a page links, or of which it shows something.
fn links(page: &str) -> impl Iterator<Item = String> {
    let values = ["href=\"", "src=\""].into_iter().flat_map(|name| page.split(name).skip(1));
    let links = values.filter_map(|rest| rest.split('"').next());
    let plain = links.map(|link| link.replace("&#38;", "&").replace("&amp;", "&"));
    let plain = plain.map(|link| link.split('#').next().unwrap_or_default().to_owned());
    plain.filter(|link| link.starts_with('/'))
}

/// Addresses that somebody typed, or that old pages lead to.
fn typed(market: &Market) -> Vec<String> {
    let Market { hit, deleted, of, batch, .. } = market;
    let paths = [
        "/hits?batch=x",
        "/hits?batch=99",
        "/hits?batch=%201%20",
        "/hits?type=zzz",
        "/hits?type=zzz&batch=1",
        "/hits?status=Disposed",
        "/hits?search=none",
        "/hits?after=1",
        "/batches?after=1",
        "/workers?search=A1NOBODY",
        "/workers?sort=zzz&after=zzz",
        "/workers/A1NOBODY",
        "/workers/A1STRANGER",
        "/workers/A1BEN",
        "/workers/A1ANNA?after=zzz",
        "/qualifications?search=none&after=zzz&after_id=zzz",
        "/money?after=zzz",
        "/money/holds?after=zzz",
        "/batches/new?draft=zzz",
        "/measures",
    ];
    let of_market = [
        format!("/hits/{deleted}"),
        format!("/hits/{hit}/answers?worker=A1NOBODY"),
        format!("/hits/{hit}/answers?measures=all"),
        format!("/qualifications/{of}?holders=zzz&requests=zzz"),
        format!("{batch}/answers?order=fastest"),
    ];
    let paths = paths.map(str::to_owned).into_iter().chain(of_market);
    paths.map(|path| format!("/requester{path}")).collect()
}

#[tokio::test]
async fn no_link_that_a_page_draws_leads_nowhere() {
    let mut market = market().await;
    let mut waiting = typed(&market);
    let Market { world, browser, batch, of_batch, .. } = &mut market;
    let draft = drafted(browser, world, "name\ncat\n").await;
    waiting.push(format!("/requester{draft}"));
    let lines = format!("AssignmentId,Approve\n{of_batch},x\n");
    let lines = [("file", "marked.csv", lines.as_bytes())];
    let sent = browser.upload(world, &format!("{batch}/review"), &[], &lines).await;
    waiting.push(location(&sent).to_owned());
    waiting.push("/requester/hits".to_owned());
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(address) = waiting.pop() {
        assert!(seen.len() < 1000, "pages lead to ever more pages: {address}");
        let is_desk = address.starts_with("/requester/");
        if !is_desk || address.starts_with("/requester/console") {
            continue;
        }
        let page = browser.get_any(world, &address).await;
        let kind = page.headers.get("content-type").and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("text/html")) {
            continue;
        }
        for link in links(&page.text) {
            if !seen.insert(link.clone()) {
                continue;
            }
            let status = browser.get_any(world, &link).await.status;
            assert!(status < 400, "{address} links to {link}, which is {status}");
            waiting.push(link);
        }
    }
    for known in ["/requester/money/holds", "/requester/workers/A1CHEN", "/assets/desk.css"] {
        assert!(seen.contains(known), "{known} is among {seen:?}");
    }
}

#[tokio::test]
async fn what_was_paid_for_a_deleted_hit_says_so() {
    let Market { world, mut browser, deleted, .. } = market().await;
    let money = browser.get(&world, "/money").await.text;
    let said = format!("HIT {deleted}</a> · deleted");
    assert_eq!(money.matches(&said).count(), 2, "the reward and the bonus: {money}");
    let worker = browser.get(&world, "/workers/A1ANNA").await.text;
    assert_eq!(worker.matches("the HIT was deleted").count(), 3, "{worker}");
    let unknown = browser.get(&world, "/hits?batch=x").await.text;
    assert!(unknown.contains("You have no such batch."), "{unknown}");
    let unknown = browser.get(&world, "/hits?type=zzz").await.text;
    assert!(unknown.contains("You have no such HIT type."), "{unknown}");
    let measured = browser.get(&world, "/measures").await.text;
    assert!(measured.contains("The HIT was deleted."), "{measured}");
}
