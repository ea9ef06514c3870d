// What the console tells the operator about orders: who was first, what was refused, what to retry.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { OrderName } from './order';

export type NoticeKind =
  | 'conflict'
  | 'refused'
  | 'undecided'
  | 'network'
  | 'offline'
  | 'notAllowed'
  | 'oneByOne';

export interface Notice {
  id: number;
  kind: NoticeKind;
  command: OrderName;
  caseNumber: string;
  message: string;
  winner?: { kind: string; name: string };
  /** When the winner was first. */
  wonAt?: string;
  retry?: () => void;
}

/** More than this would cover the screen: the oldest goes. */
const NOTICES_MAX = 4;
/** Long enough to read twice; what the hub has not answered stays until it is dealt with. */
const NOTICE_MS = 12_000;

export const notices = createStore<{ shown: readonly Notice[] }>()(() => ({ shown: [] }));

let last = 0;

export function tell(notice: Omit<Notice, 'id'>): void {
  last += 1;
  const id = last;
  const shown = [...notices.getState().shown, { ...notice, id }].slice(-NOTICES_MAX);
  notices.setState({ shown });
  if (!notice.retry || notice.kind === 'conflict') setTimeout(() => dismiss(id), NOTICE_MS);
}

export function dismiss(id: number): void {
  notices.setState({ shown: notices.getState().shown.filter((notice) => notice.id !== id) });
}

export const useNotices = (): readonly Notice[] => useStore(notices, (state) => state.shown);
