//! A light HTTP/1.1 client: one connection, one request at a time, kept alive.
//!
//! Written by hand because it shares the cores with the server it measures. Reads only answers with a
//! `Content-Length`, as our server sends them; anything else is an error and not a guess.

use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest head of an answer. Ours have a few hundred bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// An open connection.
pub struct Connection {
    stream: TcpStream,
    host: SocketAddr,
    key: String,
    request: Vec<u8>,
    received: Vec<u8>,
}

/// What the server said.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects to `host`; every request will carry `key`.
    ///
    /// # Errors
    /// If nobody listens there.
    pub async fn open(host: SocketAddr, key: &str) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(host)
            .await
            .with_context(|| format!("cannot connect to {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream,
            host,
            key: key.to_owned(),
            request: Vec::new(),
            received: Vec::new(),
        })
    }

    /// Sends JSON to `path` and waits for the answer.
    ///
    /// # Errors
    /// If the connection breaks, or the answer is not HTTP as we read it.
    pub async fn post(&mut self, path: &str, json: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.begin("POST", path);
        let length = format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            json.len()
        );
        self.request.extend_from_slice(length.as_bytes());
        self.request.extend_from_slice(json);
        self.exchange().await
    }

    /// Asks for `path` and waits for the answer.
    ///
    /// # Errors
    /// If the connection breaks, or the answer is not HTTP as we read it.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<Answer<'_>> {
        self.begin("GET", path);
        self.request.extend_from_slice(b"\r\n");
        self.exchange().await
    }

    fn begin(&mut self, method: &str, path: &str) {
        self.request.clear();
        for part in [method, " ", path, " HTTP/1.1\r\nHost: "] {
            self.request.extend_from_slice(part.as_bytes());
        }
        let rest = format!(
            "{}\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\n",
            self.host, self.key
        );
        self.request.extend_from_slice(rest.as_bytes());
    }

    async fn exchange(&mut self) -> anyhow::Result<Answer<'_>> {
        self.stream
            .write_all(&self.request)
            .await
            .context("cannot send to the server")?;
        self.received.clear();
        let head = loop {
            match head(&self.received)? {
                Some(head) if self.received.len() >= head.bytes + head.body_bytes => break head,
                _ => {}
            }
            let read = self
                .stream
                .read_buf(&mut self.received)
                .await
                .context("cannot read from the server")?;
            ensure!(
                read > 0,
                "the server closed the connection in the middle of an answer"
            );
        };
        let end = head.bytes + head.body_bytes;
        ensure!(
            self.received.len() == end,
            "the server sent more than it announced"
        );
        Ok(Answer {
            status: head.status,
            body: &self.received[head.bytes..end],
        })
    }
}

/// What the client needs of an answer's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    /// Bytes of the head, with the empty line at its end.
    bytes: usize,
    body_bytes: usize,
}

/// The head of an answer, once all of it has come; `None` until then.
fn head(received: &[u8]) -> anyhow::Result<Option<Head>> {
    let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        ensure!(
            received.len() <= HEAD_BYTES_MAX,
            "the head of an answer is longer than {HEAD_BYTES_MAX} bytes"
        );
        return Ok(None);
    };
    let text =
        std::str::from_utf8(&received[..end]).context("the head of an answer is not text")?;
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok());
    let Some(status) = status else {
        bail!("the answer begins with `{first}`; it must be HTTP/1.1")
    };
    let mut body_bytes = None;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            bail!("`{line}` is no header")
        };
        if name.eq_ignore_ascii_case("content-length") {
            let length = value
                .trim()
                .parse()
                .with_context(|| format!("`{line}` names no length"))?;
            body_bytes = Some(length);
        }
    }
    match (status, body_bytes) {
        (_, Some(body_bytes)) => Ok(Some(Head {
            status,
            bytes: end + 4,
            body_bytes,
        })),
        (204, None) => Ok(Some(Head {
            status,
            bytes: end + 4,
            body_bytes: 0,
        })),
        _ => bail!("the answer {status} has no Content-Length"),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX-Note: a: b\r\n\r\nhello";

    #[test]
    fn a_head_is_read_once_it_is_whole_and_not_before() {
        let end = ANSWER.len() - 5;
        for bytes in 0..end {
            assert_eq!(
                head(&ANSWER[..bytes]).expect("the start of a head"),
                None,
                "{bytes} bytes"
            );
        }
        let whole = Some(Head {
            status: 200,
            bytes: end,
            body_bytes: 5,
        });
        assert_eq!(head(&ANSWER[..end]).expect("a head"), whole);
        assert_eq!(head(ANSWER).expect("a head"), whole);
    }

    #[test]
    fn what_is_not_read_is_named() {
        for (answer, part) in [
            (
                &b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"[..],
                "no Content-Length",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "names no length",
            ),
            (b"HTTP/1.1 2\r\n\r\n", "must be HTTP/1.1"),
            (b"SSH-2.0-OpenSSH\r\n\r\n", "must be HTTP/1.1"),
            (b"HTTP/1.1 200 OK\r\nwhat\r\n\r\n", "no header"),
            (b"HTTP/1.1 200 \xff\r\n\r\n", "not text"),
            (&[b'a'; HEAD_BYTES_MAX + 1], "longer than"),
        ] {
            let error = head(answer).expect_err("a refusal").to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    #[tokio::test]
    async fn answers_in_pieces_are_put_together_and_the_connection_is_used_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let host = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut requests = Vec::new();
            for _ in 0..2 {
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.expect("a request");
                requests.push(String::from_utf8_lossy(&request[..read]).into_owned());
                // One byte at a time; without Nagle's delay each may arrive alone.
                stream.set_nodelay(true).expect("an option");
                for byte in ANSWER {
                    stream.write_all(&[*byte]).await.expect("a byte");
                    tokio::task::yield_now().await;
                }
            }
            requests
        });

        let mut connection = Connection::open(host, "an_ingest_x")
            .await
            .expect("a connection");
        for _ in 0..2 {
            let answer = connection
                .post("/v1/events", b"{\"type\":\"a\"}")
                .await
                .expect("an answer");
            assert_eq!(
                answer,
                Answer {
                    status: 200,
                    body: b"hello"
                }
            );
        }

        let requests = server.await.expect("the server's requests");
        assert!(
            requests[1].starts_with("POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:"),
            "{}",
            requests[1]
        );
        assert!(
            requests[1].contains("\r\nAuthorization: Bearer an_ingest_x\r\n"),
            "{}",
            requests[1]
        );
        assert!(
            requests[1].ends_with("\r\nContent-Length: 12\r\n\r\n{\"type\":\"a\"}"),
            "{}",
            requests[1]
        );
    }

    #[tokio::test]
    async fn a_connection_closed_in_the_middle_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let host = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let read = stream.read(&mut [0; 1024]).await.expect("a request");
            assert!(read > 0);
            stream
                .write_all(&ANSWER[..ANSWER.len() - 1])
                .await
                .expect("a part");
        });

        let mut connection = Connection::open(host, "k").await.expect("a connection");
        let error = connection
            .get("/")
            .await
            .expect_err("a broken answer")
            .to_string();

        assert!(error.contains("in the middle of an answer"), "{error}");
        server.await.expect("the server");
    }
}
