//! What costs the store something and many ask for: one task owns it, and finds it anew only when
//! somebody asks and what was found last is too old.

use std::time::Duration;

use service_kit::Shutdown;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::failure::{Code, Failure};

/// Askers that may wait for the same answer.
const ASKERS: usize = 256;

type Reply<T> = oneshot::Sender<Result<T, Failure>>;

/// Asks for it; cheap to clone.
#[derive(Clone)]
pub(crate) struct Kept<T> {
    ask: mpsc::Sender<Reply<T>>,
}

impl<T: Clone + Send + 'static> Kept<T> {
    /// Starts the task that owns what was found. A failure is kept like an answer, so that a store
    /// in trouble is not asked more often than a healthy one.
    pub(crate) fn open<F>(
        fresh: Duration,
        shutdown: Shutdown,
        find: impl Fn() -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let (ask, mut asked) = mpsc::channel::<Reply<T>>(ASKERS);
        tokio::spawn(async move {
            let mut kept: Option<(Instant, Result<T, Failure>)> = None;
            loop {
                let reply = tokio::select! {
                    () = shutdown.cancelled() => return,
                    reply = asked.recv() => match reply {
                        Some(reply) => reply,
                        None => return,
                    },
                };
                let known = kept.take().filter(|(found, _)| found.elapsed() < fresh);
                let (found, answer) = match known {
                    Some(known) => known,
                    None => (Instant::now(), find().await),
                };
                // An asker that has gone needs no answer.
                let _gone = reply.send(answer.clone());
                kept = Some((found, answer));
            }
        });
        Self { ask }
    }

    /// What was found, at most so old as was said at the opening.
    pub(crate) async fn get(&self) -> Result<T, Failure> {
        let stopping = || Failure::new(Code::StoreUnavailable, "The hub is stopping.");
        let (reply, answered) = oneshot::channel();
        self.ask.send(reply).await.map_err(|_| stopping())?;
        answered.await.map_err(|_| stopping())?
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_found_once_for_all_who_ask_within_its_time_and_again_after() {
        let asked = Arc::new(AtomicU32::new(0));
        let counting = Arc::clone(&asked);
        let kept = Kept::open(Duration::from_secs(5), Shutdown::new(), move || {
            let times = counting.fetch_add(1, Ordering::Relaxed);
            async move { Ok(times) }
        });
        assert_eq!(asked.load(Ordering::Relaxed), 0, "nobody asked");
        assert_eq!(kept.get().await.unwrap(), 0);
        assert_eq!(kept.clone().get().await.unwrap(), 0);
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(kept.get().await.unwrap(), 1);
    }
}
