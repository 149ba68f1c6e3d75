import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const TEXTS = ['text', 'text-quiet', 'accent', 'danger'];
const STATUSES = ['up', 'degraded', 'down', 'unknown', 'violated', 'maintenance'];
const GROUNDS = ['ground', 'surface', 'surface-raised', 'surface-sunken', 'hover', 'selected', 'tint'];
const CONTRAST_MIN = 4.5;

const source = readFileSync(path.join(import.meta.dirname, '_tokens.scss'), 'utf8');

/** Returns a token's colour as #rrggbb. */
function colour(token: string, theme: 'light' | 'dark'): string {
  const found = new RegExp(`--icm-${token}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(source);
  const value = found?.[theme === 'light' ? 1 : 2];
  if (value === undefined) throw new Error(`_tokens.scss has no colour --icm-${token}`);
  return value;
}

/** Returns the relative luminance, 0 to 1, as WCAG 2.2 defines it. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each(['light', 'dark'] as const)('the colours of the %s theme', (theme) => {
  it.each(GROUNDS)('have enough contrast on %s, including hover and change tints', (ground) => {
    const tooFaint = [...TEXTS, ...STATUSES].filter(
      (text) => contrast(colour(text, theme), colour(ground, theme)) < CONTRAST_MIN,
    );
    expect(tooFaint).toEqual([]);
  });
});
