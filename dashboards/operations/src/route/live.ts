// What every screen needs of the hub while it is open: the live picture, names for codes, and the
// newest console when the hub brings one.

import { useEffect } from 'react';
import { startFeed } from '../live/feed';
import { renewWithHub } from '../shell/renewal';
import { fetchNames } from '../view/names';

export function useHub(): void {
  useEffect(() => {
    void fetchNames();
    const endings = [startFeed(), renewWithHub()];
    return () => {
      for (const end of endings) end();
    };
  }, []);
}
