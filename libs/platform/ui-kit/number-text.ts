const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Formats a whole number: `99,812`. */
export function countText(value: number): string {
  return WHOLE.format(value);
}

/** Formats a rate with one decimal below 100, otherwise as a whole number: `0.5`, `12.3`, `1,234`. */
export function rateText(value: number): string {
  if (value >= 100) return countText(value);
  return value.toFixed(1);
}

/** Formats a round-trip time in microseconds as milliseconds: `0.042 ms`, `3.14 ms`, `215 ms`. Null gives a dash. */
export function rttText(rttUs: number | null | undefined): string {
  if (rttUs === null || rttUs === undefined) return '–';
  if (rttUs === 0) return '0 ms';
  const ms = rttUs / 1_000;
  if (ms < 1) return `${ms.toFixed(3)} ms`;
  if (ms < 100) return `${ms.toFixed(2)} ms`;
  return `${ms.toFixed(0)} ms`;
}

/** Formats bytes in binary units: `512 B`, `84.2 MiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** Formats a ratio as a percentage: `0 %`, `0.4 %`, `100 %`. Null gives a dash. */
export function percentText(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined) return '–';
  const percent = ratio * 100;
  return Number.isInteger(percent) ? `${percent} %` : `${percent.toFixed(1)} %`;
}
