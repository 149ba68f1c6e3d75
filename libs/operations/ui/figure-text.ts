import type { FigureUnit } from '@icmp-mon/operations/contract';
import { bytesText, countText, durationText, instantText } from '@icmp-mon/platform/ui-kit';

/** Formats a figure by its unit; an unknown figure is a dash. */
export function figureText(value: string | number | null | undefined, unit: FigureUnit): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return unit === 'instant' ? instantText(value) : value;
  switch (unit) {
    case 'seconds':
      return value > 0 && value < 0.1 ? `${(value * 1_000).toFixed(0)} ms` : durationText(value * 1_000);
    case 'bytes':
      return bytesText(Math.round(value));
    case 'bytesPerDay':
      return value < 0 ? `−${bytesText(Math.round(-value))}` : bytesText(Math.round(value));
    case 'days':
      return value >= 1_000 ? 'over 2 years' : `${value < 10 ? value.toFixed(1) : countText(value)} d`;
    case 'count':
    case 'instant':
    case 'text':
      return countText(value);
  }
}

/** Returns whether figures of this unit are right-aligned; texts and times are left-aligned. */
export const isNumber = (unit: FigureUnit): boolean => unit !== 'text' && unit !== 'instant';
