// The reference client of graphql-transport-ws against a running hub.
// Usage: CITY_BRAIN_URL=... CITY_BRAIN_TOKEN=... node conformance/graphql-ws.mjs
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { CITY_BRAIN_URL, CITY_BRAIN_TOKEN: token } = process.env;
const url = `${CITY_BRAIN_URL.replace(/^http/, 'ws')}/graphql`;

const client = (connectionParams, more = {}) =>
  createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0, ...more });

/** All results of an operation. */
const all = async (one, payload) => {
  const results = [];
  for await (const result of one.iterate(payload)) results.push(result);
  return results;
};

const signedIn = client({ token }, { keepAlive: 200 });

// A query is one result, then the end.
const [answer, ...rest] = await all(signedIn, { query: '{ viewer { name } at }' });
assert.equal(rest.length, 0);
assert.ok(answer.data.viewer.name);

// Variables and operation names reach the hub.
const chosen = await all(signedIn, {
  query: 'query A { at } query B($n: Int!) { events(first: $n) { pageInfo { hasNextPage } } }',
  operationName: 'B',
  variables: { n: 1 },
});
assert.deepEqual(Object.keys(chosen[0].data), ['events']);

// A document that is none is refused as an error of the operation, and the connection lives on.
await assert.rejects(all(signedIn, { query: '{ nonsense }' }), (errors) => {
  assert.ok(Array.isArray(errors) && errors[0].extensions.code, JSON.stringify(errors));
  return true;
});

// A subscription from a cursor goes on with what comes after it; its end is clean.
const since = answer.data.at;
const opened = Date.now();
const cases = signedIn.iterate({
  query:
    'subscription S($since: LogCursor) { cases(since: $since) { __typename ... on CaseBatch { to list { number } } } }',
  variables: { since },
});
const first = cases.next();
const open = await all(signedIn, {
  query:
    'mutation O($input: OpenCaseInput!) { openCase(input: $input) { __typename ... on CommandAccepted { case { number } } ... on CommandRefused { code message } } }',
  variables: {
    input: {
      idempotencyKey: `ws-${opened}`,
      title: 'graphql-ws',
      level: 4,
      location: { lon: 122.1, lat: 30.9 },
    },
  },
});
assert.equal(open[0].data.openCase.__typename, 'CommandAccepted', JSON.stringify(open));
const batch = (await first).value.data.cases;
assert.equal(batch.__typename, 'CaseBatch');
assert.equal(batch.list.at(-1).number, open[0].data.openCase.case.number);
await cases.return();

// Ten operations share one connection, and pings are answered while they run.
const many = await Promise.all(
  Array.from({ length: 10 }, (_, n) => all(signedIn, { query: `query Q${n} { at }` })),
);
assert.ok(many.every(([one]) => typeof one.data.at === 'string'));
await new Promise((resolve) => setTimeout(resolve, 700));
assert.ok((await all(signedIn, { query: '{ at }' }))[0].data.at);
await signedIn.dispose();

// Nobody is let in without a credential.
const stranger = client({ token: 'guessed' });
await assert.rejects(all(stranger, { query: '{ at }' }), (closed) => {
  assert.equal(closed.code, 4403);
  return true;
});
process.stdout.write('graphql-ws: all as its client expects\n');
process.exit(0);
