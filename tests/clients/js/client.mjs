// Calls the operations that stand on standard input, a JSON object on each line, with the AWS SDK
// for JavaScript, and prints each answer. Address and keys come from the environment.
import { createInterface } from "node:readline";
import * as mturk from "@aws-sdk/client-mturk";

const client = new mturk.MTurkClient({ maxAttempts: 1 });

async function call(operation, input) {
  if (input.ExpireAt !== undefined) input.ExpireAt = new Date(input.ExpireAt * 1000);
  try {
    const { $metadata, ...output } = await client.send(new mturk[`${operation}Command`](input));
    return { Output: output };
  } catch (error) {
    if (!(error instanceof mturk.MTurkServiceException)) throw error;
    const { name, Message, message, TurkErrorCode } = error;
    const typed = error instanceof mturk.RequestError;
    return { Error: { Code: name, Message: Message ?? message, TurkErrorCode, Typed: typed } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { Operation, Input } = JSON.parse(line);
  console.log(JSON.stringify(await call(Operation, Input)));
}
