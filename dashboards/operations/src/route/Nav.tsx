// The way from any screen to any other, in the header of all of them.

import { useTranslation } from 'react-i18next';
import { useSession } from '../shell/session';
import { Link } from './Link';
import { useRoute } from './route';

const PLACES = [
  ['/', 'console'],
  ['/cases', 'cases'],
  ['/alerts', 'alerts'],
  ['/units', 'units'],
  ['/signs', 'signs'],
  ['/health', 'health'],
  ['/settings', 'settings'],
  ['/wall', 'wall'],
] as const;

export function Nav() {
  const { t } = useTranslation();
  const { roles } = useSession();
  const { screen } = useRoute();
  const at = screen === 'case' || screen === 'newCase' ? 'cases' : screen;
  const open = PLACES.filter(([, name]) => name !== 'health' || roles.includes('ADMINISTRATOR'));
  return (
    <nav className="nav" aria-label={t('nav.label')}>
      {open.map(([to, name]) => (
        <Link key={name} to={to} current={name === at}>
          {t(`nav.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
