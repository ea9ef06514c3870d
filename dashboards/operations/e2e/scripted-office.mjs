// What the scripted hub knows beyond its city: vital signs, feeds, dead letters, lists, and one kind of
// case beside the city's own, whose form has a field of every sort. The real rules are the hub's.

const text = (zh, en) => ({ zh, en });
const field = (name, kind, titles, required = false, choices = []) => ({
  name,
  kind,
  titles,
  required,
  choices,
});

const PLACES = [
  {
    code: '990100',
    names: text('澜湾区', 'Lanwan District'),
    children: [
      {
        code: '990100001',
        names: text('望海街道', 'Wanghai Subdistrict'),
        children: [{ code: '990100001001', names: text('滨海社区', 'Binhai Community') }],
      },
    ],
  },
];

/** Those directly within a place; without one, the roots. */
export function placesIn({ parent }) {
  if (!parent) return PLACES;
  const find = (places) =>
    places.find(({ code }) => code === parent) ??
    places.map(({ children = [] }) => find(children)).find((found) => found);
  return (find(PLACES)?.children ?? []).map((place) => ({
    ...place,
    children: place.children ?? [],
  }));
}

const WISHER = [
  { name: 'elder', titles: text('老年人', 'An elderly person') },
  { name: 'child', titles: text('儿童', 'A child') },
];

/** The forms of the wish, by its state. */
const WISH = {
  openCase: {
    name: 'openCase',
    titles: text('收集心愿', 'Collect a wish'),
    fields: [
      field('title', 'TEXT', text('心愿', 'The wish'), true),
      field('level', 'LEVEL', text('级别', 'Level'), true),
      field('place', 'PLACE', text('社区', 'Community')),
      field('wisher', 'CHOICE', text('心愿人群', 'Whose wish'), true, WISHER),
      field('exercise', 'FLAG', text('演练', 'Exercise')),
    ],
  },
  COLLECTED: {
    name: 'verifyWish',
    titles: text('核实', 'Verify the wish'),
    next: ['VERIFIED', 'ESTABLISHED'],
    fields: [
      field('note', 'TEXT', text('核实情况', 'What was found'), true),
      field('people', 'NUMBER', text('受益人数', 'People helped')),
      field('until', 'TIME', text('期限', 'Wanted by')),
      field('department', 'DEPARTMENT', text('责任部门', 'Responsible department')),
      field('unit', 'UNIT', text('协助力量', 'Unit to help')),
      field('genuine', 'FLAG', text('属实', 'Genuine'), true),
    ],
  },
  VERIFIED: {
    name: 'feedBack',
    titles: text('反馈', 'Feed back'),
    next: ['FED_BACK', 'CLOSED'],
    fields: [],
  },
};

const STATES = {
  COLLECTED: text('已收集', 'Collected'),
  VERIFIED: text('已核实', 'Verified'),
  FED_BACK: text('已反馈', 'Fed back'),
};

export const CASE_KINDS = [
  {
    name: 'city',
    titles: text('城市事件', 'City case'),
    states: [],
    clocks: [{ name: 'acknowledge', meanTargetSeconds: 120 }],
    open: null,
  },
  {
    name: 'micro-wish',
    titles: text('社区微心愿', 'Community micro-wish'),
    states: [],
    clocks: [],
    open: WISH.openCase,
  },
];

/** What was filled in and is kept. */
export function factsOf({ wisher }) {
  const found = WISHER.find(({ name }) => name === wisher);
  const titles = text('心愿人群', 'Whose wish');
  return found ? [{ name: 'wisher', titles, value: wisher, words: found.titles }] : [];
}

export const isWish = ({ kind }) => kind === 'micro-wish';
export const wishState = ({ state }) => STATES[state];
export const wishOffers = ({ state }) => (WISH[state] ? [WISH[state]] : []);

