"""Every paginator that botocore has for the service, to the end of 250 objects."""

import botocore.session
import pytest

from harness import EXTERNAL, access_key

COUNT = 250
TYPE = "3PAGED000000000000000000TYPE01"
WORKED = "3PAGED00000000000000000WORKED1"
PAID = "3PAGED000000000000000000PAID01"
HITS = [f"3PAGED{n:024}" for n in range(COUNT)]
WORKERS = [f"A1PAGED{n:07}" for n in range(COUNT)]
TYPES = [f"3TYPES{n:024}" for n in range(COUNT - 1)]


def world(key):
    """A world file with 250 of everything; every second thing shares its time with others."""
    of_hit = {
        "Title": "Paged",
        "Description": "One of many",
        "Reward": "0.05",
        "Question": EXTERNAL,
        "CreationTime": "-2h",
        "Expiration": "+1d",
        "QualificationRequirements": [
            {"QualificationTypeId": TYPE, "Comparator": "DoesNotExist"},
        ],
    }
    work = [
        {"WorkerId": worker, "SubmitTime": f"-{60 - n % 2 * (n // 5)}m", "AcceptTime": "-61m"}
        for n, worker in enumerate(WORKERS)
    ]
    paged = [
        of_hit
        | {
            "HITId": hit,
            "MaxAssignments": 1,
            "Expiration": f"+{1 + n % 2 * n}h",
            "Assignments": [{"WorkerId": WORKERS[0], "SubmitTime": "-1h"}],
        }
        for n, hit in enumerate(HITS[1:])
    ]
    worked = of_hit | {"HITId": WORKED, "MaxAssignments": COUNT, "Assignments": work}
    worked["Assignments"][0]["AssignmentId"] = PAID
    return {
        "Requesters": [{"AccessKeyId": key, "SecretAccessKey": "secret"}],
        "QualificationTypes": [
            {"QualificationTypeId": one, "Name": one, "Description": "Paged"}
            for one in (TYPE, *TYPES)
        ],
        "Qualifications": [
            {"QualificationTypeId": TYPE, "WorkerId": worker} for worker in WORKERS
        ],
        "QualificationRequests": [
            {"QualificationTypeId": TYPES[0], "WorkerId": worker, "SubmitTime": f"-{n % 3}h"}
            for n, worker in enumerate(WORKERS)
        ],
        "HITs": [worked, *paged],
        "BonusPayments": [
            {
                "AssignmentId": PAID,
                "WorkerId": WORKERS[0],
                "BonusAmount": "0.01",
                "Reason": str(n),
                "GrantTime": f"-{n % 3}m",
            }
            for n in range(COUNT)
        ],
        "WorkerBlocks": [{"WorkerId": worker, "Reason": "Paged"} for worker in WORKERS],
    }


EVERY_HIT = {*HITS[1:], WORKED}
# What to ask, which member tells objects apart, and its values.
LISTS = {
    "ListAssignmentsForHIT": ({"HITId": WORKED}, "WorkerId", set(WORKERS)),
    "ListBonusPayments": ({"AssignmentId": PAID}, "Reason", {str(n) for n in range(COUNT)}),
    "ListHITs": ({}, "HITId", EVERY_HIT),
    "ListHITsForQualificationType": ({"QualificationTypeId": TYPE}, "HITId", EVERY_HIT),
    "ListQualificationRequests": ({}, "WorkerId", set(WORKERS)),
    "ListQualificationTypes": (
        {"MustBeRequestable": True, "MustBeOwnedByCaller": True},
        "QualificationTypeId",
        {TYPE, *TYPES},
    ),
    "ListReviewableHITs": ({}, "HITId", EVERY_HIT),
    "ListWorkerBlocks": ({}, "WorkerId", set(WORKERS)),
    "ListWorkersWithQualificationType": ({"QualificationTypeId": TYPE}, "WorkerId", set(WORKERS)),
}
PAGINATORS = botocore.session.get_session().get_paginator_model("mturk")._paginator_config


# For the session, as the server is: a worker of pytest may come to this file twice.
@pytest.fixture(scope="session")
def paged(server):
    """A requester who has 250 of everything."""
    key = access_key()
    server.control("POST", "/_mturk/world", world(key))
    return server.client(key)


def test_every_paginator_is_here():
    """None of botocore's is forgotten."""
    assert set(PAGINATORS) == set(LISTS) and len(LISTS) == 9


@pytest.mark.parametrize("size", [None, 1, 7, 100])
@pytest.mark.parametrize("operation", PAGINATORS)
def test_paginator_runs_to_the_end(paged, operation, size):
    """Every object comes exactly once, whatever the size of a page."""
    members, name, expected = LISTS[operation]
    paginator = paged.get_paginator(botocore.xform_name(operation))
    pages = list(paginator.paginate(**members, PaginationConfig={"PageSize": size}))
    objects = [one[name] for page in pages for one in page[PAGINATORS[operation]["result_key"]]]
    assert len(objects) == len(expected) == COUNT
    assert set(objects) == expected
    assert [page["NumResults"] for page in pages[:-2]] == [size or 10] * (len(pages) - 2)
    assert pages[-1]["NumResults"] == 0


@pytest.mark.parametrize("size", [1, 100])
def test_a_list_goes_on_behind_a_deleted_type(server, size):
    """Nothing is missing and nothing raises when the type is deleted between two pages."""
    key = access_key()
    client = server.client(key)
    made = client.create_qualification_type(
        Name="Deleted", Description="Soon", QualificationTypeStatus="Active"
    )
    of_type = {"QualificationTypeId": made["QualificationType"]["QualificationTypeId"]}
    required = [of_type | {"Comparator": "DoesNotExist"}]
    hit = {
        "Title": "Paged",
        "Description": "One of a few",
        "Reward": "0.05",
        "AssignmentDurationInSeconds": 600,
        "LifetimeInSeconds": 3600,
        "Question": EXTERNAL,
        "QualificationRequirements": required,
    }
    for worker in WORKERS[:3]:
        client.create_hit(**hit)
        client.associate_qualification_with_worker(**of_type, WorkerId=worker, IntegerValue=1)
    lists = {
        "list_hits_for_qualification_type": "HITs",
        "list_workers_with_qualification_type": "Qualifications",
    }
    sized = {"PaginationConfig": {"PageSize": size}}
    begun = [iter(client.get_paginator(name).paginate(**of_type, **sized)) for name in lists]
    first = [next(pages) for pages in begun]
    client.delete_qualification_type(**of_type)
    for page, pages, items in zip(first, begun, lists.values(), strict=True):
        assert sum(len(one[items]) for one in [page, *pages]) == 3
