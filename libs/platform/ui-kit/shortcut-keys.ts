/** The members of a keyboard event that decide about a shortcut. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  /** The event's target accepts text, so letters are input, not shortcuts. */
  typing: boolean;
}

const SEQUENCE_WITHIN_MS = 1_000;

/** Converts key presses into shortcut names: `j`, `/`, `g t` (two keys within a second), `Ctrl+K` (also with the Meta key, and while typing). */
export class KeySequence {
  private first: { key: string; atMs: number } | null = null;

  constructor(private readonly starters: readonly string[]) {}

  /** Returns the shortcut that the key press completes, or null. */
  press(press: KeyPress, nowMs: number): string | null {
    if (isCombination(press)) {
      this.first = null;
      return `Ctrl+${press.key.toUpperCase()}`;
    }
    if (press.typing || press.ctrlKey || press.metaKey || press.altKey) {
      this.first = null;
      return null;
    }
    const begun = this.first;
    this.first = null;
    if (begun !== null && nowMs - begun.atMs <= SEQUENCE_WITHIN_MS) return `${begun.key} ${press.key}`;
    if (this.starters.includes(press.key)) {
      this.first = { key: press.key, atMs: nowMs };
      return null;
    }
    return press.key;
  }
}

/** Whether a letter is pressed with Ctrl or Meta alone; with Shift or Alt the combination belongs to the browser. */
function isCombination({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): boolean {
  return (ctrlKey || metaKey) && !altKey && !shiftKey && key.length === 1;
}
