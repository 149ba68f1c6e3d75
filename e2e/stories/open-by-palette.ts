import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const soon = { timeout: 60_000, interval: 200 };

/** Opens a page by the keyboard: types its name into the palette, and opens the first entry. */
export async function openByPalette(page: Page, text: string, path: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-text').waitFor();
  await page.keyboard.type(text);
  await expect.poll(async () => (await page.getByRole('option').allInnerTexts())[0], soon).toContain(text);
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname, soon).toBe(path);
}
