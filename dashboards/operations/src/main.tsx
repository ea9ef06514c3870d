// Starts the console: theme and language first, then the question who is signed in, then the screen
// that the address names.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { startLanguage } from './i18n/language';
import { followRoute, route } from './route/route';
import { preload, Screens } from './route/Screens';
import { Login } from './shell/Login';
import { PanelBoundary } from './shell/PanelBoundary';
import { resume, useSession } from './shell/session';
import { startTheme } from './theme/theme';
import { view } from './view/view';
import './styles/tokens.css';
import './styles/shell.css';
import './styles/queue.css';
import './styles/case.css';
import './styles/map.css';
import './styles/nav.css';
import './styles/signs.css';

function App() {
  const { t } = useTranslation();
  const { state, trouble } = useSession();
  if (state === 'asking') {
    return trouble === null ? null : (
      <p className="waiting" role="status">
        {t('login.waiting', { reason: trouble })}
      </p>
    );
  }
  return state === 'in' ? <Screens /> : <Login />;
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root');

startTheme();
followRoute();
preload(route.getState().screen);
await startLanguage(view.getState().language);
createRoot(root).render(
  <StrictMode>
    <PanelBoundary>
      <App />
    </PanelBoundary>
  </StrictMode>,
);
void resume();
