"""What several of the tests need."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"
PRODUCTION = "https://mturk-requester.us-east-1.amazonaws.com"
NOBODY = "http://127.0.0.1:9"  # where nobody listens
QUESTION = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas'
    '/2006-07-14/ExternalQuestion.xsd"><ExternalURL>https://example.com/task</ExternalURL>'
    "<FrameHeight>600</FrameHeight></ExternalQuestion>"
)


def create_hit(client, **members):
    """Creates a HIT for three workers: its id."""
    usual = {
        "Title": "Label a picture",
        "Description": "Say what it shows",
        "Reward": "0.05",
        "MaxAssignments": 3,
        "LifetimeInSeconds": 86400,
        "AssignmentDurationInSeconds": 600,
        "Question": QUESTION,
    }
    return client.create_hit(**{**usual, **members})["HIT"]["HITId"]


def hit_ids(client):
    """The ids of the requester's HITs."""
    return [hit["HITId"] for hit in client.list_hits()["HITs"]]
