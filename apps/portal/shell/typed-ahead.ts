/** Keeps the letters that are typed while the palette is being opened, so that none is lost or taken as a shortcut of the page. */
export class TypedAhead {
  private text = '';
  private readonly keepLetter = (event: KeyboardEvent): void => {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (key === 'Backspace') this.text = this.text.slice(0, -1);
    else if (key.length === 1 && !ctrlKey && !metaKey && !altKey) this.text += key;
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  constructor(private readonly source: Pick<Document, 'addEventListener' | 'removeEventListener'>) {
    source.addEventListener('keydown', this.keepLetter, { capture: true });
  }

  /** Returns the letters, and keeps no further ones. */
  takeText(): string {
    this.source.removeEventListener('keydown', this.keepLetter, { capture: true });
    const { text } = this;
    this.text = '';
    return text;
  }
}
