// Shape, colour and number of a level. The word stands beside it wherever there is room.

import { useTranslation } from 'react-i18next';
import type { Severity } from '../live/protocol';
import { SEVERITY_SHAPE, SHAPE_PATH } from './palette';

interface Props {
  severity: Severity;
  size?: number;
}

export function SeverityMark({ severity, size = 22 }: Props) {
  const { t } = useTranslation();
  const shape = SEVERITY_SHAPE[severity] ?? 'circle';
  return (
    <svg
      className="severity-mark"
      data-severity={severity}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      role="img"
      aria-label={t(`severity.${severity}`)}
    >
      <path d={SHAPE_PATH[shape]} />
      <text x="12" y={shape === 'triangle' ? 19.5 : 16.6} textAnchor="middle" fontSize="13">
        {severity}
      </text>
    </svg>
  );
}
