use super::*;

fn wrong(text: &str) -> Vec<String> {
    let robot: Robot = serde_json::from_str(text).unwrap();
    robot.problems().into_iter().map(|(path, _)| path).collect()
}

#[test]
fn every_problem_of_a_script_is_found() {
    for (text, paths) in [
        ("{}", &[][..]),
        (r#"{"Answers":{"q":["a"],"r":[]}}"#, &["Answers.r"]),
        (r#"{"Workers":10}"#, &[]),
        (r#"{"Workers":100000,"Return":0.5,"Abandon":0.5}"#, &[]),
        (r#"{"Workers":100001}"#, &["Workers"]),
        (r#"{"Workers":0,"Name":"","Return":1.5}"#, &["Name", "Workers", "Return"]),
        (r#"{"Return":0.6,"Abandon":0.5}"#, &["Abandon"]),
        (r#"{"Arrival":{"Every":"2m"}}"#, &[]),
        (r#"{"Arrival":{"Every":"365d"}}"#, &[]),
        (r#"{"Arrival":{"Every":"366d"}}"#, &["Arrival.Every"]),
        (r#"{"Arrival":{"Every":"0s"}}"#, &["Arrival.Every"]),
        (r#"{"Arrival":{"Every":"1ms"}}"#, &[]),
        (r#"{"Arrival":{"PoissonPerHour":3600000}}"#, &[]),
        (r#"{"Arrival":{"PoissonPerHour":3600001}}"#, &["Arrival.PoissonPerHour"]),
        (r#"{"Arrival":{"PoissonPerHour":0}}"#, &["Arrival.PoissonPerHour"]),
        (r#"{"Arrival":{"Every":"2m","PoissonPerHour":1}}"#, &["Arrival"]),
        (r#"{"Arrival":{},"WorkTime":{}}"#, &["Arrival", "WorkTime"]),
        (r#"{"WorkTime":{"Min":"0s"}}"#, &[]),
        (r#"{"WorkTime":{"Max":"1m"}}"#, &[]),
        (r#"{"WorkTime":{"Min":"2m","Max":"1m"}}"#, &["WorkTime.Max"]),
        (r#"{"WorkTime":{"Min":"-1s","Max":"long"}}"#, &["WorkTime.Min", "WorkTime.Max"]),
        (r#"{"WorkTime":{"MedianS":60,"Sigma":0.5}}"#, &[]),
        (r#"{"WorkTime":{"Sigma":11}}"#, &["WorkTime.MedianS", "WorkTime.Sigma"]),
        (r#"{"WorkTime":{"Min":"1s","MedianS":60}}"#, &["WorkTime"]),
        (r#"{"WorkerIdPrefix":"A1234567890123456789"}"#, &[]),
        (r#"{"WorkerIdPrefix":"A12345678901234567890"}"#, &["WorkerIdPrefix"]),
        (r#"{"WorkerIdPrefix":"B1"}"#, &["WorkerIdPrefix"]),
        (r#"{"Traits":{"PercentApproved":100,"Locale":{"Country":"CA"}}}"#, &[]),
        (r#"{"Traits":{"PercentApproved":101,"HITsApproved":-1}}"#, &["Traits", "Traits"]),
        (r#"{"Workers":3,"Progress":{"NextWorker":2,"Accepted":1000000000000000}}"#, &[]),
        (
            r#"{"Workers":3,"Progress":{"NextWorker":3,"Accepted":-1,
                "Working":[{"Worker":3,"Look":-1}]}}"#,
            &[
                "Progress.Accepted",
                "Progress.NextWorker",
                "Progress.Working[0].Worker",
                "Progress.Working[0].Look",
            ],
        ),
    ] {
        assert_eq!(wrong(text), paths, "{text}");
    }
}

#[test]
fn workers_have_ids_in_a_row() {
    let robot: Robot =
        serde_json::from_str(r#"{"Workers":100000,"WorkerIdPrefix":"ACROWD"}"#).unwrap();
    assert_eq!(robot.worker_id(0), "ACROWD000001");
    assert_eq!(robot.worker_id(99_999), "ACROWD100000");
}

#[test]
fn a_title_is_as_long_as_that_of_a_hit_and_members_are_objects() {
    let titled = |length| wrong(&format!(r#"{{"HITs":{{"Title":"{}"}}}}"#, "é".repeat(length)));
    assert_eq!((titled(128), titled(129)), (vec![], vec!["HITs.Title".to_owned()]));
    for member in ["HITs", "Arrival", "WorkTime", "Traits", "Progress"] {
        let list = format!(r#"{{"{member}":[null,null]}}"#);
        let error = serde_json::from_str::<Robot>(&list).unwrap_err().to_string();
        assert!(error.contains("expected an object"), "{error}");
    }
}

#[test]
fn a_crowd_knows_its_workers() {
    let robot: Robot = serde_json::from_str(r#"{"Workers":2,"WorkerIdPrefix":"A7"}"#).unwrap();
    assert!(robot.has_worker(&robot.worker_id(0)) && robot.has_worker("A7000002"));
    for other in ["A7000003", "A7000000", "A70000002", "A8000001", "A7", "A1ANNA"] {
        assert!(!robot.has_worker(other), "{other}");
    }
}
