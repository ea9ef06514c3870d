// From the fields of a kind's opening command to the input of `openCase`: what every case has stands
// in the input itself, what only this kind has goes into `fields`.

const SHARED = new Set(['title', 'level', 'place', 'lon', 'lat', 'department', 'exercise']);
/** For kinds whose form does not ask how grave it is. */
const LEVEL_ELSE = 4;

export interface Opening {
  title: string;
  level: number;
  place?: string;
  location?: { lon: number; lat: number };
  department?: string;
  exercise?: boolean;
  fields?: Record<string, unknown>;
}

export function openingOf(values: Readonly<Record<string, unknown>>): Opening {
  const { title, level, place, lon, lat, department, exercise } = values;
  const isPoint = typeof lon === 'number' && typeof lat === 'number';
  // Half a point goes as it is: the hub says beside the field what is missing.
  const apart = (name: string) => !SHARED.has(name) || (!isPoint && /^(lon|lat)$/.test(name));
  const own = Object.entries(values).filter(([name]) => apart(name));
  return {
    title: typeof title === 'string' ? title : '',
    level: typeof level === 'number' ? level : LEVEL_ELSE,
    ...(typeof place === 'string' ? { place } : {}),
    ...(isPoint ? { location: { lon, lat } } : {}),
    ...(typeof department === 'string' ? { department } : {}),
    ...(typeof exercise === 'boolean' ? { exercise } : {}),
    ...(own.length > 0 ? { fields: Object.fromEntries(own) } : {}),
  };
}
