// All alerts that rules ever raised, with why, for the look back.

import { useTranslation } from 'react-i18next';
import { ask } from '../graphql/client';
import { graphql, type ResultOf } from '../graphql/tada';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import type { Severity } from '../live/protocol';
import { Link } from '../route/Link';
import { Page } from '../route/Page';
import { casePath } from '../route/route';
import { SeverityMark } from '../severity/SeverityMark';
import { FilterFields, useListFilter } from './FilterFields';
import { ListFoot } from './ListFoot';
import { usePages } from './usePages';

const alertsQuery = graphql(`
  query ConsoleAlerts($filter: AlertFilter, $first: Int, $after: String) {
    alerts(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        severity
        status
        titles { zh en }
        explanation { words { zh en } }
        rule { key titles { zh en } }
        place { names { zh en } }
        raisedAt
        resolvedAt
        eventCount
        exercise
        cases { number }
      }
      pageInfo { endCursor hasNextPage }
    }
  }
`);

type ListedAlert = ResultOf<typeof alertsQuery>['alerts']['nodes'][number];

const PAGE = 50;

export function AlertsScreen() {
  const { t } = useTranslation();
  const filter = useListFilter();
  const revision = useFeed((feed) => feed.revision.alerts);
  const pages = usePages<ListedAlert>(
    async (after) => {
      const answer = await ask(alertsQuery, {
        first: PAGE,
        after,
        filter: {
          text: filter.text.trim() || null,
          severity: filter.severity ? [filter.severity] : null,
          department: filter.department ? [filter.department] : null,
        },
      });
      if (!answer.ok) return answer;
      const { nodes, pageInfo } = answer.data.alerts;
      return { ok: true, data: { nodes, end: pageInfo.endCursor, more: pageInfo.hasNextPage } };
    },
    JSON.stringify(filter),
    revision,
  );
  return (
    <Page title={t('nav.alerts')} tools={<FilterFields />}>
      <table className="grid" aria-busy={pages.loading} data-testid="alerts">
        <thead>
          <tr>
            <th scope="col">{t('lists.severity')}</th>
            <th scope="col" className="wide">
              {t('lists.title')}
            </th>
            <th scope="col">{t('lists.rule')}</th>
            <th scope="col">{t('lists.place')}</th>
            <th scope="col">{t('lists.raised')}</th>
            <th scope="col">{t('lists.ended')}</th>
            <th scope="col" className="number">
              {t('lists.events')}
            </th>
            <th scope="col">{t('lists.case')}</th>
          </tr>
        </thead>
        <tbody>
          {pages.rows.map((row) => (
            <AlertLine key={row.id} row={row} />
          ))}
        </tbody>
      </table>
      <ListFoot shown={pages.rows.length} total={null} pages={pages} />
    </Page>
  );
}

function AlertLine({ row }: { row: ListedAlert }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const at = (moment: string) => wallTime(Date.parse(moment), now);
  return (
    <tr>
      <td>
        <SeverityMark severity={row.severity as Severity} size={16} />
      </td>
      <th scope="row">
        {say(row.titles, i18n.language)}{' '}
        {row.exercise ? <span className="chip exercise">{t('exercise')}</span> : null}
        <span className="hint block-hint">{say(row.explanation.words, i18n.language)}</span>
      </th>
      <td title={row.rule.key}>{say(row.rule.titles, i18n.language)}</td>
      <td>{say(row.place?.names, i18n.language)}</td>
      <td className="mono">{at(row.raisedAt)}</td>
      <td className="mono">{row.resolvedAt ? at(row.resolvedAt) : t('lists.firing')}</td>
      <td className="mono number">{row.eventCount}</td>
      <td className="mono">
        {row.cases.map(({ number }) => (
          <Link key={number} to={casePath(number)}>
            {number}
          </Link>
        ))}
      </td>
    </tr>
  );
}
