//! What a resolver finds in its context: the hub, the caller, and the moment the answer shows.

use std::sync::Arc;

use async_graphql::Context;
use domain::access::Principal;
use event_schemas::city::LogCursor;

use super::scalars::Cursor;
use crate::failure::{Code, Failure};
use crate::hub::{Hub, Moment};

/// The hub.
pub(crate) fn hub<'c>(ctx: &Context<'c>) -> Result<&'c Arc<Hub>, Failure> {
    ctx.data_opt::<Arc<Hub>>()
        .ok_or_else(|| Failure::new(Code::Internal, "The hub is not connected."))
}

/// The caller.
pub(crate) fn caller<'c>(ctx: &Context<'c>) -> Result<&'c Principal, Failure> {
    ctx.data_opt::<Principal>()
        .ok_or_else(|| Failure::new(Code::Unauthenticated, "Nobody is signed in."))
}

/// The moment pinned for this request; in a subscription the present one.
pub(crate) fn moment(ctx: &Context<'_>) -> Result<Arc<Moment>, Failure> {
    match ctx.data_opt::<Arc<Moment>>() {
        Some(moment) => Ok(Arc::clone(moment)),
        None => Ok(hub(ctx)?.moment()),
    }
}

/// The moment, or a later one that includes what `atLeast` names.
pub(crate) async fn cases_moment(
    ctx: &Context<'_>,
    at_least: Option<Cursor>,
) -> Result<Arc<Moment>, Failure> {
    match at_least {
        None => moment(ctx),
        Some(Cursor(least)) => {
            let pinned = moment(ctx)?;
            if includes_cases(&pinned, &least) {
                return Ok(pinned);
            }
            hub(ctx)?.cases_at_least(&least).await
        }
    }
}

/// Waits until the store holds what `atLeast` names.
pub(crate) async fn stored(ctx: &Context<'_>, at_least: Option<Cursor>) -> Result<(), Failure> {
    match at_least {
        None => Ok(()),
        Some(Cursor(least)) => hub(ctx)?.stored_at_least(&least).await,
    }
}

fn includes_cases(moment: &Moment, least: &LogCursor) -> bool {
    let mut wanted = least.clone();
    wanted
        .0
        .retain(|(topic, _), _| *topic == moment.cases_topic());
    moment.cases_at().covers(&wanted)
}
