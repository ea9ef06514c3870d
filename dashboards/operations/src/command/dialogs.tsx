// The dialogs of orders that need more than a key: which unit, what outcome, verified how.

import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCase } from '../case/archive';
import type { LiveCase } from '../live/protocol';
import type { Row } from '../queue/rows';
import { Dialog } from '../shell/Dialog';
import { type DialogName, openDialog, useView } from '../view/view';
import { AssignDialog } from './AssignDialog';
import { BulkDialog } from './BulkDialog';
import { draftOf, keepDraft } from './drafts';
import { type Fields, give } from './send';

/** Dialogs of other parts of the screen. */
type Elsewhere = 'assign' | 'bulk' | 'palette' | 'help';

export function CommandDialog({ rows }: { rows: readonly Row[] }) {
  const dialog = useView((view) => view.dialog);
  const selected = useView((view) => view.selected);
  const item = useCase(selected?.startsWith('case:') ? selected.slice('case:'.length) : null);
  if (dialog === 'bulk') return <BulkDialog rows={rows} />;
  if (!item || dialog === null || dialog === 'help' || dialog === 'palette') return null;
  if (dialog === 'assign') return <AssignDialog item={item} />;
  return <FormDialog key={dialog} item={item} dialog={dialog} />;
}

interface FormProps {
  item: LiveCase;
  dialog: Exclude<DialogName, Elsewhere>;
}

function FormDialog({ item, dialog }: FormProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => draftOf(item.id, dialog));
  const write = (words: string) => {
    setText(words);
    keepDraft(item.id, dialog, words);
  };
  const [passed, setPassed] = useState(true);
  const [asked, setAsked] = useState(false);
  const missing = dialog !== 'close' && text.trim() === '';
  const send = () => {
    setAsked(true);
    if (missing) return;
    keepDraft(item.id, dialog, '');
    openDialog(null);
    void give(item.id, fieldsOf(dialog, text.trim(), passed));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <Dialog title={t(`dialog.${dialog}Title`)}>
      <form onSubmit={submit} className="dialog-form">
        {dialog === 'close' ? <p>{t('dialog.closeText', { number: item.number })}</p> : null}
        {dialog === 'verify' ? <Passed passed={passed} onChange={setPassed} /> : null}
        {dialog === 'close' ? null : (
          <Words dialog={dialog} text={text} onChange={write} onSend={send} />
        )}
        {asked && missing ? <p role="alert">{t('dialog.required')}</p> : null}
        <div className="dialog-foot">
          <button type="button" onClick={() => openDialog(null)}>
            {t('dialog.cancel')} <kbd>Esc</kbd>
          </button>
          <button
            type="submit"
            className="primary"
            data-first={dialog === 'close' ? '' : undefined}
          >
            {t('dialog.confirm')} <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function fieldsOf(dialog: FormProps['dialog'], text: string, passed: boolean): Fields {
  switch (dialog) {
    case 'resolve':
      return { command: 'resolveCase', outcome: text };
    case 'verify':
      return { command: 'verifyCase', passed, note: text };
    case 'close':
      return { command: 'closeCase' };
    case 'note':
      return { command: 'addNote', text };
  }
}

const LABEL = {
  resolve: 'dialog.outcome',
  verify: 'dialog.note',
  note: 'dialog.noteText',
} as const;
const HINT = { resolve: 'dialog.outcomeHint', verify: 'dialog.noteHint', note: null } as const;

interface WordsProps {
  dialog: 'resolve' | 'verify' | 'note';
  text: string;
  onChange: (text: string) => void;
  onSend: () => void;
}

function Words({ dialog, text, onChange, onSend }: WordsProps) {
  const { t } = useTranslation();
  const hint = HINT[dialog];
  const enter = (event: KeyboardEvent) => {
    // Enter that picks a candidate of the input method is not an order.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onSend();
  };
  return (
    <label className="field">
      {t(LABEL[dialog])}
      <textarea
        data-first
        rows={3}
        maxLength={2000}
        value={text}
        placeholder={hint ? t(hint) : undefined}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={enter}
      />
    </label>
  );
}

function Passed({ passed, onChange }: { passed: boolean; onChange: (passed: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="choice">
      <label>
        <input type="radio" name="passed" checked={passed} onChange={() => onChange(true)} />
        {t('dialog.passed')}
      </label>
      <label>
        <input type="radio" name="passed" checked={!passed} onChange={() => onChange(false)} />
        {t('dialog.failed')}
      </label>
    </fieldset>
  );
}
