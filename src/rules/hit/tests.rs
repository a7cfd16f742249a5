use super::*;

const NOW: Instant = Instant(1_000_000_000);
const LATER: Instant = Instant(2_000_000_000);

fn hit(max: i64) -> Standing {
    Standing::new(max, LATER)
}

fn shows(hit: &Standing, now: Instant) -> (HitStatus, i64, i64, i64) {
    (hit.status(now), hit.available(), hit.pending, hit.completed())
}

fn repeat(hit: Standing, times: usize, step: impl Fn(Standing) -> Standing) -> Standing {
    (0..times).fold(hit, |hit, _| step(hit))
}

fn accept(hit: Standing) -> Standing {
    hit.accept(NOW).unwrap()
}

#[test]
fn the_guide_s_worked_example() {
    use HitStatus::{Assignable, Reviewable, Unassignable};
    let created = hit(5);
    assert_eq!(shows(&created, NOW), (Assignable, 5, 0, 0));
    let three = repeat(created, 3, accept);
    assert_eq!(shows(&three, NOW), (Assignable, 2, 3, 0));
    let two_in = repeat(repeat(three, 2, accept), 2, Standing::submit);
    assert_eq!(shows(&two_in, NOW), (Unassignable, 0, 3, 0));
    let returned = two_in.return_place();
    assert_eq!(shows(&returned, NOW), (Assignable, 1, 2, 0));
    let all_in = repeat(accept(returned), 3, Standing::submit);
    assert_eq!(shows(&all_in, NOW), (Reviewable, 0, 0, 0));
    let three_approved = repeat(all_in, 3, Standing::approve);
    assert_eq!(shows(&three_approved, NOW), (Reviewable, 0, 0, 3));
    let done = repeat(three_approved, 2, Standing::approve);
    assert_eq!(shows(&done, NOW), (Reviewable, 0, 0, 5));
}

#[test]
fn an_expired_hit_waits_for_its_pending_work() {
    let working = accept(hit(3));
    assert_eq!(shows(&working, LATER), (HitStatus::Unassignable, 2, 1, 0));
    assert_eq!(working.submit().status(LATER), HitStatus::Reviewable);
    assert_eq!(working.return_place().status(LATER), HitStatus::Reviewable);
    assert_eq!(working.accept(LATER), Err(hit_expired()));
    assert!(working.accept(Instant(LATER.0 - 1)).is_ok());
}

#[test]
fn the_wall_between_nine_and_ten() {
    let code = |result: Result<Standing, Fault>| match result {
        Ok(hit) => hit.max.to_string(),
        Err(fault) => fault.code().map_or("another fault", Code::as_str).to_owned(),
    };
    for (max, additional, expected) in [
        (1, 8, "9"),
        (1, 9, "InvalidMaximumAssignmentsIncrease"),
        (9, 1, "InvalidMaximumAssignmentsIncrease"),
        (10, 1, "11"),
        (10, 999_999_990, "1000000000"),
        (10, 999_999_991, "InvalidParameterValue"),
    ] {
        assert_eq!(code(hit(max).add_assignments(additional, NOW)), expected, "{max}+{additional}");
    }
}

#[test]
fn the_end_moves_forward_or_to_now() {
    for at in [Instant(0), NOW] {
        assert_eq!(hit(1).expire_at(at, NOW).unwrap().expire_at, NOW, "{at:?}");
    }
    let over = hit(1).expire_at(NOW, NOW).unwrap();
    assert_eq!(over.expire_at(Instant(0), LATER).unwrap().expire_at, NOW, "the first end stays");
    let refused = |step| {
        let range = "Valid values range from 60 to 31536000.";
        let message =
            format!("The value {step} is invalid for ExpirationIncrementInSeconds. {range}");
        Err(Fault::parameter(message))
    };
    for (from, hit, now) in [(LATER, hit(1), NOW), (LATER, over, LATER)] {
        for step in [60, 61, 31_536_000] {
            let at = from + Span::seconds(step);
            assert_eq!(hit.expire_at(at, now).unwrap().expire_at, at, "{step}");
        }
        for step in [1, 11, 59, 31_536_001] {
            assert_eq!(hit.expire_at(from + Span::seconds(step), now), refused(step));
        }
    }
    for step in [0, -1, -380_572] {
        assert_eq!(hit(1).expire_at(LATER + Span::seconds(step), NOW), refused(step));
    }
    let near = Standing::new(1, END_OF_TIME.whole_second());
    let beyond = near.expire_at + Span::seconds(60);
    let message = Fault::invalid_parameter("ExpireAt", beyond.0 / 1000);
    assert_eq!(near.expire_at(beyond, NOW), Err(message));
}

