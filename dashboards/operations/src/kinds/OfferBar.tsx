// The commands that the hub offers for a case now. One without fields is asked once more before it is
// given; the others open their form.

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { newKey } from '../command/send';
import { readFragment } from '../graphql/tada';
import { say } from '../i18n/language';
import { useFeed } from '../live/feed';
import { CommandForm } from './CommandForm';
import { type CasePageData, offer } from './documents';
import { advance } from './order';
import { useChoices } from './useChoices';
import '../styles/form.css';

interface Props {
  item: CasePageData;
  onChanged: (item: CasePageData) => void;
}

export function OfferBar({ item, onChanged }: Props) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const offline = useFeed((feed) => feed.freshness === 'OFFLINE');
  const choices = useChoices(item.assignments);
  // One form, one key: sending the same form again cannot give the order twice.
  const key = useRef(newKey());
  const offers = item.commands.map((one) => readFragment(offer, one));
  const chosen = offers.find(({ name }) => name === open) ?? null;
  const form = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open !== null) form.current?.querySelector<HTMLElement>('[data-first]')?.focus();
  }, [open]);
  const begin = (name: string) => {
    key.current = newKey();
    setOpen(name === open ? null : name);
  };
  return (
    <section className="offers" aria-label={t('form.offers')}>
      <div className="offer-bar">
        {offers.map((one) => (
          <button
            type="button"
            key={one.name}
            data-offer={one.name}
            aria-expanded={one.name === open}
            disabled={offline}
            onClick={() => begin(one.name)}
          >
            {say(one.titles, i18n.language)}
          </button>
        ))}
        {offers.length === 0 ? <p className="hint">{t('form.nothingOffered')}</p> : null}
      </div>
      {chosen ? (
        <div className="offer-form" ref={form}>
          <h3>{say(chosen.titles, i18n.language)}</h3>
          <CommandForm
            key={chosen.name}
            titles={chosen.titles}
            fields={chosen.fields}
            choices={choices}
            onCancel={() => setOpen(null)}
            send={async (values) => {
              const given = await advance(item, chosen.name, values, key.current);
              if (given.item) onChanged(given.item);
              if (given.ok) setOpen(null);
              // A refusal is an outcome: the corrected form is another order.
              else key.current = newKey();
              return given;
            }}
          />
        </div>
      ) : null}
    </section>
  );
}
