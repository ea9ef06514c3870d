//! Which points there are to die at, in which service, and how a process is brought there.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use service_kit::kill_point::Point;

/// What brings a process to the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The work that there is.
    Work,
    /// Being asked to stop, in the middle of work.
    Stop,
    /// Joining its group; or, at every second kill, a second instance that joins as well, so that
    /// everything is taken away from the first.
    Joining,
    /// A second instance that joins.
    Newcomer,
}

/// One kill.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kill {
    pub(crate) point: Point,
    /// The process dies when it comes to the point for so many times.
    pub(crate) times: u64,
    pub(crate) way: Way,
}

/// A point in one service: the kill falls on the first to the `most`th time, `share` kills in a round.
struct Spot {
    point: Point,
    most: u64,
    share: u32,
    way: Way,
}

const fn work(point: Point, most: u64, share: u32) -> Spot {
    Spot {
        point,
        most,
        share,
        way: Way::Work,
    }
}

const fn stop(point: Point, most: u64, share: u32) -> Spot {
    Spot {
        point,
        most,
        share,
        way: Way::Stop,
    }
}

const JOINING: Spot = Spot {
    point: Point::Rebalance,
    most: 1,
    share: 1,
    way: Way::Joining,
};

/// The points of each service, by its name on the command line. In one round each point falls at
/// least twice, whether in one service or in several.
const SERVICES: [(&str, &[Spot]); 6] = [
    (
        "admission",
        &[
            work(Point::BeforeFetch, 40, 1),
            work(Point::AfterFetch, 30, 1),
            work(Point::Parse, 300, 2),
            work(Point::BeforeProduce, 300, 2),
            work(Point::AfterProduce, 300, 2),
            work(Point::BeforeOffsetCommit, 20, 1),
            work(Point::OffsetsInTransaction, 20, 1),
            work(Point::AfterOffsetCommit, 20, 1),
            stop(Point::Shutdown, 1, 1),
            JOINING,
        ],
    ),
    (
        "recorder",
        &[
            work(Point::BeforeFetch, 40, 1),
            work(Point::AfterFetch, 30, 1),
            work(Point::InsertUnacknowledged, 12, 2),
            work(Point::InsertAcknowledged, 10, 2),
            work(Point::BeforeOffsetCommit, 20, 1),
            work(Point::AfterOffsetCommit, 20, 1),
            stop(Point::Shutdown, 3, 1),
            JOINING,
        ],
    ),
    (
        "engine",
        &[
            work(Point::BeforeFetch, 40, 1),
            work(Point::AfterFetch, 30, 1),
            work(Point::BeforeOffsetCommit, 20, 1),
            work(Point::OffsetsInTransaction, 20, 1),
            work(Point::AfterOffsetCommit, 20, 1),
            stop(Point::Snapshot, 4, 2),
            stop(Point::Shutdown, 2, 1),
            JOINING,
        ],
    ),
    (
        "dispatch",
        &[work(Point::CaseAppend, 6, 2), stop(Point::Shutdown, 1, 1)],
    ),
    (
        "intake",
        &[
            work(Point::HttpBody, 8, 2),
            work(Point::BeforeHttpAnswer, 3, 2),
            stop(Point::Shutdown, 1, 1),
        ],
    ),
    (
        "live",
        &[work(Point::FanOut, 12, 2), stop(Point::Shutdown, 1, 1)],
    ),
];

/// Kills of one round, all services together.
fn round() -> u32 {
    let spots = SERVICES.iter().flat_map(|(_, spots)| *spots);
    spots.map(|spot| spot.share).sum()
}

/// At least `kills` in whole rounds: for each service its kills, one after another.
pub(crate) fn plan(seed: u64, kills: u32) -> Vec<(&'static str, Vec<Kill>)> {
    let rounds = kills.div_ceil(round()).max(1);
    let of_service = |(number, (service, spots)): (usize, &(&'static str, &[Spot]))| {
        let mut chance = StdRng::seed_from_u64(seed + number as u64);
        let mut kills = Vec::new();
        for turn in 0..rounds as usize {
            for spot in *spots {
                for _ in 0..spot.share {
                    kills.push(draw(spot, turn + number, &mut chance));
                }
            }
        }
        shuffle(&mut kills, &mut chance);
        (*service, kills)
    };
    SERVICES.iter().enumerate().map(of_service).collect()
}

fn draw(spot: &Spot, turn: usize, chance: &mut StdRng) -> Kill {
    let newcomer = spot.way == Way::Joining && !turn.is_multiple_of(2);
    Kill {
        point: spot.point,
        // Joining itself is the first time.
        times: if newcomer {
            2
        } else {
            chance.random_range(1..=spot.most)
        },
        way: if newcomer { Way::Newcomer } else { spot.way },
    }
}

fn shuffle(kills: &mut [Kill], chance: &mut StdRng) {
    for last in (1..kills.len()).rev() {
        kills.swap(last, chance.random_range(0..=last));
    }
}

#[test]
fn every_point_falls_at_least_twice_in_one_round() {
    let kills: Vec<Kill> = plan(1, 1)
        .into_iter()
        .flat_map(|(_, kills)| kills)
        .collect();
    for point in Point::ALL {
        let count = kills.iter().filter(|kill| kill.point == point).count();
        assert!(count >= 2, "{}: {count}", point.name());
    }
    assert_eq!(kills.len(), round() as usize);
}
