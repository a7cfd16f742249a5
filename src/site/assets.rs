//! Style sheet, scripts and pictures: part of the program. So are sample pages, which stand in the
//! frame of a task as a requester's own page would.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

macro_rules! files {
    ($folder:literal, $($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!($folder, $path)))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "assets/",
    "batches.css",
    "bs30/LICENSE.txt",
    "bs30/css/bootstrap.min.css",
    "clock.js",
    "closed-sites.js",
    "console.css",
    "console.js",
    "copy.js",
    "desk.css",
    "externalHIT_v1.js",
    "framed.js",
    "icon.svg",
    "live.js",
    "question-form.css",
    "question-form.js",
    "preview.css",
    "preview.js",
    "report.js",
    "review.css",
    "review.js",
    "samples/reaction-times.css",
    "samples/reaction-times.html",
    "samples/reaction-times.js",
    "site.css",
    "strip.css",
    "strip.js",
    "work.js",
];

/// The icons that the style sheet of Bootstrap names, in the only format of its list that browsers
/// ask for.
const ICONS: &str = "bs30/fonts/glyphicons-halflings-regular.woff2";

/// The modules of `crowd-html-elements.js`, each behind those that it imports.
const CROWD_MODULES: &[(&str, &str)] = files![
    "crowd/",
    "dom.js",
    "address.js",
    "loose.js",
    "style.js",
    "icons.js",
    "picture.js",
    "unknown.js",
    "ready.js",
    "drawn.js",
    "field.js",
    "wrapped.js",
    "input.js",
    "text-area.js",
    "slider.js",
    "checkbox.js",
    "radio.js",
    "tablist.js",
    "tabs.js",
    "modal.js",
    "notices.js",
    "tool.js",
    "classifier.js",
    "textract.js",
    "ranking.js",
    "questions.js",
    "button.js",
    "answers.js",
    "form.js",
    "later.js",
];

/// The modules of `crowd-annotation.js`, which `crowd/later.js` loads.
const ANNOTATION_MODULES: &[(&str, &str)] = files![
    "annotation/",
    "shared.js",
    "geometry.js",
    "kinds.js",
    "history.js",
    "raster.js",
    "spans.js",
    "look.js",
    "stage.js",
    "marking.js",
    "picture.js",
    "shapes.js",
    "segmentation.js",
    "entity.js",
];

static CROWD_ELEMENTS: LazyLock<String> = LazyLock::new(|| joined(CROWD_MODULES, "crowd-form"));
static CROWD_ANNOTATION: LazyLock<String> =
    LazyLock::new(|| joined(ANNOTATION_MODULES, "crowd-entity-annotation"));

/// One script of the modules: pages name one address and load a script that is no module, so they
/// are joined in one scope. A page may load it again, when `element` is there already.
fn joined(modules: &[(&str, &str)], element: &str) -> String {
    let mut script = format!(
        "// Elements of the kind that pages of tasks are made of, written for mturk-local.\n\
         // Names, attributes and what is submitted are those that such pages rely on.\n\
         \"use strict\";\n(() => {{\nif (customElements.get(\"{element}\")) return;\n",
    );
    for line in modules.iter().flat_map(|(_, module)| module.lines()) {
        if !line.starts_with("import ") {
            script.extend([line.strip_prefix("export ").unwrap_or(line), "\n"]);
        }
    }
    script + "})();\n"
}

/// `GET /assets/{path}`.
pub async fn show(Path(path): Path<String>) -> Response {
    answer(&path)
}

/// `GET /favicon.ico`, which browsers request by themselves.
pub async fn icon() -> Response {
    answer("icon.svg")
}

/// `GET /samples/{name}`: a page that built-in worlds have HITs of. It has no origin, as HTML that
/// came with a HIT.
pub async fn sample(Path(name): Path<String>) -> Response {
    let policy = "sandbox allow-scripts allow-forms; default-src 'none'; script-src 'self'; \
        style-src 'self'; base-uri 'none'; form-action *; frame-ancestors 'self'";
    let mut page = answer(&format!("samples/{name}.html"));
    let policy = HeaderValue::from_static(policy);
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    page
}

fn answer(path: &str) -> Response {
    let Some(file) = file(path) else {
        return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
    };
    let kind = match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    // A page without an origin loads fonts, and what it marks `crossorigin`, as of another site.
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, file).into_response()
}

fn file(path: &str) -> Option<&'static [u8]> {
    match path {
        "crowd-html-elements.js" => Some(CROWD_ELEMENTS.as_bytes()),
        "crowd-annotation.js" => Some(CROWD_ANNOTATION.as_bytes()),
        ICONS => Some(include_bytes!("assets/bs30/fonts/glyphicons-halflings-regular.woff2")),
        _ => FILES.iter().find(|(known, _)| *known == path).map(|(_, text)| text.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn files_in(folder: &Path, before: &str) -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        let names = entries.flat_map(|entry| {
            let name = format!("{before}{}", entry.file_name().to_str().unwrap());
            let is_folder = entry.file_type().unwrap().is_dir();
            if is_folder { files_in(&entry.path(), &format!("{name}/")) } else { [name].into() }
        });
        names.collect()
    }

    #[test]
    fn every_file_is_served() {
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/site");
        let folders =
            [("assets", FILES), ("crowd", CROWD_MODULES), ("annotation", ANNOTATION_MODULES)];
        for (folder, listed) in folders {
            let mut found = files_in(&site.join(folder), "");
            found.remove(ICONS);
            let listed = listed.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(found, listed, "{folder}");
        }
    }

    #[test]
    fn each_module_stands_behind_what_it_imports() {
        for (modules, script) in
            [(CROWD_MODULES, &CROWD_ELEMENTS), (ANNOTATION_MODULES, &CROWD_ANNOTATION)]
        {
            let mut before = Vec::new();
            for (name, module) in modules {
                for line in module.lines().filter(|line| line.starts_with("import ")) {
                    let (_, imported) = line.rsplit_once("\"./").unwrap();
                    assert!(before.contains(&imported.trim_end_matches("\";")), "{name}: {line}");
                }
                before.push(*name);
            }
            assert!(!script.contains("\nimport ") && !script.contains("\nexport "));
        }
    }
}
