// The main screen: vital signs, map, queue and detail, as one instrument.

import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { CasePanel } from '../case/CasePanel';
import { CommandDialog } from '../command/dialogs';
import { Notices } from '../command/Notices';
import { UndoToasts } from '../command/UndoToast';
import { startFeed } from '../live/feed';
import { fetchNewestEvents } from '../live/recall';
import { MapPanel } from '../map/MapPanel';
import { PaletteDialog } from '../palette/PaletteDialog';
import { QueuePanel } from '../queue/QueuePanel';
import { useFiltered, useQueue, useRows } from '../queue/queue';
import type { Row } from '../queue/rows';
import { VitalSigns } from '../signs/VitalSigns';
import { useSound } from '../sound/SoundControl';
import { TimelinePanel } from '../timeline/TimelinePanel';
import { fetchNames } from '../view/names';
import { followHistory, useView } from '../view/view';
import { useBranding } from './branding';
import { Footer } from './Footer';
import { Header } from './Header';
import { HelpDialog } from './HelpDialog';
import { useKeys } from './keys';
import { PanelBoundary } from './PanelBoundary';
import { renewWithHub } from './renewal';
import { StaleBanner } from './StaleBanner';
import { Ticker } from './Ticker';
import '../styles/desk.css';
import '../styles/timeline.css';

export function Console() {
  const rows = useRows();
  const wanted = useFiltered(rows);
  const queue = useQueue(rows, wanted);
  const selected = useView((view) => view.selected);
  useKeys(queue.rows);
  useSound(rows);
  useTitle(rows.filter((row) => !row.acknowledged).length);
  useEffect(() => {
    void fetchNames();
    void fetchNewestEvents();
    const endings = [startFeed(), followHistory(), renewWithHub()];
    return () => {
      for (const end of endings) end();
    };
  }, []);
  return (
    <div className="console">
      <Header />
      <StaleBanner />
      <PanelBoundary>
        <VitalSigns rows={rows} />
      </PanelBoundary>
      <main className="work">
        <div className="left">
          <PanelBoundary>
            <MapPanel rows={withSelected(wanted, rows, selected)} hidden={queue.hidden} />
          </PanelBoundary>
          <div className="undo-place">
            <UndoToasts />
          </div>
          <PanelBoundary>
            <TimelinePanel />
          </PanelBoundary>
          <PanelBoundary>
            <Ticker />
          </PanelBoundary>
        </div>
        <div className={selected === null ? 'right' : 'right opened'}>
          <PanelBoundary>
            <QueuePanel queue={queue} all={rows} />
          </PanelBoundary>
          <PanelBoundary>
            <CasePanel />
          </PanelBoundary>
        </div>
      </main>
      <PanelBoundary>
        <Footer />
      </PanelBoundary>
      <PanelBoundary>
        <CommandDialog rows={rows} />
        <PaletteDialog shown={queue.rows} all={rows} />
        <HelpDialog />
      </PanelBoundary>
      <Notices />
    </div>
  );
}

/** What the operator has open stays on the map, whatever the filter. */
function withSelected(
  wanted: readonly Row[],
  all: readonly Row[],
  selected: string | null,
): readonly Row[] {
  const row = all.find(({ key }) => key === selected);
  return row && !wanted.includes(row) ? [...wanted, row] : wanted;
}

/** What waits for an acknowledgement, readable from another tab. */
function useTitle(waiting: number): void {
  const { i18n } = useTranslation();
  const branding = useBranding();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language changes the branding.
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) ${branding}` : branding;
  }, [waiting, branding, i18n.language]);
}
