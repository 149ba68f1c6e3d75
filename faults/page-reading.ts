import type { Page } from 'playwright-core';

/** State of a page as an operator reads it. */
export interface PageReading {
  /** Text of the band at the top; empty while there is none. */
  band: string;
  /** Mood of the live indicator: `live`, `late`, `disconnected`, …; `dot` is its text. */
  mood: string;
  dot: string;
  badge: string;
  /** The page's most important figure. */
  figure: string;
  /** Messages about data that could not be read. */
  failures: string;
}

/** Script that runs in the page. */
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
