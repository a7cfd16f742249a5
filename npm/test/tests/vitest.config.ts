export default { test: { testTimeout: 60_000, include: ["*.test.ts"] } };
