// Asks three people what a picture shows, and believes the majority.
import { CreateHITCommand, ListAssignmentsForHITCommand, MTurkClient } from "@aws-sdk/client-mturk";

export const mturk = new MTurkClient({
  region: "us-east-1",
  endpoint: "https://mturk-requester-sandbox.us-east-1.amazonaws.com",
});

export async function ask(picture) {
  const { HIT } = await mturk.send(
    new CreateHITCommand({
      Title: "Label a picture",
      Description: "Say what it shows",
      Reward: "0.05",
      MaxAssignments: 3,
      LifetimeInSeconds: 86400,
      AssignmentDurationInSeconds: 600,
      AutoApprovalDelayInSeconds: 7 * 86400,
      Question: `<ExternalQuestion
          xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
        <ExternalURL>https://example.com/task?picture=${picture}</ExternalURL><FrameHeight>600</FrameHeight>
      </ExternalQuestion>`,
    }),
  );
  return HIT.HITId;
}

export async function assignments(HITId) {
  return (await mturk.send(new ListAssignmentsForHITCommand({ HITId }))).Assignments;
}

export async function label(HITId) {
  const counts = {};
  for (const { Answer } of await assignments(HITId)) {
    const [, text] = /<FreeText>(.*)<\/FreeText>/.exec(Answer);
    counts[text] = (counts[text] ?? 0) + 1;
  }
  return Object.keys(counts).sort((one, other) => counts[other] - counts[one])[0];
}
