use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::*;

/// A server that answers each connection with the next of these bytes, whatever it is asked, and tells what it was.
struct Server {
    port: u16,
    asked: Receiver<String>,
    _thread: JoinHandle<()>,
}

fn server(answers: Vec<Vec<u8>>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, asked) = channel();
    let thread = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            let mut request = vec![0; 65_536];
            let length = stream.read(&mut request).unwrap_or_default();
            let _ = tell.send(String::from_utf8_lossy(&request[..length]).into_owned());
            let _ = stream.write_all(&answer);
            if answer.is_empty() {
                // Says nothing, and does not hang up.
                std::thread::sleep(Duration::from_secs(2));
            }
        }
    });
    Server { port, asked, _thread: thread }
}

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nSet-Cookie: who=you\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn get(port: u16, limit: usize) -> Result<Vec<u8>, WebError> {
    file(&format!("http://127.0.0.1:{port}/a.crl?x=1"), limit, Reach::Anywhere, &Cancel::new()).await
}

#[tokio::test]
async fn what_is_asked_says_nothing_of_the_reader() {
    let server = server(vec![ok(b"list"), ok(b"list"), ok(b"answer")]);
    for _ in 0..2 {
        assert_eq!(get(server.port, 100).await.unwrap(), b"list");
    }
    let url = format!("http://127.0.0.1:{}/ocsp", server.port);
    assert_eq!(ocsp(&url, b"question", Reach::Anywhere, &Cancel::new()).await.unwrap(), b"answer");
    let asked: Vec<String> = server.asked.try_iter().collect();
    assert!(asked[1].starts_with("GET /a.crl?x=1 HTTP/1.1\r\n"), "{asked:?}");
    assert!(asked[2].starts_with("POST /ocsp HTTP/1.1\r\n") && asked[2].contains("application/ocsp-request"));
    for request in &asked {
        let lower = request.to_lowercase();
        assert!(!lower.contains("cookie") && !lower.contains("kakitome") && !lower.contains("referer"), "{request}");
    }
}

#[tokio::test]
async fn more_than_the_limit_is_not_taken_whatever_the_server_announced() {
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'x'; 5_000]].concat();
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n".to_vec();
    let server = server(vec![ok(&[b'x'; 5_000]), endless, [chunked, vec![b'x'; 5_000]].concat()]);
    for _ in 0..3 {
        assert_eq!(get(server.port, 4_000).await, Err(WebError::TooLarge));
    }
}

#[tokio::test]
async fn a_server_may_send_us_on_but_not_to_other_schemes_and_not_for_ever() {
    let to = |place: &str| format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n").into_bytes();
    let server_on = server(vec![to("/b.crl"), ok(b"list")]);
    assert_eq!(get(server_on.port, 100).await.unwrap(), b"list");
    for place in ["https://127.0.0.1/", "file:///etc/passwd", "ldap://127.0.0.1/"] {
        let server = server(vec![to(place)]);
        assert_eq!(get(server.port, 100).await, Err(WebError::NotHttp), "{place}");
    }
    let server_round = server(vec![to("/a.crl"); 4]);
    assert_eq!(get(server_round.port, 100).await, Err(WebError::TooManyRedirects));
    let gone = server(vec![b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec()]);
    assert_eq!(get(gone.port, 100).await, Err(WebError::Status(404)));
}

#[tokio::test]
async fn this_computer_is_out_of_reach() {
    let server = server(vec![ok(b"list")]);
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let url = format!("http://{host}:{}/a.crl", server.port);
        let outcome = file(&url, 100, Reach::Public, &Cancel::new()).await;
        assert_eq!(outcome, Err(WebError::PrivateAddress), "{host}");
    }
    assert!(server.asked.try_recv().is_err());
}

#[tokio::test]
async fn waiting_ends_when_the_user_stops_it() {
    let server = server(vec![Vec::new()]);
    let (cancel, started) = (Cancel::new(), Instant::now());
    let stops = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stops.cancel();
    });
    let url = format!("http://127.0.0.1:{}/a.crl", server.port);
    assert_eq!(file(&url, 100, Reach::Anywhere, &cancel).await, Err(WebError::Cancelled));
    assert!(started.elapsed() < Duration::from_secs(2));
}
