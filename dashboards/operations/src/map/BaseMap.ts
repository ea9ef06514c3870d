// What the console needs of a base map. Behind it stands OpenLayers today; a map with 3D could take
// its place as a lazy chunk without the overlay, the queue or the keys noticing.

import type { MapView } from '../view/address';

export type Project = (lon: number, lat: number) => readonly [x: number, y: number];

export interface BaseMap {
  /** Projection of the present view into CSS pixels; valid until the next view change. */
  project(): Project;
  unproject(x: number, y: number): readonly [lon: number, lat: number] | null;
  /** Moves so that the place is in the middle, not farther away than `zoom`. */
  goTo(lon: number, lat: number, zoom: number): void;
  /** Shows the whole city. */
  whole(): void;
  zoomBy(steps: number): void;
  view(): MapView | null;
  /** Called after each drawn frame of the base map; the answer ends it. */
  onViewChange(listener: () => void): () => void;
  /** Called when a movement has come to rest. */
  onRest(listener: () => void): () => void;
  setLanguage(language: string): void;
  /** Colours have changed. */
  repaint(): void;
  resize(): void;
  destroy(): void;
}
