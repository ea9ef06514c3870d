// Chooses a unit for a case: free ones first, of the kind the rule proposes, nearest first. Typing
// narrows the list, arrow keys choose, Enter assigns.

import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { useFeed, world } from '../live/feed';
import type { LiveCase, LiveUnit } from '../live/protocol';
import { Dialog } from '../shell/Dialog';
import { useNames } from '../view/names';
import { openDialog } from '../view/view';
import { found, type Proposal, proposals } from './proposals';
import { give } from './send';
import { unitKind } from './unitKind';

export function AssignDialog({ item }: { item: LiveCase }) {
  const { t, i18n } = useTranslation();
  const { departments, middles } = useNames();
  useFeed((feed) => feed.revision.units);
  const [chosen, setChosen] = useState<string | null>(null);
  const [text, setText] = useState('');
  const words = (unit: LiveUnit) => [
    unit.name.zh,
    unit.name.en,
    unit.id,
    unitKind(t, unit.kind),
    say(departments.get(unit.department), i18n.language),
  ];
  // A case that knows its place but no point: from the middle of the place.
  const middle = item.lon == null && item.place ? middles.get(item.place) : undefined;
  const scene = middle ? { ...item, ...middle } : item;
  const list = found(proposals(world.units.values(), scene), text, words);
  const free = list.filter((one) => one.free);
  // By id, not by place in the list: units come and go while the operator looks.
  const at = Math.max(
    0,
    free.findIndex(({ unit }) => unit.id === chosen),
  );
  const active = free[at];
  const assign = (unitId: string) => {
    openDialog(null);
    void give(item.id, { command: 'assignUnit', unitId });
  };
  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      setChosen(free[Math.min(free.length - 1, Math.max(0, at + by))]?.unit.id ?? null);
    } else if (event.key === 'Enter' && active) {
      event.preventDefault();
      assign(active.unit.id);
    }
  };
  return (
    <Dialog title={t('dialog.assignTitle')} wide>
      <p className="hint">
        {free.length > 0 ? t('dialog.assignHint') : t('dialog.assignNone')}
        {item.suggestedUnit
          ? ` ${t('proposal.wanted', { kind: unitKind(t, item.suggestedUnit) })}`
          : null}
        {middle ? ` ${t('proposal.fromMiddle')}` : null}
      </p>
      <input
        data-first
        className="unit-search"
        role="combobox"
        aria-expanded="true"
        aria-controls="units"
        aria-activedescendant={active ? `unit-${active.unit.id}` : undefined}
        aria-label={t('proposal.search')}
        placeholder={t('proposal.search')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={key}
      />
      <div className="units" id="units" role="listbox" aria-label={t('dialog.assignTitle')}>
        {list.map((proposal) => (
          <Unit
            key={proposal.unit.id}
            proposal={proposal}
            active={proposal === active}
            onAssign={assign}
          />
        ))}
      </div>
      <div className="dialog-foot">
        <button type="button" onClick={() => openDialog(null)}>
          {t('dialog.cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}

interface UnitProps {
  proposal: Proposal;
  active: boolean;
  onAssign: (unitId: string) => void;
}

function Unit({ proposal, active, onAssign }: UnitProps) {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const { unit, metres, suits, free } = proposal;
  const work = unit.case ? world.cases.get(unit.case)?.number : undefined;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys.
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which names the active unit.
    <div
      id={`unit-${unit.id}`}
      role="option"
      aria-selected={active}
      aria-disabled={!free}
      className={['unit', active && 'active', !free && 'taken'].filter(Boolean).join(' ')}
      ref={(element) => {
        if (active) element?.scrollIntoView({ block: 'nearest' });
      }}
      onClick={() => free && onAssign(unit.id)}
    >
      <span className="unit-name">{say(unit.name, i18n.language)}</span>
      <span className={suits ? 'unit-kind suits' : 'unit-kind'}>
        {suits ? '✓ ' : ''}
        {unitKind(t, unit.kind)}
      </span>
      <span className="hint">
        {say(departments.get(unit.department), i18n.language) || unit.department}
      </span>
      <span className="unit-state">
        {t(`unitState.${unit.state}`)}
        {work ? <span className="hint mono"> {work}</span> : null}
      </span>
      <span className="mono unit-far">
        {metres === null
          ? t('dialog.noDistance')
          : t('proposal.km', { km: (metres / 1000).toFixed(1) })}
      </span>
    </div>
  );
}
