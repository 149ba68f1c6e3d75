import { bytesText } from '@icmp-mon/platform/ui-kit';

const STEPS = 3;

/** Step size and text format of a value axis. */
export interface ValueScale {
  /** Smallest meaningful step, such as whole seconds or tenths of a percent. */
  leastStep: number;
  base: 2 | 10;
  /** Formats a tick with the digits that its step needs. */
  axisText: (value: number, digits: number) => string;
}

export interface Ticks {
  min: number;
  max: number;
  interval: number;
  digits: number;
}

/** Returns a scale with steps of 1, 2 and 5 times a power of ten, formatted in `unit`. */
export function scaleOf(unit: string, leastStep: number): ValueScale {
  const axisText = (value: number, digits: number): string => {
    const number = value.toLocaleString('en', { maximumFractionDigits: digits });
    return unit === '' ? number : `${number} ${unit}`;
  };
  return { leastStep, base: 10, axisText };
}

/** Scale with steps of powers of two, for memory: `64 MiB`, `1.5 GiB`. */
export const MEMORY_SCALE: ValueScale = {
  leastStep: 2 ** 20,
  base: 2,
  axisText: (value) => bytesText(value).replace('.0 ', ' '),
};

/** Returns up to three equal steps that contain `lowest` and `highest`; one more if the values are on both sides of zero. */
export function ticksOf(lowest: number, highest: number, scale: ValueScale): Ticks {
  const least = Math.max((highest - lowest) / STEPS, scale.leastStep);
  const interval = scale.base === 2 ? 2 ** Math.ceil(Math.log2(least)) : decimalStep(least);
  const digits = Math.max(0, -Math.floor(Math.log10(interval)));
  const exact = (value: number): number => Number(value.toFixed(digits));
  const min = exact(Math.floor(lowest / interval) * interval);
  const max = exact(Math.max(Math.ceil(highest / interval), Math.round(min / interval) + 1) * interval);
  return { min, max, interval, digits };
}

/** Returns the smallest of 1, 2 and 5 times a power of ten that is at least `least`. */
function decimalStep(least: number): number {
  const power = Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * 10 ** power >= least * (1 - 1e-9)) ?? 10;
  return Number((factor * 10 ** power).toPrecision(1));
}
