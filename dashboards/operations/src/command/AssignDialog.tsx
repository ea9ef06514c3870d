// Chooses a free unit for a case, nearest first. Arrow keys choose, Enter assigns.

import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { useFeed, world } from '../live/feed';
import type { LiveCase } from '../live/protocol';
import { Dialog } from '../shell/Dialog';
import { useNames } from '../view/names';
import { openDialog } from '../view/view';
import { type Candidate, candidates } from './assignment';
import { give } from './send';

export function AssignDialog({ item }: { item: LiveCase }) {
  const { t } = useTranslation();
  useFeed((feed) => feed.revision.units);
  const [chosen, setChosen] = useState<string | null>(null);
  const free = candidates(world.units.values(), item);
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
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      setChosen(free[Math.min(free.length - 1, Math.max(0, at + by))]?.unit.id ?? null);
    } else if (event.key === 'Enter' && active) {
      event.preventDefault();
      assign(active.unit.id);
    }
  };
  return (
    <Dialog title={t('dialog.assignTitle')}>
      <p className="hint">{free.length > 0 ? t('dialog.assignHint') : t('dialog.assignNone')}</p>
      <div
        className="units"
        role="listbox"
        aria-label={t('dialog.assignTitle')}
        aria-activedescendant={active ? `unit-${active.unit.id}` : undefined}
        tabIndex={0}
        data-first
        onKeyDown={key}
      >
        {free.map((candidate) => (
          <Unit
            key={candidate.unit.id}
            candidate={candidate}
            active={candidate === active}
            suggested={candidate.unit.kind === item.suggestedUnit}
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
  candidate: Candidate;
  active: boolean;
  suggested: boolean;
  onAssign: (unitId: string) => void;
}

function Unit({ candidate, active, suggested, onAssign }: UnitProps) {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const { unit, metres } = candidate;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys.
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays on the list, which names the active unit.
    <div
      id={`unit-${unit.id}`}
      role="option"
      aria-selected={active}
      className={active ? 'unit active' : 'unit'}
      ref={(element) => {
        if (active) element?.scrollIntoView({ block: 'nearest' });
      }}
      onClick={() => onAssign(unit.id)}
    >
      <span className="unit-name">
        {say(unit.name, i18n.language)}{' '}
        {suggested ? <span className="chip">{t('dialog.suggested')}</span> : null}
      </span>
      <span className="hint">
        {say(departments.get(unit.department), i18n.language) || unit.department}
      </span>
      <span className="mono">
        {metres === null ? t('dialog.noDistance') : `${(metres / 1000).toFixed(1)} km`}
      </span>
    </div>
  );
}
