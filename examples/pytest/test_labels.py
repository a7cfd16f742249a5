import labels


def test_the_majority_wins(mturk):
    hit_id = labels.ask("1.jpg")
    for label in ("cat", "cat", "dog"):
        mturk.submit(hit_id, {"label": label})
    assert labels.label(hit_id) == "cat"


def test_work_is_approved_after_a_week(mturk):
    hit_id = labels.ask("1.jpg")
    mturk.submit(hit_id, {"label": "cat"}, worker_id="A1ANNA0000000")
    mturk.advance("7d")
    assert [work["AssignmentStatus"] for work in labels.assignments(hit_id)] == ["Approved"]


def test_each_test_has_a_market_of_its_own(mturk):
    assert labels.mturk.list_hits()["HITs"] == []
