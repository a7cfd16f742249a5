"""A client as any other: creates a HIT, and says where it is. The endpoint is in the environment."""

import boto3

QUESTION = """<ExternalQuestion
    xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>http://localhost:5000/task</ExternalURL><FrameHeight>600</FrameHeight>
</ExternalQuestion>"""

mturk = boto3.client("mturk")
hit = mturk.create_hit(
    Title="Label a picture",
    Description="Say what the picture shows",
    Reward="0.05",
    MaxAssignments=3,
    LifetimeInSeconds=3600,
    AssignmentDurationInSeconds=600,
    Question=QUESTION,
)["HIT"]
print("created", hit["HITId"], hit["HITStatus"])
print("there are", mturk.list_hits()["NumResults"])
