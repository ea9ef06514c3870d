//! One operation as asked by an authenticated caller, made ready for execution: the same for both
//! transports.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response, Variables};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use domain::access::Principal;
use serde::Deserialize;
use service_kit::AllowedOrigins;
use service_kit::identity::Identity;
use service_kit::websocket::Seats;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::json::WrittenJson;
use super::persisted::{Persisted, PersistedQuery};
use crate::export::ExportPlaces;
use crate::failure::{Code, Failure};
use crate::gate::Gate;
use crate::hub::Hub;
use crate::schema::HubSchema;
use crate::schema::feed::Traffic;
use crate::schema::gatekeeper::{Executed, GatePassed};
use crate::schema::words::Language;

/// What both transports share.
pub(crate) struct Api {
    pub(crate) schema: HubSchema,
    pub(crate) gate: Gate,
    pub(crate) hub: Arc<Hub>,
    pub(crate) identity: Identity,
    pub(crate) allowed_origins: AllowedOrigins,
    /// Operations executed at once; more wait a little, then are turned away.
    pub(crate) executing: Semaphore,
    /// Open WebSockets.
    pub(crate) sockets: Arc<Semaphore>,
    /// Open WebSockets by session.
    pub(crate) seats: Seats,
    /// Files on the way.
    pub(crate) exports: ExportPlaces,
    /// Documents that a hash stands for.
    pub(crate) persisted: Persisted,
    pub(crate) shutdown: CancellationToken,
}

/// How long one query or mutation may take.
const EXECUTION_WAIT: Duration = Duration::from_secs(30);
/// How long an operation waits for its turn.
const TURN_WAIT: Duration = Duration::from_secs(5);

/// The JSON of a request, as GraphQL over HTTP and graphql-transport-ws both write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ask {
    /// The document; absent: it is named by `id` or by `extensions.persistedQuery`.
    #[serde(default)]
    query: Option<String>,
    /// SHA-256 of a document that the hub knows, hexadecimal.
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Value>,
    #[serde(default)]
    extensions: Option<Extensions>,
    /// The caller came by a cookie, which a page sends whether or not it means to.
    #[serde(skip)]
    page: bool,
}

/// What a request says beside itself; members that we do not know are left alone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    #[serde(default)]
    persisted_query: Option<PersistedQuery>,
}

impl Ask {
    /// Whether it names a document and its variables have a shape; nothing is looked up for it.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let named = self.query.as_deref().is_some_and(|text| !text.is_empty())
            || self.id.is_some()
            || self
                .extensions
                .as_ref()
                .is_some_and(|given| given.persisted_query.is_some());
        if !named {
            return Err(Failure::bad(
                "query: a GraphQL document is expected, or the id of one that the hub knows.",
            ));
        }
        match &self.variables {
            None | Some(serde_json::Value::Null | serde_json::Value::Object(_)) => Ok(()),
            Some(_) => Err(Failure::bad("variables: an object is expected.")),
        }
    }

    /// The same, from a page that came by its cookie.
    pub(crate) const fn with_page(mut self, page: bool) -> Self {
        self.page = page;
        self
    }

    /// A document of our own with its variables.
    pub(crate) const fn of(query: String, variables: serde_json::Value) -> Self {
        Self {
            query: Some(query),
            id: None,
            operation_name: None,
            variables: Some(variables),
            extensions: None,
            page: false,
        }
    }
}

/// An operation that passed the gate.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    pub(crate) operation: OperationType,
    executed: Arc<AtomicBool>,
}

impl Prepared {
    /// For a transport that takes parts of the answer as JSON that is already written.
    pub(crate) fn with_written_parts(mut self) -> Self {
        self.request = self.request.data(WrittenJson);
        self
    }
}

impl Api {
    /// Whose credential it is, as of now: a revoked session or key is nobody's.
    pub(crate) fn authenticate(&self, credential: &str) -> Option<Principal> {
        let now = self.hub.clock.now();
        self.identity
            .session(credential, now)
            .or_else(|| self.identity.key(credential))
    }

    /// Takes an operation through the gate and gives it what resolvers need.
    pub(crate) fn prepare(
        &self,
        ask: Ask,
        principal: &Principal,
        language: Option<Language>,
    ) -> Result<Prepared, Failure> {
        let variables = match ask.variables {
            None | Some(serde_json::Value::Null) => Variables::default(),
            Some(json @ serde_json::Value::Object(_)) => Variables::from_json(json),
            Some(_) => return Err(Failure::bad("variables: an object is expected.")),
        };
        let named = ask
            .extensions
            .and_then(|extensions| extensions.persisted_query);
        let document = self.persisted.find(ask.query, ask.id, named, ask.page)?;
        let passed = self
            .gate
            .pass(&document.text, ask.operation_name.as_deref(), &variables, principal)
            .inspect_err(|refused| {
                metrics::counter!("city_brain_query_api_refused_total", "code" => refused.code.text())
                    .increment(1);
            })?;
        tracing::debug!(cost = passed.cost, "operation passed the gate");
        self.persisted.keep(&document);
        let executed = Arc::new(AtomicBool::new(false));
        let mut request = Request::new(document.text.as_ref())
            .variables(variables)
            .data(GatePassed)
            .data(Executed(Arc::clone(&executed)))
            .data(principal.clone());
        if let Some(language) = language {
            request = request.data(language);
        }
        if passed.operation != OperationType::Subscription {
            request = request
                .data(self.hub.moment())
                // Feeds' figures are asked for once, however many feeds and fields are selected.
                .data(Arc::<Traffic>::default());
        }
        if let Some(name) = ask.operation_name {
            request = request.operation_name(name);
        }
        request.set_parsed_query(passed.document);
        Ok(Prepared {
            request,
            operation: passed.operation,
            executed,
        })
    }

    /// Executes a query or mutation within the limits of time and concurrency. The flag says whether
    /// execution began: before that, an error is the request's own.
    pub(crate) async fn execute(&self, prepared: Prepared) -> Result<(Response, bool), Failure> {
        let busy = || {
            Failure::new(
                Code::TooMuch,
                "The hub has too much to do right now. Try again in a few seconds.",
            )
        };
        let turn = tokio::time::timeout(TURN_WAIT, self.executing.acquire());
        let _turn = turn.await.map_err(|_| busy())?.map_err(|_| busy())?;
        let answer = self.schema.execute(prepared.request);
        let mut response = tokio::time::timeout(EXECUTION_WAIT, answer)
            .await
            .map_err(|_| {
                Failure::new(
                    Code::TooMuch,
                    "The answer took longer than 30 s. Ask for less at a time.",
                )
            })?;
        name_codes(&mut response);
        Ok((response, prepared.executed.load(Ordering::Acquire)))
    }
}

/// Every error that leaves the hub has a code; the library's own (validation, arguments) get one here.
pub(crate) fn name_codes(response: &mut Response) {
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_with(Default::default);
        if extensions.get("code").is_none() {
            extensions.set("code", Code::Malformed.text());
        }
    }
}

/// The caller's language, if the request says so.
pub(crate) fn language(headers: &HeaderMap) -> Option<Language> {
    let header = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    Some(Language::of_header(header))
}
