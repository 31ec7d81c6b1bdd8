//! The table of faults: what goes wrong between a provider and its client. Data, which request
//! meets which fault, and what it then gets. Waits for nothing and breaks no connection: that is
//! done by the server.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;

use super::wire::{Fault, Wire};
use super::words::Noise;
use crate::domain::{Hash, HttpRequest, HttpResponse};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct FaultInfo {
    pub kind: FaultKind,
    /// Its name in a flag or header.
    pub id: &'static str,
    /// What the client gets.
    pub does: &'static str,
    /// What it is like in life, or what a client should make of it.
    pub note: &'static str,
}

macro_rules! faults {
    ($($kind:ident $id:literal $does:literal $note:literal;)*) => {
        /// One kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FaultKind {
            $(#[doc = $does] $kind,)*
        }

        /// All kinds.
        pub const FAULTS: &[FaultInfo] = &[$(FaultInfo {
            kind: FaultKind::$kind,
            id: $id,
            does: $does,
            note: $note,
        },)*];
    };
}

faults! {
    RateLimitSeconds "429-seconds"
        "Status 429, `retry-after: 1`."
        "The usual form. Gemini's body has the same wait as `RetryInfo`.";
    RateLimitDate "429-date"
        "Status 429, `retry-after` is a date one second after the header `date`."
        "The other form of RFC 9110. A client reads it against `date`, not against its own clock.";
    RateLimitMs "429-ms"
        "Status 429, `retry-after-ms: 20`."
        "As Azure OpenAI sends it. A client that knows only `retry-after` waits as long as it likes.";
    ServerError "500"
        "Status 500."
        "The provider's own error. It passes, as a rule.";
    Overloaded "529"
        "Status 529."
        "Anthropic's word for overloaded. No standard names it, so a client may not expect it.";
    Reset "reset"
        "The connection is reset before the first byte."
        "A balancer that restarts. Whether the call is paid for nobody knows.";
    Slow "slow"
        "The right answer, its first byte ten seconds late."
        "Shorter than most timeouts: it shows who waits for whom. `--speed` shortens it.";
    SlowLoris "slow-loris"
        "The right answer, its body dripping over twenty seconds."
        "A client that limits only the time between two bytes never gives up. `--speed` shortens it.";
    CutBody "cut-body"
        "The first half of the right answer, then the connection ends."
        "`content-length` promises all of it, so the client can tell.";
    WrongLength "wrong-length"
        "The right answer, but `content-length` says half of it."
        "The client reads half a JSON, and no error on the way. What is left belongs to no answer.";
    Html "html"
        "Status 502 and an HTML page."
        "A gateway in front of the provider, or a captive portal. No JSON anywhere.";
    Empty "empty-200"
        "Status 200 and no body."
        "Seen where a proxy gives up in silence.";
    ErrorIn200 "error-in-200"
        "Status 200, and in its body the provider's error of status 500."
        "Seen at routers that have sent the status before their upstream failed.";
}

impl FaultKind {
    /// Its row in the table.
    #[expect(clippy::indexing_slicing, reason = "a row per variant, in order; both from one list")]
    pub fn info(self) -> &'static FaultInfo {
        &FAULTS[self as usize]
    }

    /// What a request that meets this fault gets in place of `answer`. `now` is the time of day.
    pub fn spoil(self, request: &HttpRequest, answer: HttpResponse, now: Timestamp) -> Delivery {
        let error = |status| refused(request, status, Duration::from_secs(1));
        let response = match self {
            Self::RateLimitSeconds => limited(error(429), "retry-after", "1"),
            Self::RateLimitDate => limited_until(error(429), now),
            Self::RateLimitMs => {
                let short = refused(request, 429, Duration::from_millis(20));
                limited(short, "retry-after-ms", "20")
            }
            Self::ServerError => error(500),
            Self::Overloaded => error(529),
            Self::ErrorIn200 => HttpResponse { status: 200, ..error(500) },
            Self::Empty => HttpResponse { body: Vec::new(), ..answer },
            Self::Html => html(),
            Self::Reset | Self::Slow | Self::SlowLoris | Self::CutBody | Self::WrongLength => {
                answer
            }
        };
        let manner = match self {
            Self::Reset => Manner::Reset,
            Self::Slow => Manner::Late(Duration::from_secs(10)),
            Self::SlowLoris => Manner::Dripping(Duration::from_secs(20)),
            Self::CutBody => Manner::Cut,
            Self::WrongLength => Manner::Understated,
            _ => Manner::Whole,
        };
        Delivery { response, manner }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.info().id)
    }
}

