// Types of the scripted hub for the specs.

export interface ScriptedHub {
  readonly url: string;
  /** What consoles said when they connected, oldest first. */
  readonly hellos: { resume?: { epoch: string; cursor: string } }[];
  epoch: string;
  buildId: string;
  /** GraphQL requests as they came, oldest first. */
  readonly asked: { query?: string; extensions?: { persistedQuery?: { sha256Hash: string } } }[];
  /** Replays that were ordered. */
  readonly letters: {
    sent: { ids: string[]; idempotencyKey: string }[];
    matching: { idempotencyKey: string }[];
  };
  /** Times a wallboard asked for a longer session. */
  readonly renewals: number;
  readonly city: {
    entities: Map<string, object>;
    cases: Map<string, { id: string; number: string; version: number; status: string }>;
    command(
      name: string,
      input: Record<string, unknown>,
      operator: string,
      now: number,
    ): { answer: { __typename: string }; changed: object | null };
  };
  closeCase(id: string): void;
  openCase(severity?: number): { id: string; number: string };
  change(change: { upsert?: object | null; remove?: object }, how?: { lose?: boolean }): void;
  silence(on: boolean): void;
  cut(): void;
  reset(reason: string): void;
  forgetHistory(): void;
  forgetOperations(): void;
  close(): Promise<void>;
}

export function startScriptedHub(options?: {
  port?: number;
  cases?: number;
  things?: number;
}): Promise<ScriptedHub>;
