use serde_json::json;

use super::problems::{MOST_BYTES, MOST_FIELDS, MOST_VALUES};
use super::*;
use crate::rules::question::fields::of_page;

const PAGE: &str = "<input type=radio name=label value=cat required>Cat<br>\
    <input type=radio name=label value=dog>Dog<br><input type=radio name=label value=cow>Cow<br>\
    <input type=checkbox name=tags value=a><input type=checkbox name=tags value=b>\
    <input type=hidden name=item value=7><input name=note>";

struct Setting {
    fields: Fields,
    parameters: Parameters,
    traits: Value,
}

impl Setting {
    fn new() -> Self {
        let parameters = [("gold", "cat"), ("tags", r#"["a","b"]"#), ("seen", "Dog")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { fields: of_page(PAGE), parameters: parameters.into(), traits: Value::Null }
    }

    fn task<'a>(&'a self, hit_id: &'a str, nth: usize, number: usize) -> Task<'a> {
        let worker = Worker { worker_id: "A1", number, of: 10, traits: &self.traits };
        let Self { fields, parameters, .. } = self;
        Task { fields, parameters, hit_id, nth, worker, seed: 1 }
    }
}

fn answers(value: Value) -> Answers {
    serde_json::from_value(value).unwrap()
}

/// What robots answer to `name`: `count` times, one after another.
fn drawn(name: &str, answerer: &Value, count: usize) -> Vec<Vec<String>> {
    let (setting, answers) = (Setting::new(), answers(json!({name: answerer})));
    let mut random = Random::new(7, &[]);
    let one = |n: usize| {
        let task = setting.task("1", n, n % 10);
        let plan = plan(&answers, &task, &mut random);
        plan.given.0.into_iter().find(|(of, _)| of == name).unwrap().1
    };
    (0..count).map(one).collect()
}

/// How often robots answer each value to `label`, of 1000 times.
fn counts(answerer: &Value) -> [usize; 3] {
    let drawn = drawn("label", answerer, 1000);
    let of = |value| drawn.iter().filter(|values| **values == [value]).count();
    [of("cat"), of("dog"), of("cow")]
}

#[test]
fn values_and_templates_are_given_as_they_stand() {
    for (answerer, expected) in [
        (json!("cat"), "cat"),
        (json!("Cow"), "cow"),
        (json!("${seen}"), "dog"),
        (json!("x ${gold} ${odd}"), "x cat ${odd}"),
    ] {
        assert_eq!(drawn("label", &answerer, 1), [[expected]]);
    }
    assert_eq!(drawn("item", &json!("8"), 1), [["8"]], "a hidden field too");
    assert_eq!(drawn("made", &json!("by a script"), 1), [["by a script"]]);
}

#[test]
fn a_list_is_drawn_without_putting_back() {
    let list = json!(["cat", "cat", "dog"]);
    let drawn = drawn("label", &list, 6);
    for round in drawn.chunks(3) {
        let mut round: Vec<&str> = round.iter().map(|values| values[0].as_str()).collect();
        round.sort_unstable();
        assert_eq!(round, ["cat", "cat", "dog"]);
    }
    let (setting, answers) = (Setting::new(), answers(json!({"label": list})));
    let first = |hit: usize| {
        plan(&answers, &setting.task(&hit.to_string(), 0, 0), &mut Random::new(1, &[])).given.0[0]
            .1
            .clone()
    };
    let firsts: Vec<_> = (0..30).map(first).collect();
    assert!(firsts.iter().any(|values| values[0] == "dog"), "each HIT has an order of its own");
    assert_eq!(firsts, (0..30).map(first).collect::<Vec<_>>());
    assert_eq!(super::tests::drawn("tags", &json!([["a", "b"], []]), 2).concat().len(), 2);
}

#[test]
fn rules_answer_as_often_as_they_say() {
    let [cat, dog, cow] = counts(&json!({"Weights": {"cat": 3, "dog": 1}}));
    assert!((700..800).contains(&cat) && cow == 0, "{cat} {dog}");
    let [cat, dog, cow] = counts(&json!({"Gold": "${gold}", "Accuracy": 0.8}));
    assert!((760..840).contains(&cat) && (70..130).contains(&dog), "{cat} {dog} {cow}");
    assert_eq!(counts(&json!({"Gold": "${gold}"})), [1000, 0, 0]);
    assert_eq!(counts(&json!({"Gold": "dog", "Accuracy": 0}))[1], 0, "a check that they fail");
    let [cat, dog, cow] =
        counts(&json!({"Gold": "${gold}", "Confusion": {"cat": {"dog": 1, "cat": 3}}}));
    assert!((700..800).contains(&cat) && cow == 0 && dog > 0, "{cat} {dog}");
    let [cat, ..] = counts(&json!({"Gold": "${gold}", "Accuracy": [1.0, 0.0]}));
    assert!((430..570).contains(&cat), "{cat}");
    let even = counts(&json!({"Gold": "${nowhere}"}));
    assert!(even.iter().all(|count| (280..390).contains(count)), "{even:?}");
    assert_eq!(drawn("tags", &json!({"Gold": "${tags}"}), 1), [["a", "b"]]);
}

#[test]
fn spammers_do_not_look() {
    let even = counts(&json!({"Spam": "Random"}));
    assert!(even.iter().all(|count| (280..390).contains(count)), "{even:?}");
    assert_eq!(counts(&json!({"Spam": "First"})), [1000, 0, 0]);
    let same = drawn("label", &json!({"Spam": "Same"}), 30);
    assert_eq!(same[..10], same[10..20], "each worker answers the same again");
    // Of ten workers, four are spammers: two at random, and two always the same.
    let mixed = drawn("note", &json!({"Gold": "${gold}", "Spammers": 0.4}), 100);
    let right = mixed.iter().filter(|values| **values == ["cat"]).count();
    assert_eq!(right, 60);
}

#[test]
fn each_field_has_an_answer_and_each_address_is_asked_once() {
    let setting = Setting::new();
    let task = setting.task("1", 0, 0);
    let plan_of = |value: Value| plan(&answers(value), &task, &mut Random::new(1, &[]));
    let names = |plan: &Plan| plan.given.0.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&plan_of(json!({}))), ["label", "tags", "note"]);
    let http = json!({"Http": "http://h/"});
    let asking = plan_of(json!({"*": http, "note": "mine", "made": http}));
    assert_eq!(names(&asking), ["note"]);
    let expected = ["label", "tags", "made"].map(str::to_owned).to_vec();
    assert_eq!(asking.asked, [(Asked::Http("http://h/".to_owned()), expected)]);
    let empty = Fields::default();
    let elsewhere = Task { fields: &empty, ..task };
    let asking = plan(&answers(json!({"*": http})), &elsewhere, &mut Random::new(1, &[]));
    assert_eq!(asking.asked, [(Asked::Http("http://h/".to_owned()), Vec::new())]);
    let model = json!({"OpenAI": {"BaseUrl": "http://m/v1/", "Model": "x"}});
    let all = asked(&answers(json!({"a": http, "b": http, "c": model, "d": "x"})));
    let urls: Vec<String> = all.iter().map(Asked::url).collect();
    assert_eq!(urls, ["http://h/", "http://m/v1/chat/completions"]);
}

