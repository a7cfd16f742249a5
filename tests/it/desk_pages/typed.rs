//! What was typed into a form that is refused.

use std::collections::BTreeSet;

use super::{Market, market};
use crate::desk::Browser;
use crate::desk_batches::drafted;
use crate::world::{Reply, World};

/// What is typed into the fields of a form, and is refused for one of them: how the form's address
/// ends, and the fields. A mark of a checkbox is `yes`.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

const CASES: [Case; 18] = [
    ("/extend", &[("length", "lots"), ("unit", "3600")]),
    ("/extend", &[("length", "5"), ("unit", "60"), ("count", "lots")]),
    ("/add", &[("count", "lots")]),
    ("/type", &[("type", "3NONE")]),
    ("/answers", &[("feedback", ""), ("amount", "0.07"), ("reason", "fine"), ("do", "reject")]),
    ("/answers", &[("feedback", "good"), ("amount", "0.07"), ("reason", ""), ("do", "bonus")]),
    (
        "/batches/new",
        &[
            ("template", "<p>${name}</p>"),
            ("rows", "name\ncat"),
            ("title", "T <i>"),
            ("description", "D"),
            ("keywords", "k, w"),
            ("name", "N"),
            ("reward", "lots"),
            ("assignments", "4"),
            ("height", "7"),
            ("duration", "8"),
            ("duration_unit", "60"),
            ("lifetime", "9"),
            ("lifetime_unit", "3600"),
            ("approval", "6"),
            ("approval_unit", "60"),
            ("masters", "yes"),
            ("rate", "90"),
            ("approved", "50"),
            ("locale", "DE"),
            ("visibility", "PreviewAndAccept"),
        ],
    ),
    ("/workers/upload", &[("reason", "slow & odd")]),
    ("/workers/A1ANNA/grant", &[("type", "OF"), ("score", "lots"), ("notify", "yes")]),
    ("/bonus", &[("assignment", "3NONE"), ("amount", "lots"), ("reason", "fine & fast")]),
    ("/message", &[("subject", ""), ("text", "Well <done>")]),
    ("/block", &[("reason", "")]),
    (
        "/qualifications/new",
        &[
            ("name", "N"),
            ("description", "D"),
            ("keywords", "k"),
            ("status", "Inactive"),
            ("retry", "lots"),
            ("auto", "yes"),
            ("auto-value", "5"),
            ("test", "<t>"),
            ("duration", "60"),
            ("key", "<k>"),
        ],
    ),
    (
        "/update",
        &[
            ("description", "New"),
            ("status", "Inactive"),
            ("retry", "lots"),
            ("auto", "yes"),
            ("auto-value", "5"),
            ("test", "<t>"),
            ("duration", "60"),
            ("key", "<k>"),
        ],
    ),
    ("/accept", &[("score", "lots")]),
    ("/reject", &[("reason", "LONG")]),
    ("/qualifications/OF/revoke", &[("reason", "LONG")]),
    ("/qualifications/OF/grant", &[("worker", "anna"), ("score", "8"), ("notify", "yes")]),
];

/// A form of a page: where it leads, its hidden fields, and the names of those that are typed.
#[derive(Debug)]
struct Form {
    action: String,
    hidden: Vec<(String, String)>,
    typed: BTreeSet<String>,
    is_upload: bool,
    html: String,
}

fn plain(text: &str) -> String {
    let pairs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (code, c)| text.replace(code, c))
}

/// The value of an attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(plain)
}

/// The forms of a page that are posted.
fn forms(page: &str) -> Vec<Form> {
    let forms = page.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next());
    let posted = forms.filter(|form| form.contains("method=\"post\""));
    let read = |html: &str| {
        let tag = format!(" {}", html.split('>').next().unwrap());
        let (mut hidden, mut typed) = (Vec::new(), BTreeSet::new());
        for tag in html.split('<').filter_map(|part| part.split('>').next()) {
            let Some(name) = attribute(tag, "name") else { continue };
            let kind = attribute(tag, "type").unwrap_or_default();
            let is_typed = ["input", "select", "textarea"].iter().any(|of| tag.starts_with(of));
            match kind.as_str() {
                "hidden" => hidden.push((name, attribute(tag, "value").unwrap_or_default())),
                "file" | "password" => {}
                _ if is_typed && name != "assignment" || tag.contains("id=\"assignment\"") => {
                    typed.insert(name);
                }
                _ => {}
            }
        }
        let action = attribute(&tag, "action").unwrap();
        let is_upload = tag.contains("multipart/form-data");
        Form { action, hidden, typed, is_upload, html: html.to_owned() }
    };
    posted.map(read).collect()
}

