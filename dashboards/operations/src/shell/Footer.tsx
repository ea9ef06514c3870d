// The keys that do something for what is selected now, and no others.

import { useTranslation } from 'react-i18next';
import { useCase } from '../case/archive';
import { useDetail } from '../case/detail';
import { COMMAND_KEY, COMMANDS } from '../command/keymap';
import { offered } from '../command/offer';
import { useFeed } from '../live/feed';
import { useView } from '../view/view';

export function Footer() {
  const { t } = useTranslation();
  const selected = useView((view) => view.selected);
  const offline = useFeed((feed) => feed.freshness === 'OFFLINE');
  const caseId = selected?.startsWith('case:') ? selected.slice('case:'.length) : null;
  const detail = useDetail(caseId);
  const item = useCase(caseId);
  const allowed = offline ? [] : COMMANDS.filter((name) => offered(name, item, detail));
  return (
    <footer className="footer">
      <Key name="J / K" word={t('help.move')} />
      {allowed.map((name) => (
        <Key key={name} name={COMMAND_KEY[name].toUpperCase()} word={t(`command.${name}`)} />
      ))}
      {selected ? <Key name="Z" word={t('help.zoom')} /> : null}
      {selected ? <Key name="Esc" word={t('help.back')} /> : null}
      <Key name="⇧Z" word={t('help.whole')} />
      <Key name="." word={t('help.fresh')} />
      <Key name="1–4" word={t('help.severity')} />
      <Key name="?" word={t('help.help')} />
    </footer>
  );
}

function Key({ name, word }: { name: string; word: string }) {
  return (
    <span className="key">
      <kbd>{name}</kbd>
      {word}
    </span>
  );
}
