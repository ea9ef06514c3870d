// A hub that follows a script: for tests of faults on the wire that a healthy hub never shows (a
// socket that goes silent while open, gaps, resets) and for work on the screen. Answers GraphQL by
// the hub's own schema, so that a query the schema does not know fails here too.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSchema, graphql } from 'graphql';
import { WebSocketServer } from 'ws';
import { baseMap, City, DEPARTMENTS } from './scripted-city.mjs';
import * as office from './scripted-office.mjs';

/** A console that was built elsewhere is served when its folder is named. */
const DIST = process.env.CITY_BRAIN_DIST
  ? pathToFileURL(`${process.env.CITY_BRAIN_DIST}/`)
  : new URL('../dist/', import.meta.url);
/** The hub's own list: these addresses are the console's, others are not there. */
const SCREENS =
  /^\/(login|wall|wall\/[^/]+|cases|cases\/[^/]+|alerts|units|signs|settings|health)?$/;
const SCHEMA = new URL('../../../services/query-api/schema.graphql', import.meta.url);
const HEARTBEAT_MS = 5_000;
/** Frames that are kept for consoles that come back. */
const HISTORY_MAX = 1_000;
/** The hub's own policy, word for word. */
const CSP =
  "default-src 'self'; script-src 'self'; worker-src 'self'; style-src 'self'; " +
  "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Starts one; `port` 0 takes any. The answer has `url`, `script(...)` and `close()`. */
export async function startScriptedHub({ port = 0, ...options } = {}) {
  const hub = new ScriptedHub(options);
  await new Promise((resolve) => hub.server.listen(port, '127.0.0.1', resolve));
  hub.url = `http://127.0.0.1:${hub.server.address().port}`;
  return hub;
}

class ScriptedHub {
  #schema = buildSchema(readFileSync(SCHEMA, 'utf8'), { assumeValidSDL: true });
  #sockets = new Set();
  #silent = false;
  #refuseResume = false;
  #history = [];
  #n = 0;
  #removed = new Set();
  hellos = [];
  epoch = 'e1';
  buildId = 'scripted';
  letters = new office.Letters();
  /** GraphQL requests as they came, oldest first. */
  asked = [];
  #operations = knownOperations();
  renewals = 0;

