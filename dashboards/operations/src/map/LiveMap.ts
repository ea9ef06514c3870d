// Base map and overlay together: draws at its own pace, follows selection and keys, finds what was
// clicked. Owns its elements and timers and gives all of them back in `destroy`.

import { world } from '../live/feed';
import type { LiveEntity } from '../live/protocol';
import type { Row } from '../queue/rows';
import { theme } from '../theme/theme';
import type { Span } from '../view/filter';
import { names } from '../view/names';
import { goTo, moveMap, select, view } from '../view/view';
import type { BaseMap } from './BaseMap';
import type { ConsoleConfig } from './config';
import type { Bounds } from './inView';
import { gather, hit, type Marks } from './marks';
import { openLayersMap } from './openlayers';
import { Overlay } from './overlay';

/** Live changes redraw at most this often. */
const DRAW_MS = 100;
const FLASH_MS = 500;
/** How near a click must be, in pixels. */
const REACH = 14;
const NEAR_ZOOM = 15;

export class LiveMap {
  readonly #base: BaseMap;
  readonly #overlay: Overlay;
  readonly #canvas: HTMLCanvasElement;
  readonly #endings: (() => void)[] = [];
  #marks: Marks = { quiet: [], units: [], marks: [] };
  #timer: ReturnType<typeof setTimeout> | null = null;
  #ringOn = true;

  constructor(
    private readonly frame: HTMLElement,
    config: ConsoleConfig,
    geojson: unknown,
  ) {
    this.#base = openLayersMap({
      target: frame,
      geojson,
      center: config.center,
      zoom: config.zoom,
      start: view.getState().map,
      language: view.getState().language,
    });
    this.#canvas = document.createElement('canvas');
    this.#canvas.className = 'map-overlay';
    frame.append(this.#canvas);
    this.#overlay = new Overlay(this.#canvas);
    this.#follow();
  }

  /** `span`: only things that happened then. */
  setWorld(rows: readonly Row[], span: Span | null = null): void {
    this.#marks = gather(
      rows,
      within(world.entities.values(), span),
      world.units.values(),
      names.getState().middles,
    );
    this.#timer ??= setTimeout(() => this.#draw(), DRAW_MS);
  }

  /** Tells what part of the world is shown, now and after each movement. */
  onRest(listener: (bounds: Bounds | null) => void): void {
    const tell = () => listener(this.#bounds());
    this.#endings.push(this.#base.onRest(tell));
    tell();
  }

  #bounds(): Bounds | null {
    const { clientWidth, clientHeight } = this.frame;
    const northWest = this.#base.unproject(0, 0);
    const southEast = this.#base.unproject(clientWidth, clientHeight);
    if (!northWest || !southEast) return null;
    return { west: northWest[0], north: northWest[1], east: southEast[0], south: southEast[1] };
  }

  setLanguage(language: string): void {
    this.#base.setLanguage(language);
  }

  zoomBy(steps: number): void {
    this.#base.zoomBy(steps);
  }

  whole(): void {
    goTo('city');
  }

  destroy(): void {
    for (const end of this.#endings) end();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#base.destroy();
    this.#canvas.remove();
  }

  #follow(): void {
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(this.frame);
    const flash = setInterval(() => this.#flash(), FLASH_MS);
    const click = (event: MouseEvent) => this.#click(event);
    this.frame.addEventListener('click', click);
    let moved = false;
    const drag = () => {
      moved = true;
    };
    this.frame.addEventListener('pointerdown', drag);
    this.frame.addEventListener('wheel', drag, { passive: true });
    this.#endings.push(
      () => observer.disconnect(),
      () => clearInterval(flash),
      () => this.frame.removeEventListener('click', click),
      () => this.frame.removeEventListener('pointerdown', drag),
      () => this.frame.removeEventListener('wheel', drag),
      this.#base.onViewChange(() => this.#draw()),
      this.#base.onRest(() => {
        // Only a view the operator chose goes into the address.
        const at = moved ? this.#base.view() : null;
        if (at) moveMap(at);
      }),
      theme.subscribe((now, before) => {
        if (now.shown === before.shown) return;
        this.#overlay.forgetSprites();
        this.#base.repaint();
        this.#draw();
      }),
      view.subscribe((now, before) => {
        if (now.goTo.n !== before.goTo.n) this.#goTo(now.goTo.what);
        if (now.selected !== before.selected) this.#draw();
      }),
    );
    this.#resize();
  }

  #goTo(what: 'selection' | 'city'): void {
    if (what === 'city') this.#base.whole();
    const chosen = this.#marks.marks.find(({ key }) => key === view.getState().selected);
    if (what === 'selection' && chosen) this.#base.goTo(chosen.lon, chosen.lat, NEAR_ZOOM);
  }

  #flash(): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const next = still || !this.#ringOn;
    if (next === this.#ringOn) return;
    this.#ringOn = next;
    if (this.#marks.marks.some(({ flashing }) => flashing)) this.#draw();
  }

  #click(event: MouseEvent): void {
    const box = this.frame.getBoundingClientRect();
    const at = [event.clientX - box.left, event.clientY - box.top] as const;
    const mark = hit(this.#marks.marks, this.#base.project(), at, REACH);
    if (mark?.key) select(mark.key);
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.frame;
    this.#overlay.resize(clientWidth, clientHeight, devicePixelRatio || 1);
    this.#base.resize();
    this.#draw();
  }

  #draw(): void {
    this.#timer = null;
    this.#overlay.draw({
      marks: this.#marks,
      project: this.#base.project(),
      selected: view.getState().selected,
      ringOn: this.#ringOn,
    });
  }
}

function* within(entities: Iterable<LiveEntity>, span: Span | null): Iterable<LiveEntity> {
  for (const entity of entities) {
    const at = span === null ? 0 : Date.parse(entity.time);
    if (span === null || (at >= span.from && at < span.to)) yield entity;
  }
}
