import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { soon } from '../testing/soon';

/** Opens the palette by the keyboard, and types a text into it. */
export async function typeInPalette(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  // The field has the focus shortly after it is shown.
  await page.locator('[data-testid=palette-text]:focus').waitFor();
  await page.keyboard.type(text);
}

/** Opens a page by the keyboard: types its name into the palette, and opens the first entry. */
export async function openByPalette(page: Page, text: string, path: string): Promise<void> {
  await typeInPalette(page, text);
  await expect.poll(async () => (await page.getByRole('option').allInnerTexts())[0], soon).toContain(text);
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname, soon).toBe(path);
}
