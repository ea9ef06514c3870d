// Acknowledges everything that was chosen, with one note, and tells what became of each.

import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { actorName } from '../i18n/actor';
import { say } from '../i18n/language';
import type { Row } from '../queue/rows';
import { Dialog } from '../shell/Dialog';
import { NONE } from '../view/selection';
import { choose, openDialog, useView } from '../view/view';
import { counts, type Item, type ItemOutcome, sortOut } from './bulk';
import { acknowledgeAll } from './sendBulk';

type Stage = { at: 'asking' } | { at: 'working' } | { at: 'told'; outcomes: ItemOutcome[] };

export function BulkDialog({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation();
  const chosen = useView((view) => view.chosen);
  const [stage, setStage] = useState<Stage>({ at: 'asking' });
  const [note, setNote] = useState('');
  // As it was when the dialog opened: what arrives meanwhile was not chosen.
  const [{ items, seen, alerts }] = useState(() => sortOut(rows, chosen));
  const send = async (which: readonly Item[]) => {
    setStage({ at: 'working' });
    const outcomes = await acknowledgeAll(which, note.trim());
    setStage({ at: 'told', outcomes });
    choose(NONE);
  };
  if (stage.at === 'told')
    return <Told outcomes={stage.outcomes} onAgain={(which) => void send(which)} />;
  if (items.length === 0) return <Nothing seen={seen} alerts={alerts} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (stage.at === 'asking') void send(items);
  };
  const enter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    submit(event);
  };
  return (
    <Dialog title={t('bulk.title', { n: items.length })}>
      <form className="dialog-form" onSubmit={submit}>
        <BulkList items={items} />
        <Others seen={seen} alerts={alerts} />
        <label className="field">
          {t('bulk.note')}
          <textarea
            data-first
            rows={2}
            maxLength={2000}
            value={note}
            placeholder={t('bulk.noteHint')}
            onChange={(event) => setNote(event.target.value)}
            onKeyDown={enter}
          />
        </label>
        <div className="dialog-foot">
          <button type="button" onClick={() => openDialog(null)}>
            {t('dialog.cancel')} <kbd>Esc</kbd>
          </button>
          <button type="submit" className="primary" disabled={stage.at === 'working'}>
            {t(stage.at === 'working' ? 'bulk.working' : 'bulk.confirm', { n: items.length })}{' '}
            <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What was chosen and is not asked about. */
function Others({ seen, alerts }: { seen: number; alerts: number }) {
  const { t } = useTranslation();
  return (
    <>
      {seen > 0 ? <p className="hint">{t('bulk.seen', { n: seen })}</p> : null}
      {alerts > 0 ? <p className="hint">{t('bulk.alerts', { n: alerts })}</p> : null}
    </>
  );
}

function Nothing(others: { seen: number; alerts: number }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('bulk.none')}>
      <Others {...others} />
      <div className="dialog-foot">
        <button type="button" className="primary" data-first onClick={() => openDialog(null)}>
          {t('bulk.done')} <kbd>Enter</kbd>
        </button>
      </div>
    </Dialog>
  );
}

/** So many are named; the rest is a number. */
const NAMED = 6;

function BulkList({ items }: { items: readonly Item[] }) {
  const { t, i18n } = useTranslation();
  return (
    <ul className="bulk-items">
      {items.slice(0, NAMED).map((item) => (
        <li key={item.caseId}>
          <span className="mono">{item.number}</span> {say(item.title, i18n.language)}
        </li>
      ))}
      {items.length > NAMED ? <li>{t('bulk.more', { n: items.length - NAMED })}</li> : null}
    </ul>
  );
}

interface ToldProps {
  outcomes: readonly ItemOutcome[];
  onAgain: (which: readonly Item[]) => void;
}

function Told({ outcomes, onAgain }: ToldProps) {
  const { t, i18n } = useTranslation();
  const { accepted } = counts(outcomes);
  const open = outcomes.filter(({ outcome }) => outcome === 'undecided');
  // What went wrong first: it is what there is to read.
  const sorted = outcomes.toSorted(
    (a, b) => Number(a.outcome === 'accepted') - Number(b.outcome === 'accepted'),
  );
  return (
    <Dialog title={t('bulk.told', { n: accepted, of: outcomes.length })} key="told">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard. */}
      <ul className="bulk-outcomes" data-testid="bulk-outcomes" tabIndex={0}>
        {sorted.map((one) => (
          <li key={one.caseId} data-outcome={one.outcome}>
            <span className="mono">{one.number}</span>
            <span className="bulk-title">{say(one.title, i18n.language)}</span>
            <strong>
              {t(`bulk.outcome.${one.outcome}`, { winner: actorName(t, one.winner) })}
            </strong>
            {one.message ? <span className="hint">{one.message}</span> : null}
          </li>
        ))}
      </ul>
      <div className="dialog-foot">
        {open.length > 0 ? (
          <button type="button" onClick={() => onAgain(open)}>
            {t('bulk.again', { n: open.length })}
          </button>
        ) : null}
        <button type="button" className="primary" data-first onClick={() => openDialog(null)}>
          {t('bulk.done')} <kbd>Enter</kbd>
        </button>
      </div>
    </Dialog>
  );
}
