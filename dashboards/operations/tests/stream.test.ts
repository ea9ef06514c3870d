// The stream: whatever the wire does to the frames, the console ends with what a fresh snapshot shows.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LiveConnection, type Socket } from '../src/live/connection';
import type { Delta, Frame, Hello } from '../src/live/protocol';
import { applySnapshot, emptyWorld, expectSnapshot, type World } from '../src/live/world';
import { aCase, anAlert, at, aUnit } from './samples';

/** A change to the city: what one delta carries. */
interface Step {
  kind: 'alerts' | 'cases' | 'units';
  id: number;
  remove: boolean;
}

type Fault =
  | 'none'
  | 'lose'
  | 'repeat'
  | 'swap'
  | 'cut'
  | 'expire'
  | 'rebuild'
  | 'reset'
  | 'damage';

const make = {
  alerts: (id: string, n: number) => anAlert(id, { eventCount: n }),
  cases: (id: string, n: number) => aCase(id, { version: n }),
  units: (id: string, n: number) => aUnit(id, { version: n }),
};

/** A hub with a log, and a wire that can fail between it and one client. */
class Hub {
  readonly truth = emptyWorld();
  #log: Delta[] = [];
  #base = 0;
  #n = 0;
  #epoch = 1;
  #socket: Socket | null = null;
  #held: Frame[] = [];
  hellos: Hello[] = [];

  connect(): Socket {
    const socket: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (text) => this.#hello(socket, JSON.parse(text) as Hello),
      close: () => {
        if (this.#socket === socket) this.#socket = null;
      },
    };
    this.#socket = socket;
    return socket;
  }

  open(): void {
    this.#socket?.onopen?.();
  }

  get cursor(): string {
    return `c${this.#n}`;
  }

  get epoch(): string {
    return `e${this.#epoch}`;
  }

  step({ kind, id, remove }: Step, fault: Fault): void {
    const from = this.cursor;
    this.#n += 1;
    const name = `${kind}-${id}`;
    const map = this.truth[kind] as Map<string, unknown>;
    const object = make[kind](name, this.#n);
    if (remove) map.delete(name);
    else map.set(name, object);
    const frame: Delta = {
      type: 'delta',
      epoch: this.epoch,
      from,
      to: this.cursor,
      ts: at(0),
      upsert: remove ? {} : { [kind]: [object] },
      remove: remove ? { [kind]: [name] } : {},
    };
    this.#log.push(frame);
    this.#fail(frame, fault);
  }

  #fail(frame: Delta, fault: Fault): void {
    if (fault === 'lose') return;
    if (fault === 'swap') {
      this.#held.push(frame);
      return;
    }
    this.#say(fault === 'damage' ? ({ ...frame, type: 'noise' } as unknown as Frame) : frame);
    for (const late of this.#held.splice(0)) this.#say(late);
    if (fault === 'repeat') this.#say(frame);
    if (fault === 'cut') this.cut();
    if (fault === 'expire') this.#base = this.#log.length;
    if (fault === 'rebuild') {
      this.#epoch += 1;
      this.#base = this.#log.length;
      this.cut();
    }
    if (fault === 'reset') {
      this.#say({ type: 'reset', reason: 'slow_consumer' });
      this.#snapshot();
    }
  }

  cut(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.onclose?.();
  }

  bye(retryAfterMs: number): void {
    this.#say({ type: 'bye', code: 'stopping', retryAfterMs });
  }

  beat(): void {
    this.#say({ type: 'beat', cursor: this.cursor, ts: at(0), sources: [] });
  }

  #say(frame: Frame): void {
    this.#socket?.onmessage?.({ data: JSON.stringify(frame) });
  }

  #hello(socket: Socket, hello: Hello): void {
    if (socket !== this.#socket) return;
    this.hellos.push(hello);
    const { resume } = hello;
    const missed = this.#log.slice(this.#base).findIndex(({ from }) => from === resume?.cursor);
    const known = missed >= 0 || resume?.cursor === this.cursor;
    const resumes = resume?.epoch === this.epoch && known;
    this.#say({
      type: 'welcome',
      epoch: this.epoch,
      serverTime: at(0),
      heartbeatMs: 5_000,
      mode: resumes ? 'resume' : 'snapshot',
    });
    if (!resumes) this.#snapshot();
    else if (missed >= 0)
      for (const frame of this.#log.slice(this.#base + missed)) this.#say(frame);
  }

  #snapshot(): void {
    const { alerts, cases, units } = this.truth;
    const { cursor } = this;
    this.#say({ type: 'snapshot', chunk: 0, last: false, cursor, alerts: [...alerts.values()] });
    this.#say({
      type: 'snapshot',
      chunk: 1,
      last: true,
      cursor,
      cases: [...cases.values()],
      units: [...units.values()],
      entities: [],
    });
  }
}

