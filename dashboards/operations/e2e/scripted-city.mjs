// A small made-up city for the scripted hub: places, units, cases, things on the map, and just enough
// of the city case's life cycle to try the screen. The real rules are the hub's; this proves nothing about them.
import { readFileSync } from 'node:fs';

const PLACES = new URL('../../../event-schemas/catalog/places/', import.meta.url);
const read = (name) => readFileSync(new URL(name, PLACES), 'utf8');
/** Degrees around a community's middle within which things happen. */
const SPREAD = 0.008;

/** Numbers that look random and are the same in every run. */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The demo district's own places, with names and kinds from its file. */
function places() {
  const line = /code: "(\d+)"\s+kind: (\w+)\s+name: \{zh: ([^,]+), en: ([^}]+)\}/g;
  const named = new Map([...read('lanwan.yaml').matchAll(line)].map((found) => [found[1], found]));
  return JSON.parse(read('lanwan.geojson')).features.map(({ geometry, properties: { code } }) => {
    const [, , kind, name_zh, name_en] = named.get(code);
    return { type: 'Feature', geometry, properties: { code, name_zh, name_en, kind } };
  });
}

const DISTRICT = places();
const COMMUNITIES = DISTRICT.filter(({ properties }) => properties.kind === 'community').map(
  ({ geometry, properties }) => {
    const ring = geometry.coordinates[0];
    const mean = (n) => ring.reduce((sum, point) => sum + point[n], 0) / ring.length;
    return { code: properties.code, lon: mean(0), lat: mean(1) };
  },
);

export function baseMap() {
  const rank = { district: 0, street: 1, town: 1, community: 2 };
  const areas = [...DISTRICT].sort((a, b) => rank[a.properties.kind] - rank[b.properties.kind]);
  const base = JSON.parse(read('base.geojson')).features;
  return { type: 'FeatureCollection', features: [...areas, ...base] };
}

const TITLES = [
  ['燃气浓度异常', 'Gas concentration abnormal'],
  ['主干道积水超限', 'Flooding on an arterial road'],
  ['配电站跳闸，供水泵受影响', 'Substation trip affects water pumps'],
  ['同一片区多起火警', 'Several fire calls in one area'],
  ['道路封闭影响救援通道', 'Closure blocks a rescue route'],
  ['热线诉求集中上升', 'Hotline requests rising'],
];
const FLOW = {
  acknowledgeCase: ['REPORTED', 'ESTABLISHED', 'DISPATCHED', 'IN_PROGRESS', 'VERIFYING'],
  assignUnit: ['ESTABLISHED', 'DISPATCHED', 'IN_PROGRESS'],
  markEnRoute: ['DISPATCHED', 'IN_PROGRESS'],
  markOnScene: ['DISPATCHED', 'IN_PROGRESS'],
  resolveCase: ['DISPATCHED', 'IN_PROGRESS'],
  verifyCase: ['VERIFYING'],
  closeCase: ['VERIFYING'],
  addNote: ['REPORTED', 'ESTABLISHED', 'DISPATCHED', 'IN_PROGRESS', 'VERIFYING', 'CLOSED'],
};
const WORDS = {
  openCase: ['立案上报', 'Opened from an alert'],
  acknowledgeCase: ['已确认', 'Acknowledged'],
  assignUnit: ['派遣', 'Unit assigned'],
  markEnRoute: ['已出发', 'En route'],
  markOnScene: ['已到场', 'On scene'],
  resolveCase: ['处置完毕', 'Resolved'],
  verifyCase: ['核查', 'Verified'],
  closeCase: ['结案', 'Closed'],
  addNote: ['备注', 'Note'],
  undoAcknowledge: ['撤销确认', 'Acknowledging undone'],
  undoAssign: ['撤销派遣', 'Assigning undone'],
  undoEnRoute: ['撤销出发', 'En route undone'],
  undoOnScene: ['撤销到场', 'On scene undone'],
};
/** What takes what back, within the time that the hub gives. */
const UNDOES = {
  undoAcknowledge: 'acknowledgeCase',
  undoAssign: 'assignUnit',
  undoEnRoute: 'markEnRoute',
  undoOnScene: 'markOnScene',
};
const UNDO_MS = 15_000;
export const DEPARTMENTS = [
  ['fire', '消防', 'Fire and rescue'],
  ['power', '电力', 'Power grid'],
  ['roads', '道路', 'Roads'],
  ['hotline', '12345 热线', "Citizens' hotline"],
  ['air', '空气质量监测', 'Air quality'],
  ['traffic', '交通监测', 'Traffic monitoring'],
  ['water', '水务', 'Water authority'],
  ['weather', '气象', 'Weather service'],
];

export class City {
  #next = 0;
  cases = new Map();
  alerts = new Map();
  units = new Map();
  entities = new Map();
  timelines = new Map();
  answers = new Map();
  /** What each case was before its last order, and by which. */
  before = new Map();

