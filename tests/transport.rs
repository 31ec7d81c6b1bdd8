//! The channels over real sockets and real programs: what arrives, what breaks, what never leaks.

#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use promptmatrix::domain::{
    Channel, EnvName, Header, HttpRequest, HttpResponse, Source, TransportError, TransportFault,
};
use promptmatrix::transport::{Demo, Secrets, Setup, Transport, TransportRouter};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The key. It may occur nowhere but in the request itself.
const MARKER: &str = "sk-marker-7c1f0a55e2d94b";
const PATIENT: Duration = Duration::from_secs(20);
const LIMIT: usize = 10_000;

/// `{"answer":"42"}`, packed.
const PACKED: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xab, 0x56, 0x4a, 0xcc, 0x2b, 0x2e,
    0x4f, 0x2d, 0x52, 0xb2, 0x52, 0x32, 0x31, 0x52, 0xaa, 0x05, 0x00, 0xab, 0xe2, 0xc1, 0x2d, 0x0f,
    0x00, 0x00, 0x00,
];

/// 20,000 spaces, packed.
const BOMB: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xed, 0xc1, 0x31, 0x01, 0x00, 0x00,
    0x00, 0xc2, 0xa0, 0x2a, 0xeb, 0x9f, 0xd2, 0x1a, 0x1e, 0x40, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x60, 0x28,
    0xc4, 0x08, 0x85, 0x20, 0x4e, 0x00, 0x00,
];

fn key_named(name: &str, key: &str, root: &Path) -> TransportRouter {
    let environment = [("PATH", "/usr/bin:/bin"), ("TEST_KEY", MARKER)];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    router(root, (name, key), environment.into())
}

fn with_environment(environment: Vec<(String, String)>) -> TransportRouter {
    router(Path::new("/"), ("TEST_KEY", MARKER), environment)
}

fn router(
    root: &Path,
    (name, key): (&str, &str),
    environment: Vec<(String, String)>,
) -> TransportRouter {
    TransportRouter::new(Setup {
        root,
        secrets: Secrets::new([(EnvName(name.to_owned()), key.to_owned())]),
        environment,
        max_response_bytes: LIMIT,
        demo: Demo::new(|_, _| HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: b"demo".to_vec(),
            elapsed: Duration::ZERO,
            source: Source::Fresh,
        }),
    })
}

fn channels() -> TransportRouter {
    key_named("TEST_KEY", MARKER, Path::new("/"))
}

fn post(url: &str) -> HttpRequest {
    HttpRequest {
        channel: Channel::Http,
        url: url.to_owned(),
        headers: vec![
            Header::plain("x-version", "1"),
            Header::secret("authorization", "Bearer ", EnvName("TEST_KEY".to_owned())),
        ],
        body: json!({"b": 1, "a": 2}),
    }
}

/// Sends by these channels, and looks for the key in whatever comes back.
async fn send_by(
    channels: &TransportRouter,
    request: &HttpRequest,
    timeout: Duration,
) -> Result<HttpResponse, TransportError> {
    let result = channels.send(request, 0, timeout).await;
    let mut shown = format!("{channels:?} {request:?} {result:?}");
    match &result {
        Ok(response) => shown += &String::from_utf8_lossy(&response.body),
        Err(error) => shown += &error.to_string(),
    }
    assert!(!shown.contains("marker"), "the key leaks: {shown}");
    result
}

async fn send(request: &HttpRequest) -> Result<HttpResponse, TransportError> {
    send_by(&channels(), request, PATIENT).await
}

async fn fault(request: &HttpRequest) -> (TransportFault, String) {
    let error = send(request).await.unwrap_err();
    (error.fault, error.message)
}

/// What a raw server does with each request.
#[derive(Clone)]
enum Script {
    /// Writes these bytes and waits for the next request.
    Answer(Vec<u8>),
    /// Writes these bytes and closes.
    Close(Vec<u8>),
    /// Writes these bytes and then nothing more.
    Stall(Vec<u8>),
    /// Resets the connection.
    Reset,
}