/// What stands in a field of a form.
fn value(form: &str, name: &str) -> String {
    let named = format!(" name=\"{name}\"");
    let tag = form.split('<').find(|part| {
        part.split('>').next().is_some_and(|tag| {
            tag.contains(&named) && !tag.starts_with("button") && !tag.contains("hidden")
        })
    });
    let tag = tag.unwrap_or_else(|| panic!("no {name} in {form}"));
    let (head, text) = tag.split_once('>').unwrap();
    if tag.starts_with("textarea") {
        return plain(text).trim().to_owned();
    }
    if tag.starts_with("select") {
        let options = form.split_once(head).unwrap().1.split("</select>").next().unwrap();
        let option = options.split("<option").skip(1).find(|option| option.contains(" selected"));
        let option = option.or(options.split("<option").nth(1)).unwrap();
        let words = option.split_once('>').unwrap().1.split('<').next().unwrap();
        return attribute(option, "value").unwrap_or(plain(words));
    }
    if head.contains("type=\"checkbox\"") {
        return if head.contains(" checked") { "yes".to_owned() } else { String::new() };
    }
    attribute(head, "value").unwrap_or_default()
}

/// Posts a form with what is typed into its fields.
async fn post(
    browser: &mut Browser,
    world: &World,
    form: &Form,
    typed: &[(String, String)],
) -> Reply {
    let fields = form.hidden.iter().chain(typed).filter(|(name, _)| name != "csrf");
    let fields: Vec<(&str, &str)> =
        fields.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let path = form.action.strip_prefix("/requester").unwrap();
    if form.is_upload {
        let path = path.split('?').next().unwrap();
        let file: (&str, &str, &[u8]) = ("table", "w.csv", b"no table");
        return browser.upload(world, path, &fields, &[file]).await;
    }
    browser.post(world, path, &fields).await
}

#[tokio::test]
async fn what_was_typed_into_a_form_that_is_refused_stays() {
    let mut market = market().await;
    let Market { world, browser, hit, of, batch, .. } = &mut market;
    let draft = drafted(browser, world, "name\ncat\n").await;
    let hit_type = world.hit(hit).await["HITTypeId"].as_str().unwrap().to_owned();
    let pages = [
        format!("/hits/{hit}"),
        format!("/hits/{hit}/answers"),
        format!("/types/{hit_type}/answers"),
        format!("{batch}/answers"),
        batch.clone(),
        "/batches/new".to_owned(),
        draft,
        "/workers/upload".to_owned(),
        "/workers/A1ANNA".to_owned(),
        "/qualifications/new".to_owned(),
        format!("/qualifications/{of}"),
        "/measures".to_owned(),
    ];
    let long = "x".repeat(3000);
    let meant = |text: &str| text.replace("OF", of).replace("LONG", &long);
    let mut left: BTreeSet<usize> = (0..CASES.len()).collect();
    for page in pages {
        let shown = browser.get(world, &page).await;
        for form in forms(&shown.text).iter().filter(|form| !form.typed.is_empty()) {
            let path = form.action.split('?').next().unwrap();
            let cases = CASES.iter().enumerate().filter(|(_, (end, fields))| {
                let names = fields.iter().map(|(name, _)| *name).filter(|name| *name != "do");
                let names: BTreeSet<String> = names.map(str::to_owned).collect();
                path.ends_with(&meant(end)) && form.typed == names
            });
            let cases: Vec<_> = cases.collect();
            assert!(!cases.is_empty(), "no case for {}: {:?}", form.action, form.typed);
            for (number, (_, fields)) in cases {
                left.remove(&number);
                let typed: Vec<(String, String)> = fields
                    .iter()
                    .filter(|(name, _)| *name == "do" || form.typed.contains(*name))
                    .map(|(name, value)| ((*name).to_owned(), meant(value)))
                    .collect();
                let refused = post(browser, world, form, &typed).await;
                let status = refused.status;
                assert!((400..500).contains(&status), "{}: {status}", form.action);
                let is_same = |other: &&Form| {
                    let about = |form: &Form| {
                        let own = form.hidden.iter().filter(|(name, _)| {
                            ["type", "worker", "request"].contains(&name.as_str())
                        });
                        own.cloned().collect::<Vec<_>>()
                    };
                    other.action.split('?').next() == Some(path) && about(other) == about(form)
                };
                let again = forms(&refused.text);
                let again = again.iter().find(is_same);
                let again = again.unwrap_or_else(|| panic!("{path}: {}", refused.text));
                for (name, typed) in typed.iter().filter(|(name, _)| name != "do") {
                    let stands = value(&again.html, name);
                    assert_eq!(&stands, typed, "{name} of {}: {}", form.action, again.html);
                }
            }
        }
    }
    assert!(left.is_empty(), "no form like {left:?}");
}