/** Opens one; the answer is what a delta would carry. */
export function openWish(city, input, operator, now) {
  const n = city.cases.size + 1;
  const at = new Date(now).toISOString();
  const item = {
    id: `wish-${n}`,
    number: `W-20261124-${String(n).padStart(4, '0')}`,
    kind: 'micro-wish',
    version: 1,
    state: 'COLLECTED',
    status: 'REPORTED',
    title: text(input.title, input.title),
    severity: input.level,
    openedAt: at,
    changedAt: at,
    place: input.place ?? null,
    wisher: input.fields?.wisher ?? null,
    responsible: 'hotline',
    acknowledgedBy: null,
    alerts: [],
    assignments: [],
    clocks: [],
    verified: false,
    rework: 0,
    bounces: 0,
    exercise: input.exercise ?? false,
  };
  city.cases.set(item.id, item);
  note(city, item.id, WISH.openCase, operator, at);
  return item;
}

function note(city, id, { name, titles }, operator, at) {
  const lines = city.timelines.get(id) ?? [];
  const actor = { kind: 'OPERATOR', name: operator };
  city.timelines.set(id, [...lines, { at, actor, command: name, words: titles, fields: {} }]);
}

/** Gives a command of a wish; a refusal names the field, as the hub's does. */
export function advanceWish(city, input, operator, now) {
  const old = city.cases.get(input.caseId);
  const offer = WISH[old.state];
  const refused = (message) => ({ __typename: 'CommandRefused', code: 'FIELD_WRONG', message });
  if (offer?.name !== input.command)
    return { answer: refused('Not in this state.'), changed: null };
  if (input.fields?.people > 1_000)
    return { answer: refused("'People helped' (people) must be at most 1,000"), changed: null };
  const [state, status] = offer.next;
  const at = new Date(now).toISOString();
  const item = { ...old, version: old.version + 1, state, status, changedAt: at };
  city.cases.set(item.id, item);
  note(city, item.id, offer, operator, at);
  return {
    answer: { __typename: 'CommandAccepted', case: item.id, at: 'scripted' },
    changed: { cases: [item] },
  };
}

const SIGNS = [
  [
    'fire-calls',
    'fire',
    text('一小时火警与救援', 'Fire and rescue calls in an hour'),
    text('起', 'calls'),
    40,
    52,
  ],
  [
    'customers-cut-off',
    'power',
    text('一小时新增停电用户', 'Customers cut off in an hour'),
    text('户', 'customers'),
    2000,
    640,
  ],
  [
    'roads-closed',
    'roads',
    text('六小时道路封闭', 'Roads closed in six hours'),
    text('处', 'closures'),
    15,
    14,
  ],
  [
    'hotline-requests',
    'hotline',
    text('一小时市民诉求', "Citizens' requests in an hour"),
    text('件', 'requests'),
    120,
    null,
  ],
];

export function vitalSigns() {
  const now = Date.now();
  return SIGNS.map(([id, name, titles, units, target, value], at) => ({
    id,
    titles,
    units,
    value,
    target,
    direction: 'ABOVE',
    state:
      value === null
        ? 'UNKNOWN'
        : value > target
          ? 'BAD'
          : value > target * 0.9
            ? 'WATCH'
            : 'NORMAL',
    trend: Array.from({ length: 24 }, (_, n) => ({
      at: new Date(now - (23 - n) * 3_600_000).toISOString(),
      // One gap, as when nothing was measured.
      value:
        n === 9 || value === null
          ? null
          : value * (0.55 + 0.4 * (n / 23)) + Math.sin(n + at) * target * 0.05,
    })),
    windowSeconds: 3600,
    department: { name },
    lastEventAt: value === null ? null : new Date(now - 40_000).toISOString(),
    silentAfterSeconds: 7200,
    exercise: false,
  }));
}

export const feeds = (departments) => () =>
  departments.map(([name, zh, en], n) => ({
    name: `${name}.main`,
    titles: text(`${zh}数据流`, `${en} feed`),
    department: { name, titles: text(zh, en) },
    state: n === 2 ? 'SILENT' : 'LIVE',
    behind: n === 1,
    behindSince: n === 1 ? new Date(Date.now() - 90_000).toISOString() : null,
    lastEventAt: new Date(Date.now() - n * 45_000).toISOString(),
    eventsPerMinute: n === 2 ? 0 : 4.2 + n,
    rejected: n * 3,
    skew: n === 3 ? 240 : 0.4,
  }));

