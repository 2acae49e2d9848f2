//! The load generators' connection: Kafka's protocol in as few cycles as possible, so that the server is what is measured.

use crate::Outcome;
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use weir_messages::{
    ApiKey, Message, Reader, Request, RequestHeader, ResponseHeader, Writer, request_header_version,
    response_header_version,
};

/// One connection.
pub struct Wire {
    stream: TcpStream,
    input: BytesMut,
}

/// A whole request, length first. The correlation id is always the same: answers come in order.
pub fn frame<R: Request>(version: i16, request: &R) -> Outcome<Bytes> {
    let mut out = Writer::framed();
    let header = RequestHeader {
        request_api_key: R::KEY.id(),
        request_api_version: version,
        correlation_id: 1,
        client_id: Some("weir-perf".into()),
        ..Default::default()
    };
    header.encode(&mut out, request_header_version(R::KEY, version))?;
    request.encode(&mut out, version)?;
    let chunks = out.into_frame()?;
    Ok(chunks.concat().into())
}

impl Wire {
    pub async fn connect(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            input: BytesMut::new(),
        })
    }

    pub async fn send(&mut self, frame: &[u8]) -> Outcome<()> {
        Ok(self.stream.write_all(frame).await?)
    }

    /// The next answer, without its length.
    pub async fn receive(&mut self) -> Outcome<Bytes> {
        let want = loop {
            if let Some(prefix) = self.input.first_chunk::<4>() {
                break usize::try_from(i32::from_be_bytes(*prefix))?;
            }
            self.more(4).await?;
        };
        while self.input.len() < 4 + want {
            self.more(4 + want - self.input.len()).await?;
        }
        let mut frame = self.input.split_to(4 + want).freeze();
        frame.advance(4);
        Ok(frame)
    }

    async fn more(&mut self, want: usize) -> Outcome<()> {
        self.input.reserve(want.max(16 * 1024));
        match self.stream.read_buf(&mut self.input).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }

    /// One request and its answer.
    pub async fn ask<R: Request>(&mut self, version: i16, request: &R) -> Outcome<R::Response> {
        self.send(&frame(version, request)?).await?;
        decode(R::KEY, version, self.receive().await?)
    }
}

/// The message in an answer.
pub fn decode<M: Message>(key: ApiKey, version: i16, answer: Bytes) -> Outcome<M> {
    let mut reader = Reader::new(answer);
    ResponseHeader::decode(&mut reader, response_header_version(key, version))?;
    Ok(M::decode(&mut reader, version)?)
}
