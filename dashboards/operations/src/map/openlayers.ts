// The base map on OpenLayers: canvas only, so it runs without a GPU, and one GeoJSON file of the
// hub's own, so it asks nobody else for tiles.

import { createEmpty, type Extent, extend, getArea, isEmpty } from 'ol/extent.js';
import type Feature from 'ol/Feature.js';
import GeoJSON from 'ol/format/GeoJSON.js';
import type Geometry from 'ol/geom/Geometry.js';
import { defaults as defaultInteractions } from 'ol/interaction/defaults.js';
import VectorLayer from 'ol/layer/Vector.js';
import OlMap from 'ol/Map.js';
import { fromLonLat, toLonLat } from 'ol/proj.js';
import VectorSource from 'ol/source/Vector.js';
import View from 'ol/View.js';
import type { MapView } from '../view/address';
import type { BaseMap, Project } from './BaseMap';
import { baseStyle, isWater, WHOLE } from './style';
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
const DEFAULT_ZOOM = 11;
/** A place that covers this share of the city's extent is the city itself. */
const WHOLE_SHARE = 0.9;

export function openLayersMap(options: BaseMapOptions): BaseMap {
  let language = options.language;
  const features = new GeoJSON().readFeatures(options.geojson, { featureProjection: 'EPSG:3857' });
  const city = markWhole(features);
  const layer = new VectorLayer({
    source: new VectorSource({ features }),
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
  place(view, options, city);
  const repaint = () => layer.changed();
  const setLanguage = (next: string) => {
    language = next;
    repaint();
  };
  return { ...baseMapOf(map, city), setLanguage, repaint };
}

/** What the console holds of the map. */
function baseMapOf(map: OlMap, city: Extent): Omit<BaseMap, 'setLanguage' | 'repaint'> {
  const view = map.getView();
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
    whole: () => showWhole(view, city, MOVE_MS),
    zoomBy: (steps) => view.animate({ zoom: (view.getZoom() ?? 0) + steps, duration: MOVE_MS }),
    view: () => viewOf(view),
    onViewChange: (run) => listen('postrender', run),
    onRest: (run) => listen('moveend', run),
    resize: () => map.updateSize(),
    destroy: () => map.setTarget(undefined),
  };
}

/** Finds the city's extent, land before water, and marks the place that holds all others. */
function markWhole(features: readonly Feature<Geometry>[]): Extent {
  const land = features.filter((feature) => !isWater(feature));
  const city = createEmpty();
  for (const feature of land.length > 0 ? land : features) {
    extend(city, feature.getGeometry()?.getExtent() ?? createEmpty());
  }
  for (const feature of land.length > 1 ? land : []) {
    const area = feature.getGeometry()?.getType().includes('Polygon');
    const extent = feature.getGeometry()?.getExtent();
    if (area && extent && getArea(extent) > WHOLE_SHARE * getArea(city)) feature.set(WHOLE, true);
  }
  return city;
}

function showWhole(view: View, city: Extent, duration: number): void {
  if (isEmpty(city)) return;
  view.fit(city, { padding: [MARGIN, MARGIN, MARGIN, MARGIN], duration });
}

/** Where the address says, else the whole city, else what the hub proposes. */
function place(view: View, { start, center, zoom }: BaseMapOptions, city: Extent): void {
  if (start) {
    view.setCenter(fromLonLat([start.lon, start.lat]));
    view.setZoom(start.zoom);
  } else if (!isEmpty(city)) showWhole(view, city, 0);
  else if (center) {
    view.setCenter(fromLonLat([...center]));
    view.setZoom(zoom ?? DEFAULT_ZOOM);
  }
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
