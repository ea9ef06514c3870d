// All cases, open and closed, of every kind: filtered by the address, each with its permanent link.

import { useTranslation } from 'react-i18next';
import { worstClock } from '../case/clocks';
import { ask } from '../graphql/client';
import { graphql, type ResultOf } from '../graphql/tada';
import { say } from '../i18n/language';
import { span, wallTime } from '../i18n/time';
import { useKinds } from '../kinds/kinds';
import { useFeed, useNow, world } from '../live/feed';
import type { Severity } from '../live/protocol';
import { Link } from '../route/Link';
import { Page } from '../route/Page';
import { casePath } from '../route/route';
import { SeverityMark } from '../severity/SeverityMark';
import { FilterFields, useListFilter } from './FilterFields';
import { ListFoot } from './ListFoot';
import { usePages } from './usePages';

const casesQuery = graphql(`
  query ConsoleCases($filter: CaseFilter, $first: Int, $after: String) {
    cases(filter: $filter, first: $first, after: $after) {
      totalCount
      nodes {
        key
        number
        kind
        titles { zh en }
        stateTitles { zh en }
        status
        severity
        openedAt
        closedAt
        place { names { zh en } }
        responsible { titles { zh en } }
        acknowledgedBy { kind name }
        exercise
      }
      pageInfo { endCursor hasNextPage }
    }
  }
`);

type Node = ResultOf<typeof casesQuery>['cases']['nodes'][number];
type ListedCase = Node & { total: number };

const PAGE = 50;

export function CasesScreen() {
  const { t } = useTranslation();
  const { kinds } = useKinds();
  const filter = useListFilter();
  const revision = useFeed((feed) => feed.revision.cases);
  const pages = usePages<ListedCase>(
    async (after) => {
      const answer = await ask(casesQuery, {
        first: PAGE,
        after,
        filter: {
          text: filter.text.trim() || null,
          kind: filter.kind ? [filter.kind] : null,
          status: filter.status ? [filter.status] : null,
          severity: filter.severity ? [filter.severity] : null,
          department: filter.department ? [filter.department] : null,
          escalated: filter.escalated || null,
        },
      });
      if (!answer.ok) return answer;
      const { nodes, pageInfo, totalCount } = answer.data.cases;
      const listed = nodes.map((node) => ({ ...node, total: totalCount }));
      return {
        ok: true,
        data: { nodes: listed, end: pageInfo.endCursor, more: pageInfo.hasNextPage },
      };
    },
    JSON.stringify(filter),
    revision,
  );
  const titles = new Map(kinds.map((kind) => [kind.name, kind.titles]));
  return (
    <Page
      title={t('nav.cases')}
      tools={
        <>
          <FilterFields kinds={kinds} statuses />
          <Link to="/cases/new" className="button primary">
            {t('form.newCase')}
          </Link>
        </>
      }
    >
      <table className="grid" aria-busy={pages.loading} data-testid="cases">
        <thead>
          <tr>
            <th scope="col">{t('lists.severity')}</th>
            <th scope="col">{t('lists.number')}</th>
            <th scope="col" className="wide">
              {t('lists.title')}
            </th>
            <th scope="col">{t('lists.kind')}</th>
            <th scope="col">{t('lists.state')}</th>
            <th scope="col">{t('lists.place')}</th>
            <th scope="col">{t('lists.responsible')}</th>
            <th scope="col">{t('lists.opened')}</th>
            <th scope="col">{t('lists.clock')}</th>
          </tr>
        </thead>
        <tbody>
          {pages.rows.map((row) => (
            <CaseLine key={row.key} row={row} kind={titles.get(row.kind) ?? null} />
          ))}
        </tbody>
      </table>
      <ListFoot shown={pages.rows.length} total={pages.rows[0]?.total ?? 0} pages={pages} />
    </Page>
  );
}

function CaseLine({ row, kind }: { row: ListedCase; kind: { zh: string; en: string } | null }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const words = (text: { zh: string; en: string } | null | undefined) => say(text, i18n.language);
  return (
    <tr data-number={row.number}>
      <td>
        <SeverityMark severity={row.severity as Severity} size={16} />
      </td>
      <td className="mono">
        <Link to={casePath(row.number)}>{row.number}</Link>
      </td>
      <th scope="row">
        {words(row.titles)}{' '}
        {row.exercise ? <span className="chip exercise">{t('exercise')}</span> : null}
      </th>
      <td>{words(kind) || row.kind}</td>
      <td>{words(row.stateTitles)}</td>
      <td>{words(row.place?.names)}</td>
      <td>{row.responsible ? words(row.responsible.titles) : t('lists.centre')}</td>
      <td className="mono">{wallTime(Date.parse(row.openedAt), now)}</td>
      <td>
        <LineClock row={row} />
      </td>
    </tr>
  );
}

/** The clock that is due first, while the case is in the live picture. */
function LineClock({ row }: { row: ListedCase }) {
  const { t } = useTranslation();
  const now = useNow();
  const live = world.cases.get(row.key);
  const worst = live ? worstClock(live, now) : null;
  if (worst === null) return null;
  const late = worst.face === 'over';
  return (
    <span className={late ? 'mono breach' : 'mono'}>
      {t(late ? 'clock.over' : 'clock.left', { time: span(Math.abs(worst.left)) })}
    </span>
  );
}
