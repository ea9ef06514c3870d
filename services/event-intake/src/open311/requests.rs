//! What is known of citizens' requests, and who knows it.

use std::future::Future;
use std::pin::Pin;

use event_schemas::city::Millis;
use event_schemas::workflow_file::Stage;
use serde_json::Value;

use crate::event_fate::FatesUnavailable;

/// Which requests are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// These.
    Ids(Vec<String>),
    /// Those of a time, newest first, at most so many as one answer holds.
    Between(Millis, Millis),
}

/// A request that came by Open311.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownRequest {
    /// Its id: the ticket's number.
    pub id: String,
    /// What it is about: the service's code.
    pub category: String,
    /// When it came in.
    pub requested: Millis,
    /// Code of the place.
    pub place: Option<String>,
    /// What the hotline said of it later.
    pub later: Vec<LaterEvent>,
    /// The case in which the operations centre works on it.
    pub case: Option<KnownCase>,
}

/// A later event of the hotline about a request.
#[derive(Clone, Debug, PartialEq)]
pub struct LaterEvent {
    /// Its type.
    pub event_type: String,
    /// When it happened.
    pub at: Millis,
    /// Its data.
    pub data: Value,
}

/// A case, as far as a citizen is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCase {
    /// Its kind.
    pub kind: String,
    /// The kind's own state.
    pub state: String,
    /// The common stage.
    pub stage: Stage,
    /// When it last changed.
    pub changed: Millis,
}

/// The answer, in the future.
pub type RequestsAnswer<'f> =
    Pin<Box<dyn Future<Output = Result<Vec<KnownRequest>, FatesUnavailable>> + Send + 'f>>;

/// Knows what became of citizens' requests.
pub trait CityRequests: Send + Sync {
    /// What is known of these.
    fn requests<'f>(&'f self, asked: &'f Asked) -> RequestsAnswer<'f>;
}