#[test]
fn reviewing_begins_ends_and_is_forgotten_when_the_hit_reopens() {
    let over = hit(2).expire_at(NOW, NOW).unwrap();
    let reviewing = over.review(false, NOW).unwrap();
    assert_eq!(reviewing.status(NOW), HitStatus::Reviewing);
    assert_eq!(reviewing.review(true, NOW).unwrap(), over);
    assert_eq!(
        reviewing.review(false, NOW),
        Err(Fault::invalid_hit_state("Reviewing", "Reviewable"))
    );
    assert_eq!(hit(1).review(true, NOW), Err(Fault::invalid_hit_state("Assignable", "Reviewing")));
    let reopened = reviewing.expire_at(LATER, NOW).unwrap();
    assert_eq!(shows(&reopened, NOW), (HitStatus::Assignable, 2, 0, 0));
    assert_eq!(reopened.expire_at(NOW, NOW).unwrap().status(NOW), HitStatus::Reviewable);
    assert_eq!(reviewing.add_assignments(1, NOW).unwrap().status(NOW), HitStatus::Reviewing);
}

#[test]
fn only_reviewed_work_can_be_deleted() {
    let refusal = |state| Err(Fault::invalid_hit_state(state, "Reviewing, Reviewable"));
    assert_eq!(hit(1).dispose(NOW), refusal("Assignable"));
    assert_eq!(accept(hit(1)).dispose(NOW), refusal("Unassignable"));
    let submitted = accept(hit(1)).submit();
    assert_eq!(submitted.dispose(NOW), refusal("Reviewable"));
    assert_eq!(submitted.review(false, NOW).unwrap().dispose(NOW), refusal("Reviewing"));
    let disposed = submitted.approve().dispose(NOW).unwrap();
    assert_eq!(disposed.status(NOW), HitStatus::Disposed);
    assert_eq!(disposed.dispose(NOW), refusal("Disposed"));
    assert!(submitted.reject().review(false, NOW).unwrap().dispose(NOW).is_ok());
    for dead in [
        disposed.expire_at(LATER, NOW).err(),
        disposed.add_assignments(1, NOW).err(),
        disposed.change_type(NOW).err(),
    ] {
        let wanted = "Assignable, Unassignable, Reviewable, Reviewing";
        assert_eq!(dead, Some(Fault::invalid_hit_state("Disposed", wanted)));
    }
}

#[test]
fn the_type_changes_only_before_anyone_works() {
    assert!(hit(1).change_type(NOW).is_ok());
    for busy in [accept(hit(2)), accept(hit(2)).submit(), accept(hit(2)).submit().reject()] {
        assert!(busy.change_type(NOW).is_err());
    }
    assert!(accept(hit(2)).return_place().change_type(NOW).is_ok());
}

#[test]
fn only_hits_of_2015_07_22_and_later_get_more_places() {
    let first = Instant::parse("2015-07-22T00:00:00Z", NOW).unwrap();
    for (created_at, extensible) in
        [(first, true), (Instant(first.0 - 1), false), (Instant(0), false), (NOW, false)]
    {
        let code = young_enough(created_at).map_err(|fault| fault.code());
        let expected = if extensible { Ok(()) } else { Err(Some(Code::HitTooOldForExtension)) };
        assert_eq!(code, expected, "{created_at:?}");
    }
}
