//! A small HTTP/1.1 client: one server, kept-alive connections, a timeout for each request. Framing is hyper's.
//!
//! No TLS, no redirects, no compression: a service beside its clients needs none of them.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::TcpStream;

/// Idle connections that are kept.
const MAX_IDLE: usize = 8;
/// Largest answer that is read; a registry's listing of all its schemas is the largest there is.
const MAX_BODY: usize = 64 << 20;
const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";

/// Why a request got no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HttpError {
    /// The address is not `http://host[:port][/path]`.
    #[error("{0:?} is not an http:// address (TLS is not supported)")]
    Address(String),
    /// No connection.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The connection broke or the server does not speak HTTP.
    #[error("{0}")]
    Broken(String),
    /// Nothing came in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Whole body.
    pub body: Bytes,
}

/// Client of one server.
#[derive(Debug)]
pub struct HttpClient {
    authority: String,
    /// What stands before each path, without a slash at its end.
    base: String,
    timeout: Duration,
    media_type: &'static str,
    /// Connections that are kept when they are idle.
    keeps: usize,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

impl HttpClient {
    /// A client of a registry at `http://host[:port][/path]`; connects when it is first used.
    pub fn new(url: &str, timeout: Duration) -> Result<HttpClient, HttpError> {
        Self::of(url, timeout, MEDIA_TYPE, MAX_IDLE)
    }

    /// A client of another REST service, which speaks plain JSON. No connection is kept, because a request that fails on
    /// one is sent again, and not all that such services do may be done twice.
    pub fn json(url: &str, timeout: Duration) -> Result<HttpClient, HttpError> {
        Self::of(url, timeout, "application/json", 0)
    }

    fn of(url: &str, timeout: Duration, media_type: &'static str, keeps: usize) -> Result<HttpClient, HttpError> {
        let bad = || HttpError::Address(url.to_owned());
        let rest = url.trim().strip_prefix("http://").ok_or_else(bad)?;
        let (authority, base) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let named = authority.rsplit_once(':').filter(|(_, port)| !port.contains(']'));
        let authority = match named {
            Some((_, port)) if port.parse::<u16>().is_err() => return Err(bad()),
            Some(_) => authority.to_owned(),
            None => format!("{authority}:80"),
        };
        if authority.starts_with(':') || authority.contains('@') {
            return Err(bad());
        }
        let base = base.trim_end_matches('/').to_owned();
        Ok(HttpClient {
            authority,
            base,
            timeout,
            media_type,
            keeps,
            idle: Mutex::default(),
        })
    }

    /// Host and port.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Sends a request and reads the whole answer. All requests of the registry's API may be repeated safely, so one that
    /// fails on a kept connection (which the server may just have closed) is sent again on a new one.
    pub async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<Answer, HttpError> {
        self.send_with(method, path, body, &[]).await
    }

    /// [`Self::send`] with more headers.
    pub async fn send_with(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        headers: &[(&'static str, &'static str)],
    ) -> Result<Answer, HttpError> {
        let work = async {
            let kept = self.idle.lock().pop();
            if let Some(connection) = kept.filter(|connection| !connection.is_closed())
                && let Ok(answer) = self.exchange(connection, &method, path, &body, headers).await
            {
                return Ok(answer);
            }
            let connection = self.connect().await?;
            self.exchange(connection, &method, path, &body, headers).await
        };
        tokio::time::timeout(self.timeout, work)
            .await
            .map_err(|_| HttpError::Timeout(self.timeout))?
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, HttpError> {
        let failed = |error: std::io::Error| HttpError::Connect(error.to_string());
        let stream = TcpStream::connect(&self.authority).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|error| HttpError::Broken(error.to_string()))?;
        // Ends by itself when the sender is dropped or the server closes.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection to the schema registry ended");
            }
        });
        Ok(sender)
    }

    async fn exchange(
        &self,
        mut connection: SendRequest<Full<Bytes>>,
        method: &Method,
        path: &str,
        body: &Bytes,
        headers: &[(&'static str, &'static str)],
    ) -> Result<Answer, HttpError> {
        let broken = |error: hyper::Error| HttpError::Broken(error.to_string());
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .method(method.clone())
            .uri(format!("{}{path}", self.base))
            .header(HOST, &self.authority)
            .header(ACCEPT, self.media_type)
            .header(CONTENT_TYPE, self.media_type)
            .body(Full::new(body.clone()))
            .map_err(|error| HttpError::Address(error.to_string()))?;
        connection.ready().await.map_err(broken)?;
        let answer = connection.send_request(request).await.map_err(broken)?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MAX_BODY).collect().await;
        let body = body.map_err(|error| HttpError::Broken(error.to_string()))?.to_bytes();
        let mut idle = self.idle.lock();
        if idle.len() < self.keeps && !connection.is_closed() {
            idle.push(connection);
        }
        Ok(Answer { status, body })
    }
}