fn wrong(value: Value) -> Vec<String> {
    problems(&answers(value)).into_iter().map(|(path, _)| path.join(".")).collect()
}

#[test]
fn every_problem_of_an_answerer_is_found() {
    let open_ai = |url: &str, model: &str, key: &str| {
        let model = json!({"BaseUrl": url, "Model": model, "ApiKeyEnv": key});
        json!({"x": {"OpenAI": model}})
    };
    for (value, members) in [
        (json!({"x": "y", "*": ["a"], "z": {"Weights": {"a": 0, "b": 1}}}), &[][..]),
        (json!({"x": {"Gold": "", "Accuracy": [0, 1.0], "Spammers": 1}}), &[]),
        (open_ai("https://h/v1", "m", "KEY_1"), &[]),
        (json!({"x": {}}), &["x"]),
        (json!({"x": []}), &["x"]),
        (json!({"": "y"}), &[""]),
        (json!({"x": {"Spam": "Same", "Gold": "g"}}), &["x.Spam"]),
        (json!({"x": {"Spam": "Same", "Accuracy": 2}}), &["x.Accuracy", "x.Accuracy"]),
        (
            json!({"x": {"Gold": "g", "Accuracy": [0, 1.1], "Spammers": -0.1}}),
            &["x.Accuracy", "x.Spammers"],
        ),
        (
            json!({"x": {"Gold": "g", "Accuracy": 1, "Confusion": {"a": {"b": -1, "c": 1}}}}),
            &["x.Confusion", "x.Confusion.a.b"],
        ),
        (json!({"x": {"Weights": {}}, "y": {"Weights": {"a": 0}}}), &["x.Weights", "y.Weights"]),
        (json!({"x": {"Http": "h/x"}}), &["x.Http"]),
        (open_ai("h", "", "A B"), &["x.OpenAI.BaseUrl", "x.OpenAI.Model", "x.OpenAI.ApiKeyEnv"]),
    ] {
        assert_eq!(wrong(value.clone()), members, "{value}");
    }
}

#[test]
fn answerers_have_limits() {
    let fields = |count: usize| (0..count).map(|n| (format!("f{n}"), json!("x"))).collect();
    assert_eq!(wrong(Value::Object(fields(MOST_FIELDS))), [""; 0]);
    assert_eq!(wrong(Value::Object(fields(MOST_FIELDS + 1))), [""]);
    assert_eq!(wrong(json!({"x": vec!["v"; MOST_VALUES]})), [""; 0]);
    assert_eq!(wrong(json!({"x": vec!["v"; MOST_VALUES + 1]})), ["x"]);
    assert_eq!(wrong(json!({"x": "v".repeat(MOST_BYTES)})), [""; 0]);
    assert_eq!(wrong(json!({"x": "v".repeat(MOST_BYTES + 1)})), ["x"]);
}
