// The filter's form: department, status, kind, place, mine. Every choice acts at once and is in the
// address, so there is nothing to confirm.

import type { KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { FOCUS } from '../shell/act';
import { QUEUE_STATUSES } from '../view/address';
import { ALERT_KIND } from '../view/filter';
import { useKinds, useNames } from '../view/names';
import { treeOf } from '../view/tree';
import { narrow, unfoldFilter, useView } from '../view/view';
import type { Row } from './rows';

export function FilterForm({ all }: { all: readonly Row[] }) {
  const { t, i18n } = useTranslation();
  const filter = useView((view) => view.filter);
  const { departments } = useNames();
  const titles = useKinds();
  const kinds = new Set([...titles.keys(), ...all.map((row) => row.case?.kind ?? ALERT_KIND)]);
  const leave = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    event.stopPropagation();
    unfoldFilter(false);
    document.getElementById(FOCUS.list)?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape leaves the form from any of its fields.
    <div className="filter-form" id="filter-form" onKeyDown={leave}>
      <Group label={t('filter.who')}>
        <Switch
          id={FOCUS.filter}
          label={t('filter.mine')}
          on={filter.mine}
          set={(mine) => narrow({ mine })}
        />
        <Switch
          label={t('filter.unseen')}
          on={filter.unseen}
          set={(unseen) => narrow({ unseen })}
        />
        <Switch
          label={t('case.escalated')}
          on={filter.escalated}
          set={(escalated) => narrow({ escalated })}
        />
      </Group>
      <Group label={t('filter.department')}>
        {[...departments].map(([name, titles]) => (
          <Member
            key={name}
            label={say(titles, i18n.language) || name}
            list={filter.departments}
            one={name}
            set={(list) => narrow({ departments: list })}
          />
        ))}
      </Group>
      <Group label={t('filter.status')}>
        {QUEUE_STATUSES.map((status) => (
          <Member
            key={status}
            label={t(`status.${status}`)}
            list={filter.statuses}
            one={status}
            set={(list) => narrow({ statuses: list })}
          />
        ))}
      </Group>
      <Group label={t('filter.kind')}>
        {[...kinds].map((kind) => (
          <Member
            key={kind}
            label={
              kind === ALERT_KIND
                ? t('queue.alertOnly')
                : say(titles.get(kind), i18n.language) || kind
            }
            list={filter.kinds}
            one={kind}
            set={(list) => narrow({ kinds: list })}
          />
        ))}
      </Group>
      <PlaceChoice />
    </div>
  );
}

function Group({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className="filter-group">
      <legend>{label}</legend>
      {children}
    </fieldset>
  );
}

interface SwitchProps {
  id?: string;
  label: string;
  on: boolean;
  set: (on: boolean) => void;
}

function Switch({ id, label, on, set }: SwitchProps) {
  return (
    <button
      type="button"
      id={id}
      className="choice-chip"
      aria-pressed={on}
      onClick={() => set(!on)}
    >
      {label}
    </button>
  );
}

interface MemberProps<T> {
  label: string;
  list: readonly T[];
  one: T;
  set: (list: readonly T[]) => void;
}

function Member<T>({ label, list, one, set }: MemberProps<T>) {
  const on = list.includes(one);
  return (
    <Switch
      label={label}
      on={on}
      set={() => set(on ? list.filter((other) => other !== one) : [...list, one])}
    />
  );
}

/** A place with everything below it; the tree is shown by indentation. */
function PlaceChoice() {
  const { t, i18n } = useTranslation();
  const { places, parents } = useNames();
  const chosen = useView((view) => view.filter.places);
  const tree = treeOf([...places.keys()], parents);
  return (
    <label className="filter-group place">
      {t('filter.place')}
      <select
        value={chosen.length === 1 ? chosen[0] : ''}
        onChange={(event) => narrow({ places: event.target.value ? [event.target.value] : [] })}
      >
        <option value="">{t('filter.anywhere')}</option>
        {tree.map(([code, depth]) => (
          <option key={code} value={code}>
            {'\u3000'.repeat(depth)}
            {say(places.get(code), i18n.language) || code}
          </option>
        ))}
      </select>
    </label>
  );
}
