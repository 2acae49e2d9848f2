//! A small HTTP/1.1 client on hyper: the HTTP service of plugins, and how workers forward requests. Plain http only, for now.

use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use weir_connect_sdk::services::Http;
use weir_connect_sdk::{ConnectError, ErrorContext as _, HttpRequest, HttpResponse, Result};

/// How long a request may take from connecting to the end of the answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Largest answer that is read.
const MAX_BODY: usize = 16 << 20;

/// See the module. One connection per request.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpClient;

#[async_trait]
impl Http for HttpClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let what = format!("{} {}", request.method, without_secrets(&request.url));
        match tokio::time::timeout(TIMEOUT, exchange(request, &what)).await {
            Ok(result) => result,
            Err(_) => Err(ConnectError::Retriable(format!(
                "{what}: no answer in {} s",
                TIMEOUT.as_secs()
            ))),
        }
    }
}

/// The URL up to its query, without user and password.
fn without_secrets(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    match plain
        .split_once("://")
        .and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?.1)))
    {
        Some((scheme, rest)) => format!("{scheme}://{rest}"),
        None => plain.to_owned(),
    }
}

async fn exchange(request: HttpRequest, what: &str) -> Result<HttpResponse> {
    let uri: hyper::Uri = request.url.parse().fatal(what)?;
    if uri.scheme_str() != Some("http") {
        return Err(ConnectError::Fatal(format!("{what}: only http:// URLs are supported")));
    }
    let host = uri
        .host()
        .ok_or_else(|| ConnectError::Fatal(format!("{what}: the URL has no host")))?;
    let authority = uri.authority().map(hyper::http::uri::Authority::as_str).unwrap_or(host);
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), uri.port_u16().unwrap_or(80)))
        .await
        .retriable(what)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.retriable(what)?;
    let driver = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
    let mut builder = hyper::Request::builder()
        .method(request.method.as_str())
        .uri(path)
        .header(hyper::header::HOST, authority);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let body = Full::new(Bytes::from(request.body));
    let response = sender
        .send_request(builder.body(body).fatal(what)?)
        .await
        .retriable(what)?;
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let body = Limited::new(response.into_body(), MAX_BODY)
        .collect()
        .await
        .retriable(what)?
        .to_bytes()
        .to_vec();
    driver.abort();
    Ok(HttpResponse { status, headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    async fn serve_once(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://user:secret@{}/path?q=secret", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        (url, server)
    }

    #[tokio::test]
    async fn posts_and_reads_the_answer() {
        let (url, server) = serve_once("HTTP/1.1 201 Created\r\nX-Y: z\r\nContent-Length: 2\r\n\r\nok").await;
        let request =
            HttpRequest::post(url.replace("user:secret@", ""), "application/json", "{}").header("idempotency-key", "1");
        let response = HttpClient.send(request).await.unwrap();
        assert_eq!(
            (response.status, response.header("x-y"), response.body.as_slice()),
            (201, Some("z"), &b"ok"[..])
        );
        let seen = server.await.unwrap();
        assert!(
            seen.starts_with("POST /path?q=secret HTTP/1.1\r\nhost: 127.0.0.1:"),
            "{seen}"
        );
        assert!(
            seen.contains("idempotency-key: 1\r\n") && seen.ends_with("\r\n\r\n{}"),
            "{seen}"
        );
    }

    #[tokio::test]
    async fn errors_are_sorted_and_keep_secrets() {
        let (url, _server) = serve_once("garbage\r\n\r\n").await;
        let error = HttpClient.send(HttpRequest::post(url, "a/b", "")).await.unwrap_err();
        assert!(error.is_retriable() && !error.to_string().contains("secret"), "{error}");
        let error = HttpClient
            .send(HttpRequest::post("https://h/", "a/b", ""))
            .await
            .unwrap_err();
        assert!(!error.is_retriable());
    }
}
