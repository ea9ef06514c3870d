// Keeps one live socket to the hub and folds its frames into the world.
// A gap resumes once from the cursor, then asks for a snapshot; silence replaces the socket;
// a lost socket is retried with full jitter, at once when the network or the tab comes back.

import { type Hearing, silenceMax } from './freshness';
import { type Frame, type Hello, type LiveSource, parseFrame } from './protocol';
import {
  applyDelta,
  applySnapshot,
  emptyWorld,
  expectSnapshot,
  type Outcome,
  type World,
} from './world';

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;
/** Until the hub's welcome says otherwise. */
const HEARTBEAT_MS = 5_000;

/** The part of a WebSocket that is used here; tests bring their own. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface Surroundings {
  open(): Socket;
  now(): number;
  random(): number;
  later(run: () => void, ms: number): () => void;
  /** A connection that never came to a welcome: perhaps the session is over. */
  onRefused(): void;
  onChange(): void;
}

export class LiveConnection {
  readonly world: World = emptyWorld();
  readonly hearing: Hearing;
  sources: LiveSource[] = [];
  behind = false;
  attempts = 0;
  buildId: string | null = null;
  /** Hub's clock minus ours, in ms. */
  skewMs = 0;

  #socket: Socket | null = null;
  #welcomed = false;
  #openedAt = 0;
  #gaps = 0;
  #cancelRetry: (() => void) | null = null;
  #stopped = false;

  constructor(private readonly around: Surroundings) {
    this.hearing = {
      since: around.now(),
      heardAt: null,
      lostAt: around.now(),
      heartbeatMs: HEARTBEAT_MS,
    };
  }

  start(): void {
    this.#stopped = false;
    this.hearing.since = this.around.now();
    this.hearing.heardAt = null;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#drop();
  }

  /** The network or the tab is back: no reason to wait for the backoff. */
  wake(): void {
    if (this.#stopped || this.#socket) return;
    this.#cancelRetry?.();
    this.#connect();
  }

  /** Called about once a second: a socket that has gone silent is replaced. */
  check(): void {
    if (!this.#socket || this.#stopped) return;
    const quietSince = Math.max(this.hearing.heardAt ?? 0, this.#openedAt);
    if (this.around.now() - quietSince >= silenceMax(this.hearing.heartbeatMs)) this.#lost(0);
  }

  #connect(): void {
    this.#cancelRetry = null;
    this.#welcomed = false;
    this.#openedAt = this.around.now();
    const socket = this.around.open();
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.#hello()));
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#receive(parseFrame(message.data));
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  #hello(): Hello {
    const { epoch, cursor } = this.world;
    const hello: Hello = {
      type: 'hello',
      v: 1,
      topics: ['alerts', 'cases', 'units', 'events', 'feeds'],
      maxHz: 10,
    };
    // The second gap in a row cannot be healed by resuming: the snapshot can.
    if (epoch && cursor && this.#gaps <= 1) hello.resume = { epoch, cursor };
    return hello;
  }

  #receive(frame: Frame | null): void {
    if (!frame) return;
    this.hearing.heardAt = this.around.now();
    switch (frame.type) {
      case 'welcome':
        this.#welcomed = true;
        this.hearing.lostAt = null;
        this.hearing.heartbeatMs = frame.heartbeatMs || HEARTBEAT_MS;
        this.buildId = frame.buildId ?? null;
        this.#noteTime(frame.serverTime);
        if (frame.mode === 'snapshot') expectSnapshot(this.world, frame.epoch);
        break;
      case 'snapshot':
        this.#settle(applySnapshot(this.world, frame));
        break;
      case 'delta':
        this.#settle(applyDelta(this.world, frame));
        break;
      case 'beat':
        this.sources = frame.sources;
        this.behind = frame.behind ?? false;
        this.#noteTime(frame.ts);
        // A beat carries the position of this client's stream: elsewhere means something was missed.
        if (this.world.cursor === null) break;
        if (frame.cursor === this.world.cursor) this.attempts = 0;
        else this.#settle('gap');
        break;
      case 'reset':
        expectSnapshot(this.world, this.world.epoch ?? '');
        break;
      case 'bye':
        this.#welcomed = false;
        this.#lost(frame.retryAfterMs);
        break;
    }
    this.around.onChange();
  }

  #settle(outcome: Outcome): void {
    if (outcome === 'applied') this.#gaps = 0;
    if (outcome !== 'gap') return;
    this.#gaps += 1;
    // The first gap is healed at once; one that keeps coming must not spin.
    this.#lost(this.attempts === 0 ? 0 : undefined);
  }

  #noteTime(serverTime: string): void {
    const at = Date.parse(serverTime);
    if (!Number.isNaN(at)) this.skewMs = at - this.around.now();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  #lost(retryAfterMs?: number): void {
    const refused = !this.#welcomed;
    this.#drop();
    if (this.#stopped) return;
    this.hearing.lostAt ??= this.around.now();
    this.attempts += 1;
    const ceiling = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(this.attempts, 6));
    const jittered = RETRY_MIN_MS + this.around.random() * (ceiling - RETRY_MIN_MS);
    this.#cancelRetry = this.around.later(() => this.#connect(), retryAfterMs ?? jittered);
    if (refused) this.around.onRefused();
    this.around.onChange();
  }
}
