//! Machines that share a store: a folder, and a bucket of a real server where one can be started.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use promptmatrix::sim::World;

use crate::project::Project;
use crate::server::{Reply, Server};
use crate::support::{FORMATS, REFUND, RUN, WORLD, openai};

const LOGIN: (&str, &str) = ("login", "I cannot log in.");

/// A store, and the variables that say who asks it.
struct Store {
    url: String,
    variables: Vec<(&'static str, String)>,
}

impl Store {
    /// A machine with the same suite as any other.
    fn machine(&self, server: &Server) -> Project {
        let store = format!("[store]\nurl = \"{}\"\n", self.url);
        let run = RUN.replace("[run]\n", "[run]\nmax-age = \"7d\"\n");
        let mut project = openai(server, &format!("{store}{run}"), &[REFUND, LOGIN]);
        for (name, value) in &self.variables {
            project.set(name, value);
        }
        project
    }
}

fn server() -> Server {
    let world = World::parse(WORLD).unwrap();
    Server::start(move |received, _| Some(Reply::of_world(&world, received)))
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The id of the newest run.
fn newest(project: &Project) -> String {
    let runs = fs::read_dir(project.path(".promptmatrix/runs")).unwrap();
    runs.map(|run| run.unwrap().file_name().into_string().unwrap()).max().unwrap()
}

fn everything(store: &Store) {
    what_one_machine_paid_for_is_not_paid_for_on_another(store);
    shards_are_merged_by_their_ids_on_any_machine(store);
}

fn what_one_machine_paid_for_is_not_paid_for_on_another(store: &Store) {
    let server = server();
    let [first, second] = [store.machine(&server), store.machine(&server)];
    first.run(&["run"]).exits(0).lacks("warning");
    assert_eq!(server.received().len(), 2);
    second.run(&["run", "--dry-run"]).exits(0).says("0 calls");
    second.run(&["run"]).exits(0).lacks("warning");
    assert_eq!(server.received().len(), 2, "the answers were shared");
    let id = newest(&first);
    second.run(&["report", &id]).exits(0).says(&id);
    first.run(&["accept", "--all"]).exits(0);
    copied(&first.path("snapshots"), &second.path("snapshots"));
    // What is asked anew replaces what others shared, and nothing is taken twice.
    second.run(&["run", "--fresh"]).exits(0);
    first.run(&["run"]).exits(0);
    assert_eq!(server.received().len(), 4);
    first.run(&["run", "--fresh"]).exits(0);
    let history = first.read(".promptmatrix/history");
    for machine in [&first, &second] {
        assert!(history.contains(&newest(machine)), "{history}");
    }
    let names = first.read(".promptmatrix/recordings/shared");
    let mut known: Vec<&str> = names.lines().collect();
    known.dedup();
    assert_eq!(known.len(), names.lines().count(), "{names}");
}

fn shards_are_merged_by_their_ids_on_any_machine(store: &Store) {
    let server = server();
    let base = store.machine(&server);
    let mut ids = Vec::new();
    for shard in ["1/2", "2/2"] {
        let machine = store.machine(&server);
        machine.run(&["run", "--fresh", "--shard", shard]).exits(0);
        ids.push(newest(&machine));
    }
    let asked = server.received().len();
    base.run(&["merge", &ids[0]]).exits(2).warns("there is no run of shard 2/2");
    base.run(&["merge", &ids[0], &ids[1]]).exits(0).says("2 cells");
    assert_eq!(server.received().len(), asked, "nothing is asked again");
}

#[test]
fn machines_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}/pins", folder.path().display());
    everything(&Store { url, variables: Vec::new() });
}

/// A server of buckets, for as long as a test takes.
struct Bucket {
    process: Child,
    address: String,
}

