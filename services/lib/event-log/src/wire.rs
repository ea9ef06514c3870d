//! One request to a broker over plain TCP, for what the client library has no safe call for.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use bytes::BytesMut;
use kafka_protocol::messages::{RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{
    Decodable, HeaderVersion, Request, StrBytes, encode_request_header_into_buffer,
};

use crate::{LogConfig, LogError};

const WAIT: Duration = Duration::from_secs(5);
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// Why there is no answer, in words.
pub(crate) type Fault = Box<dyn std::error::Error>;

/// Asks the brokers one after the other until one answers.
pub(crate) fn ask_any<A>(
    config: &LogConfig,
    ask: impl Fn(&str) -> Result<A, Fault>,
) -> Result<A, LogError> {
    let mut cause = String::from("no broker is named");
    for broker in config.brokers.split(',').map(str::trim) {
        match ask(broker) {
            Ok(answer) => return Ok(answer),
            Err(error) => cause = format!("{broker}: {error}"),
        }
    }
    Err(LogError::Unreachable {
        brokers: config.brokers.clone(),
        cause,
    })
}

/// Asks one broker. Blocks, at most for some seconds.
pub(crate) fn ask<R: Request>(
    broker: &str,
    client_id: &str,
    version: i16,
    request: &R,
) -> Result<R::Response, Fault> {
    let address = broker
        .to_socket_addrs()?
        .next()
        .ok_or("the name resolves to no address")?;
    let mut stream = TcpStream::connect_timeout(&address, WAIT)?;
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    stream.set_nodelay(true)?;
    stream.write_all(&framed(client_id, version, request)?)?;
    let mut length = [0_u8; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length))?;
    if length > LARGEST_ANSWER {
        return Err("the answer is too long to be Kafka's".into());
    }
    let mut answer = vec![0_u8; length];
    stream.read_exact(&mut answer)?;
    let mut answer = bytes::Bytes::from(answer);
    ResponseHeader::decode(&mut answer, R::Response::header_version(version))?;
    Ok(R::Response::decode(&mut answer, version)?)
}

fn framed<R: Request>(client_id: &str, version: i16, request: &R) -> Result<Vec<u8>, Fault> {
    let header = RequestHeader::default()
        .with_request_api_key(R::KEY)
        .with_request_api_version(version)
        .with_correlation_id(1)
        .with_client_id(Some(StrBytes::from_string(client_id.to_owned())));
    let mut body = BytesMut::new();
    encode_request_header_into_buffer(&mut body, &header)?;
    request.encode(&mut body, version)?;
    let mut framed = Vec::with_capacity(body.len() + 4);
    framed.extend_from_slice(&u32::try_from(body.len())?.to_be_bytes());
    framed.extend_from_slice(&body);
    Ok(framed)
}
