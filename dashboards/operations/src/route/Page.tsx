// The frame of every screen but the console and the wall: header, banner, title, content. A new
// critical case is heard here too: looking something up is no reason to miss it.

import { type ReactNode, useEffect } from 'react';
import { Notices } from '../command/Notices';
import { useRows } from '../queue/queue';
import { useBranding } from '../shell/branding';
import { Header } from '../shell/Header';
import { HelpDialog } from '../shell/HelpDialog';
import { PanelBoundary } from '../shell/PanelBoundary';
import { StaleBanner } from '../shell/StaleBanner';
import { useSound } from '../sound/SoundControl';
import { useHub } from './live';
import '../styles/page.css';

interface Props {
  title: string;
  /** Beside the title: filters, buttons. */
  tools?: ReactNode;
  children: ReactNode;
}

export function Page({ title, tools, children }: Props) {
  useHub();
  useSound(useRows());
  const branding = useBranding();
  useEffect(() => {
    document.title = `${title} · ${branding}`;
  }, [title, branding]);
  return (
    <div className="console">
      <Header />
      <StaleBanner />
      <main className="page" aria-label={title}>
        <header className="page-head">
          <h2>{title}</h2>
          {tools}
        </header>
        <PanelBoundary>{children}</PanelBoundary>
      </main>
      <HelpDialog />
      <Notices />
    </div>
  );
}
