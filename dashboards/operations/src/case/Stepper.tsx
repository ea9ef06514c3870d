// The course of a case, 上报 to 结案, with the present step marked by shape and word.

import { useTranslation } from 'react-i18next';
import type { CaseStatus } from '../live/protocol';

const COURSE: readonly CaseStatus[] = [
  'REPORTED',
  'ESTABLISHED',
  'DISPATCHED',
  'IN_PROGRESS',
  'VERIFYING',
  'CLOSED',
];

export function Stepper({ status }: { status: CaseStatus }) {
  const { t } = useTranslation();
  const at = COURSE.indexOf(status);
  if (at === -1) return <p className="stepper aside">{t(`status.${status}`)}</p>;
  return (
    <ol className="stepper" aria-label={t('case.steps')}>
      {COURSE.map((step, n) => {
        const done = n < at || status === 'CLOSED';
        return (
          <li
            key={step}
            className={done ? 'done' : n === at ? 'now' : 'ahead'}
            aria-current={n === at ? 'step' : undefined}
          >
            <span className="step-dot" aria-hidden="true">
              {done ? '✓' : n + 1}
            </span>
            {t(`status.${step}`)}
          </li>
        );
      })}
    </ol>
  );
}
