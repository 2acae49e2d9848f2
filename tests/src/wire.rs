//! A blocking client of few lines: one request, one response, in any version.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "a client of tests: what goes wrong must fail them"
)]

use bytes::Bytes;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use weir_messages::{
    Message, Reader, Request, RequestHeader, ResponseHeader, Writer, request_header_version, response_header_version,
};

pub struct Wire {
    stream: TcpStream,
    next_id: i32,
}

impl Wire {
    pub fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self { stream, next_id: 0 }
    }

    /// From here on no piece of a request waits for the other side to acknowledge the one before. Not for comparisons: Apache
    /// Kafka takes a moment to make known what it has acknowledged.
    pub fn at_once(self) -> Self {
        self.stream.set_nodelay(true).unwrap();
        self
    }

    /// This end's port.
    pub fn local_port(&self) -> u16 {
        self.stream.local_addr().unwrap().port()
    }

    /// A request as sent, its length first.
    pub fn frame_of<R: Request>(version: i16, request: &R) -> Vec<u8> {
        Self::encoded(version, 1, request).concat()
    }

    /// Sends without waiting for the answer.
    pub fn send<R: Request>(&mut self, version: i16, request: &R) {
        self.next_id += 1;
        for chunk in Self::encoded(version, self.next_id, request) {
            self.stream.write_all(&chunk).unwrap();
        }
    }

    pub fn ask<R: Request>(&mut self, version: i16, request: &R) -> R::Response {
        self.send(version, request);
        let mut r = Reader::new(self.frame());
        let header = ResponseHeader::decode(&mut r, response_header_version(R::KEY, version)).unwrap();
        assert_eq!(header.correlation_id, self.next_id);
        let response = R::Response::decode(&mut r, version).unwrap_or_else(|e| panic!("{} v{version}: {e}", R::NAME));
        assert_eq!(r.remaining(), 0, "{} v{version}: bytes after the response", R::NAME);
        response
    }

    fn encoded<R: Request>(version: i16, correlation_id: i32, request: &R) -> Vec<Bytes> {
        let mut w = Writer::new();
        let header = RequestHeader {
            request_api_key: R::KEY.id(),
            request_api_version: version,
            correlation_id,
            client_id: Some("conformance".into()),
            ..Default::default()
        };
        header.encode(&mut w, request_header_version(R::KEY, version)).unwrap();
        request
            .encode(&mut w, version)
            .unwrap_or_else(|e| panic!("{} v{version}: {e}", R::NAME));
        w.into_frame().unwrap()
    }

    /// Sends raw bytes as a frame; `None` when the other side closes.
    pub fn raw(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        self.stream
            .write_all(&u32::try_from(frame.len()).unwrap().to_be_bytes())
            .ok()?;
        self.stream.write_all(frame).ok()?;
        let mut len = [0; 4];
        self.stream.read_exact(&mut len).ok()?;
        let mut body = vec![0; u32::from_be_bytes(len) as usize];
        self.stream.read_exact(&mut body).ok()?;
        Some(body)
    }

    fn frame(&mut self) -> Bytes {
        let mut len = [0; 4];
        self.stream.read_exact(&mut len).expect("an answer");
        let mut body = vec![0; u32::from_be_bytes(len) as usize];
        self.stream.read_exact(&mut body).expect("a whole answer");
        Bytes::from(body)
    }
}
