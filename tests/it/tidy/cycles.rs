//! No file imports itself by way of others: a cycle means that a leaf type lives in the wrong file.
//!
//! A re-export (`pub use`) is no import: who imports a name through it depends on where that is
//! from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::source::{Part, sources};

type Path = Vec<String>;

/// What a file imports, and the names that it re-exports, with their paths from the crate on.
#[derive(Default)]
struct Imports {
    used: BTreeSet<Path>,
    reexported: BTreeMap<String, Path>,
}

/// The files by their modules' paths.
fn modules() -> BTreeMap<Path, String> {
    let module = |path: &str| path.strip_prefix("src/")?.strip_suffix(".rs").map(str::to_owned);
    let code = sources("src").into_iter().filter(|source| !source.part(Part::Code).is_empty());
    let path = |name: String| name.split('/').map(str::to_owned).collect();
    code.filter_map(|source| Some((path(module(&source.path)?), source.part(Part::Code).into())))
        .collect()
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else {
        let name = tree.split(" as ").next().unwrap();
        return vec![name.split_whitespace().collect()];
    };
    let rest = &rest[..rest.rfind('}').unwrap()];
    let (mut parts, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, found) in rest.char_indices() {
        match found {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&rest[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&rest[from..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(|part| expanded(&format!("{head}{part}"))).collect()
}

/// A path of an import from the crate on; none if it leads to another crate.
fn from_crate(path: &str, module: &Path, modules: &BTreeMap<Path, String>) -> Option<Path> {
    let mut parts: Path = path.split("::").map(str::to_owned).collect();
    let mut base = if module[0] == "lib" { Path::new() } else { module.clone() };
    match parts[0].as_str() {
        "crate" | "mturk_local" => return Some(parts.split_off(1)),
        "self" => drop(parts.remove(0)),
        "super" => {
            while parts[0] == "super" {
                base.pop();
                parts.remove(0);
            }
        }
        child => {
            let child = [base.clone(), vec![child.to_owned()]].concat();
            modules.get(&child)?;
        }
    }
    Some([base, parts].concat())
}

fn imports(module: &Path, code: &str, modules: &BTreeMap<Path, String>) -> Imports {
    static USE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^\s*(?P<public>pub(\([^)]*\))? )?use (?P<tree>[^;]+);").unwrap()
    });
    static INLINE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(crate|super)::(\w+::)*\w+").unwrap());
    let mut found = Imports::default();
    for import in USE.captures_iter(code) {
        for path in expanded(&import["tree"]) {
            let Some(path) = from_crate(&path, module, modules) else { continue };
            match (import.name("public"), path.last()) {
                (Some(_), Some(name)) => drop(found.reexported.insert(name.clone(), path)),
                _ => drop(found.used.insert(path)),
            }
        }
    }
    let rest = USE.replace_all(code, "");
    let inline = INLINE.find_iter(&rest);
    found.used.extend(inline.filter_map(|path| from_crate(path.as_str(), module, modules)));
    found
}

/// The file in which the name at the end of the path is.
fn home<'m>(path: &[String], all: &'m BTreeMap<Path, Imports>, depth: usize) -> Option<&'m Path> {
    let length = (1..=path.len()).rev().find(|length| all.contains_key(&path[..*length]))?;
    let (module, imports) = all.get_key_value(&path[..length])?;
    let (Some(name), true) = (path.get(length), depth < 8) else { return Some(module) };
    let onward = imports.reexported.get(name).cloned().or_else(|| {
        let glob = imports.reexported.get("*")?;
        let named = [&glob[..glob.len() - 1], std::slice::from_ref(name)].concat();
        all.contains_key(&named).then_some(named)
    });
    match onward {
        Some(onward) if onward[..] != path[..=length] => {
            home(&[&onward[..], &path[length + 1..]].concat(), all, depth + 1)
        }
        _ => Some(module),
    }
}

/// Every file that is reached from `from` by imports.
fn reached<'m>(
    from: &'m Path,
    graph: &BTreeMap<&'m Path, BTreeSet<&'m Path>>,
) -> BTreeSet<&'m Path> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        open.extend(graph[module].iter().filter(|next| found.insert(**next)));
    }
    found
}

#[test]
fn no_import_leads_back_to_its_file() {
    let modules = modules();
    let all: BTreeMap<Path, Imports> = modules
        .iter()
        .map(|(module, code)| (module.clone(), imports(module, code, &modules)))
        .collect();
    let graph: BTreeMap<&Path, BTreeSet<&Path>> = all
        .iter()
        .map(|(module, imports)| {
            let homes = imports.used.iter().filter_map(|path| home(path, &all, 0));
            (module, homes.filter(|home| *home != module).collect())
        })
        .collect();
    assert!(graph.values().map(BTreeSet::len).sum::<usize>() > 1000, "imports are found");
    let reach: BTreeMap<&Path, _> =
        graph.keys().map(|from| (*from, reached(from, &graph))).collect();
    let file = |module: &Path| format!("src/{}.rs", module.join("/"));
    let mut cycles = BTreeSet::new();
    for module in graph.keys().filter(|module| reach[**module].contains(**module)) {
        let together = reach[*module].iter().filter(|other| reach[**other].contains(*module));
        cycles.insert(together.map(|other| file(other)).collect::<Vec<_>>());
    }
    assert!(cycles.is_empty(), "cycles of imports between files: {cycles:#?}");
}
