// All vital signs with room to read them: value, target, trend, and how old each is. The table says
// the same as the lines.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { age, wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import { useRows } from '../queue/queue';
import { Page } from '../route/Page';
import { useNames } from '../view/names';
import { figure } from './figure';
import { LiveCounts } from './LiveCounts';
import { isStale, type MeasuredSign, useFreshSigns, useMeasured } from './measured';
import { Sparkline } from './Sparkline';
import { departmentSigns } from './signs';
import { tendency } from './spark';

export function SignsScreen() {
  const { t } = useTranslation();
  useFreshSigns();
  const rows = useRows();
  const { signs, heardAt, failure } = useMeasured();
  const now = useNow();
  const stale = isStale(heardAt, Date.now());
  return (
    <Page title={t('nav.signs')}>
      <section className="signs" aria-label={t('signs.position')}>
        <LiveCounts rows={rows} />
      </section>
      {failure === null ? null : (
        <p className="page-trouble" role="status">
          {t('signs.failed', { reason: failure })}
        </p>
      )}
      {stale && heardAt !== null ? (
        <p className="page-trouble">{t('signs.asOf', { at: wallTime(heardAt, now) })}</p>
      ) : null}
      <ul className={stale ? 'sign-cards stale' : 'sign-cards'} aria-label={t('signs.label')}>
        {signs.map((sign) => (
          <SignCard key={sign.id} sign={sign} />
        ))}
      </ul>
      {signs.length === 0 && failure === null ? (
        <p className="empty">{t(heardAt === null ? 'signs.waiting' : 'signs.none')}</p>
      ) : null}
    </Page>
  );
}

function SignCard({ sign }: { sign: MeasuredSign }) {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const { department } = sign;
  const words = (value: number | null) => (value === null ? '–' : figure(value, i18n.language));
  const side = sign.direction === 'ABOVE' ? 'signs.targetAtMost' : 'signs.targetAtLeast';
  return (
    <li className="sign-card" data-state={sign.state}>
      <h3>{say(sign.titles, i18n.language)}</h3>
      <p className="sign-card-value">
        <strong className="mono">{words(sign.value)}</strong> {say(sign.units, i18n.language)}
        <span className="sign-judged" data-state={sign.state}>
          {t(`signs.state.${sign.state}`)}
        </span>
      </p>
      <p className="hint">
        {t(side, { target: figure(sign.target, i18n.language) })} ·{' '}
        {t(`signs.tendency.${tendency(sign.trend)}`)}
        {sign.exercise ? ` · ${t('exercise')}` : ''}
      </p>
      <Sparkline points={sign.trend} target={sign.target} width={240} height={56} />
      <p className="hint">
        {say(departments.get(department.name), i18n.language) || department.name} ·{' '}
        <FeedWord sign={sign} />
      </p>
      <Values sign={sign} />
    </li>
  );
}

/** How old the newest event is; a hub that is behind cannot call a source silent. */
function FeedWord({ sign }: { sign: MeasuredSign }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const sources = useFeed((feed) => feed.sources);
  const source = departmentSigns(sources).find(
    ({ department }) => department === sign.department.name,
  );
  if (source?.state === 'behind') return <span className="breach">{t('signs.source.behind')}</span>;
  if (!sign.lastEventAt) return <span>{t('signs.source.never')}</span>;
  const old = now - Date.parse(sign.lastEventAt);
  const words = t('signs.lastEvent', { age: age(old, i18n.language) });
  return old > sign.silentAfterSeconds * 1_000 ? (
    <span className="breach">
      {words} · {t('signs.source.silent')}
    </span>
  ) : (
    <span>{words}</span>
  );
}

function Values({ sign }: { sign: MeasuredSign }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  return (
    <details className="sign-values">
      <summary>{t('signs.values')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('signs.until')}</th>
            <th scope="col">{say(sign.units, i18n.language)}</th>
          </tr>
        </thead>
        <tbody>
          {[...sign.trend].reverse().map(({ at, value }) => (
            <tr key={at}>
              <td className="mono">{wallTime(Date.parse(at), now)}</td>
              <td className="mono">{value === null ? '–' : figure(value, i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
