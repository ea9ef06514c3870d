// The course of a case, 上报 to 结案 or as its kind has it, with the present step marked by shape and word.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import type { CaseStatus, Text } from '../live/protocol';

const COURSE: readonly CaseStatus[] = [
  'REPORTED',
  'ESTABLISHED',
  'DISPATCHED',
  'IN_PROGRESS',
  'VERIFYING',
  'CLOSED',
];

/** A step of a kind's own course. */
export interface Step {
  name: string;
  status: CaseStatus;
  titles: Text;
}

/** Where a case rests or ends aside from its course. */
const ASIDE: ReadonlySet<CaseStatus> = new Set(['SUSPENDED', 'VOIDED']);

interface Props {
  status: CaseStatus;
  /** State and course of a kind that has its own; without them the common stages are shown. */
  state?: string;
  course?: readonly Step[] | undefined;
}

export function Stepper({ status, state, course }: Props) {
  const { t, i18n } = useTranslation();
  const own = course?.filter((step) => !ASIDE.has(step.status)) ?? [];
  const steps =
    own.length > 0
      ? own.map(({ name, titles }) => [name, say(titles, i18n.language)] as const)
      : COURSE.map((step) => [step, t(`status.${step}`)] as const);
  const at = steps.findIndex(([name]) => name === (own.length > 0 ? state : status));
  if (at === -1) return <p className="stepper aside">{t(`status.${status}`)}</p>;
  return (
    <ol className="stepper" aria-label={t('case.steps')}>
      {steps.map(([name, word], n) => {
        const done = n < at || status === 'CLOSED';
        return (
          <li
            key={name}
            className={done ? 'done' : n === at ? 'now' : 'ahead'}
            aria-current={n === at ? 'step' : undefined}
          >
            <span className="step-dot" aria-hidden="true">
              {done ? '✓' : n + 1}
            </span>
            {word}
          </li>
        );
      })}
    </ol>
  );
}
