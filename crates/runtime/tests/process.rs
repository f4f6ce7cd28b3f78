//! A whole process, from flags to exit code, as an operator meets it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, http::Uri};

const LIMIT: Duration = Duration::from_secs(30);

/// The example `smallest`, which cargo builds along with the tests.
fn smallest() -> Command {
    let here = std::env::current_exe().unwrap();
    let folder: PathBuf = here.ancestors().nth(2).unwrap().join("examples");
    let mut command = Command::new(folder.join("smallest"));
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("CARE_") || name.starts_with("OTEL_"))
    {
        command.env_remove(name);
    }
    command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.args(["--set", "runtime.admin.listen=127.0.0.1:0"]);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running process, killed if the test ends before it does.
struct Running {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (lines, stderr) = (log.clone(), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                lines.lock().unwrap().push(line);
            }
        });
        Self { child, log }
    }

    /// The first log line with this message, as JSON.
    fn line(&self, message: &str) -> serde_json::Value {
        let deadline = Instant::now() + LIMIT;
        loop {
            let found = self.log.lock().unwrap().iter().find_map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).ok()?;
                (line.get("message")? == message).then_some(line)
            });
            match found {
                Some(line) => return line,
                None if Instant::now() > deadline => {
                    panic!("no {message:?} in {:#?}", self.log.lock().unwrap())
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn admin(&self) -> SocketAddr {
        self.line("starting").get("admin").unwrap().as_str().unwrap().parse().unwrap()
    }

    fn terminate(mut self) -> Option<i32> {
        self.signal();
        self.wait()
    }

    fn signal(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    fn wait(&mut self) -> Option<i32> {
        let deadline = Instant::now() + LIMIT;
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) => return status.code(),
                None if Instant::now() > deadline => panic!("still running: {:#?}", self.log.lock().unwrap()),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_service_lives_tells_how_it_is_and_ends_in_order() {
    let running = Running::start(&mut smallest());
    let admin = running.admin();
    running.line("started");
    assert!(get(admin, "/healthz").starts_with("HTTP/1.1 200"));
    let ready = get(admin, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 200") && ready.contains(r#""ready":true"#), "{ready}");
    running.line("hello");
    let metrics = get(admin, "/metrics");
    assert!(metrics.contains("smallest_greetings_total 1"), "{metrics}");
    assert!(metrics.contains("# HELP smallest_greetings_total Greetings given."), "{metrics}");
    assert!(metrics.contains(r#"service_name="smallest""#), "{metrics}");

    let log = running.log.clone();
    assert_eq!(running.terminate(), Some(0));
    let log = log.lock().unwrap().join("\n");
    assert!(log.contains("SIGTERM") && log.contains(r#""message":"stopped""#), "{log}");
}

#[test]
fn a_failed_task_is_a_failed_process() {
    let mut running = Running::start(smallest().args(["--set", "greeter.fail=true"]));
    assert_eq!(running.wait(), Some(1));
    assert_eq!(running.line("task failed; the process stops")["error"], "the greeter fell over");
}

#[test]
fn who_does_not_stop_within_the_grace_is_cut_off_by_name() {
    let settings = ["--set", "greeter.stubborn=true", "--set", "runtime.grace_seconds=1"];
    let mut running = Running::start(smallest().args(settings));
    running.line("hello");
    running.signal();
    assert_eq!(running.wait(), Some(0));
    assert!(running.line("stopped").to_string().contains("greeter"));
}

#[test]
fn a_second_signal_ends_the_waiting() {
    let mut running = Running::start(smallest().args(["--set", "greeter.stubborn=true"]));
    running.line("hello");
    running.signal();
    running.line("stopping");
    running.signal();
    assert_eq!(running.wait(), Some(1));
}

#[test]
fn a_bad_configuration_says_where_and_exits_with_64() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[greeter]\ntimes = \"often\"\n").unwrap();
    let output = smallest().arg("--config").arg(file.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    let error = said(&output);
    let name = file.path().file_name().unwrap().to_str().unwrap();
    assert!(error.contains("`greeter.times`") && error.contains(name) && error.contains("u32"), "{error}");

    let output = smallest().env("CARE_GREETER__COLOUR", "red").output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    let error = said(&output);
    assert!(error.contains("CARE_GREETER__COLOUR") && error.contains("names"), "{error}");

    let output = smallest().args(["--config", "/nowhere.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(said(&output).contains("/nowhere.toml"));

    let output = smallest().args(["--set", "runtime.telemetry.log=a=b=c"]).output().unwrap();
    assert_eq!(output.status.code(), Some(64), "{}", said(&output));
}

#[test]
fn the_effective_configuration_shows_no_secrets() {
    let output = smallest()
        .env("CARE_GREETER__PASSWORD", "0042")
        .env("CARE_GREETER__TIMES", "3")
        .arg("--print-config")
        .output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("password = \"***\"") && printed.contains("times = 3"), "{printed}");
    assert!(!printed.contains("42"), "{printed}");
}

/// What an OpenTelemetry collector was sent, by path.
type Collected = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

async fn collect(State(collected): State<Collected>, uri: Uri, body: Bytes) {
    collected.lock().unwrap().entry(uri.path().to_owned()).or_default().extend(body);
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_metrics_and_logs_reach_a_collector_before_the_process_ends() {
    let collected = Collected::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collector = Router::new().fallback(collect).with_state(collected.clone());
    tokio::spawn(async move { axum::serve(listener, collector).await });

    let exit = tokio::task::spawn_blocking(move || {
        let running = Running::start(smallest().env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));
        running.line("hello");
        running.terminate()
    });
    assert_eq!(exit.await.unwrap(), Some(0));
    let collected = collected.lock().unwrap();
    for (path, words) in
        [("/v1/traces", "greet"), ("/v1/metrics", "smallest.greetings"), ("/v1/logs", "hello")]
    {
        let body = collected.get(path).unwrap_or_else(|| panic!("nothing on {path}"));
        let text = String::from_utf8_lossy(body);
        assert!(text.contains(words) && text.contains("smallest"), "{path}: {text}");
    }
}