/// A word that names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a kind of fault; the kinds are {}", ids())]
pub struct UnknownFault {
    word: String,
}

fn ids() -> String {
    FAULTS.iter().map(|row| row.id).collect::<Vec<_>>().join(", ")
}

impl FromStr for FaultKind {
    type Err = UnknownFault;

    fn from_str(word: &str) -> Result<Self, UnknownFault> {
        let row = FAULTS.iter().find(|row| row.id == word);
        row.map(|row| row.kind).ok_or_else(|| UnknownFault { word: word.to_owned() })
    }
}

/// A response, and how it is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// What is sent. Its `elapsed` is what the answer itself takes.
    pub response: HttpResponse,
    pub manner: Manner,
}

/// How a response is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As it should be.
    Whole,
    /// As it should be, so much later.
    Late(Duration),
    /// Head at once, the body in small pieces over this time.
    Dripping(Duration),
    /// Half of the body, then the connection ends.
    Cut,
    /// All of it, but announced as half.
    Understated,
    /// Not at all: the connection is reset.
    Reset,
}

/// `KIND=RATE` of a flag: how often a kind of fault happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FaultRate {
    /// `None` is `any`: all kinds alike share the rate.
    kind: Option<FaultKind>,
    rate: f64,
}

impl FromStr for FaultRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rate) =
            text.split_once('=').ok_or("write it as KIND=RATE, such as reset=0.1")?;
        let kind = match kind {
            "any" => None,
            word => Some(word.parse().map_err(|error: UnknownFault| error.to_string())?),
        };
        match rate.parse() {
            Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(Self { kind, rate }),
            _ => Err("a rate lies between 0 and 1, such as 0.1".to_owned()),
        }
    }
}

/// The rates of all faults together are above 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rates of all faults together are above 1")]
pub(crate) struct TooMuchFault;

/// Which requests meet which fault. Follows from a seed, and holds no state.
#[derive(Debug, Clone, Default)]
pub(crate) struct FaultPlan {
    seed: u64,
    rates: Vec<(FaultKind, f64)>,
}

impl FaultPlan {
    /// A plan by these rates. A request meets one fault at most, so they add up to 1 at most.
    pub(crate) fn new(seed: u64, given: &[FaultRate]) -> Result<Self, TooMuchFault> {
        let mut rates = Vec::new();
        for FaultRate { kind, rate } in given {
            let kinds: Vec<FaultKind> = match kind {
                Some(kind) => vec![*kind],
                None => FAULTS.iter().map(|row| row.kind).collect(),
            };
            let share = rate / crate::domain::kit::length(kinds.len());
            rates.extend(kinds.into_iter().map(|kind| (kind, share)));
        }
        let all: f64 = rates.iter().map(|(_, rate)| rate).sum();
        // Thirteenths do not add up to exactly one.
        if all > 1.0 + 1e-9 { Err(TooMuchFault) } else { Ok(Self { seed, rates }) }
    }

    /// The fault that a request meets, if any. `draw` is how often the same was asked before, so
    /// that asking again is another chance.
    pub(crate) fn pick(&self, request: &Hash, draw: u64) -> Option<FaultKind> {
        let noise = Noise::new([self.seed.to_string().as_str(), request.as_str()]);
        let mut left = noise.unit(&format!("fault {draw}"));
        for (kind, rate) in &self.rates {
            if left < *rate {
                return Some(*kind);
            }
            left -= rate;
        }
        None
    }
}

