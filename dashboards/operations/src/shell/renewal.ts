// When the hub serves a newer console, this one reloads itself, but never while a dialog holds words
// that somebody is typing. The view is in the address, so the operator finds the same screen again.

import { feed } from '../live/feed';
import { view } from '../view/view';

export function renewWithHub(): () => void {
  let first: string | null = null;
  const look = () => {
    const { buildId } = feed.getState();
    first ??= buildId;
    if (buildId !== null && buildId !== first && view.getState().dialog === null) location.reload();
  };
  const endings = [feed.subscribe(look), view.subscribe(look)];
  return () => {
    for (const end of endings) end();
  };
}
