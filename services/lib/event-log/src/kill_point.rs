//! Places where a test may end the process as `kill -9` does: what exactly-once rests on is what
//! happens between two lines, and a kill at a random moment seldom falls there.
//!
//! `CITY_BRAIN_KILL_AT=after-offset-commit:3` ends the process when it reaches that point for the third
//! time: no destructor runs, nothing is flushed, and the last line on stderr says where it was. All of
//! it exists in builds with debug assertions alone; in a release build [`reach`] is empty and the
//! variable is never read (`tests/tidy/kill_points.rs` compiles this file so, and looks).
//!
//! It stands in this crate because it is the lowest that has points; services use `service_kit::kill_point`.

/// A named place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// A group member is about to take records.
    BeforeFetch,
    /// It has taken some, and done nothing with them.
    AfterFetch,
    /// Admission has judged one more record of a batch.
    Parse,
    /// Admission is about to hand a record to its transaction.
    BeforeProduce,
    /// It has handed one over; the rest of the batch is still to come.
    AfterProduce,
    /// Intake has read a part of a request's body.
    HttpBody,
    /// Kafka has what a request brought, and the caller does not know it yet.
    BeforeHttpAnswer,
    /// Rows are on their way into a table, or in it, and ClickHouse has not answered.
    InsertUnacknowledged,
    /// ClickHouse has answered, and nobody has noted it.
    InsertAcknowledged,
    /// Records are with the broker, or rows in the table; the offset is not committed.
    BeforeOffsetCommit,
    /// Offsets are in the transaction, which is still open.
    OffsetsInTransaction,
    /// The offset is committed, and this process does not know it yet.
    AfterOffsetCommit,
    /// A snapshot is half written.
    Snapshot,
    /// A decision about a case is on its way into the log, or there and not read back.
    CaseAppend,
    /// A frame is with some of the live clients.
    FanOut,
    /// Kafka's client tells that partitions are given or taken away.
    Rebalance,
    /// The ordered stop has begun.
    Shutdown,
}

/// Says that the process has come to `point`; a test may have it end here.
#[inline]
pub fn reach(point: Point) {
    #[cfg(debug_assertions)]
    armed::reach(point);
    #[cfg(not(debug_assertions))]
    let _nothing = point;
}

/// Waits for `future`; each time it has to wait, the process has come to `point`.
#[inline]
pub fn during<F: Future>(point: Point, future: F) -> impl Future<Output = F::Output> {
    #[cfg(debug_assertions)]
    return armed::during(point, future);
    #[cfg(not(debug_assertions))]
    {
        let _nothing = point;
        future
    }
}

#[cfg(debug_assertions)]
pub use armed::{VARIABLE, last_line};

#[cfg(debug_assertions)]
mod armed {
    use std::io::Write as _;
    use std::pin::pin;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Point;

    /// The variable that names a point and how many times it is reached: `name:times`.
    pub const VARIABLE: &str = "CITY_BRAIN_KILL_AT";

    struct Armed {
        point: Point,
        times: u64,
        reached: AtomicU64,
    }

    impl Point {
        /// Every point.
        pub const ALL: [Self; 17] = [
            Self::BeforeFetch,
            Self::AfterFetch,
            Self::Parse,
            Self::BeforeProduce,
            Self::AfterProduce,
            Self::HttpBody,
            Self::BeforeHttpAnswer,
            Self::InsertUnacknowledged,
            Self::InsertAcknowledged,
            Self::BeforeOffsetCommit,
            Self::OffsetsInTransaction,
            Self::AfterOffsetCommit,
            Self::Snapshot,
            Self::CaseAppend,
            Self::FanOut,
            Self::Rebalance,
            Self::Shutdown,
        ];

        /// Its name in the variable.
        pub const fn name(self) -> &'static str {
            match self {
                Self::BeforeFetch => "before-fetch",
                Self::AfterFetch => "after-fetch",
                Self::Parse => "parse",
                Self::BeforeProduce => "before-produce",
                Self::AfterProduce => "after-produce",
                Self::HttpBody => "http-body",
                Self::BeforeHttpAnswer => "before-http-answer",
                Self::InsertUnacknowledged => "insert-unacknowledged",
                Self::InsertAcknowledged => "insert-acknowledged",
                Self::BeforeOffsetCommit => "before-offset-commit",
                Self::OffsetsInTransaction => "offsets-in-transaction",
                Self::AfterOffsetCommit => "after-offset-commit",
                Self::Snapshot => "snapshot",
                Self::CaseAppend => "case-append",
                Self::FanOut => "fan-out",
                Self::Rebalance => "rebalance",
                Self::Shutdown => "shutdown",
            }
        }
    }

    /// What the process says last.
    pub fn last_line(point: Point, times: u64, process: u32) -> String {
        format!(
            "process {process} was killed at {}, time {times}",
            point.name()
        )
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "no setting of the product: only a test that starts the process gives it"
    )]
    fn armed() -> Option<&'static Armed> {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        ARMED
            .get_or_init(|| parse(&std::env::var(VARIABLE).ok()?))
            .as_ref()
    }

    fn parse(text: &str) -> Option<Armed> {
        let (name, times) = text.split_once(':')?;
        let point = Point::ALL.into_iter().find(|point| point.name() == name)?;
        Some(Armed {
            point,
            times: times.parse().ok()?,
            reached: AtomicU64::new(0),
        })
    }

    pub(super) fn reach(point: Point) {
        let Some(armed) = armed().filter(|armed| armed.point == point) else {
            return;
        };
        if armed.reached.fetch_add(1, Ordering::SeqCst) + 1 == armed.times {
            die(armed);
        }
    }

    pub(super) async fn during<F: Future>(point: Point, future: F) -> F::Output {
        let mut future = pin!(future);
        std::future::poll_fn(|context| {
            let polled = future.as_mut().poll(context);
            if polled.is_pending() {
                reach(point);
            }
            polled
        })
        .await
    }

    fn die(armed: &Armed) -> ! {
        let line = last_line(armed.point, armed.times, std::process::id());
        // In one piece, past every buffer; a line that cannot be written is missed by whoever reads it.
        let _told = std::io::stderr().write_all(format!("{line}\n").as_bytes());
        let me = nix::unistd::Pid::this();
        let _sent = nix::sys::signal::kill(me, nix::sys::signal::Signal::SIGKILL);
        loop {
            // The signal is on its way; nothing of this thread may go on meanwhile.
            std::thread::park();
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_point_is_told_by_its_name_and_a_number_of_times() {
            for point in Point::ALL {
                let armed = parse(&format!("{}:7", point.name())).unwrap();
                assert_eq!((armed.point, armed.times), (point, 7));
            }
            for wrong in ["", "parse", "parse:", "parse:-1", "nowhere:1"] {
                assert!(parse(wrong).is_none(), "{wrong}");
            }
        }

        #[tokio::test]
        async fn waiting_at_a_point_changes_nothing_of_what_is_waited_for() {
            let waited = super::super::during(Point::Parse, async {
                tokio::task::yield_now().await;
                5
            });
            assert_eq!(waited.await, 5);
        }
    }
}
