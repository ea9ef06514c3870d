// The base map on OpenLayers: canvas only, so it runs without a GPU, and one GeoJSON file of the
// hub's own, so it asks nobody else for tiles.

import GeoJSON from 'ol/format/GeoJSON.js';
import { defaults as defaultInteractions } from 'ol/interaction/defaults.js';
import VectorLayer from 'ol/layer/Vector.js';
import OlMap from 'ol/Map.js';
import { fromLonLat, toLonLat } from 'ol/proj.js';
import VectorSource from 'ol/source/Vector.js';
import View from 'ol/View.js';
import type { MapView } from '../view/address';
import type { BaseMap, Project } from './BaseMap';
import { baseStyle } from './style';
import 'ol/ol.css';

export interface BaseMapOptions {
  target: HTMLElement;
  geojson: unknown;
  center: readonly [number, number] | null;
  zoom: number | null;
  start: MapView | null;
  language: string;
}

/** Space left around the city, in pixels. */
const MARGIN = 36;
const MOVE_MS = 180;

export function openLayersMap(options: BaseMapOptions): BaseMap {
  let language = options.language;
  const source = new VectorSource({
    features: new GeoJSON().readFeatures(options.geojson, { featureProjection: 'EPSG:3857' }),
  });
  const layer = new VectorLayer({
    source,
    style: (feature, resolution) => baseStyle(feature, resolution, language),
    updateWhileInteracting: true,
    updateWhileAnimating: true,
    declutter: true,
  });
  const view = new View({
    center: [0, 0],
    zoom: 2,
    minZoom: 3,
    maxZoom: 19,
    enableRotation: false,
  });
  const map = new OlMap({
    target: options.target,
    layers: [layer],
    view,
    controls: [],
    // Letters and arrows belong to the queue: the map's own keyboard pan would fight with it.
    interactions: defaultInteractions({
      keyboard: false,
      altShiftDragRotate: false,
      pinchRotate: false,
    }),
  });
  const whole = (duration: number) => {
    const extent = source.getFeatures().length > 0 ? source.getExtent() : null;
    if (extent) view.fit(extent, { padding: [MARGIN, MARGIN, MARGIN, MARGIN], duration });
    else if (options.center) view.setCenter(fromLonLat([...options.center]));
  };
  place(view, options, () => whole(0));
  const listen = (name: 'postrender' | 'moveend', run: () => void) => {
    map.on(name, run);
    return () => map.un(name, run);
  };
  return {
    project: () => projection(map),
    unproject: (x, y) => {
      const at = map.getCoordinateFromPixel([x, y]);
      if (!at) return null;
      const [lon = 0, lat = 0] = toLonLat(at);
      return [lon, lat];
    },
    goTo: (lon, lat, zoom) =>
      view.animate({
        center: fromLonLat([lon, lat]),
        zoom: Math.max(zoom, view.getZoom() ?? 0),
        duration: MOVE_MS,
      }),
    whole: () => whole(MOVE_MS),
    zoomBy: (steps) => view.animate({ zoom: (view.getZoom() ?? 0) + steps, duration: MOVE_MS }),
    view: () => viewOf(view),
    onViewChange: (run) => listen('postrender', run),
    onRest: (run) => listen('moveend', run),
    setLanguage: (next) => {
      language = next;
      layer.changed();
    },
    resize: () => map.updateSize(),
    destroy: () => map.setTarget(undefined),
  };
}

function place(view: View, { start, center, zoom }: BaseMapOptions, whole: () => void): void {
  if (start) {
    view.setCenter(fromLonLat([start.lon, start.lat]));
    view.setZoom(start.zoom);
  } else if (center && zoom !== null) {
    view.setCenter(fromLonLat([...center]));
    view.setZoom(zoom);
  } else whole();
}

/** The view's affine map as a plain function: ten thousand calls cost nothing. */
function projection(map: OlMap): Project {
  const origin = map.getPixelFromCoordinate([0, 0]);
  const resolution = map.getView().getResolution();
  if (!origin || !resolution) return () => [Number.NaN, Number.NaN];
  const [x0 = 0, y0 = 0] = origin;
  return (lon, lat) => {
    const x = lon * METRES_PER_DEGREE;
    const y = Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * EARTH_RADIUS;
    return [x0 + x / resolution, y0 - y / resolution];
  };
}

const EARTH_RADIUS = 6_378_137;
const METRES_PER_DEGREE = (Math.PI * EARTH_RADIUS) / 180;

function viewOf(view: View): MapView | null {
  const center = view.getCenter();
  const zoom = view.getZoom();
  if (!center || zoom === undefined) return null;
  const [lon = 0, lat = 0] = toLonLat(center);
  return { lon, lat, zoom };
}
