//! Which connection ends for another, and when none does.

use axum::body::Body as Whole;
use futures_util::FutureExt as _;

use super::*;

/// As many connections as there is room for.
fn full(count: usize) -> (Arc<Connections>, Vec<Place>) {
    let connections = Connections::new(count);
    let places = (0..count).map(|_| connections.admit().now_or_never().unwrap());
    let places = places.collect();
    (connections, places)
}

fn is_ended(place: &Place) -> bool {
    place.connection.is_to_end().now_or_never().is_some()
}

/// So long after all that was done until now.
fn after(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

#[test]
fn the_one_that_is_idle_for_longest_ends_first() {
    let (connections, places) = full(3);
    let start = Instant::now();
    for (place, idle_since) in places.iter().zip([30, 10, 20]) {
        *place.connection.state() = (Phase::Idle, start + Duration::from_millis(idle_since));
    }
    let order = [1, 2, 0].map(|expected: usize| {
        connections.shed_at(after(5));
        is_ended(&places[expected])
    });
    assert_eq!(order, [true; 3]);
    connections.shed_at(after(5));
    assert!(!places.iter().any(is_ended), "each ends once");
}

#[test]
fn none_ends_that_has_just_come_or_has_work_here() {
    let (connections, places) = full(2);
    connections.shed_at(after(0));
    assert!(places[1].connection.begin_request(Kind::Whole));
    assert!(places[0].connection.begin_request(Kind::Whole));
    connections.shed_at(after(3600));
    assert!(!places.iter().any(is_ended));
}

#[test]
fn slow_clients_end_after_idle_ones() {
    let (connections, places) = full(5);
    let connection = |n: usize| Arc::clone(&places[n].connection);
    assert!(connection(0).begin_request(Kind::Whole));
    let _sending = During::sending(Whole::empty(), connection(0));
    assert!(connection(1).begin_request(Kind::HasBody));
    let _receiving = During::receiving(Whole::empty(), connection(1));
    assert!(connection(2).begin_request(Kind::Whole));
    assert!(connection(4).begin_request(Kind::Waits));
    for expected in [Some(3), None] {
        connections.shed_at(after(5));
        let ended = places.iter().position(is_ended);
        assert_eq!(ended, expected, "a slow client has more time than that");
    }
    let ended = || {
        connections.shed_at(after(15));
        places.iter().position(is_ended)
    };
    assert_eq!(ended(), Some(1));
    let mut both = [ended(), ended()];
    both.sort();
    assert_eq!(both, [Some(0), Some(4)]);
    assert_eq!(ended(), None);
}

#[test]
fn a_call_that_a_rule_delays_ends_only_while_it_waits() {
    let (connections, places) = full(2);
    for place in &places {
        assert!(place.connection.begin_request(Kind::Whole));
        place.connection.begin_delay();
    }
    assert!(places[0].connection.end_delay());
    connections.shed_at(after(5));
    assert!(!places.iter().any(is_ended), "it has more time than that");
    connections.shed_at(after(15));
    assert_eq!(places.iter().position(is_ended), Some(1));
    assert!(!places[1].connection.end_delay(), "nothing of the call is done");
    connections.shed_at(after(15));
    assert!(!places.iter().any(is_ended), "the other call is being done");
}

#[test]
fn a_request_changes_the_phase_of_its_connection() {
    let (_connections, places) = full(1);
    let connection = Arc::clone(&places[0].connection);
    let now = || connection.state().0;
    assert!(connection.is_new());
    for _ in 0..2 {
        assert!(connection.begin_request(Kind::HasBody));
        let body = During::receiving(Whole::empty(), Arc::clone(&connection));
        assert_eq!(now(), Phase::Receiving);
        drop(body);
        assert_eq!(now(), Phase::Working);
        let body = During::sending(Whole::empty(), Arc::clone(&connection));
        assert_eq!(now(), Phase::Sending);
        drop(body);
        assert_eq!(now(), Phase::Idle);
    }
    assert!(connection.begin_request(Kind::HasBody));
    let unread = During::receiving(Whole::empty(), Arc::clone(&connection));
    drop(During::sending(Whole::empty(), Arc::clone(&connection)));
    drop(unread);
    assert_eq!(now(), Phase::Idle, "a body that was not read changes nothing at its end");
}

#[test]
fn nothing_is_done_for_a_connection_that_ends() {
    let (connections, places) = full(1);
    connections.shed_at(after(5));
    assert!(!places[0].connection.begin_request(Kind::Whole));
    drop(During::sending(Whole::empty(), Arc::clone(&places[0].connection)));
    assert!(!places[0].connection.begin_request(Kind::Whole));
}

#[tokio::test]
async fn a_new_one_gets_the_place_of_one_that_has_ended() {
    let (connections, mut places) = full(2);
    let mut waiting = Box::pin(connections.admit());
    assert!(waiting.as_mut().now_or_never().is_none());
    drop(places.pop());
    let _new = waiting.await;
    assert_eq!(connections.open().len(), 2);
    assert!(connections.all_ended().now_or_never().is_none());
    places.clear();
}
