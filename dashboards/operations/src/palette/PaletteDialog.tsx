// The command palette: every action, view, case and place by its name, without leaving the keyboard.

import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShownRow } from '../queue/freeze';
import type { Row } from '../queue/rows';
import { Dialog } from '../shell/Dialog';
import { openDialog, useView } from '../view/view';
import { type Entry, search } from './entries';
import { useEntries } from './gather';

interface Props {
  shown: readonly ShownRow[];
  all: readonly Row[];
}

export function PaletteDialog({ shown, all }: Props) {
  const open = useView((view) => view.dialog === 'palette');
  return open ? <Palette shown={shown} all={all} /> : null;
}

function Palette({ shown, all }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = search(useEntries(shown, all), text);
  const active = found[Math.min(at, found.length - 1)];
  const run = (entry: Entry) => {
    openDialog(null);
    // After this dialog is gone: what the entry does may open another.
    queueMicrotask(entry.run);
  };
  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      setAt((found.length + Math.min(at, found.length - 1) + by) % Math.max(1, found.length));
    } else if (event.key === 'Enter' && active) {
      event.preventDefault();
      run(active);
    }
  };
  return (
    <Dialog title={t('key.palette')} wide>
      <input
        data-first
        role="combobox"
        aria-expanded="true"
        aria-controls="palette"
        aria-activedescendant={active ? `entry-${active.id}` : undefined}
        aria-label={t('palette.search')}
        placeholder={t('palette.search')}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={key}
      />
      <div className="palette" id="palette" role="listbox" aria-label={t('key.palette')}>
        {found.map((entry) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which names the active entry.
          <div
            key={entry.id}
            id={`entry-${entry.id}`}
            role="option"
            aria-selected={entry === active}
            className={entry === active ? 'entry active' : 'entry'}
            onClick={() => run(entry)}
          >
            <span className="hint">{t(`palette.${entry.group}`)}</span>
            <span className="entry-label">{entry.label}</span>
            {entry.beside ? <kbd>{entry.beside}</kbd> : null}
          </div>
        ))}
      </div>
      {found.length === 0 ? <p className="hint">{t('palette.nothing')}</p> : null}
    </Dialog>
  );
}