/// A server that may misbehave.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/chat?key=hidden", listener.local_addr().unwrap());
        let server = Self { url, connections: Arc::default(), requests: Arc::default() };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, script.clone(), requests.clone()));
            }
        });
        server
    }

    /// A request to it, with a query that no message may show.
    fn request(&self) -> HttpRequest {
        post(&self.url)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, script: Script, requests: Arc<Mutex<Vec<String>>>) {
    if matches!(script, Script::Reset) {
        // Closing with unread bytes resets the connection.
        stream.readable().await.unwrap();
        return;
    }
    while let Some(request) = read_request(&mut stream).await {
        requests.lock().unwrap().push(request);
        match &script {
            Script::Answer(bytes) => stream.write_all(bytes).await.unwrap(),
            Script::Close(bytes) => return stream.write_all(bytes).await.unwrap(),
            Script::Stall(bytes) => {
                stream.write_all(bytes).await.unwrap();
                std::future::pending::<()>().await;
            }
            Script::Reset => {}
        }
    }
}

/// One request with its body; `None` at the end of the connection.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut chunk = [0; 1024];
    loop {
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        text += &String::from_utf8_lossy(chunk.get(..count)?);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase().split_once("content-length: ")?.1.to_owned();
            if body.len() >= length.lines().next()?.parse().ok()? {
                return Some(text);
            }
        }
    }
}

fn response(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_request_arrives_as_it_was_written_with_its_key() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/chat"))
        .and(header("authorization", format!("Bearer {MARKER}")))
        .and(header("content-type", "application/json"))
        .and(header("x-version", "1"))
        .and(body_json(json!({"a": 2, "b": 1})))
        .respond_with(
            ResponseTemplate::new(429).insert_header("Retry-After", "7").set_body_string("slow"),
        )
        .expect(1)
        .mount(&server)
        .await;
    let response = send(&post(&format!("{}/v1/chat", server.uri()))).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (429, b"slow".as_slice()));
    assert_eq!(response.header("retry-after"), Some("7"));
    assert!(response.elapsed > Duration::ZERO);
}

#[tokio::test]
async fn the_body_keeps_its_order_of_keys() {
    let server = Server::start(Script::Answer(response("200 OK", b"{}"))).await;
    send(&server.request()).await.unwrap();
    let requests = server.requests.lock().unwrap();
    assert!(requests[0].ends_with("{\"b\":1,\"a\":2}"), "{requests:?}");
}

#[tokio::test]
async fn two_calls_share_a_connection() {
    let server = Server::start(Script::Answer(response("200 OK", b"{}"))).await;
    let channels = channels();
    for _ in 0..2 {
        send_by(&channels, &server.request(), PATIENT).await.unwrap();
    }
    assert_eq!((server.connections(), server.requests.lock().unwrap().len()), (1, 2));
}

#[tokio::test]
async fn an_html_page_is_a_response_for_others_to_judge() {
    let page = b"<html><h1>502 Bad Gateway</h1></html>";
    let server = Server::start(Script::Answer(response("502 Bad Gateway", page))).await;
    let response = send(&server.request()).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (502, page.as_slice()));
}

#[tokio::test]
async fn a_packed_answer_is_unpacked() {
    let packed = response("200 OK\r\ncontent-encoding: gzip", PACKED);
    let server = Server::start(Script::Answer(packed)).await;
    assert_eq!(send(&server.request()).await.unwrap().body, b"{\"answer\":\"42\"}");
}

#[tokio::test]
async fn an_answer_over_the_limit_is_stopped_packed_or_not() {
    let plain = response("200 OK", &vec![b' '; LIMIT + 1]);
    let packed = response("200 OK\r\ncontent-encoding: gzip", BOMB);
    for bytes in [plain, packed] {
        let server = Server::start(Script::Answer(bytes)).await;
        let (fault, message) = fault(&server.request()).await;
        assert_eq!(fault, TransportFault::TooLarge);
        assert!(message.contains("more than 10000 bytes"), "{message}");
    }
    let just = Server::start(Script::Answer(response("200 OK", &vec![b' '; LIMIT]))).await;
    assert_eq!(send(&just.request()).await.unwrap().body.len(), LIMIT);
}

