//! Writing a response: as HTTP knows it, or in the ways in which a connection goes wrong.

use std::fmt::{self, Write as _};
use std::io;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Response, StatusCode};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::domain::HttpResponse;

/// How long a client that was refused may go on sending. Closing on it at once would reset the
/// connection, and the refusal might never be read.
const FAREWELL: Duration = Duration::from_secs(1);

/// In how many pieces a body drips, at most.
const DROPS: u32 = 50;

/// A response that no HTTP library writes.
#[derive(Debug)]
pub(super) enum ByHand {
    /// Its body in small pieces over this time.
    Dripping(HttpResponse, Duration),
    /// Half of its body, and the end.
    Cut(HttpResponse),
    /// All of its body, announced as half.
    Understated(HttpResponse),
    /// Nothing, and the connection is reset.
    Reset,
}

/// Tells the HTTP library to leave a connection alone.
#[derive(Debug)]
pub(super) struct Aside;

impl fmt::Display for Aside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this answer is written by hand")
    }
}

impl std::error::Error for Aside {}

/// A response as it should be.
pub(super) fn whole(response: HttpResponse) -> Response<Full<Bytes>> {
    let mut whole = Response::new(Full::from(response.body));
    *whole.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) =
            (hyper::header::HeaderName::try_from(name), hyper::header::HeaderValue::try_from(value))
        {
            whole.headers_mut().insert(name, value);
        }
    }
    whole
}

/// Writes what is not as it should be, and ends the connection.
pub(super) async fn by_hand(mut stream: TcpStream, what: ByHand) -> io::Result<()> {
    match what {
        ByHand::Reset => return stream.set_zero_linger(),
        ByHand::Cut(response) => {
            let (first, _) = halves(&response.body);
            stream.write_all(&head(&response, response.body.len())).await?;
            stream.write_all(first).await?;
        }
        ByHand::Understated(response) => {
            let (first, _) = halves(&response.body);
            stream.write_all(&head(&response, first.len())).await?;
            stream.write_all(&response.body).await?;
        }
        ByHand::Dripping(response, time) => {
            stream.write_all(&head(&response, response.body.len())).await?;
            for drop in response.body.chunks(response.body.len().div_ceil(DROPS as usize).max(1)) {
                tokio::time::sleep(time / DROPS).await;
                stream.write_all(drop).await?;
                stream.flush().await?;
            }
        }
    }
    close(stream).await
}

/// Ends a connection so that what was written is read.
pub(super) async fn close(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let rest = async { tokio::io::copy(&mut stream, &mut tokio::io::sink()).await };
    // Whoever still sends after that is cut off.
    tokio::time::timeout(FAREWELL, rest).await.unwrap_or(Ok(0)).map(|_| ())
}

fn halves(body: &[u8]) -> (&[u8], &[u8]) {
    body.split_at(body.len() / 2)
}

fn head(response: &HttpResponse, length: usize) -> Vec<u8> {
    let status = StatusCode::from_u16(response.status).ok();
    let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", response.status);
    for (name, value) in &response.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {length}\r\nconnection: close\r\n\r\n");
    head.into_bytes()
}
