// Numbers, dates and sentences as people read them.

const grouped = new Intl.NumberFormat('en-US');

export function number(value: number | bigint): string {
  return grouped.format(value);
}

export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}

export function milliseconds(value: number): string {
  if (value < 1000) return `${number(Math.max(1, Math.round(value)))} ms`;
  return `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} s`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${number(value)} B`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} kB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

/** `5 minutes ago`, `yesterday`, or the date when it is longer ago than a month. */
export function ago(at: string | null, now: number = Date.now()): string {
  if (at === null) return 'never';
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  if (seconds < 45) return 'just now';
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (seconds < 3600) return relative.format(-Math.max(1, Math.round(seconds / 60)), 'minute');
  if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), 'hour');
  if (seconds < 30 * 86_400) return relative.format(-Math.round(seconds / 86_400), 'day');
  return day(at);
}

export function day(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(at));
}

/** Local date and time to the second, for the audit log; what is no time as it stands. */
export function moment(at: string): string {
  if (Number.isNaN(Date.parse(at))) return at;
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' }).format(new Date(at));
}

/** The server's messages are lower case without a period; on the page they are sentences. */
export function sentence(message: string): string {
  const trimmed = message.trim();
  if (trimmed === '') return '';
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.?!]$/.test(first) ? first : `${first}.`;
}

export function dayName(at: string, now: Date = new Date()): string {
  const start = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((start(now) - start(new Date(at))) / 86_400_000);
  if (days <= 0) return 'Today';
  return days === 1 ? 'Yesterday' : day(at);
}
