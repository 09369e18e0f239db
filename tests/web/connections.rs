//! The server as a process, with a network around it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{id, office};
use crate::fixture::Fixture;

struct Process {
    child: Child,
    address: String,
}

impl Process {
    fn start(office: &Fixture) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pk"))
            .env_clear()
            .env("PK_LANG", "en")
            .arg("--office")
            .arg(office.office.root())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (_, rest) = line.split_once("http://").unwrap();
        let address = rest.split_once('/').unwrap().0.to_owned();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends bytes and reads until the server closes.
    fn exchange(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.exchange(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn silent_and_broken_clients_keep_nobody_out() {
    let office = office("");
    let process = Process::start(&office);
    let idle: Vec<TcpStream> = (0..500).map(|_| process.connect()).collect();
    let mut slow = process.connect();
    slow.write_all(b"POST /periksa HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n%PDF-").unwrap();
    let path = format!("/V/{}", id(&office, "kominfo"));
    assert!(process.get(&path).starts_with("HTTP/1.1 200"));
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(100_000));
    for (request, status) in [
        (b"\x16\x03\x01\x02\x00\x01\x00".as_slice(), "400"),
        (b"GET / HTTP/9.9\r\n\r\n", "400"),
        (b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        (long.as_bytes(), "431"),
        (b"GET /V/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404"),
    ] {
        let answer = process.exchange(request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) || answer.is_empty(), "{status}: {answer}");
    }
    assert!(process.get(&path).starts_with("HTTP/1.1 200"));
    drop((idle, slow));
}

/// Too many requests get a page that says when to come back, and other addresses are not concerned.
#[test]
fn too_many_requests_are_told_so_and_others_are_served() {
    let office = office("batas_halaman = 30\nproksi = [\"127.0.0.1\"]");
    let process = Process::start(&office);
    let path = format!("/V/{}", id(&office, "kominfo"));
    let from = |address: &str| {
        process.exchange(
            format!(
                "GET {path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\nConnection: close\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    let answers: Vec<String> = (0..20).map(|_| from("198.51.100.7")).collect();
    assert!(answers[..10].iter().all(|answer| answer.starts_with("HTTP/1.1 200")));
    let last = answers.last().unwrap();
    assert!(last.starts_with("HTTP/1.1 429"), "{last}");
    assert!(last.contains("retry-after: ") && last.contains("Terlalu banyak permintaan"), "{last}");
    // What the client wrote himself further left changes nothing.
    assert!(from("203.0.113.1, 198.51.100.7").starts_with("HTTP/1.1 429"));
    assert!(from("198.51.100.8").starts_with("HTTP/1.1 200"));
    // The numbers are for those who may read them, and name no document.
    let numbers = |address: &str| {
        process.exchange(
            format!(
                "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\nConnection: close\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    assert!(numbers("198.51.100.9").starts_with("HTTP/1.1 404"));
    let text = process.get("/metrics");
    assert!(text.contains("pk_requests_total{route=\"Document\",status=\"429\"}"), "{text}");
    assert!(!text.contains(&id(&office, "kominfo").to_string()) && !text.contains("198.51"));
}

#[cfg(unix)]
#[test]
fn it_stops_when_asked_and_starts_again_after_a_kill() {
    let office = office("");
    let path = format!("/V/{}", id(&office, "kominfo"));
    let mut process = Process::start(&office);
    assert!(process.get(&path).starts_with("HTTP/1.1 200"));
    let terminate = Command::new("kill").args(["-TERM", &process.child.id().to_string()]).status().unwrap();
    assert!(terminate.success());
    assert_eq!(process.child.wait().unwrap().code(), Some(0));
    // Killed in the middle of requests: it writes nothing, so there is nothing to lose.
    let mut killed = Process::start(&office);
    let open: Vec<TcpStream> = (0..10).map(|_| killed.connect()).collect();
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    drop(open);
    let again = Process::start(&office);
    assert!(again.get(&path).contains("Tercatat dan berlaku"));
}

/// The picture is drawn by a process of its own, so only the command can make it.
#[test]
fn the_picture_of_the_first_page_shows_no_nip() {
    let office = office("perjanjian = \"asli\"");
    let process = Process::start(&office);
    let mut stream = process.connect();
    let path = format!("/V/{}.png", id(&office, "kominfo"));
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    let picture = image::load_from_memory(&answer[at..]).unwrap().into_rgb8();
    let covered = picture.pixels().filter(|pixel| pixel.0 == [120, 120, 120]).count();
    // A number of 18 digits in 12 points at 110 dpi: some 180 by 24 dots.
    assert!((2_500..8_000).contains(&covered), "{covered}");
}
