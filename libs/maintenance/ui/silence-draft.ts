import { MAINTENANCE_LIMITS } from '@icmp-mon/maintenance/contract';

/** Durations that the dialog offers, in minutes. */
export const SILENCE_CHOICES = [30, 60, 120, 240, 480, 1_440] as const;
const UNIT_MINUTES: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60, d: 1_440 };

/** Reads a duration such as `90`, `45 min`, `2h` or `1 d` in minutes; null for another text, or one that is too long. */
export function readMinutes(text: string): number | null {
  const match = /^(\d{1,5})\s*(m|min|h|d)?$/.exec(text.trim().toLowerCase());
  if (match === null) return null;
  const minutes = Number(match[1]) * (UNIT_MINUTES[match[2] ?? 'min'] ?? 1);
  return minutes >= 1 && minutes <= MAINTENANCE_LIMITS.silenceMinutes ? minutes : null;
}
