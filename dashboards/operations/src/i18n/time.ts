// Times and spans as an operator reads them: wall time of this machine, spans as m:ss or h:mm:ss.

/** 4:05, 1:04:05; never negative. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const s = String(seconds % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${s}`;
  const hours = Math.floor(minutes / 60);
  const rest = `${String(minutes % 60).padStart(2, '0')}:${s}`;
  if (hours < 24) return `${hours}:${rest}`;
  return `${Math.floor(hours / 24)}d ${hours % 24}:${rest}`;
}

/** What is left of a limit: by the second within a day, in days and hours beyond. */
export function remaining(ms: number, language: string): string {
  const hours = Math.floor(ms / 3_600_000);
  if (hours < 24) return span(ms);
  const days = Math.floor(hours / 24);
  return language.startsWith('zh') ? `${days} 天 ${hours % 24} 小时` : `${days} d ${hours % 24} h`;
}

/** 38 s, 4 min, 3 h, 2 d. */
export function age(ms: number, language: string): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const zh = language.startsWith('zh');
  if (seconds < 100) return `${seconds} ${zh ? '秒' : 's'}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} ${zh ? '分钟' : 'min'}`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} ${zh ? '小时' : 'h'}`;
  return `${Math.round(hours / 24)} ${zh ? '天' : 'd'}`;
}

const two = (n: number) => String(n).padStart(2, '0');

/** 16:04:41, with the date in front when it is not today. */
export function wallTime(at: number, now: number): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}
