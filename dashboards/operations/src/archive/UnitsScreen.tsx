// Every unit: whose, what it is doing, for which case. Live, like the map.

import { useTranslation } from 'react-i18next';
import { unitKind } from '../command/unitKind';
import { say } from '../i18n/language';
import { useFeed, world } from '../live/feed';
import type { LiveUnit, UnitState } from '../live/protocol';
import { Link } from '../route/Link';
import { Page } from '../route/Page';
import { casePath, rewriteQuery, useRoute } from '../route/route';
import { useNames } from '../view/names';
import { UNIT_STATES, unitTable } from '../wall/unitTable';
import { Choice } from './FilterFields';

/** Busy units first: those are the ones somebody asks about. */
const ORDER: Readonly<Record<UnitState, number>> = {
  ON_SCENE: 0,
  EN_ROUTE: 1,
  ASSIGNED: 2,
  RETURNING: 3,
  AVAILABLE: 4,
  OUT_OF_SERVICE: 5,
};

export function UnitsScreen() {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const query = new URLSearchParams(useRoute().search);
  useFeed((feed) => feed.revision.units);
  useFeed((feed) => feed.revision.cases);
  const department = query.get('dep');
  const state = query.get('state');
  const narrow = (name: string, value: string | null) => {
    if (value) query.set(name, value);
    else query.delete(name);
    rewriteQuery(query);
  };
  const all = [...world.units.values()];
  const lines = unitTable(all);
  const shown = all
    .filter((unit) => !department || unit.department === department)
    .filter((unit) => !state || unit.state === state)
    .sort((a, b) => ORDER[a.state] - ORDER[b.state] || (a.id < b.id ? -1 : 1));
  return (
    <Page
      title={t('nav.units')}
      tools={
        <div className="tools">
          <Choice
            label={t('lists.department')}
            value={department}
            options={lines.map((line) => [
              line.department,
              say(departments.get(line.department), i18n.language) || line.department,
            ])}
            onChange={(value) => narrow('dep', value)}
          />
          <Choice
            label={t('lists.state')}
            value={state}
            options={UNIT_STATES.map((one) => [one, t(`unitState.${one}`)])}
            onChange={(value) => narrow('state', value)}
          />
        </div>
      }
    >
      <p className="unit-counts">
        {UNIT_STATES.map((one) => (
          <span className="chip" key={one}>
            {t(`unitState.${one}`)}{' '}
            <strong className="mono">
              {lines.reduce((sum, line) => sum + line.counts[one], 0)}
            </strong>
          </span>
        ))}
      </p>
      <table className="grid" data-testid="units">
        <thead>
          <tr>
            <th scope="col">{t('lists.unit')}</th>
            <th scope="col">{t('lists.department')}</th>
            <th scope="col">{t('lists.unitKind')}</th>
            <th scope="col">{t('lists.state')}</th>
            <th scope="col">{t('lists.case')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((unit) => (
            <UnitLine key={unit.id} unit={unit} />
          ))}
        </tbody>
      </table>
      {shown.length === 0 ? <p className="empty">{t('lists.empty')}</p> : null}
    </Page>
  );
}

function UnitLine({ unit }: { unit: LiveUnit }) {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const item = unit.case ? world.cases.get(unit.case) : undefined;
  return (
    <tr>
      <th scope="row">{say(unit.name, i18n.language)}</th>
      <td>{say(departments.get(unit.department), i18n.language) || unit.department}</td>
      <td>{unitKind(t, unit.kind)}</td>
      <td>{t(`unitState.${unit.state}`)}</td>
      <td>
        {item ? (
          <Link to={casePath(item.number)}>
            <span className="mono">{item.number}</span> {say(item.title, i18n.language)}
          </Link>
        ) : null}
      </td>
    </tr>
  );
}
