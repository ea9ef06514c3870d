// Starts the console: language first, then the question who is signed in, then the screen.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { startLanguage } from './i18n/language';
import { Console } from './shell/Console';
import { Login } from './shell/Login';
import { PanelBoundary } from './shell/PanelBoundary';
import { resume, useSession } from './shell/session';
import { view } from './view/view';
import './styles/tokens.css';
import './styles/shell.css';
import './styles/queue.css';
import './styles/case.css';
import './styles/map.css';

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
  return state === 'in' ? <Console /> : <Login />;
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root');

await startLanguage(view.getState().language);
createRoot(root).render(
  <StrictMode>
    <PanelBoundary>
      <App />
    </PanelBoundary>
  </StrictMode>,
);
await resume();