/** A client on a wire; timers run when the test says so. */
function wired(hub: Hub, luck = 0) {
  const timers: (() => void)[] = [];
  const waits: number[] = [];
  const refused = { n: 0 };
  const clock = { now: 1_000 };
  const client = new LiveConnection({
    open: () => hub.connect(),
    now: () => clock.now,
    random: () => luck,
    later: (run, ms) => {
      timers.push(run);
      waits.push(ms);
      return () => {
        const n = timers.indexOf(run);
        if (n >= 0) timers.splice(n, 1);
      };
    },
    onRefused: () => {
      refused.n += 1;
    },
    onChange: () => {},
  });
  const settle = () => {
    for (let n = 0; n < 20; n += 1) {
      for (const run of timers.splice(0)) {
        run();
        hub.open();
      }
      hub.beat();
    }
  };
  client.start();
  hub.open();
  return { client, settle, clock, timers, waits, refused };
}

const shown = ({ alerts, cases, units }: World) => ({
  alerts: new Map([...alerts].sort()),
  cases: new Map([...cases].sort()),
  units: new Map([...units].sort()),
});

const step = fc.record({
  kind: fc.constantFrom<Step['kind']>('alerts', 'cases', 'units'),
  id: fc.integer({ min: 0, max: 5 }),
  remove: fc.boolean(),
});
const fault = fc.constantFrom<Fault>(
  'none',
  'none',
  'none',
  'lose',
  'repeat',
  'swap',
  'cut',
  'expire',
  'rebuild',
  'reset',
  'damage',
);

describe('the stream', () => {
  test('any loss, repeat, swap, cut, expiry, rebuild or damage ends in the state of a fresh snapshot', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fault), { maxLength: 60 }), (course) => {
        const hub = new Hub();
        const { client, settle, timers } = wired(hub);
        for (const [what, how] of course) {
          hub.step(what, how);
          if (timers.length > 0) {
            timers.shift()?.();
            hub.open();
          }
        }
        settle();
        expect(shown(client.world)).toEqual(shown(hub.truth));
        expect(client.world.cursor).toBe(hub.cursor);
      }),
      { numRuns: 400 },
    );
  });

  test('a client that lost one frame resumes from its cursor and gets nothing twice', () => {
    const hub = new Hub();
    const { client, settle } = wired(hub);
    hub.step({ kind: 'cases', id: 1, remove: false }, 'none');
    hub.step({ kind: 'cases', id: 2, remove: false }, 'lose');
    hub.step({ kind: 'cases', id: 3, remove: false }, 'none');
    settle();
    expect(hub.hellos.map(({ resume }) => resume?.cursor)).toEqual([undefined, 'c1']);
    expect(shown(client.world)).toEqual(shown(hub.truth));
  });

  test('the old picture stays until the last chunk of a snapshot is here', () => {
    const world = emptyWorld();
    expectSnapshot(world, 'e1');
    const whole = { type: 'snapshot', chunk: 0, last: true, cursor: 'c1' } as const;
    applySnapshot(world, { ...whole, cases: [aCase('old')] });
    expectSnapshot(world, 'e2');
    applySnapshot(world, { ...whole, last: false, cases: [aCase('new')] });
    expect([...world.cases.keys()]).toEqual(['old']);
    applySnapshot(world, { ...whole, chunk: 1, cases: [aCase('newer')] });
    expect([...world.cases.keys()]).toEqual(['new', 'newer']);
  });

  test('a socket that is open but silent is replaced after two heartbeats', () => {
    const hub = new Hub();
    const { client, clock, timers } = wired(hub);
    clock.now += 8_900;
    client.check();
    expect(timers).toHaveLength(0);
    clock.now += 200;
    client.check();
    expect(timers).toHaveLength(1);
    expect(client.hearing.lostAt).not.toBeNull();
  });

  test('a bye is retried when the hub asks for it, and the session is asked about', () => {
    const hub = new Hub();
    const { timers, waits, refused } = wired(hub);
    hub.bye(4_321);
    expect(timers).toHaveLength(1);
    expect(waits).toEqual([4_321]);
    expect(refused.n).toBe(1);
  });

  test('a hub that never answers is tried again ever later, within ten seconds', () => {
    const hub = new Hub();
    const { timers, waits } = wired(hub, 1);
    for (let n = 0; n < 9; n += 1) {
      hub.cut();
      timers.shift()?.();
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000, 10_000, 10_000]);
  });
});
