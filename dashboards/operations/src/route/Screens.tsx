// From the address to the screen. Each screen is a chunk of its own, so that nobody loads what they
// do not look at.

import { type ComponentType, lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from './Link';
import { type ScreenName, useRoute } from './route';

type Loaded = Promise<{ default: ComponentType }>;

const LOAD: Record<Exclude<ScreenName, 'lost'>, () => Loaded> = {
  console: () => import('./Home').then(({ Home }) => ({ default: Home })),
  wall: () => import('../wall/WallScreen').then((found) => ({ default: found.WallScreen })),
  cases: () => import('../archive/CasesScreen').then((found) => ({ default: found.CasesScreen })),
  case: () => import('../kinds/CaseScreen').then((found) => ({ default: found.CaseScreen })),
  newCase: () =>
    import('../kinds/NewCaseScreen').then((found) => ({ default: found.NewCaseScreen })),
  alerts: () =>
    import('../archive/AlertsScreen').then((found) => ({ default: found.AlertsScreen })),
  units: () => import('../archive/UnitsScreen').then((found) => ({ default: found.UnitsScreen })),
  signs: () => import('../signs/SignsScreen').then((found) => ({ default: found.SignsScreen })),
  health: () => import('../admin/HealthScreen').then((found) => ({ default: found.HealthScreen })),
  settings: () =>
    import('../settings/SettingsScreen').then((found) => ({ default: found.SettingsScreen })),
};

const SCREEN = new Map(Object.entries(LOAD).map(([name, load]) => [name, lazy(load)]));

/** Begins to fetch the screen that the address names, while the hub is still asked who is signed in. */
export function preload(name: ScreenName): void {
  // A chunk that does not come is told where the screen would stand.
  if (name !== 'lost') LOAD[name]().catch(() => undefined);
}

export function Screens() {
  const { t } = useTranslation();
  const { screen } = useRoute();
  const Screen = SCREEN.get(screen);
  if (!Screen) {
    return (
      <main className="waiting">
        <p>
          {t('nav.lost')} <Link to="/">{t('nav.home')}</Link>
        </p>
      </main>
    );
  }
  return (
    <Suspense fallback={<p className="waiting" role="status" aria-label={t('nav.loading')} />}>
      <Screen />
    </Suspense>
  );
}
