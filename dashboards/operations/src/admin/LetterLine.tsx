// One dead letter: what, why, and on demand its original bytes, shown as plain text.

import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../graphql/client';
import type { ResultOf } from '../graphql/tada';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useNow } from '../live/feed';
import { shownSafely } from './bytes';
import { type LetterData, originalQuery, type ReplayData } from './documents';

interface Props {
  letter: LetterData;
  chosen: boolean;
  outcome: ReplayData | null;
  onChoose: () => void;
}

const COLUMNS = 7;

export function LetterLine({ letter, chosen, outcome, onChoose }: Props) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const event = [letter.type, letter.source, letter.eventId].filter((part) => part !== null);
  return (
    <>
      <tr data-letter={letter.id}>
        <td>
          <input
            type="checkbox"
            aria-label={t('health.choose', { at: letter.receivedAt })}
            checked={chosen}
            onChange={onChoose}
          />
        </td>
        <td className="mono">{wallTime(Date.parse(letter.receivedAt), now)}</td>
        <td>{say(letter.department.titles, i18n.language) || letter.department.name}</td>
        <td className="mono">{letter.reason}</td>
        <th scope="row">
          {shownSafely(letter.message)}
          {letter.path ? <span className="hint mono"> {shownSafely(letter.path)}</span> : null}
          {outcome ? (
            <span className={outcome.accepted ? 'letter-sent' : 'letter-sent breach'} role="status">
              {t(outcome.accepted ? 'health.sent' : 'health.notSent', { message: outcome.message })}
            </span>
          ) : null}
        </th>
        <td className="letter-event mono">{shownSafely(event.join(' · '))}</td>
        <td>
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('health.bytes', { n: letter.bytes })}
          </button>
        </td>
      </tr>
      {open ? (
        <tr>
          <td colSpan={COLUMNS}>
            <Original id={letter.id} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

type Found = Extract<NonNullable<ResultOf<typeof originalQuery>['node']>, { original: string }>;

function Original({ id }: { id: string }) {
  const { t } = useTranslation();
  const now = useNow();
  const [found, setFound] = useState<Found | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    void ask(originalQuery, { id }).then((answer) => {
      if (gone) return;
      if (!answer.ok) setFailure(answer.reason);
      else if (answer.data.node && 'original' in answer.data.node) setFound(answer.data.node);
      else setFailure(t('health.gone'));
    });
    return () => {
      gone = true;
    };
  }, [id, t]);
  if (failure !== null) return <p className="breach">{failure}</p>;
  if (found === null) return <p className="hint">{t('case.loading')}</p>;
  return (
    <div className="letter-original">
      <p className="hint mono">{found.topic}</p>
      {found.admittedAs ? (
        <p data-testid="admitted-as">
          {t('health.admittedAs', {
            id: shownSafely(found.admittedAs.eventId),
            at: wallTime(Date.parse(found.admittedAs.ingestTime), now),
          })}
        </p>
      ) : null}
      <dl>
        {found.headers.map(({ name, value }) => (
          <div key={`${name} ${value}`}>
            <dt className="mono">{shownSafely(name)}</dt>
            <dd className="mono">{shownSafely(value)}</dd>
          </div>
        ))}
      </dl>
      <pre>{shownSafely(found.original)}</pre>
      {new TextEncoder().encode(found.original).length < found.bytes ? (
        <p className="hint">{t('health.cut', { n: found.bytes })}</p>
      ) : null}
    </div>
  );
}
