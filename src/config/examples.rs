//! Three examples for each command: for `--help`, for the manual and for the book.

/// What the help of a command shows besides its options.
#[derive(Debug, Clone, Copy)]
pub struct CommandHelp {
    /// The command without the program's name; empty for the program itself.
    pub command: &'static str,
    /// How to use it.
    pub examples: [Example; 3],
    /// The page of the book that says more, a file in `docs/src`.
    pub page: &'static str,
}

/// A line to type.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// What it does, without a colon at its end.
    pub what: &'static str,
    /// The line of a shell.
    pub line: &'static str,
}

/// What the help of that command shows.
#[must_use]
pub fn of(command: &str) -> Option<&'static CommandHelp> {
    COMMANDS.iter().find(|help| help.command == command)
}

macro_rules! commands {
    ($($command:literal, $page:literal { $($what:literal: $line:literal,)* })*) => {
        /// Every command.
        pub const COMMANDS: &[CommandHelp] = &[$(CommandHelp {
            command: $command,
            examples: [$(Example { what: $what, line: $line }),*],
            page: $page,
        }),*];
    };
}

commands! {
    "", "start" {
        "Serve a market with HITs, workers and submitted work": "mturk-local --fixture demo",
        "Run your tests against a server of their own": "mturk-local exec -- pytest",
        "Point the AWS clients of this shell at a running server": r#"eval "$(mturk-local env)""#,
    }
    "serve", "options" {
        "Keep the market in a file": "mturk-local serve --database sqlite:market.db",
        "Start with a built-in world and a stopped clock":
            "mturk-local serve --fixture demo --clock 2026-01-01T00:00:00Z --freeze",
        "Accept only requests that this requester has signed":
            "mturk-local serve --auth strict --credential AK1:secret1",
    }
    "exec", "tests" {
        "Run tests against a server of their own": "mturk-local exec -- pytest -x",
        "Run a script on a market with three pages of submitted work":
            "mturk-local exec --fixture three-pages -- python review.py",
        "Keep the server's log, and run a shell command":
            "mturk-local exec --log-file server.log -- sh -c 'aws mturk list-hits'",
    }
    "env", "start" {
        "Point the AWS clients of this shell at the server": r#"eval "$(mturk-local env)""#,
        "Use the key and the secret of a requester":
            r#"eval "$(mturk-local env --credential AK1:secret1)""#,
        "Print the line for a server at another address":
            "mturk-local env --endpoint http://127.0.0.1:8080",
    }
    "load", "worlds" {
        "Add a world to the market": "mturk-local load world.json",
        "Add what `aws mturk list-hits` printed, as HITs of this requester":
            "mturk-local load hits.json --requester AK1",
        "Replace the market with a dump": "mturk-local load --replace market.json",
    }
    "import", "import" {
        "Show what would be imported": "mturk-local import results --dry-run",
        "Import folders and files for this requester":
            "mturk-local import results study.jsonl --requester AK1",
        "Write the archive as one world file": "mturk-local import results --output study.json",
    }
    "dump", "worlds" {
        "Save the market": "mturk-local dump > market.json",
        "Save it with the secrets of its requesters":
            "mturk-local dump --with-secrets --admin-token-file token > market.json",
        "Copy the market of another server":
            r#"mturk-local dump --endpoint "$OTHER" | mturk-local load --replace -"#,
    }
    "reset", "tests" {
        "Go back to the start": "mturk-local reset",
        "Go to an empty market": "mturk-local reset --empty",
        "Remove only what one requester has": "mturk-local reset --requester AK1",
    }
    "snapshot", "snapshots" {
        "Keep the market under a name": "mturk-local snapshot keep loaded",
        "Go back to it": "mturk-local snapshot restore loaded",
        "Show what is kept": "mturk-local snapshot list",
    }
    "snapshot keep", "snapshots" {
        "Keep the market under a name": "mturk-local snapshot keep loaded",
        "Load a world, and keep the market with it":
            "mturk-local load world.json && mturk-local snapshot keep loaded",
        "Keep the market of a server at another address":
            "mturk-local snapshot keep loaded --endpoint http://127.0.0.1:8080",
    }
    "snapshot restore", "snapshots" {
        "Keep the market, and go back to it":
            "mturk-local snapshot keep a && mturk-local snapshot restore a",
        "Go back, and stop the clock there":
            "mturk-local snapshot restore a && mturk-local clock freeze",
        "Go back on a server at another address":
            "mturk-local snapshot restore a --endpoint http://127.0.0.1:8080",
    }
    "snapshot list", "snapshots" {
        "Show the snapshots": "mturk-local snapshot list",
        "Save the list": "mturk-local snapshot list > snapshots.json",
        "Show the snapshots of a server at another address":
            "mturk-local snapshot list --endpoint http://127.0.0.1:8080",
    }
    "snapshot delete", "snapshots" {
        "Keep a snapshot, and delete it":
            "mturk-local snapshot keep a && mturk-local snapshot delete a",
        "Delete a snapshot if there is one": "mturk-local snapshot delete a || true",
        "Do so on a server at another address":
            "mturk-local snapshot delete a --endpoint http://127.0.0.1:8080 || true",
    }
    "submit", "tests" {
        "Let a new worker answer a HIT of the built-in world minimal":
            "mturk-local submit --hit 3MINIMAL00000000000000000HIT01 --answer q=cat",
        "Let a worker of your choice answer two questions":
            r#"mturk-local submit --hit "$HIT" --worker A1BO --answer a=1 --answer b=2"#,
        "Submit work and let 30 days pass, so that it is approved":
            r#"mturk-local submit --hit "$HIT" && mturk-local clock advance 30d"#,
    }
    "requests", "requests" {
        "Print the latest calls": "mturk-local requests",
        "Print the calls that were refused, each with a hint": "mturk-local requests --error any",
        "Print the SendBonus calls of one requester that name a worker":
            "mturk-local requests --operation SendBonus --requester AK1 --text A1",
    }
    "faults", "faults" {
        "Show the rules": "mturk-local faults",
        "Fail the next two calls of CreateHIT":
            "mturk-local faults add Operation=CreateHIT Error=ServiceFault Times=2",
        "Remove all rules": "mturk-local faults clear",
    }
    "faults list", "faults" {
        "Show the rules": "mturk-local faults list",
        "Save them": "mturk-local faults list > faults.json",
        "Show the rules of a server at another address":
            "mturk-local faults list --endpoint http://127.0.0.1:8080",
    }
    "faults add", "faults" {
        "Make one call in ten fail":
            "mturk-local faults add Error=ServiceFault Probability=0.1 Seed=7",
        "Carry out the next SendBonus, but lose its answer":
            "mturk-local faults add Preset=lost-answer Operation=SendBonus Times=1",
        "Show new HITs late, as the sandbox did":
            "mturk-local faults add Preset=sandbox-lag Seconds=10",
    }
    "faults clear", "faults" {
        "Remove all rules": "mturk-local faults clear",
        "Remove one": "mturk-local faults clear 1",
        "Replace all rules with one":
            "mturk-local faults clear && mturk-local faults add LatencyMs=500",
    }
    "webhooks", "webhooks" {
        "Show the webhooks, and whether they get their events": "mturk-local webhooks",
        "Push all events to a URL":
            "mturk-local webhooks add http://localhost:8000/hook",
        "Remove all webhooks": "mturk-local webhooks remove",
    }
    "webhooks list", "webhooks" {
        "Show the webhooks": "mturk-local webhooks list",
        "Save the list": "mturk-local webhooks list > webhooks.json",
        "Show the webhooks of a server at another address":
            "mturk-local webhooks list --endpoint http://127.0.0.1:8080",
    }
    "webhooks add", "webhooks" {
        "Push all events to a URL":
            "mturk-local webhooks add http://localhost:8000/hook",
        "Push two types of events":
            "mturk-local webhooks add http://a.test Events=HITExpired,HITReviewable",
        "Push the events of one requester, the past ones too":
            "mturk-local webhooks add http://a.test Requester=AK1 After=0",
    }
    "webhooks remove", "webhooks" {
        "Remove all webhooks": "mturk-local webhooks remove",
        "Remove one": r#"mturk-local webhooks remove "$WEBHOOK""#,
        "Remove those of a server at another address":
            "mturk-local webhooks remove --endpoint http://127.0.0.1:8080",
    }
    "webhooks retry", "webhooks" {
        "Try all failing webhooks again now": "mturk-local webhooks retry",
        "Try those of a server at another address":
            "mturk-local webhooks retry --endpoint http://127.0.0.1:8080",
        "Show what comes of it":
            "mturk-local webhooks retry && sleep 1 && mturk-local webhooks",
    }
    "robots", "robots" {
        "Show the crowds and their progress": "mturk-local robots",
        "Let ten robots do all HITs": "mturk-local robots add Workers=10",
        "Remove all robots": "mturk-local robots clear",
    }
    "robots list", "robots" {
        "Show the crowds": "mturk-local robots list",
        "Save them": "mturk-local robots list > robots.json",
        "Show the crowds of a server at another address":
            "mturk-local robots list --endpoint http://127.0.0.1:8080",
    }
    "robots add", "robots" {
        "Let a robot accept a HIT every two minutes":
            r#"mturk-local robots add '{"Workers": 30, "Arrival": {"Every": "2m"}}'"#,
        "Let five percent of the work be returned":
            "mturk-local robots add Workers=10 Return=0.05 Seed=7",
        "Let most answers be a cat":
            r#"mturk-local robots add '{"Answers": {"q": ["cat", "cat", "dog"]}}'"#,
    }
    "robots clear", "robots" {
        "Remove all robots": "mturk-local robots clear",
        "Remove one crowd": "mturk-local robots clear 1",
        "Replace all robots with ten":
            "mturk-local robots clear && mturk-local robots add Workers=10",
    }
    "payments", "desk-money" {
        "Print what was paid in the last week": "mturk-local payments --since 7d",
        "Save what one requester paid since a day":
            "mturk-local payments --since 2026-01-01 --requester lab > paid.csv",
        "Print it as JSON": "mturk-local payments --format json",
    }
    "batch", "batches" {
        "Show the batches": "mturk-local batch",
        "Save the results of a batch": "mturk-local batch results 1 > results.csv",
        "Apply the marks in a results file": "mturk-local batch review reviewed.csv",
    }
    "batch list", "batches" {
        "Show all batches": "mturk-local batch list",
        "Show the batches of one requester": "mturk-local batch list --requester lab",
        "Save them": "mturk-local batch list > batches.json",
    }
    "batch create", "batches" {
        "Show the variables and the cost, and make nothing":
            "mturk-local batch create --template task.html --data rows.csv --dry-run",
        "Make a HIT for each row":
            "mturk-local batch create --template task.html --data rows.csv",
        "Read the rows from standard input":
            "cat rows.csv | mturk-local batch create --template task.html --data -",
    }
    "batch show", "batches" {
        "Show how far a batch has come": "mturk-local batch show 1",
        "Save a batch": "mturk-local batch show 1 > batch.json",
        "Show a batch of a server at another address":
            "mturk-local batch show 1 --endpoint http://127.0.0.1:8080",
    }
    "batch results", "batches" {
        "Save the results": "mturk-local batch results 1 > results.csv",
        "Save them for a spreadsheet":
            "mturk-local batch results 1 --harmless > results.csv",
        "Count the assignments of a batch without line breaks in answers":
            "mturk-local batch results 1 | tail -n +2 | wc -l",
    }
    "batch review", "batches" {
        "Approve and reject as the file says": "mturk-local batch review reviewed.csv",
        "Name the batch, if the file does not":
            "mturk-local batch review reviewed.csv --batch 1",
        "Read the file from standard input": "cat reviewed.csv | mturk-local batch review -",
    }
    "batch extend", "batches" {
        "Get two more assignments of each HIT":
            "mturk-local batch extend 1 --assignments 2",
        "Let the HITs last a week from now": "mturk-local batch extend 1 --until +7d",
        "Do both": "mturk-local batch extend 1 --assignments 2 --until +7d",
    }
    "batch republish", "batches" {
        "Ask for work again where it was rejected": "mturk-local batch republish 1",
        "Let those HITs last a week from now": "mturk-local batch republish 1 --until +7d",
        "Reject as a file says, then ask again":
            "mturk-local batch review reviewed.csv && mturk-local batch republish 1",
    }
    "batch templates", "batches" {
        "List the built-in templates": "mturk-local batch templates",
        "Save one, to edit it": "mturk-local batch templates sentiment > task.html",
        "Show the variables of one":
            "mturk-local batch templates categorize | grep -o '${[^}]*}'",
    }
    "batch publish", "batches" {
        "Go on when there is money again": "mturk-local batch publish 1",
        "Save what becomes of the batch": "mturk-local batch publish 1 > batch.json",
        "Go on, and show how far it has come":
            "mturk-local batch publish 1 && mturk-local batch show 1",
    }
    "batch cancel", "batches" {
        "Let all HITs of a batch expire": "mturk-local batch cancel 1",
        "Save what is left": "mturk-local batch cancel 1 > batch.json",
        "Cancel a batch, and save what was submitted":
            "mturk-local batch cancel 1 && mturk-local batch results 1 > results.csv",
    }
    "preview", "preview" {
        "Show a template with the rows of a file":
            "mturk-local preview task.html --data rows.csv",
        "Show a page of your own server": "mturk-local preview http://localhost:5000/task",
        "Open no browser, and listen on a port of your choice":
            "mturk-local preview task.html --no-open --listen-port 1771",
    }
    "clock", "time" {
        "Show the time of the market": "mturk-local clock",
        "Let 30 days pass, with everything that falls due": "mturk-local clock advance 30d",
        "Show the time of a server at another address":
            "mturk-local clock --endpoint http://127.0.0.1:8080",
    }
    "clock advance", "time" {
        "Let 30 days pass, in which HITs expire and work is approved":
            "mturk-local clock advance 30d",
        "Move a frozen clock to the next second": "mturk-local clock advance 1s",
        "Stop the clock and move it by an hour":
            "mturk-local clock freeze && mturk-local clock advance 1h",
    }
    "clock set", "time" {
        "Go to the start of a year": "mturk-local clock set 2031-01-01T00:00:00Z",
        "Go to a time in seconds since 1970": "mturk-local clock set 1956528000",
        "Go a week ahead": "mturk-local clock set +7d",
    }
    "clock freeze", "time" {
        "Stop the clock": "mturk-local clock freeze",
        "Stop it and go to a time":
            "mturk-local clock freeze && mturk-local clock set 2033-01-01T00:00:00Z",
        "Stop the clock of a server at another address":
            "mturk-local clock freeze --endpoint http://127.0.0.1:8080",
    }
    "clock resume", "time" {
        "Let the clock run on": "mturk-local clock resume",
        "Let a day pass, then let the clock run on":
            "mturk-local clock advance 1d && mturk-local clock resume",
        "Let the clock of a server at another address run on":
            "mturk-local clock resume --endpoint http://127.0.0.1:8080",
    }
    "health", "compose" {
        "Check a server": "mturk-local health",
        "Wait until a server that starts is ready": "mturk-local health --wait --timeout 2m",
        "Load a world as soon as the server is ready":
            "mturk-local health --wait && mturk-local load world.json",
    }
    "fixtures", "worlds" {
        "List the built-in worlds": "mturk-local fixtures",
        "Save one, to edit it": "mturk-local fixtures demo > world.json",
        "Add one to the market of a running server":
            "mturk-local fixtures two-requesters | mturk-local load -",
    }
    "openapi", "control" {
        "Save the description": "mturk-local openapi > control-api.json",
        "List the routes": r#"mturk-local openapi | grep -o '"/_mturk/[^"]*"'"#,
        "Show what an update changed": "mturk-local openapi | diff control-api.json -",
    }
    "completions", "commands" {
        "In bash": "echo 'source <(mturk-local completions bash)' >> ~/.bashrc",
        "In zsh, after the line with compinit":
            "echo 'source <(mturk-local completions zsh)' >> ~/.zshrc",
        "In fish": "mturk-local completions fish > ~/.config/fish/conf.d/mturk-local.fish",
    }
    "man", "commands" {
        "Read the page of a command": "mturk-local man load | man -l -",
        "Read all pages": "mturk-local man | man -l -",
        "Save a page": "mturk-local man serve > mturk-local-serve.1",
    }
}
