// What the marks mean: shape, number and word, as on the map itself.

import { useTranslation } from 'react-i18next';
import { SEVERITIES } from '../severity/palette';
import { SeverityMark } from '../severity/SeverityMark';

export function Legend() {
  const { t } = useTranslation();
  return (
    <ul className="legend" aria-label={t('map.legend')}>
      {SEVERITIES.map((level) => (
        <li key={level}>
          <SeverityMark severity={level} size={15} />
          {t(`severity.${level}`)}
        </li>
      ))}
      <li>
        <span className="legend-unit" aria-hidden="true" />
        {t('map.unit')}
      </li>
      <li>
        <span className="legend-thing" aria-hidden="true" />
        {t('map.thing')}
      </li>
    </ul>
  );
}
