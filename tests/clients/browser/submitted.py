"""Compares what workers submitted, as boto3 lists it, with what is expected, byte for byte.

Called with the endpoint; on standard input a JSON object, of which every part may be left out:
"assignments" {HITId: [[WorkerId, Answer], …]} in the order of submission, "files" {AssignmentId:
{QuestionIdentifier: content}}, "scores" {QualificationTypeId: {WorkerId: value or null}}, "requests"
{QualificationTypeId: [[WorkerId, Answer], …]}; "key" is the requester's access key. Every difference
is printed.
"""

import json
import sys
import urllib.request

import boto3

expected = json.load(sys.stdin)
key = expected.get("key", "test")
mturk = boto3.client(
    "mturk",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id=key,
    aws_secret_access_key=key,
)
different = []


def every(operation, member, **of):
    for page in mturk.get_paginator(operation).paginate(**of):
        yield from page[member]


def check(what, found, wanted):
    if found != wanted:
        different.append(f"{what}\n  is       {found!r}\n  expected {wanted!r}")


def works(operation, member, **of):
    return [[work["WorkerId"], work["Answer"].encode()] for work in every(operation, member, **of)]


def documents(wanted):
    return [[worker_id, answer.encode()] for worker_id, answer in wanted]


def score(type_id, worker_id):
    try:
        found = mturk.get_qualification_score(QualificationTypeId=type_id, WorkerId=worker_id)
    except mturk.exceptions.RequestError:
        return None
    return found["Qualification"]["IntegerValue"]


for hit_id, wanted in expected.get("assignments", {}).items():
    found = works("list_assignments_for_hit", "Assignments", HITId=hit_id)
    check(f"work on HIT {hit_id}", found, documents(wanted))
for assignment_id, files in expected.get("files", {}).items():
    for question, wanted in files.items():
        of = {"AssignmentId": assignment_id, "QuestionIdentifier": question}
        with urllib.request.urlopen(mturk.get_file_upload_url(**of)["FileUploadURL"]) as file:
            check(f"file {question}", file.read(), wanted.encode())
for type_id, scores in expected.get("scores", {}).items():
    for worker_id, wanted in scores.items():
        check(f"score of {worker_id}", score(type_id, worker_id), wanted)
for type_id, wanted in expected.get("requests", {}).items():
    of = {"QualificationTypeId": type_id}
    found = works("list_qualification_requests", "QualificationRequests", **of)
    check(f"requests for {type_id}", found, documents(wanted))
sys.exit("\n".join(different) or None)
