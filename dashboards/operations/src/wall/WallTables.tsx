// Who is free, and whose events come: two small tables.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { age } from '../i18n/time';
import { useFeed, useNow, world } from '../live/feed';
import { departmentSigns } from '../signs/signs';
import { useNames } from '../view/names';
import { UNIT_STATES, unitTable } from './unitTable';

export function WallUnits() {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  useFeed((feed) => feed.revision.units);
  const lines = unitTable(world.units.values());
  return (
    <section className="wall-panel wall-units" aria-label={t('wall.units')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('wall.units')}</th>
            {UNIT_STATES.map((state) => (
              <th scope="col" key={state}>
                {t(`unitState.${state}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ department, counts, all }) => (
            <tr key={department} data-none={counts.AVAILABLE === 0 && all > 0}>
              <th scope="row">{say(departments.get(department), i18n.language) || department}</th>
              {UNIT_STATES.map((state) => (
                <td key={state} className="mono" data-state={state}>
                  {counts[state] === 0 && state !== 'AVAILABLE' ? '·' : counts[state]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function WallFeeds() {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const sources = useFeed((feed) => feed.sources);
  const behind = useFeed((feed) => feed.behind);
  const now = useNow();
  return (
    <section className="wall-panel wall-feeds" aria-label={t('wall.feeds')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('wall.feeds')}</th>
            <th scope="col">{t('wall.state')}</th>
            <th scope="col">{t('wall.last')}</th>
            <th scope="col">{t('wall.perMinute')}</th>
          </tr>
        </thead>
        <tbody>
          {departmentSigns(sources).map(({ department, state, lastEventAt, perMinute }) => (
            <tr key={department} data-feed={state}>
              <th scope="row">{say(departments.get(department), i18n.language) || department}</th>
              <td>{t(`signs.source.${state}`)}</td>
              <td className="mono">
                {lastEventAt === null ? '–' : age(now - lastEventAt, i18n.language)}
              </td>
              <td className="mono">{Math.round(perMinute * 10) / 10}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {behind ? <p className="breach">{t('connection.behind')}</p> : null}
    </section>
  );
}
