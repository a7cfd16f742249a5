//! What HTML of a HIT uses that depends on its origin.

use super::Remark;

/// What takes an origin, in the words of scripts.
const STORAGE: [&str; 5] =
    ["localStorage", "sessionStorage", "document.cookie", "indexedDB", "getUserMedia"];
/// What a frame may show only with an origin.
const DIALOGS: [&str; 3] = ["alert(", "confirm(", "prompt("];

/// What will not work in HTML of a HIT that has an origin of its own, or has none.
pub fn of_origin(html: &str, has_origin: bool) -> Option<Remark> {
    let text = if has_origin {
        html.contains("document.cookie").then(|| {
            "Chromium keeps no document.cookie for a page in another site's frame, and kept none \
             at Amazon. Use localStorage."
                .to_owned()
        })
    } else {
        let uses = STORAGE.iter().chain(&DIALOGS).filter(|word| html.contains(*word));
        let uses: Vec<&str> = uses.map(|word| word.trim_end_matches('(')).collect();
        (!uses.is_empty()).then(|| {
            format!(
                "These do not work here, because this page has no origin: {}. Open the site at \
                 http://localhost in Chrome, Edge or Firefox, or start it with --frame-url.",
                uses.join(", ")
            )
        })
    };
    text.map(|text| Remark { line: None, text })
}

#[cfg(test)]
mod tests {
    use super::of_origin;

    #[test]
    fn what_needs_an_origin_is_named() {
        let said = |html, has_origin| of_origin(html, has_origin).map(|remark| remark.text);
        let none = said("<script>localStorage.x = confirm('Sure?')</script>", false).unwrap();
        assert!(none.contains("no origin: localStorage, confirm. Open"), "{none}");
        assert_eq!(said("<script>localStorage.x = confirm('Sure?')</script>", true), None);
        assert!(said("document.cookie = 'a=b'", true).unwrap().contains("no document.cookie"));
        assert_eq!(said("<p>Hello</p>", false), None);
    }
}