  constructor(now, { cases = 9, things = 400 } = {}) {
    const random = seeded(42);
    for (let n = 0; n < 22; n += 1) this.#unit(n, random);
    for (let n = 0; n < cases; n += 1)
      this.open(now - random() * 1_500_000, [1, 2, 2, 3, 3, 3, 4, 1, 4][n % 9], random);
    for (let n = 0; n < things; n += 1) this.#thing(n, now, random);
  }

  #at(random) {
    const { code, lon, lat } = COMMUNITIES[Math.floor(random() * COMMUNITIES.length)];
    const near = () => (random() + random() - 1) * SPREAD;
    return { place: code, lon: lon + near(), lat: lat + near() };
  }

  #unit(n, random) {
    const [department, zh, en] = DEPARTMENTS[n % 3];
    const { lon, lat } = this.#at(random);
    const state = n % 7 === 5 ? 'RETURNING' : 'AVAILABLE';
    const id = `${department}-${n + 1}`;
    const name = { zh: `${zh} ${n + 1} 号车`, en: `${en} unit ${n + 1}` };
    this.units.set(id, {
      id,
      name,
      department,
      kind: 'crew',
      state,
      lon,
      lat,
      case: null,
      version: 1,
    });
  }

  #thing(n, now, random) {
    const { lon, lat } = this.#at(random);
    const [department] = DEPARTMENTS[n % 4];
    const level = n % 400 === 0 ? 2 : n % 3 === 0 ? 4 : null;
    const id = `thing-${n}`;
    const time = new Date(now - random() * 3_600_000).toISOString();
    const title = { zh: `要素 ${n}`, en: `Thing ${n}` };
    this.entities.set(id, {
      id,
      type: `city.${department}.thing.v1`,
      department,
      title,
      level,
      lon,
      lat,
      time,
      ended: false,
    });
  }

  open(now, severity, random = Math.random) {
    this.#next += 1;
    const n = this.#next;
    const [zh, en] = TITLES[n % TITLES.length];
    const at = this.#at(random);
    const time = new Date(now).toISOString();
    const title = { zh: `${zh}`, en };
    const alert = {
      id: `alert-${n}`,
      fingerprint: `f${n}`,
      rule: { id: `rule-${n % 6}`, title },
      severity,
      status: 'FIRING',
      title,
      ...at,
      raisedAt: time,
      changedAt: time,
      resolvedAt: null,
      eventCount: 3 + (n % 5),
      departments: ['fire', 'power'],
      exercise: true,
      cases: [`case-${n}`],
    };
    const limit = [0, 120_000, 300_000, 900_000, 1_800_000][severity];
    const item = {
      id: `case-${n}`,
      number: `C-20261124-${String(n).padStart(4, '0')}`,
      kind: 'city',
      version: 1,
      state: 'REPORTED',
      status: 'REPORTED',
      title,
      severity,
      openedAt: time,
      changedAt: time,
      ...at,
      responsible: DEPARTMENTS[n % 3][0],
      acknowledgedBy: null,
      alerts: [alert.id],
      assignments: [],
      clocks: [
        {
          id: 'acknowledge',
          title: { zh: '受理时限', en: 'Acknowledge' },
          startedAt: time,
          dueAt: new Date(now + limit).toISOString(),
          stoppedAt: null,
          breachedAt: null,
        },
        {
          id: 'on-scene',
          title: { zh: '到场时限', en: 'On scene' },
          startedAt: time,
          dueAt: new Date(now + limit * 6).toISOString(),
          stoppedAt: null,
          breachedAt: null,
        },
      ],
      verified: false,
      rework: 0,
      bounces: 0,
      exercise: true,
    };
    this.alerts.set(alert.id, alert);
    this.cases.set(item.id, item);
    this.timelines.set(item.id, []);
    this.#note(item, 'openCase', { kind: 'ROUTER', name: 'router' }, time, {});
    return { alerts: [alert], cases: [item] };
  }

  #note(item, command, actor, at, fields) {
    const [zh, en] = WORDS[command];
    const more = fields.outcome ?? fields.note ?? fields.text ?? fields.unitId ?? '';
    const words = { zh: more ? `${zh}：${more}` : zh, en: more ? `${en}: ${more}` : en };
    this.timelines.get(item.id).push({ at, actor, command, words, fields, position: null });
  }

  allowed(item, now = Date.now()) {
    const last = this.before.get(item.id);
    const undo = Object.keys(UNDOES).filter(
      (name) => last?.name === UNDOES[name] && now - last.at < UNDO_MS,
    );
    return [...this.#offered(item), ...undo];
  }

  #offered(item) {
    return Object.keys(FLOW).filter((name) => {
      if (!FLOW[name].includes(item.status)) return false;
      if (name === 'acknowledgeCase') return item.acknowledgedBy === null;
      if (name === 'markEnRoute') return item.assignments.some(({ state }) => state === 'ASSIGNED');
      if (name === 'markOnScene')
        return item.assignments.some(({ state }) => state === 'ASSIGNED' || state === 'EN_ROUTE');
      if (name === 'closeCase') return item.verified;
      if (name === 'verifyCase') return !item.verified;
      return true;
    });
  }

  /** Answers like the hub; `changed` is what a delta would carry. */
  command(name, input, operator, now) {
    const known = this.answers.get(input.idempotencyKey);
    if (known) return { answer: known, changed: null };
    const old = this.cases.get(input.caseId);
    if (!old)
      return {
        answer: { __typename: 'CommandRefused', code: 'UNKNOWN_CASE', message: 'No such case.' },
        changed: null,
      };
    if (old.version !== input.expectedVersion) {
      const { actor } = this.timelines.get(old.id).at(-1);
      const message = 'The case has changed in the meantime.';
      return {
        answer: { __typename: 'CommandConflict', case: old.id, winner: actor, message },
        changed: null,
      };
    }
    if (!this.allowed(old).includes(name)) {
      return {
        answer: { __typename: 'CommandRefused', code: 'NOT_NOW', message: 'Not in this state.' },
        changed: null,
      };
    }
    const at = new Date(now).toISOString();
    const item = { ...old, version: old.version + 1, changedAt: at };
    const units = this.#effect(name, item, input, operator, at);
    if (name in UNDOES) this.before.delete(item.id);
    else this.before.set(item.id, { name, at: now, item: old, units: units.map(({ id }) => id) });
    this.cases.set(item.id, item);
    this.#note(item, name, { kind: 'OPERATOR', name: operator }, at, input);
    const answer = { __typename: 'CommandAccepted', case: item.id, at: 'scripted' };
    this.answers.set(input.idempotencyKey, answer);
    return { answer, changed: { cases: [item], units } };
  }

  #effect(name, item, input, operator, at) {
    const stop = (id) => {
      item.clocks = item.clocks.map((clock) =>
        clock.id === id && !clock.stoppedAt ? { ...clock, stoppedAt: at } : clock,
      );
    };
    const move = (state) => {
      const assignment = item.assignments.find(({ id }) => id === input.assignmentId);
      item.assignments = item.assignments.map((one) =>
        one === assignment ? { ...one, state, since: at } : one,
      );
      return [this.#setUnit(assignment.unit, state, item.id)];
    };
    switch (name) {
      case 'acknowledgeCase':
        item.acknowledgedBy = { kind: 'operator', name: operator };
        if (item.status === 'REPORTED') item.status = 'ESTABLISHED';
        stop('acknowledge');
        return [];
      case 'assignUnit':
        if (item.status === 'ESTABLISHED') item.status = 'DISPATCHED';
        item.assignments = [
          ...item.assignments,
          {
            id: `${item.id}-${item.assignments.length + 1}`,
            unit: input.unitId,
            state: 'ASSIGNED',
            since: at,
          },
        ];
        return [this.#setUnit(input.unitId, 'ASSIGNED', item.id)];
      case 'markEnRoute':
        item.status = 'IN_PROGRESS';
        return move('EN_ROUTE');
      case 'markOnScene':
        item.status = 'IN_PROGRESS';
        stop('on-scene');
        return move('ON_SCENE');
      case 'resolveCase':
        item.status = 'VERIFYING';
        return [];
      case 'verifyCase':
        item.status = input.passed ? 'VERIFYING' : 'IN_PROGRESS';
        item.verified = input.passed;
        return [];
      case 'closeCase':
        item.status = 'CLOSED';
        item.assignments = item.assignments.map((one) => ({ ...one, state: 'RELEASED' }));
        return item.assignments.map(({ unit }) => this.#setUnit(unit, 'AVAILABLE', null));
      default:
        return name in UNDOES ? this.#restore(item) : [];
    }
  }

  /** Everything but number and version as it was before the last order. */
  #restore(item) {
    const { item: old, units } = this.before.get(item.id);
    const { version, changedAt, ...rest } = old;
    Object.assign(item, rest);
    return units.map((id) => {
      const assignment = old.assignments.find(({ unit }) => unit === id);
      return this.#setUnit(id, assignment?.state ?? 'AVAILABLE', assignment ? item.id : null);
    });
  }

  #setUnit(id, state, caseId) {
    const unit = { ...this.units.get(id), state, case: caseId };
    unit.version += 1;
    this.units.set(id, unit);
    return unit;
  }

  snapshot() {
    const list = (map) => [...map.values()];
    return {
      alerts: list(this.alerts),
      cases: list(this.cases),
      units: list(this.units),
      entities: list(this.entities),
    };
  }
}
