// Figures as people read them.

const FORMATS = new Map<string, Intl.NumberFormat>();

/** 12,480 · 3.2 · 0.05: at most one digit after the point unless the figure is small. */
export function figure(value: number, language: string): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 2;
  const key = `${language} ${digits}`;
  const format =
    FORMATS.get(key) ??
    new Intl.NumberFormat(language.startsWith('zh') ? 'zh-CN' : 'en', {
      maximumFractionDigits: digits,
    });
  FORMATS.set(key, format);
  return format.format(value);
}
