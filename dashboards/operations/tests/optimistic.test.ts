// Orders shown before they are confirmed: only what is certain enough, only until the stream speaks.

import { describe, expect, test } from 'vitest';
import { distance, toArrive, toLeave } from '../src/command/assignment';
import { offered } from '../src/command/offer';
import { type Guess, isShownAtOnce, pending, withGuess } from '../src/command/optimistic';
import { aCase, at } from './samples';

const guess = (more: Partial<Guess>): Guess => ({
  caseId: 'a',
  version: 1,
  command: 'acknowledgeCase',
  operator: 'wang',
  at: at(0),
  ...more,
});

describe('a guess', () => {
  test('shows the acknowledgement at once', () => {
    const shown = withGuess(aCase('a'), guess({}));
    expect(shown.status).toBe('ESTABLISHED');
    expect(shown.acknowledgedBy?.name).toBe('wang');
  });

  test('moves the unit it is about and no other', () => {
    const item = aCase('a', {
      status: 'DISPATCHED',
      assignments: [
        { id: '1', unit: 'e1', state: 'ASSIGNED' },
        { id: '2', unit: 'e2', state: 'ASSIGNED' },
      ],
    });
    const shown = withGuess(item, guess({ command: 'markEnRoute', unit: 'e2' }));
    expect(shown.assignments.map(({ state }) => state)).toEqual(['ASSIGNED', 'EN_ROUTE']);
    expect(shown.status).toBe('IN_PROGRESS');
  });

  test('never outlives the version it was made against', () => {
    const truth = aCase('a', { version: 2 });
    expect(withGuess(truth, guess({}))).toBe(truth);
    expect(pending(new Map([['a', guess({})]]), () => 2).size).toBe(0);
    expect(pending(new Map([['a', guess({})]]), () => 1).size).toBe(1);
  });

  test('is not made for orders that end or judge a case', () => {
    for (const command of ['resolveCase', 'verifyCase', 'closeCase'] as const) {
      expect(isShownAtOnce(command)).toBe(false);
      const item = aCase('a');
      expect(withGuess(item, guess({ command }))).toBe(item);
    }
  });
});

describe('the offer', () => {
  const detail = { allowedCommands: ['acknowledgeCase', 'addNote'] };

  test('is what the hub allows', () => {
    expect(offered('addNote', aCase('a'), detail)).toBe(true);
    expect(offered('closeCase', aCase('a'), detail)).toBe(false);
    expect(offered('addNote', aCase('a'), null)).toBe(false);
  });

  test('asks for an acknowledgement only while there is none', () => {
    const seen = aCase('a', { acknowledgedBy: { kind: 'operator', name: 'wang' } });
    expect(offered('acknowledgeCase', aCase('a'), detail)).toBe(true);
    expect(offered('acknowledgeCase', seen, detail)).toBe(false);
  });
});

describe('assignment', () => {
  test('measures in metres on the globe', () => {
    const metres = distance({ lon: 121.4737, lat: 31.2304 }, { lon: 116.4074, lat: 39.9042 });
    expect(metres).toBeGreaterThan(1_060_000);
    expect(metres).toBeLessThan(1_075_000);
    expect(distance({ lon: 1, lat: 1 }, { lon: null, lat: 1 })).toBeNull();
  });

  test('moves the unit whose turn it is', () => {
    const item = aCase('a', {
      assignments: [
        { id: '1', unit: 'e1', state: 'ON_SCENE' },
        { id: '2', unit: 'e2', state: 'ASSIGNED' },
        { id: '3', unit: 'e3', state: 'EN_ROUTE' },
      ],
    });
    expect(toLeave(item)?.unit).toBe('e2');
    expect(toArrive(item)?.unit).toBe('e3');
  });
});
