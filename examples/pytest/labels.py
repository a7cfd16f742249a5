"""Asks three people what a picture shows, and believes the majority."""

import re
from collections import Counter

import boto3

mturk = boto3.client(
    "mturk",
    region_name="us-east-1",
    endpoint_url="https://mturk-requester-sandbox.us-east-1.amazonaws.com",
)

QUESTION = """<ExternalQuestion
    xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>https://example.com/task?picture={picture}</ExternalURL><FrameHeight>600</FrameHeight>
</ExternalQuestion>"""


def ask(picture):
    hit = mturk.create_hit(
        Title="Label a picture",
        Description="Say what it shows",
        Reward="0.05",
        MaxAssignments=3,
        LifetimeInSeconds=86400,
        AssignmentDurationInSeconds=600,
        AutoApprovalDelayInSeconds=7 * 86400,
        Question=QUESTION.format(picture=picture),
    )
    return hit["HIT"]["HITId"]


def assignments(hit_id):
    return mturk.list_assignments_for_hit(HITId=hit_id)["Assignments"]


def label(hit_id):
    texts = [re.search("<FreeText>(.*)</FreeText>", work["Answer"])[1] for work in assignments(hit_id)]
    return Counter(texts).most_common(1)[0][0]
