//! The real simulator, started as people start it: a suite run against it, and its faults byte by
//! byte.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use promptmatrix::sim::FAULTS;
use serde_json::{Value, json};

use crate::project::Project;
use crate::secrets;
use crate::support::{FORMATS, KEY, Kept, WORLD, string, suite};

/// The binary as a child, until it is dropped.
pub(crate) struct Simulator {
    child: Child,
    pub(crate) url: String,
}

impl Simulator {
    fn start(flags: &[&str]) -> Self {
        Self::of(&[&["sim", "--listen", "127.0.0.1:0", "--world", "world.toml"], flags].concat())
    }

    /// With these arguments, beside the file of a world.
    fn of(arguments: &[&str]) -> Self {
        Self::with_world(WORLD, arguments)
    }

    /// With these arguments, beside the file of this world.
    pub(crate) fn with_world(world: &str, arguments: &[&str]) -> Self {
        let project = Project::empty();
        project.write("world.toml", world);
        let mut command = project.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, url }
    }

    /// Everything that comes back until the connection ends, and how it ended.
    fn send(&self, head: &str, body: &str) -> (String, Option<ErrorKind>) {
        let mut stream = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let length = if head.contains("content-length") {
            String::new()
        } else {
            format!("content-length: {}\r\n", body.len())
        };
        write!(stream, "{head}host: x\r\nconnection: close\r\n{length}\r\n{body}").unwrap();
        let mut all = Vec::new();
        let end = stream.read_to_end(&mut all).err().map(|error| error.kind());
        (String::from_utf8(all).unwrap(), end)
    }

    fn get(&self, path: &str, header: &str) -> Answer {
        Answer::of(&self.send(&format!("GET {path} HTTP/1.1\r\n{header}"), "").0)
    }

    /// Asks one question in OpenAI's format, with this fault.
    fn meet(&self, fault: &str) -> (String, Option<ErrorKind>) {
        let head = format!("POST /v1/chat/completions HTTP/1.1\r\nx-sim-fault: {fault}\r\n");
        self.send(&head, &question().to_string())
    }

    fn stats(&self) -> Value {
        self.get("/stats", "").json()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A response as it came.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn length(&self) -> usize {
        self.header("content-length").unwrap().parse().unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

fn question() -> Value {
    json!({"model": "m-2026-01-01", "messages": [{"role": "user", "content": "charged twice"}]})
}

/// Twenty of each format.
const CELLS: usize = 20 * FORMATS.len();

/// A slot of each format and twenty cases, all of them at the simulator.
fn project(simulator: &Simulator) -> Project {
    let run = "[run]\nmax-concurrency = 20\nretries = { count = 6, delay = \"1ms\", max-delay = \"1ms\" }\n";
    let slots: String = FORMATS.iter().map(|format| format.slot_at(&simulator.url)).collect();
    let cases: Vec<(String, String)> = (0..20)
        .map(|i| (format!("c{i}"), format!("{i}: {}", ["charged twice", "log in"][i % 2])))
        .collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let mut project = suite(&(run.to_owned() + &slots), &cases);
    for (name, ..) in FORMATS.iter().filter_map(|format| format.key) {
        project.set(name, KEY);
    }
    project
}

/// Each cell once, and as many calls as the simulator counted. Returns the record.
fn counted(project: &Project, simulator: &Simulator) -> Value {
    let record = Kept::of(project).record();
    let cells = record["cells"].as_array().unwrap();
    let names: BTreeSet<String> = cells.iter().map(|cell| string(&cell["cell"])).collect();
    assert_eq!((cells.len(), names.len()), (CELLS, CELLS));
    let attempts: usize = cells
        .iter()
        .flat_map(|cell| cell["trials"].as_array().unwrap())
        .map(|trial| trial["attempts"].as_array().unwrap().len())
        .sum();
    assert_eq!(record["totals"]["calls"], attempts);
    assert_eq!(simulator.stats()["requests"], attempts);
    assert_eq!(Kept::of(project).journal().len(), CELLS);
    record
}

#[test]
fn a_suite_of_all_wire_formats_is_answered_and_valid() {
    let simulator = Simulator::start(&["--no-latency"]);
    let project = project(&simulator);
    project.run(&["run"]).exits(0).says(&format!("{CELLS} new"));
    for cell in counted(&project, &simulator)["cells"].as_array().unwrap() {
        let trial = &cell["trials"][0];
        assert_eq!((trial.get("cause"), &trial["strict"]), (None, &json!(true)), "{cell:#}");
    }
    let stats = simulator.stats();
    assert_eq!(stats["by_model"], json!({"m-2026-01-01": CELLS}));
    assert_eq!(stats["by_status"], json!({"200": CELLS}));
    for format in &FORMATS {
        assert_eq!(stats["by_path"][format.path], 20, "{}", format.provider);
    }
    assert!(!stats.to_string().contains(KEY));
}

#[test]
fn a_run_against_the_simulator_replays_offline_and_its_keys_are_nowhere() {
    let world = Project::empty();
    world.write("world.toml", WORLD);
    let log = |name: &str| fs::File::create(world.path(name)).unwrap();
    let arguments = ["sim", "--listen", "127.0.0.1:0", "--world", "world.toml", "--no-latency"];
    let faults = ["--speed", "200", "--fault", "any=0.2", "--json"];
    let mut command = world.command(&[&arguments[..], &faults].concat());
    command.envs(FORMATS.iter().filter_map(|format| format.key).map(|(name, ..)| (name, KEY)));
    let child = command.stdout(log("out")).stderr(log("err")).spawn().unwrap();
    let mut simulator = Simulator { child, url: String::new() };
    while simulator.url.is_empty() {
        thread::sleep(Duration::from_millis(5));
        let told: Value = serde_json::from_str(&world.read("out")).unwrap_or_default();
        simulator.url = told["url"].as_str().unwrap_or_default().to_owned();
    }
    let project = project(&simulator);
    project.run(&["run"]).exits(0).says(&format!("{CELLS} new"));
    counted(&project, &simulator);
    project.run(&["accept", "--all"]).exits(0);
    let mut found: Vec<String> =
        secrets::leak("/stats", KEY, &simulator.stats().to_string()).into_iter().collect();
    drop(simulator);
    let mut offline = project.command(&["run", "--offline"]);
    for (name, ..) in FORMATS.iter().filter_map(|format| format.key) {
        offline.env_remove(name);
    }
    let offline = offline.output().unwrap();
    let said = String::from_utf8(offline.stdout).unwrap();
    assert!(offline.status.success() && said.contains(&format!("{CELLS} same   ")), "{said}");
    assert!(said.contains(&format!("{CELLS} replayed")), "{said}");
    secrets::leaks(world.root(), KEY, &mut found);
    secrets::leaks(project.root(), KEY, &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_example_of_the_guide_runs() {
    let simulator = Simulator::of(&["sim", "--no-latency"]);
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/ci.md");
    let guide = fs::read_to_string(guide).unwrap();
    let section = guide.split("### Rehearse").nth(1).unwrap();
    let config = section.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let project = suite("", &[("refund", "I want my money back.")]);
    let config = config.replace("http://127.0.0.1:8080", &simulator.url);
    project.write("promptmatrix.toml", &config);
    project.run(&["run"]).exits(0).says("5 new");
    assert_eq!(simulator.stats()["by_status"], json!({"200": 25}), "five answers of each");
}

#[test]
fn with_every_fifth_call_at_fault_no_cell_is_lost_and_none_is_counted_twice() {
    let simulator = Simulator::start(&["--no-latency", "--speed", "200", "--fault", "any=0.2"]);
    let project = project(&simulator);
    project.run(&["run"]).exits(0).says(&format!("{CELLS} new"));
    counted(&project, &simulator);
    let faults = simulator.stats()["by_fault"].clone();
    let met: u64 = faults.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert!((14..70).contains(&met), "{faults}");
}

#[test]
fn where_faults_never_end_the_run_is_inconclusive_and_every_call_is_counted() {
    let simulator =
        Simulator::start(&["--no-latency", "--fault", "500=0.5", "--fault", "reset=0.5"]);
    let project = project(&simulator);
    project.replace("promptmatrix.toml", "count = 6", "count = 1");
    project.run(&["run"]).exits(3).says(&format!("{CELLS} error"));
    let record = counted(&project, &simulator);
    assert_eq!(record["totals"]["calls"], 2 * CELLS);
}

#[test]
fn a_wrong_answer_fails_the_gate_though_faults_are_in_the_way() {
    let simulator = Simulator::start(&["--no-latency", "--fault", "500=0.2"]);
    let project = project(&simulator);
    project.replace("schemas/triage.json", "\"account\", ", "");
    project.run(&["run"]).exits(1).says(&format!("{} broken", CELLS / 2)).says("schema-violation");
    counted(&project, &simulator);
}

#[test]
fn each_fault_does_what_its_row_says() {
    let simulator = Simulator::start(&["--no-latency", "--speed", "100"]);
    let (right, end) =
        simulator.send("POST /v1/chat/completions HTTP/1.1\r\n", &question().to_string());
    let right = Answer::of(&right);
    assert_eq!((right.status, right.length(), end), (200, right.body.len(), None));
    let mut seen = Vec::new();
    for row in FAULTS {
        let started = Instant::now();
        let (text, end) = simulator.meet(row.id);
        let took = started.elapsed();
        seen.push(row.id);
        if row.id == "reset" {
            assert_eq!((text.as_str(), end), ("", Some(ErrorKind::ConnectionReset)));
            continue;
        }
        assert_eq!(end, None, "{}", row.id);
        let answer = Answer::of(&text);
        match row.id {
            "429-seconds" => assert_eq!(answer.header("retry-after"), Some("1")),
            "429-date" => {
                let date = |name| httpdate::parse_http_date(answer.header(name).unwrap()).unwrap();
                assert_eq!(date("retry-after").duration_since(date("date")).unwrap().as_secs(), 1);
            }
            "429-ms" => {
                assert_eq!(answer.header("retry-after-ms"), Some("20"));
                assert_eq!(answer.header("retry-after"), None);
            }
            "500" | "error-in-200" => assert_eq!(answer.json()["error"]["code"], "server_error"),
            "529" => assert_eq!(answer.json()["error"]["code"], "server_is_overloaded"),
            "slow" => assert!(took >= Duration::from_millis(100) && answer.body == right.body),
            "slow-loris" => {
                assert!(took >= Duration::from_millis(190) && answer.body == right.body);
            }
            "cut-body" => {
                assert_eq!(answer.length(), right.body.len());
                assert_eq!(answer.body, right.body[..right.body.len() / 2]);
            }
            "wrong-length" => {
                assert_eq!((answer.length(), &answer.body), (right.body.len() / 2, &right.body));
            }
            "html" => assert!(answer.body.starts_with("<html>")),
            "empty-200" => assert_eq!(answer.body, ""),
            other => panic!("no test for {other}"),
        }
        let status = match row.id {
            id if id.starts_with("429") => 429,
            "500" => 500,
            "529" => 529,
            "html" => 502,
            _ => 200,
        };
        assert_eq!(answer.status, status, "{}", row.id);
    }
    let counts = simulator.stats()["by_fault"].clone();
    assert!(seen.iter().all(|id| counts[id].as_u64() >= Some(1)), "{counts}");
    let (text, _) = simulator.meet("flood");
    let told = Answer::of(&text);
    assert_eq!(told.status, 400);
    assert!(string(&told.json()["error"]["message"]).contains("the kinds are 429-seconds"));
}

#[test]
fn every_fault_but_a_late_answer_is_asked_again_in_every_format() {
    let fails = |id: &str| {
        let simulator = Simulator::start(&["--no-latency", "--fault", &format!("{id}=1")]);
        let project = project(&simulator);
        project.replace("promptmatrix.toml", "count = 6", "max-wait = \"50ms\", count = 1");
        let done =
            project.run(&["run", "triage/c1"]).exits(3).says(&format!("{} error", FORMATS.len()));
        let stats = simulator.stats();
        let (requests, met) = (&stats["requests"], &stats["by_fault"][id]);
        assert_eq!(requests, met);
        match id {
            // No failed try: given up with all of its provider, or since the wait is too long.
            "429-ms" | "529" => assert!(requests.as_u64() >= Some(14), "{id}: {requests}"),
            "429-seconds" | "429-date" => {
                assert_eq!(requests, FORMATS.len(), "{id}: {}", done.stdout);
            }
            _ => assert_eq!(requests, 2 * FORMATS.len(), "{id}"),
        }
    };
    thread::scope(|scope| {
        for row in FAULTS.iter().filter(|row| !row.id.starts_with("slow")) {
            scope.spawn(move || fails(row.id));
        }
    });
}

#[test]
fn models_are_listed_as_each_provider_lists_them() {
    let simulator = Simulator::start(&[]);
    let id = "m-2026-01-01";
    let list = |path, header| simulator.get(path, header).json();
    let openai = list("/v1/models", "");
    assert_eq!((&openai["object"], &openai["data"][0]["id"]), (&json!("list"), &json!(id)));
    for header in ["anthropic-version: 2023-06-01\r\n", "x-api-key: k\r\n"] {
        let anthropic = list("/v1/models", header);
        assert_eq!(
            (&anthropic["has_more"], &anthropic["data"][0]["type"]),
            (&json!(false), &json!("model"))
        );
    }
    assert_eq!(list("/v1beta/models", "")["models"][0]["name"], format!("models/{id}"));
    assert_eq!(list("/api/tags", "")["models"][0]["model"], id);
}

#[test]
fn what_cannot_be_answered_is_refused_in_the_words_of_the_provider() {
    let simulator = Simulator::start(&[]);
    let nothing = |path, header| {
        let answer = simulator.get(path, header);
        assert_eq!(answer.status, 404, "{path}");
        answer.json()
    };
    assert_eq!(nothing("/v1/engines", "")["error"]["type"], "invalid_request_error");
    assert_eq!(nothing("/v1/batches", "x-api-key: k\r\n")["error"]["type"], "not_found_error");
    assert_eq!(nothing("/v1beta/files", "")["error"]["status"], "NOT_FOUND");
    assert!(nothing("/api/ps", "")["error"].is_string());
    let post = |head: &str, body| Answer::of(&simulator.send(head, body).0);
    let unread = post("POST /v1/messages HTTP/1.1\r\n", "not json");
    assert_eq!((unread.status, &unread.json()["type"]), (400, &json!("error")));
    let large = post("POST /api/chat HTTP/1.1\r\ncontent-length: 99000000\r\n", "");
    assert_eq!((large.status, large.json()["error"].is_string()), (413, true));
    assert_eq!(simulator.get("/v1/messages", "").status, 405);
    let gone = post(
        "POST /v1beta/models/old:generateContent HTTP/1.1\r\n",
        "{\"contents\": [{\"role\": \"user\", \"parts\": [{\"text\": \"a\"}]}]}",
    );
    assert_eq!((gone.status, &gone.json()["error"]["status"]), (404, &json!("NOT_FOUND")));
}

#[test]
fn counts_can_be_set_to_nothing_and_hold_no_query() {
    let simulator = Simulator::start(&["--no-latency"]);
    simulator.get("/v1beta/models?key=sk-secret", "");
    let stats = simulator.stats();
    assert_eq!((&stats["format"], &stats["requests"]), (&json!(1), &json!(1)));
    assert_eq!(stats["by_path"], json!({"/v1beta/models": 1}));
    simulator.send("POST /stats/reset HTTP/1.1\r\n", "");
    assert_eq!(simulator.stats()["requests"], 0);
}

#[test]
fn an_answer_takes_the_time_that_the_world_says() {
    let slow = Simulator::start(&["--speed", "4"]);
    let started = Instant::now();
    slow.send("POST /v1/chat/completions HTTP/1.1\r\n", &question().to_string());
    assert!(started.elapsed() >= Duration::from_millis(350 / 4));
}

#[test]
fn the_simulator_listens_on_this_machine_only_and_says_what_is_wrong() {
    let project = Project::empty();
    project.run(&["sim", "--listen", "0.0.0.0:0"]).exits(2).warns("sim::not-loopback");
    project.run(&["sim", "--listen", "[::]:0"]).exits(2).warns("127.0.0.1");
    let taken = Simulator::start(&[]);
    let address = taken.url.strip_prefix("http://").unwrap();
    project.run(&["sim", "--listen", address]).exits(2).warns("sim::cannot-listen").warns("port 0");
    project.run(&["sim", "--fault", "flood=0.1"]).exits(2).warns("the kinds are");
    let two = ["sim", "--fault", "500=0.9", "--fault", "529=0.9"];
    project.run(&two).exits(2).warns("sim::too-many-faults");
    project.write("world.toml", "[[version]]\nid = 3\n");
    project
        .run(&["sim", "--world", "world.toml"])
        .exits(2)
        .warns("demo::world")
        .warns("world.toml:2");
    project.run(&["sim", "--world", "none.toml"]).exits(2).warns("demo::world");
}

#[test]
fn told_to_end_it_ends_with_exit_code_0() {
    for signal in ["-INT", "-TERM"] {
        let mut simulator = Simulator::start(&[]);
        // Once it answers, it also listens for signals.
        assert_eq!(simulator.stats()["requests"], 0);
        let id = simulator.child.id().to_string();
        std::process::Command::new("kill").args([signal, &id]).status().unwrap();
        assert_eq!(simulator.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}
