import { computed, inject, Injectable } from '@angular/core';
import { Theme } from '@icmp-mon/platform/ui-kit';

/** Colours of a chart as resolved values of the current theme, which a canvas requires. */
export interface Palette {
  text: string;
  quiet: string;
  line: string;
  surface: string;
  accent: string;
  up: string;
  degraded: string;
  down: string;
  unknown: string;
  maintenance: string;
  violated: string;
}

const TOKENS: Readonly<Record<keyof Palette, string>> = {
  text: '--icm-text',
  quiet: '--icm-text-quiet',
  line: '--icm-line',
  surface: '--icm-surface-raised',
  accent: '--icm-accent',
  up: '--icm-up',
  degraded: '--icm-degraded',
  down: '--icm-down',
  unknown: '--icm-unknown',
  maintenance: '--icm-maintenance',
  violated: '--icm-violated',
};

@Injectable({ providedIn: 'root' })
export class ChartColours {
  private readonly theme = inject(Theme);

  readonly palette = computed<Palette>(() => {
    // The probe element resolves `light-dark()` for the theme, even if the page has not been restyled yet.
    const probe = document.createElement('span');
    probe.style.colorScheme = this.theme.current();
    probe.hidden = true;
    document.body.append(probe);
    const resolve = (token: string): string => {
      probe.style.color = `var(${token})`;
      return getComputedStyle(probe).color;
    };
    const entries = Object.entries(TOKENS).map(([name, token]) => [name, resolve(token)]);
    probe.remove();
    return Object.fromEntries(entries) as Palette;
  });
}

/** Returns the colour with an alpha of 0 to 1, for bands. Accepts computed colours: `rgb(1, 2, 3)`. */
export function faded(colour: string, alpha: number): string {
  const parts = colour.match(/[\d.]+/g) ?? [];
  return `rgba(${parts.slice(0, 3).join(', ')}, ${alpha})`;
}
