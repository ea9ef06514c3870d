// What a list shows, kept in the address: sending the address sends the list.

import type { CaseStatus, Severity } from '../live/protocol';
import { SEVERITIES } from '../severity/palette';

export interface ListFilter {
  text: string;
  kind: string | null;
  status: CaseStatus | null;
  severity: Severity | null;
  department: string | null;
  /** Only those for which the supervisor was called in. */
  escalated: boolean;
}

export const CASE_STATUSES: readonly CaseStatus[] = [
  'REPORTED',
  'ESTABLISHED',
  'DISPATCHED',
  'IN_PROGRESS',
  'VERIFYING',
  'CLOSED',
  'SUSPENDED',
  'VOIDED',
];

export function readListFilter(search: string): ListFilter {
  const query = new URLSearchParams(search);
  const status = CASE_STATUSES.find((one) => one === query.get('status')) ?? null;
  const severity = SEVERITIES.find((one) => String(one) === query.get('sev')) ?? null;
  return {
    text: query.get('q') ?? '',
    kind: query.get('kind') || null,
    status,
    severity,
    department: query.get('dep') || null,
    escalated: query.get('esc') === '1',
  };
}

/** Keeps what else the address says, the language for one. */
export function writeListFilter(filter: ListFilter, search: string): URLSearchParams {
  const query = new URLSearchParams(search);
  const put = (name: string, value: string | null) => {
    if (value) query.set(name, value);
    else query.delete(name);
  };
  put('q', filter.text);
  put('kind', filter.kind);
  put('status', filter.status);
  put('sev', filter.severity === null ? null : String(filter.severity));
  put('dep', filter.department);
  put('esc', filter.escalated ? '1' : null);
  return query;
}