  constructor({ cases, things } = {}) {
    this.city = new City(Date.now(), { cases, things });
    this.server = createServer((request, response) => void this.#answer(request, response));
    this.live = new WebSocketServer({ server: this.server, path: '/live' });
    this.live.on('connection', (socket) => this.#welcome(socket));
    this.beat = setInterval(() => this.#send(this.#beatFrame()), HEARTBEAT_MS);
  }

  get cursor() {
    return `c${this.#n}`;
  }

  /** New case; reaches every console. */
  openCase(severity = 1) {
    const upsert = this.city.open(Date.now(), severity);
    this.change({ upsert, events: [eventOf(upsert.alerts[0])] });
    return upsert.cases[0];
  }

  change({ upsert = {}, remove = {}, events = [] }, { lose = false } = {}) {
    for (const id of remove.cases ?? []) this.#removed.add(id);
    const from = this.cursor;
    this.#n += 1;
    const frame = {
      type: 'delta',
      epoch: this.epoch,
      from,
      to: this.cursor,
      ts: new Date().toISOString(),
      upsert,
      remove,
      events,
    };
    this.#history.push(frame);
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    if (!lose) this.#send(frame);
  }

  /** The socket stays open and says nothing more, as behind a dead router. */
  silence(on) {
    this.#silent = on;
  }

  cut() {
    for (const socket of this.#sockets) socket.terminate();
  }

  reset(reason) {
    this.#send({ type: 'reset', reason });
    for (const socket of this.#sockets) this.#snapshot(socket);
  }

  forgetHistory() {
    this.#refuseResume = true;
  }

  /** The case is over: it leaves every console, with its alerts. */
  closeCase(id) {
    const { alerts } = this.city.cases.get(id);
    this.city.cases.delete(id);
    this.city.timelines.delete(id);
    for (const alert of alerts) this.city.alerts.delete(alert);
    this.change({ remove: { cases: [id], alerts } });
  }

  /** As a hub that is older than the console it meets. */
  forgetOperations() {
    this.#operations = {};
  }

  async close() {
    clearInterval(this.beat);
    this.cut();
    this.live.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #send(frame, to = this.#sockets) {
    if (this.#silent) return;
    for (const socket of to) socket.send(JSON.stringify(frame));
  }

  #beatFrame() {
    const at = new Date().toISOString();
    const sources = DEPARTMENTS.map(([department], n) => ({
      id: `${department}.main`,
      department,
      state: n === 2 ? 'silent' : 'live',
      lastEventAt: new Date(Date.now() - n * 45_000).toISOString(),
      lagMs: 120,
      perMinute: n === 2 ? 0 : 4.2 + n,
    }));
    return { type: 'beat', cursor: this.cursor, ts: at, sources, behind: false };
  }

  #welcome(socket) {
    socket.once('message', (raw) => {
      if (this.#silent) return;
      const hello = JSON.parse(String(raw));
      this.hellos.push(hello);
      const at = this.#history.findIndex(({ from }) => from === hello.resume?.cursor);
      const current = hello.resume?.cursor === this.cursor;
      const resumes =
        !this.#refuseResume && hello.resume?.epoch === this.epoch && (at >= 0 || current);
      const mode = resumes ? 'resume' : 'snapshot';
      this.#send(
        {
          type: 'welcome',
          epoch: this.epoch,
          serverTime: new Date().toISOString(),
          heartbeatMs: HEARTBEAT_MS,
          mode,
          buildId: this.buildId,
        },
        [socket],
      );
      if (!resumes) this.#snapshot(socket);
      else if (!current) for (const frame of this.#history.slice(at)) this.#send(frame, [socket]);
      this.#sockets.add(socket);
      this.#send(this.#beatFrame(), [socket]);
    });
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #snapshot(socket) {
    const { entities, ...rest } = this.city.snapshot();
    rest.cases = rest.cases.filter(({ id }) => !this.#removed.has(id));
    const half = Math.ceil(entities.length / 2);
    this.#send(
      {
        type: 'snapshot',
        chunk: 0,
        last: false,
        cursor: this.cursor,
        ...rest,
        entities: entities.slice(0, half),
      },
      [socket],
    );
    this.#send(
      {
        type: 'snapshot',
        chunk: 1,
        last: true,
        cursor: this.cursor,
        entities: entities.slice(half),
      },
      [socket],
    );
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, 'http://hub');
    const json = (status, value, headers = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(value));
    const signedIn = (request.headers.cookie ?? '').includes('session=scripted');
    if (pathname === '/auth/login') {
      const { name, password } = JSON.parse(await body(request));
      if (password !== 'scripted') return json(401, { title: 'wrong' });
      this.operator = name;
      return json(
        200,
        { token: 'scripted', expiresAt: '2999-01-01T00:00:00.000Z' },
        { 'set-cookie': 'session=scripted; HttpOnly; SameSite=Strict; Path=/' },
      );
    }
    if (pathname === '/auth/logout')
      return json(200, {}, { 'set-cookie': 'session=; Max-Age=0; Path=/' });
    if (pathname === '/auth/renew') {
      this.renewals += 1;
      return signedIn ? json(200, { expiresAt: '2999-01-01T00:00:00.000Z' }) : json(401, {});
    }
    if (pathname === '/config.json')
      return json(200, {
        mapBase: '/map/base.geojson',
        mapAttribution: { zh: '示意底图，虚构城区', en: 'Sketch of a made-up district' },
        branding: null,
      });
    if (pathname === '/map/base.geojson') return json(200, baseMap());
    if (pathname === '/graphql')
      return signedIn
        ? json(200, await this.#graphql(JSON.parse(await body(request))))
        : json(401, { title: 'unauthorized' });
    return this.#file(pathname, response);
  }

  #file(pathname, response) {
    const name = SCREENS.test(pathname) ? 'index.html' : pathname.slice(1);
    try {
      const bytes = readFileSync(new URL(name, DIST));
      response.writeHead(200, {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        'content-security-policy': CSP,
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }

  #graphql(request) {
    const { query, variables, operationName, extensions } = request;
    this.asked.push(request);
    const hash = extensions?.persistedQuery?.sha256Hash;
    const source = query ?? this.#operations[hash];
    const refused = (message) => ({ errors: [{ message }] });
    if (!source) return refused('PersistedQueryNotFound');
    if (hash && createHash('sha256').update(source).digest('hex') !== hash)
      return refused('The hash is not the SHA-256 of the document that came with it.');
    return graphql({
      schema: this.#schema,
      source,
      variableValues: variables,
      operationName,
      rootValue: this.#root(),
    });
  }

  #root() {
    const root = {
      viewer: { name: this.operator ?? 'scripted', roles: this.#roles() },
      departments: DEPARTMENTS.map(([name, zh, en]) => ({ name, titles: { zh, en } })),
      places: office.placesIn,
      caseKinds: office.CASE_KINDS,
      vitalSigns: office.vitalSigns,
      feeds: office.feeds(DEPARTMENTS),
      deadLetters: this.letters.list,
      deadLetterGroups: this.letters.groups,
      node: this.letters.node,
      cases: office.caseList((id) => this.#case(id), this.city.cases),
      events: { nodes: [] },
      alerts: () => ({ nodes: this.#firing(), pageInfo: { hasNextPage: false } }),
      eventStatistics: ({ filter }) => this.#statistics(filter),
      case: ({ id }) => this.#case(id),
    };
    for (const name of Object.keys(this.#schema.getMutationType().getFields())) {
      root[name] = ({ input }) => this.#order(input.command ?? name, input);
    }
    root.acknowledgeCases = ({ input: { cases, note, idempotencyKey } }) =>
      cases.map((one) => ({
        caseId: Buffer.from(`Case:${one.caseId}`).toString('base64url'),
        result: this.#order('acknowledgeCase', {
          ...one,
          note,
          idempotencyKey: `${idempotencyKey}/${one.caseId}`,
        }),
      }));
    root.openCase = ({ input }) => {
      const item = office.openWish(this.city, input, this.operator, Date.now());
      this.change({ upsert: { cases: [item] } });
      return { __typename: 'CommandAccepted', case: this.#case(item.id), at: 'scripted' };
    };
    root.replayDeadLetters = this.letters.replay;
    root.replayMatchingDeadLetters = this.letters.replayMatching;
    return root;
  }

  #roles() {
    return this.operator === 'admin' ? ['ADMINISTRATOR', 'OPERATOR'] : ['OPERATOR'];
  }

  #order(name, input) {
    const item = this.city.cases.get(input.caseId);
    const { answer, changed } =
      item && office.isWish(item)
        ? office.advanceWish(this.city, input, this.operator, Date.now())
        : this.city.command(name, input, this.operator, Date.now());
    if (changed) this.change({ upsert: changed });
    return 'case' in answer ? { ...answer, case: this.#case(answer.case) } : answer;
  }

  /** Three events for each alert in its minute, and a quiet one every minute. */
  #statistics({ from, to }) {
    const minute = (at) => new Date(Math.floor(at / 60_000) * 60_000).toISOString();
    const quiet = Array.from({ length: 60 }, (_, n) => ({
      from: minute(Date.parse(to) - n * 60_000),
      severity: null,
      count: 4 + ((n * 7) % 9),
    }));
    const grave = [...this.city.alerts.values()]
      .filter(({ raisedAt }) => raisedAt >= from)
      .map(({ raisedAt, severity }) => ({
        from: minute(Date.parse(raisedAt)),
        severity,
        count: 3,
      }));
    return [...quiet, ...grave];
  }

  #firing() {
    const ofCases = new Map(
      [...this.city.cases.values()].flatMap((item) => item.alerts.map((id) => [id, item.id])),
    );
    return [...this.city.alerts.values()].map((alert) => ({
      ...office.alertFacts(alert),
      key: alert.id,
      cases: ofCases.has(alert.id)
        ? [
            {
              key: ofCases.get(alert.id),
              number: this.city.cases.get(ofCases.get(alert.id)).number,
            },
          ]
        : [],
    }));
  }

  #case(id) {
    const item =
      this.city.cases.get(id) ?? [...this.city.cases.values()].find(({ number }) => number === id);
    if (!item) return null;
    const offers = office.isWish(item)
      ? office.wishOffers(item)
      : this.city
          .allowed(item)
          .map((name) => ({ name, titles: { zh: name, en: name }, fields: [] }));
    const assignments = item.assignments.map((one) => ({
      ...one,
      releasedAt: one.state === 'RELEASED' ? one.since : null,
      assignedAt: one.since,
      unit: { id: one.unit, key: one.unit },
      unitNames: this.city.units.get(one.unit).name,
    }));
    return {
      ...item,
      key: item.id,
      titles: item.title,
      place: null,
      location: item.lon == null ? null : { lon: item.lon, lat: item.lat },
      responsible: departmentOf(item.responsible),
      acknowledgedBy: item.acknowledgedBy && { ...item.acknowledgedBy, kind: 'OPERATOR' },
      alerts: item.alerts.map((key) => alertOf(key, this.city.alerts.get(key))),
      clocks: item.clocks.map((clock) => ({
        ...clock,
        name: clock.id,
        titles: clock.title,
        counts: 'WALL',
        state: 'RUNNING',
        unsettled: false,
      })),
      escalation: 0,
      facts: office.factsOf(item),
      assignments,
      allowedCommands: offers.map(({ name }) => name),
      stateTitles: office.wishState(item) ?? { zh: item.state, en: item.state },
      openedBy: { kind: 'ROUTER', name: 'router' },
      reopened: 0,
      commands: offers,
      timeline: { nodes: this.city.timelines.get(item.id) },
    };
  }
}

const alertOf = (key, alert) => ({
  key,
  severity: alert.severity,
  titles: alert.title,
  explanation: { words: alert.title },
});

function departmentOf(wanted) {
  const [name, zh, en] = DEPARTMENTS.find(([one]) => one === wanted);
  return { name, titles: { zh, en } };
}

const eventOf = ({ id, title, severity, place, lon, lat, raisedAt }) => ({
  id: `event-${id}`,
  type: 'city.fire.incident-reported.v1',
  department: 'fire',
  title,
  level: severity,
  time: raisedAt,
  place,
  lon,
  lat,
  exercise: true,
});

/** What the built console leaves for the hub that serves it. */
function knownOperations() {
  return JSON.parse(readFileSync(new URL('operations.json', DIST), 'utf8'));
}

async function body(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const hub = await startScriptedHub({ port: Number(process.env.PORT ?? 0) });
  process.stdout.write(`${hub.url} name: any, password: scripted (${fileURLToPath(DIST)})\n`);
}