#[tokio::test]
async fn a_broken_connection_is_interrupted_and_named() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":".to_vec();
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\"".to_vec();
    let garbage = b"SSH-2.0-OpenSSH_9.6\r\n".to_vec();
    let packed = response("200 OK\r\ncontent-encoding: gzip", b"not gzip at all");
    let scripts = [
        Script::Reset,
        Script::Close(Vec::new()),
        Script::Close(half),
        Script::Close(chunked),
        Script::Close(garbage),
        Script::Close(packed),
    ];
    for script in scripts {
        let server = Server::start(script).await;
        let (fault, message) = fault(&server.request()).await;
        assert_eq!(fault, TransportFault::Interrupted, "{message}");
        assert!(message.contains("127.0.0.1:") && message.contains("broke off"), "{message}");
        assert!(!message.contains("hidden"), "the query is shown: {message}");
        assert_eq!(server.connections(), 1, "asked again by itself");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_runs_into_the_time_limit() {
    let start = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec();
    for bytes in [Vec::new(), start] {
        let server = Server::start(Script::Stall(bytes)).await;
        let limit = Duration::from_millis(150);
        let error = send_by(&channels(), &server.request(), limit).await.unwrap_err();
        assert_eq!(error.fault, TransportFault::Timeout);
        assert!(error.message.contains("within 150ms"), "{error}");
    }
}

#[tokio::test]
async fn a_refused_connection_says_so_and_where() {
    let (fault, message) = fault(&post("http://127.0.0.1:1/v1?key=hidden")).await;
    assert_eq!(fault, TransportFault::Connect);
    assert_eq!(message, "connection refused (127.0.0.1:1)");
}

#[tokio::test]
async fn a_failed_handshake_is_no_connection() {
    let server = Server::start(Script::Reset).await;
    let (fault, message) = fault(&post(&server.url.replace("http:", "https:"))).await;
    // A machine without root certificates cannot even begin.
    let is_reset = fault == TransportFault::Connect && message.contains("connection reset (127");
    let is_expected = is_reset || message.contains("root certificates");
    assert!(is_expected, "{message}");
}

#[test]
fn a_proxy_never_sees_what_stays_on_this_machine() {
    // The same test once more, with a proxy that nobody answers at.
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "two_calls_share_a_connection"]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, "http://127.0.0.1:1");
    }
    let output = again.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn a_server_without_tls_is_named_as_that_and_not_asked_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/v1", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let mut stream = listener.accept().await.unwrap().0;
        stream.write_all(&response("400 Bad Request", b"{}")).await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let (fault, message) = fault(&post(&url)).await;
    server.abort();
    if message.contains("root certificates") {
        return;
    }
    assert_eq!(fault, TransportFault::Tls);
    assert!(!fault.is_retryable());
    assert!(message.contains("does not speak TLS: is it `http` in `base-url`?"), "{message}");
}

#[tokio::test]
async fn a_proxy_that_fails_is_named_and_one_that_cannot_be_read_is_not_passed_by() {
    for (proxy, wanted) in [
        ("http://me:secret@127.0.0.1:1", "the proxy 127.0.0.1:1, on the way to api.invalid:443"),
        ("ftp://me:secret@host", "HTTPS_PROXY is no address of a proxy"),
    ] {
        let channels = with_environment(vec![("HTTPS_PROXY".to_owned(), proxy.to_owned())]);
        let sent = send_by(&channels, &post("https://api.invalid/v1"), PATIENT).await;
        let message = sent.unwrap_err().message;
        let is_expected = message.contains(wanted) || message.contains("root certificates");
        assert!(is_expected && !message.contains("secret"), "{message}");
    }
}