/** Three refused events; one of them tries to fool whoever looks at it. */
export class Letters {
  sent = [];
  matching = [];
  #known = [
    ['contract_violation', '/data/level: 9 is more than 4', '{"level": 9}'],
    ['not_json', 'the body is no JSON', '<script>alert(1)</script> \u202egnp.exe\u0007'],
    ['id_reused', 'the same id came with other bytes', '{"level": 2}'],
  ].map(([reason, message, original], n) => ({
    __typename: 'DeadLetter',
    id: `letter-${n}`,
    reason,
    message,
    path: n === 0 ? '/data/level' : null,
    department: { name: 'fire', titles: text('消防', 'Fire') },
    receivedAt: new Date(Date.now() - n * 60_000).toISOString(),
    source: '/fire/dispatch',
    eventId: `F-${n}`,
    type: 'city.fire.incident-reported.v1',
    topic: 'city.inbox.fire',
    bytes: original.length,
    original,
    headers: [{ name: 'content-type', value: 'application/json' }],
    admittedAs:
      n === 2 ? { eventId: 'F-2', ingestTime: new Date(Date.now() - 30_000).toISOString() } : null,
  }));

  list = ({ filter }) => ({
    nodes: this.#known.filter(
      ({ reason, message }) =>
        (!filter?.reason || filter.reason.includes(reason)) &&
        (!filter?.text || message.includes(filter.text)),
    ),
    pageInfo: { hasNextPage: false },
  });

  groups = ({ filter }) =>
    this.list({ filter }).nodes.map(({ department, reason, path, receivedAt }) => ({
      department,
      reason,
      path,
      count: 1,
      lastAt: receivedAt,
    }));

  node = ({ id }) => this.#known.find((letter) => letter.id === id) ?? null;

  replayMatching = ({ input: { filter, after, idempotencyKey } }) => {
    const matching = this.list({ filter }).nodes.map(({ id }) => id);
    const from = after ? Number(after) : 0;
    const ids = matching.slice(from, from + 2);
    this.matching.push({ filter, idempotencyKey });
    return {
      outcomes: ids.map((id) => ({
        id,
        accepted: id !== 'letter-1',
        message: 'in the inbox again',
      })),
      endCursor: String(from + ids.length),
      hasNext: from + ids.length < matching.length,
    };
  };

  replay = ({ input: { ids, idempotencyKey } }) => {
    this.sent.push({ ids, idempotencyKey });
    return ids.map((id) => ({
      id,
      accepted: id !== 'letter-1',
      message: id === 'letter-1' ? 'it cannot be read, so it cannot be sent' : 'in the inbox again',
    }));
  };
}

const THINGS = text('案件', 'Case');

/** The list of cases, newest first, with the filter's words and stage. */
export const caseList =
  (shown, cases) =>
  ({ filter, first = 50, after }) => {
    const wanted = [...cases.values()]
      .filter(({ kind, status, title, number, escalation = 0 }) => {
        const words = `${title.zh} ${title.en} ${number}`.toLowerCase();
        return (
          (!filter?.kind || filter.kind.includes(kind)) &&
          (!filter?.status || filter.status.includes(status)) &&
          (filter?.escalated == null || filter.escalated === escalation > 0) &&
          (!filter?.text || words.includes(filter.text.toLowerCase()))
        );
      })
      .sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1));
    const from = after ? Number(after) : 0;
    const page = wanted.slice(from, from + first);
    return {
      totalCount: wanted.length,
      nodes: page.map(({ id }) => ({ ...shown(id), stateTitles: shown(id).stateTitles ?? THINGS })),
      pageInfo: {
        hasNextPage: from + first < wanted.length,
        endCursor: String(from + page.length),
      },
    };
  };

/** Alerts with everything that their list shows. */
export const alertFacts = (alert) => ({
  ...alert,
  titles: alert.title,
  explanation: { words: text('三起相关事件', 'Three events that belong together') },
  rule: { key: alert.rule.id, titles: alert.rule.title },
  place: null,
});