impl Bucket {
    /// `None` where no such server can be started.
    fn start() -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "a server that the surroundings bring")]
        let program = env::var_os("PROMPTMATRIX_S3_SERVER")?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let arguments = ["-H", "127.0.0.1", "-p", &port.to_string()];
        let quiet = || Stdio::null();
        let process = Command::new(program).args(arguments).stdout(quiet()).stderr(quiet()).spawn();
        let bucket = Self { process: process.unwrap(), address: format!("127.0.0.1:{port}") };
        for _ in 0..600 {
            if TcpStream::connect(&bucket.address).is_ok() {
                bucket.put("/pins", &[]);
                return Some(bucket);
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the server of buckets does not answer");
    }

    fn put(&self, path: &str, body: &[u8]) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (host, length) = (&self.address, body.len());
        let head = format!(
            "PUT {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    fn store(&self, folder: &str) -> Store {
        let variables = [
            ("AWS_ACCESS_KEY_ID", "tester".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "of-nothing-in-particular".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
        ];
        Store { url: format!("s3://pins/{folder}"), variables: variables.into() }
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn machines_share_a_bucket() {
    let Some(bucket) = Bucket::start() else {
        eprintln!("skipped: PROMPTMATRIX_S3_SERVER names no server of buckets");
        return;
    };
    let store = bucket.store("triage/nightly");
    everything(&store);
    // More than a page of a listing.
    let server = server();
    let machine = store.machine(&server);
    machine.run(&["run"]).exits(0);
    let pack = fs::read(machine.path(".promptmatrix/recordings/000001.jsonl.gz")).unwrap();
    for number in 0..1010 {
        bucket.put(&format!("/pins/triage/nightly/recordings/{number:04}.jsonl.gz"), &pack);
    }
    machine.run(&["run"]).exits(0);
    let taken = machine.read(".promptmatrix/recordings/shared");
    assert!(taken.contains("0000.jsonl.gz") && taken.contains("1009.jsonl.gz"));
    assert_eq!(server.received().len(), 2);
}

#[test]
fn a_store_that_cannot_be_reached_is_named_before_anything_is_paid_for() {
    let server = server();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let variables = [
        ("AWS_ACCESS_KEY_ID", "tester".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "of-nothing-in-particular".to_owned()),
        ("AWS_ENDPOINT_URL", format!("http://{closed}")),
        ("AWS_ALLOW_HTTP", "true".to_owned()),
    ];
    let store = Store { url: "s3://pins/triage".to_owned(), variables: variables.into() };
    let machine = store.machine(&server);
    let done = machine.run(&["run"]).exits(3).warns("store::shared").warns("s3://pins/triage");
    assert!(!done.stderr.contains("of-nothing-in-particular"), "{}", done.stderr);
    assert!(server.received().is_empty());
    machine.run(&["run", "--offline"]).exits(3).lacks("store::shared");
}

#[test]
fn an_object_that_is_damaged_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", folder.path().display());
    let (server, store) = (server(), Store { url, variables: Vec::new() });
    store.machine(&server).run(&["run"]).exits(0);
    let recordings = folder.path().join("recordings");
    let object = fs::read_dir(recordings).unwrap().next().unwrap().unwrap();
    let content = fs::read(object.path()).unwrap();
    fs::write(object.path(), &content[..content.len() - 9]).unwrap();
    let name = object.file_name().into_string().unwrap();
    let machine = store.machine(&server);
    machine.run(&["run"]).exits(3).warns(&format!("recordings/{name} is damaged: delete it"));
    fs::remove_file(object.path()).unwrap();
    machine.run(&["run"]).exits(0);
}

#[test]
fn an_address_that_names_no_store_or_a_secret_is_a_mistake_of_the_config() {
    let server = server();
    for (url, mistake) in [
        ("ftp://pins", "`ftp://pins` is no address of a store"),
        ("s3://", "`s3://` is no address of a store"),
        ("s3://me:secret@pins/x", "config::secret"),
    ] {
        let slot = FORMATS[0].slot(&server);
        let store = format!("[store]\nurl = \"{url}\"\n");
        let project = openai(&server, &format!("{store}{RUN}"), &[REFUND]);
        assert!(project.read("promptmatrix.toml").contains(&slot));
        project.run(&["check"]).exits(2).warns(mistake);
    }
}
