import type { Page } from 'playwright-core';

/** What a page says of itself, as an operator reads it. */
export interface PageReading {
  /** The band on top; empty while there is none. */
  band: string;
  /** The dot: `live`, `late`, `disconnected`, … and what stands beside it. */
  mood: string;
  dot: string;
  badge: string;
  /** The page's own most important figure. */
  figure: string;
  /** What it says could not be read. */
  failures: string;
}

/** Runs in the page. */
const READ = `(figure) => {
  const text = (selector) => [...document.querySelectorAll(selector)].map((found) => found.textContent.trim().replace(/\\s+/g, ' ')).join(' | ');
  const dot = document.querySelector('[data-testid=live-indicator]');
  return {
    band: text('[data-testid=truth-band]'),
    mood: dot?.dataset.mood ?? '',
    dot: dot?.textContent.trim() ?? '',
    badge: document.querySelector('[data-testid=health-badge]')?.dataset.state ?? '',
    figure: text(figure),
    failures: text('icm-failure h2'),
  };
}`;

export function readPage(page: Page, figureSelector: string): Promise<PageReading> {
  return page.evaluate<PageReading>(`(${READ})(${JSON.stringify(figureSelector)})`);
}