/// A name as one segment of a path.
#[must_use]
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    // A segment of dots would be taken for a relative path.
    match out.as_str() {
        "." => "%2E".into(),
        ".." => "%2E%2E".into(),
        _ => out,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn addresses() {
        let parse = |url: &str| HttpClient::new(url, Duration::from_secs(1)).map(|c| (c.authority, c.base));
        assert_eq!(parse("http://a").unwrap(), ("a:80".into(), String::new()));
        assert_eq!(parse("http://a:81/x/").unwrap(), ("a:81".into(), "/x".into()));
        assert_eq!(parse("http://[::1]").unwrap(), ("[::1]:80".into(), String::new()));
        for bad in [
            "https://a",
            "a:80",
            "http://:80",
            "http://a:b",
            "http://u:p@a:80",
            "http://a:99999",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    /// Answers each connection's requests with these replies, then closes it, but not after an empty reply.
    async fn server(connections: Vec<Vec<&'static str>>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut held = vec![];
            for replies in connections {
                let (mut stream, _) = listener.accept().await.unwrap();
                let hold = replies.contains(&"");
                for reply in replies {
                    let mut request = vec![0; 4096];
                    let _ = stream.read(&mut request).await.unwrap();
                    stream.write_all(reply.as_bytes()).await.unwrap();
                }
                held.extend(Some(stream).filter(|_| hold));
            }
            std::future::pending::<()>().await;
        });
        url
    }

    #[tokio::test]
    async fn keeps_connections_and_survives_their_end() {
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        let chunked = "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n";
        let url = server(vec![vec![ok, chunked], vec![ok]]).await;
        let client = HttpClient::new(&url, Duration::from_secs(5)).unwrap();
        let get = || client.send(Method::GET, "/x", Bytes::new());
        assert_eq!(get().await.unwrap().status, 200);
        let second = get().await.unwrap();
        assert_eq!((second.status, &second.body[..]), (404, &b"[1,2]"[..]));
        // The first connection is closed by now; the request goes out on the second.
        assert_eq!(get().await.unwrap().status, 200);
    }

    #[tokio::test]
    async fn gives_up() {
        let silent = server(vec![vec![""]]).await;
        let client = HttpClient::new(&silent, Duration::from_millis(50)).unwrap();
        assert!(matches!(
            client.send(Method::GET, "/", Bytes::new()).await,
            Err(HttpError::Timeout(_))
        ));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let client = HttpClient::new(&url, Duration::from_secs(5)).unwrap();
        assert!(matches!(
            client.send(Method::GET, "/", Bytes::new()).await,
            Err(HttpError::Connect(_))
        ));
        let garbage = server(vec![vec!["SSH-2.0-x\r\n\r\n"]]).await;
        let client = HttpClient::new(&garbage, Duration::from_secs(5)).unwrap();
        assert!(matches!(
            client.send(Method::GET, "/", Bytes::new()).await,
            Err(HttpError::Broken(_))
        ));
    }

    #[test]
    fn names_are_one_segment() {
        assert_eq!(segment("a.b-c_d~1"), "a.b-c_d~1");
        assert_eq!(segment("a/b c:é?"), "a%2Fb%20c%3A%C3%A9%3F");
        assert_eq!(segment(".."), "%2E%2E");
    }
}