fn refused(request: &HttpRequest, status: u16, wait: Duration) -> HttpResponse {
    let id = Hash::of_json(&request.body).short(24).to_owned();
    Wire::likely(request).refuse(&Fault::of_status(status).after(wait), &id)
}

/// A 429 that asks to wait in one form and no other.
fn limited(mut response: HttpResponse, name: &str, value: &str) -> HttpResponse {
    response.headers.retain(|(name, _)| name != "retry-after");
    response.headers.push((name.to_owned(), value.to_owned()));
    response
}

fn limited_until(response: HttpResponse, now: Timestamp) -> HttpResponse {
    let now = UNIX_EPOCH + Duration::from_secs(u64::try_from(now.as_second()).unwrap_or_default());
    let later = httpdate::fmt_http_date(now + Duration::from_secs(1));
    let mut response = limited(response, "retry-after", &later);
    response.headers.push(("date".to_owned(), httpdate::fmt_http_date(now)));
    response
}

fn html() -> HttpResponse {
    let page = "<html>\n<head><title>502 Bad Gateway</title></head>\n\
                <body><h1>502 Bad Gateway</h1></body>\n</html>\n";
    HttpResponse {
        status: 502,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: page.as_bytes().to_vec(),
        elapsed: Duration::from_millis(40),
        source: crate::domain::Source::Fresh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(words: &[&str]) -> Vec<FaultRate> {
        words.iter().map(|word| word.parse().unwrap()).collect()
    }

    fn met(plan: &FaultPlan) -> Vec<Option<FaultKind>> {
        (0..2000).map(|i: u32| plan.pick(&Hash::of_bytes(&i.to_le_bytes()), 0)).collect()
    }

    #[test]
    fn each_kind_happens_as_often_as_its_rate_says() {
        let plan = FaultPlan::new(1, &rates(&["reset=0.1", "html=0.2"])).unwrap();
        let met = met(&plan);
        let count = |kind| met.iter().filter(|fault| **fault == kind).count();
        assert!((150..250).contains(&count(Some(FaultKind::Reset))));
        assert!((330..470).contains(&count(Some(FaultKind::Html))));
        assert_eq!(
            count(None),
            2000 - count(Some(FaultKind::Reset)) - count(Some(FaultKind::Html))
        );
    }

    #[test]
    fn the_same_seed_meets_the_same_faults_and_another_does_not() {
        let plan = |seed| met(&FaultPlan::new(seed, &rates(&["any=0.5"])).unwrap());
        assert_eq!(plan(1), plan(1));
        assert_ne!(plan(1), plan(2));
    }

    #[test]
    fn asking_again_is_another_chance() {
        let plan = FaultPlan::new(1, &rates(&["500=0.5"])).unwrap();
        let question = Hash::of_bytes(b"question");
        let met: Vec<bool> = (0..40).map(|draw| plan.pick(&question, draw).is_some()).collect();
        assert!(met.contains(&true) && met.contains(&false));
    }

    #[test]
    fn any_is_every_kind_and_all_of_them_may_always_happen() {
        let plan = FaultPlan::new(1, &rates(&["any=1"])).unwrap();
        let met: std::collections::BTreeSet<_> = met(&plan).into_iter().collect();
        let all: std::collections::BTreeSet<_> = FAULTS.iter().map(|row| Some(row.kind)).collect();
        assert!(met.is_superset(&all));
        assert_eq!(FaultPlan::new(1, &rates(&["any=1", "500=0.1"])).unwrap_err(), TooMuchFault);
    }

    #[test]
    fn a_rate_that_cannot_be_read_says_why() {
        for (text, reason) in [
            ("reset", "KIND=RATE"),
            ("rset=0.1", "the kinds are 429-seconds, "),
            ("reset=2", "between 0 and 1"),
            ("reset=NaN", "between 0 and 1"),
        ] {
            let told = text.parse::<FaultRate>().unwrap_err();
            assert!(told.contains(reason), "{told}");
        }
    }
}
