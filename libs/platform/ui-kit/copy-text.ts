import type { Toasts } from './toasts';

/** Copies a text to the clipboard, and shows whether the browser permitted it. */
export async function copyText(text: string, toasts: Toasts): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.done('Copied.');
  } catch (failure) {
    console.warn('Clipboard access was denied.', failure);
    toasts.showFailure('The browser denied access to the clipboard. Select the text and copy it.');
  }
}
