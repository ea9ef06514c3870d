// For the administrator: how each feed lives, and what could not be admitted.

import { useTranslation } from 'react-i18next';
import { Page } from '../route/Page';
import { useSession } from '../shell/session';
import { DeadLetters } from './DeadLetters';
import { Feeds } from './Feeds';

export function HealthScreen() {
  const { t } = useTranslation();
  const { roles } = useSession();
  const may = roles.includes('ADMINISTRATOR');
  return (
    <Page title={t('nav.health')}>
      <Feeds />
      {may ? <DeadLetters /> : <p className="hint">{t('health.administratorsOnly')}</p>}
    </Page>
  );
}
