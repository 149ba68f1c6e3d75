import type { Page } from 'playwright-core';

/**
 * Presses Enter on a button of the open dialog. A dialog moves the focus to its first field or button shortly after it is shown: a key that is
 * pressed before may reach that one instead.
 */
export async function pressInDialog(page: Page, testId = 'confirm'): Promise<void> {
  await dialogHasFocus(page);
  await page.getByTestId(testId).press('Enter');
}

/** Resolves when the open dialog has the focus. */
export async function dialogHasFocus(page: Page): Promise<void> {
  await page.locator('mat-dialog-container:focus-within').waitFor();
}
