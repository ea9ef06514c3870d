// The way to the orders that have no key: on the case's own page, with their forms.

import { useTranslation } from 'react-i18next';
import { useDetail } from '../case/detail';
import { say } from '../i18n/language';
import type { LiveCase } from '../live/protocol';
import { Link } from '../route/Link';
import { casePath } from '../route/route';
import { CITY, isCommand, isUndo } from './order';

export function MoreOrders({ item }: { item: LiveCase }) {
  const { t, i18n } = useTranslation();
  const detail = useDetail(item.id);
  // Where the panel shows all orders itself there are no others.
  const commands = item.kind === CITY ? (detail?.commands ?? []) : [];
  const others = commands.filter(({ name }) => !isCommand(name) && !isUndo(name));
  return (
    <p className="more-orders hint">
      <Link to={casePath(item.id)}>{t('case.page')}</Link>
      {others.length > 0
        ? ` ${t('case.more', { list: others.map((one) => say(one.titles, i18n.language)).join(' · ') })}`
        : null}
    </p>
  );
}
