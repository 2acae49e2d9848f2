//! A client of few lines over the seam: one request, one response.

use bytes::{Buf, Bytes, BytesMut};
use std::io;
use std::sync::Arc;
use weir_core::Seam;
use weir_core::be;
use weir_core::seam::{Connection, read_some, write_all};
use weir_messages::{
    Message, Reader, Request, RequestHeader, ResponseHeader, Writer, request_header_version, response_header_version,
};

pub struct Wire {
    connection: Arc<dyn Connection>,
    input: BytesMut,
    next_id: i32,
}

impl Wire {
    pub async fn connect(seam: &Seam, address: &str) -> io::Result<Self> {
        let connection = seam.net.connect(address.to_owned()).await?;
        Ok(Self {
            connection,
            input: BytesMut::new(),
            next_id: 0,
        })
    }

    pub async fn ask<R: Request>(&mut self, version: i16, request: &R) -> io::Result<R::Response> {
        self.next_id += 1;
        let mut w = Writer::framed();
        let header = RequestHeader {
            request_api_key: R::KEY.id(),
            request_api_version: version,
            correlation_id: self.next_id,
            client_id: Some("sim".into()),
            ..Default::default()
        };
        header.encode(&mut w, request_header_version(R::KEY, version)).unwrap();
        request.encode(&mut w, version).unwrap();
        write_all(&*self.connection, &mut w.into_frame().unwrap().into()).await?;
        let mut r = Reader::new(self.frame().await?);
        let header = ResponseHeader::decode(&mut r, response_header_version(R::KEY, version)).unwrap();
        assert_eq!(header.correlation_id, self.next_id);
        Ok(R::Response::decode(&mut r, version).unwrap())
    }

    async fn frame(&mut self) -> io::Result<Bytes> {
        loop {
            if self.input.len() >= 4 {
                let len = be::i32_at(&self.input, 0) as usize;
                if self.input.len() >= 4 + len {
                    let mut frame = self.input.split_to(4 + len).freeze();
                    frame.advance(4);
                    return Ok(frame);
                }
            }
            if read_some(&*self.connection, &mut self.input).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}