#[tokio::test]
async fn a_redirect_carries_nothing_to_another_host() {
    let thief = Server::start(Script::Answer(response("200 OK", b"{}"))).await;
    let address = thief.url.replace("127.0.0.1", "localhost");
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let head = format!("{status}\r\nlocation: {address}");
        let server = Server::start(Script::Answer(response(&head, b""))).await;
        let (fault, message) = fault(&server.request()).await;
        assert_eq!(fault, TransportFault::BadRequest);
        assert!(message.contains("points to localhost:"), "{message}");
        assert!(message.contains("base-url"), "{message}");
    }
    assert_eq!(thief.connections(), 0);
}

#[tokio::test]
async fn without_its_key_nothing_is_sent() {
    let server = Server::start(Script::Answer(response("200 OK", b"{}"))).await;
    for (name, key) in [("OTHER_KEY", MARKER), ("TEST_KEY", "")] {
        let channels = key_named(name, key, Path::new("/"));
        let error = send_by(&channels, &server.request(), PATIENT).await.unwrap_err();
        assert_eq!(error.fault, TransportFault::MissingKey);
        assert!(error.message.contains("TEST_KEY is not set"), "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_key_that_cannot_stand_in_a_header_is_refused_unseen() {
    let server = Server::start(Script::Answer(response("200 OK", b"{}"))).await;
    for end in ["\n-", "\r\nx-evil: 1", "\u{fc}", "\u{feff}", "\0"] {
        let channels = key_named("TEST_KEY", &format!("{MARKER}{end}"), Path::new("/"));
        let error = send_by(&channels, &server.request(), PATIENT).await.unwrap_err();
        assert_eq!(error.fault, TransportFault::BadRequest);
        assert!(error.message.contains("TEST_KEY"), "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_key_never_leaves_this_machine_without_tls() {
    let (fault, message) = fault(&post("http://192.0.2.1/v1/chat?key=hidden")).await;
    assert_eq!(fault, TransportFault::BadRequest);
    assert!(message.contains("without TLS") && message.contains("192.0.2.1:80"), "{message}");
}

#[tokio::test]
async fn a_url_that_cannot_be_asked_is_refused() {
    let unfit =
        ["", "not a url", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://a:b@127.0.0.1/"];
    for url in unfit {
        assert_eq!(fault(&post(url)).await.0, TransportFault::BadRequest, "{url}");
    }
    let mut request = post("http://127.0.0.1:1/");
    request.headers.push(Header::plain("x-evil", "a\r\nb: c"));
    assert_eq!(fault(&request).await.0, TransportFault::BadRequest);
}

#[tokio::test]
async fn a_key_that_the_server_repeats_is_covered() {
    let echo = format!("{{\"error\": \"no such key: {MARKER}\"}}");
    let head = format!("401 Unauthorized\r\nx-echo: {MARKER}");
    let server = Server::start(Script::Answer(response(&head, echo.as_bytes()))).await;
    let response = send(&server.request()).await.unwrap();
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(body, json!({"error": "no such key: [TEST_KEY]"}));
}

#[tokio::test]
async fn a_demo_request_opens_no_socket() {
    let request = HttpRequest { channel: Channel::Demo, ..post("http://127.0.0.1:1/") };
    assert_eq!(send(&request).await.unwrap().body, b"demo");
}

#[cfg(unix)]
mod programs {
    use std::io::{BufRead, BufReader, Read};

    use super::*;

    fn run(argv: &[&str]) -> HttpRequest {
        let argv = argv.iter().map(ToString::to_string).collect();
        HttpRequest { channel: Channel::Command { argv }, headers: Vec::new(), ..post("") }
    }

    fn shell(script: &str) -> HttpRequest {
        run(&["sh", "-c", script])
    }

    #[tokio::test]
    async fn a_program_reads_the_request_and_writes_the_answer() {
        let response = send(&run(&["cat"])).await.unwrap();
        assert_eq!(
            (response.status, response.body.as_slice()),
            (200, b"{\"b\":1,\"a\":2}\n".as_slice())
        );
        let deaf = send(&shell("echo '{}'")).await.unwrap();
        assert_eq!((deaf.status, deaf.body.as_slice()), (200, b"{}\n".as_slice()));
    }

    #[tokio::test]
    async fn no_shell_reads_the_arguments() {
        let response = send(&run(&["printf", "%s", "$HOME; `id` > x"])).await.unwrap();
        assert_eq!(response.body, b"$HOME; `id` > x");
    }

    #[tokio::test]
    async fn a_program_never_sees_a_key() {
        let response = send(&run(&["env"])).await.unwrap();
        let text = String::from_utf8(response.body).unwrap();
        assert!(text.contains("PATH=/usr/bin:/bin"), "{text}");
        assert!(!text.contains("TEST_KEY") && !text.contains("CARGO"), "{text}");
    }

    #[tokio::test]
    async fn a_failing_program_is_an_error_with_its_own_words() {
        let request = shell("echo out; printf 'first\\033[31m\\nlast' >&2; exit 3");
        let response = send(&request).await.unwrap();
        let message = String::from_utf8(response.body).unwrap();
        assert_eq!(response.status, 500);
        assert_eq!(message, "`sh` failed (exit status: 3): first [31m last");
        let silent = send(&shell("kill -9 $$")).await.unwrap();
        let message = String::from_utf8(silent.body).unwrap();
        assert!(
            message.starts_with("`sh` failed (signal: 9") && message.ends_with(')'),
            "{message}"
        );
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named_with_its_fix() {
        for name in ["no-such-program", "tools/none.py"] {
            let (fault, message) = fault(&run(&[name])).await;
            assert_eq!(fault, TransportFault::Spawn);
            assert!(message.contains(name) && message.contains("PATH"), "{message}");
        }
        assert_eq!(fault(&run(&[])).await.0, TransportFault::Spawn);
    }

    #[tokio::test]
    async fn a_path_is_meant_from_the_suites_folder() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("tools")).unwrap();
        std::os::unix::fs::symlink("/bin/sh", root.path().join("tools/answer")).unwrap();
        let channels = key_named("TEST_KEY", MARKER, root.path());
        let request = run(&["tools/answer", "-c", "ls -d tools/answer"]);
        assert_eq!(send_by(&channels, &request, PATIENT).await.unwrap().body, b"tools/answer\n");
    }

    #[tokio::test]
    async fn endless_output_and_endless_work_are_stopped() {
        assert_eq!(fault(&run(&["yes"])).await.0, TransportFault::TooLarge);
        let limit = Duration::from_millis(150);
        let error = send_by(&channels(), &run(&["sleep", "600"]), limit).await.unwrap_err();
        assert_eq!(error.fault, TransportFault::Timeout);
        assert!(error.message.contains("`sleep` was not done within 150ms"), "{error}");
        // More on standard error than a pipe holds must not block the program.
        let noisy = send(&shell("yes | head -c 300000 >&2; echo '{}'")).await.unwrap();
        assert_eq!(noisy.body, b"{}\n");
    }

    #[tokio::test]
    async fn giving_up_a_call_kills_all_that_the_program_started() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("alive");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let (up, is_up) = tokio::sync::oneshot::channel();
        let (down, is_down) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            // Ends when the last process that holds the other end is gone.
            let mut pipe = BufReader::new(std::fs::File::open(pipe).unwrap());
            pipe.read_line(&mut String::new()).unwrap();
            up.send(()).unwrap();
            pipe.read_to_end(&mut Vec::new()).unwrap();
            down.send(()).unwrap();
        });
        let channels = key_named("TEST_KEY", MARKER, root.path());
        let request = shell("(echo up; sleep 600) > alive & wait");
        tokio::select! {
            _ = channels.send(&request, 0, PATIENT) => unreachable!("it sleeps"),
            started = is_up => started.unwrap(),
        }
        tokio::time::timeout(PATIENT, is_down).await.unwrap().unwrap();
    }
}
