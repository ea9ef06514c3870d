// How many alerts came in ten minutes, against the bands of EEMUA 191: one is steady, two can be
// managed, ten are a flood. The bands are seen even while the pointer stands low.

import { useTranslation } from 'react-i18next';
import { FLOOD_FROM, type RateBand } from './signs';

const WIDTH = 60;
const HEIGHT = 12;
/** Up to where each band reaches. */
const EDGES = [1, 2, FLOOD_FROM];
/** The picture ends a little above the flood. */
const FULL = FLOOD_FROM + 2;

const at = (n: number) => (Math.min(n, FULL) / FULL) * WIDTH;

export function RateGauge({ rate }: { rate: { n: number; band: RateBand } }) {
  const { t } = useTranslation();
  return (
    <svg
      className="gauge"
      data-band={rate.band}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={t('signs.gauge', { n: rate.n, flood: FLOOD_FROM })}
    >
      <rect className="gauge-frame" x={0.5} y={0.5} width={WIDTH - 1} height={HEIGHT - 1} />
      <rect className="gauge-fill" x={1} y={2.5} width={Math.max(0, at(rate.n) - 1)} height={7} />
      {EDGES.map((edge) => (
        <line key={edge} className="gauge-edge" x1={at(edge)} x2={at(edge)} y1={0} y2={HEIGHT} />
      ))}
    </svg>
  );
}
