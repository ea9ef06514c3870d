// The live points, on a canvas of their own above the base map: quiet ones as pixels written in one
// pass, the rest as ready-made sprites. Ten thousand points redraw in a few milliseconds without a GPU.

import type { Severity } from '../live/protocol';
import { INK, SEVERITIES, SEVERITY_SHAPE, SHAPE_PATH } from '../severity/palette';
import type { Project } from './BaseMap';
import { mapColors } from './colors';
import type { Mark, Marks, UnitMark } from './marks';

const MARK_PX = 22;
const SMALL_PX = 13;
const UNIT_STEP_PX = 12;
const TAU = Math.PI * 2;

export interface Frame {
  marks: Marks;
  project: Project;
  selected: string | null;
  /** Half of each second: a flashing mark shows its ring. */
  ringOn: boolean;
}

export class Overlay {
  readonly #canvas: HTMLCanvasElement;
  readonly #ctx: CanvasRenderingContext2D;
  readonly #sprites = new Map<string, HTMLCanvasElement>();
  #scale = 1;
  #width = 0;
  #height = 0;

  constructor(canvas: HTMLCanvasElement) {
    const ctx = canvas.getContext('2d');
    if (!ctx) throw new Error('this browser gives no 2D canvas');
    this.#canvas = canvas;
    this.#ctx = ctx;
  }

  resize(width: number, height: number, scale: number): void {
    this.#scale = scale;
    this.#width = Math.max(1, Math.round(width * scale));
    this.#height = Math.max(1, Math.round(height * scale));
    this.#canvas.width = this.#width;
    this.#canvas.height = this.#height;
    this.#sprites.clear();
  }

  /** Colours have changed: ready-made sprites are made anew. */
  forgetSprites(): void {
    this.#sprites.clear();
  }

  draw({ marks, project, selected, ringOn }: Frame): void {
    this.#quiet(marks, project);
    this.#ctx.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    for (const unit of marks.units) this.#unit(unit, project, selected);
    for (const mark of marks.marks) this.#mark(mark, project, ringOn);
    const chosen = marks.marks.find((mark) => mark.key !== null && mark.key === selected);
    if (chosen) this.#chosen(chosen, project);
  }

  /** Also clears the canvas: the image replaces every pixel. */
  #quiet({ quiet }: Marks, project: Project): void {
    const width = this.#width;
    const height = this.#height;
    if (quiet.length === 0) {
      this.#ctx.setTransform(1, 0, 0, 1, 0, 0);
      this.#ctx.clearRect(0, 0, width, height);
      return;
    }
    const image = new ImageData(width, height);
    const grey = mapColors().quiet;
    const pixels = new Uint32Array(image.data.buffer);
    const half = Math.max(1, Math.round(1.5 * this.#scale));
    for (const { lon, lat } of quiet) {
      const [px, py] = project(lon, lat);
      const x = Math.round(px * this.#scale);
      const y = Math.round(py * this.#scale);
      if (!(x >= half && y >= half && x < width - half && y < height - half)) continue;
      for (let row = y - half + 1; row <= y + half - 1; row += 1) {
        pixels.fill(grey, row * width + x - half + 1, row * width + x + half);
      }
    }
    this.#ctx.putImageData(image, 0, 0);
  }

  #unit(unit: UnitMark, project: Project, selected: string | null): void {
    const [left, y] = project(unit.lon, unit.lat);
    const x = left + unit.beside * UNIT_STEP_PX;
    const onSelected = unit.caseId !== null && selected === `case:${unit.caseId}`;
    const ctx = this.#ctx;
    const colors = mapColors();
    ctx.lineWidth = 1.6;
    ctx.strokeStyle = onSelected ? colors.accent : colors.unit;
    ctx.fillStyle = unit.free ? colors.unitFree : onSelected ? colors.accent : colors.unit;
    ctx.beginPath();
    ctx.roundRect(x - 5, y - 5, 10, 10, 3);
    ctx.fill();
    ctx.stroke();
  }

  #mark(mark: Mark, project: Project, ringOn: boolean): void {
    const [x, y] = project(mark.lon, mark.lat);
    const size = mark.small ? SMALL_PX : MARK_PX;
    if (mark.flashing && ringOn) {
      this.#ctx.strokeStyle = mapColors().flash;
      this.#ctx.lineWidth = 2;
      this.#ctx.beginPath();
      this.#ctx.arc(x, y, size * 0.82, 0, TAU);
      this.#ctx.stroke();
    }
    const sprite = this.#sprite(mark.severity, mark.small);
    this.#ctx.drawImage(sprite, x - size / 2, y - size / 2, size, size);
  }

  #chosen(mark: Mark, project: Project): void {
    const [x, y] = project(mark.lon, mark.lat);
    const ctx = this.#ctx;
    ctx.strokeStyle = mapColors().accent;
    ctx.lineWidth = 2.5;
    ctx.beginPath();
    ctx.arc(x, y, 19, 0, TAU);
    ctx.moveTo(x - 28, y);
    ctx.lineTo(x - 19, y);
    ctx.moveTo(x + 19, y);
    ctx.lineTo(x + 28, y);
    ctx.moveTo(x, y - 28);
    ctx.lineTo(x, y - 19);
    ctx.moveTo(x, y + 19);
    ctx.lineTo(x, y + 28);
    ctx.stroke();
  }

  #sprite(severity: Severity, small: boolean): HTMLCanvasElement {
    const level = SEVERITIES.includes(severity) ? severity : 4;
    const key = `${level}${small}`;
    const known = this.#sprites.get(key);
    if (known) return known;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = Math.round((small ? SMALL_PX : MARK_PX) * this.#scale);
    const ctx = canvas.getContext('2d');
    if (ctx) paint(ctx, canvas.width / 24, level, small);
    this.#sprites.set(key, canvas);
    return canvas;
  }
}

function paint(
  ctx: CanvasRenderingContext2D,
  scale: number,
  level: Severity,
  small: boolean,
): void {
  ctx.scale(scale, scale);
  const shape = SEVERITY_SHAPE[level];
  const path = new Path2D(SHAPE_PATH[shape]);
  ctx.fillStyle = mapColors().mark[level];
  ctx.fill(path);
  ctx.lineWidth = small ? 2.4 : 1.4;
  ctx.strokeStyle = mapColors().markEdge;
  ctx.stroke(path);
  if (small) return;
  ctx.fillStyle = INK.onSeverity;
  ctx.font = 'bold 13px sans-serif';
  ctx.textAlign = 'center';
  ctx.fillText(String(level), 12, shape === 'triangle' ? 19.5 : 16.6);
}
